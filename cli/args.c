// SPDX-License-Identifier: MIT
#include "cli/args.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

// Where reading stands.
struct reader {
    char **argv;
    size_t at, n;
    struct args *args;
    struct given *given;
    struct err *err;
};

static const struct option *find_name(const struct option *options, struct str name)
{
    for (const struct option *o = options; o->name; o++)
        if (str_is(name, o->name))
            return o;
    return NULL;
}

static const struct option *find_letter(const struct option *options, char letter)
{
    for (const struct option *o = options; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static bool refuse_name(const struct option *options, struct str name, struct err *err)
{
    enum { MOST_OPTIONS = 32 };
    const char *names[MOST_OPTIONS], *near;
    char wrong[80];
    size_t n = 0;

    for (const struct option *o = options; o->name && n < MOST_OPTIONS; o++)
        names[n++] = o->name;
    name.len = name.len < sizeof(wrong) ? name.len : sizeof(wrong) - 1;
    memcpy(wrong, name.ptr, name.len);
    wrong[name.len] = 0;
    near = str_nearest(wrong, names, n);
    if (near)
        return err_set(err, ERR_USAGE, "unknown option --%s; did you mean --%s?", wrong, near);
    return err_set(err, ERR_USAGE, "unknown option --%s", wrong);
}

static void keep(struct reader *r, const struct option *option, const char *value)
{
    r->given[r->args->n_given++] = (struct given){option, value};
}

// Takes the next word as the value of option.
static bool keep_next(struct reader *r, const struct option *option)
{
    if (r->at == r->n)
        return err_set(r->err, ERR_USAGE, "--%s needs a value: --%s %s", option->name, option->name,
                       option->value);
    keep(r, option, r->argv[r->at++]);
    return true;
}

static bool read_long(struct reader *r, const char *text)
{
    struct str rest = str_of(text), name = str_cut(&rest, '=');
    const struct option *option = find_name(r->args->options, name);

    if (str_is(name, "help") && !rest.ptr) {
        r->args->help = true;
        return true;
    }
    if (!option)
        return refuse_name(r->args->options, name, r->err);
    if (!option->value && rest.ptr)
        return err_set(r->err, ERR_USAGE, "--%s takes no value", option->name);
    if (option->value && !rest.ptr)
        return keep_next(r, option);
    keep(r, option, rest.ptr);
    return true;
}

// "-qv", "-j4", "-j 4".
static bool read_letters(struct reader *r, const char *text)
{
    for (const char *c = text; *c; c++) {
        const struct option *option = find_letter(r->args->options, *c);

        if (!option && *c == 'h') {
            r->args->help = true;
            continue;
        }
        if (!option)
            return err_set(r->err, ERR_USAGE, "unknown option -%c", *c);
        if (option->value && !c[1])
            return keep_next(r, option);
        if (option->value) {
            keep(r, option, c + 1);
            return true;
        }
        keep(r, option, NULL);
    }
    return true;
}

// A lone "-" is a word: it stands for standard input or output.
static bool read_one(struct reader *r, bool *only_words)
{
    char *text = r->argv[r->at++];

    if (*only_words || text[0] != '-' || !text[1]) {
        r->args->words[r->args->n_words++] = text;
        return true;
    }
    if (strcmp(text, "--") == 0)
        return *only_words = true;
    return text[1] == '-' ? read_long(r, text + 2) : read_letters(r, text + 1);
}

bool args_read(struct args *args, const struct option *options, char **argv, size_t n,
               struct arena *a, struct err *err)
{
    size_t letters = 0;
    struct reader r = {.argv = argv, .n = n, .args = args, .err = err};
    bool only_words = false;

    for (size_t i = 0; i < n; i++)
        letters += strlen(argv[i]); // each letter may be a flag of its own
    r.given = arena_array(a, struct given, letters + 1);
    *args = (struct args){
        .options = options, .given = r.given, .words = arena_array(a, const char *, n + 1)};
    while (r.at < n)
        if (!read_one(&r, &only_words))
            return false;
    return true;
}

static const struct given *find_given(const struct args *args, const char *name)
{
    const struct option *option = find_name(args->options, str_of(name));

    assert(option);
    for (size_t i = args->n_given; i-- > 0;)
        if (args->given[i].option == option)
            return &args->given[i];
    return NULL;
}

bool args_has(const struct args *args, const char *name)
{
    return find_given(args, name) != NULL;
}

const char *args_get(const struct args *args, const char *name, const char *fallback)
{
    const struct given *given = find_given(args, name);

    return given ? given->value : fallback;
}

bool args_number(const struct args *args, const char *name, long least, long fallback, long *out,
                 struct err *err)
{
    const char *text = args_get(args, name, NULL);
    char *end = NULL;
    long value;

    if (!text) {
        *out = fallback;
        return true;
    }
    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < least)
        return err_set(err, ERR_USAGE, "--%s \"%s\": expected a whole number from %ld", name, text,
                       least);
    *out = value;
    return true;
}

static size_t print_option(const struct option *o, struct buf *out)
{
    size_t start = out->len;

    if (o->letter)
        buf_printf(out, "  -%c, --%s", o->letter, o->name);
    else
        buf_printf(out, "      --%s", o->name);
    if (o->value)
        buf_printf(out, " %s", o->value);
    return out->len - start;
}

void options_print(const struct option *options, struct buf *out)
{
    size_t widest = 0;
    struct buf measure = {0};

    for (const struct option *o = options; o->name; o++) {
        size_t width = print_option(o, &measure);

        widest = width > widest ? width : widest;
    }
    for (const struct option *o = options; o->name; o++) {
        size_t width = print_option(o, out);

        buf_repeat(out, ' ', widest + 2 - width);
        buf_printf(out, "%s\n", o->about);
    }
    buf_release(&measure);
}
