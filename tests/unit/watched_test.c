// SPDX-License-Identifier: MIT
#include "cli/watched.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/stamp.h"
#include "runtime/sight.h"
#include "tests/unit/scratch.h"

enum { LONG_AGO_MS = 1000 };

// A project with a film that is watched.
struct bench {
    char folder[SCRATCH_BYTES];
    struct arena *arena;
    struct watched film;
    struct buf text;
};

static const char *path_of(struct bench *b, const char *name)
{
    return path_join(b->arena, b->folder, name);
}

static void put(struct bench *b, const char *name, const char *text)
{
    struct err err;

    assert_true(file_write(path_of(b, name), text, strlen(text), &err));
}

static int set_up(void **state)
{
    static struct bench b;

    b = (struct bench){.arena = arena_new()};
    scratch_make(b.folder);
    put(&b, "film.yaml", "c41: 1\n");
    put(&b, "scene.yaml", "- id: one\n");
    b.film.film = path_of(&b, "film.yaml");
    *state = &b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    watched_release(&b->film);
    buf_release(&b->text);
    arena_free(b->arena);
    scratch_remove(b->folder);
    return 0;
}

static struct sight see(struct bench *b, enum sight_kind kind, const char *name)
{
    struct sight s = {.kind = kind, .path = name};

    path_stamp(path_of(b, name), &s.stamp);
    if (kind == SIGHT_FOLDER)
        s.hashed = folder_digest(path_of(b, name), &s.digest);
    return s;
}

// Tells of the files as they are now.
static void tell(struct bench *b, bool whole, const char *const *names, size_t n)
{
    struct sight sights[4];

    for (size_t i = 0; i < n; i++)
        sights[i] = see(b, strcmp(names[i], ".") == 0 ? SIGHT_FOLDER : SIGHT_FILE, names[i]);
    watched_put(b->folder, whole, LONG_AGO_MS, sights, n, &b->text);
    assert_true(watched_take(&b->film, &b->text));
    assert_int_equal(b->text.len, 0);
}

// Checks what is named, and that everything counts as seen then.
static void names_are(struct bench *b, const char *expected)
{
    struct buf names = {0};

    assert_int_equal(watched_has_moved(&b->film), expected[0] != 0);
    watched_renew(&b->film, &names);
    assert_string_equal(buf_text(&names), expected);
    assert_false(watched_has_moved(&b->film));
    buf_release(&names);
}

static const char *called(struct bench *b, const char *name, const char *how)
{
    return arena_printf(b->arena, "%s%s", path_of(b, name), how);
}

static void what_moves_is_named(void **state)
{
    const struct timespec past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    struct bench *b = *state;

    tell(b, true, (const char *[]){"film.yaml", "scene.yaml", "plate.png", "."}, 4);
    names_are(b, "");
    put(b, "scene.yaml", "- id: another\n");
    names_are(b, called(b, "scene.yaml", ""));
    put(b, "plate.png", "picture");
    names_are(b, called(b, "plate.png", " (new)"));
    assert_int_equal(unlink(path_of(b, "plate.png")), 0);
    names_are(b, called(b, "plate.png", " (gone)"));
    assert_int_equal(utimensat(AT_FDCWD, b->folder, past, 0), 0);
    names_are(b, ""); // it holds what it held
    put(b, "other.yaml", "- id: other\n");
    names_are(b, called(b, "other.yaml", " (new)"));
    assert_int_equal(unlink(path_of(b, "other.yaml")), 0);
    names_are(b, arena_printf(b->arena, "%s/", b->folder));
}

// As a file that is saved by rename leaves it.
static void a_folder_with_the_same_names(void **state)
{
    struct bench *b = *state;

    tell(b, true, (const char *[]){"."}, 1);
    assert_int_equal(rename(path_of(b, "scene.yaml"), path_of(b, ".scene")), 0);
    assert_int_equal(rename(path_of(b, ".scene"), path_of(b, "scene.yaml")), 0);
    names_are(b, "");
}

static void a_film_that_is_wrong(void **state)
{
    struct bench *b = *state;

    tell(b, true, (const char *[]){"film.yaml", "scene.yaml"}, 2);
    tell(b, false, (const char *[]){"film.yaml"}, 1);
    assert_int_equal(b->film.n, 2);
    put(b, "scene.yaml", "- id: mended\n");
    names_are(b, called(b, "scene.yaml", ""));
    tell(b, true, (const char *[]){"film.yaml"}, 1);
    assert_int_equal(b->film.n, 1);
}

// A pipe gives what was written in pieces of any size.
static void told_in_pieces(void **state)
{
    struct bench *b = *state;
    struct sight sights[] = {see(b, SIGHT_FILE, "film.yaml"), see(b, SIGHT_FILE, "week end")};
    struct buf whole = {0};
    size_t taken = 0;

    watched_put(b->folder, true, LONG_AGO_MS, sights, 2, &whole);
    watched_put(b->folder, true, LONG_AGO_MS, sights, 1, &whole);
    for (size_t i = 0; i < whole.len; i++) {
        buf_char(&b->text, whole.ptr[i]);
        taken += watched_take(&b->film, &b->text);
    }
    assert_int_equal(taken, 2);
    assert_int_equal(b->film.n, 1);
    assert_string_equal(b->film.project, b->folder);
    buf_release(&whole);
}

// A file that changed again with the stamp that it had is told by its bytes, until it has aged.
static void a_racy_file(void **state)
{
    struct bench *b = *state;
    struct sight s = see(b, SIGHT_FILE, "scene.yaml");

    s.digest = digest_of("- id: two\n", 10);
    s.hashed = true;
    watched_put(b->folder, true, s.stamp.status_ns / 1000000, &s, 1, &b->text);
    assert_true(watched_take(&b->film, &b->text));
    assert_true(b->film.sights[0].racy);
    names_are(b, called(b, "scene.yaml", ""));
}

static void a_build_that_told_nothing(void **state)
{
    struct bench *b = *state;
    int64_t later_ms = see(b, SIGHT_FILE, "scene.yaml").stamp.status_ns / 1000000 + 1;

    watched_guess(&b->film, later_ms);
    names_are(b, "");
    put(b, "scene.yaml", "- id: another\n");
    names_are(b, called(b, "scene.yaml", ""));
    watched_release(&b->film);
    watched_guess(&b->film, LONG_AGO_MS);
    assert_true(watched_has_moved(&b->film)); // it may have changed behind the build's back
}

static void another_project(void **state)
{
    struct bench *b = *state;

    assert_int_equal(mkdir(path_of(b, "sub"), 0755), 0);
    put(b, "sub/film.yaml", "c41: 1\n");
    b->film.film = path_of(b, "sub/film.yaml");
    watched_put(path_of(b, "sub"), true, LONG_AGO_MS, NULL, 0, &b->text);
    assert_true(watched_take(&b->film, &b->text));
    assert_false(watched_has_moved(&b->film));
    put(b, "project.yaml", "style: ink\n");
    assert_true(watched_has_moved(&b->film));
}

static void only_files_of_the_project_count(void **state)
{
    struct bench *b = *state;
    struct sight sights[] = {
        see(b, SIGHT_FILE, "film.yaml"),  see(b, SIGHT_FILE, "film.yaml"),
        see(b, SIGHT_FILE, "not there"),  see(b, SIGHT_FOLDER, "."),
        see(b, SIGHT_FILE, "scene.yaml"), see(b, SIGHT_FILE, path_of(b, "film.yaml")),
    };

    assert_int_equal(watched_files(sights, sizeof(sights) / sizeof(*sights)), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_moves_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_with_the_same_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_film_that_is_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(told_in_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_racy_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_build_that_told_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_project, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_files_of_the_project_count, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
