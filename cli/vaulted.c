// SPDX-License-Identifier: MIT
#include "cli/vaulted.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/say.h"
#include "cli/size.h"
#include "compiler/picks.h"
#include "compiler/schema.h"
#include "runtime/ledger.h"

static const struct vault_pin *make_pins(struct arena *a, const struct pick *picks, size_t n)
{
    struct vault_pin *pins = arena_array(a, struct vault_pin, n + 1);

    for (size_t i = 0; i < n; i++)
        pins[i] = (struct vault_pin){picks[i].is, picks[i].where};
    return pins;
}

// Who does not know every pick must not remove anything.
static bool read_pins(struct vaulted *v, const struct vault_pin **pins, size_t *n)
{
    struct arena *a = v->cli->arena;
    struct diag *diag = diag_new();
    struct err err = {0};
    struct schemas *schemas = schemas_open(path_join(a, v->cli->data_dir, "stdlib/schema"), &err);
    const struct pick *picks;
    struct buf said = {0};
    bool ok = false;

    if (!schemas) {
        v->code = say_error(v->cli, &err);
    } else if (picks_read(a, diag, schemas, v->project, &picks, n)) {
        *pins = make_pins(a, picks, *n);
        ok = true;
    } else {
        v->code = EXIT_FILM_WRONG;
    }
    diag_render(diag, &said, v->cli->colour);
    say_aside(&said);
    buf_release(&said);
    schemas_free(schemas);
    diag_free(diag);
    return ok;
}

static bool take_lock(struct vaulted *v, const char *doing, struct err *err)
{
    char who[512];
    struct buf said = {0};

    if (lock_try(&v->lock, v->project, doing, who, sizeof(who), err))
        return true;
    if (err->kind != ERR_NONE)
        return false;
    buf_printf(&said, "waiting for %s\n", who[0] ? who : "a build of this project");
    say_aside(&said);
    buf_release(&said);
    return lock_wait(&v->lock, doing, err);
}

static bool open_ledger(struct vaulted *v, const char *doing, struct err *err)
{
    if (doing && !take_lock(v, doing, err))
        return false;
    v->ledger = ledger_open(v->project, doing ? LEDGER_WRITE : LEDGER_READ, clock_system(), err);
    return v->ledger != NULL;
}

bool vaulted_open(struct vaulted *v, const struct cli *cli, const struct args *args,
                  const char *doing)
{
    const struct vault_pin *pins;
    struct err err = {0};
    size_t n;

    *v = (struct vaulted){.cli = cli, .lock = {-1}};
    v->project = args->n_words ? args->words[0] : ".";
    if (!file_exists(path_join(cli->arena, v->project, ".c41"))) {
        v->code = say_usage(cli, "name the folder of a project in which something was built",
                            "%s has no folder .c41", v->project);
        return false;
    }
    // Picks are read under the lock: whoever picks meanwhile waits, or is seen.
    if (open_ledger(v, doing, &err) && read_pins(v, &pins, &n) &&
        vault_read(&v->vault, cli->arena, v->ledger, v->project, pins, n, &err))
        return true;
    if (err.kind != ERR_NONE)
        v->code = say_error(cli, &err);
    return false;
}

void vaulted_close(struct vaulted *v)
{
    struct err err = {0};

    if (!ledger_close(v->ledger, &err))
        v->code = say_error(v->cli, &err);
    lock_release(&v->lock);
    v->ledger = NULL;
}

void vaulted_print_kept(const struct vault *v, struct buf *out)
{
    if (v->kept.n == 0)
        return;
    buf_printf(out, "kept beside it: %zu passage%s of sound, ", v->kept.n,
               v->kept.n == 1 ? "" : "s");
    size_print(vault_kept_bytes(&v->kept), out);
    buf_char(out, '\n');
}
