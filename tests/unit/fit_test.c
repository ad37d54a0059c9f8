// SPDX-License-Identifier: MIT
// What a model takes, from what a step says: by the params of a preset.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/fit.h"

#define WAN     "'frames':{'fps':16,'multiple':4,'plus':1,'min':5,'max':81}"
#define WINDOWS "'windows':{'frames':81,'overlap':1,'max':3}"

struct fit_case {
    const char *preset, *params;
    const char *fitted; // NULL: refused, and error says why
    const char *error;
};

static const struct fit_case cases[] = {
    // Sizes: nearest in shape, then largest; multiples; a seed of 32 bits; the server's words.
    {"{'params':{'pixels':{'sizes':[[1920,1088],[1088,1920],[1024,1024],[960,544]],'multiple':16}}"
     "}",
     "{'pixels':[1280,720]}", "{'pixels':[1920,1088]}", NULL},
    {"{'params':{'pixels':{'multiple':16,'max':1000}}}", "{'pixels':[1920,530]}",
     "{'pixels':[992,528]}", NULL},
    {"{'params':{'seed':{'max':4294967295}}}", "{'seed':4294967298}", "{'seed':2}", NULL},
    {"{'params':{'seed':{'max':4294967295}}}", "{'seed':7}", "{'seed':7}", NULL},
    {"{'params':{'language':{'default':'Auto','values':{'en':'English'}}}}", "{'language':'en'}",
     "{'language':'English'}", NULL},
    {"{'params':{'language':{'default':'Auto','values':{'en':'English'}}}}", "{}",
     "{'language':'Auto'}", NULL},
    {"{'params':{'steps':{'default':20}}}", "{'steps':8}", "{'steps':8}", NULL},
    // Words around a value.
    {"{'params':{'prompt':{'default':'her','form':'Call ${prompt} so, ${prompt}.'}}}",
     "{'prompt':'m4ra'}", "{'prompt':'Call m4ra so, m4ra.'}", NULL},
    {"{'params':{'prompt':{'default':'her','form':'Call ${prompt} so.'}}}", "{}",
     "{'prompt':'Call her so.'}", NULL},
    {"{'params':{'prompt':{'form':'$${x}: ${prompt} at ${steps}'},'steps':{'default':8}}}",
     "{'prompt':'${steps}'}", "{'prompt':'${x}: ${steps} at 8','steps':8}", NULL},
    // Seconds become frames: up, down, at least, at most.
    {"{'params':{" WAN "}}", "{'seconds':5}", "{'frames':81}", NULL},
    {"{'params':{" WAN "}}", "{'seconds':0.1}", "{'frames':5}", NULL},
    {"{'params':{" WAN "}}", "{'seconds':5.0625}", "{'frames':81}", NULL},
    {"{'preset':'wan','params':{" WAN "}}", "{'seconds':5.1}", NULL, "wan makes at most 5.06 s"},
    {"{'params':{'frames':{'fps':16,'multiple':4,'plus':1,'round':'down','max':81}}}",
     "{'seconds':4.2}", "{'frames':65}", NULL},
    // Past a window: as many as there may be, and no more.
    {"{'params':{" WAN "}," WINDOWS "}", "{'seconds':9}", "{'frames':145}", NULL},
    {"{'params':{" WAN "}," WINDOWS "}", "{'seconds':20.06}", "{'frames':321}", NULL},
    {"{'preset':'wan','params':{" WAN "}," WINDOWS "}", "{'seconds':21}", NULL, "at most 20.1 s"},
    {"{'params':{" WAN "},'longer':'framepack'}", "{'seconds':90}", "{'frames':1441}", NULL},
    // Models that take seconds.
    {"{'params':{'seconds':{'min':1.2,'max':120,'plus':0.6}}}", "{'seconds':5}", "{'seconds':5.6}",
     NULL},
    {"{'params':{'seconds':{'min':1.2,'max':120}}}", "{'seconds':0.5}", "{'seconds':1.2}", NULL},
    {"{'preset':'mm','params':{'seconds':{'max':30}}}", "{'seconds':31}", NULL,
     "mm makes at most 30 s"},
};

static json_t *read_json(const char *text)
{
    json_t *value;
    char quoted[1000];
    size_t n = strlen(text);

    assert_true(n < sizeof(quoted));
    for (size_t i = 0; i <= n; i++)
        quoted[i] = text[i] == '\'' ? '"' : text[i];
    value = json_loads(quoted, 0, NULL);
    assert_non_null(value);
    return value;
}

static void test_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct fit_case *c = &cases[i];
        json_t *preset = read_json(c->preset), *params = read_json(c->params);
        struct err err = {0};
        bool ok = fit_params(params, preset, &err);

        assert_int_equal(ok, c->fitted != NULL);
        if (ok) {
            json_t *expected = read_json(c->fitted);

            if (!json_equal(expected, params))
                fail_msg("case %zu: %s gave %s", i, c->params, json_dumps(params, 0));
            json_decref(expected);
        } else {
            assert_int_equal(err.kind, ERR_FILM);
            assert_non_null(strstr(err.text, c->error));
        }
        json_decref(params);
        json_decref(preset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fit)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
