// SPDX-License-Identifier: MIT
// c41 status: what the builder of a project is at, or how it ended.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/builder.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/table.h"
#include "runtime/period.h"
#include "runtime/rest.h"

enum { STILL_AT_WORK = 75, KILLED = 137 };

static const char *text_of(const struct builder *b, const char *key)
{
    return json_get_text(b->status, key, "");
}

static long long count_of(const struct builder *b, const char *key)
{
    return (long long)json_get_integer(b->status, key, 0);
}

static void add_clock(const struct builder *b, const char *key, struct buf *out)
{
    struct clock *clock = clock_system();

    planned_print_clock(clock->wall_ms(clock), count_of(b, key), out);
}

static void add_period(double seconds, struct buf *out)
{
    char text[32];

    buf_puts(out, period_short(seconds, text, sizeof(text)));
}

// "12/40 steps, 1 failed; about 1:10:00 left, until 03:40"
static void add_counts(const struct builder *b, struct buf *out)
{
    buf_printf(out, "%lld/%lld steps", count_of(b, "done"), count_of(b, "to_run"));
    if (count_of(b, "failed"))
        buf_printf(out, ", %lld failed", count_of(b, "failed"));
    if ((b->state != BUILDER_RUNNING && b->state != BUILDER_STOPPING) ||
        !json_object_get(b->status, "done_ms"))
        return;
    buf_puts(out, "; about ");
    add_period(json_get_number(b->status, "seconds_left", 0), out);
    buf_puts(out, " left, until ");
    add_clock(b, "done_ms", out);
}

static void add_step(const json_t *step, struct table *t)
{
    struct clock *clock = clock_system();
    double total = json_get_number(step, "total", 0), left;
    struct buf cell = {0};

    table_add(t, "%s", json_get_text(step, "machine", ""));
    table_add(t, "%s", json_get_text(step, "service", ""));
    table_add(t, "%s", json_get_text(step, "id", ""));
    table_add(t, "%s", json_get_text(step, "preset", ""));
    if (total > 0)
        buf_printf(&cell, "%.0f %%", 100 * json_get_number(step, "done", 0) / total);
    table_add(t, "%s", buf_text(&cell));
    buf_clear(&cell);
    add_period((double)(clock->wall_ms(clock) - json_get_integer(step, "began_ms", 0)) / 1000,
               &cell);
    table_add(t, "%s", buf_text(&cell));
    buf_clear(&cell);
    left = json_get_number(step, "seconds_left", 0);
    if (left >= 1) {
        add_period(left, &cell);
        buf_puts(&cell, " left");
    }
    table_add(t, "%s", buf_text(&cell));
    table_add(t, "%s", json_get_text(step, "doing", ""));
    buf_release(&cell);
}

static void add_running(const struct builder *b, struct buf *out)
{
    struct table steps = {.columns = 8}, services = {.columns = 3};
    json_t *row;
    size_t i;

    json_array_foreach(json_object_get(b->status, "running"), i, row)
        add_step(row, &steps);
    table_print(&steps, 2, out);
    table_release(&steps);
    json_array_foreach(json_object_get(b->status, "services"), i, row) {
        table_add(&services, "%s", json_get_text(row, "machine", ""));
        table_add(&services, "%s", json_get_text(row, "service", ""));
        table_add(&services, "%s", json_get_text(row, "state", ""));
    }
    table_print(&services, 2, out);
    table_release(&services);
}

static void add_failures(const struct builder *b, struct buf *out)
{
    struct table t = {.columns = 2};
    json_t *failure;
    size_t i;

    json_array_foreach(json_object_get(b->status, "failures"), i, failure) {
        table_add(&t, "%s", json_get_text(failure, "id", ""));
        table_add(&t, "%s", json_get_text(failure, "error", ""));
    }
    table_print(&t, 2, out);
    table_release(&t);
}

static void add_log(const struct builder *b, struct buf *out)
{
    struct arena *a = arena_new();

    if (text_of(b, "log")[0])
        buf_printf(out, "  what it says is in %s\n", path_join(a, b->project, text_of(b, "log")));
    arena_free(a);
}

static void add_deliverables(const struct builder *b, const char *before, struct buf *out)
{
    struct arena *a = arena_new();
    json_t *row;
    size_t i;

    json_array_foreach(json_object_get(b->status, "deliverables"), i, row) {
        buf_puts(out, before);
        buf_puts(out, path_join(a, b->project, json_get_text(row, "path", "")));
    }
    arena_free(a);
}

// "built at 03:12 in 5:12:00: 40 steps made, 12 at hand"
static void add_end(const struct builder *b, struct buf *out)
{
    buf_printf(out, "%s at ", text_of(b, "status"));
    add_clock(b, "ended_ms", out);
    if (json_object_get(b->status, "seconds")) {
        buf_puts(out, " in ");
        add_period(json_get_number(b->status, "seconds", 0), out);
        buf_printf(out, ": %lld steps made, %lld at hand", count_of(b, "ran"),
                   count_of(b, "cached"));
    }
    if (count_of(b, "failed"))
        buf_printf(out, ", %lld failed", count_of(b, "failed"));
    if (count_of(b, "exit_code"))
        buf_printf(out, " (exit code %lld)", count_of(b, "exit_code"));
}

// What is said of it in one line, whatever it is at.
static void add_line(const struct builder *b, struct buf *out)
{
    static const char *const at[] = {[BUILDER_STARTING] = "starting",
                                     [BUILDER_RUNNING] = "building",
                                     [BUILDER_WAITING] = "waiting: ",
                                     [BUILDER_STOPPING] = "stopping"};

    if (b->state == BUILDER_NONE) {
        buf_puts(out, "nothing was built here yet");
        return;
    }
    if (b->state == BUILDER_BUSY) {
        buf_puts(out, b->holder.who);
        return;
    }
    buf_printf(out, "%s: ", text_of(b, "film"));
    if (b->state == BUILDER_ENDED) {
        add_end(b, out);
    } else if (b->state == BUILDER_KILLED) {
        buf_puts(out, "ended without a word (killed); ");
        add_counts(b, out);
    } else {
        buf_printf(out, "%s%s; ", at[b->state],
                   b->state == BUILDER_WAITING ? text_of(b, "waits") : "");
        add_counts(b, out);
    }
}

static void print_brief(const struct builder *b, struct buf *out)
{
    json_t *step;
    size_t i;

    add_line(b, out);
    if (b->state == BUILDER_ENDED)
        add_deliverables(b, " ", out);
    else if (b->lives)
        json_array_foreach(json_object_get(b->status, "running"), i, step)
            buf_printf(out, "%s%s on %s", i ? ", " : "; ", json_get_text(step, "id", ""),
                       json_get_text(step, "machine", ""));
    buf_char(out, '\n');
}

static void print_text(const struct builder *b, struct buf *out)
{
    add_line(b, out);
    if (b->lives && b->state != BUILDER_BUSY) {
        buf_printf(out, "\n  process %lld on %s, since ", count_of(b, "pid"), text_of(b, "host"));
        add_clock(b, "began_ms", out);
    }
    if (b->state == BUILDER_ENDED)
        add_deliverables(b, "\n  ", out);
    buf_char(out, '\n');
    if (b->lives && b->state != BUILDER_ENDED && b->state != BUILDER_BUSY)
        add_running(b, out);
    add_failures(b, out);
    add_log(b, out);
}

static void print_json(const struct builder *b, struct buf *out)
{
    json_t *whole = b->status && b->state != BUILDER_BUSY ? json_copy(b->status) : json_object();

    json_object_set_new(whole, "state", json_string(builder_word(b->state)));
    if (b->state == BUILDER_BUSY)
        json_object_set_new(whole, "who", json_string(b->holder.who));
    json_pretty(whole, out);
    json_decref(whole);
}

// Of one that was waited for: as if it had been built here.
static int code_of(const struct builder *b)
{
    if (b->lives)
        return STILL_AT_WORK;
    return b->state == BUILDER_KILLED ? KILLED : (int)count_of(b, "exit_code");
}

static int run(const struct cli *cli, const struct args *args)
{
    const char *project;
    struct builder b;
    struct buf out = {0};
    struct err err;
    long seconds;
    int code, said;

    if (!args_number(args, "wait", 0, 0, &seconds, &err))
        return say_error(cli, &err);
    if (!builder_locate(cli, args, &project, &code))
        return code;
    builder_look(&b, project);
    builder_wait(&b, (double)seconds);
    if (args_has(args, "json"))
        print_json(&b, &out);
    else
        (args_has(args, "brief") ? print_brief : print_text)(&b, &out);
    said = say_out(&out);
    code = args_has(args, "wait") ? code_of(&b) : EXIT_BUILT;
    buf_release(&out);
    builder_release(&b);
    return said ? said : code;
}

static const struct option options[] = {
    {"wait", 0, "SECONDS", "return when the build has ended, or after so long"},
    {"brief", 0, NULL, "in one line"},
    {"json", 0, NULL, "as JSON"},
    {0},
};

const struct command command_status = {
    .name = "status",
    .usage = "[FILM|DIR]",
    .about = "what the build of a project is at, or how the last one ended",
    .more =
        "Steps that run, with their machine, how far they are and how long they take; how many\n"
        "are done; when all should be; what it waits for. Of a build that has ended: how, and\n"
        "what it has made.\n"
        "With --wait the exit code is the build's own; 75 when it is still at work, 137 when it\n"
        "was killed.\n",
    .examples = "  c41 status film.yaml\n"
                "  c41 status --brief\n"
                "  c41 status film.yaml --wait 3600\n",
    .options = options,
    .run = run,
};
