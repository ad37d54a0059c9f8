// SPDX-License-Identifier: MIT
// Inspection of a studio: asks every service, all at once, whether it is up and what it has. Loop
// thread only, which is the caller's.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/service.h"

struct clock;
struct err;
struct inspect;
struct ledger;
struct studio;

// Opens the network and asks the services of studio (borrowed); returns when all have answered or
// have had the time to. NULL with *err when this machine cannot. Services whose driver knows
// nothing to ask are up.
struct inspect *inspect_studio(const struct studio *studio, const char *module_dir,
                               struct err *err);
void inspect_free(struct inspect *all); // accepts NULL

// What each service said, in the studio's order. Borrowed.
const struct inspection *inspect_list(const struct inspect *all, size_t *n);

// What the service lacks that preset needs: a new list of {"what", "help"}, empty for one that is
// down.
json_t *inspect_compare(const struct inspection *i, const json_t *preset);

// Where keys tell what the services are (`fingerprint: strict`): asks all of them, and has the
// ledger remember what each that is up is now. studio may be NULL.
bool inspect_remember(const struct studio *studio, const char *module_dir, struct ledger *ledger,
                      struct clock *clock, struct err *err);
