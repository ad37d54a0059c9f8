// SPDX-License-Identifier: MIT
#include "runtime/fingerprint.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "tests/unit/scratch.h"

// A project with a fingerprint of some sights.
struct bench {
    char folder[SCRATCH_BYTES];
    struct arena *arena;
    const char *path; // of the fingerprint
};

static int set_up(void **state)
{
    static struct bench b;

    scratch_make(b.folder);
    b.arena = arena_new();
    b.path = fingerprint_path(b.arena, b.folder, "film", "[]");
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    arena_free(b->arena);
    scratch_remove(b->folder);
    return 0;
}

static void put(struct bench *b, const char *name, const char *text)
{
    struct err err;

    assert_true(file_write(path_join(b->arena, b->folder, name), text, strlen(text), &err));
}

static struct sight see(struct bench *b, enum sight_kind kind, const char *name, const char *text)
{
    struct sight s = {.kind = kind, .path = name};

    path_stamp(path_join(b->arena, b->folder, name), &s.stamp);
    s.hashed = text != NULL;
    if (text)
        s.digest = digest_of(text, strlen(text));
    if (kind == SIGHT_FOLDER)
        s.hashed = folder_digest(path_join(b->arena, b->folder, name), &s.digest);
    return s;
}

// Writes a fingerprint as a build would that began at began_ms.
static void leave(struct bench *b, struct sight *sights, size_t n, int64_t began_ms)
{
    struct fingerprint f = {.project = b->folder, .path = b->path, .arena = b->arena};
    struct err err;

    f.sights = sights;
    f.n_sights = n;
    f.about = json_pack("{s:i}", "steps", 41);
    f.deliverables = json_array();
    assert_true(fingerprint_write(&f, began_ms, &err));
    fingerprint_release(&f);
}

static void note_moved(void *user, struct sight *s)
{
    snprintf(user, 100, "%s", s->path);
}

// How many sights have moved; *which is the last of them.
static size_t moved(struct bench *b, char which[100])
{
    struct fingerprint f;
    size_t n;

    which[0] = 0;
    assert_true(fingerprint_read(&f, b->folder, b->path, b->arena));
    assert_int_equal(json_integer_value(json_object_get(f.about, "steps")), 41);
    n = fingerprint_compare(&f, clock_system(), note_moved, which);
    fingerprint_release(&f);
    return n;
}

static int64_t long_after(const struct sight *s)
{
    return s->stamp.status_ns / 1000000 + 60000;
}

static void changes(void **state)
{
    struct bench *b = *state;
    struct sight sights[4];
    char which[100];

    put(b, "film.yaml", "one");
    put(b, "scene.yaml", "two");
    sights[0] = see(b, SIGHT_FILE, "film.yaml", "one");
    sights[1] = see(b, SIGHT_FILE, "scene.yaml", "two");
    sights[2] = see(b, SIGHT_FILE, "picks.yaml", NULL);
    sights[3] = see(b, SIGHT_THERE, "scene.yaml", NULL);
    leave(b, sights, 4, long_after(&sights[1]));
    assert_int_equal(moved(b, which), 0);

    put(b, "scene.yaml", "TWO"); // another file by the same name
    assert_int_equal(moved(b, which), 1);
    assert_string_equal(which, "scene.yaml");
    put(b, "picks.yaml", "a");
    assert_int_equal(moved(b, which), 2);
    assert_string_equal(which, "picks.yaml");
    unlink(path_join(b->arena, b->folder, "scene.yaml"));
    assert_int_equal(moved(b, which), 3);
}

// Without the sync that makes put slow.
static void put_quickly(struct bench *b, const char *name, const char *text)
{
    FILE *f = fopen(path_join(b->arena, b->folder, name), "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

// So many that threads share them: each is looked at, and those that moved are told in order.
static void many(void **state)
{
    enum { SIGHTS = 5000, EVERY = 1700 };
    struct bench *b = *state;
    struct sight *sights = arena_array(b->arena, struct sight, SIGHTS);
    char which[100];

    for (size_t i = 0; i < SIGHTS; i++) {
        const char *name = arena_printf(b->arena, "%05zu", i);

        put_quickly(b, name, name);
        sights[i] = see(b, SIGHT_FILE, name, name);
    }
    leave(b, sights, SIGHTS, long_after(&sights[SIGHTS - 1]));
    assert_int_equal(moved(b, which), 0);
    for (size_t i = 0; i < SIGHTS; i += EVERY)
        put(b, sights[i].path, "another text");
    assert_int_equal(moved(b, which), (SIGHTS + EVERY - 1) / EVERY);
    assert_string_equal(which, "03400");
    unlink(path_join(b->arena, b->folder, sights[SIGHTS - 1].path));
    assert_int_equal(moved(b, which), (SIGHTS + EVERY - 1) / EVERY + 1);
    assert_string_equal(which, "04999");
}

// A file changed again within the tick in which it was read has the same stamp.
static void racy_files(void **state)
{
    struct bench *b = *state;
    struct sight sight;
    char which[100];

    put(b, "a.png", "old");
    put(b, "a.png", "new");
    sight = see(b, SIGHT_FILE, "a.png", "old"); // what was read; the stamp is that of what is there
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    assert_int_equal(moved(b, which), 1);
    leave(b, &sight, 1, long_after(&sight));
    assert_int_equal(moved(b, which), 0); // it had long been so: the stamp is enough

    sight = see(b, SIGHT_FILE, "a.png", "new");
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    assert_int_equal(moved(b, which), 0);
    sight.hashed = false; // nobody knows what was read: who can say that it is the same
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    assert_int_equal(moved(b, which), 1);
}

// What c41 hands out gets its name a while after its last byte, and just before the build ends.
static void deliverables(void **state)
{
    struct bench *b = *state;
    const struct timespec then[2] = {{.tv_sec = 1e9, .tv_nsec = 1}, {.tv_sec = 1e9, .tv_nsec = 1}};
    struct sight sight;
    char which[100];

    put(b, "out.mp4", "new");
    sight = see(b, SIGHT_FILE, "out.mp4", "old");
    sight.made_ms = sight.stamp.status_ns / 1000000;
    leave(b, &sight, 1, 0);
    assert_int_equal(moved(b, which), 1); // written a moment ago: it is read

    assert_int_equal(utimensat(AT_FDCWD, path_join(b->arena, b->folder, "out.mp4"), then, 0), 0);
    sight = see(b, SIGHT_FILE, "out.mp4", "old");
    sight.made_ms = sight.stamp.status_ns / 1000000;
    leave(b, &sight, 1, 0);
    assert_int_equal(moved(b, which), 0); // written long before: the stamp is enough
    sight.made_ms = 0;
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    assert_int_equal(moved(b, which), 1); // and is not, of what others may have put there
}

static void folders(void **state)
{
    struct bench *b = *state;
    struct sight sight;
    char which[100];

    put(b, "a.yaml", "a");
    sight = see(b, SIGHT_FOLDER, ".", NULL);
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    sight = see(b, SIGHT_FOLDER, ".", NULL); // .c41 has come, which no list tells
    leave(b, &sight, 1, sight.stamp.status_ns / 1000000);
    assert_int_equal(moved(b, which), 0);
    put(b, "b.yaml", "b");
    assert_int_equal(moved(b, which), 1);
}

static void damaged(void **state)
{
    static const char *const texts[] = {
        "", "c41 fingerprint 0\n{}\n[]\n0\nend\n", "c41 fingerprint 1\n{}\n[]\n3\nend\n",
        "c41 fingerprint 1\n{}\n[]\n0\n", "c41 fingerprint 1\nx\n[]\n0\nend\n"};
    struct bench *b = *state;
    struct fingerprint f;
    struct err err;

    assert_false(fingerprint_read(&f, b->folder, b->path, b->arena));
    assert_true(file_make_dirs(path_dir(b->arena, b->path), &err));
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_true(file_write(b->path, texts[i], strlen(texts[i]), &err));
        assert_false(fingerprint_read(&f, b->folder, b->path, b->arena));
        fingerprint_release(&f);
    }
}

static void forgotten(void **state)
{
    struct bench *b = *state;
    struct fingerprint f;
    struct sight none;

    leave(b, &none, 0, 0);
    assert_true(fingerprint_read(&f, b->folder, b->path, b->arena));
    fingerprint_release(&f);
    fingerprint_forget(b->folder);
    assert_false(fingerprint_read(&f, b->folder, b->path, b->arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(racy_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deliverables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgotten, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
