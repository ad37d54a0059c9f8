// SPDX-License-Identifier: MIT
// c41 graph: what a film compiles to.
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/graph.h"

static void print_json(const struct graph *g, struct buf *out)
{
    json_t *value = graph_json(g);

    json_pretty(value, out);
    json_decref(value);
}

static const struct graph_format {
    const char *name;
    void (*print)(const struct graph *g, struct buf *out);
} formats[] = {
    {"dot", graph_dot},
    {"json", print_json},
};

enum { N_FORMATS = sizeof(formats) / sizeof(*formats), MOST_PASSES = 32 };

static const struct graph_format *find_format(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static const struct compile_pass *find_pass(const char *name)
{
    size_t n;
    const struct compile_pass *passes = compile_passes(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(passes[i].name, name) == 0)
            return &passes[i];
    return NULL;
}

static int refuse_pass(const struct cli *cli, const char *name)
{
    size_t n;
    const struct compile_pass *passes = compile_passes(&n);
    struct buf names = {0};
    int code;

    for (size_t i = 0; i < n; i++)
        buf_printf(&names, "%s%s", i ? ", " : "the passes are ", passes[i].name);
    code = say_usage(cli, buf_text(&names), "no pass \"%s\"", name);
    buf_release(&names);
    return code;
}

// What a pass made is shown even where a later one found the film wrong.
static int print_pass(const struct compiled *film, const struct compile_pass *pass)
{
    struct buf out = {0};
    int code;

    if (film->compile)
        pass->print(film->compile, &out);
    code = say_out(&out);
    buf_release(&out);
    return film->graph ? code : film->code;
}

static int print_graph(const struct compiled *film, const struct graph_format *format)
{
    struct buf out = {0};
    int code;

    if (!film->graph)
        return film->code;
    format->print(film->graph, &out);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    const char *format_name = args_get(args, "format", "json");
    const char *pass_name = args_get(args, "pass", NULL);
    const struct graph_format *format = find_format(format_name);
    const struct compile_pass *pass = pass_name ? find_pass(pass_name) : NULL;
    struct compiled film;
    int code;

    if (!format)
        return say_usage(cli, "write --format json or --format dot", "no format \"%s\"",
                         format_name);
    if (pass_name && !pass)
        return refuse_pass(cli, pass_name);
    compiled_open_first(&film, cli, args, 1);
    code = pass ? print_pass(&film, pass) : print_graph(&film, format);
    compiled_close(&film);
    return code;
}

static const struct option options[] = {
    {"format", 0, "json|dot", "json is the default; dot is for Graphviz"},
    {"pass", 0, "NAME", "print what this pass of the compiler made, in the graph's place"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_graph = {
    .name = "graph",
    .usage = "FILM [NAME=VALUE…]",
    .about = "the graph of steps that a film compiles to",
    .more =
        "Equal films give equal bytes, whatever the machine, the folder or the language that it is "
        "set to.\n",
    .examples = "  c41 graph film.yaml\n"
                "  c41 graph film.yaml --format dot | dot -Tsvg -o film.svg\n",
    .options = options,
    .run = run,
};
