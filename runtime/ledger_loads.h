// SPDX-License-Identifier: MIT
// How long models took to load, in the ledger.
#pragma once

#include <stdbool.h>

struct err;
struct ledger;

// What it took now counts as much as all that it took on that service before.
bool ledger_put_load(struct ledger *l, const char *model, const char *service, double seconds,
                     struct err *err);

// On the services where it was loaded, in the mean. Negative: it never was.
double ledger_load_seconds(struct ledger *l, const char *model);
