// SPDX-License-Identifier: MIT
#include "cli/compared.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/say.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/inspect.h"

// A preset of the film, and the first step that is made with it.
struct used {
    const json_t *preset;
    const struct step *first;
};

struct comparing {
    const struct cli *cli;
    struct arena *arena;
    struct buf out;
    const struct inspection *list;
    size_t n_list;
    bool *told_down; // of list
    size_t faults;
};

static bool is_elsewhere(const struct studio *studio, const json_t *preset)
{
    const struct studio_service *offer;

    return studio_offers(studio, preset, &offer, 1) && strcmp(offer->machine->name, "here") != 0;
}

static size_t count_presets(const struct graph *g, const struct studio *studio, size_t *elsewhere)
{
    const char *kind, *name;
    json_t *names, *preset;
    size_t n = 0;

    json_object_foreach(g->presets, kind, names)
        json_object_foreach(names, name, preset) {
            *elsewhere += is_elsewhere(studio, preset);
            n++;
        }
    return n;
}

static bool is_listed(const struct used *used, size_t n, const json_t *preset)
{
    for (size_t i = 0; i < n; i++)
        if (used[i].preset == preset)
            return true;
    return false;
}

// The presets that something elsewhere is to make. They are few, and steps are many.
static struct used *list_used(struct arena *a, const struct graph *g, const struct studio *studio,
                              size_t *n)
{
    size_t elsewhere = 0, most = count_presets(g, studio, &elsewhere), found = 0;
    struct used *used = arena_array(a, struct used, most);

    *n = 0;
    for (size_t i = 0; elsewhere && i < g->n_steps && found < most; i++) {
        const json_t *preset = graph_preset(g, g->steps[i]);

        if (preset && !is_listed(used, found, preset))
            used[found++] = (struct used){preset, g->steps[i]};
    }
    for (size_t i = 0; i < found; i++)
        if (is_elsewhere(studio, used[i].preset))
            used[(*n)++] = used[i];
    return used;
}

static void tell(struct comparing *c, const struct used *used, enum severity severity,
                 const char *message, const char *help)
{
    place_render(&used->first->at, severity, message, help, &c->out, c->cli->colour);
}

// What one service lacks, each with its remedy.
static void tell_lacks(struct comparing *c, const struct used *used, const struct inspection *i,
                       json_t *lacks)
{
    const struct studio_service *told = i->service->told;
    json_t *lack;
    size_t k;

    json_array_foreach(lacks, k, lack) {
        tell(c, used, SEVERITY_ERROR,
             arena_printf(c->arena, "%s by preset \"%s\": %s on %s lacks %s",
                          used->first->kind->name, used->first->preset, told->name,
                          told->machine->name, json_get_text(lack, "what", "something")),
             json_get_text(lack, "help", NULL));
        c->faults++;
    }
}

// Once for all presets that it would have made.
static void tell_down(struct comparing *c, const struct used *used, size_t i)
{
    const struct studio_service *told = c->list[i].service->told;

    if (c->told_down[i])
        return;
    c->told_down[i] = true;
    tell(c, used, SEVERITY_NOTE,
         arena_printf(c->arena, "%s on %s is down, so what it has was not compared: %s", told->name,
                      told->machine->name, c->list[i].err.text),
         NULL);
}

// One service that has everything is enough.
static void compare(struct comparing *c, const struct used *used)
{
    json_t **lacks = arena_array(c->arena, json_t *, c->n_list);
    bool fits = false;

    for (size_t i = 0; i < c->n_list; i++) {
        if (!studio_runs(c->list[i].service->told, used->preset))
            continue;
        lacks[i] = inspect_compare(&c->list[i], used->preset);
        fits = fits || (c->list[i].up && json_array_size(lacks[i]) == 0);
    }
    for (size_t i = 0; i < c->n_list; i++) {
        if (!fits && lacks[i] && c->list[i].up)
            tell_lacks(c, used, &c->list[i], lacks[i]);
        else if (!fits && lacks[i])
            tell_down(c, used, i);
        json_decref(lacks[i]);
    }
}

bool compared_tell(const struct cli *cli, const struct graph *graph, const struct studio *studio,
                   size_t *faults, struct err *err)
{
    struct comparing c = {.cli = cli, .arena = cli->arena};
    struct used *used = NULL;
    struct inspect *all;
    size_t n = 0;

    *faults = 0;
    if (studio)
        used = list_used(cli->arena, graph, studio, &n);
    if (n == 0)
        return true;
    all = inspect_studio(studio, cli->module_dir, err);
    if (!all)
        return false;
    c.list = inspect_list(all, &c.n_list);
    c.told_down = arena_array(c.arena, bool, c.n_list + 1);
    for (size_t i = 0; i < n; i++)
        compare(&c, &used[i]);
    inspect_free(all);
    say_aside(&c.out);
    buf_release(&c.out);
    *faults = c.faults;
    return true;
}
