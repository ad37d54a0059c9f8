// SPDX-License-Identifier: MIT
#include "cli/planned.h"

#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/few_parts.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "runtime/build.h"
#include "runtime/plan.h"

static bool open_film(struct planned *p, const struct cli *cli, const struct args *args,
                      size_t most_words)
{
    size_t n;
    const char **words = compiled_films(cli, args, &n);

    if (n && n <= most_words && few_parts_open(&p->film, cli, args, words[0], p->meant))
        return true;
    return compiled_open_first(&p->film, cli, args, most_words);
}

bool planned_open(struct planned *p, const struct cli *cli, const struct args *args,
                  size_t most_words, const struct selection *only, const char *to)
{
    struct build_options o = {
        .only = only ? *only : (struct selection){0},
        .to = to,
        .draft_asked = args_has(args, "draft"),
        .module_dir = cli->module_dir,
        .state_dir = cli->state_dir,
        .events_fd = -1,
        .display = {.fd = -1},
    };
    struct err err = {0};

    p->plan = NULL;
    if (!open_film(p, cli, args, most_words))
        return false;
    p->plan = plan_new(p->film.graph, compile_studio(p->film.compile), &o, &err);
    if (!p->plan)
        p->film.code = say_error(cli, &err);
    return p->plan != NULL;
}

void planned_close(struct planned *p)
{
    plan_free(p->plan);
    p->plan = NULL;
    compiled_close(&p->film);
}

void planned_print_time(int64_t ms, struct buf *out)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];

    if (localtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
        buf_puts(out, text);
}

void planned_print_clock(int64_t now_ms, int64_t ms, struct buf *out)
{
    time_t now = (time_t)(now_ms / 1000), then = (time_t)(ms / 1000);
    struct tm today, day;
    char text[32];

    if (!localtime_r(&now, &today) || !localtime_r(&then, &day))
        return;
    if (strftime(text, sizeof(text),
                 today.tm_yday == day.tm_yday && today.tm_year == day.tm_year ? "%H:%M"
                                                                              : "%a %H:%M",
                 &day))
        buf_puts(out, text);
}

void planned_print_seconds(double seconds, struct buf *out)
{
    long whole = (long)(seconds + 0.5);

    if (seconds <= 0)
        return;
    if (seconds < 9.95)
        buf_printf(out, "%.1f s", seconds < 0.05 ? 0.1 : seconds);
    else if (whole < 60)
        buf_printf(out, "%ld s", whole);
    else if (whole < 3600)
        buf_printf(out, "%ld min %02ld s", whole / 60, whole % 60);
    else
        buf_printf(out, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
}
