// SPDX-License-Identifier: MIT
#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "cli/cli.h"

static bool write_all(int fd, struct buf *text)
{
    size_t at = 0;

    while (at < text->len) {
        ssize_t n = write(fd, text->ptr + at, text->len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        at += (size_t)n;
    }
    return at == text->len;
}

int say_out(struct buf *text)
{
    struct err err = {0};
    bool ok = write_all(STDOUT_FILENO, text) || errno == EPIPE;

    if (!ok)
        err_errno(&err, "writing the result");
    buf_clear(text);
    if (ok)
        return EXIT_BUILT;
    fprintf(stderr, "c41: error: %s\n", err.text);
    return err_exit_code(err.kind);
}

void say_aside(struct buf *text)
{
    write_all(STDERR_FILENO, text); // nowhere left to complain
    buf_clear(text);
}

static void say_wrong(const struct cli *cli, const struct err *err, const char *help)
{
    static const struct place nowhere;
    struct buf text = {0};

    buf_puts(&text, "c41: ");
    place_render(&nowhere, SEVERITY_ERROR, err->text, help, &text, cli->colour);
    say_aside(&text);
    buf_release(&text);
}

int say_error(const struct cli *cli, const struct err *err)
{
    say_wrong(cli, err, NULL);
    return err_exit_code(err->kind);
}

int say_usage(const struct cli *cli, const char *help, const char *format, ...)
{
    struct err err = {.kind = ERR_USAGE};
    va_list args;

    va_start(args, format);
    vsnprintf(err.text, sizeof(err.text), format, args);
    va_end(args);
    say_wrong(cli, &err, help);
    return EXIT_USAGE;
}
