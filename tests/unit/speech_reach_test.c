// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/services/speech/dialect.h"
#include "runtime/services/speech/reach.h"
#include "tests/unit/scratch.h"

// A server that reads recordings by itself: by a path of its own, or, on this machine, by ours.
static void recordings_by_path(void **state)
{
    struct studio_service told = {.name = "voices", .url = "http://far.local:8000"};
    const struct speech_dialect *d = speech_dialect_find("mlx-audio");
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    const char *path, *help = NULL;
    struct speech_recording *r;
    struct err err = {0};

    (void)state;
    scratch_make(folder);
    path = path_join(a, folder, "mara.wav");
    assert_true(file_put(path, "RIFF", 4, &err));
    r = speech_recording_new(a, path, "mara.wav", "0a0b", NULL);
    assert_string_equal(r->type, "audio/wav");
    assert_false(speech_deliver(r, d, &told, a, &help, &err));
    assert_int_equal(err.kind, ERR_FILM);
    assert_non_null(strstr(help, "paths: {FOLDER HERE: FOLDER THERE}"));

    told.options = json_pack("{s:{s:s}}", "paths", folder, "/srv/voices");
    assert_true(speech_deliver(r, d, &told, a, &help, &err));
    assert_string_equal(r->there, "/srv/voices/mara.wav");
    json_decref(told.options);

    told = (struct studio_service){.name = "voices", .url = "http://localhost:8000"};
    assert_true(speech_deliver(r, d, &told, a, &help, &err));
    assert_non_null(strstr(r->there, "/mara.wav"));

    r = speech_recording_new(a, path_join(a, folder, "gone.wav"), "gone.wav", "0a0b", NULL);
    assert_false(speech_deliver(r, d, &told, a, &help, &err));
    scratch_remove(folder);
    arena_free(a);
}

static void paths(void **state)
{
    static const struct {
        const char *paths, *here, *there;
    } rows[] = {
        {"{\"/films\":\"/srv\"}", "/films/a/b.wav", "/srv/a/b.wav"},
        {"{\"/films/\":\"/srv/\"}", "/films/a.wav", "/srv/a.wav"},
        {"{\"/films\":\"/srv\",\"/films/a\":\"/other\"}", "/films/a/b.wav", "/other/b.wav"},
        {"{\"/films\":\"/srv\"}", "/films2/a.wav", NULL},
        {"{\"/films\":\"D:\\\\films\"}", "/films/a/b.wav", "D:\\films\\a\\b.wav"},
        {"{\"/\":\"/mnt\"}", "/a.wav", "/mnt/a.wav"},
        {"{\"/films\":\"/\"}", "/films/a.wav", "/a.wav"},
        {"{}", "/films/a.wav", NULL},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *map = json_loads(rows[i].paths, 0, NULL);
        const char *there = speech_path_there(a, map, rows[i].here);

        if (rows[i].there)
            assert_string_equal(there, rows[i].there);
        else
            assert_null(there);
        json_decref(map);
    }
    assert_true(speech_is_here("http://localhost:80/x"));
    assert_true(speech_is_here("https://me:pw@127.0.0.1"));
    assert_true(speech_is_here("http://[::1]:8000"));
    assert_false(speech_is_here("http://localhost.example.com"));
    assert_false(speech_is_here("http://mac.local:8000/localhost"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recordings_by_path),
        cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
