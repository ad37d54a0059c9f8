// SPDX-License-Identifier: MIT
// A chain of libav's audio filters, made from names and options: no text becomes part of a filter
// string. Sound goes in and comes out as 48 kHz float. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct AVFilterContext;
struct AVFilterGraph;
struct err;
struct filters;
struct pcm;

enum { FILTER_MOST_OPTIONS = 8 };

struct filter_option {
    const char *name, *value;
};

struct filter {
    const char *name;
    struct filter_option options[FILTER_MOST_OPTIONS]; // ends with one without a name
};

// Whether the libav at hand has it.
bool filters_have(const char *name);

// Puts one more filter of any medium behind *last (NULL: it is the first), which it then is.
bool filters_join(struct AVFilterGraph *graph, struct AVFilterContext **last,
                  const struct filter *filter, struct err *err);

// Joins n filters in order. When fed, sound of so many channels (1, 2 or 8) comes from
// filters_push; else the first filter is a source. NULL with *err.
struct filters *filters_new(const struct filter *list, size_t n, bool fed, unsigned channels,
                            struct err *err);
void filters_free(struct filters *f); // accepts NULL

// Gives the chain frames of sound; 0 frames are the end.
bool filters_push(struct filters *f, const float *from, size_t frames, struct err *err);

// Adds to out what is ready by now (of a source: a piece). *done at the end of the sound.
bool filters_pull(struct filters *f, struct pcm *out, bool *done, struct err *err);
