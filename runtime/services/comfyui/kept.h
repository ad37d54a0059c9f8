// SPDX-License-Identifier: MIT
// What a ComfyUI server said of its nodes, kept in the project between runs: a document of some
// megabytes that takes a server seconds to write. It stands for a day, for the same address and the
// same server (its version, Python and arguments), and is asked for anew as soon as something does
// not fit.
#pragma once

struct comfyui;

// Takes up what is kept of the server, if it still stands. After comfyui_learn.
void comfyui_kept_load(struct comfyui *c);

// Keeps what it has just said. A file that cannot be written is none: it is asked the next time.
void comfyui_kept_save(const struct comfyui *c);
