// SPDX-License-Identifier: MIT
// Which of the files that ops keep for themselves a good build may still need.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/graph.h"
#include "runtime/vault_kept.h"
#include "runtime/store.h"
#include "runtime/vault.h"
#include "tests/unit/scratch.h"

// The files were used at these seconds, and have as many bytes.
static const unsigned used_s[] = {100, 200, 300};

struct kept_case {
    const char *about;
    struct {
        const char *kind;
        unsigned made_s, seconds;
        bool needed;
    } results[2];
    unsigned needed_bytes;
};

static const struct kept_case cases[] = {
    {"no film needs any", {{"conform", 250, 10, false}}, 0},
    {"in use while a good film was made", {{"conform", 250, 40, true}}, 300},
    {"from its beginning on", {{"conform", 250, 50, true}}, 500},
    {"the film that was made first", {{"conform", 350, 10, true}, {"conform", 150, 10, true}}, 500},
    {"a kind that keeps nothing", {{"conform", 350, 60, true}, {"cut", 150, 10, true}}, 300},
};

static void tells_what_is_needed(void **state)
{
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    struct err err = {0};
    struct vault_kept kept;

    (void)state;
    scratch_make(folder);
    assert_true(vault_kept_read(&kept, a, folder, NULL, 0, &err));
    assert_int_equal(kept.n, 0);
    assert_true(file_make_dirs(path_join(a, folder, KEEP_DIR), &err));
    for (size_t i = 0; i < sizeof(used_s) / sizeof(*used_s); i++) {
        const char *path = arena_printf(a, "%s/" KEEP_DIR "/%zu", folder, i);
        const struct timespec times[] = {{.tv_sec = used_s[i]}, {.tv_sec = used_s[i]}};

        assert_true(file_put(path, arena_alloc(a, used_s[i]), used_s[i], &err));
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct vault_result results[2] = {0};
        uint64_t needed_bytes = 0;

        for (size_t k = 0; k < 2 && cases[i].results[k].kind; k++)
            results[k] = (struct vault_result){
                .kind = kind_find(cases[i].results[k].kind),
                .made_ms = cases[i].results[k].made_s * (int64_t)1000,
                .seconds = cases[i].results[k].seconds,
                .needed = cases[i].results[k].needed,
            };
        assert_true(vault_kept_read(&kept, a, folder, results, 2, &err));
        assert_int_equal(vault_kept_bytes(&kept), 600);
        for (size_t k = 0; k < kept.n; k++)
            needed_bytes += kept.files[k].needed ? kept.files[k].bytes : 0;
        if (needed_bytes != cases[i].needed_bytes)
            fail_msg("%s: %u bytes are needed, not %u", cases[i].about, (unsigned)needed_bytes,
                     cases[i].needed_bytes);
    }
    scratch_remove(folder);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
