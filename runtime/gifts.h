// SPDX-License-Identifier: MIT
// What scenes give to files of the whole film: kept from one build to the next, so that such a file
// can be put together where most scenes were left out. A file beside the fingerprint, which holds
// its digest: they are of one build or of no use.
//
// It lists scenes in the order of their parts, with what the compiler has of each as text; and the
// key of every step that the film's files are made of, which says what that has made.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/map.h"

struct arena;
struct built_from;
struct err;
struct walk;

struct gift {
    const char *part; // its path in the project
    const char *name, *text;
};

struct gifts {
    struct gift *scenes;
    size_t n_scenes;
    struct map parts; // path -> the first of its scenes; the others follow
    struct map keys;  // id of a step -> its key
};

// Reads what a build has left whose fingerprint is at path. False where it is not what digest (hex)
// says. Text lives in a; release in either case.
bool gifts_read(struct gifts *g, const char *path, const char *digest, struct arena *a);
void gifts_release(struct gifts *g);

// The scenes of a part, *n of them, in their order.
const struct gift *gifts_part(const struct gifts *g, const char *part, size_t *n);

// Leaves what the film's scenes give by now, those that were made and those that from leaves out;
// *digest is for gifts_read. False with *err, too, where a step has no key that tells of it.
// *digest is "" where scenes give nothing.
bool gifts_leave(const struct built_from *from, const struct walk *w, char digest[DIGEST_HEX_BYTES],
                 struct err *err);
