// SPDX-License-Identifier: MIT
#include "runtime/services/speech/reach.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/studio.h"
#include "runtime/services/speech/dialect.h"

// Three to fifteen seconds are what models take.
enum { MOST_RECORDING_BYTES = 32 << 20, ID_DIGITS = 16 };

static const char *type_of(const char *path)
{
    static const struct {
        const char *ext, *type;
    } types[] = {
        {"aac", "audio/aac"}, {"flac", "audio/flac"}, {"m4a", "audio/mp4"}, {"mp3", "audio/mpeg"},
        {"ogg", "audio/ogg"}, {"opus", "audio/ogg"},  {"wav", "audio/wav"},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strcasecmp(types[i].ext, path_ext(path)) == 0)
            return types[i].type;
    return "application/octet-stream";
}

// The same bytes with other words are another voice to servers that are told both.
static const char *make_id(struct arena *a, const char *digest, const char *text)
{
    const char *both = arena_printf(a, "%s\n%s", digest, text ? text : "");
    struct digest d = digest_of(both, strlen(both));
    char hex[DIGEST_HEX_BYTES];

    digest_hex(&d, hex);
    return arena_printf(a, "c41-%.*s", ID_DIGITS, hex);
}

struct speech_recording *speech_recording_new(struct arena *a, const char *path, const char *base,
                                              const char *digest, const char *text)
{
    struct speech_recording *r = arena_make(a, struct speech_recording);

    r->path = path;
    r->base = base;
    r->type = type_of(base);
    r->id = make_id(a, digest, text);
    return r;
}

// The rest of path below the folder, "" for the folder itself; NULL when it is not within.
static const char *below(const char *folder, const char *path)
{
    size_t len = strlen(folder);

    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (len == 0 || strncmp(folder, path, len) != 0 || (path[len] && path[len] != '/' && len > 1))
        return NULL;
    path += len;
    return path + (*path == '/');
}

// A Windows server has its own way to write them.
static char *join_there(struct arena *a, const char *folder, const char *rest)
{
    bool backslashes = strchr(folder, '\\') != NULL;
    size_t len = strlen(folder);
    char *path;

    while (len > 1 && (folder[len - 1] == '/' || folder[len - 1] == '\\'))
        len--;
    path = arena_printf(a, "%.*s%s%s", (int)len, folder,
                        len == 1 && folder[0] == '/' ? ""
                        : backslashes                ? "\\"
                                                     : "/",
                        rest);
    for (char *at = path; backslashes && *at; at++)
        *at = *at == '/' ? '\\' : *at;
    return path;
}

const char *speech_path_there(struct arena *a, const json_t *paths, const char *path)
{
    const char *local, *best = NULL, *rest = NULL, *folder = NULL;
    json_t *remote;

    json_object_foreach((json_t *)(uintptr_t)paths, local, remote) {
        const char *found = json_is_string(remote) ? below(local, path) : NULL;

        if (found && (!best || strlen(local) > strlen(best))) {
            best = local;
            rest = found;
            folder = json_string_value(remote);
        }
    }
    return best ? join_there(a, folder, rest) : NULL;
}

bool speech_is_here(const char *url)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    const char *host = url ? strstr(url, "://") : NULL, *at;
    size_t len;

    if (!host)
        return false;
    host += 3;
    at = memchr(host, '@', strcspn(host, "/"));
    host = at ? at + 1 : host;
    len = strcspn(host, "/");
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        size_t n = strlen(hosts[i]);

        if (len >= n && strncasecmp(host, hosts[i], n) == 0 && (len == n || host[n] == ':'))
            return true;
    }
    return false;
}

// The path as it was given, where it is absolute, and as it is without links: people write either.
static bool find_path(struct speech_recording *r, const struct studio_service *told,
                      struct arena *a, const char **help, struct err *err)
{
    const json_t *paths = json_object_get(told->options, "paths");
    char whole[PATH_MAX];

    if (!realpath(r->path, whole))
        return err_errno(err, "%s", r->path);
    r->there = speech_path_there(a, paths, whole);
    if (!r->there && r->path[0] == '/')
        r->there = speech_path_there(a, paths, r->path);
    if (!r->there && speech_is_here(told->url))
        r->there = arena_strdup(a, whole);
    if (r->there)
        return true;
    *help = arena_printf(a,
                         "put the recording where both machines see it, and add paths: {FOLDER "
                         "HERE: FOLDER THERE} to the service %s",
                         told->name);
    return err_set(err, ERR_FILM,
                   "the server of %s reads recordings by itself, and %s is not there", told->name,
                   r->base);
}

static bool write_bytes(struct speech_recording *r, const char *before, struct arena *a,
                        struct err *err)
{
    struct buf bytes = {0}, text = {0};
    bool ok = file_read(r->path, &bytes, MOST_RECORDING_BYTES, err);

    if (ok) {
        buf_puts(&text, before);
        base64_add(&text, bytes.ptr, bytes.len);
        r->there = arena_strndup(a, buf_text(&text), text.len);
    }
    buf_release(&bytes);
    buf_release(&text);
    return ok;
}

bool speech_deliver(struct speech_recording *r, const struct speech_dialect *dialect,
                    const struct studio_service *told, struct arena *a, const char **help,
                    struct err *err)
{
    switch (dialect->delivery) {
    case DELIVERY_PATH:
        return find_path(r, told, a, help, err);
    case DELIVERY_BASE64:
        return write_bytes(r, "", a, err);
    case DELIVERY_DATA_URL:
        return write_bytes(r, arena_printf(a, "data:%s;base64,", r->type), a, err);
    case DELIVERY_UPLOAD:
        r->there = dialect->upload.with_ending ? arena_printf(a, "%s.%s", r->id, path_ext(r->base))
                                               : r->id;
        return true;
    case DELIVERY_PART:
        break;
    }
    return true;
}
