// SPDX-License-Identifier: MIT
#include "cli/selected.h"

#include <string.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/compiled.h"
#include "cli/kind_name.h"

static bool has_option(const struct args *args, const char *name)
{
    for (const struct option *o = args->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

static const char *value_of(const struct args *args, const char *name)
{
    return has_option(args, name) ? args_get(args, name, NULL) : NULL;
}

static const char *const *only_of(const struct cli *cli, const struct args *args, size_t *n)
{
    const char **globs = arena_array(cli->arena, const char *, args->n_given + 1);

    *n = 0;
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option->name, "only") == 0)
            globs[(*n)++] = args->given[i].value;
    return globs;
}

bool selected_read(const struct cli *cli, const struct args *args, size_t first,
                   struct selection *s, struct err *err)
{
    size_t n;
    const char **words = compiled_films(cli, args, &n);

    *s = (struct selection){
        .kind = value_of(args, "kind"),
        .scene = value_of(args, "scene"),
        .stale = has_option(args, "stale") && args_has(args, "stale"),
    };
    if (has_option(args, "only")) {
        s->globs = only_of(cli, args, &s->n_globs);
    } else if (n > first) {
        s->globs = words + first;
        s->n_globs = n - first;
    }
    return kind_name_check(s->kind, err);
}
