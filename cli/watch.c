// SPDX-License-Identifier: MIT
// c41 watch: builds films whenever something that they depend on has changed.
//
// Each build is a process of its own, which tells this one over a pipe what it saw: a hook that
// never comes back, or a fault of ours, ends a build and not the watching, and this one can go on
// looking meanwhile. A save while a build runs asks that build to stop: what it is making ends and
// is kept, nothing else begins, and the newest text is built.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "cli/aim.h"
#include "cli/commands.h"
#include "cli/jobs.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/watched.h"
#include "compiler/film.h"

// How often files are looked at; how long they have to stay as they are before they are read, how
// often that is looked at, and after how long they are read whatever happens.
enum { LOOK_MS = 250, QUIET_MS = 100, SETTLE_MS = 25, MOST_UNREST_MS = 2000 };

enum { CANCEL = 2, N_SIGNALS = 3 };

static const int ending_signals[N_SIGNALS] = {SIGHUP, SIGINT, SIGTERM};

struct watch {
    const struct cli *cli;
    const struct args *args; // as they would be given to build
    const struct build_options *options;
    struct clock *clock;
    struct watched *films;
    size_t n;
    sigset_t blocked, before; // the ending signals come only while we wait
    struct sigaction actions[N_SIGNALS];
    unsigned asked; // how often somebody asked to end
    pid_t child;    // that builds, in a group of its own; 0: none
    int pipe;       // what it tells comes here; -1: nothing more
    struct buf told;
    bool heard;  // it told something
    int refused; // the exit code of a build for which the command line is wrong
};

static void say_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say_line(const char *format, ...)
{
    struct buf out = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&out, format, args);
    va_end(args);
    buf_char(&out, '\n');
    say_aside(&out);
    buf_release(&out);
}

static bool is_over(const struct watch *w)
{
    return w->asked || w->refused;
}

// Only wakes who waits.
static void wake(int number)
{
    (void)number;
}

// A signal that is ignored (nohup) stays so.
static void take_signals(struct watch *w)
{
    struct sigaction waking = {.sa_handler = wake};

    sigemptyset(&w->blocked);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaction(ending_signals[i], NULL, &w->actions[i]);
        if (w->actions[i].sa_handler == SIG_IGN)
            continue;
        sigaddset(&w->blocked, ending_signals[i]);
        sigaction(ending_signals[i], &waking, NULL);
    }
    sigprocmask(SIG_BLOCK, &w->blocked, &w->before);
}

static void give_signals_back(const struct watch *w)
{
    for (size_t i = 0; i < N_SIGNALS; i++)
        sigaction(ending_signals[i], &w->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &w->before, NULL);
}

// The build hears of it like one that was asked itself; the third time it ends at once.
static void heed_signal(struct watch *w)
{
    w->asked++;
    if (w->child)
        kill(w->asked > CANCEL ? -w->child : w->child, w->asked > CANCEL ? SIGKILL : SIGINT);
}

static void hear(struct watch *w, struct watched *film)
{
    ssize_t n = read(w->pipe, buf_room(&w->told, 1 << 16), 1 << 16);

    if (n <= 0) {
        close(w->pipe);
        w->pipe = -1;
        return;
    }
    w->told.len += (size_t)n;
    w->told.ptr[w->told.len] = 0;
    w->heard |= watched_take(film, &w->told);
}

// Waits for so long, or until the build says something or ends, or somebody asks to end.
static void wait_ms(struct watch *w, struct watched *film, int ms)
{
    struct timespec most = {ms / 1000, (long)(ms % 1000) * 1000000};
    fd_set readable;
    int n;

    FD_ZERO(&readable);
    if (w->pipe >= 0)
        FD_SET(w->pipe, &readable);
    n = pselect(w->pipe + 1, &readable, NULL, NULL, &most, &w->before);
    if (n < 0 && errno == EINTR)
        heed_signal(w);
    else if (n > 0)
        hear(w, film);
}

// Waits until nothing has moved for a while: an editor may write in several goes.
static void settle(struct watch *w, struct watched *film)
{
    int64_t began = w->clock->now_ms(w->clock), moved = began, now = began;
    struct digest mark = watched_mark(film), next;

    while (!w->asked && now - moved < QUIET_MS && now - began < MOST_UNREST_MS) {
        wait_ms(w, film, SETTLE_MS);
        now = w->clock->now_ms(w->clock);
        next = watched_mark(film);
        if (memcmp(&mark, &next, sizeof(mark)) != 0)
            moved = now;
        mark = next;
    }
}

// In the child: what a build tells of itself, and to whom.
struct teller {
    const char *project;
    int64_t began_ms;
    int fd;
};

static void tell(const struct teller *t, bool whole, const struct sight *sights, size_t n)
{
    struct buf out = {0};
    size_t at = 0;

    watched_put(t->project, whole, t->began_ms, sights, n, &out);
    while (at < out.len) {
        ssize_t wrote = write(t->fd, out.ptr + at, out.len - at);

        if (wrote < 0 && errno != EINTR)
            break; // nobody watches any more
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    buf_release(&out);
}

static void tell_end(void *user, const struct sight *sights, size_t n)
{
    tell(user, true, sights, n);
}

static void say_watching(const char *film, size_t files)
{
    say_line("watching %zu file%s of %s; Ctrl-C ends", files, files == 1 ? "" : "s", film);
}

static int make_film(const struct watch *w, const struct watched *film, int fd)
{
    struct job job = {.film = film->film};
    bool ok = job_open(&job, w->cli, w->args, w->options);
    struct teller t = {job.seen.project, job.seen.from.began_ms, fd};
    size_t n;
    const struct sight *sights = seen_sights(&job.seen, w->cli, &n);

    if (!t.project)
        t.project = film->project; // the film's file is gone for now
    if (t.project)
        tell(&t, ok, sights, n);
    if (!film->project && t.project)
        say_watching(film->film, watched_files(sights, n));
    job.seen.from.tell = tell_end;
    job.seen.from.user = &t;
    return ok ? job_build(&job, w->options) : job.compiled.code;
}

// Fails like a build that could not begin: the next save tries again.
static bool start(struct watch *w, const struct watched *film, struct err *err)
{
    int ends[2];

    if (pipe(ends) != 0)
        return err_errno(err, "starting a build");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    w->child = fork();
    if (w->child == 0) {
        setpgid(0, 0); // Ctrl-C comes to us, and from us to it
        signal(SIGTTOU, SIG_IGN);
        give_signals_back(w);
        close(ends[0]);
        _exit(make_film(w, film, ends[1]));
    }
    close(ends[1]);
    w->pipe = ends[0];
    if (w->child > 0)
        return true;
    err_errno(err, "starting a build");
    close(ends[0]);
    w->pipe = -1;
    w->child = 0;
    return false;
}

static void reap(struct watch *w)
{
    int status = 0;

    while (waitpid(w->child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGINT && !w->asked)
        say_line("the build was ended by signal %d (%s); the next save tries again",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_USAGE)
        w->refused = EXIT_USAGE;
    w->child = 0;
}

// Builds the film, and looks meanwhile whether it is saved anew.
static void build(struct watch *w, struct watched *film)
{
    struct err err = {0};
    int64_t began_ms = w->clock->wall_ms(w->clock);
    bool superseded = false;

    w->heard = false;
    buf_clear(&w->told);
    if (!start(w, film, &err)) {
        say_error(w->cli, &err);
        return;
    }
    while (w->pipe >= 0) {
        wait_ms(w, film, LOOK_MS);
        if (superseded || w->asked || w->pipe < 0 || !watched_has_moved(film))
            continue;
        settle(w, film);
        superseded = watched_has_moved(film) && w->pipe >= 0;
        if (superseded) {
            say_line("the film has changed: what is being made ends first, and is kept");
            kill(w->child, SIGINT);
        }
    }
    reap(w);
    if (w->heard || superseded || is_over(w))
        return;
    say_line("what %s depends on is not known: all files of its project are watched", film->film);
    watched_guess(film, began_ms);
}

// Builds what has moved.
static void look(struct watch *w)
{
    struct buf names = {0};

    for (size_t i = 0; i < w->n && !w->asked; i++) {
        struct watched *film = &w->films[i];

        if (!watched_has_moved(film))
            continue;
        settle(w, film);
        watched_renew(film, &names);
        if (names.len && !w->asked) {
            say_line("changed: %s", buf_text(&names));
            build(w, film);
        }
        buf_clear(&names);
    }
    buf_release(&names);
}

static int watch_all(struct watch *w)
{
    take_signals(w);
    for (size_t i = 0; i < w->n && !is_over(w); i++)
        build(w, &w->films[i]);
    while (!is_over(w)) {
        wait_ms(w, NULL, LOOK_MS);
        look(w);
    }
    give_signals_back(w);
    return w->asked ? EXIT_INTERRUPTED : w->refused;
}

// What build would be given: --draft, unless the studio is asked for.
static struct args args_of_build(const struct cli *cli, const struct args *args)
{
    struct given *given = arena_array(cli->arena, struct given, args->n_given + 1);
    struct args own = *args;
    bool studio = args_has(args, "full") || args_has(args, "studio") || args_has(args, "use");

    own.n_given = 0;
    own.given = given;
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option->name, "full") != 0)
            given[own.n_given++] = args->given[i];
    for (const struct option *o = args->options; o->name; o++)
        if (strcmp(o->name, "draft") == 0 && !studio && !args_has(args, "draft"))
            given[own.n_given++] = (struct given){.option = o};
    return own;
}

// A film that is not there was misspelt; later on it may come and go.
static bool locate_all(const struct cli *cli, const char **films, struct watch *w, struct err *err)
{
    w->films = arena_array(cli->arena, struct watched, w->n);
    for (size_t i = 0; i < w->n; i++) {
        struct film_path at;

        w->films[i].film = films[i];
        if (!film_locate(&at, films[i], cli->arena, err))
            return false;
    }
    return true;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct watch w = {.cli = cli, .clock = clock_system(), .pipe = -1};
    struct args own = args_of_build(cli, args);
    struct build_options o;
    struct err err = {0};
    const char **films = compiled_films(cli, args, &w.n);
    int code;

    if (w.n == 0)
        return say_usage(cli, "name its file, as in `c41 watch film.yaml`", "which film?");
    if (!jobs_options(cli, &own, &o, &err) || !locate_all(cli, films, &w, &err))
        return say_error(cli, &err);
    w.args = &own;
    w.options = &o;
    code = watch_all(&w);
    for (size_t i = 0; i < w.n; i++)
        watched_release(&w.films[i]);
    buf_release(&w.told);
    return code;
}

static const struct option options[] = {
    OPTION_ONLY,
    OPTION_KIND,
    OPTION_SCENE,
    OPTION_TO,
    {"full", 0, NULL, "with the studio and its models, as build does"},
    {"draft", 0, NULL, "leave the studio out: so it is without --full, --studio or --use"},
    OPTION_STUDIO,
    OPTION_USE,
    OPTION_JOBS,
    OPTION_PREFER,
    OPTION_KEEP_GOING,
    OPTION_ASSUME,
    OPTION_QUIET,
    OPTION_VERBOSE,
    {0},
};

const struct command command_watch = {
    .name = "watch",
    .usage = "FILM… [NAME=VALUE…]",
    .about = "build the films, and again on every save",
    .more =
        "Drafts, unless the studio is asked for. Whatever a film depends on is watched: what it\n"
        "includes and could include, hooks, pictures and sounds, picks, presets, the studio, what\n"
        "was delivered. What is wrong is told, and mended by the next save. A save while a build\n"
        "runs: what is being made ends and is kept, nothing else begins, and the newest text is\n"
        "built. Ctrl-C ends it with exit code 130; while something is being made, that ends "
        "first,\n"
        "a second Ctrl-C cancels it, a third ends all at once.\n",
    .examples = "  c41 watch film.yaml\n"
                "  c41 watch film.yaml --to image         the stills alone\n"
                "  c41 watch film.yaml --only 'lamp/*'    one scene\n"
                "  c41 watch film.yaml --full             with the studio's models\n",
    .options = options,
    .run = run,
};
