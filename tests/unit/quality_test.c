// SPDX-License-Identifier: MIT
// One quality for a file of at most so many bytes, from trials.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/ops.h"
#include "tests/unit/job.h"

// Two pieces of ten seconds, of 1, 0.25 and 0.0625 MB at CRF 20, 30 and 40. Without sound of any
// weight, so that a file has what its pictures have and some 16 kB.
#define HEAD  "{'fps': '24/1', 'audio': {'codec': 'aac', 'bitrate': 8}, "
#define THREE "'qualities': [20, 30, 40], 'step': 0.5"

static const double piece_bytes[] = {1e6, 2.5e5, 6.25e4};

struct quality_case {
    const char *params;
    size_t trials[4]; // which of piece_bytes each piece has, in the order of the qualities
    size_t n;
    double crf; // 0: it fails
};

static const struct quality_case cases[] = {
    {HEAD THREE ", 'max-bytes': 9000000}", {0, 1, 2}, 3, 20}, // no better than the best
    {HEAD THREE ", 'max-bytes': 1100000}", {0, 1, 2}, 3, 25}, // half of 2 MB and a little
    {HEAD THREE ", 'max-bytes': 1000000}", {0, 1, 2}, 3, 25.5},
    {HEAD THREE ", 'max-bytes': 560000}", {0, 1, 2}, 3, 30},
    {HEAD THREE ", 'max-bytes': 150000}", {0, 1, 2}, 3, 40},
    {HEAD THREE ", 'max-bytes': 140000}", {0, 1, 2}, 3, 0},
    // A guess stands where it fell, and may be one that was tried.
    {HEAD "'qualities': [20, 40, 30], 'step': 1, 'max-bytes': 560000}", {0, 2, 1}, 3, 30},
    {HEAD "'qualities': [20, 30, 40, 30], 'step': 1, 'max-bytes': 560000}", {0, 1, 2, 1}, 4, 30},
    // Sound takes its share: 320 kB of 20 seconds.
    {"{'fps': '24/1', 'audio': {'codec': 'aac', 'bitrate': 128000}, " THREE
     ", 'max-bytes': 890000}",
     {0, 1, 2},
     3,
     30},
};

static void check(struct job *j, const struct quality_case *c)
{
    json_t *facts[8], *made;
    struct err err = {0};
    struct buf text = {0};
    const char *path = job_path(j, "quality");

    for (size_t i = 0; i < 2 * c->n; i++) {
        job_input(j, "trial", "none");
        facts[i] =
            json_pack("{s:f, s:i}", "bytes", piece_bytes[c->trials[i % c->n]], "frames", 240);
        j->inputs[i].facts = facts[i];
    }
    job_output(j, "quality", path);
    if (job_run(j, quality_run, c->params)) {
        assert_true(file_read(path, &text, 1000, &err));
        made = json_read_loose(buf_view(&text), &err);
        assert_true(json_get_number(made, "crf", 0) == c->crf);
        json_decref(made);
        buf_release(&text);
    } else {
        assert_true(c->crf == 0);
        assert_non_null(strstr(j->err.text, "may have 140000"));
    }
    for (size_t i = 0; i < 2 * c->n; i++)
        json_decref(facts[i]);
}

static void finds_quality(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(&j, &cases[i]);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_quality)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
