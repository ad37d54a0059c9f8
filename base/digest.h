// SPDX-License-Identifier: MIT
// SHA-256, by libcrypto with the CPU's own instructions.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum { DIGEST_BYTES = 32, DIGEST_HEX_BYTES = 65 };

struct digest {
    uint8_t bytes[DIGEST_BYTES];
};

struct digest digest_of(const void *bytes, size_t len);

// Writes 64 lower-case hex digits and a zero to hex; returns hex.
char *digest_hex(const struct digest *d, char hex[DIGEST_HEX_BYTES]);

// Reads 64 hex digits. Returns false for anything else.
bool digest_parse(const char *hex, struct digest *out);

// Reads the file open at fd from its start to its end.
bool digest_fd(int fd, struct digest *out, struct err *err);

// The file of that name, for those who need not know why it cannot be read.
bool digest_path(const char *path, struct digest *out);

// For protocols that ask for it, never for trust.
enum { DIGEST_SHA1_BYTES = 20 };
void digest_sha1(const void *bytes, size_t len, uint8_t out[DIGEST_SHA1_BYTES]);

// Piecewise, for bytes hashed while they are copied.
struct digester;
struct digester *digester_new(void);
void digester_add(struct digester *d, const void *bytes, size_t len);
struct digest digester_next(struct digester *d);   // of what was added since the last; d goes on
struct digest digester_finish(struct digester *d); // frees d
void digester_free(struct digester *d);            // accepts NULL
