// SPDX-License-Identifier: MIT
// c41 new: a first film with remarks, ready to build.
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/say.h"

// "the-lamp" gives "The Lamp".
static void print_title(const char *name, struct buf *out)
{
    bool first = true;

    for (const char *c = name; *c; c++) {
        bool gap = *c == '-' || *c == '_' || *c == ' ';

        buf_char(out, gap ? ' ' : first ? (char)toupper((unsigned char)*c) : *c);
        first = gap;
    }
}

// The model of a film, with its title line replaced and without our licence: the film is its
// author's. YAML takes any title between double quotes that has no quote, backslash or control
// character.
static void fill_in(struct str model, const char *name, struct buf *out)
{
    while (model.ptr) {
        struct str line = str_cut(&model, '\n');

        if (name && str_starts(line, "title: ")) {
            buf_puts(out, "title: \"");
            print_title(name, out);
            buf_puts(out, "\"\n");
        } else if ((line.len || model.ptr) && !str_starts(line, "# SPDX")) {
            buf_str(out, line);
            buf_char(out, '\n');
        }
    }
}

static bool is_good_name(const char *name)
{
    return name[0] && name[0] != '.' && str_is_utf8(str_of(name)) && !strpbrk(name, "/\\\"") &&
           strcspn(name, "\n\r\t") == strlen(name);
}

static bool write_film(const struct cli *cli, const char *name, const char *path, struct err *err)
{
    enum { MOST_BYTES = 1 << 20 };
    const char *model = path_join(cli->arena, cli->data_dir, "stdlib/new/film.yaml");
    struct buf text = {0}, film = {0};
    bool ok = file_read(model, &text, MOST_BYTES, err);

    if (ok)
        fill_in(buf_view(&text), name, &film);
    ok = ok && file_make_dirs(path_dir(cli->arena, path), err) &&
         file_write(path, film.ptr, film.len, err);
    buf_release(&text);
    buf_release(&film);
    return ok;
}

static int run(const struct cli *cli, const struct args *args)
{
    const char *name = args->n_words ? args->words[0] : NULL;
    const char *path = name ? path_join(cli->arena, name, "film.yaml") : "film.yaml";
    struct err err = {0};
    struct buf out = {0};
    int code;

    if (args->n_words > 1)
        return say_usage(cli, "put a name of several words in quotes", "new takes one name");
    if (name && !is_good_name(name))
        return say_usage(cli, "a folder is made for it: `c41 new the-lamp`",
                         "\"%s\" cannot name a film", name);
    if (file_exists(path))
        return say_usage(cli, "choose another name", "%s is there already", path);
    if (!write_film(cli, name, path, &err))
        return say_error(cli, &err);
    buf_printf(&out, "wrote %s; now: c41 build %s%s%s\n", path, strchr(path, ' ') ? "'" : "", path,
               strchr(path, ' ') ? "'" : "");
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static const struct option options[] = {{0}};

const struct command command_new = {
    .name = "new",
    .usage = "[NAME]",
    .about = "write a first film, with remarks, that builds",
    .more = "Makes the folder NAME with film.yaml in it; without a NAME, film.yaml here.\n",
    .examples = "  c41 new the-lamp\n"
                "  c41 build the-lamp/film.yaml\n",
    .options = options,
    .run = run,
};
