// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/buf.h"
#include "runtime/why.h"

enum { MOST_CHANGES = 3, VALUE_COLUMNS = 48, MOST_DEPTH = 40 };

static const struct place *root_of(const struct why *why, unsigned depth);

static const struct place *root_of_change(const struct why_change *c, unsigned depth)
{
    if (c->exact)
        return c->at[0];
    return c->because ? root_of(c->because, depth + 1) : NULL;
}

// Words first: what an input brings has its own story.
static const struct place *root_of(const struct why *why, unsigned depth)
{
    const struct place *found = NULL;

    for (size_t i = 0; i < why->n_changes && !found && depth < MOST_DEPTH; i++)
        found = root_of_change(&why->changes[i], depth);
    for (size_t i = 0; i < why->n_waits && !found && depth < MOST_DEPTH; i++)
        found = root_of(why->waits[i], depth + 1);
    return found;
}

const struct place *why_root(const struct why *why)
{
    return root_of(why, 0);
}

// "take 2" of "…/image/take-2"; NULL for other steps.
static const char *take_of(const char *step)
{
    const char *base = step ? strrchr(step, '/') : NULL;

    return base && strncmp(base, "/take-", 6) == 0 ? base + 6 : NULL;
}

static void print_artifacts(const struct why_change *c, struct buf *out)
{
    const char *before = take_of(c->before_step), *now = take_of(c->now_step);

    if (before && now && strcmp(c->before_step, c->now_step) != 0)
        buf_printf(out, ": take %s -> take %s", before, now);
    else if (c->before_step && c->now_step && strcmp(c->before_step, c->now_step) != 0)
        buf_printf(out, ": %s -> %s", c->before_step, c->now_step);
    else if (c->file)
        buf_printf(out, " changed: the file %s", c->file);
    else
        buf_puts(out, " changed");
}

static void print_input(const struct why_change *c, struct buf *out)
{
    const char *step = c->from ? c->from->id : c->before_step;

    if (!c->what.before && !c->what.now) {
        buf_puts(out, "its inputs are in another order");
        return;
    }
    buf_printf(out, "input %s", c->what.field);
    if (c->what.before && c->what.now) {
        print_artifacts(c, out);
        return;
    }
    buf_puts(out, c->what.now ? " is new" : " is gone");
    if (step || c->file)
        buf_printf(out, ": %s", step ? step : c->file);
}

static void print_making(const struct why_change *c, struct buf *out)
{
    buf_puts(out,
             strcmp(c->what.field, "version") == 0 ? "c41 makes this kind in a new way: " : "");
    buf_printf(out, "%s ", c->what.field);
    difference_print_values(&c->what, VALUE_COLUMNS, out);
}

void why_print_change(const struct why_change *c, struct buf *out)
{
    const struct place *root =
        c->because || c->what.of == DIFFERENCE_INPUT ? root_of_change(c, 0) : NULL;

    if (c->what.of == DIFFERENCE_INPUT) {
        print_input(c, out);
    } else if (c->what.of == DIFFERENCE_MAKING) {
        print_making(c, out);
    } else {
        buf_printf(out, "%s: ", c->what.field);
        difference_print_values(&c->what, VALUE_COLUMNS, out);
    }
    if (root)
        buf_printf(out, ", because %s:%u changed", root->file, root->line);
}

static void print_waits(const struct why *why, struct buf *out)
{
    if (why->n_waits)
        buf_printf(out, "waits for %s", why->waits[0]->step->id);
    if (why->n_waits > 1)
        buf_printf(out, " and %zu more", why->n_waits - 1);
}

static void print_changes(const struct why *why, struct buf *out)
{
    if (!why->n_changes)
        buf_puts(out, "changed");
    for (size_t i = 0; i < why->n_changes && i < MOST_CHANGES; i++) {
        if (i)
            buf_puts(out, "; ");
        why_print_change(&why->changes[i], out);
    }
    if (why->n_changes > MOST_CHANGES)
        buf_printf(out, "; and %zu more", why->n_changes - MOST_CHANGES);
}

// Own words run it in any case; those it waits for come behind.
static void print_waiting(const struct why *why, struct buf *out)
{
    if (why->n_changes) {
        print_changes(why, out);
        buf_puts(out, "; ");
    }
    print_waits(why, out);
}

void why_print_line(const struct why *why, struct buf *out)
{
    if (why->reason == WHY_NEVER)
        buf_puts(out, "never made");
    else if (why->reason == WHY_GONE)
        buf_puts(out, "its files are gone");
    else if (why->reason == WHY_FAULT)
        buf_puts(out, why->fault);
    else if (why->reason == WHY_WAITS)
        print_waiting(why, out);
    else if (why->reason == WHY_CHANGED)
        print_changes(why, out);
}
