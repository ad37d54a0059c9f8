// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/attempt.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/store.h"
#include "tests/unit/scratch.h"

static void keep(struct attempt *a, size_t i, const char *text)
{
    const char *temp = arrival_temp(a, i);
    struct err err;

    assert_true(file_write(temp, text, strlen(text), &err));
    assert_true(arrival_keep(a, temp, &a->made[i], &err));
}

static void facts_that_are_told_are_of_their_artifact(void **state)
{
    struct artifact made[] = {{.name = "srt", .ext = "srt"}, {.name = "vtt", .ext = "vtt"}};
    struct store store;
    struct services services = {.store = &store};
    struct attempt a = {
        .tag = "1", .made = made, .n_made = 2, .services = &services, .arena = arena_new()};
    char folder[SCRATCH_BYTES];
    struct err err;

    (void)state;
    scratch_make(folder);
    assert_true(store_init(&store, folder, &err));
    arrival_fact(&a, "black", json_pack("[[i, i]]", 3, 9));
    arrival_fact(&a, "black", json_pack("[[i, i]]", 4, 9));
    arrival_fact(&a, "bytes", json_integer(1)); // what is measured holds
    arrival_fact(&a, "vtt.silent", json_true());
    keep(&a, 0, "abc");
    keep(&a, 1, "abcd");
    assert_int_equal(json_get_integer(made[0].facts, "bytes", 0), 3);
    assert_string_equal(json_get_text(made[0].facts, "type", ""), "text");
    assert_int_equal(json_integer_value(json_array_get(
                         json_array_get(json_object_get(made[0].facts, "black"), 0), 0)),
                     4);
    assert_null(json_object_get(made[0].facts, "silent"));
    assert_null(json_object_get(made[1].facts, "black"));
    assert_true(json_get_flag(made[1].facts, "silent", false));
    scratch_remove(folder);
    attempt_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_that_are_told_are_of_their_artifact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
