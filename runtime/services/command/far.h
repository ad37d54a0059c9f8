// SPDX-License-Identifier: MIT
// The lines of command/far.sh, without what is for people; NULL behind the last.
#pragma once

extern const char *const command_far[];
