// SPDX-License-Identifier: MIT
// A programme encoded in one go, for codecs whose packets do not join; into passages all the same.
// Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct digest;
struct err;
struct keep;
struct passage_how;
struct programme;

// Encodes the programme that how names, and keeps each passage (passage_write) under its one of
// keys.
bool whole_encode(struct programme *programme, const struct passage_how *how,
                  const struct digest *keys, struct keep *keep, struct err *err);
