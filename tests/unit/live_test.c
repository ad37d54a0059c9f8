// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/events.h"
#include "runtime/live.h"
#include "runtime/now.h"

enum { NOON_MS = 12 * 3600 * 1000 };

static const struct kind animate = {.name = "animate"}, cut = {.name = "cut"};
static const struct step steps[] = {
    {.id = "lamp/eyes/video", .kind = &animate, .preset = "wan-2.2-i2v"},
    {.id = "lamp/sea/video", .kind = &animate, .preset = "wan-2.2-i2v"},
    {.id = "lamp/eyes/cut/web", .kind = &cut, .preset = "local"},
    {.id = "lamp/sea/cut/web", .kind = &cut, .preset = "local"},
};

static void start(struct now *n, size_t step, const char *machine, int64_t at_ms)
{
    struct event e = {.type = EVENT_STEP_START,
                      .step = &steps[step],
                      .machine = machine,
                      .service = "s",
                      .expected_seconds = 600};

    now_see(n, &e, at_ms);
}

static void progress(struct now *n, size_t step, double done, const char *doing)
{
    struct event e = {.type = EVENT_STEP_PROGRESS,
                      .step = &steps[step],
                      .done = done,
                      .total = done > 0 ? 4 : 0,
                      .doing = doing};

    now_see(n, &e, 0);
}

static void service(struct now *n, const char *machine, const char *name, const char *state)
{
    struct event e = {.type = EVENT_SERVICE, .machine = machine, .service = name, .state = state};

    now_see(n, &e, 0);
}

// One machine animates and has another step waiting, this one cuts two, one is paused, one is down.
static struct now a_night(void)
{
    struct now n = {0};
    struct event begin = {.type = EVENT_BUILD_START, .to_run = 40};

    now_see(&n, &begin, 0);
    start(&n, 2, "here", 95000);
    start(&n, 3, "here", 96000);
    start(&n, 1, "gpu", 10000);
    start(&n, 0, "gpu", 20000);
    progress(&n, 0, 1, "KSampler \x1b[2J");
    service(&n, "mac", "llm", "paused until 18:00");
    service(&n, "mac", "voices", "paused until 18:00");
    service(&n, "box", "comfy", "down: connection refused");
    return n;
}

// Without what colours and clears, and without blanks at the ends of lines.
static const char *plain(const struct buf *text)
{
    static char out[1 << 16];
    size_t n = 0;

    for (const char *c = buf_text(text); *c; c++) {
        while (*c == '\n' && n && out[n - 1] == ' ')
            n--;
        if (*c != '\x1b') {
            out[n++] = *c;
            continue;
        }
        while (*c && !((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')))
            c++;
    }
    out[n] = 0;
    return out;
}

static const char *draw(const struct now *now, size_t columns, size_t rows, bool colour)
{
    struct live live = {.now = now,
                        .now_ms = 100000,
                        .wall_ms = NOON_MS,
                        .left_seconds = 4200,
                        .columns = columns,
                        .rows = rows,
                        .colour = colour};
    static char kept[1 << 16];
    struct buf out = {0};
    size_t n = live_draw(&live, &out), lines = 0;

    if (!colour)
        assert_null(strstr(buf_text(&out), "\x1b[0m"));
    snprintf(kept, sizeof(kept), "%s", plain(&out));
    for (struct str rest = str_of(kept); rest.len; lines++) {
        struct str line = str_cut(&rest, '\n');

        if (str_width(line) >= columns)
            fail_msg("%zu columns: \"%.*s\" wraps", columns, (int)line.len, line.ptr);
    }
    assert_int_equal(lines, n);
    assert_true(lines <= rows);
    buf_release(&out);
    return kept;
}

static void a_line_for_each_machine(void **state)
{
    struct now n = a_night();

    (void)state;
    assert_string_equal(
        draw(&n, 86, 24, true),
        "  box   comfy is down: connection refused\n"
        "  gpu   animate    lamp/eyes/video +1  wan-…  ━━━━────────────     1:20     4:00 left\n"
        "  mac   paused until 18:00\n"
        "  here  cut        lamp/eyes/cut/web +1                            0:05     9:55 left\n"
        "  0/40  ────────────────  about 1:10:00 left, until 13:10\n");
    now_release(&n);
}

static void nothing_wraps(void **state)
{
    struct now n = a_night();

    (void)state;
    for (size_t columns = 20; columns < 200; columns++)
        for (size_t colour = 0; colour < 2; colour++)
            draw(&n, columns, 24, colour);
    assert_non_null(strstr(draw(&n, 120, 24, true), "KSampler  [2J")); // what it says moves nothing
    assert_non_null(strstr(draw(&n, 40, 24, false), "lamp/eyes/video +1"));
    assert_non_null(strstr(draw(&n, 40, 24, false), "about 1:10:00 left"));
    now_release(&n);
}

static void many_machines_fit(void **state)
{
    static char names[200][16];
    struct now n = {0};
    const char *said;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        snprintf(names[i], sizeof(names[i]), "box-%03zu", i);
        service(&n, names[i], "comfy", "paused");
    }
    said = draw(&n, 80, 24, true);
    assert_non_null(strstr(said, "box-019"));
    assert_null(strstr(said, "box-020"));
    assert_non_null(strstr(said, "… and 180 more machines"));
    for (size_t rows = 1; rows < 6; rows++)
        draw(&n, 80, rows, true);
    now_release(&n);
}

static void why_it_waits(void **state)
{
    struct now n = {0};

    (void)state;
    now_wait(&n, "gpu rests until 20:00");
    assert_non_null(strstr(draw(&n, 80, 24, true), "waiting: gpu rests until 20:00"));
    now_wait(&n, NULL);
    n.stopping = true;
    assert_non_null(strstr(draw(&n, 80, 24, true), "stopping; about 1:10:00 left"));
    now_release(&n);
}

// What ends goes; what comes back up is no longer told.
static void what_is_over_is_gone(void **state)
{
    struct now n = a_night();
    struct err err = {.text = "broken"};
    struct event done = {.type = EVENT_STEP_DONE, .step = &steps[0]},
                 again = {.type = EVENT_STEP_FAILED, .step = &steps[1], .err = &err, .again = true},
                 failed = {.type = EVENT_STEP_FAILED, .step = &steps[2], .err = &err};

    (void)state;
    now_see(&n, &done, 0);
    now_see(&n, &again, 0);
    now_see(&n, &failed, 0);
    service(&n, "mac", "voices", "up");
    service(&n, "mac", "llm", "up");
    service(&n, "box", "comfy", "up");
    assert_int_equal(n.running.n, 1);
    assert_int_equal(n.services.n, 0);
    assert_int_equal(n.n_ended, 2);
    assert_int_equal(n.n_failed, 1);
    now_release(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_for_each_machine), cmocka_unit_test(nothing_wraps),
        cmocka_unit_test(many_machines_fit),       cmocka_unit_test(why_it_waits),
        cmocka_unit_test(what_is_over_is_gone),
    };

    setenv("TZ", "UTC0", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
