// SPDX-License-Identifier: MIT
// The file of a trace, in the array form of the Chrome trace event format: one event a line, so
// that what a kill leaves is read as it is (the last bracket may be missing). Rows of slices
// ("threads") stand in groups ("processes"); times are microseconds. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct trace_file {
    int fd;
    struct buf text; // not yet written
    bool begun;      // something stands in the file
    bool failed;     // as err says; nothing more is written
    struct err err;
};

// Where in the picture something stands.
struct trace_row {
    unsigned group, row; // both from 1
};

struct trace_slice {
    const char *name, *category;
    const char *colour; // of the format's reserved names; NULL: the viewer's choice
    struct trace_row at;
    int64_t from_us, to_us;
    json_t *args; // taken; NULL: none
};

// Replaces what is at path. False with *err when that cannot be written.
bool trace_file_open(struct trace_file *f, const char *path, struct err *err);

// Ends the array. False with *err when anything could not be written.
bool trace_file_close(struct trace_file *f, struct err *err);

// A row of 0 names the group. Both stand in the picture in the order of their numbers.
void trace_file_name(struct trace_file *f, struct trace_row at, const char *name);
void trace_file_slice(struct trace_file *f, struct trace_slice slice);

// A mark over all rows of the group.
void trace_file_mark(struct trace_file *f, struct trace_row at, const char *name, int64_t at_us);

// Several values of a counter from now on; values is taken.
void trace_file_count(struct trace_file *f, unsigned group, const char *name, int64_t at_us,
                      json_t *values);

// Writes what has come together, in one go.
void trace_file_flush(struct trace_file *f);
