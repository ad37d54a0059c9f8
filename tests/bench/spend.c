// SPDX-License-Identifier: MIT
// spend [-u WORDS] COMMAND…: runs it with its output thrown away, and prints in one line what it
// has spent: milliseconds from just before it was started to its end, milliseconds of CPU (its
// children's too), the most memory of one process in KiB; and with -u the milliseconds until a line
// of its output has had WORDS in it. Fails as it fails. In C, for a process counts the memory of
// the one that has started it as its own until it is another program: that must be small.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

// In the child. Errors stay visible.
static void become(char **command, int out)
{
    int null = open("/dev/null", O_RDWR);

    dup2(null, STDIN_FILENO);
    dup2(out >= 0 ? out : null, STDOUT_FILENO);
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static double cpu_ms_of(pid_t process)
{
    char path[64];
    unsigned long long ns = 0;
    FILE *in;
    bool told;

    snprintf(path, sizeof(path), "/proc/%ld/schedstat", (long)process);
    in = fopen(path, "r");
    told = in && fscanf(in, "%llu", &ns) == 1;
    if (in)
        fclose(in);
    return told ? (double)ns / 1e6 : -1;
}

struct sighting {
    double at_ms, cpu_ms; // -1: never
};

// Reads all that comes; returns when the words did.
static struct sighting watch(int fd, const char *words, pid_t process)
{
    struct sighting seen = {-1, -1};
    FILE *in = fdopen(fd, "r");
    char *line = NULL;
    size_t cap = 0;

    while (in && getline(&line, &cap, in) > 0)
        if (seen.at_ms < 0 && strstr(line, words))
            seen = (struct sighting){now_ms(), cpu_ms_of(process)};
    free(line);
    if (in)
        fclose(in);
    return seen;
}

// Returns the exit code.
static int spend(char **command, const char *words)
{
    int ends[2] = {-1, -1}, status = -1;
    double begun;
    struct sighting seen = {-1, -1};
    struct rusage used;
    pid_t child;

    if (words && pipe(ends) != 0)
        return 70;
    begun = now_ms();
    child = fork();
    if (child == 0)
        become(command, ends[1]);
    if (words) {
        close(ends[1]);
        seen = watch(ends[0], words, child);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        getrusage(RUSAGE_CHILDREN, &used) != 0)
        return 70;
    printf("%.2f %.2f %ld", now_ms() - begun, ms_of(used.ru_utime) + ms_of(used.ru_stime),
           used.ru_maxrss);
    if (words)
        printf(" %.2f %.2f", seen.at_ms < 0 ? -1 : seen.at_ms - begun, seen.cpu_ms);
    printf("\n");
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    bool until = argc > 3 && strcmp(argv[1], "-u") == 0;

    if (argc < 2) {
        fprintf(stderr, "usage: spend [-u WORDS] COMMAND…\n");
        return 64;
    }
    return spend(argv + (until ? 3 : 1), until ? argv[2] : NULL);
}
