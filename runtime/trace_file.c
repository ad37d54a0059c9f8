// SPDX-License-Identifier: MIT
#include "runtime/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/json.h"

bool trace_file_open(struct trace_file *f, const char *path, struct err *err)
{
    *f = (struct trace_file){.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    return f->fd >= 0 || err_errno(err, "opening %s", path);
}

static void fail(struct trace_file *f)
{
    f->failed = true;
    err_errno(&f->err, "writing the trace");
}

bool trace_file_close(struct trace_file *f, struct err *err)
{
    buf_puts(&f->text, f->begun ? "\n]\n" : "[]\n");
    trace_file_flush(f);
    if (close(f->fd) != 0 && !f->failed)
        fail(f);
    buf_release(&f->text);
    if (f->failed)
        *err = f->err;
    return !f->failed;
}

// A comma stands before each event but the first: what is there is whole at every instant.
static void add(struct trace_file *f, json_t *event)
{
    buf_puts(&f->text, f->begun ? ",\n" : "[\n");
    f->begun = true;
    json_canonical(event, &f->text);
    json_decref(event);
}

static json_t *event_of(const char *phase, const char *name, struct trace_row at, int64_t at_us)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:I}", "ph", phase, "name", name, "pid", (int)at.group,
                     "tid", (int)at.row, "ts", (json_int_t)at_us);
}

static void add_about(struct trace_file *f, struct trace_row at, const char *what, json_t *args)
{
    json_t *event = event_of("M", what, at, 0);

    json_object_set_new(event, "args", args);
    add(f, event);
}

void trace_file_name(struct trace_file *f, struct trace_row at, const char *name)
{
    unsigned place = at.row ? at.row : at.group;

    add_about(f, at, at.row ? "thread_name" : "process_name", json_pack("{s:s}", "name", name));
    add_about(f, at, at.row ? "thread_sort_index" : "process_sort_index",
              json_pack("{s:i}", "sort_index", (int)place));
}

void trace_file_slice(struct trace_file *f, struct trace_slice slice)
{
    json_t *event = event_of("X", slice.name, slice.at, slice.from_us);

    json_object_set_new(event, "dur", json_integer(slice.to_us - slice.from_us));
    json_object_set_new(event, "cat", json_string(slice.category));
    if (slice.colour)
        json_object_set_new(event, "cname", json_string(slice.colour));
    if (slice.args)
        json_object_set_new(event, "args", slice.args);
    add(f, event);
}

void trace_file_mark(struct trace_file *f, struct trace_row at, const char *name, int64_t at_us)
{
    json_t *event = event_of("i", name, at, at_us);

    json_object_set_new(event, "s", json_string("p"));
    add(f, event);
}

void trace_file_count(struct trace_file *f, unsigned group, const char *name, int64_t at_us,
                      json_t *values)
{
    json_t *event = event_of("C", name, (struct trace_row){group, 0}, at_us);

    json_object_set_new(event, "args", values);
    add(f, event);
}

void trace_file_flush(struct trace_file *f)
{
    const char *at = buf_text(&f->text);
    size_t left = f->failed ? 0 : f->text.len;

    while (left) {
        ssize_t n = write(f->fd, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail(f);
            break;
        }
        at += n;
        left -= (size_t)n;
    }
    buf_clear(&f->text);
}
