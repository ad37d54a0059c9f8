// SPDX-License-Identifier: MIT
#include "runtime/services/chat/pictures.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/ops.h"
#include "runtime/store.h"

// The frame in the middle of a clip, as a PNG at to.
static bool take_frame(struct attempt *a, const struct media_input *clip, const char *to,
                       struct err *err)
{
    const struct media_op *op = ops_find(a->services->media, "local", "frame");
    struct media_input input = {.name = "clip", .path = clip->path, .facts = clip->facts};
    struct media_output output = {"image", to};
    json_t *params =
        json_pack("{s:f, s:s}", "frame", json_get_number(clip->facts, "seconds", 0) / 2, "fps",
                  json_get_text(clip->facts, "fps", "24/1"));
    struct media_job job = {
        .params = params,
        .inputs = &input,
        .n_inputs = 1,
        .outputs = &output,
        .n_outputs = 1,
        .cancelled = &a->job.cancelled,
        .project = a->services->project,
    };
    bool ok = op ? op->run(&job, err) : err_set(err, ERR_BUG, "no frame can be taken of a clip");

    json_decref(params);
    return ok;
}

static json_t *read_picture(const char *path, const char *name, struct err *err)
{
    struct buf bytes = {0}, text = {0};
    struct stat st = {0};
    json_t *picture = NULL;

    if (stat(path, &st) == 0 && st.st_size > PICTURES_MOST_BYTES) {
        err_set(err, ERR_FINAL,
                "its input \"%s\" has %lld MB: a picture for a model has %d at most", name,
                (long long)(st.st_size / 1000000), PICTURES_MOST_BYTES / 1000000);
        return NULL;
    }
    if (file_read(path, &bytes, PICTURES_MOST_BYTES, err)) {
        base64_add(&text, bytes.ptr, bytes.len);
        picture = json_stringn_nocheck(buf_text(&text), text.len);
    }
    buf_release(&bytes);
    buf_release(&text);
    return picture;
}

static json_t *read_clip(struct attempt *a, size_t i, struct err *err)
{
    const char *temp = store_temp(a->services->store, a->arena,
                                  arena_printf(a->arena, "%s-seen-%zu", a->tag, i), "png");
    json_t *picture =
        take_frame(a, &a->inputs[i], temp, err) ? read_picture(temp, a->inputs[i].name, err) : NULL;

    unlink(temp);
    return picture;
}

static json_t *read_input(struct attempt *a, size_t i, struct err *err)
{
    const struct media_input *input = &a->inputs[i];
    const char *type = json_get_text(input->facts, "type", "image");

    if (strcmp(type, "video") == 0)
        return read_clip(a, i, err);
    if (strcmp(type, "image") == 0)
        return read_picture(input->path, input->name, err);
    err_set(err, ERR_FINAL, "its input \"%s\" is no picture (%s), and nothing else can be shown",
            input->name, type);
    return NULL;
}

json_t *pictures_read(struct attempt *a, struct err *err)
{
    json_t *list = json_array();

    for (size_t i = 0; i < a->n_inputs; i++) {
        json_t *picture = read_input(a, i, err);

        if (!picture) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, picture);
    }
    return list;
}
