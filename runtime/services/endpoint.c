// SPDX-License-Identifier: MIT
#include "runtime/services/endpoint.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/loop.h"
#include "runtime/service.h"

// A secret shorter than this is not looked for in texts: it would strike out half of them.
enum { LEAST_SECRET_BYTES = 4, MOST_HEADERS = 32 };

// An endpoint while it is read.
struct reading {
    struct service *service;
    struct arena *arena;
    const char *headers[MOST_HEADERS + 1], *secrets[2 * MOST_HEADERS + 1];
    size_t n_headers, n_secrets;
    struct err *err;
};

static void add_secret(struct reading *r, const char *secret)
{
    if (strlen(secret) >= LEAST_SECRET_BYTES && r->n_secrets < 2 * MOST_HEADERS)
        r->secrets[r->n_secrets++] = secret;
}

static bool add_header(struct reading *r, const char *name, const char *value)
{
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
        return err_set(r->err, ERR_FILM, "the header %s of the service %s does not fit on a line",
                       name, r->service->told->name);
    if (r->n_headers == MOST_HEADERS)
        return err_set(r->err, ERR_FILM, "the service %s has more than %d headers",
                       r->service->told->name, MOST_HEADERS);
    r->headers[r->n_headers++] = arena_printf(r->arena, "%s: %s", name, value);
    return true;
}

static const char *value_of_env(struct reading *r, const char *name)
{
    const char *value = getenv(name);

    if (value && value[0])
        return value;
    err_set(r->err, ERR_FILM, "the service %s needs the environment variable %s, which is not set",
            r->service->told->name, name);
    return NULL;
}

// A text, or {env: VARIABLE}.
static const char *secret_of(struct reading *r, const json_t *value)
{
    const char *env = json_get_text(value, "env", NULL);
    const char *text = env ? value_of_env(r, env) : json_string_value(value);

    if (text)
        add_secret(r, text);
    return text;
}

static bool add_basic(struct reading *r, const char *user_and_password)
{
    struct buf coded = {0};
    bool ok;

    base64_add(&coded, user_and_password, strlen(user_and_password));
    add_secret(r, arena_strdup(r->arena, buf_text(&coded)));
    ok = add_header(r, "Authorization", arena_printf(r->arena, "Basic %s", buf_text(&coded)));
    buf_release(&coded);
    return ok;
}

static bool add_login(struct reading *r)
{
    const json_t *login = json_object_get(r->service->told->options, "login");
    const char *user, *password;

    if (!login)
        return true;
    user = json_get_text(login, "user", "");
    password = secret_of(r, json_object_get(login, "password"));
    return password && add_basic(r, arena_printf(r->arena, "%s:%s", user, password));
}

static bool add_token(struct reading *r)
{
    const char *env = r->service->told->token_env, *token = env ? value_of_env(r, env) : NULL;

    if (!env)
        return true;
    if (!token)
        return false;
    add_secret(r, token);
    return add_header(r, "Authorization", arena_printf(r->arena, "Bearer %s", token));
}

static bool add_headers(struct reading *r)
{
    json_t *headers = json_object_get(r->service->told->options, "headers"), *value;
    const char *name, *text;

    json_object_foreach(headers, name, value) {
        text = secret_of(r, value);
        if (!text || !add_header(r, name, text))
            return false;
    }
    return true;
}

static char *decode_percent(struct arena *a, const char *text, size_t len)
{
    char *out = arena_strndup(a, text, len), *to = out;

    for (const char *at = out; *at; at++) {
        char hex[3] = {at[0] == '%' ? at[1] : 0, at[0] == '%' && at[1] ? at[2] : 0, 0};
        char *end = hex;
        long code = hex[1] ? strtol(hex, &end, 16) : 0;

        *to++ = end == hex + 2 ? (char)code : *at;
        at += end == hex + 2 ? 2 : 0;
    }
    *to = 0;
    return out;
}

// Whoever writes a password into the address has it sent as a header, and never sees it again.
static bool read_address(struct reading *r, struct endpoint *e)
{
    const char *url = r->service->told->url, *host = strstr(url, "://"), *at, *slash;
    size_t len = strlen(url);
    const char *login;

    while (len && url[len - 1] == '/')
        len--;
    host = host ? host + 3 : url;
    slash = host + strcspn(host, "/");
    at = memchr(host, '@', (size_t)(slash - host));
    if (!at) {
        e->base = arena_strndup(r->arena, url, len);
        return true;
    }
    e->base = arena_printf(r->arena, "%.*s%.*s", (int)(host - url), url,
                           (int)(len - (size_t)(at + 1 - url)), at + 1);
    login = decode_percent(r->arena, host, (size_t)(at - host));
    add_secret(r, login);
    add_secret(r, arena_strndup(r->arena, host, (size_t)(at - host)));
    if (strchr(login, ':'))
        add_secret(r, strchr(login, ':') + 1);
    return add_basic(r, login);
}

static const char **copy_list(struct arena *a, const char *const *list, size_t n)
{
    const char **copy = arena_array(a, const char *, n + 1);

    memcpy(copy, list, n * sizeof(*copy));
    return copy;
}

bool endpoint_init(struct endpoint *e, struct service *s, struct err *err)
{
    struct reading r = {.service = s, .arena = s->arena, .err = err};

    *e = (struct endpoint){0};
    if (!s->told->url)
        return err_set(err, ERR_FILM, "the service %s has no url", s->told->name);
    if (!read_address(&r, e) || !add_token(&r) || !add_login(&r) || !add_headers(&r))
        return false;
    e->headers = copy_list(s->arena, r.headers, r.n_headers);
    e->secrets = copy_list(s->arena, r.secrets, r.n_secrets);
    e->ca = s->told->ca;
    return true;
}

void endpoint_drop(struct endpoint *e, const char *ending, struct arena *a)
{
    struct str base = str_of(e->base);

    if (str_ends(base, ending))
        e->base = arena_strndup(a, base.ptr, base.len - strlen(ending));
}

void endpoint_hush(const struct endpoint *e, char *text)
{
    for (size_t i = 0; e->secrets[i]; i++)
        for (char *at = strstr(text, e->secrets[i]); at; at = strstr(at, e->secrets[i]))
            for (size_t k = strlen(e->secrets[i]); k; k--)
                *at++ = '*';
}
