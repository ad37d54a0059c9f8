// SPDX-License-Identifier: MIT
#include "runtime/media/lookout.h"

#include <jansson.h>

#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/media.h"
#include "runtime/media/picture.h"
#include "runtime/media/watch.h"

// Frames in a row that are alike, and what is known of earlier ones.
struct run {
    int64_t least; // frames; a shorter one is none
    bool joins;    // with what comes before and after the cut
    bool holds;
    int64_t start;
    json_t *list; // of [from, to]
};

struct lookout {
    struct watch *watch;
    struct run black, frozen;
    int64_t at; // the next frame
};

enum asked lookout_asked(const struct picture *picture, const struct media_input *input, bool draft)
{
    bool rendered = json_get_flag(input->facts, "rendered", false);

    if (draft || picture_held(picture))
        return ASKED_BLACK | ASKED_STILL;
    if (!picture_is_steady(picture))
        return ASKED_NOTHING;
    return rendered ? ASKED_STILL : ASKED_BLACK | ASKED_STILL;
}

struct lookout *lookout_new(struct rate rate)
{
    struct lookout *l = mem_new(sizeof(*l));

    l->watch = watch_new();
    l->black = (struct run){.least = rate_frames(rate, WATCH_BLACK_LEAST_MS / 1000.0),
                            .joins = true,
                            .list = json_array()};
    l->frozen = (struct run){.least = rate_frames(rate, WATCH_FROZEN_LEAST_MS / 1000.0),
                             .list = json_array()};
    return l;
}

void lookout_free(struct lookout *l)
{
    if (!l)
        return;
    watch_free(l->watch);
    json_decref(l->black.list);
    json_decref(l->frozen.list);
    mem_free(l);
}

static void end_run(struct run *r, int64_t at, bool last)
{
    bool reaches_out = r->joins && (r->start == 0 || last);

    if (r->holds && at > r->start && (reaches_out || at - r->start >= r->least))
        json_array_append_new(r->list, json_pack("[I, I]", (json_int_t)r->start, (json_int_t)at));
    r->holds = false;
}

static void begin_run(struct run *r, int64_t at)
{
    if (r->holds)
        return;
    r->holds = true;
    r->start = at;
}

bool lookout_see(struct lookout *l, const struct AVFrame *frame, enum asked asked, struct err *err)
{
    int64_t at = l->at++;
    enum glance seen;

    if (asked == (ASKED_BLACK | ASKED_STILL)) { // whatever it shows
        end_run(&l->black, at, false);
        end_run(&l->frozen, at, false);
        return true;
    }
    if (!watch_see(l->watch, frame, &seen, err))
        return false;
    if (seen != GLANCE_BLACK || asked & ASKED_BLACK)
        end_run(&l->black, at, false);
    else
        begin_run(&l->black, at);
    if (seen != GLANCE_STILL || asked & ASKED_STILL) // what is black is told once
        end_run(&l->frozen, at, false);
    if (seen != GLANCE_BLACK && !(asked & ASKED_STILL))
        begin_run(&l->frozen, at);
    return true;
}

static void tell(struct run *r, int64_t at, const struct media_job *job, const char *name)
{
    end_run(r, at, true);
    if (json_array_size(r->list))
        media_tell(job, name, json_incref(r->list));
}

void lookout_tell(struct lookout *l, const struct media_job *job)
{
    tell(&l->black, l->at, job, "black");
    tell(&l->frozen, l->at, job, "frozen");
}
