// SPDX-License-Identifier: MIT
// JSON beyond jansson's own: canonical text, text from servers, short look-ups.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/str.h"

struct err;

// Adds value in the canonical form of RFC 8785: keys sorted by UTF-16 units, shortest numbers,
// whole floats as integers.
void json_canonical(const json_t *value, struct buf *out);

// The same with keys in the order in which they were set.
void json_compact(const json_t *value, struct buf *out);

// Parts of the canonical form, for who writes it without a json_t at hand. Text that is not UTF-8
// adds nothing and gives false; real is finite.
bool json_put_text(struct str text, struct buf *out);
void json_put_integer(long long integer, struct buf *out);
void json_put_real(double real, struct buf *out);

// Compares two keys as the canonical form sorts them.
int json_compare_keys(struct str a, struct str b);

// The SHA-256 of the canonical form.
struct digest json_digest(const json_t *value);

// Adds value for people and files: keys sorted, indented by two, ends in a newline.
void json_pretty(const json_t *value, struct buf *out);

// The same with every digit of a real: for programs that compare what they read.
void json_pretty_exact(const json_t *value, struct buf *out);

// Reads text from a server: integers beyond 64 bits become reals, NaN and Infinity become null.
// Returns a new value, NULL with *err on anything that is no JSON.
json_t *json_read_loose(struct str text, struct err *err);

// Borrowed looks into an object; the fallback when the key is absent or of another type.
const char *json_get_text(const json_t *object, const char *key, const char *fallback);
double json_get_number(const json_t *object, const char *key, double fallback);
json_int_t json_get_integer(const json_t *object, const char *key, json_int_t fallback);
bool json_get_flag(const json_t *object, const char *key, bool fallback);
