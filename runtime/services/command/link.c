// SPDX-License-Identifier: MIT
#include "runtime/services/command/link.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/process.h"
#include "compiler/studio.h"
#include "runtime/services/command/far.h"
#include "runtime/services/command/progress.h"
#include "runtime/services/command/shell.h"

enum {
    LOOK_MS = 100,
    SSH_FAILED = 255,
    MOST_WORDS = 32,
    MOST_LINE_BYTES = 1 << 16,
    MOST_ERROR_BYTES = 1 << 14,
    CHUNK_BYTES = 1 << 16
};

// Whoever builds is not there to type a password, and a dead line is to be known as one. What the
// user's own configuration says of keys, jumps and known hosts stands.
static const char *const ssh_words[] = {
    "ssh", "-T",
    "-o",  "BatchMode=yes",
    "-o",  "ConnectTimeout=10",
    "-o",  "ServerAliveInterval=10",
    "-o",  "ServerAliveCountMax=3",
    "-o",  "ClearAllForwardings=yes",
    "-o",  "ControlMaster=no",
    "-o",  "RemoteCommand=none",
};

void link_init(struct link *l, struct arena *a, const struct studio_service *told)
{
    enum { N_WORDS = sizeof(ssh_words) / sizeof(*ssh_words) };
    const char **words = arena_array(a, const char *, N_WORDS + 5);
    size_t n = N_WORDS;

    l->work = told->work ? told->work : "~/.cache/c41";
    l->place = "this machine";
    if (!told->over)
        return;
    memcpy(words, ssh_words, sizeof(ssh_words));
    if (told->config) {
        words[n++] = "-F";
        words[n++] = told->config;
    }
    l->place = told->over + strlen("ssh ");
    words[n++] = "--";
    words[n++] = l->place;
    l->ssh = words;
}

// What is read of one process.
struct hearing {
    const struct link *link;
    struct question *question;
    struct process process;
    struct buf line; // not yet whole
    struct buf said; // on its standard error
    int64_t heard_ms;
};

static const char *program(struct arena *a)
{
    struct buf text = {0};
    const char *whole;

    for (size_t i = 0; command_far[i]; i++) {
        buf_puts(&text, command_far[i]);
        buf_char(&text, '\n');
    }
    whole = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return whole;
}

// The words of the process. Over ssh all but its own are one line for the login shell there.
static const char *const *words_of(const struct link *l, const struct question *q, struct arena *a)
{
    const char **words = arena_array(a, const char *, 2 * MOST_WORDS);
    struct buf line = {0};
    size_t n = 0, n_ssh = 0;

    for (; l->ssh && l->ssh[n_ssh]; n_ssh++)
        words[n_ssh] = l->ssh[n_ssh];
    n = n_ssh;
    words[n++] = "/bin/sh";
    words[n++] = "-c";
    words[n++] = program(a);
    words[n++] = "c41";
    words[n++] = q->verb;
    words[n++] = l->work;
    words[n++] = q->key;
    for (size_t i = 0; q->more && q->more[i]; i++)
        words[n++] = q->more[i];
    words[n] = NULL;
    if (!l->ssh)
        return words;
    buf_puts(&line, "exec");
    shell_words(&line, words + n_ssh, n - n_ssh);
    words[n_ssh] = arena_strdup(a, buf_text(&line));
    words[n_ssh + 1] = NULL;
    buf_release(&line);
    return words;
}

static void hear_line(struct hearing *h)
{
    struct question *q = h->question;
    struct str line = buf_view(&h->line);

    if (!q->begun)
        q->begun = str_is(line, "c41 begin");
    else if (q->said)
        q->said(q, line);
    buf_clear(&h->line);
}

static void hear(struct hearing *h, struct str bytes)
{
    struct question *q = h->question;

    while (bytes.len) {
        const char *end;
        size_t n = bytes.len;

        if (q->raw_bytes) {
            n = n < q->raw_bytes ? n : q->raw_bytes;
            q->raw_bytes -= n;
            q->raw(q, (struct str){bytes.ptr, n});
        } else {
            end = memchr(bytes.ptr, '\n', n);
            n = end ? (size_t)(end - bytes.ptr) + 1 : n;
            if (h->line.len + n < MOST_LINE_BYTES)
                buf_add(&h->line, bytes.ptr, end ? n - 1 : n);
            if (end)
                hear_line(h);
        }
        bytes.ptr += n;
        bytes.len -= n;
    }
}

// Returns false at the end of what fd says.
static bool listen_to(struct hearing *h, int fd, char *chunk)
{
    ssize_t n = read(fd, chunk, CHUNK_BYTES);
    size_t over;

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (fd == h->process.out) {
        hear(h, (struct str){chunk, (size_t)n});
        return true;
    }
    buf_add(&h->said, chunk, (size_t)n);
    over = h->said.len > MOST_ERROR_BYTES ? h->said.len - MOST_ERROR_BYTES : 0;
    if (over)
        memmove(h->said.ptr, h->said.ptr + over, MOST_ERROR_BYTES + 1);
    h->said.len -= over;
    return true;
}

// Returns false when it has been silent for too long.
static bool listen_all(struct hearing *h)
{
    struct pollfd fds[2] = {{.fd = h->process.out, .events = POLLIN},
                            {.fd = h->process.err, .events = POLLIN}};
    struct clock *clock = clock_system();
    char chunk[CHUNK_BYTES];

    h->heard_ms = clock->now_ms(clock);
    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !*h->question->cancelled && !h->question->enough) {
        if (poll(fds, 2, LOOK_MS) <= 0) {
            if (h->question->quiet_ms && clock->now_ms(clock) - h->heard_ms > h->question->quiet_ms)
                return false;
            continue;
        }
        h->heard_ms = clock->now_ms(clock);
        for (size_t i = 0; i < 2; i++)
            if (fds[i].revents && !listen_to(h, fds[i].fd, chunk))
                fds[i].fd = -1;
    }
    return true;
}

bool link_is_full(const char *text)
{
    return strstr(text, "No space left on device") || strstr(text, "Disk quota exceeded") ||
           strstr(text, "isk full") || strstr(text, "No space left on disk");
}

// What ssh says when there is no connection, and what it means.
static const struct {
    const char *words;
    enum err_kind kind;
    const char *help;
} refusals[] = {
    {"Permission denied (", ERR_FILM,
     "let the host know your key (ssh-copy-id HOST), and the agent its passphrase: c41 never asks "
     "for a password"},
    {"Too many authentication failures", ERR_FILM,
     "name the key for this host in your ssh configuration (IdentityFile, IdentitiesOnly)"},
    {"Host key verification failed", ERR_FILM,
     "log in once by hand, so that ssh knows the host's key"},
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", ERR_FILM,
     "find out why the host has another key, then remove the old one with ssh-keygen -R HOST"},
    {"Bad configuration option", ERR_FILM, "mend your ssh configuration"},
    {"Bad owner or permissions", ERR_FILM, "mend your ssh configuration"},
    {"Can't open user config file", ERR_FILM, "say where it is under `config` of the service"},
    {"Unable to negotiate", ERR_FILM, NULL},
    {"Could not resolve hostname", ERR_AWAY, NULL},
    {"Connection refused", ERR_AWAY, NULL},
    {"No route to host", ERR_AWAY, NULL},
    {"Network is unreachable", ERR_AWAY, NULL},
    {"Host is down", ERR_AWAY, NULL},
    {"imed out", ERR_AWAY, NULL}, // Connection or Operation
    {"not responding", ERR_TRANSIENT, NULL},
};

// The last line of what was said, for messages.
static const char *last_words(const struct hearing *h, struct arena *a)
{
    struct buf tidy = {0};
    struct str text, line = {0};
    const char *words;

    progress_tidy(buf_view(&h->said), &tidy);
    for (text = buf_view(&tidy); text.len;) {
        struct str next = str_trim(str_cut(&text, '\n'));

        if (next.len)
            line = next;
    }
    words = arena_strndup(a, line.ptr ? line.ptr : "", line.len);
    buf_release(&tidy);
    return words;
}

static bool refuse(struct hearing *h, const char *words, struct err *err)
{
    const char *said = buf_text(&h->said);

    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
        if (strstr(said, refusals[i].words)) {
            h->question->help = refusals[i].help;
            return err_set(err, refusals[i].kind, "%s: %s", h->link->place, words);
        }
    return err_set(err, ERR_TRANSIENT, "%s: the connection broke%s%s", h->link->place,
                   *words ? ": " : "", words);
}

static bool judge(struct hearing *h, int code, bool quiet, struct arena *a, struct err *err)
{
    const struct link *l = h->link;
    const char *words = last_words(h, a);

    if (*h->question->cancelled)
        return err_set(err, ERR_CANCELLED, "stopped");
    if (h->question->enough)
        return false;
    if (quiet)
        return err_set(err, ERR_TRANSIENT, "%s says nothing", l->place);
    if (code == 0 && h->question->begun && h->question->raw_bytes == 0)
        return true;
    if (l->ssh && code == SSH_FAILED)
        return refuse(h, words, err);
    if (link_is_full(buf_text(&h->said))) {
        h->question->help = "make room there, then build again";
        return err_set(err, ERR_FINAL, "no space left in %s on %s: %s", l->work, l->place, words);
    }
    if (code == 0 || code > 128)
        return err_set(err, ERR_TRANSIENT, "%s: the answer was cut short%s%s", l->place,
                       *words ? ": " : "", words);
    return err_set(err, ERR_FINAL, "%s: %s", l->place,
                   *words ? words
                          : arena_printf(a, "`%s` ended with code %d", h->question->verb, code));
}

bool link_ask(const struct link *l, struct question *q, struct err *err)
{
    struct arena *a = arena_new();
    struct hearing h = {.link = l, .question = q};
    bool ok = process_start(&h.process, words_of(l, q, a), q->input, err);

    q->begun = false;
    q->raw_bytes = 0;
    q->help = NULL;
    if (ok) {
        bool quiet = !listen_all(&h);

        if (quiet || q->enough || *q->cancelled)
            process_signal(&h.process, true);
        ok = judge(&h, process_wait(&h.process), quiet, a, err);
    }
    buf_release(&h.line);
    buf_release(&h.said);
    arena_free(a);
    return ok;
}
