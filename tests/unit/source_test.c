// SPDX-License-Identifier: MIT
// Sources that were read ahead, on however many threads, are what they are one after the other, and
// the same is said of them.
#include "compiler/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "tests/unit/scratch.h"

enum { FILES = 150 };

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    const char *paths[FILES];
};

// What goes into file number i; .ptr is NULL for one that is not there.
static struct str text_of(struct arena *a, size_t i)
{
    switch (i % 30) {
    case 3:
        return (struct str){0};
    case 7:
        return str_of("caf\xe9\n");
    case 11:
        return (struct str){"a\0b", 3};
    case 13:
        return str_of("\xff\xfe"
                      "a");
    case 17:
        return str_of("");
    case 19:
        return str_of("\xef\xbb\xbfmarked\n");
    default:
        return str_of(arena_printf(a, "text number %zu\n", i));
    }
}

static void set_up(struct bench *b)
{
    struct err err = {0};

    scratch_make(b->folder);
    b->arena = arena_new();
    for (size_t i = 0; i < FILES; i++) {
        struct str text = text_of(b->arena, i);
        const char *path = arena_printf(b->arena, "%zu.yaml", i);

        if (text.ptr)
            assert_true(file_put(path_join(b->arena, b->folder, path), text.ptr, text.len, &err));
        b->paths[i] = path;
    }
    b->paths[23] = "../outside.yaml";
    b->paths[53] = "way-out.yaml";
    assert_int_equal(symlink("/etc/hosts", path_join(b->arena, b->folder, b->paths[53])), 0);
}

static void tear_down(struct bench *b)
{
    scratch_remove(b->folder);
    arena_free(b->arena);
}

static void tell(const struct source *s, struct buf *out)
{
    char hex[DIGEST_HEX_BYTES];

    buf_printf(out, "%s %u %d%d%d %s %llu: ", s->path, s->number, s->missing, s->broken, s->outside,
               digest_hex(&s->digest, hex), (unsigned long long)s->stamp.inode);
    buf_str(out, s->broken ? str_of("broken") : s->text);
    buf_char(out, '\n');
}

// All sources, and what was said; threads 0: nothing is read ahead.
static const char *read_with(struct bench *b, unsigned threads)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct sources *s = sources_new(a, d, b->folder);
    struct buf out = {0};
    const struct source *const *all;
    const char *copy;
    size_t n;

    if (threads)
        sources_read_ahead(s, b->paths, FILES - 5, threads); // the rest is read when asked for
    for (size_t i = 0; i < FILES; i++) {
        const struct source *source = source_read(s, SOURCE_INCLUDE, b->paths[i], (struct span){0});

        assert_ptr_equal(source_read(s, SOURCE_INCLUDE, b->paths[i], (struct span){0}), source);
    }
    assert_int_equal(diag_sources(d), FILES - 7);
    assert_int_equal(diag_errors(d), 22);
    all = sources_all(s, &n);
    for (size_t i = 0; i < n; i++)
        tell(all[i], &out);
    diag_render(d, &out, false);
    copy = arena_strdup(b->arena, buf_text(&out));
    buf_release(&out);
    diag_free(d);
    sources_free(s);
    arena_free(a);
    return copy;
}

static void same_ahead_on_any_threads(void **state)
{
    static const unsigned counts[] = {1, 2, 5, 64};
    struct bench b;
    const char *plain;

    (void)state;
    set_up(&b);
    plain = read_with(&b, 0);
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        assert_string_equal(read_with(&b, counts[i]), plain);
    tear_down(&b);
}

// What was read ahead and never asked for is nobody's source.
static void unasked_is_no_source(void **state)
{
    struct bench b;
    struct diag *d = diag_new();
    struct arena *a = arena_new();
    struct sources *s;
    size_t n;

    (void)state;
    set_up(&b);
    s = sources_new(a, d, b.folder);
    sources_read_ahead(s, b.paths, FILES, 2);
    sources_all(s, &n);
    assert_int_equal(n, 0);
    assert_int_equal(diag_errors(d), 0);
    diag_free(d);
    sources_free(s);
    arena_free(a);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_ahead_on_any_threads),
        cmocka_unit_test(unasked_is_no_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
