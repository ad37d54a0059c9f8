// SPDX-License-Identifier: MIT
#include "runtime/media/findings.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char *const severities[] = {"warning", "error"};

void findings_release(struct findings *f)
{
    for (size_t i = 0; i < f->list.n; i++)
        mem_free(f->list.at[i].text);
    vec_release(&f->list);
}

// The last finding of a check that has all the places it gets, else NULL.
static struct finding *find_full(const struct findings *f, const char *check)
{
    struct finding *last = NULL;
    size_t n = 0;

    for (size_t i = 0; i < f->list.n; i++)
        if (strcmp(f->list.at[i].check, check) == 0) {
            last = &f->list.at[i];
            n++;
        }
    return n < FINDINGS_OF_A_CHECK ? NULL : last;
}

__attribute__((format(printf, 3, 0))) static void add(struct findings *f, struct finding finding,
                                                      const char *format, va_list args)
{
    struct finding *full = find_full(f, finding.check);
    struct buf text = {0};

    if (full) {
        full->more++;
        return;
    }
    buf_vprintf(&text, format, args);
    finding.text = buf_take(&text);
    vec_push(&f->list, finding);
}

void findings_add(struct findings *f, const char *check, enum severity severity, const char *format,
                  ...)
{
    va_list args;

    va_start(args, format);
    add(f, (struct finding){.check = check, .severity = severity}, format, args);
    va_end(args);
}

void findings_add_at(struct findings *f, const char *check, enum severity severity, double start,
                     double end, const char *format, ...)
{
    struct finding finding = {check, severity, .placed = true, .start = start, .end = end};
    va_list args;

    va_start(args, format);
    add(f, finding, format, args);
    va_end(args);
}

static int by_time(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->placed != y->placed)
        return x->placed ? 1 : -1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return strcmp(x->check, y->check);
}

static json_t *finding_json(const struct finding *finding)
{
    json_t *one = json_pack("{s:s, s:s, s:s}", "check", finding->check, "severity",
                            severities[finding->severity], "text", finding->text);

    if (finding->placed) {
        json_object_set_new(one, "start", json_real(finding->start));
        json_object_set_new(one, "end", json_real(finding->end));
    }
    if (finding->more)
        json_object_set_new(one, "more", json_integer(finding->more));
    return one;
}

json_t *findings_json(struct findings *f)
{
    json_t *list = json_array();

    if (f->list.n)
        qsort(f->list.at, f->list.n, sizeof(*f->list.at), by_time);
    for (size_t i = 0; i < f->list.n; i++)
        json_array_append_new(list, finding_json(&f->list.at[i]));
    return list;
}
