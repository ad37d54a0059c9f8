// SPDX-License-Identifier: MIT
// c41 pause: gives a person their machines back for a while.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/machines.h"
#include "cli/say.h"
#include "runtime/pauses.h"
#include "runtime/rest.h"

enum { MOST_FOR_S = 366 * 24 * 3600 };

static const struct {
    const char *name;
    int64_t seconds;
} units[] = {{"d", 24 * 3600}, {"h", 3600}, {"m", 60}, {"min", 60}, {"s", 1}};

// Cuts a number with its unit off *text and adds it to *seconds.
static bool take_part(const char **text, int64_t *seconds)
{
    char *at;
    long n = strtol(*text, &at, 10);
    size_t len;

    at += strspn(at, " ");
    len = strspn(at, "abcdefghijklmnopqrstuvwxyz");
    if (n < 0 || n > MOST_FOR_S)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strlen(units[i].name) == len && strncmp(units[i].name, at, len) == 0) {
            *seconds += n * units[i].seconds;
            *text = at + len;
            return *seconds <= MOST_FOR_S;
        }
    return false;
}

// "2h", "90min", "1h30m".
static bool read_for(const char *text, int64_t now_ms, int64_t *until_ms, struct err *err)
{
    const char *at = text;
    int64_t seconds = 0;
    bool ok = true;

    while (ok && *at)
        ok = take_part(&at, &seconds);
    if (!ok || seconds <= 0)
        return err_set(err, ERR_USAGE, "--for \"%s\": expected a time such as 2h or 1h30m", text);
    *until_ms = now_ms + seconds * 1000;
    return true;
}

// "08:00", the next that comes.
static bool read_until(const char *text, int64_t now_ms, int64_t *until_ms, struct err *err)
{
    time_t now = (time_t)(now_ms / 1000), then;
    struct tm tm;
    unsigned hour = 99, minute = 99;
    char *end;

    if (strlen(text) == 5 && text[2] == ':' && strspn(text, "0123456789") == 2) {
        hour = (unsigned)strtoul(text, &end, 10);
        minute = (unsigned)strtoul(text + 3, &end, 10);
        minute = *end ? 99 : minute;
    }
    if (hour > 23 || minute > 59 || !localtime_r(&now, &tm))
        return err_set(err, ERR_USAGE, "--until \"%s\": expected a time of day such as 08:00",
                       text);
    tm.tm_hour = (int)hour;
    tm.tm_min = (int)minute;
    tm.tm_sec = 0;
    tm.tm_isdst = -1;
    then = mktime(&tm);
    if (then <= now) {
        tm.tm_mday++;
        tm.tm_isdst = -1;
        then = mktime(&tm);
    }
    *until_ms = (int64_t)then * 1000;
    return true;
}

static bool read_end(const struct args *args, int64_t now_ms, int64_t *until_ms, struct err *err)
{
    const char *period = args_get(args, "for", NULL), *until = args_get(args, "until", NULL);

    *until_ms = 0;
    if (period && until)
        return err_set(err, ERR_USAGE, "give --for or --until, not both");
    if (period)
        return read_for(period, now_ms, until_ms, err);
    return !until || read_until(until, now_ms, until_ms, err);
}

static int say(const struct args *args, int64_t until_ms, int64_t now_ms)
{
    struct rest rest = {.reason = REST_PAUSED};
    struct buf out = {0};
    char sentence[200];
    int code;

    if (until_ms)
        rest_clock(until_ms, now_ms, rest.until, sizeof(rest.until));
    for (size_t i = 0; i < args->n_words; i++)
        buf_printf(&out, "%s\n", rest_sentence(&rest, args->words[i], sentence, sizeof(sentence)));
    if (!args->n_words)
        buf_printf(&out, "%s\n", rest_sentence(&rest, "every machine", sentence, sizeof(sentence)));
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct clock *clock = clock_system();
    int64_t now_ms = clock->wall_ms(clock);
    struct pause pause = {.on = true};
    struct pauses pauses;
    struct err err = {0};
    bool ok;
    int code;

    if (!read_end(args, now_ms, &pause.until_ms, &err))
        return say_error(cli, &err);
    if (!machines_check(cli, args, &code))
        return code;
    pauses_init(&pauses, cli->state_dir);
    pauses_look(&pauses);
    ok = pauses_put(&pauses, args->words, args->n_words, pause, &err);
    pauses_release(&pauses);
    return ok ? say(args, pause.until_ms, now_ms) : say_error(cli, &err);
}

static const struct option options[] = {
    {"until", 0, "HH:MM", "until this time of day, when it goes on by itself"},
    {"for", 0, "TIME", "for so long: 2h, 90min, 1h30m"},
    OPTION_STUDIO,
    {0},
};

const struct command command_pause = {
    .name = "pause",
    .usage = "[MACHINE…]",
    .about = "take machines back: what runs there ends, nothing new is sent",
    .more =
        "Every build of yours heeds it within a second, whichever project it is of: what runs\n"
        "there may end, nothing new is sent, and the models that it has loaded are unloaded.\n"
        "Steps that another machine can make go there; builds that have nothing else to do wait.\n"
        "Without a name all machines are paused, and so is this one, which is called \"here\".\n"
        "`c41 resume` ends it.\n",
    .examples = "  c41 pause gpu\n"
                "  c41 pause gpu --until 08:00\n"
                "  c41 pause --for 2h\n",
    .options = options,
    .run = run,
};
