// SPDX-License-Identifier: MIT
// Places in what people wrote, and what is said about them. A pass reports and goes on; all that
// was said is printed once, in the order of the text. Owned by one compilation, or by a build.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct arena;

// Bytes [start, end) of source number source. {0, 0, 0} is no place: sources count from 1.
struct span {
    uint32_t source, start, end;
};

// A place ready to print, with the line itself: it outlives the sources. All text is borrowed from
// the arena of whoever made it.
struct place {
    const char *file; // relative to where the command was given; NULL: no place
    unsigned line;    // from 1
    unsigned column;  // from 1, in code points
    unsigned width;   // code points under the caret, at least 1
    const char *text; // the line, without its end
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *d); // accepts NULL

// One that knows the sources of d, for a thread of its own; d must not gain any meanwhile.
// diag_join then takes over what was said to it, moved[i - n] being the number in d of its source
// i, beyond the n that it began with; it frees fork.
struct diag *diag_fork(const struct diag *d);
void diag_join(struct diag *d, struct diag *fork, const uint32_t *moved);

// Registers a text to point into; returns its number. Borrows name and text until diag_free.
uint32_t diag_add_source(struct diag *d, const char *name, struct str text);
size_t diag_sources(const struct diag *d); // how many there are
const char *diag_source_name(const struct diag *d, uint32_t source);
struct str diag_source_text(const struct diag *d, uint32_t source);

// Resolves span to a place whose text lives in a.
struct place diag_place(const struct diag *d, struct span span, struct arena *a);

// Says something at span; help may be NULL. The same words at the same place are said once.
void diag_say(struct diag *d, enum severity severity, struct span span, const char *help,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

// Adds "note: …" with a place of its own below what was said last ("first defined here").
void diag_note(struct diag *d, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

size_t diag_errors(const struct diag *d);
size_t diag_warnings(const struct diag *d);

// Renders all that was said into out, in order of file and line, and forgets it. At most 50 errors
// are shown; then "… and N more". With colour, ANSI colours.
void diag_render(struct diag *d, struct buf *out, bool colour);

// Renders what was said at places of one source, with its notes, and forgets nothing.
void diag_render_of(struct diag *d, uint32_t source, struct buf *out, bool colour);

// Adds text for people, which may have several lines: of a stranger's words, what a terminal would
// obey becomes blanks, and what is no UTF-8 becomes U+FFFD.
void diag_put_lines(struct buf *out, const char *text);

// Renders one message at a place, in the same form, for a step that fails at run time.
void place_render(const struct place *place, enum severity severity, const char *message,
                  const char *help, struct buf *out, bool colour);
