// SPDX-License-Identifier: MIT
// Every preset of ours, filled in for the least, a usual and the most that a step asks of it: what
// is sent differs from what is written as fixtures/fill/KIND-NAME.txt says (C41_BLESS=1 rewrites),
// and no link leads nowhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/vec.h"
#include "compiler/preset.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "runtime/fill.h"
#include "runtime/fit.h"
#include "runtime/services/comfyui/object_info.h"
#include "runtime/wiring.h"
#include "tests/unit/pair.h"

enum amount { LEAST, USUAL, MOST };

static const char *const amounts[] = {"least", "usual", "most"};

// What a step may say, in the neutral words.
static const struct {
    const char *name, *usual, *most;
    bool input;
} words[] = {
    {"brief", "\"a line for Mara\"", "\"a line for Mara\"", false},
    {"caption", "\"c41/caption.txt\"", "\"c41/caption.txt\"", true},
    {"clone", "\"c41/mara.wav\"", "\"c41/mara.wav\"", true},
    {"direction", "\"softly\"", "\"softly\"", false},
    {"image", "\"c41/still.png\"", "\"c41/still.png\"", true},
    {"instruction", "\"let it rain\"", "\"let it rain\"", false},
    {"language", "\"en\"", "\"de\"", false},
    {"last", "\"c41/last.png\"", "\"c41/last.png\"", true},
    {"mask", "\"c41/mask.png\"", "\"c41/mask.png\"", true},
    {"negative", "\"blurry\"", "\"blurry\"", false},
    {"pixels", "[1920,1080]", "[1080,1920]", false},
    {"prompt", "\"a lamp, lit\"", "\"a ${lamp}, \\\"lit\\\"\"", false},
    {"rank", "32", "64", false},
    {"schema", "{\"type\":\"object\"}", "{\"type\":\"object\"}", false},
    {"seed", "42", "9007199254740991", false},
    {"speed", "1.1", "1.1", false},
    {"steps", "12", "30", false},
    {"take", "\"iVBORw0K\"", "\"iVBORw0K\"", true},
    {"text", "\"The sea.\"", "\"The sea.\"", false},
    {"track", "\"c41/track.wav\"", "\"c41/track.wav\"", true},
    {"trigger", "\"m4ra\"", "\"m4ra\"", false},
    {"video", "\"c41/clip.mp4\"", "\"c41/clip.mp4\"", true},
    {"voice", "{\"name\":\"mara\"}", "{\"name\":\"mara\"}", false},
};

struct step_words {
    json_t *params;
    VEC(struct fill_input) inputs;
};

static json_t *read_json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(value);
    return value;
}

// Several of a name are numbered: "c41/1-track.wav".
static void add_inputs(struct step_words *s, const char *name, const char *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        json_t *text = read_json(value);

        if (n > 1) {
            json_t *numbered =
                json_sprintf("c41/%zu-%s", i + 1, strrchr(json_string_value(text), '/') + 1);

            json_decref(text);
            text = numbered;
        }
        vec_push(&s->inputs, (struct fill_input){name, text});
    }
}

static void add_word(struct step_words *s, const json_t *rule, const char *name, enum amount amount)
{
    bool required = json_get_flag(rule, "required", false);
    size_t parts = json_array_size(json_object_get(rule, "set"));

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        const char *value = amount == MOST ? words[i].most : words[i].usual;

        if (strcmp(words[i].name, name) != 0 || (amount == LEAST && !required))
            continue;
        if (words[i].input)
            add_inputs(s, name, value, parts ? parts : 1);
        else
            json_object_set_new(s->params, name, read_json(value));
    }
}

// The longest that the preset says it makes.
static double most_seconds(const json_t *preset)
{
    const json_t *params = json_object_get(preset, "params"),
                 *frames = json_object_get(params, "frames"),
                 *seconds = json_object_get(params, "seconds"),
                 *windows = json_object_get(preset, "windows");
    double each = json_get_number(windows, "frames", json_get_number(frames, "max", 0));

    if (windows)
        each +=
            json_get_number(windows, "max", 0) * (each - json_get_number(windows, "overlap", 0));
    return frames ? each / json_get_number(frames, "fps", 1)
                  : json_get_number(seconds, "max", 0) - json_get_number(seconds, "plus", 0);
}

static void add_items(struct step_words *s, const json_t *preset, enum amount amount)
{
    const char *name, *member;
    json_t *rule, *place;

    json_object_foreach(json_object_get(preset, "chains"), name, rule) {
        size_t n = amount == MOST ? (size_t)json_get_integer(rule, "max", 1) : 1;

        if (strcmp(name, "loras") == 0) {
            json_object_set_new(s->params, name, json_array());
            for (size_t i = 0; i < n; i++) {
                json_array_append_new(
                    json_object_get(s->params, name),
                    json_pack("{s:s, s:f}", "name", "mara", "strength", (double)(10 - i) / 10));
            }
            add_inputs(s, "lora", "\"c41/lora.safetensors\"", n);
        } else if (!json_object_get(rule, "of")) {
            json_object_foreach(json_object_get(rule, "set"), member, place)
                add_inputs(s, member,
                           strcmp(member, "video") == 0 ? "\"c41/clip.mp4\"" : "\"c41/ref.png\"",
                           n);
        }
    }
}

static void say_words(struct step_words *s, const json_t *preset, enum amount amount)
{
    const json_t *params = json_object_get(preset, "params");
    struct err err;
    const char *name;
    json_t *rule;

    *s = (struct step_words){.params = json_object()};
    json_object_foreach((json_t *)(uintptr_t)params, name, rule)
        add_word(s, rule, name, amount);
    if (json_object_get(params, "frames") || json_object_get(params, "seconds"))
        json_object_set_new(s->params, "seconds",
                            json_real(amount == MOST    ? most_seconds(preset)
                                      : amount == USUAL ? 3.5
                                                        : 0.5));
    if (amount != LEAST)
        add_items(s, preset, amount);
    if (!fit_params(s->params, preset, &err))
        fail_msg("%s", err.text);
}

static void forget_words(struct step_words *s)
{
    for (size_t i = 0; i < s->inputs.n; i++)
        json_decref(s->inputs.at[i].value);
    vec_release(&s->inputs);
    json_decref(s->params);
}

static void check_links(const json_t *workflow, const char *preset)
{
    const char *id, *field;
    json_t *node, *value;

    json_object_foreach((json_t *)(uintptr_t)workflow, id, node) {
        assert_null(json_object_get(node, "_meta"));
        json_object_foreach(json_object_get(node, "inputs"), field, value) {
            const char *to = json_string_value(json_array_get(value, 0));

            if (json_is_array(value) && (!wiring_is_link(value) || !json_object_get(workflow, to)))
                fail_msg("%s: %s.%s reads what is not there", preset, id, field);
        }
    }
}

static void tell_fields(const char *id, json_t *was, json_t *is, struct buf *out)
{
    const char *field;
    json_t *value;

    json_object_foreach(was, field, value)
        if (!json_object_get(is, field))
            buf_printf(out, "  %s.%s is left out\n", id, field);
    json_object_foreach(is, field, value) {
        if (json_equal(value, json_object_get(was, field)))
            continue;
        buf_printf(out, "  %s.%s ", id, field);
        json_canonical(value, out);
        buf_char(out, '\n');
    }
}

// What is sent, held against what is written.
static void tell_workflow(const json_t *written, json_t *sent, struct buf *out)
{
    const char *id;
    json_t *node;

    json_object_foreach((json_t *)(uintptr_t)written, id, node)
        if (!json_object_get(sent, id))
            buf_printf(out, "  %s is left out\n", id);
    json_object_foreach(sent, id, node) {
        json_t *was = json_object_get(written, id);

        if (was) {
            tell_fields(id, json_object_get(was, "inputs"), json_object_get(node, "inputs"), out);
            continue;
        }
        buf_printf(out, "  %s new ", id);
        json_canonical(node, out);
        buf_char(out, '\n');
    }
}

// A line for each member, and for each item of one that is a list.
static void tell_request(json_t *request, struct buf *out)
{
    const char *name;
    json_t *value;

    json_object_foreach(request, name, value) {
        size_t n = json_array_size(value);

        for (size_t i = 0; i < (n ? n : 1); i++) {
            buf_printf(out, "  %s ", name);
            json_canonical(n ? json_array_get(value, i) : value, out);
            buf_char(out, '\n');
        }
    }
}

static void tell_saved(const struct fill *fill, const json_t *sent, struct buf *out)
{
    const char *name;
    json_t *rule;

    json_object_foreach(json_object_get(fill->preset, "output"), name, rule) {
        char *path = fill_saved(fill, sent, name);

        if (path)
            buf_printf(out, "  %s is saved as %s\n", name, path);
        mem_free(path);
    }
}

// Nothing that a server of the newest version would find wrong with it.
static void check_fits(const struct object_info *info, const json_t *preset, const json_t *sent)
{
    json_t *faults = json_array();
    struct buf text = {0};

    object_info_check(info, preset, sent, faults);
    json_canonical(faults, &text);
    if (json_array_size(faults))
        fail_msg("%s: %s", json_get_text(preset, "preset", ""), buf_text(&text));
    buf_release(&text);
    json_decref(faults);
}

static void tell_case(const struct object_info *info, const json_t *preset, enum amount amount,
                      struct buf *out)
{
    const json_t *written = json_object_get(preset, "workflow");
    json_t *more = json_pack("{s:s, s:s}", "work", "/srv/c41/k", "output.lora", "/srv/c41/k/lora");
    struct step_words said;
    struct err err;
    struct fill fill;
    json_t *sent;

    say_words(&said, preset, amount);
    fill = (struct fill){preset, said.params, said.inputs.at, said.inputs.n, "c41/k"};
    sent = written ? fill_workflow(&fill, &err) : fill_request(&fill, more, &err);
    if (!sent)
        fail_msg("%s: %s", json_get_text(preset, "preset", ""), err.text);
    if (written) {
        check_links(sent, json_get_text(preset, "preset", ""));
        check_fits(info, preset, sent);
        check_fits(info, preset, NULL);
        tell_workflow(written, sent, out);
        tell_saved(&fill, sent, out);
    } else {
        tell_request(sent, out);
    }
    json_decref(sent);
    json_decref(more);
    forget_words(&said);
}

// What is the same for several amounts is told once.
static void tell_preset(const struct object_info *info, const json_t *preset, struct buf *out)
{
    struct buf told[3] = {{0}};

    for (enum amount amount = LEAST; amount <= MOST; amount++)
        tell_case(info, preset, amount, &told[amount]);
    for (enum amount amount = LEAST; amount <= MOST; amount++) {
        buf_printf(out, "%s\n", amounts[amount]);
        if (amount == MOST || !str_eq(buf_view(&told[amount]), buf_view(&told[amount + 1])))
            buf_puts(out, buf_text(&told[amount]));
    }
    for (enum amount amount = LEAST; amount <= MOST; amount++)
        buf_release(&told[amount]);
}

static bool check_preset(const struct object_info *info, struct arena *a,
                         const struct preset *preset)
{
    struct buf told = {0};
    bool same;

    tell_preset(info, preset->json, &told);
    same = pair_is(arena_printf(a, "%s/tests/fixtures/fill/%s-%s.txt", UNIT_SOURCE_DIR,
                                preset->kind, preset->name),
                   buf_text(&told));
    buf_release(&told);
    return same;
}

static void test_presets(void **state)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct err err;
    struct presets_options options = {.data = UNIT_SOURCE_DIR};
    struct presets *presets;
    struct object_info *info;
    struct buf text = {0};
    const struct preset *const *all;
    size_t n, checked = 0, failed = 0;

    (void)state;
    assert_true(
        file_read(UNIT_SOURCE_DIR "/tests/fixtures/comfyui/newest.json", &text, 1 << 20, &err));
    info = object_info_read(buf_view(&text), &err);
    assert_non_null(info);
    options.schemas = schemas_open(UNIT_SOURCE_DIR "/stdlib/schema", &err);
    options.sources = sources_new(a, d, ".");
    presets = presets_new(a, d, &options);
    all = presets_all(presets, &n);
    for (size_t i = 0; i < n; i++)
        if (json_object_get(all[i]->json, "workflow") || json_object_get(all[i]->json, "request")) {
            failed += !check_preset(info, a, all[i]);
            checked++;
        }
    assert_true(checked > 35);
    assert_int_equal(failed, 0);
    object_info_free(info);
    buf_release(&text);
    presets_free(presets);
    sources_free((struct sources *)(uintptr_t)options.sources);
    schemas_free((struct schemas *)(uintptr_t)options.schemas);
    diag_free(d);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_presets)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
