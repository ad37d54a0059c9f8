// SPDX-License-Identifier: MIT
// Random identifiers (RFC 9562, version 4) in their canonical, lower-case form.
#pragma once

#include <stdbool.h>

struct err;

enum { UUID_BYTES = 37 }; // with the zero at its end

// False with *err when the system gives no random bytes.
bool uuid_new(char text[UUID_BYTES], struct err *err);
