// SPDX-License-Identifier: MIT
// The places where a test ends the process, as SIGKILL or a power cut would.
#pragma once

// Does nothing. A program of the tests links a function of its own in its place: nothing that the
// installed program reads can reach it. Called by any thread.
void abort_point(const char *name);
