// SPDX-License-Identifier: MIT
// c41 check: compiles films and says what is wrong with them; runs nothing.
#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/compared.h"
#include "cli/compiled.h"
#include "cli/count.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/graph.h"

// The services of the studio are asked whether they have what the film needs.
static int compare(const struct cli *cli, const struct compiled *film)
{
    struct err err;
    size_t faults;

    if (!compared_tell(cli, film->graph, compile_studio(film->compile), &faults, &err))
        return say_error(cli, &err);
    return faults ? EXIT_FILM_WRONG : EXIT_BUILT;
}

static int check_film(const struct cli *cli, const struct args *args, const char *path)
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
        code = code ? code : compare(cli, &film);
    } else {
        code = film.code;
    }
    compiled_close(&film);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    size_t n;
    const char **films = compiled_films(cli, args, &n);
    int code = EXIT_BUILT;

    if (n == 0)
        return say_usage(cli, "name its file, as in `c41 check film.yaml`", "which film?");
    for (size_t i = 0; i < n; i++) {
        int one = check_film(cli, args, films[i]);

        code = code ? code : one;
    }
    return code;
}

static const struct option options[] = {
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_check = {
    .name = "check",
    .usage = "FILM… [NAME=VALUE…]",
    .about = "compile, and say all that is wrong; run nothing",
    .more = "With a studio its services are asked whether they have what the film's presets need: "
            "each\n"
            "missing node, model file and the folder that it belongs in, value out of range.\n",
    .examples = "  c41 check film.yaml\n"
                "  c41 check ep*.yaml\n",
    .options = options,
    .run = run,
};
