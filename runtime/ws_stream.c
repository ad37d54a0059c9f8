// SPDX-License-Identifier: MIT
// The bytes of a WebSocket, through libcurl for the sake of TLS and proxies.
#include <curl/curl.h>

#include "base/err.h"
#include "runtime/line.h"

// The next of what waits. False: there is none.
static bool take_waiting(struct ws_line *line)
{
    struct buf gone = line->sending;

    line->sending = line->waiting;
    line->waiting = gone;
    buf_clear(&line->waiting);
    line->sent = 0;
    return line->sending.len > 0;
}

bool stream_flush(struct ws_line *line, struct err *err)
{
    CURLcode code = CURLE_OK;

    while (code == CURLE_OK && (line->sent < line->sending.len || take_waiting(line))) {
        size_t n = 0;

        code = curl_easy_send(line->easy.curl, line->sending.ptr + line->sent,
                              line->sending.len - line->sent, &n);
        line->sent += n;
    }
    return code == CURLE_OK || code == CURLE_AGAIN || easy_fail(&line->easy, code, err);
}

long stream_read(struct ws_line *line, void *to, size_t len, struct err *err)
{
    size_t n = 0;
    CURLcode code;

    if (!line->may_read) {
        line->more = true;
        return 0;
    }
    line->easy.words[0] = 0;
    code = curl_easy_recv(line->easy.curl, to, len < line->may_read ? len : line->may_read, &n);
    if (code == CURLE_AGAIN)
        return 0;
    if (code != CURLE_OK) {
        easy_fail(&line->easy, code, err);
        return -1;
    }
    if (!n) {
        err_set(err, ERR_TRANSIENT, "%s ended the WebSocket without a word (1006)",
                line->easy.server);
        return -1;
    }
    line->may_read -= n;
    line->asked_ms = 0; // a sign of life
    return (long)n;
}
