// SPDX-License-Identifier: MIT
#include "runtime/voiced.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "runtime/media/media.h"
#include "runtime/timeline.h"

// The stem of dialogue of the line's shot.
static const struct timeline_clip *find_stem(const struct timeline *t,
                                             const struct timeline_line *line)
{
    for (size_t i = 0; i < t->tracks.n; i++) {
        const struct timeline_track *track = &t->tracks.at[i];

        for (size_t c = 0; strcmp(track->role, "dialogue") == 0 && c < track->clips.n; c++)
            if (strcmp(track->clips.at[c].shot, line->shot) == 0)
                return &track->clips.at[c];
    }
    return NULL;
}

static struct media_line make_line(const struct timeline *t, const struct timeline_line *line,
                                   const struct timeline_clip *stem, const char *project,
                                   struct arena *a)
{
    double start = line->start + timeline_seconds(t, t->slate_frames); // in the file
    int64_t frame = frame_rate_frames(t->rate, start);
    double into_clip = line->start - timeline_seconds(t, stem->at);

    return (struct media_line){
        .text = line->text,
        .start = start,
        .seconds = line->seconds,
        .frame = frame,
        .after = start - timeline_seconds(t, frame),
        .stem = path_join(a, project, stem->media->source),
        .stem_at = into_clip + timeline_seconds(t, stem->start),
    };
}

static int by_start(const void *left, const void *right)
{
    const struct media_line *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

struct media_line *voiced_lines(const struct timeline *t, const char *project, struct arena *a,
                                size_t *n)
{
    struct media_line *list = arena_array(a, struct media_line, t->lines.n + 1);

    *n = 0;
    for (size_t i = 0; i < t->lines.n; i++) {
        const struct timeline_clip *stem = find_stem(t, &t->lines.at[i]);

        if (stem)
            list[(*n)++] = make_line(t, &t->lines.at[i], stem, project, a);
    }
    qsort(list, *n, sizeof(*list), by_start);
    return list;
}
