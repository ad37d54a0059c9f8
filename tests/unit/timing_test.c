// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/media/media.h"
#include "runtime/services/timing.h"

enum { MOST_VOICES = 3 };

struct timing_case {
    const char *params;
    const char *voices[MOST_VOICES]; // facts of inputs a, b, c
    const char *timing;              // NULL: refused
    const char *note;                // "" for none
};

static const struct timing_case cases[] = {
    // Nothing is said: seconds, else least.
    {"{\"fps\":\"24/1\",\"seconds\":3}",
     {NULL},
     "{\"fps\":\"24/1\",\"frames\":72,\"lines\":{},\"seconds\":3,\"speech\":0}",
     ""},
    {"{\"fps\":\"24/1\",\"least\":4}",
     {NULL},
     "{\"fps\":\"24/1\",\"frames\":96,\"lines\":{},\"seconds\":4,\"speech\":0}",
     ""},
    // Head, a gap, tail; to the sample, and frames that hold all of it.
    {"{\"fps\":\"24/1\",\"head\":0.2,\"tail\":0.4,\"lines\":[{\"name\":\"a\",\"gap\":0.3},"
     "{\"name\":\"b\",\"gap\":0.5}]}",
     {"{\"samples\":48000,\"rate\":48000}", "{\"samples\":8001,\"rate\":16000}"},
     "{\"fps\":\"24/1\",\"frames\":63,\"lines\":{\"a\":{\"end\":1.2,\"seconds\":1,\"start\":0.2},"
     "\"b\":{\"end\":2.2000625,\"seconds\":0.5000625,\"start\":1.7}},\"seconds\":2.625,"
     "\"speech\":2.2000625}",
     ""},
    // A line in its own place does not move the one after it from where its gap puts it.
    {"{\"fps\":\"24/1\",\"lines\":[{\"name\":\"a\",\"at\":2},{\"name\":\"b\",\"at\":0.5}]}",
     {"{\"seconds\":1}", "{\"seconds\":1}"},
     "{\"fps\":\"24/1\",\"frames\":72,\"lines\":{\"a\":{\"end\":3,\"seconds\":1,\"start\":2},"
     "\"b\":{\"end\":1.5,\"seconds\":1,\"start\":0.5}},\"seconds\":3,\"speech\":3}",
     ""},
    // A negative head begins before the shot.
    {"{\"fps\":\"25/1\",\"head\":-0.5,\"lines\":[{\"name\":\"a\"}]}",
     {"{\"seconds\":1}"},
     "{\"fps\":\"25/1\",\"frames\":13,\"lines\":{\"a\":{\"end\":0.5,\"seconds\":1,\"start\":-0.5}},"
     "\"seconds\":0.52,\"speech\":0.5}",
     ""},
    // Seconds that hold the speech stay; the tail is no reason to grow.
    {"{\"fps\":\"24/1\",\"seconds\":2,\"head\":0.2,\"tail\":3,\"lines\":[{\"name\":\"a\"}]}",
     {"{\"seconds\":1}"},
     "{\"fps\":\"24/1\",\"frames\":48,\"lines\":{\"a\":{\"end\":1.2,\"seconds\":1,\"start\":0.2}},"
     "\"seconds\":2,\"speech\":1.2}",
     ""},
    {"{\"fps\":\"24/1\",\"seconds\":1,\"tail\":0.5,\"lines\":[{\"name\":\"a\"}]}",
     {"{\"seconds\":2}"},
     "{\"fps\":\"24/1\",\"frames\":60,\"lines\":{\"a\":{\"end\":2,\"seconds\":2,\"start\":0}},"
     "\"seconds\":2.5,\"speech\":2}",
     "the lines need 1.00 s more than the shot's 1 s; the shot is longer"},
    // A negative tail: the sound runs over the next picture, on purpose.
    {"{\"fps\":\"24/1\",\"tail\":-0.5,\"lines\":[{\"name\":\"a\"}]}",
     {"{\"seconds\":2}"},
     "{\"fps\":\"24/1\",\"frames\":36,\"lines\":{\"a\":{\"end\":2,\"seconds\":2,\"start\":0}},"
     "\"seconds\":1.5,\"speech\":2}",
     ""},
    {"{\"fps\":\"24/1\",\"seconds\":1.5,\"tail\":-0.5,\"lines\":[{\"name\":\"a\"}]}",
     {"{\"seconds\":2}"},
     "{\"fps\":\"24/1\",\"frames\":36,\"lines\":{\"a\":{\"end\":2,\"seconds\":2,\"start\":0}},"
     "\"seconds\":1.5,\"speech\":2}",
     ""},
    // Drop-frame rates count exactly.
    {"{\"fps\":\"30000/1001\",\"lines\":[{\"name\":\"a\"}]}",
     {"{\"samples\":80080,\"rate\":48000}"},
     "{\"fps\":\"30000/1001\",\"frames\":50,\"lines\":{\"a\":{\"end\":1.6683333333333332,"
     "\"seconds\":1.6683333333333332,\"start\":0}},\"seconds\":1.6683333333333332,"
     "\"speech\":1.6683333333333332}",
     ""},
    {"{\"fps\":\"nonsense\"}", {NULL}, NULL, ""},
    {"{\"fps\":\"24/1\",\"lines\":[{\"name\":\"nobody\"}]}", {NULL}, NULL, ""},
};

static void check(const struct timing_case *c)
{
    static const char *const names[MOST_VOICES] = {"a", "b", "c"};
    struct media_input inputs[MOST_VOICES];
    struct media_job job = {.inputs = inputs};
    struct buf text = {0}, note = {0};
    struct err err = {0};
    json_t *params = json_loads(c->params, 0, NULL), *timing;

    assert_non_null(params);
    for (; job.n_inputs < MOST_VOICES && c->voices[job.n_inputs]; job.n_inputs++)
        inputs[job.n_inputs] =
            (struct media_input){.name = names[job.n_inputs],
                                 .path = "",
                                 .facts = json_loads(c->voices[job.n_inputs], 0, NULL)};
    job.params = params;
    timing = timing_of(&job, &note, &err);
    assert_int_equal(timing != NULL, c->timing != NULL);
    if (timing) {
        json_canonical(timing, &text);
        assert_string_equal(buf_text(&text), c->timing);
    }
    assert_string_equal(buf_text(&note), c->note);
    for (size_t i = 0; i < job.n_inputs; i++)
        json_decref((json_t *)(uintptr_t)inputs[i].facts);
    json_decref(timing);
    json_decref(params);
    buf_release(&text);
    buf_release(&note);
}

static void timings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(timings)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
