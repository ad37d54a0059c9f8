// SPDX-License-Identifier: MIT
#include "compiler/scalar.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/node.h"

struct word {
    const char *text;
    enum node_type type;
    bool flag;
    double real;
};

static const struct word words[] = {
    {"", NODE_NULL, false, 0},
    {"~", NODE_NULL, false, 0},
    {"null", NODE_NULL, false, 0},
    {"Null", NODE_NULL, false, 0},
    {"NULL", NODE_NULL, false, 0},
    {"true", NODE_BOOL, true, 0},
    {"True", NODE_BOOL, true, 0},
    {"TRUE", NODE_BOOL, true, 0},
    {"false", NODE_BOOL, false, 0},
    {"False", NODE_BOOL, false, 0},
    {"FALSE", NODE_BOOL, false, 0},
    {".inf", NODE_REAL, false, INFINITY},
    {".Inf", NODE_REAL, false, INFINITY},
    {".INF", NODE_REAL, false, INFINITY},
    {"+.inf", NODE_REAL, false, INFINITY},
    {"+.Inf", NODE_REAL, false, INFINITY},
    {"+.INF", NODE_REAL, false, INFINITY},
    {"-.inf", NODE_REAL, false, -INFINITY},
    {"-.Inf", NODE_REAL, false, -INFINITY},
    {"-.INF", NODE_REAL, false, -INFINITY},
    {".nan", NODE_REAL, false, NAN},
    {".NaN", NODE_REAL, false, NAN},
    {".NAN", NODE_REAL, false, NAN},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(const char *text, size_t at)
{
    while (is_digit(text[at]))
        at++;
    return at;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
static bool is_number(const char *text, bool *whole)
{
    size_t at = text[0] == '-' || text[0] == '+', first = at, after;

    at = skip_digits(text, at);
    *whole = at > first && !text[at];
    if (text[at] == '.') {
        after = skip_digits(text, at + 1);
        if (at == first && after == at + 1)
            return false;
        at = after;
    } else if (at == first) {
        return false;
    }
    if (text[at] == 'e' || text[at] == 'E') {
        first = at + 1 + (text[at + 1] == '-' || text[at + 1] == '+');
        at = skip_digits(text, first);
        if (at == first)
            return false;
    }
    return !text[at];
}

// What does not fit 64 bits is a real, as in JSON.
static void set_number(struct node *n, const char *digits, int base)
{
    char *end;

    errno = 0;
    n->integer = strtoll(digits, &end, base);
    n->type = NODE_INTEGER;
    if (errno != ERANGE)
        return;
    n->type = NODE_REAL;
    n->real = base == 10 ? strtod(digits, NULL) : INFINITY;
}

// 0o17 and 0x1F.
static bool resolve_prefixed(struct node *n)
{
    const char *text = n->text.ptr, *digits = "01234567";
    int base = 8;

    if (text[0] != '0' || (text[1] != 'o' && text[1] != 'x') || !text[2])
        return false;
    if (text[1] == 'x') {
        digits = "0123456789abcdefABCDEF";
        base = 16;
    }
    if (text[2 + strspn(text + 2, digits)])
        return false;
    set_number(n, text + 2, base);
    return true;
}

void scalar_resolve(struct node *n)
{
    const char *text = n->text.ptr;
    bool whole = false;

    n->type = NODE_TEXT;
    if (text[0] && !strchr("~+-.0123456789nNtTfF", text[0]))
        return; // most scalars are words
    for (size_t i = 0; n->text.len < 6 && i < sizeof(words) / sizeof(*words); i++) {
        if (strcmp(text, words[i].text) != 0)
            continue;
        n->type = words[i].type;
        if (n->type == NODE_BOOL)
            n->flag = words[i].flag;
        else
            n->real = words[i].real;
        return;
    }
    if (strlen(text) != n->text.len || resolve_prefixed(n) || !is_number(text, &whole))
        return;
    if (whole) {
        set_number(n, text, 10);
        return;
    }
    n->type = NODE_REAL;
    n->real = strtod(text, NULL);
}
