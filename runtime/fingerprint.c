// SPDX-License-Identifier: MIT
#include "runtime/fingerprint.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/team.h"

#define BUILT_DIR ".c41/built"

enum { MOST_BYTES = 256 << 20 };

// The first line; another one is of another c41.
static const char first_line[] = "c41 fingerprint 1";

const char *fingerprint_path(struct arena *a, const char *project, const char *film,
                             const char *options)
{
    struct digest d = digest_of(options, strlen(options));
    char hex[DIGEST_HEX_BYTES];

    return path_join(a, project, arena_printf(a, BUILT_DIR "/%s-%.12s", film, digest_hex(&d, hex)));
}

// A run of sights, for one thread.
struct run {
    struct fingerprint *f;
    char **lines; // of the file, when they are read
    bool *moved;  // what is found when they are looked at
    size_t from, to;
};

// A long film has ten thousands of them, and what a start costs is worth it from so many on.
enum { LEAST_SIGHTS = 1000 };

static void do_all(void (*work)(void *run), struct run whole)
{
    size_t n = whole.f->n_sights, most = team_cores(), n_runs = n / LEAST_SIGHTS + 1;
    struct run *runs;

    n_runs = n_runs < most ? n_runs : most;
    runs = mem_new(n_runs * sizeof(*runs));
    for (size_t i = 0; i < n_runs; i++) {
        runs[i] = whole;
        runs[i].from = n * i / n_runs;
        runs[i].to = n * (i + 1) / n_runs;
    }
    team_run(work, runs, n_runs, sizeof(*runs));
    mem_free(runs);
}

static void read_run(void *run)
{
    struct run *r = run;

    for (size_t i = r->from; i < r->to; i++)
        sight_read(&r->f->sights[i], r->lines[i]);
}

static void look_run(void *run)
{
    struct run *r = run;

    for (size_t i = r->from; i < r->to; i++)
        r->moved[i] = !sight_is_as_it_was(&r->f->sights[i], r->f->project);
}

// Lines: the first; about and the deliverables, as JSON; how many sights; these; the end.
static bool read_lines(struct fingerprint *f, char *text)
{
    char *lines[4], *end, **of_sights;

    for (size_t i = 0; i < 4; i++) {
        lines[i] = text;
        end = strchr(text, '\n');
        if (!end)
            return false;
        *end = 0;
        text = end + 1;
    }
    if (strcmp(lines[0], first_line) != 0)
        return false;
    f->about = json_loads(lines[1], 0, NULL);
    f->deliverables = json_string(lines[2]); // read when somebody asks
    f->n_sights = (size_t)strtoull(lines[3], NULL, 10);
    if (!json_is_object(f->about) || f->n_sights > MOST_BYTES / 16)
        return false;
    f->sights = arena_array(f->arena, struct sight, f->n_sights + 1);
    of_sights = arena_array(f->arena, char *, f->n_sights + 1);
    for (size_t i = 0; i < f->n_sights; i++) {
        end = strchr(text, '\n');
        if (!end)
            return false;
        *end = 0;
        of_sights[i] = text;
        text = end + 1;
    }
    if (strcmp(text, "end\n") != 0)
        return false;
    do_all(read_run, (struct run){.f = f, .lines = of_sights});
    return true;
}

bool fingerprint_read(struct fingerprint *f, const char *project, const char *path, struct arena *a)
{
    struct buf text = {0};
    struct err err;
    bool ok;

    *f = (struct fingerprint){.project = project, .path = path, .arena = a};
    ok = file_read(path, &text, MOST_BYTES, &err);
    ok = ok && read_lines(f, arena_strndup(a, buf_text(&text), text.len));
    buf_release(&text);
    return ok;
}

void fingerprint_release(struct fingerprint *f)
{
    json_decref(f->about);
    json_decref(f->deliverables);
}

json_t *fingerprint_deliverables(const struct fingerprint *f)
{
    const char *text = json_string_value(f->deliverables);

    return text ? json_loads(text, 0, NULL) : json_incref(f->deliverables);
}

size_t fingerprint_compare(struct fingerprint *f, struct clock *clock,
                           void (*moved)(void *user, struct sight *sight), void *user)
{
    int64_t began_ms = clock ? clock->wall_ms(clock) : 0;
    size_t n_moved = 0, n_racy = 0;
    bool *has_moved = arena_array(f->arena, bool, f->n_sights + 1);
    struct err err;

    do_all(look_run, (struct run){.f = f, .moved = has_moved});
    for (size_t i = 0; i < f->n_sights; i++) {
        struct sight *s = &f->sights[i];

        if (!has_moved[i]) {
            n_racy += s->racy;
            continue;
        }
        n_moved++;
        if (moved)
            moved(user, s);
    }
    if (clock && n_moved == 0 && n_racy)
        fingerprint_write(f, began_ms, &err); // in vain on a disk that is read only
    return n_moved;
}

// Nobody but c41 puts a file of old bytes where a deliverable stands, so that its bytes alone
// count.
static bool is_racy(const struct sight *s, int64_t began_ms)
{
    if (s->kind == SIGHT_THERE || !s->stamp.inode)
        return false;
    return s->made_ms ? file_stamp_is_freshly_written(&s->stamp, s->made_ms)
                      : file_stamp_is_fresh(&s->stamp, began_ms);
}

bool fingerprint_write(struct fingerprint *f, int64_t began_ms, struct err *err)
{
    struct arena *scratch = arena_new();
    struct buf text = {0};
    bool ok = true;

    buf_printf(&text, "%s\n", first_line);
    json_canonical(f->about, &text);
    buf_char(&text, '\n');
    if (json_is_string(f->deliverables))
        buf_puts(&text, json_string_value(f->deliverables));
    else
        json_canonical(f->deliverables, &text);
    buf_printf(&text, "\n%zu\n", f->n_sights);
    for (size_t i = 0; ok && i < f->n_sights; i++) {
        struct sight s = f->sights[i];

        s.racy = is_racy(&s, began_ms);
        ok = sight_put(&s, &text) ||
             err_set(err, ERR_FINAL, "a file name with a tab or a line break in it");
    }
    buf_puts(&text, "end\n");
    ok = ok && file_make_dirs(path_dir(scratch, f->path), err) &&
         file_write(f->path, text.ptr, text.len, err);
    buf_release(&text);
    arena_free(scratch);
    return ok;
}

void fingerprint_forget(const char *project)
{
    struct arena *scratch = arena_new();
    DIR *dir = opendir(path_join(scratch, project, BUILT_DIR));

    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
    arena_free(scratch);
}
