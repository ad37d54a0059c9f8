// SPDX-License-Identifier: MIT
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "runtime/media/filters.h"
#include "runtime/media/loudness.h"
#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "runtime/media/spoken.h"
#include "runtime/media/voices.h"
#include "tests/unit/job.h"

static json_t *params_of(const char *text)
{
    json_t *params = json_loads(text, 0, NULL);

    assert_non_null(params);
    return params;
}

struct voice_case {
    const char *params, *flite; // flite NULL: any
};

static const struct voice_case voices[] = {
    {"{\"who\":\"x\",\"voice\":{\"name\":\"Ryan\"}}", NULL},
    {"{\"who\":\"x\",\"voice\":{\"name\":\"Serena\"}}", "slt"},
    {"{\"who\":\"x\",\"voice\":{\"design\":\"an old woman, low and dry\"}}", "slt"},
    {"{\"who\":\"mara\"}", "slt"},
    {"{\"who\":\"unit\",\"voice\":{\"design\":\"a robot\"}}", "kal16"},
};

static void hints_choose_voices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(voices) / sizeof(*voices); i++) {
        json_t *params = params_of(voices[i].params);
        struct voice v = voice_for(params), again = voice_for(params);

        assert_memory_equal(&v, &again, sizeof(v));
        if (voices[i].flite)
            assert_string_equal(v.flite, voices[i].flite);
        else
            assert_string_not_equal(v.flite, "slt"); // a man
        json_decref(params);
    }
}

static void directions_change_lines(void **state)
{
    json_t *plain = params_of("{\"who\":\"tom\"}");
    json_t *whisper = params_of("{\"who\":\"tom\",\"direction\":\"nearly a whisper, slow\"}");
    json_t *shout = params_of("{\"who\":\"tom\",\"direction\":\"shouting\",\"speed\":1.5}");
    struct voice a = voice_for(plain), b = voice_for(whisper), c = voice_for(shout);

    (void)state;
    assert_string_equal(a.flite, b.flite);
    assert_true(b.level < a.level && b.tempo < a.tempo);
    assert_true(c.level > a.level && c.tempo > 1.4);
    json_decref(plain);
    json_decref(whisper);
    json_decref(shout);
}

struct spoken_case {
    const char *params, *text, *plain, *language;
    bool latin, empty;
};

static const struct spoken_case spokens[] = {
    {"{\"text\":\"Caius, come. Caiuses?\",\"pronounce\":{\"caius\":\"KY-us\"}}",
     "KY-us, come. Caiuses?", "KY-us, come. Caiuses?", "en", true, false},
    {"{\"text\":\"Don\xe2\x80\x99t \xe2\x80\x94 caf\xc3\xa9\xe2\x80\xa6\"}",
     "Don\xe2\x80\x99t \xe2\x80\x94 caf\xc3\xa9\xe2\x80\xa6", "Don't ,  cafe... ", "en", true,
     false},
    {"{\"text\":\"\xe5\xb5\x90\xe3\x81\x8c\"}", "\xe5\xb5\x90\xe3\x81\x8c", "  ", "ja", false,
     false},
    {"{\"text\":\"\xd0\x91\xd1\x83\"}", "\xd0\x91\xd1\x83", "  ", "ru", false, false},
    {"{\"text\":\"Sturm\",\"language\":\"German\"}", "Sturm", "Sturm", "de", true, false},
    {"{\"text\":\"Sturm\",\"voice\":{\"language\":\"de-AT\"}}", "Sturm", "Sturm", "de", true,
     false},
    {"{\"text\":\"\xf0\x9f\x98\x80 \xe2\x80\xa6!\"}", "\xf0\x9f\x98\x80 \xe2\x80\xa6!", "  ... !",
     "en", true, true},
    {"{\"text\":\"\"}", "", "", "en", true, true},
};

static void words_for_voices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(spokens) / sizeof(*spokens); i++) {
        json_t *params = params_of(spokens[i].params);
        struct spoken s;

        spoken_init(&s, params);
        assert_string_equal(buf_text(&s.text), spokens[i].text);
        assert_string_equal(buf_text(&s.plain), spokens[i].plain);
        assert_string_equal(s.language, spokens[i].language);
        assert_int_equal(s.latin, spokens[i].latin);
        assert_int_equal(s.empty, spokens[i].empty);
        spoken_release(&s);
        json_decref(params);
    }
}

static void speak(struct job *j, const char *params, struct pcm *out)
{
    job_output(j, "voice", job_path(j, "voice.wav"));
    if (!job_run(j, speak_run, params))
        fail_msg("%s", j->err.text);
    assert_true(pcm_read(out, job_path(j, "voice.wav"), 1, &j->err));
}

// The pitch of most voiced stretches, by autocorrelation.
static double median_pitch(const struct pcm *p)
{
    enum { STRETCH = 2400, LONGEST = 800, SHORTEST = 110, MOST = 400 };
    double found[MOST];
    size_t n = 0;

    for (size_t at = 0; at + STRETCH + LONGEST < p->frames && n < MOST; at += STRETCH) {
        double best = 0, energy = 1e-9;
        size_t best_lag = 0;

        for (size_t i = 0; i < STRETCH; i++)
            energy += (double)p->at[at + i] * p->at[at + i];
        for (size_t lag = SHORTEST; lag < LONGEST; lag++) {
            double sum = 0, other = 1e-9;

            for (size_t i = 0; i < STRETCH; i++) {
                sum += (double)p->at[at + i] * p->at[at + i + lag];
                other += (double)p->at[at + i + lag] * p->at[at + i + lag];
            }
            sum /= sqrt(energy * other);
            if (sum > best + 0.02) {
                best = sum;
                best_lag = lag;
            }
        }
        if (best > 0.75 && energy > 1)
            found[n++] = (double)PCM_RATE / (double)best_lag;
    }
    assert_true(n > 3);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (found[k] < found[i]) {
                double keep = found[i];

                found[i] = found[k];
                found[k] = keep;
            }
    return found[n / 2];
}

// Without flite there are other voices, of other pitches.
static void people_are_distinct(void **state)
{
    struct job j;
    struct pcm man, woman, child;

    (void)state;
    if (!filters_have("flite") || !filters_have("rubberband"))
        skip();
    job_init(&j);
    speak(&j,
          "{'text':'The sea sends nobody at all tonight.','who':'x','voice':{'design':'deep man'}}",
          &man);
    speak(&j, "{'text':'The sea sends nobody at all tonight.','who':'x','voice':{'name':'Serena'}}",
          &woman);
    speak(&j,
          "{'text':'The sea sends nobody at all tonight.','who':'x','voice':{'design':'a girl'}}",
          &child);
    assert_in_range((unsigned)median_pitch(&man), 75, 135);
    assert_in_range((unsigned)median_pitch(&woman), 140, 215);
    assert_in_range((unsigned)median_pitch(&child), 215, 300);
    pcm_release(&man);
    pcm_release(&woman);
    pcm_release(&child);
    job_release(&j);
}

static const char *const lines[] = {
    "{'text':'Yes.','who':'tom'}",
    "{'text':'Somebody is out there: do not move, Tom!','who':'mara'}",
    "{'text':'The light went out at nine.','who':'narrator'}",
    "{'text':'Wait; -v --help $(reboot) [x=1]:y,\\\\n','who':'a'}",
};

// A breath of 30 ms stands before the first sound and after the last; lines are equally loud.
static void lines_are_trimmed_and_level(void **state)
{
    struct job j;

    (void)state;
    if (!filters_have("flite"))
        skip();
    job_init(&j);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct pcm p;
        size_t first = 0, last;
        float least;

        speak(&j, lines[i], &p);
        least = pcm_peak(&p) * 0.01f;
        last = p.frames;
        while (fabsf(p.at[first]) < least)
            first++;
        while (fabsf(p.at[last - 1]) < least)
            last--;
        assert_in_range(first, 500, 960); // within 20 ms
        assert_in_range(p.frames - last, 500, 960);
        assert_true(loudness_of(&p) < -19.5 && loudness_of(&p) > -24);
        assert_true(pcm_peak(&p) <= pcm_factor(-3) + 0.001f);
        pcm_release(&p);
    }
    job_release(&j);
}

static const char *const silent[] = {
    "{'text':'','who':'tom'}",
    "{'text':' ... ','who':'tom'}",
    "{'text':'\xf0\x9f\x98\x80','who':'tom'}",
};

static void no_words_no_voice(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
        struct pcm p;

        speak(&j, silent[i], &p);
        assert_int_equal(p.frames, 14400);
        assert_true(pcm_peak(&p) <= 0);
        assert_non_null(strstr(j.notes, "no words"));
        pcm_release(&p);
    }
    job_release(&j);
}

// Somebody speaks it, or a note says that nobody can.
static void other_scripts(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    speak(&j,
          "{'text':'\xd0\x91\xd1\x83\xd1\x80\xd1\x8f \xd0\xb8\xd0\xb4\xd1\x91\xd1\x82','who':'a'}",
          &p);
    assert_true(pcm_peak(&p) > 0.1f || strstr(j.notes, "espeak-ng"));
    pcm_release(&p);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hints_choose_voices),
        cmocka_unit_test(directions_change_lines),
        cmocka_unit_test(words_for_voices),
        cmocka_unit_test(people_are_distinct),
        cmocka_unit_test(lines_are_trimmed_and_level),
        cmocka_unit_test(no_words_no_voice),
        cmocka_unit_test(other_scripts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
