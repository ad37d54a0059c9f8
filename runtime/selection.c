// SPDX-License-Identifier: MIT
#include "runtime/selection.h"

#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "compiler/graph.h"

bool selection_is_all(const struct selection *s)
{
    return !s->n_globs && !s->kind && !s->scene;
}

static bool matches_any(const struct selection *s, const char *id)
{
    for (size_t i = 0; i < s->n_globs; i++)
        if (fnmatch(s->globs[i], id, 0) == 0)
            return true;
    return s->n_globs == 0;
}

static bool is_of_scene(const struct selectable *what, const char *scene)
{
    struct str rest = str_of(what->id);

    return what->scene ? strcmp(what->scene, scene) == 0 : str_is(str_cut(&rest, '/'), scene);
}

bool selection_has(const struct selection *s, const struct selectable *what)
{
    return (!s->kind || strcmp(s->kind, what->kind) == 0) &&
           (!s->scene || is_of_scene(what, s->scene)) && matches_any(s, what->id);
}

// A step of the whole film is of no scene, whatever its id begins with.
static struct selectable selectable_of(const struct step *step)
{
    return (struct selectable){step->id, step->kind->name, step->scene ? step->scene : ""};
}

bool selection_has_step(const struct selection *s, const struct step *step)
{
    struct selectable what = selectable_of(step);

    return selection_has(s, &what);
}

bool selection_takes(const struct selection *s, const struct step *step, bool current)
{
    return !(s->stale && current) && selection_has_step(s, step);
}

static bool glob_matches(const char *glob, const struct selectable *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fnmatch(glob, list[i].id, 0) == 0)
            return true;
    return false;
}

static bool refuse_glob(const char *glob, const struct selectable *list, size_t n, struct err *err)
{
    const char **ids = mem_new((n + 1) * sizeof(*ids)), *near;

    for (size_t i = 0; i < n; i++)
        ids[i] = list[i].id;
    near = str_nearest(glob, ids, n);
    if (near)
        err_set(err, ERR_USAGE, "no step is called \"%s\"; did you mean \"%s\"?", glob, near);
    else
        err_set(err, ERR_USAGE, "no step is called \"%s\"; `c41 list FILM` names the steps", glob);
    mem_free(ids);
    return false;
}

static bool check_globs(const struct selection *s, const struct selectable *list, size_t n,
                        struct err *err)
{
    for (size_t i = 0; i < s->n_globs; i++)
        if (!glob_matches(s->globs[i], list, n))
            return refuse_glob(s->globs[i], list, n, err);
    return true;
}

static bool check_scene(const struct selection *s, const struct selectable *list, size_t n,
                        const char *where, struct err *err)
{
    const char **scenes, *near;
    size_t n_scenes = 0;
    bool found = !s->scene;

    for (size_t i = 0; i < n && !found; i++)
        found = is_of_scene(&list[i], s->scene);
    if (found)
        return true;
    scenes = mem_new((n + 1) * sizeof(*scenes));
    for (size_t i = 0; i < n; i++)
        if (list[i].scene && list[i].scene[0])
            scenes[n_scenes++] = list[i].scene;
    near = str_nearest(s->scene, scenes, n_scenes);
    if (near)
        err_set(err, ERR_USAGE, "no scene \"%s\"; did you mean \"%s\"?", s->scene, near);
    else
        err_set(err, ERR_USAGE, "%s has no scene \"%s\"", where, s->scene);
    mem_free(scenes);
    return false;
}

// Every part matches something, and all of them together nothing.
static bool refuse(const struct selection *s, const char *where, struct err *err)
{
    struct buf text = {0};

    buf_printf(&text, "%s has no step", where);
    if (s->kind)
        buf_printf(&text, " of kind \"%s\"", s->kind);
    if (s->scene)
        buf_printf(&text, " in scene \"%s\"", s->scene);
    for (size_t i = 0; i < s->n_globs; i++)
        buf_printf(&text, "%s \"%s\"", i ? " or" : " called", s->globs[i]);
    err_set(err, ERR_USAGE, "%s", buf_text(&text));
    buf_release(&text);
    return false;
}

bool selection_check_among(const struct selection *s, const struct selectable *list, size_t n,
                           const char *where, struct err *err)
{
    if (selection_is_all(s))
        return true;
    if (!check_globs(s, list, n, err) || !check_scene(s, list, n, where, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (selection_has(s, &list[i]))
            return true;
    return refuse(s, where, err);
}

bool selection_check(const struct selection *s, const struct graph *graph, struct err *err)
{
    struct selectable *list;
    bool ok;

    if (selection_is_all(s))
        return true;
    list = mem_new((graph->n_steps + 1) * sizeof(*list));
    for (size_t i = 0; i < graph->n_steps; i++)
        list[i] = selectable_of(graph->steps[i]);
    ok = selection_check_among(s, list, graph->n_steps, "the film", err);
    mem_free(list);
    return ok;
}
