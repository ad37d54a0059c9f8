// SPDX-License-Identifier: MIT
// A film beside its studio: what the services lack that the film's presets need.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct cli;
struct err;
struct graph;
struct studio;

// Asks the services that offer a preset of the film, and says to stderr what each lacks, at the
// first step that needs it; a note tells of a service that is down. *faults: how much is lacking:
// where one service of several has all, nothing is. Does nothing where no preset goes to a service.
// False with *err when this machine cannot ask.
bool compared_tell(const struct cli *cli, const struct graph *graph, const struct studio *studio,
                   size_t *faults, struct err *err);
