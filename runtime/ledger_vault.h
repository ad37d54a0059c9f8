// SPDX-License-Identifier: MIT
// The ledger's view of the store as a vault: what good builds need, which key names which file,
// what each took. For gc, verify and du; builds tell what was good. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest;
struct err;
struct file_stamp;
struct ledger;

// Some steps of a film; has is asked by id.
struct ledger_part {
    bool (*has)(void *user, const char *step);
    void *user;
    size_t n; // how many there are
};

// A build of the film was good with these steps: what each was last made with is what the film
// needs. Other steps stay as they are: the build may have been of a part. Costs a look at the
// film's steps, and a change for each that has moved since.
bool ledger_put_good(struct ledger *l, const char *film, const struct ledger_part *part,
                     struct err *err);

// The same steps, all of them good, are all that the film has: no other is needed any more.
bool ledger_drop_good(struct ledger *l, const char *film, const struct ledger_part *part,
                      struct err *err);

// The film is no longer built here: nothing of it is needed. Its renders stay until gc.
bool ledger_forget_film(struct ledger *l, const char *film, struct err *err);

// One artifact of one result.
struct ledger_row {
    const char *key, *kind, *step;
    double seconds;
    int64_t made_ms;
    bool needed; // by the latest good build of a film
    bool fresh;  // a step's latest, made since the film's last good build
    const char *digest, *ext;
    int64_t bytes; // as measured when it was stored; 0: not told
};

// Calls each for every artifact of every result, those of a key together, in order of keys. What
// row points at is there until each returns.
bool ledger_rows(struct ledger *l, void (*each)(void *user, const struct ledger_row *row),
                 void *user, struct err *err);

// Calls each for every step that a good build of a film needs.
bool ledger_good_steps(struct ledger *l,
                       void (*each)(void *user, const char *film, const char *step,
                                    const char *key),
                       void *user, struct err *err);

// Forgets results, and is on the disk with that before it returns.
bool ledger_drop(struct ledger *l, const char *const *keys, size_t n, struct err *err);

// The digest of a file of the project as it was last seen or handed out, whatever it is now. False:
// it was never seen.
bool ledger_file_digest(struct ledger *l, const char *path, struct digest *digest);

// Calls each for every file of the project that was last seen with the bytes of an artifact: what
// was handed out.
bool ledger_handed_out(struct ledger *l,
                       void (*each)(void *user, const char *path, const struct file_stamp *stamp,
                                    const struct digest *digest),
                       void *user, struct err *err);

// The mean of what the artifacts of a step of this kind weigh, over all that are known; 0: none is.
double ledger_mean_bytes(struct ledger *l, const char *kind);
