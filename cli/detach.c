// SPDX-License-Identifier: MIT
#include "cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/jobs.h"
#include "cli/say.h"
#include "compiler/film.h"
#include "runtime/lock.h"
#include "runtime/status.h"

struct detaching {
    const struct cli *cli;
    struct job *jobs;
    size_t n;
    const struct build_options *options;
    struct lock *locks; // one for each job; of a project that several share, the first's
    const char *log;    // from the first project's folder
};

// Whether an earlier job is of the same project.
static bool is_repeated(const struct detaching *d, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(d->jobs[k].seen.project, d->jobs[i].seen.project) == 0)
            return true;
    return false;
}

static bool is_free(const struct detaching *d, struct err *err)
{
    struct lock_holder holder;

    for (size_t i = 0; i < d->n; i++)
        if (lock_find(d->jobs[i].seen.project, &holder))
            return err_set(err, ERR_TRANSIENT,
                           "%s: look at it with `c41 status`, end it with `c41 cancel`",
                           holder.who);
    return true;
}

// As the build names it.
static const char *name_of(const struct detaching *d, size_t i)
{
    struct film_path at;
    struct err err;

    return film_locate(&at, d->jobs[i].film, d->cli->arena, &err) ? at.name : d->jobs[i].film;
}

static int open_log(const struct detaching *d, struct err *err)
{
    const char *path = path_join(d->cli->arena, d->jobs[0].seen.project, d->log);
    int fd = -1;

    if (file_make_dirs(path_dir(d->cli->arena, path), err)) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0)
            err_errno(err, "opening %s", path);
    }
    return fd;
}

// In the child: it has no terminal any more, and nobody who waits for it.
static bool leave(int log, struct err *err)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (setsid() < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
        return err_errno(err, "leaving the terminal");
    close(nothing);
    return true;
}

// Whoever asks from now on finds it at work.
static bool stay(const struct detaching *d, struct err *err)
{
    for (size_t i = 0; i < d->n; i++) {
        const char *project = d->jobs[i].seen.project, *name = name_of(d, i);
        const char *doing = arena_printf(d->cli->arena, "builds %s", name);

        d->locks[i].fd = -1;
        if (!is_repeated(d, i) &&
            (!lock_stay(&d->locks[i], project, doing, err) ||
             !status_start(project, name, i ? "" : d->log, clock_system(), err)))
            return false;
    }
    return true;
}

static void tell_end(const struct detaching *d, int code)
{
    struct err err;

    for (size_t i = 0; i < d->n; i++)
        if (!is_repeated(d, i))
            status_finish(d->jobs[i].seen.project, code, clock_system(), &err);
}

// The builder's whole life. Says over pipe that it has begun, or why it has not.
static int work(const struct detaching *d, int log, int pipe,
                int (*build_all)(struct job *jobs, size_t n, const struct build_options *o))
{
    struct build_options own = *d->options;
    struct err err = {0};
    bool ok = stay(d, &err) && leave(log, &err);
    int code;

    if (write(pipe, &err, sizeof(err)) < 0 || !ok)
        return EXIT_BUG; // who has started us is gone, or says why
    close(pipe);
    close(log);
    own.display.live = own.display.colour = false;
    code = build_all(d->jobs, d->n, &own);
    tell_end(d, code);
    return code;
}

static int say_begun(const struct detaching *d, pid_t pid)
{
    struct buf out = {0};
    int code;

    buf_printf(&out,
               "%s%s is being built in the background (process %ld): `c41 status %s` looks at it, "
               "`c41 cancel %s` ends it\n",
               d->jobs[0].film, d->n > 1 ? " and more" : "", (long)pid, d->jobs[0].film,
               d->jobs[0].film);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

// What the child says of its beginning; ERR_BUG when it dies before.
static struct err hear(int pipe)
{
    struct err err;
    ssize_t n;

    do
        n = read(pipe, &err, sizeof(err));
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(err))
        err_set(&err, ERR_BUG, "the build in the background ended before it began");
    return err;
}

static int start(const struct detaching *d, int log,
                 int (*build_all)(struct job *jobs, size_t n, const struct build_options *o))
{
    struct err err = {0};
    int ends[2];
    pid_t pid;

    if (pipe(ends) != 0 || (pid = fork()) < 0) {
        err_errno(&err, "starting a build in the background");
        return say_error(d->cli, &err);
    }
    if (pid == 0) {
        close(ends[0]);
        _exit(work(d, log, ends[1], build_all));
    }
    close(ends[1]);
    err = hear(ends[0]);
    close(ends[0]);
    if (err.kind == ERR_NONE)
        return say_begun(d, pid);
    waitpid(pid, NULL, 0);
    return say_error(d->cli, &err);
}

int detach(const struct cli *cli, struct job *jobs, size_t n, const struct build_options *o,
           int (*build_all)(struct job *jobs, size_t n, const struct build_options *o))
{
    struct detaching d = {cli, jobs, n, o, arena_array(cli->arena, struct lock, n), NULL};
    struct err err = {0};
    int log, code;

    d.log = arena_printf(cli->arena, ".c41/log/%s.log", name_of(&d, 0));
    if (!is_free(&d, &err))
        return say_error(cli, &err);
    log = open_log(&d, &err);
    if (log < 0)
        return say_error(cli, &err);
    code = start(&d, log, build_all);
    close(log);
    return code;
}
