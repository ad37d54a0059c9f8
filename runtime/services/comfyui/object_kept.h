// SPDX-License-Identifier: MIT
// The form in which an object_info is kept: a document as a server's, without what we do not read,
// every list written once. Private to the object_info files.
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct json_scan;
struct object_info;

// The first member of a kept document: whose it is, and its lists.
extern const char kept_key[];

// Reads that member. False when another c41 wrote it.
bool kept_read(struct object_info *o, struct json_scan *s);

struct object_info *object_info_read_kept(struct str text, struct err *err);
