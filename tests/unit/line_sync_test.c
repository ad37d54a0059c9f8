// SPDX-License-Identifier: MIT
// Lines that are heard elsewhere than they are seen, by what was encoded.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/media/findings.h"
#include "runtime/media/keep.h"
#include "runtime/media/line_sync.h"
#include "runtime/media/master.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "tests/unit/babble.h"
#include "tests/unit/job.h"

enum { SHOTS = 6, SHOT_FRAMES = 75, LINE_MS = 2500 }; // 18.75 s

static const struct rate rate = {24, 1};

// A film in which somebody speaks in each shot.
struct film {
    struct job j;
    json_t *params;
    struct media_job job;
    atomic_bool cancelled;
    struct programme *programme;
    struct keep *keep;
    struct master *master;
};

// The stem of a shot: its line begins a quarter of a second into it.
static void write_stem(struct film *f, size_t shot)
{
    size_t line = (size_t)pcm_sample(LINE_MS / 1000.0), before = (size_t)pcm_sample(0.25);
    char name[20];
    struct pcm p;

    pcm_init(&p, 1, before + line);
    babble(p.at + before, line, (uint32_t)shot + 5);
    snprintf(name, sizeof(name), "%zu.wav", shot);
    assert_true(pcm_write(&p, job_path(&f->j, name), PCM_FLOAT, &f->j.err));
    job_input(&f->j, "dialogue", job_path(&f->j, name));
    pcm_release(&p);
}

// Stems begin so many seconds before their shots; lines, as the film has it, in the quarter of a
// second after that.
static json_t *film_params(const char *audio, double lead)
{
    struct buf text = {0};
    json_t *params;

    buf_printf(&text, "{'audio':%s,'shots':[", audio);
    for (size_t i = 0; i < SHOTS; i++)
        buf_printf(&text, "%s{'frames':%d,'dialogue':%zu,'lead':%.6f}", i ? "," : "", SHOT_FRAMES,
                   i, lead);
    buf_puts(&text, "],'lines':[");
    for (size_t i = 0; i < SHOTS; i++)
        buf_printf(&text, "%s{'shot':%zu,'text':'%zu','start':%.6f,'seconds':%.3f}", i ? "," : "",
                   i, i, 0.25 - lead, LINE_MS / 1000.0);
    buf_puts(&text, "]}");
    params = job_params(buf_text(&text));
    buf_release(&text);
    return params;
}

static void film_init(struct film *f, const char *audio)
{
    struct master_goal goal = {.lufs = -14, .dbtp = -1};

    memset(f, 0, sizeof(*f));
    job_init(&f->j);
    for (size_t i = 0; i < SHOTS; i++)
        write_stem(f, i);
    f->params = film_params(audio, 0);
    goal.audio = json_object_get(f->params, "audio");
    f->job = (struct media_job){.params = f->params,
                                .inputs = f->j.inputs,
                                .n_inputs = f->j.n_inputs,
                                .cancelled = &f->cancelled};
    f->programme = programme_new(&f->job, rate, &f->j.err);
    f->keep = keep_open(NULL, job_path(&f->j, "film"), &f->j.err);
    f->master = master_new(f->programme, &goal, f->keep, &f->j.err);
    assert_non_null(f->master);
}

static void film_release(struct film *f)
{
    master_free(f->master);
    keep_close(f->keep);
    programme_free(f->programme);
    json_decref(f->params);
    job_release(&f->j);
}

// Judges it as if its stems began `lead` before their shots. Returns what was found, as text.
static const char *judge(struct film *f, const char *audio, double lead, struct buf *out)
{
    json_t *params = film_params(audio, lead);
    struct media_job job = f->job;
    struct line_sync sync = {&job, rate, f->programme, f->master, f->keep};
    struct findings findings = {0};

    job.params = params;
    buf_clear(out);
    if (!line_sync_check(&sync, &findings, &f->j.err))
        fail_msg("%s", f->j.err.text);
    for (size_t i = 0; i < findings.list.n; i++)
        buf_printf(out, "%s; ", findings.list.at[i].text);
    findings_release(&findings);
    json_decref(params);
    return buf_text(out);
}

static const char *const codecs[] = {
    "{'codec':'aac','bitrate':128000}",
    "{'codec':'aac','bitrate':48000}",
    "{'codec':'opus','bitrate':96000}",
    "{'codec':'flac'}",
    "{'codec':'pcm_s24le'}",
};

// A lead of 30 ms that the sound knows nothing of: each line is 30 ms late.
static void lines_are_where_they_are_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
        struct buf found = {0}, late = {0};
        struct film f;

        film_init(&f, codecs[i]);
        assert_string_equal(judge(&f, codecs[i], 0, &found), "");
        for (int k = 0; k < SHOTS; k++)
            buf_printf(&late, "\"%d\" is heard 30 ms after it is seen; ", k);
        assert_string_equal(judge(&f, codecs[i], 0.03, &found), buf_text(&late));
        buf_release(&found);
        buf_release(&late);
        film_release(&f);
    }
}

// What was found in order is not looked for again: its stem is not read.
static void an_edit_costs_what_is_near_it(void **state)
{
    struct buf found = {0};
    struct film f;

    (void)state;
    film_init(&f, codecs[0]);
    judge(&f, codecs[0], 0, &found);
    assert_int_equal(unlink(f.j.inputs[2].path), 0);
    assert_string_equal(judge(&f, codecs[0], 0, &found), "");
    buf_release(&found);
    film_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_costs_what_is_near_it),
        cmocka_unit_test(lines_are_where_they_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
