// SPDX-License-Identifier: MIT
// Texts of every length come whole, in arenas and in buffers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"

// Longer than what is printed in one go, and than an arena's first blocks.
enum { MOST_BYTES = 3000 };

static void prints_what_is_long(void **state)
{
    char text[MOST_BYTES + 1];

    (void)state;
    for (size_t len = 0; len <= MOST_BYTES; len += len % 256 == 254 ? 1 : 2) {
        struct arena *a = arena_new();
        struct buf out = {0};

        memset(text, 'x', len);
        text[len] = 0;
        assert_string_equal(arena_printf(a, "%s", text), text);
        assert_string_equal(arena_concat(a, (const char *[]){text, "", text}, 3) + len, text);
        buf_printf(&out, "%s", text);
        buf_printf(&out, "%s", text);
        assert_int_equal(out.len, 2 * len);
        assert_string_equal(buf_text(&out) + len, text);
        buf_release(&out);
        arena_free(a);
    }
}

// Pieces are zero and apart, whichever block they come from.
static void gives_zeroed_pieces(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t size = 1; size < MOST_BYTES; size += 7) {
        unsigned char *piece = arena_alloc(a, size);

        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
        memset(arena_strndup(a, "text", 4), 0xff, 4);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_is_long),
        cmocka_unit_test(gives_zeroed_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
