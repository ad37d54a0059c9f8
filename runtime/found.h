// SPDX-License-Identifier: MIT
// What quality control found in a deliverable, for people: the list of docs/qc.md, given names and
// timecodes and printed. Plain functions, any thread.
#pragma once

#include <jansson.h>
#include <stddef.h>

struct buf;
struct step;

// The findings among facts of an artifact; NULL where there are none.
json_t *found_in(const json_t *facts);

// Gives each finding that a conform has told by the number of its shot the shot's name. Shots may
// be called otherwise than when the film was put together, and the numbers stay.
void found_name(json_t *findings, const struct step *conform);

// Gives every finding that has a place the timecode of it, counted from the file's first frame. fps
// is as facts have it; nothing where it is none.
void found_add_timecodes(json_t *findings, const char *fps);

// One line a finding, of at most so many, and how many more there are.
void found_print(const json_t *findings, size_t most, struct buf *out);
