// SPDX-License-Identifier: MIT
// object_info_bench make FILE CLASSES OUT: a document of so many node classes made out of a
// server's, with the words for people that a real one has. object_info_bench read OUT KEPT | load
// KEPT | jansson OUT: prints the bytes and the milliseconds that reading takes, the best of some
// rounds. A process each, for what one leaves on the heap slows the next.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/services/comfyui/object_info.h"

enum { ROUNDS = 25 };

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static json_t *with_words(json_t *class)
{
    json_t *copy = json_deep_copy(class), *section, *spec;
    const char *name;

    json_object_set_new(copy, "description",
                        json_string("Does to pictures what its name says, and tells how it went."));
    json_object_foreach(json_object_get(json_object_get(copy, "input"), "required"), name, spec) {
        section = json_array_get(spec, 1);
        if (json_is_object(section))
            json_object_set_new(section, "tooltip",
                                json_sprintf("How %s is weighed against everything else.", name));
    }
    return copy;
}

// The classes of the document again and again, under further names.
static void multiply(const char *path, long n, struct buf *out)
{
    struct buf text = {0};
    struct err err;
    json_t *whole, *class, *all = json_object();
    const char *name;
    char *dumped;

    if (!file_read(path, &text, 1 << 28, &err) ||
        !(whole = json_read_loose(buf_view(&text), &err))) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    for (int round = 0; (long)json_object_size(all) < n; round++)
        json_object_foreach(whole, name, class) {
            json_t *key = json_sprintf("%s_%d", name, round);

            if ((long)json_object_size(all) < n)
                json_object_set_new(all, json_string_value(key), with_words(class));
            json_decref(key);
        }
    dumped = json_dumps(all, JSON_REAL_PRECISION(17));
    buf_puts(out, dumped);
    free(dumped);
    json_decref(all);
    json_decref(whole);
    buf_release(&text);
}

static struct object_info *checked(struct object_info *o, const struct err *err)
{
    if (o)
        return o;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static double time_read(struct str text, const char *kept)
{
    struct err err;
    double begun = now_ms(), took;
    struct object_info *o = checked(object_info_read(text, &err), &err);

    took = now_ms() - begun;
    if (!object_info_keep(o, kept, &err))
        checked(NULL, &err);
    object_info_free(o);
    return took;
}

static double time_load(const char *kept)
{
    struct err err;
    double begun = now_ms(), took;
    struct object_info *o = checked(object_info_load(kept, &err), &err);

    took = now_ms() - begun;
    object_info_free(o);
    return took;
}

static double time_jansson(struct str text)
{
    double begun = now_ms(), took;
    json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_INT_AS_REAL, NULL);

    took = now_ms() - begun;
    json_decref(value);
    return took;
}

static void make(const char *from, const char *n, const char *to)
{
    struct buf text = {0};
    struct err err;

    multiply(from, strtol(n, NULL, 10), &text);
    if (!file_write(to, text.ptr, text.len, &err))
        checked(NULL, &err);
    buf_release(&text);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    double best = INFINITY;
    struct buf text = {0};
    struct err err;

    if (strcmp(what, "make") == 0 && argc == 5) {
        make(argv[2], argv[3], argv[4]);
        return 0;
    }
    if (argc < 3 || (strcmp(what, "read") == 0 && argc < 4))
        return 64;
    if (!file_read(argv[2], &text, 1 << 28, &err))
        checked(NULL, &err);
    for (int i = 0; i < ROUNDS; i++)
        best = fmin(best, strcmp(what, "read") == 0   ? time_read(buf_view(&text), argv[3])
                          : strcmp(what, "load") == 0 ? time_load(argv[2])
                                                      : time_jansson(buf_view(&text)));
    printf("%zu %.2f\n", text.len, best);
    buf_release(&text);
    return 0;
}
