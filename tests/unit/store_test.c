// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/store.h"
#include "tests/unit/scratch.h"

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct store store;
    struct err err;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));

    scratch_make(b->folder);
    b->arena = arena_new();
    *state = b;
    return !store_init(&b->store, b->folder, &b->err);
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    scratch_remove(b->folder);
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static const char *write_temp(struct bench *b, const char *tag, const char *text)
{
    const char *temp = store_temp(&b->store, b->arena, tag, "txt");

    assert_true(file_write(temp, text, strlen(text), &b->err));
    return temp;
}

static void takes_files_in(void **state)
{
    struct bench *b = *state;
    const char *temp = write_temp(b, "1", "abc"), *path;
    struct digest digest, abc = digest_of("abc", 3);
    struct stat st;
    uint64_t bytes;

    assert_true(store_import(&b->store, temp, "txt", &digest, &bytes, &b->err));
    assert_memory_equal(&digest, &abc, sizeof(abc));
    assert_int_equal(bytes, 3);
    path = store_path(b->arena, &digest, "txt");
    assert_string_equal(
        path, ".c41/store/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.txt");
    assert_true(store_has(&b->store, path));
    assert_false(file_exists(temp));
    assert_int_equal(stat(path_join(b->arena, b->folder, path), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0444);
    assert_true(store_verify(&b->store, path, &digest, &b->err));
}

static void keeps_equal_files_once(void **state)
{
    struct bench *b = *state;
    struct digest digest;
    struct stat before, after;
    const char *path;
    uint64_t bytes;

    assert_true(store_import(&b->store, write_temp(b, "1", "x"), "txt", &digest, &bytes, &b->err));
    path = path_join(b->arena, b->folder, store_path(b->arena, &digest, "txt"));
    assert_int_equal(stat(path, &before), 0);
    assert_true(store_import(&b->store, write_temp(b, "2", "x"), "txt", &digest, &bytes, &b->err));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_false(file_exists(store_temp(&b->store, b->arena, "2", "txt")));
}

static void refuses_what_is_no_artifact(void **state)
{
    struct bench *b = *state;
    struct digest digest;
    uint64_t bytes;

    assert_false(store_import(&b->store, write_temp(b, "1", ""), "txt", &digest, &bytes, &b->err));
    assert_non_null(strstr(b->err.text, "empty"));
    assert_false(store_import(&b->store, store_temp(&b->store, b->arena, "2", "txt"), "txt",
                              &digest, &bytes, &b->err));
    assert_non_null(strstr(b->err.text, "No such file"));
}

static void sees_damage(void **state)
{
    struct bench *b = *state;
    struct digest digest;
    const char *path, *whole;
    uint64_t bytes;

    assert_true(
        store_import(&b->store, write_temp(b, "1", "abc"), "txt", &digest, &bytes, &b->err));
    path = store_path(b->arena, &digest, "txt");
    whole = path_join(b->arena, b->folder, path);
    assert_true(file_write(whole, "abd", 3, &b->err));
    assert_false(store_verify(&b->store, path, &digest, &b->err));
    assert_non_null(strstr(b->err.text, "damaged"));
    assert_int_equal(truncate(whole, 0), 0);
    assert_false(store_has(&b->store, path));
}

// A power cut may have come between the renaming and the bytes.
static void replaces_what_is_not_what_its_name_says(void **state)
{
    struct bench *b = *state;
    struct digest digest;
    const char *path, *whole;
    uint64_t bytes;

    assert_true(
        store_import(&b->store, write_temp(b, "1", "abc"), "txt", &digest, &bytes, &b->err));
    path = store_path(b->arena, &digest, "txt");
    whole = path_join(b->arena, b->folder, path);
    assert_true(file_write(whole, "\0\0\0", 3, &b->err));
    assert_true(
        store_import(&b->store, write_temp(b, "2", "abc"), "txt", &digest, &bytes, &b->err));
    assert_true(store_verify(&b->store, path, &digest, &b->err));
}

static void sweeps_what_a_kill_left(void **state)
{
    struct bench *b = *state;
    struct store killed = b->store;
    const char *temp = write_temp(b, "1", "half"), *other, *ours;

    store_sweep(&killed);
    assert_false(file_exists(temp));
    assert_true(store_begin(&killed, &b->err));
    other = store_temp(&killed, b->arena, "1", "txt");
    assert_true(file_put(other, "half", 4, &b->err));
    store_sweep(&b->store);
    assert_true(store_begin(&b->store, &b->err));
    assert_false(file_exists(other));
    // Whoever has outlived that build cannot leave anything any more.
    assert_false(file_put(other, "half", 4, &b->err));
    ours = write_temp(b, "1", "ours");
    assert_true(file_exists(ours));
    assert_int_equal(unlink(ours), 0);
    store_release(&b->store);
    assert_false(file_exists(path_dir(b->arena, ours)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_files_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_equal_files_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_artifact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sees_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_what_is_not_what_its_name_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sweeps_what_a_kill_left, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
