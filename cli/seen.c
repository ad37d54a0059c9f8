// SPDX-License-Identifier: MIT
#include "cli/seen.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/compiled.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/film.h"
#include "compiler/parts.h"
#include "compiler/source.h"
#include "runtime/books.h"

static void add_text(json_t *list, const char *text)
{
    json_array_append_new(list, text ? json_string(text) : json_null());
}

// Options that change how a build goes about it, but neither what it makes nor what it warns of.
static const char *const indifferent[] = {"detach", "events", "explain", "jobs",   "keep-going",
                                          "prefer", "quiet",  "trace",   "verbose"};

// And those by which a command chooses what it builds or tells of.
static const char *const choosing[] = {"all", "json", "kind", "only", "scene", "stale", "to"};

static bool is_among(const char *const *list, size_t n, const char *option)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], option) == 0)
            return true;
    return false;
}

static bool decides(const char *option)
{
    return !is_among(indifferent, sizeof(indifferent) / sizeof(*indifferent), option) &&
           !is_among(choosing, sizeof(choosing) / sizeof(*choosing), option);
}

// Everything beside files that decides a build and what it says.
static const char *options_text(const struct cli *cli, const struct args *args,
                                const struct film_path *at)
{
    json_t *list = json_array();
    struct buf text = {0};
    const char *copy;

    add_text(list, at->project); // messages name files as the command line does
    add_text(list, at->path);
    add_text(list, cli->data_dir);
    add_text(list, cli->config_dir);
    add_text(list, cli->home);
    add_text(list, args_get(args, "studio", cli->studio));
    json_array_append_new(list, json_boolean(cli->colour));
    for (size_t i = 0; i < args->n_words; i++)
        if (compiled_is_param(args->words[i]))
            add_text(list, args->words[i]);
    for (size_t i = 0; i < args->n_given; i++)
        if (decides(args->given[i].option->name)) {
            add_text(list, args->given[i].option->name);
            add_text(list, args->given[i].value);
        }
    json_canonical(list, &text);
    copy = arena_strdup(cli->arena, buf_text(&text));
    buf_release(&text);
    json_decref(list);
    return copy;
}

// What has moved, up to so much that it no longer matters which.
enum { MOST_MOVED = 64 };

struct moved {
    struct sight *at[MOST_MOVED];
    size_t n;
};

static void note_moved(void *user, struct sight *sight)
{
    struct moved *m = user;

    if (m->n < MOST_MOVED)
        m->at[m->n++] = sight;
}

bool seen_read(struct seen *s, const struct cli *cli, const struct args *args, const char *film)
{
    struct clock *clock = clock_system();
    struct film_path at;
    struct err err;

    *s = (struct seen){.from.began_ms = clock->wall_ms(clock)};
    if (!film_locate(&at, film, cli->arena, &err))
        return false; // the compiler says so
    s->project = at.project;
    s->from.path = fingerprint_path(cli->arena, at.project, at.name, options_text(cli, args, &at));
    return fingerprint_read(&s->last, at.project, s->from.path, cli->arena);
}

void seen_look(struct seen *s, const struct cli *cli, const struct args *args, const char *film)
{
    struct moved moved = {.n = 0};
    size_t n;

    if (!seen_read(s, cli, args, film))
        return;
    n = fingerprint_compare(&s->last, clock_system(), note_moved, &moved);
    s->unchanged = n == 0;
    if (n <= MOST_MOVED)
        part_choose(&s->choice, &s->last, moved.at, n, cli->arena);
}

void seen_release(struct seen *s)
{
    part_choice_release(&s->choice);
    fingerprint_release(&s->last);
}

// A path that means the same from any folder.
static const char *absolute(struct arena *a, const char *path)
{
    char here[4096];

    return path[0] == '/' || !getcwd(here, sizeof(here)) ? path : path_join(a, here, path);
}

static struct sight sight_of(const struct source *source, struct arena *a)
{
    return (struct sight){
        .kind = source->folder ? SIGHT_FOLDER : SIGHT_FILE,
        .path = source->outside ? absolute(a, source->path) : source->path,
        .stamp = source->stamp,
        .digest = source->digest,
        .hashed = source->folder || source->number,
    };
}

// c41 itself: another one may make other things of the same film.
static struct sight program_sight(const char *path)
{
    struct sight s = {.kind = SIGHT_FILE, .path = path};

    path_stamp(path, &s.stamp);
    return s;
}

static const struct built_part *list_parts(const struct cli *cli, const struct compiled *film)
{
    struct built_part *parts = arena_array(cli->arena, struct built_part, film->n_parts + 1);

    for (size_t i = 0; i < film->n_parts; i++)
        parts[i] = (struct built_part){
            .path = film->parts[i].path,
            .scenes = film->parts[i].scenes,
            .n_scenes = film->parts[i].n_scenes,
            .given = film->parts[i].given,
            .looks_at = film->parts[i].looks_at,
            .n_looks_at = film->parts[i].n_looks_at,
            .said = film->part_said[i],
            .left_out = film->parts[i].source == 0,
        };
    return parts;
}

static void gather_sights(struct seen *s, const struct cli *cli, const struct compiled *film)
{
    size_t n, k = 0;
    const struct source *const *reads = compile_reads(film->compile, &n);
    struct sight *sights = arena_array(cli->arena, struct sight, n + 2);
    const char *program = path_of_program(cli->arena);

    for (size_t i = 0; i < n; i++)
        sights[k++] = sight_of(reads[i], cli->arena);
    if (program)
        sights[k++] = program_sight(program);
    sights[k++] = program_sight(path_join(cli->arena, cli->module_dir, "c41-media.so"));
    s->from.sights = sights;
    s->from.n_sights = k;
}

// Puts what the last build handed out among paths.
static void map_delivered(const struct fingerprint *last, struct map *paths, struct arena *a)
{
    json_t *list = fingerprint_deliverables(last), *d;
    size_t i;

    json_array_foreach(list, i, d)
        map_put(paths, arena_strdup(a, json_get_text(d, "path", "")), paths);
    json_decref(list);
}

// Where parts were left out: what was read, and what the last build had seen of the others.
static const struct sight *join_sights(const struct seen *s, const struct cli *cli, size_t *n)
{
    const struct built_from *from = &s->from;
    const struct fingerprint *last = from->last;
    struct map passed_over = {0};
    struct sight *all = arena_array(cli->arena, struct sight, from->n_sights + last->n_sights + 1);

    *n = 0;
    map_delivered(last, &passed_over, cli->arena);
    for (size_t i = 0; i < from->n_sights; i++) {
        map_put(&passed_over, from->sights[i].path, all);
        all[(*n)++] = from->sights[i];
    }
    for (size_t i = 0; i < last->n_sights; i++)
        if (strncmp(last->sights[i].path, ".c41/", 5) != 0 &&
            !map_find(&passed_over, last->sights[i].path))
            all[(*n)++] = last->sights[i];
    map_release(&passed_over);
    return all;
}

const struct sight *seen_sights(const struct seen *s, const struct cli *cli, size_t *n)
{
    if (s->from.last)
        return join_sights(s, cli, n);
    *n = s->from.sights ? s->from.n_sights : s->last.n_sights;
    return s->from.sights ? s->from.sights : s->last.sights;
}

static void say(const char *text)
{
    struct buf out = {0};

    buf_puts(&out, text);
    say_aside(&out);
    buf_release(&out);
}

static void say_of_parts(const json_t *books)
{
    const char *path;
    json_t *text;

    json_object_foreach(json_object_get(books, "said"), path, text)
        say(json_string_value(text));
}

void seen_say_again(const struct seen *s)
{
    say(json_get_text(s->last.about, "said", ""));
    say_of_parts(json_object_get(s->last.about, "books"));
}

// Anything that is wrong or cannot be told from some parts is told from the whole.
static bool compile_part(struct seen *s, const struct cli *cli, const struct args *args,
                         const char *path, struct compiled *film)
{
    if (s->choice.books && compiled_open_part(film, cli, args, path, &s->choice) &&
        part_choice_fits(&s->choice, &s->last, film)) {
        compiled_tell(film, cli);
        say_of_parts(s->choice.books);
        s->from.last = &s->last;
        s->from.books = s->choice.books;
        s->from.gifts = s->choice.has_gifts ? &s->choice.gifts : NULL;
        return true;
    }
    compiled_close(film);
    return false;
}

bool seen_compile(struct seen *s, const struct cli *cli, const struct args *args, const char *path,
                  struct compiled *film)
{
    bool ok = compile_part(s, cli, args, path, film) || compiled_open(film, cli, args, path);

    if (film->compile)
        gather_sights(s, cli, film);
    if (!ok)
        return false;
    s->from.said = film->said;
    s->from.parts = list_parts(cli, film);
    s->from.n_parts = film->n_parts;
    return true;
}

bool seen_compile_all(struct seen *s, const struct cli *cli, const struct args *args,
                      const char *path, struct compiled *film)
{
    compiled_close(film);
    part_choice_release(&s->choice);
    s->from.last = NULL;
    s->from.books = NULL;
    s->from.gifts = NULL;
    return seen_compile(s, cli, args, path, film);
}
