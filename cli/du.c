// SPDX-License-Identifier: MIT
// c41 du: where the bytes of the store are.
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/size.h"
#include "cli/table.h"
#include "cli/vaulted.h"
#include "compiler/graph.h"
#include "runtime/ledger_vault.h"

struct weight {
    const char *name;
    size_t artifacts;
    uint64_t bytes;
    double seconds; // of machine time
};

// What is weighed, split in one way. Every artifact and every result is in one weight of each
// split, so that each sums up to the whole.
struct split {
    const char *title;
    struct map by_name;
    VEC(struct weight *) list;
};

struct weighing {
    struct arena *arena;
    const struct vault *vault;
    struct map films; // key, and path of a file -> name of the film that needs it
    struct split by_film, by_kind, by_status;
    struct weight all;
};

static const char several[] = "(several films)", no_film[] = "(no film)", no_step[] = "(no step)";

static struct weight *weight_of(struct weighing *w, struct split *s, const char *name)
{
    struct weight *weight = map_find(&s->by_name, name);

    if (!weight) {
        weight = arena_make(w->arena, struct weight);
        weight->name = arena_strdup(w->arena, name);
        map_put(&s->by_name, weight->name, weight);
        vec_push(&s->list, weight);
    }
    return weight;
}

// The one film of a key or a file, or that there are several.
static void note_film(struct weighing *w, const char *what, const char *film)
{
    const char *known = map_find(&w->films, what);

    if (known && strcmp(known, film) != 0)
        film = several;
    map_put(&w->films, arena_strdup(w->arena, what), arena_strdup(w->arena, film));
}

static void see_good(void *user, const char *film, const char *step, const char *key)
{
    (void)step;
    note_film(user, key, film);
}

static const char *film_of(const struct weighing *w, const char *what)
{
    const char *film = map_find(&w->films, what);

    return film ? film : no_film;
}

static void add_file(struct weight *weight, const struct vault_file *f)
{
    weight->artifacts++;
    weight->bytes += f->bytes;
}

static void weigh_files(struct weighing *w)
{
    const struct vault *v = w->vault;

    for (size_t i = 0; i < v->n_results; i++)
        for (size_t k = 0; v->results[i].needed && k < v->results[i].n_files; k++)
            note_film(w, v->results[i].files[k]->path, film_of(w, v->results[i].key));
    for (size_t i = 0; i < v->n_files; i++) {
        const struct vault_file *f = v->files[i];
        const struct kind *kind = f->by ? f->by->kind : NULL;

        if (!f->there)
            continue;
        add_file(&w->all, f);
        add_file(weight_of(w, &w->by_film, film_of(w, f->path)), f);
        add_file(weight_of(w, &w->by_kind, kind ? kind->name : no_step), f);
        add_file(weight_of(w, &w->by_status,
                           f->needed ? "needed by a good build"
                           : f->pin  ? "picked"
                           : f->by   ? "could go"
                                     : "named by no step"),
                 f);
    }
}

static void weigh_seconds(struct weighing *w)
{
    for (size_t i = 0; i < w->vault->n_results; i++) {
        const struct vault_result *r = &w->vault->results[i];

        if (vault_chooses(r) || !r->files[0]->there)
            continue;
        w->all.seconds += r->seconds;
        weight_of(w, &w->by_film, film_of(w, r->key))->seconds += r->seconds;
        weight_of(w, &w->by_kind, r->kind ? r->kind->name : no_step)->seconds += r->seconds;
        weight_of(w, &w->by_status,
                  r->needed   ? "needed by a good build"
                  : r->pinned ? "picked"
                              : "could go")
            ->seconds += r->seconds;
    }
}

// The heaviest first.
static int by_bytes(const void *a, const void *b)
{
    const struct weight *x = *(struct weight *const *)a, *y = *(struct weight *const *)b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void add_row(struct table *t, const struct weight *weight)
{
    struct buf size = {0}, seconds = {0};

    size_print(weight->bytes, &size);
    planned_print_seconds(weight->seconds, &seconds);
    table_add(t, "%s", weight->name);
    table_add(t, "%zu", weight->artifacts);
    table_add(t, "%s", buf_text(&size));
    table_add(t, "%s", buf_text(&seconds));
    buf_release(&size);
    buf_release(&seconds);
}

static void print_split(const struct split *s, struct buf *out)
{
    struct table t = {.columns = 4};

    buf_printf(out, "\n%s\n", s->title);
    for (size_t i = 0; i < s->list.n; i++)
        add_row(&t, s->list.at[i]);
    table_print(&t, 2, out);
}

static json_t *weight_json(const struct weight *weight)
{
    return json_pack("{s:s, s:I, s:I, s:f}", "name", weight->name, "artifacts",
                     (json_int_t)weight->artifacts, "bytes", (json_int_t)weight->bytes, "seconds",
                     weight->seconds);
}

static json_t *split_json(const struct split *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->list.n; i++)
        json_array_append_new(list, weight_json(s->list.at[i]));
    return list;
}

// It is none of the store, and made by no step.
static json_t *kept_json(const struct vault_kept *kept)
{
    return json_pack("{s:I, s:I}", "passages", (json_int_t)kept->n, "bytes",
                     (json_int_t)vault_kept_bytes(kept));
}

static void print_json(struct weighing *w, struct buf *out)
{
    json_t *whole = weight_json(&w->all);

    json_object_del(whole, "name");
    json_object_set_new(whole, "films", split_json(&w->by_film));
    json_object_set_new(whole, "kinds", split_json(&w->by_kind));
    json_object_set_new(whole, "status", split_json(&w->by_status));
    json_object_set_new(whole, "kept", kept_json(&w->vault->kept));
    json_pretty(whole, out);
    json_decref(whole);
}

static void print_text(struct weighing *w, struct buf *out)
{
    struct table t = {.columns = 4};

    add_row(&t, &w->all);
    table_print(&t, 0, out);
    vaulted_print_kept(w->vault, out);
    print_split(&w->by_film, out);
    print_split(&w->by_kind, out);
    print_split(&w->by_status, out);
}

static void release(struct weighing *w)
{
    struct split *splits[] = {&w->by_film, &w->by_kind, &w->by_status};

    for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
        map_release(&splits[i]->by_name);
        vec_release(&splits[i]->list);
    }
    map_release(&w->films);
}

static int weigh(const struct vaulted *v, bool as_json)
{
    struct weighing w = {
        .arena = v->cli->arena,
        .vault = &v->vault,
        .by_film.title = "by film",
        .by_kind.title = "by kind",
        .by_status.title = "by what keeps them",
        .all.name = "the store",
    };
    struct split *splits[] = {&w.by_film, &w.by_kind, &w.by_status};
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!ledger_good_steps(v->ledger, see_good, &w, &err)) {
        release(&w);
        return say_error(v->cli, &err);
    }
    weigh_files(&w);
    weigh_seconds(&w);
    for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++)
        if (splits[i]->list.n)
            qsort(splits[i]->list.at, splits[i]->list.n, sizeof(*splits[i]->list.at), by_bytes);
    (as_json ? print_json : print_text)(&w, &out);
    code = say_out(&out);
    buf_release(&out);
    release(&w);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct vaulted v;

    if (args->n_words > 1)
        return say_usage(cli, NULL, "du takes one folder");
    if (vaulted_open(&v, cli, args, NULL))
        v.code = weigh(&v, args_has(args, "json"));
    vaulted_close(&v);
    return v.code;
}

static const struct option options[] = {
    {"json", 0, NULL, "as JSON"},
    {0},
};

const struct command command_du = {
    .name = "du",
    .usage = "[DIR]",
    .about = "where the bytes of the store are, and the machine time in them",
    .examples = "  c41 du\n"
                "  c41 du films/keeper --json\n",
    .options = options,
    .run = run,
};
