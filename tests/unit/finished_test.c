// SPDX-License-Identifier: MIT
// What a conform finds in a film by what its cuts tell, without decoding it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "tests/unit/grey.h"
#include "tests/unit/job.h"

enum { CUT_FRAMES = 48 };

static const struct rate film = {24, 1};

static const char *tone(struct job *j, const char *name, double seconds, float level)
{
    const char *path = job_path(j, name);
    struct pcm p;

    pcm_init(&p, 2, (size_t)pcm_sample(seconds));
    for (size_t i = 0; i < p.frames * 2; i++)
        p.at[i] = i / 2 % 100 < 50 ? level : -level;
    assert_true(pcm_write(&p, path, PCM_FLOAT, &j->err));
    pcm_release(&p);
    return path;
}

// Three shots of two seconds; the last two are silent. What the three cuts and the second shot's
// effects tell, further params, and what is found, with instants in frames and the number of the
// shot.
static const struct finished_case {
    const char *facts[4], *params, *found;
} cases[] = {
    {{"{}", "{}", "{}"}, "", ""},
    {{"{'black':[[10,40]]}", "{}", "{}"}, "", "black 10-40 #1; "},
    {{"{'black':[[24,48]]}", "{'black':[[0,12]]}", "{}"}, "", "black 24-60 #1; "},
    {{"{'black':[[36,48]]}", "{'black':[[0,12]]}", "{}"}, "", "black 36-60 #1; "},
    {{"{'black':[[40,48]]}", "{'black':[[0,12]]}", "{}"}, "", ""}, // less than a second
    {{"{'black':[[40,48]]}", "{'black':[[0,48]]}", "{'black':[[0,2]]}"}, "", "black 40-98 #1; "},
    {{"{}", "{'frozen':[[0,48]]}", "{}"}, "", "frozen 48-96 #2; "},
    {{"{}", "{}", "{}"}, "'max-bytes':100000000,'max-seconds':6,", ""},
    {{"{}", "{}", "{}"}, "'max-seconds':5.5,", "seconds; "},
    {{"{}", "{}", "{}"},
     "'lines':[{'shot':1,'start':1,'seconds':3,'text':'Oh'}],",
     "silent 48-144 #2; "},
    {{"{}", "{}", "{}"}, "'lines':[{'shot':0,'start':0,'seconds':2,'text':'Oh'}],", ""},
    {{"{}", "{}", "{}"}, "'music':[{'music':0}],", "silent 48-144 #2; "},
    {{"{}", "{}", "{}"}, "'music':[{'music':0,'from':0,'to':0}],", ""},
    {{"{}", "{}", "{}"}, "'music':[{'music':0,'from':1,'at':2}],", "silent 48-144 #2; "},
    {{"{}", "{}", "{}"}, "'music':[{'music':0,'out':2}],", ""},
    {{"{}", "{}", "{}"}, "'music':[{'music':0,'in':4}],", ""},
    {{"{}", "{}", "{}"},
     "'subtitles':'sidecar',"
     "'lines':[{'shot':0,'start':0,'seconds':0.4,'text':'So many words in hardly any time at all'},"
     "{'shot':0,'start':0.5,'seconds':1.5,'text':'Oh'}],",
     "subtitle-short 0-10 #1; subtitle-speed 0-10 #1; "},
    {{"{}", "{}", "{}", "{'seconds':3}"}, "", "silent 48-144 #2; "}, // as older stems tell
    {{"{}", "{}", "{}", "{'seconds':3,'heard':[0.5,1]}"}, "", "silent 48-144 #2; "},
    {{"{}", "{}", "{}", "{'seconds':3,'heard':[0,0.1]}"}, "", ""},
    {{"{}", "{}", "{}", "{'seconds':3,'silent':true}"}, "", ""},
};

static void print_found(const json_t *findings, struct buf *out)
{
    const json_t *one;
    size_t i;

    json_array_foreach(findings, i, one) {
        buf_puts(out, json_get_text(one, "check", ""));
        if (json_object_get(one, "start"))
            buf_printf(out, " %lld-%lld #%lld",
                       (long long)rate_frames(film, json_get_number(one, "start", 0)),
                       (long long)rate_frames(film, json_get_number(one, "end", 0)),
                       (long long)json_get_integer(one, "number", 0));
        buf_puts(out, "; ");
    }
}

static void faults_are_found_without_decoding(void **state)
{
    json_t *music = json_pack("{s:f}", "seconds", 6.0);
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct finished_case *c = &cases[i];
        struct buf params = {0}, found = {0};
        json_t *facts[3], *effects = job_params(c->facts[3] ? c->facts[3] : "{}");

        for (size_t k = 0; k < 3; k++) {
            facts[k] = job_params(c->facts[k]);
            job_input(&j, "cut", grey_still(&j, "cut.mp4", CUT_FRAMES, "{}", film));
            j.inputs[j.n_inputs - 1].facts = facts[k];
        }
        job_input(&j, "dialogue", tone(&j, "tone.wav", 2, 0.25f));
        job_input(&j, "music", tone(&j, "music.wav", 6, 0)); // nothing in it, though it should be
        j.inputs[j.n_inputs - 1].facts = music;
        job_input(&j, "effects", tone(&j, "effects.wav", 2, 0));
        j.inputs[j.n_inputs - 1].facts = effects;
        job_output(&j, "film", job_path(&j, "film.mp4"));
        buf_printf(&params,
                   "{%s'fps':'24/1','pieces':[{'cut':0,'frames':48},{'cut':1,'frames':48},{'cut':2,"
                   "'frames':48}],'shots':[{'scene':'a','frames':48,'dialogue':0},{'scene':'a',"
                   "'frames':48,'effects':0},{'scene':'a','frames':48}]}",
                   c->params);
        if (!job_run(&j, conform_run, buf_text(&params)))
            fail_msg("%s", j.err.text);
        print_found(json_object_get(j.facts, "findings"), &found);
        assert_string_equal(buf_text(&found), c->found);
        for (size_t k = 0; k < 3; k++)
            json_decref(facts[k]);
        json_decref(effects);
        buf_release(&params);
        buf_release(&found);
    }
    json_decref(music);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_found_without_decoding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
