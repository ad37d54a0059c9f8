// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/schema.h"
#include "compiler/yaml.h"

struct schema_case {
    const char *name, *in;
    const char *json; // the full form; NULL: there are faults
    const char *said; // a part of what is said
};

#define SHOT "film.json#/$defs/shot"

static const struct schema_case cases[] = {
    // Text is what was written, whatever YAML makes of it.
    {"film.json#/$defs/words", "No", "\"No\"", NULL},
    {"film.json#/$defs/words", "12:30", "\"12:30\"", NULL},
    {"film.json#/$defs/words", "1.0", "\"1.0\"", NULL},
    {"film.json#/$defs/words", "true", "\"true\"", NULL},
    {"film.json#/$defs/words", "null", "\"null\"", NULL},
    {"film.json#/$defs/words", "{write: a joke}", "{\"write\":\"a joke\"}", NULL},
    // Short forms.
    {SHOT, "{image: A}", "{\"image\":{\"prompt\":\"A\"}}", NULL},
    {SHOT, "{image: {write: A}}", "{\"image\":{\"prompt\":{\"write\":\"A\"}}}", NULL},
    {SHOT, "{image: {preset: x}}", "{\"image\":{\"preset\":\"x\"}}", NULL},
    {SHOT, "{video: A, sound: B}", "{\"sound\":{\"prompt\":\"B\"},\"video\":{\"prompt\":\"A\"}}",
     NULL},
    {SHOT, "{video: {last: A}}", "{\"video\":{\"last\":{\"prompt\":\"A\"}}}", NULL},
    {SHOT, "{card: A, look: b.cube}", "{\"card\":{\"text\":\"A\"},\"look\":{\"lut\":\"b.cube\"}}",
     NULL},
    {SHOT, "{say: x, lipsync: true}", "{\"lipsync\":true,\"say\":\"x\"}", NULL},
    {SHOT, "{say: x, lipsync: humo}", "{\"lipsync\":{\"preset\":\"humo\"},\"say\":\"x\"}", NULL},
    {SHOT, "{card: A, transition: cut}", "{\"card\":{\"text\":\"A\"},\"transition\":\"cut\"}",
     NULL},
    {"film.json#/$defs/cast", "{tom: A}", "{\"tom\":{\"looks\":\"A\"}}", NULL},
    {"film.json#/$defs/character", "{voice: Ryan}", "{\"voice\":{\"name\":\"Ryan\"}}", NULL},
    {"film.json#/$defs/location", "{sound: A}", "{\"sound\":{\"prompt\":\"A\"}}", NULL},
    {"film.json#/$defs/deliverable", "web", "{\"preset\":\"web\"}", NULL},
    {"film.json#/$defs/params", "{a: 1, b: x}", "{\"a\":{\"default\":1},\"b\":{\"default\":\"x\"}}",
     NULL},
    {"film.json#/$defs/format", "1920x1080@24", "\"1920x1080@24\"", NULL},
    {"film.json#/$defs/format", "{pixels: 8x8, fps: 24}", "{\"fps\":\"24\",\"pixels\":\"8x8\"}",
     NULL},
    {"film.json#/$defs/loralist", "[a, {name: b}]", "[\"a\",{\"name\":\"b\"}]", NULL},
    {"picks.json", "{a/b: 3}", "{\"a/b\":{\"take\":3}}", NULL},
    {"picks.json", "{a/b: {take: 3, is: 12e4}}", "{\"a/b\":{\"is\":\"12e4\",\"take\":3}}", NULL},
    // Numbers.
    {SHOT, "{card: A, seconds: 2.5}", "{\"card\":{\"text\":\"A\"},\"seconds\":2.5}", NULL},
    {"film.json#/$defs/seed", "2.0", "2", NULL},
    {"film.json#/$defs/seed", "-1", NULL, "expected a whole number of at least 0, found -1"},
    {"film.json#/$defs/seed", "1.5", NULL, "expected a whole number, found 1.5"},
    {SHOT, "{card: A, seconds: 12 s}", NULL, "expected a number of seconds, found \"12 s\""},
    {SHOT, "{card: A, seconds: \"12\"}", NULL, "write it without quotes"},
    {SHOT, "{card: A, seconds: 0}", NULL, "above 0, found 0"},
    {SHOT, "{card: A, seconds: .inf}", NULL, "found .inf"},
    // Keys.
    {SHOT, "{card: A, imge: B}", NULL, "did you mean \"image\"?"},
    {SHOT, "{size: wide}", NULL, "a shot needs one of image, video, file, card and say"},
    {"film.json", "{title: A}", NULL, "a film needs the key \"c41\""},
    {SHOT, "{card: }", NULL, "\"card\" has no value"},
    {SHOT, "{image: a man, a dog}", NULL, "a comma ends words inside {…}"},
    {SHOT, "image: a man #4", NULL, "\" #\" begins a comment"},
    {SHOT, "shot: a #4\ncard: x", "{\"card\":{\"text\":\"x\"},\"shot\":\"a\"}", NULL},
    // Words of a list.
    {SHOT, "{card: A, size: wyde}", NULL, "did you mean \"wide\"?"},
    {SHOT, "{card: A, size: 12}", NULL, "one of extreme-wide, wide,"},
    {SHOT, "{card: A, move: push-im}", NULL, "did you mean \"push-in\"?"},
    {SHOT, "{card: A, move: round the table}",
     "{\"card\":{\"text\":\"A\"},\"move\":\"round the table\"}", NULL},
    // Unions.
    {SHOT, "{image: [a]}", NULL, "expected words for a picture, or a mapping with prompt, file"},
    {SHOT, "{card: A, transition: {}}", NULL, "a transition needs one of dissolve, fade and wipe"},
    {SHOT, "{card: A, transition: {disolve: 1}}", NULL, "did you mean \"dissolve\"?"},
    {SHOT, "{card: A, transition: {fade: 1, color: white}}",
     "{\"card\":{\"text\":\"A\"},\"transition\":{\"color\":\"white\",\"fade\":1}}", NULL},
    {SHOT, "{card: A, transition: fade}", NULL, "expected cut, or a mapping with dissolve"},
    {SHOT, "{image: {from: a, frame: frist}}", NULL, "did you mean \"first\"?"},
    {SHOT, "{image: {prompt: a, pick: 0}}", NULL, "expected the number of a take, auto or ask"},
    // Lines.
    {SHOT, "{say: {mara: x}}", "{\"say\":{\"mara\":\"x\"}}", NULL},
    {SHOT, "{say: [{mara: x, gap: 1}]}", "{\"say\":[{\"gap\":1,\"mara\":\"x\"}]}", NULL},
    {SHOT, "{say: {gap: 1}}", NULL, "a line needs a speaker"},
    {SHOT, "{say: {mara: x, tom: y}}", NULL,
     "a line has one speaker, and here are \"mara\" and \"tom\""},
    {SHOT, "{say: {mara: x, directon: y}}", NULL, "did you mean \"direction\"?"},
    // Lists.
    {"film.json#/$defs/focus", "[0.5]", NULL, "expected 2 items, found 1"},
    {"film.json#/$defs/scene", "{shots: []}", NULL, "expected at least 1 item, found 0"},
    {"film.json#/$defs/ids", "mara", NULL, "expected a list of ids, found \"mara\""},
    // The other languages.
    {"preset.json", "{preset: x, kind: imag}", NULL, "did you mean \"image\"?"},
    {"studio.json", "{c41: 1, patience: 10 min}", "{\"c41\":1,\"patience\":\"10 min\"}", NULL},
    {"studio.json", "{c41: 2}", NULL, "expected 1, the version of the language, found 2"},
    {"project.json", "{style: x}", "{\"style\":\"x\"}", NULL},
};

static struct schemas *open_schemas(void)
{
    struct err err = {0};
    struct schemas *s = schemas_open(UNIT_SOURCE_DIR "/stdlib/schema", &err);

    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static void check_case(const struct schemas *s, const struct schema_case *c)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct node *n = yaml_parse(a, d, diag_add_source(d, "t.yaml", str_of(c->in)));
    struct buf said = {0}, json = {0};
    bool ok;

    assert_non_null(n);
    ok = schema_check(s, c->name, &n, a, d);
    assert_int_equal(ok, diag_errors(d) == 0);
    diag_render(d, &said, false);
    if (ok != (c->json != NULL) || (c->said && !strstr(buf_text(&said), c->said)))
        fail_msg("%s: said \"%s\"", c->in, buf_text(&said));
    for (int again = 0; ok && again < 2; again++) { // a checked tree passes unchanged
        json_t *value = node_json(n);

        buf_clear(&json);
        json_canonical(value, &json);
        json_decref(value);
        assert_string_equal(buf_text(&json), c->json);
        assert_true(schema_check(s, c->name, &n, a, d));
    }
    buf_release(&said);
    buf_release(&json);
    diag_free(d);
    arena_free(a);
}

static void checks(void **state)
{
    struct schemas *s = open_schemas();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_case(s, &cases[i]);
    schemas_free(s);
}

// What a hook made has no place of its own: the message names the keys.
static void checks_values(void **state)
{
    struct schemas *s = open_schemas();
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct span here = {diag_add_source(d, "film.lua", str_of("shot.seconds = 'x'\n")), 0, 18};
    struct node *shot = node_make_map(a, here, 0), *say = node_make_list(a, here, 1), *line;
    struct buf said = {0};

    (void)state;
    line = node_make_map(a, here, 0);
    node_put(a, line, "mara", node_make_text(a, here, str_of("x")));
    node_put(a, line, "gap", node_make_text(a, here, str_of("y")));
    say->items[0] = line;
    node_put(a, shot, "say", say);
    node_put(a, shot, "seconds", node_make_real(a, here, 2.5));
    node_put(a, shot, "note", node_make_integer(a, here, 12));
    assert_false(schema_check_value(s, SHOT, "shot", &shot, a, d));
    diag_render(d, &said, false);
    assert_string_equal(
        buf_text(&said),
        "film.lua:1:1: error: shot.say[1].gap: expected a number of seconds, found \"y\"\n"
        "    1 | shot.seconds = 'x'\n"
        "      | ^~~~~~~~~~~~~~~~~~\n");
    assert_int_equal(node_get(shot, "note")->type, NODE_TEXT);
    assert_string_equal(node_text(node_get(shot, "note")), "12");
    buf_release(&said);
    diag_free(d);
    arena_free(a);
    schemas_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checks), cmocka_unit_test(checks_values)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
