// SPDX-License-Identifier: MIT
// The picks of a whole project: what every `*.picks.yaml` in it names by digest, whatever film it
// belongs to. For those who keep the store; a film's own picks are read with the film.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct schemas;

struct pick {
    const char *step;  // its id, as written
    const char *is;    // the artifact: the beginning of its digest
    const char *where; // "film.picks.yaml:3", for people
};

// False after saying why to d when any of the files is no picks file: whoever removes what is not
// picked must know all picks. *picks lives in a.
bool picks_read(struct arena *a, struct diag *d, const struct schemas *schemas, const char *project,
                const struct pick **picks, size_t *n);
