// SPDX-License-Identifier: MIT
#include "runtime/services/command/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum { BLOCK_BYTES = 512, CHUNK_BYTES = 1 << 16 };

// Where the fields of a header stand (POSIX pax, "ustar Interchange Format").
enum {
    NAME_AT = 0,
    NAME_BYTES = 100,
    MODE_AT = 100,
    SIZE_AT = 124,
    TIME_AT = 136,
    SUM_AT = 148,
    TYPE_AT = 156,
    MAGIC_AT = 257
};

static const uint64_t most_bytes = 077777777777; // what the field of the size can say

struct pack {
    FILE *out;
    const char *path;
    bool failed;
    struct err err; // the first
};

struct pack *pack_open(const char *path, struct err *err)
{
    struct pack *p = mem_new(sizeof(*p));

    p->path = path;
    p->out = fopen(path, "wb");
    if (p->out)
        return p;
    err_errno(err, "%s", path);
    mem_free(p);
    return NULL;
}

static void fail(struct pack *p, const char *path)
{
    if (!p->failed)
        p->failed = !err_errno(&p->err, "%s", path);
}

static void put(struct pack *p, const void *bytes, size_t len)
{
    if (!p->failed && len && fwrite(bytes, 1, len, p->out) != len)
        fail(p, p->path);
}

static void fill_block(struct pack *p, uint64_t len)
{
    static const char zeros[BLOCK_BYTES];

    put(p, zeros, (size_t)((BLOCK_BYTES - len % BLOCK_BYTES) % BLOCK_BYTES));
}

static void put_header(struct pack *p, const char *name, char type, uint64_t size)
{
    char block[BLOCK_BYTES] = {0};
    unsigned sum = 0;

    if (strlen(name) > NAME_BYTES || size > most_bytes) {
        if (!p->failed)
            p->failed = !err_set(&p->err, ERR_FILM, "%.200s: %s", name,
                                 size > most_bytes ? "a file of more than 8 GiB"
                                                   : "a name of more than 100 bytes");
        return;
    }
    memcpy(block + NAME_AT, name, strlen(name));
    snprintf(block + MODE_AT, 8, "%s", type == '5' ? "0000755" : "0000644");
    memcpy(block + MODE_AT + 8, "0000000\0000000000", 16); // nobody's: who unpacks it has it
    snprintf(block + SIZE_AT, 12, "%011llo", (unsigned long long)size);
    snprintf(block + TIME_AT, 12, "%011o", 0u); // who unpacks it says when
    block[TYPE_AT] = type;
    memcpy(block + MAGIC_AT, "ustar\00000", 8);
    memset(block + SUM_AT, ' ', 8);
    for (size_t i = 0; i < sizeof(block); i++)
        sum += (unsigned char)block[i];
    snprintf(block + SUM_AT, 8, "%06o", sum);
    put(p, block, sizeof(block));
}

void pack_folder(struct pack *p, const char *name)
{
    put_header(p, name, '5', 0);
}

void pack_text(struct pack *p, const char *name, struct str text)
{
    put_header(p, name, '0', text.len);
    put(p, text.ptr, text.len);
    fill_block(p, text.len);
}

// As many bytes as the header has told, whoever writes to the file meanwhile.
static void copy(struct pack *p, int fd, uint64_t len, const char *from)
{
    char *chunk = mem_new(CHUNK_BYTES);

    for (uint64_t left = len; left && !p->failed;) {
        ssize_t n = read(fd, chunk, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n < 0 ? errno : EIO;
            fail(p, from);
            break;
        }
        put(p, chunk, (size_t)n);
        left -= (uint64_t)n;
    }
    mem_free(chunk);
    fill_block(p, len);
}

void pack_file(struct pack *p, const char *name, const char *from)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0) {
        fail(p, from);
    } else {
        put_header(p, name, '0', (uint64_t)st.st_size);
        copy(p, fd, (uint64_t)st.st_size, from);
    }
    if (fd >= 0)
        close(fd);
}

bool pack_close(struct pack *p, struct err *err)
{
    static const char end[2 * BLOCK_BYTES];
    bool ok;

    if (!p)
        return false;
    put(p, end, sizeof(end));
    if (fclose(p->out) != 0)
        fail(p, p->path);
    ok = !p->failed;
    if (!ok) {
        *err = p->err;
        unlink(p->path);
    }
    mem_free(p);
    return ok;
}
