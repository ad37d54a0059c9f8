// SPDX-License-Identifier: MIT
#include "runtime/pauses.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

enum { MOST_BYTES = 1 << 20 };

static const char all[] = "*";

void pauses_init(struct pauses *p, const char *state_dir)
{
    struct arena *a = arena_new();

    *p = (struct pauses){.rows = json_object()};
    if (state_dir)
        p->path = mem_strdup(path_join(a, state_dir, "pauses.json"));
    arena_free(a);
}

void pauses_release(struct pauses *p)
{
    json_decref(p->rows);
    mem_free(p->path);
    *p = (struct pauses){0};
}

void pauses_look(struct pauses *p)
{
    struct file_stamp stamp = {0};
    struct buf text = {0};
    struct err err;
    json_t *rows = NULL;

    if (p->path)
        file_stamp(p->path, &stamp);
    if (file_stamp_equal(&stamp, &p->stamp))
        return;
    p->stamp = stamp;
    if (file_read(p->path, &text, MOST_BYTES, &err))
        rows = json_loadb(buf_text(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
    buf_release(&text);
    json_decref(p->rows);
    p->rows = json_is_object(rows) ? rows : json_object();
    if (p->rows != rows)
        json_decref(rows);
}

struct pause pauses_find(const struct pauses *p, const char *machine, int64_t wall_ms)
{
    const json_t *row = json_object_get(p->rows, machine);
    int64_t until_ms;

    if (!row)
        row = json_object_get(p->rows, all);
    until_ms = json_integer_value(row);
    return (struct pause){json_is_integer(row) && (until_ms == 0 || until_ms > wall_ms), until_ms};
}

static void put_row(struct pauses *p, const char *machine, struct pause pause)
{
    if (pause.on)
        json_object_set_new(p->rows, machine, json_integer(pause.until_ms));
    else if (json_object_get(p->rows, all))
        json_object_set_new(p->rows, machine, json_false());
    else
        json_object_del(p->rows, machine);
}

bool pauses_put(struct pauses *p, const char *const *machines, size_t n, struct pause pause,
                struct err *err)
{
    struct arena *a = arena_new();
    struct buf text = {0};
    bool ok;

    for (size_t i = 0; i < n; i++)
        put_row(p, machines[i], pause);
    if (n == 0) {
        json_object_clear(p->rows);
        put_row(p, all, pause);
    }
    json_canonical(p->rows, &text);
    buf_char(&text, '\n');
    ok = p->path ? file_make_dirs(path_dir(a, p->path), err) &&
                       file_write(p->path, buf_text(&text), text.len, err)
                 : err_set(err, ERR_USAGE, "neither HOME nor XDG_STATE_HOME is set");
    buf_release(&text);
    arena_free(a);
    return ok;
}
