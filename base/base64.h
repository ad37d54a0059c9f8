// SPDX-License-Identifier: MIT
// Bytes as text: the standard alphabet of RFC 4648 with padding, without line breaks.
#pragma once

#include <stddef.h>

struct buf;

void base64_add(struct buf *out, const void *bytes, size_t len);
