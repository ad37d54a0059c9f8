// SPDX-License-Identifier: MIT
// Where the body of an answer goes: to a file, to who listens, or into memory.
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "runtime/http.h"
#include "runtime/transfer.h"

static const uint64_t usual_most_bytes = 64 << 20;

// "Text/HTML; charset=utf-8" gives "text/html".
static void read_type(struct http *h, const char *told)
{
    size_t len = told ? strcspn(told, "; \t") : 0;

    if (len >= sizeof(h->type))
        len = sizeof(h->type) - 1;
    for (size_t i = 0; i < len; i++)
        h->type[i] = (char)tolower((unsigned char)told[i]);
    h->type[len] = 0;
}

// How the answer begins is known.
static void begin(struct http_transfer *t)
{
    struct http *h = t->h;
    const char *type = NULL;
    curl_off_t length = -1;

    curl_easy_getinfo(t->easy.curl, CURLINFO_RESPONSE_CODE, &h->status);
    curl_easy_getinfo(t->easy.curl, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(t->easy.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    read_type(h, type);
    t->begun = true;
    t->good = h->status >= 200 && h->status < 300;
    t->told_length = length >= 0;
    t->length = length >= 0 ? (uint64_t)length : 0;
}

// The limit of a file is not one for memory: what comes in its place, an error, has the usual one.
static uint64_t most_bytes(const struct http_transfer *t)
{
    uint64_t most = t->h->most_bytes ? t->h->most_bytes : usual_most_bytes;
    bool kept = t->good && (t->h->to || t->h->heard);

    return !kept && (t->h->to || t->h->heard) && most > usual_most_bytes ? usual_most_bytes : most;
}

static bool check_size(struct http_transfer *t, uint64_t size, struct err *err)
{
    uint64_t most = most_bytes(t);

    return size <= most || err_set(err, ERR_FINAL, "%s answers more than %llu bytes",
                                   t->easy.server, (unsigned long long)most);
}

static bool open_file(struct http_transfer *t, struct err *err)
{
    if (t->fd >= 0)
        return true;
    t->fd = open(t->h->to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    t->made = t->fd >= 0;
    return t->made || err_errno(err, "%s", t->h->to);
}

static bool write_file(struct http_transfer *t, const char *bytes, size_t len, struct err *err)
{
    if (!open_file(t, err))
        return false;
    while (len) {
        ssize_t n = write(t->fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, "%s", t->h->to);
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool body_add(struct http_transfer *t, const char *bytes, size_t len, struct err *err)
{
    struct http *h = t->h;

    if (!t->begun) {
        begin(t);
        if (!check_size(t, t->length, err))
            return false;
    }
    h->got_bytes += len;
    if (!check_size(t, h->got_bytes, err))
        return false;
    if (t->good && h->to)
        return write_file(t, bytes, len, err);
    if (t->good && h->heard) {
        buf_add(&t->pending, bytes, len);
        link_join(&t->link, &t->easy.loop->speaking);
    } else {
        buf_add(&h->got, bytes, len);
    }
    return true;
}

// libcurl has compared what came with what was told; what was written may still be another thing.
static bool check_file(struct http_transfer *t, struct err *err)
{
    struct stat about;
    bool has_body = strcmp(t->h->method, "HEAD") != 0;

    if (fstat(t->fd, &about) != 0)
        return err_errno(err, "%s", t->h->to);
    if ((uint64_t)about.st_size != t->h->got_bytes)
        return err_set(err, ERR_TRANSIENT, "%s was changed while it was written", t->h->to);
    if (has_body && t->told_length && t->h->got_bytes != t->length)
        return err_set(err, ERR_TRANSIENT, "%s told of %llu bytes and sent %llu", t->easy.server,
                       (unsigned long long)t->length, (unsigned long long)t->h->got_bytes);
    return true;
}

bool body_end(struct http_transfer *t, struct err *err)
{
    if (!t->begun)
        begin(t);
    t->h->length = t->told_length ? t->length : 0;
    if (!t->head_whole || t->h->status < 200)
        return err_set(err, ERR_TRANSIENT, "%s cut its answer short", t->easy.server);
    return !t->good || !t->h->to || (open_file(t, err) && check_file(t, err));
}

bool body_close(struct http_transfer *t, bool wanted, struct err *err)
{
    bool ok = t->fd < 0 || close(t->fd) == 0 || err_errno(err, "%s", t->h->to);

    if (t->made && !(wanted && ok))
        unlink(t->h->to);
    t->fd = -1;
    t->made = false;
    return ok;
}
