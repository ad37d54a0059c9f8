// SPDX-License-Identifier: MIT
#include "compiler/fetched.h"

#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/team.h"

// What a start costs is worth it from so many files on.
enum { LEAST_FILES = 32 };

// A run of files for one thread.
struct pile {
    struct fetched *first;
    const char *project;
    const char *const *paths;
    size_t n;
};

static size_t find_bad_byte(struct str text)
{
    struct str rest = text;

    while (rest.len) {
        unsigned code = (unsigned char)*rest.ptr;
        size_t n = code - 1 < 0x7f ? 1 : str_decode(rest, &code);

        if (code == 0 || (code == 0xfffd && n == 1))
            break;
        rest.ptr += n;
        rest.len -= n;
    }
    return text.len - rest.len;
}

static void look_into(struct fetched *f)
{
    static const char mark[] = "\xef\xbb\xbf";

    f->text = buf_view(&f->bytes);
    f->digest = digest_of(f->text.ptr, f->text.len);
    if (str_starts(f->text, mark))
        f->text = (struct str){f->text.ptr + 3, f->text.len - 3};
    f->bad = find_bad_byte(f->text);
}

static void read_inside(struct fetched *f, const char *project, const char *path)
{
    int fd = file_open_inside(project, path, &f->err);
    struct buf whole = {0};

    if (fd >= 0) {
        file_stamp_fd(fd, &f->stamp);
        f->ok = file_read_fd(fd, &f->bytes, FETCHED_MOST_BYTES, path, &f->err);
        close(fd);
        return;
    }
    buf_printf(&whole, "%s/%s", project, path);
    path_stamp(whole.ptr, &f->stamp); // what is there and cannot be opened has one all the same
    buf_release(&whole);
}

void fetched_read(struct fetched *f, const char *project, const char *path)
{
    *f = (struct fetched){.ok = false};
    if (project) {
        read_inside(f, project, path);
    } else {
        path_stamp(path, &f->stamp);
        f->ok = file_read(path, &f->bytes, FETCHED_MOST_BYTES, &f->err);
    }
    if (f->ok)
        look_into(f);
}

static void work(void *piece)
{
    struct pile *p = piece;

    for (size_t i = 0; i < p->n; i++)
        fetched_read(&p->first[i], p->project, p->paths[i]);
}

void fetched_read_all(struct fetched *all, const char *project, const char *const *paths, size_t n,
                      unsigned threads)
{
    size_t most = n / LEAST_FILES + 1, n_piles = threads < most ? threads : most;
    struct pile *piles;

    n_piles = n_piles ? n_piles : 1;
    piles = mem_new(n_piles * sizeof(*piles));
    for (size_t i = 0; i < n_piles; i++) {
        size_t from = n * i / n_piles;

        piles[i] = (struct pile){all + from, project, paths + from, n * (i + 1) / n_piles - from};
    }
    team_run(work, piles, n_piles, sizeof(*piles));
    mem_free(piles);
}

void fetched_release(struct fetched *f)
{
    buf_release(&f->bytes);
}
