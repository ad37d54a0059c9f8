// SPDX-License-Identifier: MIT
#ifdef __linux__
#define _GNU_SOURCE // pipe2
#endif
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

extern char **environ;

// From the first instant: a program that another thread starts meanwhile would else keep the pipe
// open.
bool process_pipe(int ends[2], struct err *err)
{
#ifdef __linux__
    int code = pipe2(ends, O_CLOEXEC);
#else
    int code = pipe(ends);

    if (code == 0) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    }
#endif
    if (code == 0)
        return true;
    ends[0] = ends[1] = -1;
    return err_errno(err, "opening a pipe");
}

static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, defaults;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); // if we die, its next word ends it
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETPGROUP);
}

int process_spawn(pid_t *pid, const char *const *argv, const int fds[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    union {
        const char *const *ours;
        char *const *theirs;
    } args = {argv}; // posix_spawnp changes nothing
    int code;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fds[2], STDERR_FILENO);
    set_attributes(&attributes);
    code = posix_spawnp(pid, argv[0], &actions, &attributes, args.theirs, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void close_end(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool process_start(struct process *p, const char *const *argv, const char *input, struct err *err)
{
    const char *path = input ? input : "/dev/null";
    int in = open(path, O_RDONLY | O_CLOEXEC), out[2] = {-1, -1}, errors[2] = {-1, -1}, code;
    bool ok = (in >= 0 || err_errno(err, "starting %s with %s", argv[0], path)) &&
              process_pipe(out, err) && process_pipe(errors, err);

    if (ok && (code = process_spawn(&p->pid, argv, (int[]){in, out[1], errors[1]})) != 0) {
        errno = code;
        ok = err_errno(err, "starting %s", argv[0]);
    }
    close_end(in);
    close_end(out[1]);
    close_end(errors[1]);
    if (!ok) {
        close_end(out[0]);
        close_end(errors[0]);
    }
    p->out = out[0];
    p->err = errors[0];
    return ok;
}

void process_signal(const struct process *p, bool kill_it)
{
    kill(-p->pid, kill_it ? SIGKILL : SIGTERM);
}

int process_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int process_wait(struct process *p)
{
    int status = 0;
    pid_t got;

    do
        got = waitpid(p->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    close(p->out);
    close(p->err);
    return got < 0 ? 128 : process_code(status);
}
