// SPDX-License-Identifier: MIT
#include "compiler/theme.h"

#include "compiler/documents.h"
#include "compiler/node.h"
#include "compiler/schema.h"
#include "compiler/source.h"

void theme_read(struct node *film, const struct schemas *schemas, struct sources *sources,
                struct arena *a, struct diag *d)
{
    const struct node *path = node_get(film, "theme");
    const struct source *source;
    struct node *theme;

    if (!path || path->type != NODE_TEXT || path->unknown)
        return;
    source = source_read(sources, SOURCE_INCLUDE, node_text(path), path->span);
    if (!source)
        return;
    documents_parse(a, d, &source->number, 1, 1, &theme);
    if (theme && schema_check(schemas, "theme.json", &theme, a, d))
        node_put(a, film, "theme", theme);
}
