// SPDX-License-Identifier: MIT
#include "compiler/expect.h"

#include <string.h>

#include "compiler/node.h"
#include "compiler/rule.h"

enum { FEW_KEYS = 5, MANY_WORDS = 24, LONG_TEXT_BYTES = 40 };

void expect_list(const char *const *names, size_t n, size_t most, const char *last, struct buf *out)
{
    size_t shown = n > most ? most : n;

    for (size_t i = 0; i < shown; i++) {
        if (i)
            buf_puts(out, i + 1 == n ? last : ", ");
        buf_puts(out, names[i]);
    }
    if (shown < n)
        buf_puts(out, " …");
}

static void describe_map(const struct rule *rule, struct buf *out)
{
    buf_puts(out, "a mapping");
    if (rule->n_properties) {
        buf_puts(out, " with ");
        expect_list(rule->names, rule->n_properties, FEW_KEYS, " and ", out);
    }
}

static void describe_union(const struct rule *rule, struct buf *out)
{
    for (size_t i = 0; i < rule->n_branches; i++) {
        if (i)
            buf_puts(out, i + 1 == rule->n_branches ? " or " : ", ");
        expect_describe(rule->branches[i], out);
    }
}

static void describe_type(unsigned types, struct buf *out)
{
    if (types & RULE_TEXT)
        buf_puts(out, "text");
    else if (types & RULE_NUMBER)
        buf_puts(out, "a number");
    else if (types & RULE_INTEGER)
        buf_puts(out, "a whole number");
    else if (types & RULE_BOOL)
        buf_puts(out, "true or false");
    else if (types & RULE_LIST)
        buf_puts(out, "a list");
    else
        buf_puts(out, "nothing");
}

void expect_describe(const struct rule *rule, struct buf *out)
{
    if (rule->title && rule->types == RULE_MAP && !strstr(rule->title, "mapping"))
        buf_printf(out, "%s (a mapping)", rule->title);
    else if (rule->title)
        buf_puts(out, rule->title);
    else if (rule->n_branches)
        describe_union(rule, out);
    else if (rule->n_words)
        expect_list(rule->words, rule->n_words, MANY_WORDS, " or ", out);
    else if (rule->types == RULE_MAP)
        describe_map(rule, out);
    else
        describe_type(rule->types, out);
}

static void quote(struct str text, struct buf *out)
{
    size_t len = text.len;

    if (len > LONG_TEXT_BYTES) {
        len = LONG_TEXT_BYTES;
        while (len && (unsigned char)text.ptr[len] >> 6 == 2)
            len--;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < len; i++)
        buf_char(out, text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    buf_puts(out, len < text.len ? "…\"" : "\"");
}

void expect_found(const struct node *n, struct buf *out)
{
    switch (n->type) {
    case NODE_LIST:
        buf_puts(out, "a list");
        break;
    case NODE_MAP:
        buf_puts(out, "a mapping");
        break;
    case NODE_TEXT:
        quote(n->text, out);
        break;
    default:
        if (n->text.len)
            buf_str(out, n->text);
        else
            buf_puts(out, "nothing");
    }
}
