// SPDX-License-Identifier: MIT
#include "runtime/media/titles.h"

#include "base/mem.h"
#include "runtime/media/burn_in.h"
#include "runtime/media/layers.h"
#include "runtime/media/media.h"
#include "runtime/media/scripts.h"

struct titles {
    struct layers layers;
    struct burn_in *burn_in; // NULL: none
};

// Drawn in this order, one over the other.
static const struct {
    const char *param;
    bool (*add)(struct layers *l, const json_t *said, struct err *err);
} writers[] = {
    {"card", card_add},
    {"text", lower_third_add},
    {"slate", slate_add},
    {"subtitles", subtitles_burn},
};

static bool write_all(struct titles *t, const json_t *params, struct err *err)
{
    const json_t *burn_in = json_object_get(params, "burn-in");

    for (size_t i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
        const json_t *said = json_object_get(params, writers[i].param);

        if (json_is_object(said) && !writers[i].add(&t->layers, said, err))
            return false;
    }
    return !json_is_object(burn_in) || burn_in_new(&t->burn_in, &t->layers, burn_in, err);
}

bool titles_new(struct titles **out, const json_t *params, int width, int height, int format,
                struct rate rate, int64_t frames, const struct media_job *job, struct err *err)
{
    struct titles *t = mem_new(sizeof(*t));
    bool ok;

    *out = NULL;
    layers_init(&t->layers, width, height, format, rate, frames);
    ok = write_all(t, params, err);
    scripts_note(job, t->layers.unknown);
    if (ok && (t->layers.list.n || t->burn_in))
        *out = t;
    else
        titles_free(t);
    return ok;
}

void titles_free(struct titles *t)
{
    if (!t)
        return;
    layers_release(&t->layers);
    burn_in_free(t->burn_in);
    mem_free(t);
}

void titles_draw(const struct titles *t, struct AVFrame *frame, int64_t n)
{
    layers_draw(&t->layers, frame, n);
    if (t->burn_in)
        burn_in_draw(t->burn_in, frame, n);
}
