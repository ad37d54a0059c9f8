// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/unit/scratch.h"

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    const char *from, *to, *part;
    struct err err;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));

    scratch_make(b->folder);
    b->arena = arena_new();
    b->from = path_join(b->arena, b->folder, "from");
    b->to = path_join(b->arena, b->folder, "to");
    b->part = path_join(b->arena, b->folder, "to.part");
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    scratch_remove(b->folder);
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static void put(struct bench *b, const char *path, const void *bytes, size_t len)
{
    assert_true(file_write(path, bytes, len, &b->err));
}

static void assert_holds(struct bench *b, const char *path, const void *bytes, size_t len)
{
    struct buf found = {0};

    assert_true(file_read(path, &found, len + 1, &b->err));
    assert_int_equal(found.len, len);
    assert_int_equal(found.ptr[len], 0);
    assert_memory_equal(found.ptr, bytes, len);
    buf_release(&found);
}

// Lengths about the pieces that files are read in.
static void hashes_and_copies_any_length(void **state)
{
    static const size_t lengths[] = {1, 65534, 65535, 65536, 65537, 200000};
    struct bench *b = *state;
    char *bytes = mem_new(200000);

    for (size_t i = 0; i < 200000; i++)
        bytes[i] = (char)(i * 31 + i / 777);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        struct digest expected = digest_of(bytes, lengths[i]), found;
        int fd;

        put(b, b->from, bytes, lengths[i]);
        fd = open(b->from, O_RDONLY);
        assert_true(digest_fd(fd, &found, &b->err));
        close(fd);
        assert_memory_equal(&found, &expected, sizeof(found));
        assert_true(file_copy(b->from, b->to, &expected, &b->err));
        assert_holds(b, b->to, bytes, lengths[i]);
        assert_false(file_exists(b->part));
    }
    mem_free(bytes);
}

static void a_damaged_file_replaces_nothing(void **state)
{
    struct bench *b = *state;
    struct digest expected = digest_of("whole", 5);

    put(b, b->from, "whale", 5);
    put(b, b->to, "before", 6);
    assert_false(file_copy(b->from, b->to, &expected, &b->err));
    assert_non_null(strstr(b->err.text, "damaged"));
    assert_holds(b, b->to, "before", 6);
    assert_false(file_exists(b->part));
}

// What a kill has left is no obstacle, and a link there is not followed.
static void replaces_a_part_that_was_left(void **state)
{
    struct bench *b = *state;
    struct digest expected = digest_of("whole", 5);
    const char *other = path_join(b->arena, b->folder, "other");
    struct stat st;

    put(b, b->from, "whole", 5);
    put(b, other, "mine", 4);
    assert_int_equal(chmod(b->from, 0444), 0);
    assert_int_equal(symlink("other", b->part), 0);
    assert_true(file_copy(b->from, b->to, &expected, &b->err));
    assert_holds(b, b->to, "whole", 5);
    assert_holds(b, other, "mine", 4);
    assert_false(file_exists(b->part));
    assert_int_equal(stat(b->to, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

// Where it says nothing of the bytes, they are not read for it.
static void shares_what_is_whole(void **state)
{
    struct bench *b = *state;
    struct digest expected = digest_of("whole", 5), other = digest_of("whale", 5);

    put(b, b->from, "whole", 5);
    put(b, b->to, "before", 6);
    assert_false(file_share(b->from, b->to, &other, &b->err));
    assert_non_null(strstr(b->err.text, "damaged"));
    assert_holds(b, b->to, "before", 6);
    assert_true(file_share(b->from, b->to, &expected, &b->err));
    assert_holds(b, b->to, "whole", 5);
    put(b, b->to, "before", 6);
    assert_true(file_share(b->from, b->to, NULL, &b->err));
    assert_holds(b, b->to, "whole", 5);
    assert_false(file_exists(b->part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hashes_and_copies_any_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_file_replaces_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_a_part_that_was_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shares_what_is_whole, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
