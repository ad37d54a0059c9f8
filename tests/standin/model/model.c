// SPDX-License-Identifier: MIT
// The driver `model`: stands in for the models of a studio. What it makes counts as rendered, is
// keyed like a model's, and is there at once: the draft's pictures and sounds with a mark in them
// that comes from the request, so that another seed gives other bytes. Params of its presets:
//     took    seconds that the ledger is told it took
//     varies  as with a real model, no two renders give the same bytes: a byte is added to the file
//             that $C41_MODEL_COUNTER names, and its size is in the mark
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/service.h"
#include "runtime/services/ops.h"
#include "tests/standin/model/stamp.h"

enum { MOST_BYTES = 256 << 20 };

// What belongs to one attempt, in its arena: the build's own fields are back in their places before
// the build sees the attempt again.
struct model {
    struct media_op op; // the draft's, where it makes the kind; run in this process
    const json_t *request;
    void (*ended)(struct attempt *attempt);
    void *user;
};

static bool count_render(size_t *n, struct err *err)
{
    const char *path = getenv("C41_MODEL_COUNTER");
    struct stat st = {0};
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
    bool ok = fd >= 0 && write(fd, "r", 1) == 1 && fstat(fd, &st) == 0;

    if (fd >= 0)
        close(fd);
    *n = (size_t)st.st_size;
    return ok || err_set(err, ERR_FINAL, "C41_MODEL_COUNTER does not name a file to count in");
}

// What the mark says: the digest of the request, and which render it is.
static bool write_mark(const json_t *request, struct buf *mark, struct err *err)
{
    struct digest digest = json_digest(request);
    char hex[DIGEST_HEX_BYTES];
    size_t n = 0;

    if (json_get_flag(json_object_get(request, "params"), "varies", false) &&
        !count_render(&n, err))
        return false;
    buf_printf(mark, "%s render %08zu", digest_hex(&digest, hex), n);
    return true;
}

// Kinds that the draft has no op for: words, scores, a LoRA.
static bool make_plain(const struct media_job *job, const char *mark, struct err *err)
{
    struct buf text = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < job->n_outputs; i++) {
        buf_clear(&text);
        if (strcmp(path_ext(job->outputs[i].path), "json") == 0)
            buf_printf(&text, "{\"score\": 0.%zu, \"mark\": \"%s\"}", strcspn(mark, "01234567"),
                       mark);
        else
            buf_printf(&text, "made by a model: %s", mark);
        ok = file_write(job->outputs[i].path, buf_text(&text), text.len, err);
    }
    buf_release(&text);
    return ok;
}

static bool mark_outputs(const struct media_job *job, const char *mark, struct err *err)
{
    struct buf file = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < job->n_outputs; i++) {
        const char *path = job->outputs[i].path;

        buf_clear(&file);
        ok = file_read(path, &file, MOST_BYTES, err);
        if (ok && !stamp_file(&file, path_ext(path), mark))
            ok = err_set(err, ERR_BUG, "%s cannot be marked", path);
        ok = ok && file_write(path, file.ptr, file.len, err);
    }
    buf_release(&file);
    return ok;
}

static bool run(const struct media_job *job, struct err *err)
{
    const struct attempt *a = job->user;
    const struct model *m = a->user;
    struct buf mark = {0};
    bool ok = write_mark(m->request, &mark, err);

    if (ok && m->op.run)
        ok = m->op.run(job, err) && mark_outputs(job, buf_text(&mark), err);
    else if (ok)
        ok = make_plain(job, buf_text(&mark), err);
    buf_release(&mark);
    return ok;
}

static const struct media_op op_model = {.driver = "model", .kind = "", .run = run};

static void ended(struct attempt *a)
{
    const struct model *m = a->user;

    a->seconds = json_get_number(a->params, "took", a->seconds);
    a->user = m->user;
    a->ended = m->ended;
    a->params = m->request;
    a->ended(a);
}

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    struct model *m = arena_make(a->arena, struct model);
    const struct media_op *op = ops_find(s->media, "draft", a->step->kind->name);

    *m = (struct model){.request = a->params, .ended = a->ended, .user = a->user};
    if (op)
        m->op = *op;
    a->params = json_object_get(a->params, "params");
    a->op = &op_model;
    a->user = m;
    a->ended = ended;
    return ops_start(s, a, err);
}

extern const struct driver driver_model;
const struct driver driver_model = {
    .name = "model", .here = true, .start = start, .cancel = ops_cancel};
