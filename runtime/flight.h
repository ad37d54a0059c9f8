// SPDX-License-Identifier: MIT
// A flight: one attempt at a step on its way, and whose it is. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"
#include "runtime/service.h"

struct dispatch;
struct walk;
struct work;

struct flight {
    struct attempt attempt;
    struct dispatch *dispatch;
    struct work *work;
    struct service *service; // that has room for it; of this machine: lanes.here
    size_t slot;             // in dispatch.flights
    int64_t since_ms;
    int64_t told_ms;  // when its progress was last told,
    double told_done; // and what it was
    const char *told_doing;
    bool stalled; // told to stop because it gave no sign of life
    bool noted;   // the ledger has a note of it
    char tag[48];
    char id[UUID_BYTES];
};

// Makes the attempt ready to be started. NULL with *err when the system gives no random bytes.
struct flight *flight_new(struct dispatch *d, struct work *work, struct service *service,
                          struct err *err);
void flight_free(struct flight *f);

// The machine and the service, as people and the ledger know them.
const char *flight_machine(const struct flight *f);
const char *flight_service(const struct flight *f);

// The attempt's artifacts become the work's, in its walk's arena.
void flight_hand_on(struct flight *f);

// How long it may give no sign of life. INT64_MAX: for ever.
int64_t flight_stall_ms(const struct flight *f);
