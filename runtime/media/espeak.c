// SPDX-License-Identifier: MIT
#include "runtime/media/espeak.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "runtime/media/pcm.h"
#include "runtime/media/voices.h"

extern char **environ;

enum { WORDS_A_MINUTE = 165, POLL_NS = 5000000 };

// Waits for child, ending it when the build is cancelled. *status is the child's.
static bool wait_for(pid_t child, const atomic_bool *cancelled, int *status, struct err *err)
{
    struct timespec nap = {.tv_nsec = POLL_NS};
    pid_t got;

    while ((got = waitpid(child, status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (atomic_load(cancelled)) {
            kill(child, SIGKILL);
            waitpid(child, status, 0);
            return err_set(err, ERR_CANCELLED, "stopped");
        }
        nanosleep(&nap, NULL);
    }
    return got == child || err_errno(err, "waiting for espeak-ng");
}

// Runs the program with in and out as its standard input and output.
static bool run(const char *language, const struct voice *voice, FILE *in, FILE *out,
                const atomic_bool *cancelled, bool *found, struct err *err)
{
    char name[32], pace[16], pitch[16];
    const char *const words[] = {"espeak-ng", "--stdin", "--stdout", "-v",  name,
                                 "-s",        pace,      "-p",       pitch, NULL};
    char *argv[sizeof(words) / sizeof(*words)];
    posix_spawn_file_actions_t actions;
    int code, status = 0;
    pid_t child;

    snprintf(name, sizeof(name), "%.6s+%.6s", language, voice->espeak);
    snprintf(pace, sizeof(pace), "%d", (int)lround(WORDS_A_MINUTE * voice->tempo));
    snprintf(pitch, sizeof(pitch), "%d", (int)lround(fmin(99, 50 * voice->pitch)));
    memcpy(argv, words, sizeof(argv)); // posix_spawn wants char *, and writes to none of them
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    code = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    *found = code == 0;
    if (code == ENOENT)
        return true;
    errno = code;
    if (code != 0)
        return err_errno(err, "running espeak-ng");
    if (!wait_for(child, cancelled, &status, err))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) // some systems find out in the child
        *found = false;
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_FINAL, "espeak-ng could not speak the line (voice %s)", name);
    return true;
}

bool espeak_say(struct pcm *out, const char *text, const char *language, const struct voice *voice,
                const atomic_bool *cancelled, bool *found, struct err *err)
{
    FILE *in = tmpfile(), *wav = tmpfile();
    bool ok = in && wav && fputs(text, in) >= 0 && fflush(in) == 0;

    if (ok) {
        rewind(in);
        ok = run(language, voice, in, wav, cancelled, found, err) &&
             (!*found || pcm_read_fd(out, fileno(wav), "espeak-ng's voice", 1, err));
    } else {
        err_errno(err, "a temporary file for espeak-ng");
    }
    if (in)
        fclose(in);
    if (wav)
        fclose(wav);
    return ok;
}
