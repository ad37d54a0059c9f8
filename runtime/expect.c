// SPDX-License-Identifier: MIT
#include "runtime/expect.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/ledger.h"
#include "runtime/ledger_loads.h"
#include "runtime/service.h"
#include "runtime/walk.h"

// A model of some tens of gigabytes from a good disk.
static const double usual_load_seconds = 30;

// Of a shot of some seconds, 1080p.
struct guess {
    const char *kind;
    double here;  // on one core of this machine
    double model; // by a model, on a good GPU
};

// Sorted.
static const struct guess guesses[] = {
    {"ambience", 0.5, 20}, {"animate", 2, 240}, {"caption", 0.1, 5}, {"card", 0.2, 0},
    {"conform", 3, 0},     {"cut", 2, 0},       {"edit", 0.3, 60},   {"image", 0.3, 40},
    {"join", 1, 0},        {"judge", 0.1, 10},  {"lipsync", 3, 240}, {"mix", 0.3, 0},
    {"proxy", 0.3, 0},     {"retouch", 1, 240}, {"speak", 0.3, 5},   {"train", 0.1, 3600},
    {"upscale", 1, 60},    {"write", 0.1, 20},
};

static const double least_guess = 0.1, doubt_of_guess = 0.5;

static struct took took(struct ledger *ledger, const struct work *work, const char *machine)
{
    return ledger_took(ledger, work->step->kind->name, work->step->preset ? work->step->preset : "",
                       machine);
}

double expect_seconds(struct ledger *ledger, const struct work *work)
{
    const char *kind = work->step->kind->name;
    const json_t *expect = json_object_get(work->preset, "expect");
    double mean = took(ledger, work, NULL).mean_seconds;

    if (mean > 0)
        return mean;
    if (json_is_number(json_object_get(expect, "seconds")))
        return json_get_number(expect, "seconds", 0);
    for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++)
        if (strcmp(guesses[i].kind, kind) == 0)
            return work->by && work->by->here ? guesses[i].here : guesses[i].model;
    return least_guess;
}

double expect_doubt(struct ledger *ledger, const struct work *work)
{
    struct took t = took(ledger, work, NULL);
    double doubt;

    if (t.n < 2 || t.mean_seconds <= 0)
        return doubt_of_guess;
    doubt = t.deviation_seconds / t.mean_seconds / sqrt((double)t.n - 1);
    return doubt < doubt_of_guess ? doubt : doubt_of_guess;
}

double expect_slowness(struct ledger *ledger, const struct work *work, const char *machine)
{
    double there = took(ledger, work, machine).mean_seconds,
           anywhere = took(ledger, work, NULL).mean_seconds;

    return there > 0 && anywhere > 0 ? there / anywhere : 1;
}

double expect_load_seconds(struct ledger *ledger, const json_t *preset)
{
    const char *model = json_get_text(preset, "model", NULL);
    double took = model ? ledger_load_seconds(ledger, model) : 0;

    if (took >= 0)
        return took;
    return json_get_number(json_object_get(preset, "expect"), "load", usual_load_seconds);
}
