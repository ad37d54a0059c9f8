// SPDX-License-Identifier: MIT
// The chunks of a WebP file, looked through before libav may see them: its decoder ends the program
// where it finds a picture and then a chunk that it cannot take.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Whether the file open at fd, of so many bytes, is made of whole chunks, with nothing but words
// after its picture. Reads the heads of chunks alone.
bool webp_chunks_are_whole(int fd, int64_t bytes);
