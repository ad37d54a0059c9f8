// SPDX-License-Identifier: MIT
// A mark in a file that no picture and no sound shows: two files that look alike then differ in
// their bytes.
#pragma once

#include <stdbool.h>

struct buf;

// Puts text into the PNG, WAV, MP4 or plain text that file holds, by its ending; the file stays
// valid. False: the ending is none of these, or the file is not what it says.
bool stamp_file(struct buf *file, const char *ext, const char *text);
