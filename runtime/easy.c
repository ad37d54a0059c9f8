// SPDX-License-Identifier: MIT
#include "runtime/easy.h"

#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/socket.h"
#include "base/str.h"
#include "runtime/net.h"

enum {
    CONNECT_MS = 5000,
    UNSENT_BYTES = 1 << 17,
    BUFFER_BYTES = 1 << 16,
    PROBE_AFTER_S = 30, // of silence the system asks whether the other side is still there
    PROBE_EVERY_S = 15,
    UNHEARD_MS = 20000,
};
static_assert(EASY_WORDS_BYTES >= CURL_ERROR_SIZE, "libcurl writes that many");

// A proxy of the environment is not meant for this machine.
static bool is_loopback(const char *host)
{
    struct str name = str_of(host);

    return str_is(name, "localhost") || str_ends(name, ".localhost") || str_starts(name, "127.") ||
           str_is(name, "[::1]");
}

// "host:port" of url, and whether no proxy is to be asked for it. NULL with *err.
static char *read_server(const char *url, bool *direct, struct err *err)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *server = NULL;
    bool ok = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
              (!strcmp(scheme, "http") || !strcmp(scheme, "https"));

    if (ok) {
        struct buf text = {0};

        buf_printf(&text, "%s:%s", host, port);
        server = buf_take(&text);
        *direct = is_loopback(host);
    } else {
        err_set(err, ERR_FINAL, "an address is no http:// or https:// one");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return server;
}

// Without a limit the system takes in megabytes at once, and an upload on a slow line looks like
// silence while they leave.
static int tune_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
    int most = UNSENT_BYTES;

    (void)user;
    (void)purpose;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof(most)); // where it can be
    socket_end_unheard(fd, UNHEARD_MS);
    return CURL_SOCKOPT_OK;
}

static void trust(CURL *curl, const char *ca)
{
    if (!ca)
        return;
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); // the system's would be trusted beside it
}

static void set_up(struct easy *e, const char *url, bool direct)
{
    CURL *curl = e->curl;

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, e);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, e->words);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    // One request at a time on a connection: what becomes of one never touches another.
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)e->connect_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); // or closing waits for a name to be looked up
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, (long)PROBE_AFTER_S);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, (long)PROBE_EVERY_S);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, tune_socket);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "c41");
    if (direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    trust(curl, e->ca);
}

// A connection of a WebSocket ends with its handle.
static bool is_of_request(const struct easy *e)
{
    return e->multi == e->loop->multi;
}

static CURL *take_curl(const struct easy *e)
{
    struct loop *loop = e->loop;

    return is_of_request(e) && loop->n_spare ? loop->spare[--loop->n_spare] : curl_easy_init();
}

static void leave_curl(const struct easy *e)
{
    struct loop *loop = e->loop;

    if (!is_of_request(e) || loop->n_spare == MOST_SPARE) {
        curl_easy_cleanup(e->curl);
        return;
    }
    curl_easy_reset(e->curl);
    loop->spare[loop->n_spare++] = e->curl;
}

bool easy_open(struct easy *e, struct loop *loop, void *multi, const char *url, const char *ca,
               int connect_ms, struct err *err)
{
    bool direct;

    *e = (struct easy){
        .multi = multi,
        .loop = loop,
        .ca = ca,
        .connect_ms = connect_ms ? connect_ms : CONNECT_MS,
    };
    e->server = read_server(url, &direct, err);
    if (!e->server)
        return false;
    e->curl = take_curl(e);
    if (!e->curl) {
        easy_close(e);
        return err_set(err, ERR_FINAL, "libcurl gives no handle");
    }
    set_up(e, url, direct);
    return true;
}

bool easy_start(struct easy *e, struct err *err)
{
    CURLMcode code = curl_multi_add_handle(e->multi, e->curl);

    return code == CURLM_OK || err_set(err, ERR_BUG, "libcurl: %s", curl_multi_strerror(code));
}

void easy_close(struct easy *e)
{
    if (e->curl) {
        curl_multi_remove_handle(e->multi, e->curl);
        leave_curl(e);
    }
    mem_free(e->server);
    e->curl = NULL;
    e->server = NULL;
}

void easy_collect(void *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left))) {
        CURLcode code = message->data.result; // gone with the handle
        struct easy *e = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&e);
        e->ended(e, code);
    }
}

bool easy_is_connected(const struct easy *e)
{
    curl_off_t us = 0;

    curl_easy_getinfo(e->curl, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

// What stands between a text and libcurl's words, if it has any.
static const char *colon(const char *words)
{
    return words[0] ? ": " : "";
}

// A proxy was asked for a tunnel and said no: to us, or because the server is away.
static bool fail_at_proxy(const struct easy *e, struct err *err)
{
    long status = 0;

    curl_easy_getinfo(e->curl, CURLINFO_HTTP_CONNECTCODE, &status);
    if (!status || (status >= 200 && status < 300))
        return false;
    err_set(err, status >= 500 ? ERR_AWAY : ERR_FINAL,
            "the proxy answers %ld when asked for %s: http_proxy, https_proxy and no_proxy say "
            "which one is used",
            status, e->server);
    return true;
}

static bool fail_to_connect(const struct easy *e, struct err *err)
{
    long code = 0;

    curl_easy_getinfo(e->curl, CURLINFO_OS_ERRNO, &code);
    return err_set(err, ERR_AWAY, "%s cannot be reached%s%s", e->server, code ? ": " : "",
                   code ? strerror((int)code) : "");
}

static bool fail_to_trust(const struct easy *e, struct err *err)
{
    return err_set(err, ERR_FINAL,
                   "%s is not trusted: %s; `ca:` of the service in the studio file names the "
                   "certificates that it is known by",
                   e->server, e->words[0] ? e->words : "its certificate is not good");
}

// libcurl has one code for a connection that broke and for one that is not agreed on.
static bool fail_to_agree(const struct easy *e, struct err *err)
{
    bool broke = strstr(e->words, "SSL_ERROR_SYSCALL") || strstr(e->words, " failure: ");

    if (broke)
        return err_set(err, ERR_TRANSIENT, "the connection to %s broke: %s", e->server, e->words);
    return err_set(err, ERR_FINAL, "%s and we do not agree on TLS: %s", e->server, e->words);
}

// How codes are told; what is not listed is a connection that broke.
static const struct failure {
    CURLcode code;
    enum err_kind kind;
    const char *text; // begins with the server, ends before libcurl's words
    bool words;       // they tell more, and nothing secret: some quote a proxy's address
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_AWAY, "is not found under that name", false},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_AWAY,
     "is to be asked through a proxy that is not found: see http_proxy and https_proxy", false},
    {CURLE_GOT_NOTHING, ERR_TRANSIENT, "closed the connection without an answer", false},
    {CURLE_PARTIAL_FILE, ERR_TRANSIENT, "cut its answer short", true},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_TRANSIENT, "does not answer in HTTP", false},
    {CURLE_WEIRD_SERVER_REPLY, ERR_TRANSIENT, "does not answer in HTTP", true},
    {CURLE_OUT_OF_MEMORY, ERR_TRANSIENT, "answers more than fits into memory", false},
    {CURLE_URL_MALFORMAT, ERR_FINAL, "has an address that is none", false},
    {CURLE_READ_ERROR, ERR_FINAL, "did not get a file whole: it cannot be read", false},
    {CURLE_ABORTED_BY_CALLBACK, ERR_FINAL, "did not get a file whole: it cannot be read", false},
};

bool easy_fail(const struct easy *e, int code, struct err *err)
{
    if (fail_at_proxy(e, err))
        return false;
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        return fail_to_connect(e, err);
    case CURLE_OPERATION_TIMEDOUT: // no other time of libcurl's own is set
        return err_set(err, ERR_AWAY, "%s does not answer within %g s", e->server,
                       e->connect_ms / 1000.0);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return fail_to_trust(e, err);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return fail_to_agree(e, err);
    case CURLE_SSL_CACERT_BADFILE:
        return err_set(err, ERR_FINAL, "the certificates that %s is known by cannot be read: %s",
                       e->server, e->ca ? e->ca : "the system has none");
    default:
        break;
    }
    for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
        const struct failure *f = &failures[i];
        const char *words = f->words ? e->words : "";

        if ((int)f->code == code)
            return err_set(err, f->kind, "%s %s%s%s", e->server, f->text, colon(words), words);
    }
    return err_set(err, ERR_TRANSIENT, "the connection to %s broke: %s", e->server,
                   e->words[0] ? e->words : curl_easy_strerror((CURLcode)code));
}
