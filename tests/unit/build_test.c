// SPDX-License-Identifier: MIT
// Builds of small graphs with the stand-in for the media module: what runs, after which change.
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/forecast.h"
#include "runtime/plan.h"
#include "tests/unit/scratch.h"

enum { MOST_TEXT_BYTES = 1 << 20 };

// A film of two shots: a voice is measured, a still moved for as long; the second shot's still is a
// file.
static const char film[] =
    "{'a/voice': {'kind': 'speak', 'params': {'says': 'hello @1.5', 'aside': 1}},"
    " 'a/timing': {'kind': 'timing', 'params': {'fps': '24/1', 'seconds': 3, 'lines': [{'name': "
    "'x'}]},"
    "   'inputs': [['x', 'a/voice', 'voice']]},"
    " 'a/image': {'kind': 'image', 'params': {'says': 'a house', 'style': 'ink'}},"
    " 'a/cut': {'kind': 'cut', 'params': {'says': 'cut', 'frames': {'late': 'timing.frames'}},"
    "   'inputs': [['picture', 'a/image', 'image'], ['timing', 'a/timing', 'timing', 'read']]},"
    " 'b/cut': {'kind': 'cut', 'params': {'says': 'cut b'}, 'inputs': [['picture', null, "
    "'b.png']]},"
    " 'a/mix': {'kind': 'mix', 'params': {'says': 'mix'}, 'outputs': ['dialogue'],"
    "   'inputs': [['x', 'a/voice', 'voice'], ['timing', 'a/timing', 'timing', 'read']]},"
    " 'a/twin-1': {'kind': 'image', 'params': {'says': 'a twin'}},"
    " 'a/twin-2': {'kind': 'image', 'params': {'says': 'a twin'}},"
    " 'film/web': {'kind': 'conform', 'params': {'says': 'film'}, 'inputs': [['cut', 'a/cut', "
    "'cut'],"
    "   ['cut', 'b/cut', 'cut'], ['dialogue', 'a/mix', 'dialogue']]}}";

struct change {
    const char *step, *param, *value; // value NULL: the param goes
};

struct build_case {
    const char *about;
    struct change change;
    const char *file; // written to b.png, or NULL
    const char *gone; // a path that is removed before the build, or NULL
    bool keep_going;
    const char *only;
    int code;
    const char *ran;  // ids, sorted, joined by blanks
    const char *says; // part of what people see, or NULL
};

// In order: each stands on what those before it have left.
static const struct build_case cases[] = {
    {"all of it", .ran = "a/cut a/image a/mix a/timing a/voice b/cut film/web"},
    {"nothing changed", .ran = "", .says = "nothing to do"},
    {"the same bytes stop the change", .change = {"a/image", "style", "'oil'"}, .ran = "a/image"},
    {"back again costs nothing", .change = {"a/image", "style", "'ink'"}, .ran = ""},
    {"a voice of the same length: no cut is made anew",
     .change = {"a/voice", "says", "'hallo @1.5'"}, .ran = "a/mix a/timing a/voice film/web"},
    {"a longer voice that still fits: only what is read stays",
     .change = {"a/voice", "says", "'ho @2'"}, .ran = "a/mix a/timing a/voice film/web"},
    {"a voice that makes the shot longer", .change = {"a/voice", "says", "'oh @4'"},
     .ran = "a/cut a/mix a/timing a/voice film/web", .says = "the lines need 1.00 s more"},
    {"another file", .file = "another b", .ran = "b/cut film/web"},
    {"a file written anew with the same bytes", .file = "another b", .ran = ""},
    {"a deliverable is gone", .gone = "out/draft/film.mp4", .ran = ""},
    {"a link for people is gone", .gone = ".c41/browse/film/a/cut.mp4", .ran = ""},
    {"steps of one key are made once", .only = "*/twin-*", .ran = "a/twin-1"},
    {"one shot", .change = {"b/cut", "says", "'cut c'"}, .only = "a/*", .ran = ""},
    {"the other shot", .only = "b/*", .ran = "b/cut"},
    {"a step fails: what needs it is not tried", .change = {"a/image", "fails", "'out of ink'"},
     .code = 1, .keep_going = true, .ran = "", .says = "out of ink"},
    {"and works again", .change = {"a/image", "fails", NULL}, .ran = "film/web"},
    {"the file is broken", .file = "broken", .code = 2, .ran = "", .says = "is broken"},
    {"the file is back", .file = "another b", .ran = ""},
    {"a late value without its fact", .change = {"a/cut", "frames", "{'late': 'timing.nothing'}"},
     .code = 2, .ran = "", .says = "timing.nothing"},
    {"a kind that nothing makes", .change = {"a/cut", "frames", "1"}, .only = "nothing", .code = 64,
     .ran = "", .says = "no step is called"},
};

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    json_t *film;
    const char *said; // of the last build
};

static json_t *read_quoted(const char *text)
{
    char *copy = mem_strdup(text);
    json_t *value;

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    value = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    mem_free(copy);
    return value;
}

static void add_input(struct graph *g, struct edge *e, const json_t *input)
{
    const char *from = json_string_value(json_array_get(input, 1));

    *e = (struct edge){.name = json_string_value(json_array_get(input, 0)), .mode = EDGE_USE};
    if (json_array_size(input) > 3)
        e->mode = EDGE_READ;
    if (!from) {
        e->file = json_string_value(json_array_get(input, 2));
        return;
    }
    e->output = json_string_value(json_array_get(input, 2));
    for (size_t i = 0; i < g->n_steps; i++)
        if (strcmp(g->steps[i]->id, from) == 0)
            e->from = g->steps[i];
    assert_non_null(e->from);
}

static const char *params_of(struct graph *g, const json_t *given)
{
    struct buf text = {0};
    const char *params;

    json_canonical(given, &text);
    params = given ? arena_strdup(g->arena, buf_text(&text)) : "{}";
    buf_release(&text);
    return params;
}

static struct step *make_step(struct graph *g, const char *id, json_t *given)
{
    const json_t *inputs = json_object_get(given, "inputs"),
                 *outputs = json_object_get(given, "outputs");
    struct step *s = arena_make(g->arena, struct step);

    s->id = id;
    s->kind = kind_find(json_get_text(given, "kind", ""));
    s->preset = s->kind->local ? "local" : "draft";
    s->params = params_of(g, json_object_get(given, "params"));
    s->n_inputs = json_array_size(inputs);
    s->inputs = arena_array(g->arena, struct edge, s->n_inputs);
    for (size_t i = 0; i < s->n_inputs; i++)
        add_input(g, &s->inputs[i], json_array_get(inputs, i));
    s->n_outputs = 1;
    s->outputs = arena_array(g->arena, const char *, 1);
    s->outputs[0] = outputs ? json_string_value(json_array_get(outputs, 0)) : s->kind->outputs[0];
    s->at = (struct place){"film.yaml", 1, 1, 1, "c41: 1"};
    s->index = g->n_steps;
    return s;
}

static struct graph *make_graph(struct bench *b)
{
    struct graph *g = arena_make(b->arena, struct graph);
    const char *id;
    json_t *step;

    g->arena = b->arena;
    g->project = b->folder;
    g->film = g->title = "film";
    g->shelf = g->film;
    g->presets = json_object();
    g->steps = arena_array(b->arena, struct step *, json_object_size(b->film));
    json_object_foreach(b->film, id, step) {
        struct step *s = make_step(g, id, step);
        json_t *of_kind =
            json_pack("{s:{s:s, s:s}}", s->preset, "preset", s->preset, "driver", s->preset);

        json_object_set_new(g->presets, s->kind->name, of_kind);
        g->steps[g->n_steps++] = s;
    }
    g->deliverables = arena_make(b->arena, struct deliverable);
    g->deliverables[0] = (struct deliverable){.name = "web",
                                              .step = g->steps[g->n_steps - 1],
                                              .output = "film",
                                              .file = "out/film.mp4",
                                              .draft_file = "out/draft/film.mp4"};
    g->n_deliverables = 1;
    return g;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The ids of the steps that ran, sorted, from the events.
static const char *list_ran(struct bench *b, const char *path)
{
    struct buf text = {0}, ids = {0};
    struct str rest;
    struct err err;
    const char *list[16], *ran;
    size_t n = 0;

    assert_true(file_read(path, &text, MOST_TEXT_BYTES, &err));
    for (rest = buf_view(&text); rest.len;) {
        struct str line = str_cut(&rest, '\n');
        json_t *event = json_loadb(line.ptr, line.len, 0, NULL);

        if (strcmp(json_get_text(event, "event", ""), "step-done") == 0 &&
            !json_get_flag(event, "cached", true))
            list[n++] = arena_strdup(b->arena, json_get_text(event, "id", ""));
        json_decref(event);
    }
    qsort(list, n, sizeof(*list), by_text);
    for (size_t i = 0; i < n; i++)
        buf_printf(&ids, "%s%s", i ? " " : "", list[i]);
    ran = arena_strdup(b->arena, buf_text(&ids));
    buf_release(&text);
    buf_release(&ids);
    return ran;
}

static struct build_options options_for(const struct build_case *c, int events, int display)
{
    return (struct build_options){
        .only = {.globs = &c->only, .n_globs = c->only != NULL},
        .jobs = 2,
        .keep_going = c->keep_going,
        .module_dir = STANDIN_DIR,
        .events_fd = events,
        .display = {.fd = display},
    };
}

static void apply(struct bench *b, const struct build_case *c)
{
    json_t *step = c->change.step ? json_object_get(b->film, c->change.step) : NULL;
    json_t *params = json_object_get(step, "params");
    struct err err;

    if (c->change.step && c->change.value)
        json_object_set_new(params, c->change.param, read_quoted(c->change.value));
    else if (c->change.step)
        json_object_del(params, c->change.param);
    if (c->file)
        assert_true(
            file_write(path_join(b->arena, b->folder, "b.png"), c->file, strlen(c->file), &err));
    if (c->gone)
        assert_int_equal(unlink(path_join(b->arena, b->folder, c->gone)), 0);
}

static void build(struct bench *b, const struct build_case *c)
{
    const char *events = path_join(b->arena, b->folder, "events"),
               *seen = path_join(b->arena, b->folder, "seen");
    int events_fd = open(events, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    int seen_fd = open(seen, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    struct build_options options = options_for(c, events_fd, seen_fd);
    struct graph *g = make_graph(b);
    struct buf said = {0};
    struct err err;
    struct build_result r = build_run(g, NULL, &options);

    close(events_fd);
    close(seen_fd);
    assert_true(file_read(seen, &said, MOST_TEXT_BYTES, &err));
    b->said = arena_strdup(b->arena, buf_text(&said));
    if (r.exit_code != c->code || strcmp(list_ran(b, events), c->ran) != 0 ||
        (c->says && !strstr(b->said, c->says)))
        fail_msg("%s: exit %d, ran \"%s\", not \"%s\"\n%s", c->about, r.exit_code,
                 list_ran(b, events), c->ran, b->said);
    buf_release(&said);
    json_decref(g->presets);
}

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));
    struct err err;

    scratch_make(b->folder);
    b->arena = arena_new();
    b->film = read_quoted(film);
    *state = b;
    return !file_write(path_join(b->arena, b->folder, "b.png"), "b", 1, &err);
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    scratch_remove(b->folder);
    json_decref(b->film);
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static void builds(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        apply(b, &cases[i]);
        build(b, &cases[i]);
    }
}

// The plan says beforehand what the build then does, and leaves nothing behind.
static void plans(void **state)
{
    struct bench *b = *state;
    struct build_options options = options_for(&cases[0], -1, -1);
    struct graph *g = make_graph(b);
    struct err err;
    struct plan *plan = plan_new(g, NULL, &options, &err);

    assert_non_null(plan);
    assert_int_equal(plan->missing, 7);
    assert_string_equal(plan_find(plan, "a/voice")->why, "never made");
    assert_false(plan->delivered[0]);
    plan_free(plan);
    assert_false(file_exists(path_join(b->arena, b->folder, ".c41")));

    build(b, &cases[0]);
    json_object_set_new(json_object_get(json_object_get(b->film, "a/image"), "params"), "says",
                        json_string("a barn"));
    json_decref(g->presets);
    g = make_graph(b);
    plan = plan_new(g, NULL, &options, &err);
    assert_non_null(plan);
    assert_int_equal(plan->current, 4);
    assert_int_equal(plan->stale, 3);
    assert_string_equal(plan_find(plan, "a/image")->why, "says: \"a house\" -> \"a barn\"");
    assert_string_equal(plan_find(plan, "a/cut")->why, "waits for a/image");
    assert_string_equal(plan->drafted, "image, speak");
    plan_free(plan);
    json_decref(g->presets);
}

static int64_t stand_still(struct clock *c)
{
    (void)c;
    return 1000000;
}

// When it should be done comes from the clock that is handed down; a step that the film lost is
// gone.
static void plans_a_change(void **state)
{
    struct bench *b = *state;
    struct build_options options = options_for(&cases[0], -1, -1);
    struct clock clock = {stand_still, stand_still};
    const struct forecast *forecast;
    struct graph *g;
    struct err err;
    struct plan *plan;

    build(b, &cases[0]);
    json_object_del(b->film, "a/twin-2");
    json_object_del(b->film, "b/cut");
    json_array_remove(json_object_get(json_object_get(b->film, "film/web"), "inputs"), 1);
    json_object_set_new(json_object_get(json_object_get(b->film, "a/voice"), "params"), "says",
                        json_string("goodbye @2"));
    options.clock = &clock;
    g = make_graph(b);
    plan = plan_new(g, NULL, &options, &err);
    assert_non_null(plan);
    assert_int_equal(plan->n_gone, 1); // nobody ever wanted the twin
    assert_string_equal(plan->gone[0], "b/cut");
    assert_true(plan_find(plan, "a/voice")->made_before && plan_find(plan, "a/image")->made_before);
    assert_int_equal(plan->now_ms, 1000000);
    forecast = plan_rehearse(plan, SCHED_SOONEST_SCENE);
    assert_true(forecast->seconds > 0 && forecast->least <= forecast->seconds &&
                forecast->seconds <= forecast->most);
    assert_int_equal(forecast->n_machines, 1);
    assert_string_equal(forecast->machines[0].name, "here");
    assert_int_equal(forecast->machines[0].steps, plan->stale + plan->missing);
    assert_true(fabs(forecast->machines[0].seconds - plan->seconds) < 0.1 && plan->seconds > 0);
    assert_int_equal(forecast->machines[0].loads, 0);
    plan_free(plan);
    json_decref(g->presets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(builds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plans_a_change, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
