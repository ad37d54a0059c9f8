// SPDX-License-Identifier: MIT
// Trust: what it covers, and what ends it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/trust.h"
#include "tests/unit/scratch.h"

struct place {
    struct arena *arena;
    char project[SCRATCH_BYTES], config[SCRATCH_BYTES];
};

static int set_up(void **state)
{
    struct arena *a = arena_new();
    struct place *p = arena_make(a, struct place);
    struct err err;

    p->arena = a;
    scratch_make(p->project);
    scratch_make(p->config);
    *state = p;
    return file_make_dirs(path_join(a, p->project, "presets/image"), &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    scratch_remove(p->project);
    scratch_remove(p->config);
    arena_free(p->arena);
    return 0;
}

static void put(struct place *p, const char *path, const char *text)
{
    struct err err;

    assert_true(file_write(path_join(p->arena, p->project, path), text, strlen(text), &err));
}

static bool trusted(struct place *p, const char *path, const char *text)
{
    struct trust *t = trust_read(p->arena, p->config);
    struct digest digest = digest_of(text, strlen(text));
    bool yes = trust_check(t, p->project, path, &digest);

    trust_release(t);
    return yes;
}

static void test_given(void **state)
{
    struct place *p = *state;
    const char *const *files;
    struct err err;
    size_t n;

    put(p, "studio.yaml", "s");
    put(p, "presets/image/a.yaml", "a");
    put(p, "presets/image/.hidden", "h");
    put(p, "film.yaml", "f");
    assert_int_equal(symlink("/etc/hostname", path_join(p->arena, p->project, "presets/link.yaml")),
                     0);
    assert_false(trusted(p, "studio.yaml", "s"));
    assert_true(trust_give(p->arena, p->config, p->project, &files, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(files[0], "presets/image/a.yaml");
    assert_string_equal(files[1], "studio.yaml");
    assert_true(trusted(p, "studio.yaml", "s"));
    assert_true(trusted(p, "presets/image/a.yaml", "a"));
    assert_false(trusted(p, "presets/image/a.yaml", "b"));
    assert_false(trusted(p, "presets/image/b.yaml", "a"));
    assert_false(trusted(p, "film.yaml", "f"));
}

// Given again: what has gone is forgotten, and other projects stay.
static void test_given_again(void **state)
{
    struct place *p = *state;
    struct place other = *p;
    const char *const *files;
    struct err err;
    size_t n;

    put(p, "studio.yaml", "s");
    put(p, "presets/a.yaml", "a");
    memcpy(other.project, p->config, SCRATCH_BYTES);
    put(&other, "studio.yaml", "o");
    assert_true(trust_give(p->arena, p->config, p->project, &files, &n, &err));
    assert_true(trust_give(p->arena, p->config, other.project, &files, &n, &err));
    unlink(path_join(p->arena, p->project, "presets/a.yaml"));
    put(p, "studio.yaml", "s2");
    assert_true(trust_give(p->arena, p->config, p->project, &files, &n, &err));
    assert_int_equal(n, 1);
    assert_true(trusted(p, "studio.yaml", "s2"));
    assert_false(trusted(p, "studio.yaml", "s"));
    assert_false(trusted(p, "presets/a.yaml", "a"));
    assert_true(trusted(&other, "studio.yaml", "o"));
}

// Whatever stands in trust.json, nothing is trusted by accident.
static void test_broken(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "{\"projects\": 1}",
                                        "{\"projects\": {\"x\": []}}",
                                        "{\"projects\": {\"/tmp\": {\"studio.yaml\": 5}}}"};
    struct place *p = *state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct err err;

        assert_true(file_write(path_join(p->arena, p->config, "trust.json"), texts[i],
                               strlen(texts[i]), &err));
        assert_false(trusted(p, "studio.yaml", "s"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_given_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broken, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
