// SPDX-License-Identifier: MIT
#include "cli/builder.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/say.h"
#include "compiler/film.h"
#include "runtime/status.h"

enum { LOOK_MS = 100, MOST_UP = 32, MOST_LOOKS = 3 };

static const char *const words[] = {
    [BUILDER_NONE] = "none",       [BUILDER_BUSY] = "busy",       [BUILDER_STARTING] = "starting",
    [BUILDER_RUNNING] = "running", [BUILDER_WAITING] = "waiting", [BUILDER_STOPPING] = "stopping",
    [BUILDER_ENDED] = "ended",     [BUILDER_KILLED] = "killed",
};

const char *builder_word(enum builder_state state)
{
    return words[state];
}

// The nearest folder upwards in which something was built, else dir itself.
static const char *project_of(struct arena *a, const char *dir)
{
    const char *at = dir;

    for (int i = 0; i < MOST_UP; i++) {
        if (file_exists(path_join(a, at, ".c41")))
            return at;
        at = path_join(a, at, "..");
    }
    return dir;
}

bool builder_locate(const struct cli *cli, const struct args *args, const char **project, int *code)
{
    const char *word = args->n_words ? args->words[0] : "./";
    struct film_path at;
    struct err err;
    struct stat st;

    if (args->n_words > 1) {
        *code = say_usage(cli, NULL, "\"%s\" is one word too many", args->words[1]);
        return false;
    }
    if (stat(word, &st) == 0 && S_ISDIR(st.st_mode)) {
        *project = project_of(cli->arena, word);
        return true;
    }
    if (film_locate(&at, word, cli->arena, &err)) {
        *project = at.project;
        return true;
    }
    *code = say_error(cli, &err);
    return false;
}

// Whether the status is that of who works on the project.
static bool is_theirs(const struct builder *b)
{
    char host[128] = "";

    gethostname(host, sizeof(host) - 1);
    return strcmp(json_get_text(b->status, "host", ""), host) != 0 ||
           json_get_integer(b->status, "pid", 0) == b->holder.pid;
}

static enum builder_state judge(const struct builder *b)
{
    const char *state = json_get_text(b->status, "state", "");

    if (b->lives && (!b->status || !is_theirs(b)))
        return BUILDER_BUSY;
    if (!b->status)
        return BUILDER_NONE;
    if (strcmp(state, "ended") == 0)
        return BUILDER_ENDED;
    if (!b->lives)
        return BUILDER_KILLED;
    for (int i = BUILDER_STARTING; i < BUILDER_ENDED; i++)
        if (strcmp(state, words[i]) == 0)
            return (enum builder_state)i;
    return BUILDER_RUNNING;
}

// Who seems dead may have begun between the two looks.
void builder_look(struct builder *b, const char *project)
{
    *b = (struct builder){.project = project};
    for (int i = 0; i < MOST_LOOKS; i++) {
        b->lives = lock_find(project, &b->holder);
        json_decref(b->status);
        b->status = status_read(project);
        b->state = judge(b);
        if (b->state != BUILDER_KILLED)
            return;
    }
}

void builder_release(struct builder *b)
{
    json_decref(b->status);
    b->status = NULL;
}

void builder_wait(struct builder *b, double seconds)
{
    struct timespec while_ms = {0, LOOK_MS * 1000000L};
    struct clock *clock = clock_system();
    int64_t until_ms = clock->now_ms(clock) + (int64_t)(seconds * 1000);

    while (b->lives && (seconds < 0 || clock->now_ms(clock) < until_ms)) {
        nanosleep(&while_ms, NULL);
        builder_release(b);
        builder_look(b, b->project);
    }
}
