// SPDX-License-Identifier: MIT
// ledger_bench FOLDER RESULTS: records so many results of one small artifact each in a project
// there, each committed before the next, through the store and the ledger of a build. Prints the
// seconds until all are recorded, the seconds until all are synced, and the longest time that a
// result was recorded and not synced; and the seconds of CPU.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/artifact.h"
#include "runtime/ledger.h"
#include "runtime/store.h"

enum { ARTIFACT_BYTES = 4000 };

struct bench {
    struct store store;
    struct ledger *ledger;
    struct clock *clock;
    json_t *facts;
    int64_t *recorded_ms; // of each result
    size_t n, safe;
    int64_t longest_ms;
};

static int64_t now_ms(const struct bench *b)
{
    return b->clock->now_ms(b->clock);
}

// What has become safe by now.
static void look(struct bench *b)
{
    size_t left = ledger_unsettled(b->ledger);

    for (; b->safe + left < b->n; b->safe++)
        if (now_ms(b) - b->recorded_ms[b->safe] > b->longest_ms)
            b->longest_ms = now_ms(b) - b->recorded_ms[b->safe];
}

static bool import(struct bench *b, struct arena *a, struct artifact *made, struct err *err)
{
    const char *temp = store_temp(&b->store, a, arena_printf(a, "%zu", b->n), "bin");
    char bytes[ARTIFACT_BYTES];
    uint64_t len;

    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, &b->n, sizeof(b->n)); // no two alike
    *made = (struct artifact){.name = "image", .ext = "bin", .facts = b->facts};
    return file_put(temp, bytes, sizeof(bytes), err) &&
           store_import(&b->store, temp, "bin", &made->digest, &len, err);
}

static bool record(struct bench *b, struct err *err)
{
    struct arena *a = arena_new();
    struct artifact made;
    char *preimage = arena_alloc(a, 1000);
    struct result r = {.kind = "image",
                       .step = arena_printf(a, "scene-%zu/shot-%zu/image", b->n / 10, b->n),
                       .preset = "draft",
                       .machine = "here",
                       .seconds = 1,
                       .artifacts = &made,
                       .n_artifacts = 1};
    bool ok;

    memset(preimage, '-', 999);
    preimage[999] = 0;
    r.preimage = preimage;
    ok = import(b, a, &made, err);
    if (ok) {
        digest_hex(&made.digest, r.key);
        ok = ledger_put(b->ledger, &r, err) &&
             ledger_put_last(b->ledger, "film", r.step, r.key, err) &&
             ledger_tick(b->ledger, true, err);
    }
    b->recorded_ms[b->n++] = now_ms(b);
    look(b);
    arena_free(a);
    return ok;
}

static bool run(struct bench *b, size_t n, struct err *err)
{
    int64_t begun = now_ms(b);
    bool ok = true;

    while (ok && b->n < n)
        ok = record(b, err);
    printf("recorded %.2f\n", (double)(now_ms(b) - begun) / 1000);
    while (ok && ledger_unsettled(b->ledger)) {
        ok = ledger_tick(b->ledger, true, err);
        look(b);
    }
    printf("synced %.2f\n", (double)(now_ms(b) - begun) / 1000);
    printf("longest %.3f\n", (double)b->longest_ms / 1000);
    printf("cpu %.2f\n", (double)clock() / CLOCKS_PER_SEC);
    return ok;
}

int main(int argc, char **argv)
{
    struct bench b = {.clock = clock_system()};
    size_t n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    struct err err = {0};
    bool ok = n > 0 && store_init(&b.store, argv[1], &err) &&
              (b.ledger = ledger_open(argv[1], LEDGER_WRITE, b.clock, &err));

    b.recorded_ms = mem_new((n + 1) * sizeof(*b.recorded_ms));
    b.facts = json_pack("{s:s, s:i, s:i}", "type", "image", "width", 64, "height", 48);
    ok = ok && run(&b, n, &err);
    ok = ledger_close(b.ledger, &err) && ok;
    json_decref(b.facts);
    mem_free(b.recorded_ms);
    if (!ok)
        fprintf(stderr, "usage: ledger_bench FOLDER RESULTS\n%s\n", err.text);
    return ok ? 0 : 1;
}
