// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/kept.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/server.h"
#include "runtime/services/comfyui/object_info.h"

enum { STANDS_S = 24 * 3600 };

// From the project's folder.
#define KEPT_DIR ".c41/servers"

// What a server is, as long as it is not replaced or started in another way.
static struct digest identity_of(const struct comfyui *c)
{
    static const char *const members[] = {"comfyui_version", "python_version", "pytorch_version",
                                          "argv", "os"};
    const json_t *system = json_object_get(c->stats, "system");
    json_t *identity = json_pack("{s:s}", "url", c->endpoint.base);
    struct digest digest;

    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        json_object_set(identity, members[i], json_object_get(system, members[i]));
    digest = json_digest(identity);
    json_decref(identity);
    return digest;
}

// NULL where there is no project to keep it in.
static const char *path_of(const struct comfyui *c, struct arena *a)
{
    const struct services *services = c->service->services;
    struct digest digest = identity_of(c);
    char hex[DIGEST_HEX_BYTES];

    if (!services->project)
        return NULL;
    return path_join(a, services->project,
                     arena_printf(a, KEPT_DIR "/%.16s.json", digest_hex(&digest, hex)));
}

static bool stands(const struct comfyui *c, const char *path)
{
    struct clock *clock = c->service->services->clock;
    struct stat st;

    return stat(path, &st) == 0 && clock->wall_ms(clock) / 1000 - st.st_mtime < STANDS_S;
}

void comfyui_kept_load(struct comfyui *c)
{
    struct arena *a = arena_new();
    const char *path = path_of(c, a);
    struct err err;

    if (path && stands(c, path))
        comfyui_take_classes(c, object_info_load(path, &err), true);
    arena_free(a);
}

void comfyui_kept_save(const struct comfyui *c)
{
    struct arena *a = arena_new();
    const char *path = path_of(c, a);
    struct err err;

    if (path && file_make_dirs(path_dir(a, path), &err))
        object_info_keep(c->classes, path, &err);
    arena_free(a);
}
