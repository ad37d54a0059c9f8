// SPDX-License-Identifier: MIT
#include "runtime/deliver.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/stamp.h"
#include "compiler/graph.h"
#include "runtime/events.h"
#include "runtime/ledger.h"
#include "runtime/store.h"
#include "runtime/walk.h"

const char *deliver_path(const struct walk *w, size_t deliverable, bool draft)
{
    const struct deliverable *d = &w->graph->deliverables[deliverable];

    return draft ? d->draft_file : d->file;
}

static const struct artifact *artifact_of(const struct walk *w, const struct deliverable *d)
{
    const struct work *work = &w->works[d->step->index];

    if (!work->wanted || work->state != WORK_DONE)
        return NULL;
    for (size_t i = 0; i < d->step->n_outputs; i++)
        if (strcmp(d->step->outputs[i], d->output) == 0)
            return &work->artifacts[i];
    return NULL;
}

static bool hash_file(const char *path, struct digest *digest)
{
    struct err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && digest_fd(fd, digest, &err);

    if (fd >= 0)
        close(fd);
    return ok;
}

// By the ledger's memory of the file; one that somebody touched is read.
static bool is_current(struct walk *w, const char *path, const struct artifact *artifact)
{
    const char *whole = path_join(w->arena, w->graph->project, path);
    struct file_stamp stamp;
    struct digest digest;
    json_t *facts = NULL;

    if (!file_stamp(whole, &stamp))
        return false;
    if (ledger_find_file(w->ledger, path, &stamp, &digest, &facts))
        json_decref(facts);
    else if (!hash_file(whole, &digest))
        return false;
    return memcmp(&digest, &artifact->digest, sizeof(digest)) == 0;
}

bool deliver_is_current(struct walk *w, size_t deliverable, bool draft)
{
    const struct artifact *artifact = artifact_of(w, &w->graph->deliverables[deliverable]);

    return artifact && is_current(w, deliver_path(w, deliverable, draft), artifact);
}

static bool write_out(struct walk *w, const char *path, const struct artifact *artifact,
                      struct err *err)
{
    const char *whole = path_join(w->arena, w->graph->project, path);

    if (!path_is_inside(path))
        return err_set(err, ERR_FILM,
                       "\"%s\" leads out of the project; a deliverable's file stays in it", path);
    return file_make_dirs(path_dir(w->arena, whole), err) &&
           file_copy(path_join(w->arena, w->graph->project, artifact->path), whole,
                     &artifact->digest, err);
}

// An artifact that is damaged is no copy's fault: it is taken out of the store, so that the next
// build makes it.
static bool explain(struct walk *w, const struct work *work, const struct artifact *artifact,
                    struct err *err)
{
    struct err ignored;

    if (store_verify(w->store, artifact->path, &artifact->digest, &ignored) ||
        !store_set_aside(w->store, artifact->path, &ignored))
        return false;
    return err_set(err, ERR_FINAL,
                   "%s is damaged: its bytes are not those that were stored. It was moved to "
                   ".c41/damaged; build again, and %s is made anew from what is there",
                   artifact->path, work->step->id);
}

static bool remember(struct walk *w, const char *path, const struct artifact *artifact,
                     struct err *err)
{
    struct file_stamp stamp;

    if (!file_stamp(path_join(w->arena, w->graph->project, path), &stamp))
        return true;
    return ledger_put_file(w->ledger, path, &stamp, &artifact->digest, artifact->facts, err);
}

bool deliver_all(struct walk *w, bool draft, struct delivered **list, size_t *n, size_t *written,
                 struct err *err)
{
    *list = arena_array(w->arena, struct delivered, w->graph->n_deliverables);
    *n = *written = 0;
    for (size_t i = 0; i < w->graph->n_deliverables; i++) {
        const struct artifact *artifact = artifact_of(w, &w->graph->deliverables[i]);
        const char *path = deliver_path(w, i, draft);
        struct delivered *out = &(*list)[*n];

        if (!artifact)
            continue;
        *out = (struct delivered){w->graph->deliverables[i].name, path, artifact->facts, false};
        if (!is_current(w, path, artifact)) {
            abort_point("deliver-begun");
            if ((!write_out(w, path, artifact, err) &&
                 !explain(w, &w->works[w->graph->deliverables[i].step->index], artifact, err)) ||
                !remember(w, path, artifact, err))
                return err_wrap(err, "handing out %s", path);
            abort_point("deliver-remembered");
            out->written = true;
            ++*written;
        }
        ++*n;
    }
    return true;
}
