// SPDX-License-Identifier: MIT
#include "compiler/trust.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/folder.h"

enum { MOST_TRUST_BYTES = 16 << 20 };

struct trust {
    struct arena *arena;
    struct map digests; // "PROJECT\nPATH" -> 64 hex digits
};

// The one name of a folder, whatever way led to it.
static const char *real_path(struct arena *a, const char *dir)
{
    char real[PATH_MAX];

    return arena_strdup(a, realpath(dir, real) ? real : dir);
}

static json_t *read_file(struct arena *a, const char *config)
{
    struct buf text = {0};
    struct err err;
    json_t *root = NULL;

    if (config && file_read(path_join(a, config, "trust.json"), &text, MOST_TRUST_BYTES, &err))
        root = json_loadb(buf_text(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
    buf_release(&text);
    if (json_is_object(root))
        return root;
    json_decref(root);
    return json_object();
}

static const char *key_of(struct arena *a, const char *project, const char *path)
{
    return arena_printf(a, "%s\n%s", project, path);
}

struct trust *trust_read(struct arena *a, const char *config)
{
    struct trust *t = arena_make(a, struct trust);
    json_t *root = read_file(a, config), *files, *digest;
    const char *project, *path;

    t->arena = a;
    json_object_foreach(json_object_get(root, "projects"), project, files)
        json_object_foreach(files, path, digest)
            if (json_is_string(digest))
                map_put(&t->digests, key_of(a, project, path),
                        arena_strdup(a, json_string_value(digest)));
    json_decref(root);
    return t;
}

void trust_release(struct trust *t)
{
    if (t)
        map_release(&t->digests);
}

bool trust_check(const struct trust *t, const char *project, const char *path,
                 const struct digest *digest)
{
    const char *known = map_find(&t->digests, key_of(t->arena, real_path(t->arena, project), path));
    char hex[DIGEST_HEX_BYTES];

    return known && strcmp(known, digest_hex(digest, hex)) == 0;
}

static bool digest_file(const char *project, const char *path, json_t *into, struct err *err)
{
    struct buf bytes = {0};
    struct digest digest;
    char hex[DIGEST_HEX_BYTES];
    struct arena *scratch = arena_new();
    bool ok = file_read(path_join(scratch, project, path), &bytes, MOST_TRUST_BYTES, err);

    if (ok) {
        digest = digest_of(buf_text(&bytes), bytes.len);
        json_object_set_new(into, path, json_string(digest_hex(&digest, hex)));
    }
    buf_release(&bytes);
    arena_free(scratch);
    return ok;
}

// Both names are sorted already: presets/ stands before studio.yaml.
static const char *const *files_of(struct arena *a, const char *project, size_t *n)
{
    size_t n_studio, n_presets;
    const char *const *studio = folder_files(a, project, "studio.yaml", FOLDER_NO_LINKS, &n_studio);
    const char *const *presets = folder_files(a, project, "presets", FOLDER_NO_LINKS, &n_presets);
    const char **all = arena_array(a, const char *, n_studio + n_presets + 1);

    *n = 0;
    for (size_t i = 0; i < n_presets; i++)
        all[(*n)++] = presets[i];
    for (size_t i = 0; i < n_studio; i++)
        all[(*n)++] = studio[i];
    return all;
}

static bool write_file(struct arena *a, const char *config, const json_t *root, struct err *err)
{
    struct buf text = {0};
    bool ok;

    json_pretty(root, &text);
    ok = file_make_dirs(config, err) &&
         file_write(path_join(a, config, "trust.json"), buf_text(&text), text.len, err);
    buf_release(&text);
    return ok || err_wrap(err, "remembering what is trusted");
}

bool trust_give(struct arena *a, const char *config, const char *project, const char *const **files,
                size_t *n, struct err *err)
{
    const char *real = real_path(a, project);
    json_t *root, *projects, *digests = json_object();
    bool ok = true;

    *files = files_of(a, real, n);
    for (size_t i = 0; ok && i < *n; i++)
        ok = digest_file(real, (*files)[i], digests, err);
    if (!ok) {
        json_decref(digests);
        return false;
    }
    root = read_file(a, config);
    projects = json_object_get(root, "projects");
    if (!json_is_object(projects)) {
        projects = json_object();
        json_object_set_new(root, "projects", projects);
    }
    json_object_set_new(projects, real, digests);
    ok = write_file(a, config, root, err);
    json_decref(root);
    return ok;
}
