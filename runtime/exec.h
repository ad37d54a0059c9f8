// SPDX-License-Identifier: MIT
// One step in a process of its own: `c41 exec` reads a job and makes its files (`c41 exec -`: from
// standard input). The build starts it for ops whose bytes repeat only in a fresh process; a farm's
// node runs the same.
//
// The job: {"driver", "kind", "params", "inputs": [{"name", "path", "facts"}], "outputs": [{"name",
// "path"}], "project"}. It speaks JSON lines: {"progress": [done, total]}, {"note": TEXT}, and at
// the end
// {"done": true} or {"error": {"kind": NUMBER, "text": TEXT}}.
#pragma once

#include "base/str.h"

// Runs the job; writes to out_fd. Returns the exit code.
int exec_run(struct str job, const char *module_dir, int out_fd);
