// SPDX-License-Identifier: MIT
// c41 verify: is every artifact of the store still what was stored?
#include "runtime/verify.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/say.h"
#include "cli/size.h"
#include "cli/table.h"
#include "cli/vaulted.h"
#include "runtime/engine.h"
#include "runtime/store.h"

static const char *const state_names[] = {
    [VERIFY_SOUND] = "sound",
    [VERIFY_DAMAGED] = "damaged",
    [VERIFY_MISSING] = "missing",
    [VERIFY_UNREADABLE] = "unreadable",
};

// On a terminal: one line, drawn anew.
static void draw_progress(void *user, size_t done, size_t total, uint64_t bytes)
{
    struct buf line = {0};

    (void)user;
    buf_printf(&line, "\r\033[K%zu of %zu artifacts, ", done, total);
    size_print(bytes, &line);
    if (done == total)
        buf_puts(&line, "\r\033[K");
    say_aside(&line);
    buf_release(&line);
}

static const char *step_of(const struct vault_file *f)
{
    return f->by ? f->by->step : "(no step)";
}

static void print_faults(const struct verify *found, struct buf *out)
{
    struct table t = {.columns = 4};

    for (size_t i = 0; i < found->n_faults; i++) {
        const struct verify_fault *f = &found->faults[i];

        table_add(&t, "%s", state_names[f->state]);
        table_add(&t, "%s", step_of(f->file));
        table_add(&t, "%s", f->file->path);
        table_add(&t, "%s%s", f->file->pin ? "picked at " : "",
                  f->file->pin ? f->file->pin->where : "");
    }
    table_print(&t, 0, out);
}

// Whoever edits a deliverable may mean to; the store has not suffered.
static void print_altered(const struct verify *found, struct buf *out)
{
    for (size_t i = 0; i < found->n_altered; i++)
        buf_printf(out, "altered     %s: not what was handed out; the next build puts that back\n",
                   found->altered[i]);
}

static void print_counts(const struct verify *found, bool quick, struct buf *out)
{
    size_t n[sizeof(state_names) / sizeof(*state_names)] = {0}, picked = 0;

    for (size_t i = 0; i < found->n_faults; i++) {
        n[found->faults[i].state]++;
        picked += found->faults[i].file->pin != NULL;
    }
    buf_printf(out, "%zu artifact%s %s: %zu damaged, %zu missing", found->n_files,
               found->n_files == 1 ? "" : "s", quick ? "looked at" : "read", n[VERIFY_DAMAGED],
               n[VERIFY_MISSING]);
    if (n[VERIFY_UNREADABLE])
        buf_printf(out, ", %zu that cannot be read", n[VERIFY_UNREADABLE]);
    buf_char(out, '\n');
    if (n[VERIFY_DAMAGED])
        buf_printf(out,
                   "the damaged ones are in %s now; the next build makes what it needs of them\n",
                   QUARANTINE_DIR);
    if (picked)
        buf_printf(out,
                   "%zu of them %s picked and will not be rendered again: give the store back, or "
                   "pick again\n",
                   picked, picked == 1 ? "is" : "are");
}

static int tell(const struct vaulted *v, const struct verify *found, bool quick, bool ok,
                const struct err *err)
{
    struct buf out = {0};
    int code;

    print_faults(found, &out);
    print_altered(found, &out);
    if (ok)
        print_counts(found, quick, &out);
    code = say_out(&out);
    buf_release(&out);
    if (!ok)
        return err->kind == ERR_CANCELLED ? err_exit_code(err->kind) : say_error(v->cli, err);
    return code || found->n_faults == 0 ? code : EXIT_STEP_FAILED;
}

static int check(struct vaulted *v, const struct verify_options *o)
{
    struct engine engine = {.module_dir = v->cli->module_dir};
    struct verify found;
    struct err err = {0};
    bool ok = verify_run(&found, v->cli->arena, &v->vault, v->ledger, &engine, o, &err);

    engine_stop(&engine);
    return tell(v, &found, o->quick, ok, &err);
}

static int run(const struct cli *cli, const struct args *args)
{
    struct verify_options o = {
        .quick = args_has(args, "quick"),
        .progress = cli->terminal ? draw_progress : NULL,
    };
    struct vaulted v;
    struct err err = {0};
    long jobs;

    if (args->n_words > 1)
        return say_usage(cli, NULL, "verify takes one folder");
    if (!args_number(args, "jobs", 1, 0, &jobs, &err))
        return say_error(cli, &err);
    o.jobs = (unsigned)jobs;
    if (vaulted_open(&v, cli, args, "verifies the store"))
        v.code = check(&v, &o);
    vaulted_close(&v);
    return v.code;
}

static const struct option options[] = {
    {"quick", 0, NULL, "look at presence and size only"},
    {"jobs", 'j', "N", "files at once; one a core"},
    {0},
};

const struct command command_verify = {
    .name = "verify",
    .usage = "[DIR]",
    .about = "read every artifact and name those that are not what was stored",
    .more =
        "Damaged artifacts are moved to .c41/quarantine/. The next build makes them again, where "
        "it\n"
        "needs them; one that a *.picks.yaml names is lost, for a render cannot be repeated: give\n"
        "it back from a copy of the store, or pick again. Exit code 1 when anything was found.\n",
    .examples = "  c41 verify\n"
                "  c41 verify films/keeper --quick\n",
    .options = options,
    .run = run,
};
