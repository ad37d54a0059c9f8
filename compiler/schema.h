// SPDX-License-Identifier: MIT
// The languages, as stdlib/schema/*.json defines them: a subset of JSON Schema 2020-12, stated in
// docs/schema.md, plus annotations that begin with "c41:". Checking also types the scalars as the
// language wants them and puts short forms into their full form, in place. Read-only once opened.
#pragma once

#include <stdbool.h>

#include "base/diag.h"

struct arena;
struct err;
struct node;
struct schemas;

// Reads every schema of the folder dir. NULL with *err (ERR_BUG) when one is broken.
struct schemas *schemas_open(const char *dir, struct err *err);
void schemas_free(struct schemas *s); // accepts NULL

// Checks *node against name ("film.json", "film.json#/$defs/shot"), saying every fault once, at its
// place. Short forms become their full form: mappings of style NODE_MADE with the span of what was
// written (so *node itself may be replaced). A tree once checked passes unchanged. Returns whether
// nothing was wrong.
bool schema_check(const struct schemas *s, const char *name, struct node **node, struct arena *a,
                  struct diag *d);

// The same for a value that a hook made: messages name the keys that lead to the fault
// ("shot.seconds: …"), as the place alone would not tell; what names the whole value.
bool schema_check_value(const struct schemas *s, const char *name, const char *what,
                        struct node **node, struct arena *a, struct diag *d);
