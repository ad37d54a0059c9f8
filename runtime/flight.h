// SPDX-License-Identifier: MIT
// A flight: one attempt at a step on its way, and whose it is. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"
#include "runtime/service.h"

struct dispatch;
struct note;
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
    int64_t slow_after_ms; // runtime/pulse.c's; 0: not known yet
    bool loads;            // its model has to be loaded first
    bool stalled;          // told to stop because it gave no sign of life
    bool recalled;         // taken back, for its machine rests
    char tag[48];
    char id[UUID_BYTES];
    char job[UUID_BYTES]; // that the ledger has a note of; "": none
    int64_t sent_ms;      // since 1970: when that was first sent
};

// Makes the attempt ready to be started. NULL with *err when the system gives no random bytes.
struct flight *flight_new(struct dispatch *d, struct work *work, struct service *service,
                          struct err *err);
void flight_free(struct flight *f);

// The note of what it has with its service, in the attempt's arena.
struct note flight_note(const struct flight *f);

// Puts a note of a job that goes out, in the place of the last one. False with *err.
bool flight_send(struct flight *f, const char *job, struct err *err);

// The machine and the service, as people and the ledger know them.
const char *flight_machine(const struct flight *f);
const char *flight_service(const struct flight *f);

// The attempt's artifacts become the work's, in its walk's arena.
void flight_hand_on(struct flight *f);

// What it should take yet, by what it has done or by what such steps take.
double flight_seconds_left(const struct flight *f, int64_t now_ms);

// How long it may give no sign of life. INT64_MAX: for ever.
int64_t flight_stall_ms(const struct flight *f);
