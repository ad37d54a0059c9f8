// SPDX-License-Identifier: MIT
#include "compiler/rows.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/vec.h"
#include "compiler/csv.h"
#include "compiler/node.h"
#include "compiler/param.h"
#include "compiler/scalar.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/yaml.h"

enum { MOST_NODES = 1000 * 1000 };

// A field as a scalar that stands in the table.
static struct node *field_node(struct rows_host *h, uint32_t source, const struct csv_field *field)
{
    struct span span = {source, (uint32_t)field->start, (uint32_t)field->end};
    struct node *n = node_make_text(h->arena, span, field->text);

    if (field->text.len)
        scalar_resolve(n);
    return n;
}

// The rows of a CSV file as a list of mappings.
static struct node *read_csv(struct rows_host *h, const struct source *source)
{
    struct csv_fault fault;
    struct csv csv;
    struct span whole = {source->number, 0, 1};
    struct node *list;

    if (!csv_parse(&csv, source->text, h->arena, &fault)) {
        diag_say(h->diag, SEVERITY_ERROR,
                 (struct span){source->number, (uint32_t)fault.start, (uint32_t)fault.end}, NULL,
                 "%s", fault.message);
        return NULL;
    }
    list = node_make_list(h->arena, whole, csv.n_rows);
    for (size_t i = 0; i < csv.n_rows; i++) {
        const struct csv_row *row = &csv.rows[i];
        struct node *map = node_make_map(h->arena, whole, row->n);

        map->span = (struct span){source->number, (uint32_t)row->fields[0].start,
                                  (uint32_t)row->fields[row->n - 1].end};
        for (size_t k = 0; k < row->n; k++) {
            map->keys[k] = node_make_text(h->arena, map->span, csv.header.fields[k].text);
            map->items[k] = field_node(h, source->number, &row->fields[k]);
        }
        list->items[i] = map;
    }
    return list;
}

// The table that `for:` means, as a list of mappings; NULL after saying why there is none.
static struct node *read_table(struct rows_host *h, struct node *rows)
{
    const struct source *source;
    const char *ext;

    if (rows->type == NODE_LIST || rows->unknown)
        return rows->type == NODE_LIST ? rows : NULL;
    ext = path_ext(node_text(rows));
    source = source_read(h->sources, SOURCE_ROWS, node_text(rows), rows->span);
    if (!source)
        return NULL;
    if (strcmp(ext, "csv") == 0)
        return read_csv(h, source);
    if (strcmp(ext, "yaml") == 0 || strcmp(ext, "yml") == 0)
        return yaml_parse(h->arena, h->diag, source->number);
    diag_say(h->diag, SEVERITY_ERROR, rows->span, NULL,
             "rows come from a .csv or a .yaml file, not from \"%s\"", node_text(rows));
    return NULL;
}

// Whether n, or something in it, names a param or column.
static bool has_name(const struct node *n)
{
    if (!n)
        return false;
    for (size_t i = 0; i < n->n; i++)
        if (has_name(n->items[i]))
            return true;
    return n->text.len && strstr(n->text.ptr, "${") != NULL;
}

// The scene of one row. Its id is the row's first column, unless the scene makes one of the
// columns.
static struct node *make_scene(struct rows_host *h, const struct node *scene,
                               const struct node *row)
{
    struct node *made = node_copy(h->arena, scene);
    struct scope columns;

    node_remove(made, "for");
    scope_init(&columns, h->params, h->arena, row->n);
    columns.placed = true;
    for (size_t i = 0; i < row->n; i++)
        scope_add(&columns, node_text(row->keys[i]), row->items[i]);
    param_fill(&made, &columns, h->arena, h->diag);
    if (!node_get(made, "id")) {
        struct node *id = node_copy(h->arena, row->items[0]);

        id->type = NODE_TEXT;
        node_put(h->arena, made, "id", id);
    }
    scope_release(&columns);
    return made;
}

// A row may be {}, or a ${name} that stands for nothing, which was said.
static bool has_columns(struct rows_host *h, const struct node *row)
{
    if (row->n)
        return true;
    if (!row->unknown)
        diag_say(h->diag, SEVERITY_ERROR, row->span, "write {id: …, name: …}",
                 "a row has at least one column, its id");
    return false;
}

static bool check_scene(struct rows_host *h, const struct node *scene, const struct node *table)
{
    const struct node *id = node_get(scene, "id");

    if (id && table->n > 1 && !has_name(id)) {
        diag_say(h->diag, SEVERITY_ERROR, id->span,
                 "put a column into it, as in ${name}, or leave it out: the first column is the id",
                 "every row would make a scene \"%s\"", node_text(id));
        return false;
    }
    h->n_nodes += table->n * scene->weight;
    if (h->n_nodes <= MOST_NODES)
        return true;
    diag_say(h->diag, SEVERITY_ERROR, node_get(scene, "for")->span, NULL,
             "these rows make more than 1,000,000 values of this film");
    return false;
}

static struct node **find_item(struct node *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(node_text(map->keys[i]), key) == 0)
            return &map->items[i];
    return NULL;
}

// The rows of a scene, checked; NULL when there are none to go on with.
static struct node *table_of(struct rows_host *h, struct node *scene)
{
    struct node **rows = find_item(scene, "for"), *table;

    param_fill(rows, h->params, h->arena, h->diag);
    if (!schema_check(h->schemas, "film.json#/$defs/rows", rows, h->arena, h->diag))
        return NULL;
    table = read_table(h, *rows);
    if (!table || !schema_check(h->schemas, "film.json#/$defs/table", &table, h->arena, h->diag))
        return NULL;
    return check_scene(h, scene, table) ? table : NULL;
}

void rows_expand(struct rows_host *h, struct node *scenes)
{
    VEC(struct node *) made = {0};

    for (size_t i = 0; i < scenes->n; i++) {
        struct node *scene = scenes->items[i], *table;

        if (!node_get(scene, "for")) {
            param_fill(&scene, h->params, h->arena, h->diag);
            vec_push(&made, scene);
            continue;
        }
        table = table_of(h, scene);
        h->failed |= !table;
        for (size_t k = 0; table && k < table->n; k++) {
            if (has_columns(h, table->items[k]))
                vec_push(&made, make_scene(h, scene, table->items[k]));
            else
                h->failed = true;
        }
    }
    scenes->items = arena_array(h->arena, struct node *, made.n + 1);
    for (size_t i = 0; i < made.n; i++)
        scenes->items[i] = made.at[i];
    scenes->n = made.n;
    vec_release(&made);
}
