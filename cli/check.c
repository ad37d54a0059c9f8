// SPDX-License-Identifier: MIT
// c41 check: compiles films and says what is wrong with them; runs nothing.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/against.h"
#include "cli/commands.h"
#include "cli/compared.h"
#include "cli/compiled.h"
#include "cli/count.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/graph.h"
#include "runtime/services/comfyui/object_info.h"

// The services of the studio are asked whether they have what the film needs; documents of servers
// stand in for them.
static int compare(const struct cli *cli, const struct compiled *film,
                   const struct object_info *against)
{
    struct err err;
    size_t faults;

    if (against)
        return against_tell(cli, film->graph, against) ? EXIT_FILM_WRONG : EXIT_BUILT;
    if (!compared_tell(cli, film->graph, compile_studio(film->compile), &faults, &err))
        return say_error(cli, &err);
    return faults ? EXIT_FILM_WRONG : EXIT_BUILT;
}

static int check_film(const struct cli *cli, const struct args *args, const char *path,
                      const struct object_info *against)
{
    struct compiled film;
    struct buf out = {0};
    int code = EXIT_BUILT;

    if (compiled_open(&film, cli, args, path)) {
        buf_printf(&out, "%s: ", path);
        count_print(film.graph, &out);
        if (film.warnings)
            buf_printf(&out, ", %zu warning%s", film.warnings, film.warnings == 1 ? "" : "s");
        buf_char(&out, '\n');
        code = say_out(&out);
        buf_release(&out);
        code = code ? code : compare(cli, &film, against);
    } else {
        code = film.code;
    }
    compiled_close(&film);
    return code;
}

static bool is_document(const char *word)
{
    return strcmp(path_ext(word), "json") == 0;
}

// What is given to --against, and further words that are JSON: a shell makes them of a pattern.
static const char **list_documents(const struct cli *cli, const struct args *args, size_t *n)
{
    const char **list = arena_array(cli->arena, const char *, args->n_given + args->n_words + 1);

    *n = 0;
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option->name, "against") == 0)
            list[(*n)++] = args->given[i].value;
    for (size_t i = 0; *n && i < args->n_words; i++)
        if (is_document(args->words[i]))
            list[(*n)++] = args->words[i];
    return list;
}

static int check_films(const struct cli *cli, const struct args *args,
                       const struct object_info *against)
{
    size_t n, checked = 0;
    const char **films = compiled_films(cli, args, &n);
    int code = EXIT_BUILT;

    for (size_t i = 0; i < n; i++) {
        int one;

        if (against && is_document(films[i]))
            continue;
        one = check_film(cli, args, films[i], against);
        code = code ? code : one;
        checked++;
    }
    if (!checked)
        return say_usage(cli, "name its file, as in `c41 check film.yaml`", "which film?");
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    size_t n;
    const char **documents = list_documents(cli, args, &n);
    struct object_info *against = NULL;
    struct err err;
    int code;

    if (n && !(against = against_read(documents, n, &err)))
        return say_error(cli, &err);
    code = check_films(cli, args, against);
    object_info_free(against);
    return code;
}

static const struct option options[] = {
    {"against", 0, "FILE", "compare with what a ComfyUI server said (/object_info), kept in FILE"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_check = {
    .name = "check",
    .usage = "FILM… [NAME=VALUE…] [--against FILE…]",
    .about = "compile, and say all that is wrong; run nothing",
    .more = "With a studio its services are asked whether they have what the film's presets need: "
            "each\n"
            "missing node, model file and the folder that it belongs in, value out of range.\n"
            "--against compares with documents in their place, and asks nobody: several are one "
            "server's,\n"
            "in parts.\n",
    .examples = "  c41 check film.yaml\n"
                "  c41 check ep*.yaml\n"
                "  c41 check film.yaml --against object_info.json\n",
    .options = options,
    .run = run,
};
