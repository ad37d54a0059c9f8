// SPDX-License-Identifier: MIT
// How a WebSocket begins: a request of HTTP, and the answer that the server is one (RFC 6455, 4).
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/random.h"
#include "runtime/http.h"
#include "runtime/line.h"

enum { KEY_BYTES = 16, MOST_HEAD_BYTES = 1 << 16 };

static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

// Adds a key that nobody has foreseen; the line knows what is to be answered to it.
static bool add_key(struct ws_line *line, struct buf *out, struct err *err)
{
    unsigned char bytes[KEY_BYTES];
    uint8_t sha1[DIGEST_SHA1_BYTES];
    struct buf key = {0}, accept = {0};

    if (!random_fill(bytes, sizeof(bytes), err))
        return false;
    base64_add(&key, bytes, sizeof(bytes));
    buf_printf(out, "Sec-WebSocket-Key: %s\r\n", buf_text(&key));
    buf_puts(&key, magic);
    digest_sha1(key.ptr, key.len, sha1);
    base64_add(&accept, sha1, sizeof(sha1));
    memcpy(line->accept, accept.ptr, LINE_ACCEPT_BYTES);
    buf_release(&key);
    buf_release(&accept);
    return true;
}

// Adds what stands before and behind a part of the address, if it has that.
static void add_part(CURLU *url, CURLUPart part, const char *before, struct buf *out)
{
    char *text = NULL;
    unsigned flags = part == CURLUPART_PORT ? CURLU_NO_DEFAULT_PORT : 0;

    if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
        buf_printf(out, "%s%s", before, text);
    curl_free(text);
}

static void add_login(CURLU *url, struct buf *out)
{
    char *user = NULL, *password = NULL;
    struct buf login = {0};

    if (curl_url_get(url, CURLUPART_USER, &user, CURLU_URLDECODE) == CURLUE_OK) {
        curl_url_get(url, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
        buf_printf(&login, "%s:%s", user, password ? password : "");
        buf_puts(out, "Authorization: Basic ");
        base64_add(out, login.ptr, login.len);
        buf_puts(out, "\r\n");
    }
    buf_release(&login);
    curl_free(user);
    curl_free(password);
}

static bool add_headers(const struct ws *w, struct buf *out, struct err *err)
{
    for (const char *const *line = w->headers; line && *line; line++) {
        if (strpbrk(*line, "\r\n"))
            return err_set(err, ERR_FINAL, "a header of a WebSocket does not fit on a line");
        buf_printf(out, "%s\r\n", *line);
    }
    return true;
}

bool handshake_ask(struct ws_line *line, struct err *err)
{
    struct buf *out = &line->waiting;
    CURLU *url = curl_url();
    bool ok;

    curl_url_set(url, CURLUPART_URL, line->w->url, 0); // easy_open has seen that it is one
    buf_puts(out, "GET ");
    add_part(url, CURLUPART_PATH, "", out);
    add_part(url, CURLUPART_QUERY, "?", out);
    buf_puts(out, " HTTP/1.1\r\nHost: ");
    add_part(url, CURLUPART_HOST, "", out);
    add_part(url, CURLUPART_PORT, ":", out);
    buf_puts(out, "\r\nUser-Agent: c41\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\n");
    add_login(url, out);
    ok = add_key(line, out, err) && add_headers(line->w, out, err);
    buf_puts(out, "\r\n");
    curl_url_cleanup(url);
    return ok;
}

// "HTTP/1.1 101 Switching Protocols" gives 101; 0: it is none.
static long read_status(struct str line)
{
    struct str version = str_cut(&line, ' ');

    if (!str_starts(version, "HTTP/1.") || !line.len)
        return 0;
    return strtol(line.ptr, NULL, 10); // ends at the line's end, which is not of its digits
}

static bool str_is_like(struct str s, const char *text)
{
    return s.len == strlen(text) && !strncasecmp(s.ptr, text, s.len);
}

static bool refuse(const struct ws_line *line, long status, struct err *err)
{
    bool passing = status == 408 || status == 425 || status == 429 || status >= 500;

    if (!status)
        return err_set(err, ERR_TRANSIENT, "%s does not answer in HTTP", line->easy.server);
    return err_set(err, passing ? ERR_TRANSIENT : ERR_FINAL,
                   "%s answers %ld when asked for a WebSocket", line->easy.server, status);
}

// Whether the answer, which is whole, opens the WebSocket.
static bool check_answer(struct ws_line *line, struct err *err)
{
    struct str rest = {line->head.ptr, line->head_bytes};
    long status = read_status(str_trim(str_cut(&rest, '\n')));
    bool upgraded = false, accepted = false;

    line->w->status = status;
    while (rest.len) {
        struct str value = str_trim(str_cut(&rest, '\n')), name = str_cut(&value, ':');

        value = str_trim(value);
        upgraded = upgraded || (str_is_like(name, "Upgrade") && str_is_like(value, "websocket"));
        accepted =
            accepted || (str_is_like(name, "Sec-WebSocket-Accept") && str_is(value, line->accept));
    }
    if (status != 101)
        return refuse(line, status, err);
    return (upgraded && accepted) ||
           err_set(err, ERR_FINAL, "%s is no WebSocket: it does not answer to our key",
                   line->easy.server);
}

static bool has_end(struct ws_line *line)
{
    const char *end = strstr(buf_text(&line->head), "\r\n\r\n");

    line->head_bytes = end ? (size_t)(end - line->head.ptr) + 4 : 0;
    return end;
}

bool handshake_read(struct ws_line *line, bool *whole, struct err *err)
{
    char chunk[4096];
    long n = 0;

    while (!has_end(line) && (n = stream_read(line, chunk, sizeof(chunk), err)) > 0) {
        buf_add(&line->head, chunk, (size_t)n);
        if (line->head.len > MOST_HEAD_BYTES)
            return refuse(line, 0, err);
    }
    *whole = line->head_bytes > 0;
    return *whole ? check_answer(line, err) : n >= 0;
}
