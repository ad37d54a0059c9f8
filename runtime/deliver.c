// SPDX-License-Identifier: MIT
#include "runtime/deliver.h"

#include <string.h>
#include <unistd.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/stamp.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/events.h"
#include "runtime/found.h"
#include "runtime/ledger.h"
#include "runtime/ledger_vault.h"
#include "runtime/service.h"
#include "runtime/store.h"
#include "runtime/walk.h"

enum { LEAST_LINKED_BYTES = 16 << 20 };

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

// By the ledger's memory of the file; one that somebody touched is read.
static bool is_current(struct walk *w, const char *path, const struct artifact *artifact,
                       struct file_stamp *stamp)
{
    const char *whole = path_join(w->arena, w->graph->project, path);
    struct digest digest;
    json_t *facts = NULL;

    if (!file_stamp(whole, stamp))
        return false;
    if (ledger_find_file(w->ledger, path, stamp, &digest, &facts))
        json_decref(facts);
    else if (!digest_path(whole, &digest))
        return false;
    return memcmp(&digest, &artifact->digest, sizeof(digest)) == 0;
}

bool deliver_is_current(struct walk *w, size_t deliverable, bool draft)
{
    const struct artifact *artifact = artifact_of(w, &w->graph->deliverables[deliverable]);
    struct file_stamp stamp;

    return artifact && is_current(w, deliver_path(w, deliverable, draft), artifact, &stamp);
}

// A hard link is the store's own file. It saves the room that a master takes, and is used only
// where the worst that an editor can do to it is undone by making it again on this machine.
static bool may_link(const struct walk *w, const struct deliverable *d,
                     const struct artifact *artifact)
{
    const struct work *work = &w->works[d->step->index];

    return work->by && work->by->op &&
           json_get_integer(artifact->facts, "bytes", 0) >= LEAST_LINKED_BYTES;
}

static bool write_out(struct walk *w, const struct deliverable *d, const char *path,
                      const struct artifact *artifact, struct err *err)
{
    const char *whole = path_join(w->arena, w->graph->project, path);
    const char *from = path_join(w->arena, w->graph->project, artifact->path);

    if (!path_is_inside(path))
        return err_set(err, ERR_FILM,
                       "\"%s\" leads out of the project; a deliverable's file stays in it", path);
    if (!file_make_dirs(path_dir(w->arena, whole), err))
        return false;
    if (!may_link(w, d, artifact))
        return file_copy(from, whole, &artifact->digest, err);
    return file_share(from, whole, w->works[d->step->index].cached ? &artifact->digest : NULL, err);
}

// An artifact that is damaged is no copy's fault: it is taken out of the store, so that the next
// build makes it.
static bool explain(struct walk *w, const struct work *work, const struct artifact *artifact,
                    struct err *err)
{
    struct err ignored;
    const char *kept;

    if (store_verify(w->store, artifact->path, &artifact->digest, &ignored) ||
        !store_set_aside(w->store, w->arena, artifact->path, &kept, &ignored))
        return false;
    return err_set(err, ERR_FINAL,
                   "%s is damaged: its bytes are not those that were stored. It was moved to "
                   "%s; build again, and %s is made anew from what is there",
                   artifact->path, kept, work->step->id);
}

static bool remember(struct walk *w, const char *path, const struct artifact *artifact,
                     struct file_stamp *stamp, struct err *err)
{
    if (!file_stamp(path_join(w->arena, w->graph->project, path), stamp)) {
        *stamp = (struct file_stamp){.inode = 1}; // gone already: like no file, and not like none
        return true;
    }
    return ledger_put_file(w->ledger, path, stamp, &artifact->digest, artifact->facts, err);
}

// What stands at path is then what its step made.
static bool hand_out(struct walk *w, const struct deliverable *d, const struct artifact *artifact,
                     struct delivered *out, struct err *err)
{
    if (is_current(w, out->path, artifact, &out->stamp))
        return true;
    abort_point("deliver-begun");
    if ((!write_out(w, d, out->path, artifact, err) &&
         !explain(w, &w->works[d->step->index], artifact, err)) ||
        !remember(w, out->path, artifact, &out->stamp, err))
        return err_wrap(err, "handing out %s", out->path);
    abort_point("deliver-remembered");
    out->written = true;
    return true;
}

// Names what was found in it as its shots are called now, and counts it.
static size_t name_findings(const struct deliverable *d, const struct artifact *artifact)
{
    json_t *findings = found_in(artifact->facts);

    found_name(findings, d->step);
    found_add_timecodes(findings, json_get_text(artifact->facts, "fps", ""));
    return json_array_size(findings);
}

bool deliver_all(struct walk *w, struct build_result *result, struct clock *clock,
                 struct delivered **list, size_t *n, struct err *err)
{
    *list = arena_array(w->arena, struct delivered, w->graph->n_deliverables);
    *n = result->delivered = result->findings = 0;
    for (size_t i = 0; i < w->graph->n_deliverables; i++) {
        const struct deliverable *d = &w->graph->deliverables[i];
        const struct artifact *artifact = artifact_of(w, d);
        struct delivered *out = &(*list)[*n];

        if (!artifact)
            continue;
        result->findings += name_findings(d, artifact);
        *out = (struct delivered){.name = d->name,
                                  .path = deliver_path(w, i, result->draft),
                                  .digest = artifact->digest,
                                  .facts = artifact->facts,
                                  .rank = d->span.start,
                                  .scene = d->step->scene,
                                  .seen_ms = clock->wall_ms(clock)};
        if (!hand_out(w, d, artifact, out, err))
            return false;
        result->delivered += out->written;
        ++*n;
    }
    return true;
}

// Whether the deliverable at path is the store's own file and no longer what was stored; then
// *artifact is that file's path.
static bool is_spoilt(const struct graph *g, struct ledger *ledger, struct arena *a,
                      const char *path, const char **artifact)
{
    const char *whole = path_join(a, g->project, path);
    struct file_stamp here, stored;
    struct digest expected, found;
    json_t *facts = NULL;

    if (!file_stamp(whole, &here))
        return false;
    if (ledger_find_file(ledger, path, &here, &found, &facts)) {
        json_decref(facts);
        return false;
    }
    if (!ledger_file_digest(ledger, path, &expected))
        return false;
    *artifact = store_path(a, &expected, path_ext(path));
    return file_stamp(path_join(a, g->project, *artifact), &stored) &&
           stored.device == here.device && stored.inode == here.inode &&
           digest_path(whole, &found) && memcmp(&found, &expected, sizeof(found)) != 0;
}

static bool guard_one(const struct graph *g, struct ledger *ledger, const struct store *store,
                      struct arena *a, const char *path,
                      void (*tell)(void *user, const char *path, const char *kept), void *user,
                      struct err *err)
{
    const char *artifact, *kept;

    if (!path || !is_spoilt(g, ledger, a, path, &artifact))
        return true;
    if (!store_set_aside(store, a, artifact, &kept, err))
        return false;
    unlink(path_join(a, g->project, path)); // it is in the quarantine now
    tell(user, path, kept);
    return true;
}

bool deliver_guard(const struct graph *g, struct ledger *ledger, const struct store *store,
                   struct arena *a, void (*tell)(void *user, const char *path, const char *kept),
                   void *user, struct err *err)
{
    for (size_t i = 0; i < g->n_deliverables; i++)
        if (!guard_one(g, ledger, store, a, g->deliverables[i].file, tell, user, err) ||
            !guard_one(g, ledger, store, a, g->deliverables[i].draft_file, tell, user, err))
            return false;
    return true;
}
