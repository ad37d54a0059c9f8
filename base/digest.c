// SPDX-License-Identifier: MIT
#include "base/digest.h"

#include <assert.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

struct digester {
    EVP_MD_CTX *md;
};

struct digester *digester_new(void)
{
    struct digester *d = mem_new(sizeof(*d));

    d->md = EVP_MD_CTX_new();
    assert(d->md && EVP_DigestInit_ex(d->md, EVP_sha256(), NULL) == 1);
    return d;
}

void digester_add(struct digester *d, const void *bytes, size_t len)
{
    int ok = EVP_DigestUpdate(d->md, bytes, len);

    assert(ok == 1);
    (void)ok;
}

static struct digest end(struct digester *d)
{
    struct digest out;
    int ok = EVP_DigestFinal_ex(d->md, out.bytes, NULL);

    assert(ok == 1);
    (void)ok;
    return out;
}

struct digest digester_next(struct digester *d)
{
    struct digest out = end(d);
    int ok = EVP_DigestInit_ex(d->md, NULL, NULL); // again what it was: looking that up is slow

    assert(ok == 1);
    (void)ok;
    return out;
}

struct digest digester_finish(struct digester *d)
{
    struct digest out = end(d);

    digester_free(d);
    return out;
}

void digester_free(struct digester *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->md);
    mem_free(d);
}

struct digest digest_of(const void *bytes, size_t len)
{
    struct digester *d = digester_new();

    digester_add(d, bytes, len);
    return digester_finish(d);
}

void digest_sha1(const void *bytes, size_t len, uint8_t out[DIGEST_SHA1_BYTES])
{
    int ok = EVP_Digest(bytes, len, out, NULL, EVP_sha1(), NULL);

    assert(ok == 1);
    (void)ok;
}

char *digest_hex(const struct digest *d, char hex[DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        hex[2 * i] = digits[d->bytes[i] >> 4];
        hex[2 * i + 1] = digits[d->bytes[i] & 15];
    }
    hex[2 * DIGEST_BYTES] = 0;
    return hex;
}

// One more than the value of a digit; 0 for what is none.
static const unsigned char hex_values[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

bool digest_parse(const char *hex, struct digest *out)
{
    if (strlen(hex) != 2 * DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        unsigned high = hex_values[(unsigned char)hex[2 * i]];
        unsigned low = hex_values[(unsigned char)hex[2 * i + 1]];

        if (!high || !low)
            return false;
        out->bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return true;
}

bool digest_fd(int fd, struct digest *out, struct err *err)
{
    enum { CHUNK_BYTES = 1 << 16 }; // stays in the core's own cache between read and hash
    struct digester *d = digester_new();
    char *chunk = mem_resize(NULL, CHUNK_BYTES, 1);
    off_t at = 0;
    ssize_t n;

    while ((n = pread(fd, chunk, CHUNK_BYTES, at)) > 0) {
        digester_add(d, chunk, (size_t)n);
        at += n;
    }
    mem_free(chunk);
    *out = digester_finish(d);
    return n == 0 || err_errno(err, "reading");
}

bool digest_path(const char *path, struct digest *out)
{
    struct err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && digest_fd(fd, out, &err);

    if (fd >= 0)
        close(fd);
    return ok;
}
