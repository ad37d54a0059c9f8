// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "compiler/studio.h"
#include "runtime/pauses.h"
#include "runtime/rest.h"

enum { DAY_MIN = 24 * 60, MIN_MS = 60 * 1000 };

// 1 January 1970 was a Thursday.
static int64_t at(int day, int hour, int minute)
{
    return ((int64_t)day * DAY_MIN + hour * 60 + minute) * MIN_MS;
}

struct hours_case {
    const char *about;
    struct studio_hours hours[2];
    size_t n;
    int hour, minute;
    const char *state;
};

static const struct hours_case hours_cases[] = {
    {"no hours: always", .n = 0, .hour = 12, .state = "up"},
    {"within the day", {{480, 1020}}, 1, 12, 0, "up"},
    {"its first minute", {{480, 1020}}, 1, 8, 0, "up"},
    {"the minute before", {{480, 1020}}, 1, 7, 59, "resting until 08:00"},
    {"its last minute", {{480, 1020}}, 1, 16, 59, "up"},
    {"its end", {{480, 1020}}, 1, 17, 0, "resting until 08:00"},
    {"past midnight, in the evening", {{1200, 480}}, 1, 23, 0, "up"},
    {"past midnight, in the morning", {{1200, 480}}, 1, 7, 59, "up"},
    {"past midnight, at its end", {{1200, 480}}, 1, 8, 0, "resting until 20:00"},
    {"past midnight, just before", {{1200, 480}}, 1, 19, 59, "resting until 20:00"},
    {"from midnight", {{0, 360}}, 1, 0, 0, "up"},
    {"until midnight", {{1080, 0}}, 1, 23, 59, "up"},
    {"until midnight, at its end", {{1080, 0}}, 1, 0, 0, "resting until 18:00"},
    {"the whole day", {{0, 0}}, 1, 13, 0, "up"},
    {"the whole day, from elsewhere", {{1200, 1200}}, 1, 13, 0, "up"},
    {"two: in the second", {{60, 360}, {720, 780}}, 2, 12, 30, "up"},
    {"two: the next is told", {{60, 360}, {720, 780}}, 2, 6, 0, "resting until 12:00"},
    {"two: the next is tomorrow's", {{60, 360}, {720, 780}}, 2, 13, 0, "resting until 01:00"},
};

static void hours_of_the_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hours_cases) / sizeof(*hours_cases); i++) {
        const struct hours_case *c = &hours_cases[i];
        struct studio_machine m = {.name = "gpu", .hours = c->hours, .n_hours = c->n};
        struct rest r = rest_of(&m, NULL, at(5, c->hour, c->minute));
        char text[80];

        if (strcmp(rest_state(&r, text, sizeof(text)), c->state) != 0)
            fail_msg("%s: %s, not %s", c->about, text, c->state);
    }
}

// By the clock of the place, summer and winter.
static void hours_are_local(void **state)
{
    static const struct studio_hours night = {1200, 480};
    struct studio_machine m = {.name = "gpu", .hours = &night, .n_hours = 1};
    struct rest winter, summer;

    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    winter = rest_of(&m, NULL, at(5, 18, 30));   // 19:30 there
    summer = rest_of(&m, NULL, at(200, 18, 30)); // 20:30
    setenv("TZ", "UTC0", 1);
    tzset();
    assert_int_equal(winter.reason, REST_HOURS);
    assert_true(winter.until_ms == at(5, 19, 0)); // 20:00 there
    assert_int_equal(summer.reason, REST_NOT);
}

struct pause_case {
    const char *about, *rows, *machine;
    const char *sentence;
};

static const struct pause_case pause_cases[] = {
    {"nobody", "{}", "gpu", "gpu takes work"},
    {"for good", "{\"gpu\": 0}", "gpu", "gpu is paused"},
    {"another one", "{\"mac\": 0}", "gpu", "gpu takes work"},
    {"until later today", "{\"gpu\": 464400000}", "gpu", "gpu is paused until 09:00"},
    {"until another day", "{\"gpu\": 633600000}", "gpu", "gpu is paused until Thu 08:00"},
    {"it is over", "{\"gpu\": 428400000}", "gpu", "gpu takes work"},
    {"all of them", "{\"*\": 0}", "here", "this machine is paused"},
    {"all but this", "{\"*\": 0, \"gpu\": false}", "gpu", "gpu takes work"},
    {"all for good, this for a while", "{\"*\": 0, \"gpu\": 464400000}", "gpu",
     "gpu is paused until 09:00"},
    {"something else in the file", "{\"gpu\": \"yes\"}", "gpu", "gpu takes work"},
};

static void pauses_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pause_cases) / sizeof(*pause_cases); i++) {
        const struct pause_case *c = &pause_cases[i];
        struct pauses p = {.rows = json_loads(c->rows, 0, NULL)};
        struct studio_machine m = {.name = c->machine};
        struct rest r = rest_of(&m, &p, at(5, 0, 0));
        char text[80];

        if (strcmp(rest_sentence(&r, c->machine, text, sizeof(text)), c->sentence) != 0)
            fail_msg("%s: %s", c->about, text);
        pauses_release(&p);
    }
}

// Somebody's pause is more than the hours: they end, and it does not.
static void pause_before_hours(void **state)
{
    static const struct studio_hours night = {1200, 480};
    struct pauses p = {.rows = json_pack("{s:i}", "gpu", 0)};
    struct studio_machine m = {.name = "gpu", .hours = &night, .n_hours = 1};
    struct rest r = rest_of(&m, &p, at(5, 12, 0));

    (void)state;
    assert_int_equal(r.reason, REST_PAUSED);
    pauses_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_of_the_day),
        cmocka_unit_test(hours_are_local),
        cmocka_unit_test(pauses_by_name),
        cmocka_unit_test(pause_before_hours),
    };

    setenv("TZ", "UTC0", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
