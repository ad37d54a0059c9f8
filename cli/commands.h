// SPDX-License-Identifier: MIT
// One row a command; each ends its own file. main.c lists them.
#pragma once

#include "cli/cli.h"

extern const struct command command_bless;
extern const struct command command_build;
extern const struct command command_cancel;
extern const struct command command_check;
extern const struct command command_du;
extern const struct command command_exec;
extern const struct command command_export;
extern const struct command command_gc;
extern const struct command command_graph;
extern const struct command command_help;
extern const struct command command_list;
extern const struct command command_new;
extern const struct command command_pause;
extern const struct command command_plan;
extern const struct command command_qc;
extern const struct command command_resume;
extern const struct command command_schema;
extern const struct command command_show;
extern const struct command command_status;
extern const struct command command_studio;
extern const struct command command_trust;
extern const struct command command_verify;
extern const struct command command_watch;
extern const struct command command_why;
