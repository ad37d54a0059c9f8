// SPDX-License-Identifier: MIT
// Every kind of picture step makes what it promises, or says what is wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "runtime/media/ops.h"
#include "runtime/media/probe.h"
#include "tests/unit/job.h"

#define PIXELS "'pixels': [256, 144], 'fps': '24/1'"
#define BOARD  "'board': {'size': 'close-up', 'move': 'push-in', 'prompt': 'a kettle', 'cast': []}"

// Inputs are by what they are: a still or a clip made before.
struct kind_case {
    const char *kind;
    bool (*run)(const struct media_job *, struct err *);
    const char *input, *output; // input NULL: none; its name tells image from clip
    const char *params;
    const char *type; // NULL: it fails, with words
    int width;
    const char *words;
};

static const struct kind_case cases[] = {
    {"image", image_run, NULL, "image", "{" PIXELS ", 'prompt': 'a forest in the rain'}", "image",
     256, NULL},
    {"image", image_run, NULL, "image", "{'pixels': [90, 160]," BOARD "}", "image", 90, NULL},
    {"image", image_run, NULL, "image", "{'pixels': [2, 2]}", NULL, 0, "from 16"},
    {"edit", edit_run, "image", "image", "{" PIXELS ", 'instruction': 'the lamp is out'}", "image",
     256, NULL},
    {"edit", edit_run, "image", "image", "{" PIXELS ", 'instruction': 'give him a parrot'}",
     "image", 256, NULL},
    {"upscale", upscale_run, "image", "image", "{'pixels': [512, 288]}", "image", 512, NULL},
    {"upscale", upscale_run, "video", "video", "{'pixels': [512, 288]}", "video", 512, NULL},
    {"animate", animate_run, "image", "video",
     "{" PIXELS ", 'seconds': 0.5, 'handles': 0.1, 'prompt': 'zoom in'}", "video", 256, NULL},
    {"animate", animate_run, "image", "video", "{" PIXELS ", 'seconds': 0}", NULL, 0,
     "at least one frame"},
    {"retouch", retouch_run, "video", "video", "{'prompt': 'x'}", "video", 256, NULL},
    {"card", card_run, NULL, "image", "{" PIXELS ", 'text': 'Three days later', 'style': 'title'}",
     "image", 256, NULL},
    {"card", card_run, NULL, "image", "{" PIXELS ", 'text': 'a\\nb\\nc'}", "image", 256, NULL},
    {"card", card_run, NULL, "image", "{" PIXELS ", 'text': 'x', 'style': 'loud'}", NULL, 0,
     "chapter"},
    {"mask", mask_run, NULL, "mask", "{" PIXELS ", 'box': [0, 0, 0.5, 1]}", "image", 256, NULL},
    {"mask", mask_run, NULL, "mask", "{" PIXELS ", 'box': [0.7, 0, 0.5, 1]}", NULL, 0, "left half"},
    {"mask", mask_run, "file", "mask", "{" PIXELS "}", "image", 256, NULL},
    {"frame", frame_run, "clip", "image", "{'fps': '24/1', 'seconds': 0.5, 'frame': 'last'}",
     "image", 256, NULL},
    {"frame", frame_run, "clip", "image", "{'fps': '24/1', 'seconds': 0.5, 'frame': 'middle'}",
     NULL, 0, "seconds would be"},
    {"proxy", proxy_run, "of", "proxy", "{'pixels': [128, 128]}", "image", 128, NULL},
    {"proxy", proxy_run, "of", "proxy",
     "{" PIXELS "," BOARD ", 'panel': {'slug': 'INT. KITCHEN', 'shot': 'k', 'lines': [{'name': "
     "'Mara', 'text': 'Tea?'}]}}",
     "image", 256, NULL},
};

static const char *make(struct job *j, const char *name,
                        bool (*run)(const struct media_job *, struct err *), const char *input,
                        const char *output, const char *params)
{
    const char *path = job_path(j, name);

    if (input)
        job_input(j, "image", input);
    job_output(j, output, path);
    assert_true(job_run(j, run, params));
    return path;
}

static bool takes_clip(const struct kind_case *c)
{
    return strcmp(c->input, "video") == 0 || strcmp(c->input, "clip") == 0;
}

static void check(struct job *j, const struct kind_case *c, const char *still, const char *clip)
{
    const char *path = job_path(j, "out");
    struct err err = {0};
    json_t *facts;
    int fd;

    if (c->input)
        job_input(j, c->input, takes_clip(c) ? clip : still);
    for (size_t i = 0; i < j->n_inputs; i++) {
        fd = open(j->inputs[i].path, O_RDONLY);
        j->inputs[i].facts = probe(fd, "input", &err);
        close(fd);
    }
    facts = j->n_inputs ? (json_t *)(uintptr_t)j->inputs[0].facts : NULL;
    job_output(j, c->output, path);
    j->err = (struct err){0};
    if (!c->type) {
        assert_false(job_run(j, c->run, c->params));
        assert_non_null(strstr(j->err.text, c->words));
        json_decref(facts);
        return;
    }
    assert_true(job_run(j, c->run, c->params));
    json_decref(facts);
    fd = open(path, O_RDONLY);
    facts = probe(fd, "out", &err);
    close(fd);
    assert_non_null(facts);
    assert_string_equal(json_string_value(json_object_get(facts, "type")), c->type);
    assert_int_equal(json_integer_value(json_object_get(facts, "width")), c->width);
    json_decref(facts);
}

static void every_kind(void **state)
{
    struct job j;
    const char *still, *clip;

    (void)state;
    job_init(&j);
    still = make(&j, "still", image_run, NULL, "image", "{" PIXELS "," BOARD "}");
    clip = make(&j, "clip", animate_run, still, "video", "{" PIXELS ", 'seconds': 0.5}");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(&j, &cases[i], still, clip);
    job_release(&j);
}

// A LUT that swaps red and blue, a CDL, grain; and files that are no LUT.
static void looks(void **state)
{
    static const char cube[] =
        "TITLE \"swap\"\nLUT_3D_SIZE 2\n0 0 0\n0 0 1\n0 1 0\n0 1 1\n1 0 0\n1 0 1\n1 1 0\n1 1 1\n";
    static const struct {
        const char *lut, *params;
        bool fine;
    } tries[] = {
        {cube, "{'from': 'still', 'frames': 2," PIXELS "}", true},
        {cube,
         "{'from': 'still', 'frames': 2, 'look': {'cdl': {'saturation': 0}, 'grain': 0.3}," PIXELS
         "}",
         true},
        {"LUT_3D_SIZE 2\n0 0 0\n", "{'from': 'still', 'frames': 2," PIXELS "}", false},
        {"0 0 0\n", "{'from': 'still', 'frames': 2," PIXELS "}", false},
        {"LUT_3D_SIZE 2\n0 0 red\n", "{'from': 'still', 'frames': 2," PIXELS "}", false},
    };
    struct job j;
    const char *still;

    (void)state;
    job_init(&j);
    still = make(&j, "still", image_run, NULL, "image", "{" PIXELS "," BOARD "}");
    for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
        assert_true(
            file_write(job_path(&j, "look.cube"), tries[i].lut, strlen(tries[i].lut), &j.err));
        job_input(&j, "picture", still);
        job_input(&j, "lut", job_path(&j, "look.cube"));
        job_output(&j, "cut", job_path(&j, "cut.mp4"));
        j.err = (struct err){0};
        assert_int_equal(job_run(&j, cut_run, tries[i].params), tries[i].fine);
        assert_int_equal(strstr(j.err.text, "look.cube") != NULL, !tries[i].fine);
    }
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_kind), cmocka_unit_test(looks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
