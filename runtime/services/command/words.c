// SPDX-License-Identifier: MIT
#include "runtime/services/command/words.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/command/job.h"

const char *command_words_text(const struct command_job *j, const json_t *value)
{
    struct buf text = {0};
    const char *word;

    if (json_is_string(value))
        return arena_strdup(j->attempt->arena, json_string_value(value));
    if (!json_is_number(value) && !json_is_boolean(value))
        return NULL;
    json_canonical(value, &text);
    word = arena_strdup(j->attempt->arena, buf_text(&text));
    buf_release(&text);
    return word;
}

static bool refuse(struct command_job *j, struct err *err, const char *template, const char *why,
                   const char *help)
{
    j->attempt->help = help;
    return err_set(err, ERR_FILM, "%s: \"%s\" %s",
                   json_get_text(j->attempt->preset, "preset", "the preset"), template, why);
}

// Which program runs is for the preset to say: what a film can set is never it.
static bool is_presets_own(const struct command_job *j, const char *template)
{
    const json_t *rules = json_object_get(j->attempt->preset, "params");
    const json_t *params = json_object_get(j->attempt->params, "params");
    const char *open = template, *close;

    while ((open = strstr(open, "${")) && (close = strchr(open, '}'))) {
        char *name = arena_strndup(j->attempt->arena, open + 2, (size_t)(close - open) - 2);
        const json_t *usual = json_object_get(json_object_get(rules, name), "default");

        if (strcmp(name, "work") != 0 && strcmp(name, "model") != 0 &&
            (!usual || !json_equal(usual, json_object_get(params, name))))
            return false;
        open = close;
    }
    return true;
}

static bool add_word(struct command_job *j, struct command_program *p, const char *template,
                     const json_t *value, struct err *err)
{
    const char *word = command_words_text(j, value);

    if (!word)
        return refuse(j, err, template, "is not one word",
                      "a list is written \"${...NAME}\", as a word of its own");
    if (strncmp(template, "${", 2) == 0 && word[0] == '-')
        return refuse(
            j, err, template,
            arena_printf(j->attempt->arena, "gives \"%.40s\", which begins with \"-\"", word),
            "a program would take it for an option: begin it otherwise");
    if (p->n == 0 && (word[0] == 0 || word[0] == '-'))
        return refuse(j, err, template, "is no program", NULL);
    p->words[p->n++] = word;
    return true;
}

// Each word on its own, in a list: it may stay away, or become several.
static json_t *wrap(const json_t *words)
{
    json_t *wrapped = json_array(), *word;
    size_t i;

    json_array_foreach(words, i, word)
        json_array_append_new(wrapped, json_pack("[O]", word));
    return wrapped;
}

static size_t count_words(const json_t *filled)
{
    json_t *list;
    size_t i, n = 0;

    json_array_foreach(filled, i, list)
        n += json_array_size(list);
    return n;
}

static bool add_program(struct command_job *j, const json_t *templates, const json_t *filled,
                        struct err *err)
{
    struct command_program *p = &j->programs[j->n_programs++];
    const char *first = json_string_value(json_array_get(templates, 0));
    json_t *list, *value;
    size_t i, k;

    p->words = arena_array(j->attempt->arena, const char *, count_words(filled) + 1);
    if (first && !is_presets_own(j, first))
        return refuse(j, err, first, "would let the film choose a program",
                      "write the program's name or path into the preset");
    json_array_foreach(filled, i, list) {
        const char *template = json_string_value(json_array_get(templates, i));

        json_array_foreach(list, k, value)
            if (!add_word(j, p, template ? template : "", value, err))
                return false;
        if (i == 0 && p->n != 1)
            return refuse(j, err, first ? first : "", "is no program", NULL);
    }
    return p->n > 0 || refuse(j, err, "run", "names no program", NULL);
}

bool command_words_fill(struct command_job *j, const json_t *run,
                        json_t *(*fill)(void *user, json_t *value, struct err *err), void *user,
                        struct err *err)
{
    json_t *templates;
    size_t i;

    j->programs = arena_array(j->attempt->arena, struct command_program, json_array_size(run) + 1);
    json_array_foreach(run, i, templates) {
        json_t *wrapped = wrap(templates), *filled = fill(user, wrapped, err);
        bool ok = filled && add_program(j, templates, filled, err);

        json_decref(wrapped);
        json_decref(filled);
        if (!ok)
            return false;
    }
    return j->n_programs > 0 || refuse(j, err, "run", "names no program", NULL);
}
