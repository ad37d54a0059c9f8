// SPDX-License-Identifier: MIT
#include "runtime/rest.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compiler/studio.h"
#include "runtime/pauses.h"

enum { DAY_MIN = 24 * 60, DAY_MS = DAY_MIN * 60 * 1000 };

static bool local_time(int64_t wall_ms, struct tm *tm)
{
    time_t seconds = (time_t)(wall_ms / 1000);

    return localtime_r(&seconds, tm) != NULL;
}

static int minute_of(const struct tm *tm)
{
    return tm->tm_hour * 60 + tm->tm_min;
}

static bool is_on(const struct studio_hours *h, int minute)
{
    if (h->from_min <= h->to_min)
        return h->from_min == h->to_min || (minute >= h->from_min && minute < h->to_min);
    return minute >= h->from_min || minute < h->to_min;
}

static int wait_min(const struct studio_hours *h, int minute)
{
    return (h->from_min - minute + DAY_MIN) % DAY_MIN;
}

// Of a machine whose hours are over: when the next of them begin.
static void put_opening(const struct studio_machine *m, const struct tm *now, int64_t wall_ms,
                        struct rest *r)
{
    int minute = minute_of(now);
    const struct studio_hours *next = &m->hours[0];

    for (size_t i = 1; i < m->n_hours; i++)
        if (wait_min(&m->hours[i], minute) < wait_min(next, minute))
            next = &m->hours[i];
    snprintf(r->until, sizeof(r->until), "%02d:%02d", next->from_min / 60, next->from_min % 60);
    r->until_ms = wall_ms + ((int64_t)wait_min(next, minute) * 60 - now->tm_sec) * 1000;
}

static bool rests_by_hours(const struct studio_machine *m, int64_t wall_ms, struct rest *r)
{
    struct tm tm;
    int minute;

    if (m->n_hours == 0 || !local_time(wall_ms, &tm))
        return false;
    minute = minute_of(&tm);
    for (size_t i = 0; i < m->n_hours; i++)
        if (is_on(&m->hours[i], minute))
            return false;
    put_opening(m, &tm, wall_ms, r);
    return true;
}

struct rest rest_of(const struct studio_machine *machine, const struct pauses *pauses,
                    int64_t wall_ms)
{
    struct rest r = {0};
    struct pause pause = pauses ? pauses_find(pauses, machine->name, wall_ms) : (struct pause){0};

    if (pause.on) {
        r.reason = REST_PAUSED;
        r.until_ms = pause.until_ms;
        if (pause.until_ms)
            rest_clock(pause.until_ms, wall_ms, r.until, sizeof(r.until));
    } else if (rests_by_hours(machine, wall_ms, &r)) {
        r.reason = REST_HOURS;
    }
    return r;
}

bool rest_equal(const struct rest *a, const struct rest *b)
{
    return a->reason == b->reason && strcmp(a->until, b->until) == 0;
}

char *rest_state(const struct rest *r, char *text, size_t size)
{
    static const char *const words[] = {"up", "paused", "resting"};

    snprintf(text, size, "%s%s%s", words[r->reason], r->until[0] ? " until " : "", r->until);
    return text;
}

char *rest_sentence(const struct rest *r, const char *machine, char *text, size_t size)
{
    static const char *const words[] = {"takes work", "is paused", "rests"};

    snprintf(text, size, "%s %s%s%s", strcmp(machine, "here") == 0 ? "this machine" : machine,
             words[r->reason], r->until[0] ? " until " : "", r->until);
    return text;
}

char *rest_clock(int64_t wall_ms, int64_t now_wall_ms, char *text, size_t size)
{
    bool soon = wall_ms >= now_wall_ms && wall_ms - now_wall_ms < DAY_MS;
    struct tm tm;

    text[0] = 0;
    if (local_time(wall_ms, &tm) && !strftime(text, size, soon ? "%H:%M" : "%a %H:%M", &tm))
        text[0] = 0;
    return text;
}
