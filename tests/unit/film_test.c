// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/film.h"
#include "compiler/node.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "tests/unit/scratch.h"

enum { MOST_FILES = 5 };

struct file {
    const char *path, *text;
};

// A project in a folder of its own, built by film.yaml of its first file's folder.
struct film_case {
    const char *name;
    struct file files[MOST_FILES]; // the film first
    const char *values[2];         // "name=value"
    const char *key;               // of the merged film; NULL: its scenes
    const char *json;              // what stands there; NULL: there are errors
    const char *said;              // a part of what is said
};

#define HEAD   "c41: 1\ntitle: T\n"
#define SCENES "scenes:\n  - shots:\n      - card: A\n"

static const struct film_case cases[] = {
    {"project",
     {{"film.yaml", HEAD "style: own\nformat: {fps: 25}\ncast:\n  mara: {voice: V}\n" SCENES},
      {"project.yaml", "style: theirs\nseed: 7\nformat: {pixels: 8x8, fps: 24}\n"
                       "cast:\n  mara: {looks: L, voice: W}\n  tom: B\n"}},
     {0},
     "cast",
     "{\"mara\":{\"looks\":\"L\",\"voice\":{\"name\":\"V\"}},\"tom\":{\"looks\":\"B\"}}",
     NULL},
    {"project upwards",
     {{"ep/01/film.yaml", HEAD "format: {fps: 25}\n" SCENES},
      {"project.yaml", "format: {pixels: 8x8, fps: 24}\n"}},
     {0},
     "format",
     "{\"fps\":\"25\",\"pixels\":\"8x8\"}",
     NULL},
    {"includes in name order, before scenes",
     {{"film.yaml",
       HEAD "include: [s/b.yaml, s/*.yaml]\nscenes:\n  - {id: z, shots: [{card: Z}]}\n"},
      {"s/b.yaml", "- {id: b, shots: [{card: B}]}\n"},
      {"s/a.yaml", "style: S\nscenes:\n  - {id: a, shots: [{card: A}]}\n"}},
     {0},
     NULL,
     "[{\"id\":\"a\",\"shots\":[{\"card\":{\"text\":\"A\"}}]},{\"id\":\"b\",\"shots\":[{\"card\":{"
     "\"text\":\"B\"}}]},"
     "{\"id\":\"z\",\"shots\":[{\"card\":{\"text\":\"Z\"}}]}]",
     NULL},
    {"the including file wins, then the later file",
     {{"film.yaml", HEAD "include: [a.yaml, b.yaml]\nuse: {image: x}\n" SCENES},
      {"a.yaml", "use: {image: a, speak: a, animate: a}\n"},
      {"b.yaml", "use: {image: b, speak: b}\n"}},
     {0},
     "use",
     "{\"animate\":\"a\",\"image\":\"x\",\"speak\":\"b\"}",
     NULL},
    {"includes of includes, relative to themselves, and round again",
     {{"film.yaml", HEAD "include: [s/a.yaml]\n"},
      {"s/a.yaml", "include: [t/b.yaml]\nscenes: [{id: a, shots: [{card: A}]}]\n"},
      {"s/t/b.yaml", "include: [\"*.yaml\"]\nscenes: [{id: b, shots: [{card: B}]}]\n"}},
     {0},
     NULL,
     "[{\"id\":\"b\",\"shots\":[{\"card\":{\"text\":\"B\"}}]},{\"id\":\"a\",\"shots\":[{\"card\":{"
     "\"text\":\"A\"}}]}]",
     NULL},
    {"all",
     {{"film.yaml", HEAD "scenes:\n  - all: {size: wide, image: {takes: 4}, lens: L}\n    shots:\n"
                         "      - image: A\n      - {card: C, size: full}\n"}},
     {0},
     NULL,
     "[{\"shots\":[{\"image\":{\"prompt\":\"A\",\"takes\":4},\"lens\":\"L\",\"size\":\"wide\"},"
     "{\"card\":{\"text\":\"C\"},\"lens\":\"L\",\"size\":\"full\"}]}]",
     NULL},
    {"params take their type, their default, or what is given",
     {{"film.yaml",
       HEAD "params: {what: ship, n: 2, mood: {choices: [calm, tense], default: calm}}\n"
            "scenes:\n  - shots:\n      - {card: \"a ${what}, $${what}, ${mood}\", seconds: "
            "\"${n}\"}\n"}},
     {"n=3.5", "mood=tense"},
     NULL,
     "[{\"shots\":[{\"card\":{\"text\":\"a ship, ${what}, tense\"},\"seconds\":3.5}]}]",
     NULL},
    {"params keep text that looks like a number",
     {{"film.yaml",
       HEAD "params: {what: {type: text}}\nscenes:\n  - shots:\n      - card: ${what}\n"}},
     {"what=012"},
     NULL,
     "[{\"shots\":[{\"card\":{\"text\":\"012\"}}]}]",
     NULL},
    {"an unknown value",
     {{"film.yaml", HEAD "params: {what: x}\n" SCENES}},
     {"waht=1"},
     NULL,
     NULL,
     "did you mean \"what\"?"},
    {"a value that is no choice",
     {{"film.yaml",
       HEAD "params: {m: {choices: [calm, tense]}}\nscenes:\n  - shots:\n      - card: ${m}\n"}},
     {"m=tens"},
     NULL,
     NULL,
     "did you mean \"tense\"?"},
    {"rows of a table",
     {{"film.yaml", HEAD "scenes:\n  - for: r.csv\n    shots:\n"
                         "      - {card: \"${name}\", seconds: \"${s}\"}\n"},
      {"r.csv", "sku,name,s\nk1,Kettle,2\nk2,007,3.5\n"}},
     {0},
     NULL,
     "[{\"id\":\"k1\",\"shots\":[{\"card\":{\"text\":\"Kettle\"},\"seconds\":2}]},"
     "{\"id\":\"k2\",\"shots\":[{\"card\":{\"text\":\"007\"},\"seconds\":3.5}]}]",
     NULL},
    {"rows of a list",
     {{"film.yaml", HEAD "params: {p: P}\nscenes:\n  - for: [{a: 1}, {a: 2}]\n    id: s-${a}\n"
                         "    shots: [{card: \"${a}${p}\"}]\n"}},
     {0},
     NULL,
     "[{\"id\":\"s-1\",\"shots\":[{\"card\":{\"text\":\"1P\"}}]},{\"id\":\"s-2\",\"shots\":[{"
     "\"card\":{\"text\":\"2P\"}}]}]",
     NULL},
    {"rows of a YAML file",
     {{"film.yaml", HEAD "scenes:\n  - for: r.yaml\n    shots: [{card: \"${b}\"}]\n"},
      {"r.yaml", "- {a: x, b: No}\n"}},
     {0},
     NULL,
     "[{\"id\":\"x\",\"shots\":[{\"card\":{\"text\":\"No\"}}]}]",
     NULL},
    {"a speaker by name of a param",
     {{"film.yaml", HEAD "params: {who: mara}\nscenes:\n  - shots:\n"
                         "      - say: [{\"${who}\": Hello}]\n"}},
     {0},
     NULL,
     "[{\"shots\":[{\"say\":[{\"mara\":\"Hello\"}]}]}]",
     NULL},
    {"a link out of the project",
     {{"film.yaml", HEAD "include: [out.yaml]\n" SCENES}},
     {0},
     NULL,
     NULL,
     "\"out.yaml\" is a link out of the project"},
    {"a cast of two files",
     {{"film.yaml", HEAD "include: [a.yaml]\ncast: {mara: A}\n" SCENES},
      {"a.yaml", "cast: {mara: B}\n"}},
     {0},
     NULL,
     NULL,
     "here it is defined too"},
};

static void write_files(struct arena *a, const char *dir, const struct film_case *c)
{
    struct err err = {0};

    for (size_t i = 0; i < MOST_FILES && c->files[i].path; i++) {
        const char *path = path_join(a, dir, c->files[i].path);

        assert_true(file_make_dirs(path_dir(a, path), &err));
        assert_true(file_write(path, c->files[i].text, strlen(c->files[i].text), &err));
    }
    if (strstr(c->name, "link"))
        assert_int_equal(symlink("/etc/hosts", path_join(a, dir, "out.yaml")), 0);
}

static size_t read_values(struct arena *a, const struct film_case *c, struct film_value *values)
{
    size_t n = 0;

    for (; n < 2 && c->values[n]; n++) {
        const char *sign = strchr(c->values[n], '=');

        values[n].name = arena_strndup(a, c->values[n], (size_t)(sign - c->values[n]));
        values[n].value = sign + 1;
    }
    return n;
}

static void check_case(const struct schemas *schemas, const char *root, size_t number)
{
    const struct film_case *c = &cases[number];
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    const char *dir = arena_printf(a, "%s/%zu", root, number);
    struct film_value values[2];
    struct film_path at;
    struct film film = {0};
    struct err err = {0};
    struct film_reading with = {.values = values, .schemas = schemas};
    struct buf said = {0}, json = {0};
    bool ok;

    write_files(a, dir, c);
    assert_true(film_locate(&at, path_join(a, dir, c->files[0].path), a, &err));
    assert_string_equal(at.project, dir);
    with.sources = sources_new(a, d, at.project);
    with.n_values = read_values(a, c, values);
    ok = film_read(&film, &at, &with, a, d);
    diag_render(d, &said, false);
    if (ok != (c->json != NULL) || (c->said && !strstr(buf_text(&said), c->said)))
        fail_msg("%s: said \"%s\"", c->name, buf_text(&said));
    if (ok) {
        json_t *value = node_json(node_get(film.root, c->key ? c->key : "scenes"));

        json_canonical(value, &json);
        json_decref(value);
        assert_string_equal(buf_text(&json), c->json);
    }
    buf_release(&said);
    buf_release(&json);
    sources_free(with.sources);
    diag_free(d);
    arena_free(a);
}

static void films(void **state)
{
    struct err err = {0};
    struct schemas *schemas = schemas_open(UNIT_SOURCE_DIR "/stdlib/schema", &err);
    char root[SCRATCH_BYTES];

    (void)state;
    assert_non_null(schemas);
    scratch_make(root);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_case(schemas, root, i);
    schemas_free(schemas);
    scratch_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(films)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
