// SPDX-License-Identifier: MIT
#include "base/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/process.h"

enum { LOOK_MS = 5, ASK_LOOKS = 40, MOST_LOOKS = 100 };

const char *const *guard_against_sleep(void)
{
#ifdef __APPLE__
    static const char *const argv[] = {"caffeinate", "-i", "cat", NULL};
#else
    static const char *const argv[] = {
        "systemd-inhibit", "--what=idle", "--who=c41", "--why=a film is being built", "cat", NULL};
#endif
    return argv;
}

bool guard_start(struct guard *g, const char *const *argv, struct err *err)
{
    int ends[2] = {-1, -1}, nothing = open("/dev/null", O_WRONLY | O_CLOEXEC), code = 0;
    bool ok = nothing >= 0 && process_pipe(ends, err);

    if (ok && (code = process_spawn(&g->pid, argv, (int[]){ends[0], nothing, nothing})) != 0) {
        errno = code;
        ok = err_errno(err, "starting %s", argv[0]);
        close(ends[1]);
        g->pid = 0;
    }
    if (ends[0] >= 0)
        close(ends[0]);
    if (nothing >= 0)
        close(nothing);
    g->pipe = ok ? ends[1] : -1;
    return ok;
}

// Its input ends.
static void let_end(struct guard *g)
{
    if (g->pipe >= 0)
        close(g->pipe);
    g->pipe = -1;
}

bool guard_has_ended(struct guard *g, int *code)
{
    int status = 0;

    if (!g->pid || waitpid(g->pid, &status, WNOHANG) != g->pid)
        return false;
    let_end(g);
    g->pid = 0;
    *code = process_code(status);
    return true;
}

void guard_stop(struct guard *g)
{
    struct timespec look = {0, LOOK_MS * 1000000L};
    int code;

    if (!g->pid)
        return;
    let_end(g);
    for (int i = 0; i < MOST_LOOKS && !guard_has_ended(g, &code); i++) {
        if (i == ASK_LOOKS)
            kill(-g->pid, SIGTERM);
        nanosleep(&look, NULL);
    }
    if (!g->pid)
        return;
    kill(-g->pid, SIGKILL);
    waitpid(g->pid, &code, 0);
    g->pid = 0;
}
