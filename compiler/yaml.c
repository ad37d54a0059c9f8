// SPDX-License-Identifier: MIT
#include "compiler/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/scalar.h"
#include "compiler/yaml_fault.h"

enum {
    MOST_DEPTH = 64,
    MOST_SCALAR_BYTES = 1 << 20,
    MOST_ALIASED = 1000 * 1000,   // nodes that aliases add
    MOST_NODES = 8 * 1000 * 1000, // a film of 10,000 shots has one million
    FEW_KEYS = 16,                // up to which looking through them beats a map
};

struct parse {
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    bool broken; // by a syntax error or a limit: there is no tree
    struct arena *arena;
    struct diag *diag;
    uint32_t source;
    struct str text;
    bool ascii;              // marks are bytes
    size_t code, byte;       // the last mark, as code points and as bytes
    VEC(struct node *) todo; // children of the collections that are being read
    struct map anchors;      // name -> node; the placeholder while its node is being read
    struct node placeholder;
    size_t n_nodes, n_aliased;
    struct span comment;  // the last " #" behind a plain scalar
    bool comment_in_flow; // and whether it was inside {…} or […]
};

// libyaml counts code points; nearly all marks come in order, so walking from the last one is
// cheap.
static uint32_t find_byte(struct parse *p, size_t code)
{
    if (p->ascii)
        return (uint32_t)(code < p->text.len ? code : p->text.len);
    while (p->code > code && p->byte > 0) {
        do
            p->byte--;
        while (p->byte > 0 && (unsigned char)p->text.ptr[p->byte] >> 6 == 2);
        p->code--;
    }
    while (p->code < code && p->byte < p->text.len) {
        do
            p->byte++;
        while (p->byte < p->text.len && (unsigned char)p->text.ptr[p->byte] >> 6 == 2);
        p->code++;
    }
    return (uint32_t)p->byte;
}

static struct span event_span(struct parse *p)
{
    uint32_t start = find_byte(p, p->event.start_mark.index);
    uint32_t end = find_byte(p, p->event.end_mark.index);

    return (struct span){p->source, start, end};
}

static void say(struct parse *p, struct span at, const char *help, const char *message)
{
    diag_say(p->diag, SEVERITY_ERROR, at, help, "%s", message);
}

// Says why there can be no tree.
static void give_up(struct parse *p, struct span at, const char *help, const char *message)
{
    if (!p->broken)
        say(p, at, help, message);
    p->broken = true;
}

static void report_syntax(struct parse *p)
{
    struct yaml_fault fault = {
        .problem = p->parser.problem,
        .context = p->parser.context,
        .problem_at = p->parser.error == YAML_READER_ERROR
                          ? (uint32_t)p->parser.problem_offset
                          : find_byte(p, p->parser.problem_mark.index),
        .context_at = find_byte(p, p->parser.context_mark.index),
        .comment = p->comment,
        .comment_in_flow = p->comment_in_flow,
    };

    if (!p->broken)
        yaml_fault_say(&fault, p->diag, p->source);
    p->broken = true;
}

// Moves on to the next event; false at the end of all sense.
static bool advance(struct parse *p)
{
    if (p->has_event)
        yaml_event_delete(&p->event);
    p->has_event = !p->broken && yaml_parser_parse(&p->parser, &p->event);
    if (!p->has_event && !p->broken)
        report_syntax(p);
    return p->has_event;
}

static struct node *new_node(struct parse *p, enum node_type type, struct span span)
{
    struct node *n = arena_make(p->arena, struct node);

    n->type = type;
    n->span = span;
    n->weight = 1;
    if (++p->n_nodes > MOST_NODES)
        give_up(p, span, "split it into several", "this file holds more than 8,000,000 values");
    return n;
}

static void refuse_tag(struct parse *p, const yaml_char_t *tag, struct span span)
{
    if (tag)
        say(p, span, "put the words in quotes",
            "\"!\" begins a YAML tag, and tags mean nothing here");
}

static void set_anchor(struct parse *p, const char *name, struct node *node)
{
    if (name)
        map_put(&p->anchors, name, node);
}

static const char *anchor_name(struct parse *p, const yaml_char_t *anchor)
{
    return anchor ? arena_strdup(p->arena, (const char *)anchor) : NULL;
}

static enum node_style scalar_style(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return NODE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
        return NODE_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return NODE_FOLDED;
    default:
        return NODE_PLAIN;
    }
}

// Block scalars end in the line breaks before the next token; a caret wants the words only.
static struct span trim_breaks(struct parse *p, struct span span)
{
    while (span.end > span.start + 1 && strchr(" \r\n", p->text.ptr[span.end - 1]))
        span.end--;
    return span;
}

static struct node *read_scalar(struct parse *p, bool in_flow)
{
    struct span span = event_span(p);
    size_t len = p->event.data.scalar.length;
    const char *text = (const char *)p->event.data.scalar.value;
    struct node *n = new_node(p, NODE_TEXT, span);

    n->style = scalar_style(p->event.data.scalar.style);
    n->text = (struct str){arena_strndup(p->arena, text, len), len};
    refuse_tag(p, p->event.data.scalar.tag, span);
    if (len > MOST_SCALAR_BYTES)
        give_up(p, (struct span){p->source, span.start, span.start + 1},
                "keep it in a file of its own", "this text is longer than 1 MiB");
    if (memchr(text, 0, len))
        say(p, span, NULL, "a text cannot hold the character NUL");
    if (n->style == NODE_PLAIN) {
        scalar_resolve(n);
        n->comment_follows = span.end > span.start && span.end + 1 < p->text.len &&
                             p->text.ptr[span.end] == ' ' && p->text.ptr[span.end + 1] == '#';
        if (n->comment_follows) {
            p->comment = (struct span){p->source, span.end + 1, span.end + 2};
            p->comment_in_flow = in_flow;
        }
    } else if (n->style != NODE_QUOTED) {
        n->span = trim_breaks(p, span);
    }
    set_anchor(p, anchor_name(p, p->event.data.scalar.anchor), n);
    return n;
}

// A copy, for the schema types and expands each place by itself.
static struct node *copy_tree(struct parse *p, const struct node *from)
{
    struct node *n = new_node(p, from->type, from->span);

    *n = *from;
    if (from->n) {
        n->items = arena_array(p->arena, struct node *, from->n);
        for (size_t i = 0; i < from->n; i++)
            n->items[i] = copy_tree(p, from->items[i]);
    }
    return n;
}

// Stands in for what was said to be wrong.
static struct node *unknown_node(struct parse *p, struct span span)
{
    struct node *n = new_node(p, NODE_NULL, span);

    n->unknown = true;
    return n;
}

static struct node *read_alias(struct parse *p)
{
    struct span span = event_span(p);
    const char *name = (const char *)p->event.data.alias.anchor;
    const struct node *node = map_find(&p->anchors, name);

    if (!node) {
        diag_say(p->diag, SEVERITY_ERROR, span,
                 "an alias stands for what an \"&name\" above marks; put words that begin with * "
                 "in quotes",
                 "there is no anchor \"&%s\" above", name);
        return unknown_node(p, span);
    }
    if (node == &p->placeholder) {
        diag_say(p->diag, SEVERITY_ERROR, span, NULL, "\"&%s\" would contain itself", name);
        return unknown_node(p, span);
    }
    p->n_aliased += node->weight;
    if (p->n_aliased <= MOST_ALIASED)
        return copy_tree(p, node);
    give_up(p, span, NULL, "aliases make more than 1,000,000 values of this file");
    return unknown_node(p, span);
}

static struct node *read_node(struct parse *p, unsigned depth, bool in_flow);

static bool enter(struct parse *p, unsigned depth, struct span span)
{
    if (depth < MOST_DEPTH)
        return true;
    span.end = span.start + 1;
    give_up(p, span, NULL, "this is nested more than 64 levels deep");
    return false;
}

// Copies the children that stand on the stack from `from` on, every step-th, into an array.
static struct node **take_children(struct parse *p, size_t from, size_t step, size_t n)
{
    struct node **out = n ? arena_array(p->arena, struct node *, n) : NULL;

    for (size_t i = 0; i < n; i++)
        out[i] = p->todo.at[from + i * step];
    return out;
}

// Where a collection ends as people see it: behind its last child, not at the token after it.
static void end_behind(struct node *n, uint32_t end, bool flow)
{
    for (size_t i = 0; !flow && i < n->n; i++)
        if (n->items[i]->span.source == n->span.source && n->items[i]->span.end > n->span.end)
            n->span.end = n->items[i]->span.end;
    if (flow)
        n->span.end = end;
}

static void finish_collection(struct parse *p, struct node *n, const char *anchor)
{
    bool flow = n->style == NODE_FLOW;

    n->span.end = n->span.start + 1;
    end_behind(n, p->has_event ? find_byte(p, p->event.end_mark.index) : n->span.end, flow);
    for (size_t i = 0; i < n->n; i++)
        n->weight += n->items[i]->weight + (n->type == NODE_MAP);
    set_anchor(p, anchor, n);
}

static struct node *read_list(struct parse *p, unsigned depth)
{
    bool flow = p->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    struct node *list = new_node(p, NODE_LIST, event_span(p));
    const char *anchor = anchor_name(p, p->event.data.sequence_start.anchor);
    size_t from = p->todo.n;

    list->style = flow ? NODE_FLOW : NODE_PLAIN;
    refuse_tag(p, p->event.data.sequence_start.tag, list->span);
    set_anchor(p, anchor, &p->placeholder);
    if (!enter(p, depth, list->span))
        return list;
    while (advance(p) && p->event.type != YAML_SEQUENCE_END_EVENT) {
        struct node *item = read_node(p, depth + 1, flow);

        vec_push(&p->todo, item);
    }
    list->n = p->todo.n - from;
    list->items = take_children(p, from, 1, list->n);
    p->todo.n = from;
    finish_collection(p, list, anchor);
    return list;
}

// A key must be text; other things are said and stand in as an empty one.
static struct node *read_key(struct parse *p, unsigned depth, bool flow)
{
    struct span at = event_span(p);
    struct node *key = read_node(p, depth, flow);

    if (key->type == NODE_LIST || key->type == NODE_MAP) {
        give_up(p, at, "a name that begins with \"{\" or \"[\" needs quotes", "a key must be text");
        return unknown_node(p, at);
    }
    if (!key->text.ptr)
        key->text = str_of("");
    return key;
}

static void note_duplicate(struct parse *p, const struct node *first, const struct node *second)
{
    diag_say(p->diag, SEVERITY_ERROR, second->span, NULL, "the key \"%s\" stands here twice",
             second->text.ptr);
    diag_note(p->diag, first->span, "here it stands first");
}

// Says and drops keys that stand there twice; pairs are on the stack from `from` on.
static void drop_duplicates(struct parse *p, size_t from)
{
    struct map seen = {0};
    size_t kept = from;

    for (size_t i = from; i < p->todo.n; i += 2) {
        struct node *key = p->todo.at[i], *first = NULL;

        if (p->todo.n - from > 2 * FEW_KEYS) {
            first = map_find(&seen, key->text.ptr);
            if (!first)
                map_put(&seen, key->text.ptr, key);
        } else {
            for (size_t k = from; k < kept && !first; k += 2)
                if (str_eq(p->todo.at[k]->text, key->text))
                    first = p->todo.at[k];
        }
        if (first) {
            note_duplicate(p, first, key);
            continue;
        }
        p->todo.at[kept++] = key;
        p->todo.at[kept++] = p->todo.at[i + 1];
    }
    p->todo.n = kept;
    map_release(&seen);
}

// What a merge key would have brought is not known, so the mapping is not either.
static void refuse_merge_key(struct parse *p, struct node *map, const struct node *key)
{
    if (key->style != NODE_PLAIN || !str_is(key->text, "<<"))
        return;
    say(p, key->span, "write the keys out; in a scene, `all:` joins every shot",
        "YAML's merge key \"<<\" is not part of YAML 1.2");
    map->unknown = true;
}

static bool is_empty(const struct node *n)
{
    return n->type == NODE_NULL && n->style == NODE_PLAIN && n->text.len == 0 && !n->unknown;
}

static struct node *read_map(struct parse *p, unsigned depth)
{
    bool flow = p->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    struct node *map = new_node(p, NODE_MAP, event_span(p));
    const char *anchor = anchor_name(p, p->event.data.mapping_start.anchor);
    size_t from = p->todo.n;

    map->style = flow ? NODE_FLOW : NODE_PLAIN;
    refuse_tag(p, p->event.data.mapping_start.tag, map->span);
    set_anchor(p, anchor, &p->placeholder);
    if (!enter(p, depth, map->span))
        return map;
    while (advance(p) && p->event.type != YAML_MAPPING_END_EVENT) {
        struct node *key = read_key(p, depth + 1, flow), *value;

        refuse_merge_key(p, map, key);
        if (!advance(p))
            break;
        value = read_node(p, depth + 1, flow);
        if (is_empty(value)) {
            value->empty_in_flow = flow;
            value->span = key->span;
        }
        vec_push(&p->todo, key);
        vec_push(&p->todo, value);
    }
    drop_duplicates(p, from);
    map->n = (p->todo.n - from) / 2;
    map->keys = take_children(p, from, 2, map->n);
    map->items = take_children(p, from + 1, 2, map->n);
    p->todo.n = from;
    finish_collection(p, map, anchor);
    return map;
}

// Reads the node that the current event begins.
static struct node *read_node(struct parse *p, unsigned depth, bool in_flow)
{
    switch (p->event.type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(p, in_flow);
    case YAML_ALIAS_EVENT:
        return read_alias(p);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(p, depth);
    case YAML_MAPPING_START_EVENT:
        return read_map(p, depth);
    default:
        p->broken = true;
        return new_node(p, NODE_NULL, event_span(p));
    }
}

// Moves past one event, and to the next if that is of this type.
static bool advance_past(struct parse *p, yaml_event_type_t past, yaml_event_type_t type)
{
    return p->event.type == past && advance(p) && p->event.type == type;
}

static struct node *read_document(struct parse *p)
{
    struct node *root = NULL;

    if (!advance(p) || !advance_past(p, YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT) ||
        !advance(p))
        return NULL;
    root = read_node(p, 1, false);
    if (!p->broken && advance(p) &&
        advance_past(p, YAML_DOCUMENT_END_EVENT, YAML_DOCUMENT_START_EVENT))
        give_up(p, event_span(p), "put it into a file of its own",
                "a second document begins here, and a file holds one");
    return p->broken || is_empty(root) ? NULL : root;
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

struct node *yaml_parse(struct arena *a, struct diag *d, uint32_t source)
{
    struct parse p = {.arena = a, .diag = d, .source = source};
    struct node *root;

    p.text = diag_source_text(d, source);
    p.ascii = is_ascii(p.text);
    if (!yaml_parser_initialize(&p.parser))
        return NULL;
    yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.parser, (const unsigned char *)p.text.ptr, p.text.len);
    root = read_document(&p);
    if (p.has_event)
        yaml_event_delete(&p.event);
    yaml_parser_delete(&p.parser);
    vec_release(&p.todo);
    map_release(&p.anchors);
    return root;
}
