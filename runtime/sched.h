// SPDX-License-Identifier: MIT
// The scheduler: which of the ready steps goes next, and on which service. GPUs are kept busy,
// change models as seldom as they can, and yet the first scenes are done early.
//
// The steps of a few scenes are *in hand* (runtime/hand.h): the first scene alone, then as many as
// it takes for the loading of models to cost little beside their work. A service goes on with the
// model that it holds while that has steps in hand, then takes the model whose steps wait the
// longest for a machine, and what is out of hand only before it would stand idle. What waits for
// very long goes first, whatever it costs.
//
// It knows no graph, no ledger and no clock: builds, rehearsals (runtime/rehearsal.h) and benches
// tell it what there is. One thread.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/hand.h"
#include "runtime/queue.h"

struct arena;

enum sched_aim {
    SCHED_SOONEST_SCENE,  // scenes are done one after the other
    SCHED_SHORTEST_NIGHT, // every scene is in hand from the beginning
};

// The scene of what is needed by none, but by the whole film.
#define SCHED_FILM UINT_MAX

// A step, as far as it concerns the scheduler. Owned by whose step it is.
struct sched_step {
    // Set by the owner.
    struct sched_lane *lane;
    unsigned scene;      // the place in the film of the first scene that needs it
    size_t index;        // its place among equals
    double seconds;      // that it should take where things go at common speed
    double path_seconds; // its own and the longest way behind it
    void *owner;

    // The scheduler's.
    bool to_come; // counted by its hand
};

// A heavy model.
struct sched_model {
    const char *name;
    size_t index;         // in sched.models
    double load_seconds;  // that it takes to load
    double ready_seconds; // of the steps that are ready
    double hand_seconds;  // of those in hand
    double *scene_ready;  // of those of each scene; hand.n_scenes
    int holders;          // services that hold it and are given steps
};

// The ready steps of one preset, and what runs them.
struct sched_lane {
    struct sched_model *model; // NULL: there is nothing to load
    struct queue ready;
    struct sched_service **services;
    size_t n_services, cap_services;
    size_t index;           // in sched.lanes
    int64_t waits_since_ms; // since when none of the ready ones was taken
    bool fresh;             // an idle service should look at it: in sched.fresh
    bool left;              // a slow service left its steps to faster ones
};

struct sched_machine {
    unsigned gpus;   // that its services share; 0: each has what it needs
    unsigned active; // services that run steps of a heavy model
    VEC(struct sched_service *) services;
};

// What a service makes of a lane.
struct sched_offer {
    struct sched_lane *lane;
    double slowness; // what a step takes there, beside what it should take
};

struct sched_service {
    struct sched_machine *machine;
    VEC(struct sched_offer) offers;
    unsigned running, at_once; // steps
    bool queues;               // of these one runs, and the others wait for it
    unsigned heavy;            // of a heavy model, among those that run
    bool closed;               // nothing is given to it now
    bool evicted;              // its model has to go, for another service needs the GPU
    struct sched_model *model; // that it holds; NULL: none that we know
    int64_t free_ms;           // when it should have room again
    void *owner;

    // Where it waits for work.
    struct sched_pool *pool;
    bool looking; // in sched.looking
    bool idle;    // in pool->idle
    struct sched_service *next, *prev;
};

// Services that run the same presets. Those that wait for work stand by the model that they hold.
struct sched_pool {
    struct sched_service **idle; // a list for each model, behind one for none
    size_t n_idle;
};

struct sched {
    enum sched_aim aim;
    struct arena *arena;
    VEC(struct sched_model *) models;
    VEC(struct sched_lane *) lanes;
    VEC(struct sched_machine *) machines;
    VEC(struct sched_service *) services; // borrowed
    VEC(struct sched_pool *) pools;
    struct hand hand;
    VEC(struct sched_service *) looking; // have room, and should look for work
    VEC(struct sched_lane *) fresh;
    size_t n_ready, n_running;
    size_t n_loads; // of models, so far
};

// n_scenes: of the film.
void sched_init(struct sched *s, enum sched_aim aim, unsigned n_scenes);
void sched_release(struct sched *s);

// What there is: all of it before sched_begin. Names are borrowed. A service is the caller's, with
// machine, at_once, queues and owner set.
struct sched_machine *sched_add_machine(struct sched *s, unsigned gpus);
struct sched_lane *sched_add_lane(struct sched *s, const char *model, double load_seconds);
void sched_add_service(struct sched *s, struct sched_service *service);
void sched_offer(struct sched *s, struct sched_service *service, struct sched_lane *lane,
                 double slowness);

// Steps that are to come, and those that will not come after all: scenes are in hand by what is
// left of them.
void sched_expect(struct sched *s, struct sched_step *step);
void sched_drop(struct sched *s, struct sched_step *step);
void sched_begin(struct sched *s);

void sched_push(struct sched *s, struct sched_step *step, int64_t now_ms);

// Takes the step that goes next and gives it to *service, which has to load its model where *load.
// NULL: none can start now.
struct sched_step *sched_next(struct sched *s, int64_t now_ms, struct sched_service **service,
                              bool *load);

// A step that was not pushed runs there, whether there is room or not: the service has it already.
void sched_resume(struct sched *s, struct sched_service *service, struct sched_step *step,
                  int64_t now_ms);

// Takes the first step of a lane out, for nobody runs it.
struct sched_step *sched_take(struct sched *s, struct sched_lane *lane);

// A step has ended there; or was not begun at all.
void sched_end(struct sched *s, struct sched_service *service, const struct sched_step *step);

// Something else runs there, or does no more.
void sched_occupy(struct sched *s, struct sched_service *service);
void sched_vacate(struct sched *s, struct sched_service *service);

// Whether anything is given to it.
void sched_set_closed(struct sched *s, struct sched_service *service, bool closed);

// It holds no model any more, or this one.
void sched_set_model(struct sched *s, struct sched_service *service, struct sched_model *model);

// What a model took to load.
void sched_learn_load(struct sched_model *model, double seconds);

// What a step took there, without its loading.
void sched_learn(struct sched_service *service, const struct sched_step *step, double seconds);

void sched_set_slowness(struct sched_service *service, const struct sched_lane *lane,
                        double slowness);

// What a step of the lane takes there, beside what it should; 0: it runs none there.
double sched_slowness(const struct sched_service *service, const struct sched_lane *lane);

// For sched.c alone (sched_choice.c): the lane from which the service takes its next step. NULL: it
// waits.
struct sched_lane *sched_choose(const struct sched *s, const struct sched_service *service,
                                int64_t now_ms);
