// SPDX-License-Identifier: MIT
#include "cli/compiled.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/team.h"
#include "cli/cli.h"
#include "cli/part_choice.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/graph.h"
#include "compiler/parts.h"

// "name=value" sets a parameter of a recipe; a path with '=' in it can be given as "./a=b.yaml".
bool compiled_is_param(const char *word)
{
    const char *equals = strchr(word, '=');

    return equals && equals != word && !memchr(word, '/', (size_t)(equals - word));
}

static const char **pick_words(const struct cli *cli, const struct args *args, bool params,
                               size_t *n)
{
    const char **picked = arena_array(cli->arena, const char *, args->n_words + 1);

    *n = 0;
    for (size_t i = 0; i < args->n_words; i++)
        if (compiled_is_param(args->words[i]) == params)
            picked[(*n)++] = args->words[i];
    return picked;
}

const char **compiled_films(const struct cli *cli, const struct args *args, size_t *n)
{
    return pick_words(cli, args, false, n);
}

// Gathers --use KIND=PRESET. False after saying what is wrong.
static bool gather_use(const struct cli *cli, const struct args *args, json_t *use)
{
    for (size_t i = 0; i < args->n_given; i++) {
        const char *value = args->given[i].value, *equals;
        struct str rest, kind;

        if (strcmp(args->given[i].option->name, "use") != 0)
            continue;
        equals = strchr(value, '=');
        if (!equals || equals == value || !equals[1]) {
            say_usage(cli, "write KIND=PRESET: --use animate=draft", "--use \"%s\" names no preset",
                      value);
            return false;
        }
        rest = str_of(value);
        kind = str_cut(&rest, '=');
        json_object_set_new(use, arena_strndup(cli->arena, kind.ptr, kind.len),
                            json_string(rest.ptr));
    }
    return true;
}

// What was said of everything but the parts, and of each part.
static void gather_said(struct compiled *c, const struct cli *cli)
{
    struct diag *d = compile_diag(c->compile);
    struct map sources = {0};
    struct buf text = {0};
    const char **said = arena_array(cli->arena, const char *, c->n_parts + 1);

    for (size_t i = 0; i < c->n_parts; i++) {
        map_put(&sources, arena_printf(cli->arena, "%u", c->parts[i].source), c);
        buf_clear(&text);
        if (c->parts[i].source)
            diag_render_of(d, c->parts[i].source, &text, cli->colour);
        said[i] = arena_strdup(cli->arena, buf_text(&text));
    }
    buf_clear(&text);
    for (uint32_t source = 0; diag_warnings(d) && source <= diag_sources(d); source++)
        if (!source || !map_find(&sources, arena_printf(cli->arena, "%u", source)))
            diag_render_of(d, source, &text, cli->colour);
    c->said = arena_strdup(cli->arena, buf_text(&text));
    c->part_said = said;
    map_release(&sources);
    buf_release(&text);
}

void compiled_tell(struct compiled *c, const struct cli *cli)
{
    struct buf text = {0};
    struct diag *diag = compile_diag(c->compile);

    c->warnings = diag_warnings(diag);
    diag_render(diag, &text, cli->colour);
    say_aside(&text);
    buf_release(&text);
}

static bool compile(struct compiled *c, const struct cli *cli, const struct args *args,
                    const char *path, const struct part_choice *choice, struct err *err)
{
    struct compile_options *opts = arena_make(cli->arena, struct compile_options);

    *c = (struct compiled){.code = EXIT_USAGE, .use = json_object()};
    if (!gather_use(cli, args, c->use))
        return false;
    *opts = (struct compile_options){
        .film = path,
        .data_dir = cli->data_dir,
        .studio = args_get(args, "studio", cli->studio),
        .config_dir = cli->config_dir,
        .home = cli->home,
        .use = c->use,
        .draft = args_has(args, "draft"),
        .threads = team_cores(),
        .left_out = choice ? &choice->left_out : NULL,
        .elsewhere = choice && choice->has_gifts ? &choice->gifts.keys : NULL,
        .drafted = choice && json_object_size(json_object_get(choice->books, "drafts")),
    };
    opts->params = pick_words(cli, args, true, &opts->n_params);
    c->compile = compile_new(opts);
    c->graph = compile_run(c->compile, err);
    c->parts = compile_parts(c->compile, &c->n_parts);
    if (c->graph)
        gather_said(c, cli);
    return c->graph != NULL;
}

bool compiled_open(struct compiled *c, const struct cli *cli, const struct args *args,
                   const char *path)
{
    struct err err = {0};
    size_t errors;

    if (!compile(c, cli, args, path, NULL, &err) && !c->compile)
        return false; // what was given is wrong, and was said
    errors = diag_errors(compile_diag(c->compile));
    compiled_tell(c, cli);
    if (!c->graph)
        c->code = err.kind == ERR_FILM && errors ? EXIT_FILM_WRONG : say_error(cli, &err);
    return c->graph != NULL;
}

bool compiled_open_part(struct compiled *c, const struct cli *cli, const struct args *args,
                        const char *path, const struct part_choice *choice)
{
    struct err err = {0};

    return compile(c, cli, args, path, choice, &err);
}

void compiled_close(struct compiled *c)
{
    compile_free(c->compile);
    json_decref(c->use);
    *c = (struct compiled){0};
}

bool compiled_open_first(struct compiled *c, const struct cli *cli, const struct args *args,
                         size_t most_words)
{
    size_t n;
    const char **words = compiled_films(cli, args, &n);

    *c = (struct compiled){.code = EXIT_USAGE};
    if (n == 0)
        say_usage(cli, NULL, "which film? Name its file, as in film.yaml");
    else if (n > most_words)
        say_usage(cli, NULL, "\"%s\" is one word too many", words[most_words]);
    else
        return compiled_open(c, cli, args, words[0]);
    return false;
}
