// SPDX-License-Identifier: MIT
#include "runtime/exec.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/media/media.h"
#include "base/module.h"
#include "runtime/service.h"

static void say(int fd, json_t *line)
{
    struct buf text = {0};

    json_canonical(line, &text);
    buf_char(&text, '\n');
    if (write(fd, buf_text(&text), text.len) < 0)
        _exit(1); // nobody listens any more
    buf_release(&text);
    json_decref(line);
}

static void progress(void *user, double done, double total)
{
    say(*(int *)user, json_pack("{s:[f, f]}", "progress", done, total));
}

static void note(void *user, const char *text)
{
    say(*(int *)user, json_pack("{s:s}", "note", text));
}

static void fact(void *user, const char *name, json_t *value)
{
    say(*(int *)user, json_pack("{s:[s, o]}", "fact", name, value));
}

static struct media_input *read_inputs(struct arena *a, const json_t *list)
{
    struct media_input *inputs = arena_array(a, struct media_input, json_array_size(list));
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
        inputs[i] = (struct media_input){.name = json_get_text(item, "name", ""),
                                         .path = json_get_text(item, "path", ""),
                                         .facts = json_object_get(item, "facts")};
    return inputs;
}

static struct media_output *read_outputs(struct arena *a, const json_t *list)
{
    struct media_output *outputs = arena_array(a, struct media_output, json_array_size(list));
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
        outputs[i] =
            (struct media_output){json_get_text(item, "name", ""), json_get_text(item, "path", "")};
    return outputs;
}

static bool run(const json_t *whole, const char *module_dir, int out_fd, struct err *err)
{
    const char *kind = json_get_text(whole, "kind", ""), *name = json_get_text(whole, "driver", "");
    const struct media *media = module_load(module_dir, "c41-media", "c41_media", err);
    const struct driver *driver = driver_find(name);
    const struct media_op *op = media && driver && driver->op ? driver->op(media, kind) : NULL;
    const json_t *inputs = json_object_get(whole, "inputs"),
                 *outputs = json_object_get(whole, "outputs");
    atomic_bool cancelled = false;
    struct arena *a;
    bool ok;

    if (!media)
        return false;
    if (!op)
        return err_set(err, ERR_FINAL, "there is no way to make \"%s\" with the driver \"%s\"",
                       kind, name);
    a = arena_new();
    ok = op->run(&(struct media_job){.params = json_object_get(whole, "params"),
                                     .inputs = read_inputs(a, inputs),
                                     .n_inputs = json_array_size(inputs),
                                     .outputs = read_outputs(a, outputs),
                                     .n_outputs = json_array_size(outputs),
                                     .cancelled = &cancelled,
                                     .project = json_get_text(whole, "project", "."),
                                     .progress = progress,
                                     .note = note,
                                     .fact = fact,
                                     .user = &out_fd},
                 err);
    arena_free(a);
    return ok;
}

int exec_run(struct str job, const char *module_dir, int out_fd)
{
    struct err err = {0};
    json_t *whole = json_read_loose(job, &err);
    bool ok = whole && run(whole, module_dir, out_fd, &err);

    if (ok)
        say(out_fd, json_pack("{s:b}", "done", 1));
    else
        say(out_fd, json_pack("{s:{s:i, s:s}}", "error", "kind", (int)err.kind, "text", err.text));
    json_decref(whole);
    return ok ? 0 : err_exit_code(err.kind);
}
