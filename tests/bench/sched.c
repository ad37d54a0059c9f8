// SPDX-License-Identifier: MIT
// sched_bench [-n] [-w N] [-s LIST] [-k SEED] [-p FILE] TRACE: replays a trace of a film
// (schedsim.py) through the scheduler on a simulated clock, and prints what came out beside the
// lower bound. -n: the shortest night; -w: so many steps wait at each GPU behind the one that runs;
// -s 1,0.5: how fast the GPUs are, which the scheduler has to learn; -k: somebody picks each still,
// at random times within some hours; -p: writes the plan, which schedsim.py can check.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "runtime/rehearsal.h"

enum { MOST_SPEEDS = 64 };

struct bench {
    // As asked for.
    enum sched_aim aim;
    unsigned waiting;
    double speeds[MOST_SPEEDS];
    size_t n_speeds;
    unsigned long picks; // 0: nobody picks
    const char *plan;

    json_t *trace;
    struct rehearsal r;
    struct map by_id; // -> rehearsal_step
    struct map lanes; // "CLASS MODEL" -> sched_lane
    VEC(size_t) inputs;
    VEC(char *) texts; // names, kept as long as the bench
};

static void die(const char *what)
{
    fprintf(stderr, "sched_bench: %s\n", what);
    exit(1);
}

static char *keep(struct bench *b, const char *text, const char *more)
{
    size_t size = strlen(text) + strlen(more) + 1;
    char *kept = mem_new(size);

    snprintf(kept, size, "%s%s", text, more);
    vec_push(&b->texts, kept);
    return kept;
}

static bool is_gpu(const char *class)
{
    return strcmp(class, "gpu") == 0;
}

static void add_machine(struct bench *b, const char *class, size_t i)
{
    bool gpu = is_gpu(class);
    char number[24];
    struct rehearsal_service *s = rehearsal_add_service(&b->r, 1 + (gpu ? b->waiting : 0), true);

    snprintf(number, sizeof(number), "%zu", i);
    s->sched.machine = sched_add_machine(&b->r.sched, gpu);
    sched_add_service(&b->r.sched, &s->sched);
    s->told = keep(b, class, number);
    s->slowness = gpu && b->n_speeds ? 1 / b->speeds[i % b->n_speeds] : 1;
}

static void add_machines(struct bench *b)
{
    const char *class;
    json_t *told;

    json_object_foreach(json_object_get(b->trace, "classes"), class, told)
        for (size_t i = 0; i < (size_t)json_get_number(told, "machines", 1); i++)
            add_machine(b, class, i);
}

static struct sched_lane *lane_of(struct bench *b, const json_t *task)
{
    const char *class = json_get_text(task, "class", ""),
               *model = json_get_text(task, "model", NULL);
    const json_t *models = json_object_get(b->trace, "models");
    char *key = keep(b, class, model ? model : "");
    struct sched_lane *lane = map_find(&b->lanes, key);

    if (lane)
        return lane;
    lane = sched_add_lane(&b->r.sched, model,
                          model ? json_get_number(json_object_get(models, model), "load", 0) : 0);
    for (size_t i = 0; i < b->r.sched.services.n; i++) {
        struct rehearsal_service *s = b->r.sched.services.at[i]->owner;

        if (strncmp(s->told, class, strlen(class)) == 0)
            sched_offer(&b->r.sched, &s->sched, lane, 1);
    }
    map_put(&b->lanes, key, lane);
    return lane;
}

static unsigned scene_of(const json_t *task)
{
    const json_t *scene = json_object_get(task, "scene");

    return json_is_integer(scene) ? (unsigned)json_integer_value(scene) : SCHED_FILM;
}

// Inputs stand before their users in a trace.
static void add_step(struct bench *b, const json_t *task, size_t i)
{
    const char *id = json_get_text(task, "id", "");
    struct rehearsal_step *step = &b->r.steps[i];
    const json_t *dep;
    size_t k;

    step->step = (struct sched_step){
        .lane = lane_of(b, task),
        .scene = scene_of(task),
        .index = i,
        .seconds = json_get_number(task, "estimate", json_get_number(task, "seconds", 0)),
    };
    step->takes_seconds = json_get_number(task, "seconds", 0);
    step->n_inputs = json_array_size(json_object_get(task, "deps"));
    json_array_foreach(json_object_get(task, "deps"), k, dep) {
        const struct rehearsal_step *from = map_find(&b->by_id, json_string_value(dep));

        if (!from)
            die("a task stands before what it needs");
        vec_push(&b->inputs, (size_t)(from - b->r.steps));
    }
    if (b->picks && strstr(id, ".video"))
        step->from_ms = (int64_t)(drand48() * 4 * 3600 * 1000);
    map_put(&b->by_id, id, step);
}

// A step that no scene names belongs to the first scene that needs it.
static void spread_scenes(struct rehearsal *r)
{
    for (size_t i = r->n_steps; i-- > 0;)
        for (size_t k = 0; k < r->steps[i].n_inputs; k++) {
            struct sched_step *input = &r->steps[r->steps[i].inputs[k]].step;

            if (input->scene > r->steps[i].step.scene)
                input->scene = r->steps[i].step.scene;
        }
}

static unsigned count_scenes(const json_t *tasks)
{
    unsigned n = 0;
    json_t *task;
    size_t i;

    json_array_foreach(tasks, i, task)
        n = scene_of(task) != SCHED_FILM && scene_of(task) >= n ? scene_of(task) + 1 : n;
    return n;
}

static void read_trace(struct bench *b, const char *path)
{
    json_error_t error;
    json_t *tasks, *task;
    size_t i, at = 0;

    b->trace = json_load_file(path, 0, &error);
    tasks = json_object_get(b->trace, "tasks");
    if (!tasks)
        die("no such trace");
    rehearsal_init(&b->r, b->aim, json_array_size(tasks), count_scenes(tasks));
    add_machines(b);
    srand48((long)b->picks);
    json_array_foreach(tasks, i, task)
        add_step(b, task, i);
    for (i = 0; i < b->r.n_steps; at += b->r.steps[i++].n_inputs)
        b->r.steps[i].inputs = b->inputs.at + at;
    spread_scenes(&b->r);
    rehearsal_measure(&b->r);
}

// The longest of: the longest way; the work of a class with each model loaded once, over its
// machines, with the shortest way to the first of it and from the last.
struct work_of_class {
    double seconds, power, before, behind;
};

static void add_work(struct bench *b, struct work_of_class *w, size_t i, double before,
                     double behind)
{
    w->seconds += b->r.steps[i].takes_seconds;
    w->before = before < w->before ? before : w->before;
    w->behind = behind < w->behind ? behind : w->behind;
}

static double bound_of(struct bench *b, const char *class, const double *before,
                       const double *behind)
{
    struct work_of_class w = {.before = HUGE_VAL, .behind = HUGE_VAL};
    json_t *task, *tasks = json_object_get(b->trace, "tasks");
    size_t i;

    json_array_foreach(tasks, i, task)
        if (strcmp(json_get_text(task, "class", ""), class) == 0)
            add_work(b, &w, i, before[i], behind[i] - b->r.steps[i].takes_seconds);
    for (i = 0; i < b->r.sched.models.n && is_gpu(class); i++)
        w.seconds += b->r.sched.models.at[i]->load_seconds;
    for (i = 0; i < b->r.sched.services.n; i++) {
        const struct rehearsal_service *s = b->r.sched.services.at[i]->owner;

        if (strncmp(s->told, class, strlen(class)) == 0)
            w.power += 1 / s->slowness;
    }
    return w.seconds > 0 ? w.seconds / w.power + w.before + w.behind : 0;
}

// Ways are as long as the fastest machine makes them.
static double bound(struct bench *b)
{
    size_t n = b->r.n_steps;
    double *before = mem_new(n * sizeof(*before)), *behind = mem_new(n * sizeof(*behind)), most = 0;
    const char *class;
    json_t *told;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < b->r.steps[i].n_inputs; k++) {
            size_t from = b->r.steps[i].inputs[k];

            before[i] = fmax(before[i], before[from] + b->r.steps[from].takes_seconds);
        }
    for (size_t i = n; i-- > 0;) {
        behind[i] += b->r.steps[i].takes_seconds;
        most = b->n_speeds ? most : fmax(most, behind[i]);
        for (size_t k = 0; k < b->r.steps[i].n_inputs; k++)
            behind[b->r.steps[i].inputs[k]] = fmax(behind[b->r.steps[i].inputs[k]], behind[i]);
    }
    json_object_foreach(json_object_get(b->trace, "classes"), class, told)
        most = fmax(most, bound_of(b, class, before, behind));
    mem_free(before);
    mem_free(behind);
    return most;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

// When each scene was done, sorted.
static double *scenes_done(struct bench *b, size_t *n)
{
    double *done;
    json_t *task, *tasks = json_object_get(b->trace, "tasks");
    size_t i;

    *n = count_scenes(tasks);
    done = mem_new((*n + 1) * sizeof(*done));
    json_array_foreach(tasks, i, task)
        if (scene_of(task) != SCHED_FILM)
            done[scene_of(task)] = fmax(done[scene_of(task)], (double)b->r.steps[i].end_ms / 1000);
    qsort(done, *n, sizeof(*done), by_value);
    return done;
}

static int by_start(const void *a, const void *b)
{
    const struct rehearsal_step *const *x = a, *const *y = b;

    return ((*x)->start_ms > (*y)->start_ms) - ((*x)->start_ms < (*y)->start_ms);
}

static void write_plan(struct bench *b)
{
    const struct rehearsal_step **order = mem_new((b->r.n_steps + 1) * sizeof(*order));
    json_t *machines = json_object(), *plan;

    for (size_t i = 0; i < b->r.n_steps; i++)
        order[i] = &b->r.steps[i];
    qsort(order, b->r.n_steps, sizeof(*order), by_start);
    for (size_t i = 0; i < b->r.n_steps; i++) {
        const char *name = order[i]->service->told;
        const json_t *task =
            json_array_get(json_object_get(b->trace, "tasks"), (size_t)(order[i] - b->r.steps));

        if (!json_object_get(machines, name))
            json_object_set_new(machines, name, json_array());
        json_array_append(json_object_get(machines, name), json_object_get(task, "id"));
    }
    plan = json_pack("{s:s, s:o}", "format", "c41-sched-plan/1", "machines", machines);
    if (json_dump_file(plan, b->plan, 0) != 0)
        die("the plan cannot be written");
    json_decref(plan);
    mem_free(order);
}

static void read_options(struct bench *b, int argc, char **argv)
{
    char *rest;

    for (int c; (c = getopt(argc, argv, "nw:s:k:p:")) != -1;)
        switch (c) {
        case 'n':
            b->aim = SCHED_SHORTEST_NIGHT;
            break;
        case 'w':
            b->waiting = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            for (rest = optarg; *rest && b->n_speeds < MOST_SPEEDS; rest += *rest == ',')
                b->speeds[b->n_speeds++] = strtod(rest, &rest);
            break;
        case 'k':
            b->picks = strtoul(optarg, NULL, 10);
            break;
        case 'p':
            b->plan = optarg;
            break;
        default:
            exit(64);
        }
}

// What the steps and all that is known of them take.
static double memory_bytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024;
}

static void release(struct bench *b)
{
    rehearsal_release(&b->r);
    map_release(&b->by_id);
    map_release(&b->lanes);
    vec_release(&b->inputs);
    for (size_t i = 0; i < b->texts.n; i++)
        mem_free(b->texts.at[i]);
    vec_release(&b->texts);
    json_decref(b->trace);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    clock_t begun;
    double *done, cpu, least, before;
    size_t n;

    read_options(&b, argc, argv);
    if (optind >= argc)
        die("which trace?");
    read_trace(&b, argv[optind]);
    before = memory_bytes();
    begun = clock();
    if (!rehearsal_run(&b.r, 0))
        die("the scheduler left steps behind");
    cpu = (double)(clock() - begun) / CLOCKS_PER_SEC;
    done = scenes_done(&b, &n);
    least = bound(&b);
    printf("makespan %.1f s\nover_bound %.4f ratio\nfirst_scene %.1f s\nmedian_scene %.1f s\n"
           "loads %zu loads\nscheduler %.3f s\nmemory %.0f bytes\n",
           (double)b.r.end_ms / 1000, (double)b.r.end_ms / 1000 / least, done[0], done[n / 2],
           b.r.sched.n_loads, cpu,
           memory_bytes() - before + (double)(b.r.n_steps * sizeof(*b.r.steps)));
    if (b.plan)
        write_plan(&b);
    mem_free(done);
    release(&b);
    return 0;
}
