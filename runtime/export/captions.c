// SPDX-License-Identifier: MIT
#include "runtime/export/captions.h"

#include "runtime/media/subtitle.h"
#include "runtime/timeline.h"

static void put(const struct timeline *t,
                void (*format)(const struct subtitles *s, struct buf *out), struct buf *out)
{
    struct subtitles s = {.columns = subtitles_columns(t->width, t->height)};

    for (size_t i = 0; i < t->lines.n; i++) {
        const struct timeline_line *line = &t->lines.at[i];

        subtitles_add(&s, line->who, line->mode, line->text, line->start, line->seconds);
    }
    subtitles_finish(&s, timeline_seconds(t, t->frames), (double)t->rate.den / (double)t->rate.num);
    format(&s, out);
    subtitles_release(&s);
}

void captions_write_srt(const struct timeline *t, struct buf *out)
{
    put(t, subtitles_srt, out);
}

void captions_write_vtt(const struct timeline *t, struct buf *out)
{
    put(t, subtitles_vtt, out);
}
