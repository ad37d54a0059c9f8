// SPDX-License-Identifier: MIT
// What is asked: method, headers and body of a request as libcurl's options.
#include <curl/curl.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "runtime/http.h"
#include "runtime/transfer.h"

static void add_header(struct http_transfer *t, const char *line)
{
    t->headers = curl_slist_append(t->headers, line);
}

static bool set_headers(struct http_transfer *t, struct err *err)
{
    const char *const *lines = t->h->headers;
    bool typed = false;

    for (; lines && *lines; lines++) {
        if (strpbrk(*lines, "\r\n"))
            return err_set(err, ERR_FINAL, "a header of a request does not fit on a line");
        typed = typed || !strncasecmp(*lines, "Content-Type:", strlen("Content-Type:"));
        add_header(t, *lines);
    }
    add_header(t, "Expect:"); // nobody waits for a leave to send
    if (!typed && !t->h->n_parts)
        add_header(t, "Content-Type:"); // libcurl would call it a form
    curl_easy_setopt(t->easy.curl, CURLOPT_HTTPHEADER, t->headers);
    return true;
}

// libcurl itself would only notice in the middle of sending.
static bool check_file(const char *path, struct err *err)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = (fd >= 0 && fstat(fd, &about) == 0) || err_errno(err, "%s", path);

    if (fd >= 0)
        close(fd);
    return ok && (S_ISREG(about.st_mode) || err_set(err, ERR_FINAL, "%s is no file", path));
}

static bool add_part(struct http_transfer *t, const struct http_part *from, struct err *err)
{
    curl_mimepart *part = curl_mime_addpart(t->mime);
    CURLcode code = curl_mime_name(part, from->name);

    if (from->path && !check_file(from->path, err))
        return false;
    if (code == CURLE_OK)
        code = from->path
                   ? curl_mime_filedata(part, from->path)
                   : curl_mime_data(part, from->bytes.ptr ? from->bytes.ptr : "", from->bytes.len);
    if (code == CURLE_OK) // NULL: no name, where libcurl has taken that of the file
        code = curl_mime_filename(part, from->filename);
    if (code == CURLE_OK && from->type)
        code = curl_mime_type(part, from->type);
    return code == CURLE_OK || easy_fail(&t->easy, code, err);
}

static bool set_parts(struct http_transfer *t, struct err *err)
{
    t->mime = curl_mime_init(t->easy.curl);
    for (size_t i = 0; i < t->h->n_parts; i++)
        if (!add_part(t, &t->h->parts[i], err))
            return false;
    curl_easy_setopt(t->easy.curl, CURLOPT_MIMEPOST, t->mime);
    return true;
}

static void set_body(struct http_transfer *t)
{
    struct str body = t->h->body;

    curl_easy_setopt(t->easy.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(t->easy.curl, CURLOPT_POSTFIELDS, body.ptr ? body.ptr : ""); // not copied
}

bool request_set_up(struct http_transfer *t, struct err *err)
{
    CURL *curl = t->easy.curl;
    const char *method = t->h->method;
    bool posts = !strcmp(method, "POST");

    if (!set_headers(t, err) || (t->h->n_parts && !set_parts(t, err)))
        return false;
    if (!t->h->n_parts && (posts || t->h->body.len))
        set_body(t);
    if (t->h->once) {
        curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L); // or each would leave one behind
    }
    if (!strcmp(method, "HEAD"))
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (!posts && strcmp(method, "GET") != 0)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    return true;
}

void request_release(struct http_transfer *t)
{
    curl_mime_free(t->mime);
    curl_slist_free_all(t->headers);
    t->mime = t->headers = NULL;
}
