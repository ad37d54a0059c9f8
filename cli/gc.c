// SPDX-License-Identifier: MIT
// c41 gc: makes room in the store.
#include "runtime/gc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/kind_name.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/size.h"
#include "cli/table.h"
#include "cli/vaulted.h"
#include "compiler/graph.h"
#include "runtime/ledger.h"
#include "runtime/ledger_vault.h"

// Without a size nothing is removed, so nobody needs to be waited for.
static bool is_asked(const struct gc_options *o)
{
    return o->keep_bytes >= 0 || o->free_bytes >= 0;
}

static bool read_options(const struct args *args, struct gc_options *o, struct err *err)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    struct clock *clock = clock_system();
    long days;

    *o = (struct gc_options){
        .globs = args->n_words > 1 ? args->words + 1 : NULL,
        .n_globs = args->n_words > 1 ? args->n_words - 1 : 0,
        .kind = args_get(args, "kind", NULL),
        .scene = args_get(args, "scene", NULL),
    };
    if (!kind_name_check(o->kind, err) || !args_number(args, "older", 0, -1, &days, err) ||
        !size_option(args, "keep", &o->keep_bytes, err) ||
        !size_option(args, "free", &o->free_bytes, err))
        return false;
    if (days >= 0)
        o->made_before_ms = clock->wall_ms(clock) - days * (int64_t)DAY_MS;
    if (args_has(args, "yes") && !is_asked(o))
        return err_set(err, ERR_USAGE,
                       "--yes to what? Say how small the store shall be (--keep 20GB), or how much "
                       "shall go (--free 5GB)");
    return true;
}

static void print_seconds(double seconds, struct buf *out)
{
    if (seconds > 0)
        planned_print_seconds(seconds, out);
    else
        buf_puts(out, "no time");
}

static void print_store(const struct vault *v, struct buf *out)
{
    uint64_t bytes = 0, kept = 0;
    size_t n = 0;

    for (size_t i = 0; i < v->n_files; i++) {
        const struct vault_file *f = v->files[i];

        n += f->there;
        bytes += f->there ? f->bytes : 0;
        kept += f->there && (f->needed || f->pin) ? f->bytes : 0;
    }
    buf_printf(out, "the store has %zu artifact%s, ", n, n == 1 ? "" : "s");
    size_print(bytes, out);
    buf_puts(out, "; good builds and picks need ");
    size_print(kept, out);
    buf_char(out, '\n');
    vaulted_print_kept(v, out);
}

static void print_list(const struct gc *gc, struct buf *out)
{
    struct table t = {.columns = 4};

    for (size_t i = 0; i < gc->n_results; i++) {
        const struct vault_result *r = gc->results[i];
        struct buf seconds = {0}, size = {0};
        uint64_t bytes = 0;

        for (size_t k = 0; k < r->n_files; k++)
            bytes += r->files[k]->bytes;
        size_print(bytes, &size);
        print_seconds(r->seconds, &seconds);
        table_add(&t, "%s", r->kind ? r->kind->name : "?");
        table_add(&t, "%s", buf_text(&size));
        table_add(&t, "%s", buf_text(&seconds));
        table_add(&t, "%s", r->step);
        buf_release(&seconds);
        buf_release(&size);
    }
    table_print(&t, 2, out);
}

// What would go, and what it would cost to have it again.
static void print_choice(const struct gc *gc, bool asked, bool all, struct buf *out)
{
    print_store(gc->vault, out);
    if (all)
        print_list(gc, out);
    buf_printf(out, "%s: %zu artifact%s, ", asked ? "to go" : "could go", gc->n_files,
               gc->n_files == 1 ? "" : "s");
    size_print(gc->bytes, out);
    if (gc->n_litter)
        buf_printf(out, " (%zu of them named by no step)", gc->n_litter);
    buf_puts(out, "; making them again would cost ");
    print_seconds(gc->seconds, out);
    buf_puts(out, " of machine time\n");
    if (gc->n_kept) {
        buf_printf(out, "and %zu of the passages of sound, ", gc->n_kept);
        size_print(gc->kept_bytes, out);
        buf_puts(out, ", which no good build needs\n");
    }
    if (gc->n_fresh)
        buf_printf(
            out,
            "%zu result%s of a build that has not ended well yet: the next one would ask for %s\n",
            gc->n_fresh, gc->n_fresh == 1 ? " is" : "s are", gc->n_fresh == 1 ? "it" : "them");
    if (gc->short_bytes) {
        buf_puts(out, "that is ");
        size_print(gc->short_bytes, out);
        buf_puts(out, " less than was asked for: nothing else may go\n");
    }
}

static bool asks_yes(const struct cli *cli)
{
    struct buf question = {0};
    char answer[16];

    if (!cli->terminal || !isatty(STDIN_FILENO))
        return false;
    buf_puts(&question, "remove them? [y/N] ");
    say_aside(&question);
    buf_release(&question);
    return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

// With nothing in the ledger every file would look like litter.
static bool is_blind(const struct vaulted *v)
{
    return v->vault.n_results == 0 && v->vault.n_files > 0;
}

static int clean(struct vaulted *v, const struct args *args, const struct gc_options *o)
{
    bool asked = is_asked(o);
    struct buf out = {0};
    struct err err = {0};
    struct gc gc;
    int code;

    gc_choose(&gc, v->cli->arena, &v->vault, o);
    print_choice(&gc, asked, args_has(args, "verbose"), &out);
    code = say_out(&out);
    if (code || !asked || gc.n_files + gc.n_kept == 0) {
        buf_release(&out);
        return code;
    }
    if (!args_has(args, "yes") && !asks_yes(v->cli)) {
        buf_puts(&out, "nothing was removed; give --yes to go on\n");
    } else if (gc_run(&gc, v->ledger, &err)) {
        buf_puts(&out, "removed\n");
    } else {
        buf_release(&out);
        return say_error(v->cli, &err);
    }
    code = say_out(&out);
    buf_release(&out);
    return code;
}

struct sought {
    const char *film;
    bool found;
};

static void compare_film(void *user, const char *film, const char *step, const char *key)
{
    struct sought *s = user;

    (void)step;
    (void)key;
    s->found = s->found || strcmp(s->film, film) == 0;
}

// A film that is no longer there would keep its renders for ever.
static int forget(struct vaulted *v, const char *film)
{
    struct sought sought = {.film = film};
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!ledger_good_steps(v->ledger, compare_film, &sought, &err))
        return say_error(v->cli, &err);
    if (!sought.found)
        return say_usage(v->cli, "`c41 du` lists the films",
                         "no good build of a film called \"%s\" is known here", film);
    if (!ledger_forget_film(v->ledger, film, &err) || !ledger_tick(v->ledger, true, &err))
        return say_error(v->cli, &err);
    buf_printf(&out, "%s needs nothing any more, until it is built again; its renders may go now\n",
               film);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int act(struct vaulted *v, const struct args *args, const struct gc_options *o)
{
    if (is_blind(v))
        return say_usage(v->cli, "build the films first",
                         "the ledger of %s knows no step, so nobody can tell what is needed",
                         v->project);
    if (args_has(args, "forget"))
        return forget(v, args_get(args, "forget", ""));
    return clean(v, args, o);
}

static int run(const struct cli *cli, const struct args *args)
{
    struct gc_options o;
    struct vaulted v;
    struct err err = {0};
    bool changes;

    if (!read_options(args, &o, &err))
        return say_error(cli, &err);
    changes = is_asked(&o) || args_has(args, "forget");
    if (vaulted_open(&v, cli, args, changes ? "cleans up" : NULL))
        v.code = act(&v, args, &o);
    vaulted_close(&v);
    return v.code;
}

static const struct option options[] = {
    {"keep", 0, "SIZE", "make the store this small: 20GB"},
    {"free", 0, "SIZE", "make this much room: 500M"},
    {"kind", 0, "KIND", "only what steps of this kind made"},
    {"scene", 0, "SCENE", "only what was made for this scene"},
    {"older", 0, "DAYS", "only what was made longer ago"},
    {"forget", 0, "FILM", "this film is gone: what it is made of may go, next time"},
    {"yes", 0, NULL, "do not ask"},
    {"verbose", 'v', NULL, "name everything that goes"},
    {0},
};

const struct command command_gc = {
    .name = "gc",
    .usage = "[DIR [GLOB…]]",
    .about = "make room in the store; what films and picks need stays",
    .more =
        "Never removed: what the latest good build of each film is made of, and every artifact\n"
        "that a *.picks.yaml of the project names. The rest goes by machine seconds per byte, the\n"
        "cheapest first, until --keep or --free is met; files that no step names, and passages of\n"
        "sound that no good build needs, go before. Without either, nothing is removed: what "
        "could\n"
        "go is told. Globs are over ids of steps.\n",
    .examples = "  c41 gc                           what could go\n"
                "  c41 gc --keep 200GB\n"
                "  c41 gc films/keeper 'lamp/*' --free 5GB --yes\n"
                "  c41 gc --kind animate --older 60 --free 50GB\n",
    .options = options,
    .run = run,
};
