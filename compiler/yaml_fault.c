// SPDX-License-Identifier: MIT
#include "compiler/yaml_fault.h"

#include <string.h>

#define IN_QUOTES "put the words in quotes"

struct row {
    const char *problem; // begins so
    const char *context; // holds this; NULL: any
    bool at_context;     // the place is where it began
    const char *message, *help;
};

// Looked through in order: the special before the general.
static const struct row rows[] = {
    {"mapping values are not allowed", NULL, false,
     "a colon and a blank begin a mapping, which cannot stand here",
     "put words that hold a \": \" in quotes, or write them below a `|`"},
    {"did not find expected ',' or '}'", NULL, true, "this { is never closed",
     "words that hold any of , { } [ ] need quotes inside {…}"},
    {"did not find expected ',' or ']'", NULL, true, "this [ is never closed",
     "words that hold any of , { } [ ] need quotes inside […]"},
    {"found unexpected end of stream", "quoted", true, "this quotation mark is never closed", NULL},
    {"found unexpected document indicator", "quoted", true, "this quotation mark is never closed",
     NULL},
    {"found unknown escape character", NULL, false,
     "this is no escape: inside \"…\" a \\ begins one",
     "write \\\\ for the character itself, or use '…'"},
    {"did not find expected hexdecimal number", NULL, false,
     "this escape needs hexadecimal digits behind it", "\\xNN, \\uNNNN or \\UNNNNNNNN"},
    {"found invalid Unicode character escape code", NULL, false, "this escape names no character",
     NULL},
    {"could not find expected ':'", NULL, true, "this line has no \"key:\"",
     "a mapping is lines of `key: value`; words over several lines stand below a `|`"},
    {"did not find expected key", "block mapping", false, "this does not fit the mapping above",
     "keys of one mapping begin in the same column"},
    {"did not find expected '-' indicator", NULL, false, "this does not fit the list above",
     "items of one list begin with \"- \" in the same column"},
    {"block sequence entries are not allowed", NULL, false, "a list cannot begin here",
     "write it below its key, each item after a \"- \"; words that begin with \"- \" need quotes"},
    {"block mapping", "keys", false, "a mapping cannot begin here", NULL},
    {"mapping keys are not allowed", NULL, false,
     "\"? \" begins a key of its own kind, and means nothing here", IN_QUOTES},
    {"did not find expected alphabetic or numeric character", "anchor", true,
     "text cannot begin with \"&\"", IN_QUOTES},
    {"did not find expected alphabetic or numeric character", "alias", true,
     "text cannot begin with \"*\"", IN_QUOTES},
    {"did not find expected comment or line break", NULL, false,
     "nothing may follow the | or > on its line",
     "write the words on the lines below it, indented"},
    {"found an indentation indicator equal to 0", NULL, false,
     "the indentation behind | or > is 1 to 9", NULL},
    {"did not find expected node content", NULL, false, "a value is missing here", NULL},
    {"found incompatible YAML document", NULL, false, "this is for another version of YAML",
     "leave the %YAML line out"},
    {"found undefined tag handle", NULL, false,
     "\"!\" begins a YAML tag, and tags mean nothing here", IN_QUOTES},
    {"did not find expected <document start>", NULL, false,
     "text stands before the film begins, or after it has ended",
     "is this a line at the wrong indentation?"},
    {"found unexpected end of stream", NULL, true, "this is never closed", NULL},
};

static bool holds(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

static void say(struct diag *d, uint32_t source, uint32_t at, const char *help, const char *message)
{
    diag_say(d, SEVERITY_ERROR, (struct span){source, at, at + 1}, help, "%s", message);
}

// Characters that cannot begin a plain scalar.
static void say_bad_start(struct diag *d, uint32_t source, uint32_t at)
{
    struct str text = diag_source_text(d, source);
    char c = at < text.len ? text.ptr[at] : 0;
    struct span span = {source, at, at + 1};

    if (c == '\t')
        say(d, source, at, "indent with blanks", "a tab cannot indent");
    else
        diag_say(d, SEVERITY_ERROR, span, IN_QUOTES, "text cannot begin with \"%c\"", c);
}

static void say_bad_character(struct diag *d, uint32_t source, uint32_t at)
{
    struct str text = diag_source_text(d, source);
    unsigned code = 0;

    if (at < text.len)
        str_decode((struct str){text.ptr + at, text.len - at}, &code);
    diag_say(d, SEVERITY_ERROR, (struct span){source, at, at + 1}, "take it out",
             "the control character U+%04X cannot stand in a film", code);
}

// The first line that begins with a tab at or before byte `at`: what libyaml says of those is dark.
static bool say_tab(struct diag *d, uint32_t source, uint32_t at)
{
    struct str text = diag_source_text(d, source);
    uint32_t line = at < text.len ? at : (uint32_t)text.len;

    while (line > 0 && text.ptr[line - 1] != '\n')
        line--;
    while (line < text.len && text.ptr[line] == ' ')
        line++;
    if (line >= text.len || text.ptr[line] != '\t')
        return false;
    say(d, source, line, "indent with blanks", "a tab cannot indent");
    return true;
}

// What has many names on libyaml's side: a value that was complete goes on (`"A" lighthouse`,
// `[laughs] no`), or a ": " stands in the words of the {…} that begins at flow_at, on the same
// line.
static bool say_goes_on(struct diag *d, uint32_t source, uint32_t at, uint32_t flow_at)
{
    struct str text = diag_source_text(d, source);
    uint32_t before = at;
    char last;

    if (at >= text.len || text.ptr[at] == '\n')
        return false;
    if (text.ptr[at] == ':' && flow_at < at && !memchr(text.ptr + flow_at, '\n', at - flow_at)) {
        say(d, source, at, "put words that hold a \": \" in quotes",
            "a colon and a blank begin a mapping, which cannot stand here");
        return true;
    }
    while (before > 0 && text.ptr[before - 1] == ' ')
        before--;
    last = before > 0 ? text.ptr[before - 1] : '\n';
    if (!strchr("\"'])}", last) || strchr("\"'[]{},", text.ptr[at]))
        return false;
    diag_say(d, SEVERITY_ERROR, (struct span){source, at, at + 1}, "put all of the words in quotes",
             "nothing may follow the closing %c", last);
    return true;
}

// Whether the comment stands on the line right above the byte at `at`, where words go on: no key.
static bool is_line_above(struct str text, struct span comment, uint32_t at)
{
    size_t breaks = 0;

    for (uint32_t i = comment.start; i < at && i < text.len; i++)
        breaks += text.ptr[i] == '\n';
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != ':')
        at++;
    return breaks == 1 && (at == text.len || text.ptr[at] == '\n');
}

// Words that a " #" cut short: inside {…} it took the closing brace with it, and words that go on
// in the next line are a line without a key.
static bool say_swallowed(const struct yaml_fault *fault, struct diag *d, uint32_t source,
                          bool flow)
{
    struct str text = diag_source_text(d, source);
    const char *what = NULL;

    if (!fault->comment.source)
        return false;
    if (flow && fault->comment_in_flow && fault->comment.start > fault->context_at)
        what = "which swallows the rest of this {…}";
    else if ((holds(fault->problem, "could not find expected ':'") &&
              is_line_above(text, fault->comment, fault->context_at)) ||
             (holds(fault->problem, "did not find expected key") &&
              is_line_above(text, fault->comment, fault->problem_at)))
        what = "so the words end before it";
    if (what)
        diag_say(d, SEVERITY_ERROR, fault->comment, IN_QUOTES, "\" #\" begins a comment, %s", what);
    return what != NULL;
}

void yaml_fault_say(const struct yaml_fault *fault, struct diag *d, uint32_t source)
{
    const char *problem = fault->problem ? fault->problem : "this is no YAML";
    bool flow = holds(fault->context, "flow") || holds(problem, "',' or");

    if (holds(problem, "control characters")) {
        say_bad_character(d, source, fault->problem_at);
        return;
    }
    if (say_swallowed(fault, d, source, flow))
        return;
    if (say_tab(d, source, fault->problem_at))
        return;
    if (holds(problem, "cannot start any token")) {
        say_bad_start(d, source, fault->problem_at);
        return;
    }
    if (holds(problem, "did not find expected") &&
        say_goes_on(d, source, fault->problem_at, flow ? fault->context_at : UINT32_MAX))
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct row *row = &rows[i];

        if (strncmp(problem, row->problem, strlen(row->problem)) != 0 ||
            (row->context && !holds(fault->context, row->context)))
            continue;
        say(d, source, row->at_context ? fault->context_at : fault->problem_at, row->help,
            row->message);
        return;
    }
    diag_say(d, SEVERITY_ERROR, (struct span){source, fault->problem_at, fault->problem_at + 1},
             NULL, "this is no YAML: %s", problem);
}
