// SPDX-License-Identifier: MIT
// c41 schema: the languages as JSON Schema, for editors and tools.
#include <dirent.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/say.h"

// Says that there is no such schema, and the nearest.
static int refuse(const struct cli *cli, const char *folder, const char *name)
{
    VEC(const char *) names = {0};
    const char *near, *help = "there are film, project, preset, studio, picks, theme";
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);

        if (len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0)
            vec_push(&names, arena_strndup(cli->arena, entry->d_name, len - 5));
    }
    if (dir)
        closedir(dir);
    near = str_nearest(name, names.at, names.n);
    vec_release(&names);
    if (near)
        help = arena_printf(cli->arena, "did you mean \"%s\"?", near);
    return say_usage(cli, help, "no schema \"%s\"", name);
}

static int run(const struct cli *cli, const struct args *args)
{
    enum { MOST_BYTES = 4 << 20 };
    const char *name = args->n_words ? args->words[0] : "film";
    const char *folder = path_join(cli->arena, cli->data_dir, "stdlib/schema");
    const char *path = arena_printf(cli->arena, "%s/%s.json", folder, name);
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (args->n_words > 1)
        return say_usage(cli, NULL, "schema takes one name");
    if (strchr(name, '/') || !file_exists(path))
        return refuse(cli, folder, name);
    code = file_read(path, &out, MOST_BYTES, &err) ? say_out(&out) : say_error(cli, &err);
    buf_release(&out);
    return code;
}

static const struct option options[] = {{0}};

const struct command command_schema = {
    .name = "schema",
    .usage = "[NAME]",
    .about = "the language as JSON Schema, for editors and tools",
    .examples = "  c41 schema > film.schema.json\n"
                "  c41 schema studio\n",
    .options = options,
    .run = run,
};
