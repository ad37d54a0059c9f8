// SPDX-License-Identifier: MIT
// c41 studio: every machine and service, whether it is up, and what it has.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/say.h"
#include "cli/size.h"
#include "cli/table.h"
#include "compiler/compile.h"
#include "compiler/preset.h"
#include "compiler/roster.h"
#include "compiler/studio.h"
#include "runtime/inspect.h"
#include "runtime/pauses.h"
#include "runtime/rest.h"

// What is shown of one service.
struct seen_service {
    const struct inspection *told;
    json_t *lacks; // {PRESET: [{"what", "help"}]}
};

struct seen_studio {
    const struct studio *studio;
    struct seen_service *list;
    size_t n;
    struct pauses pauses;
    int64_t wall_ms; // when it was looked
    struct arena *arena;
};

static void look(struct seen_studio *s, const struct inspect *all, const struct roster *r)
{
    size_t n_presets;
    const struct preset *const *presets = roster_presets(r, &n_presets);
    const struct inspection *list = inspect_list(all, &s->n);

    s->list = arena_array(s->arena, struct seen_service, s->n + 1);
    for (size_t i = 0; i < s->n; i++) {
        s->list[i] = (struct seen_service){&list[i], json_object()};
        for (size_t k = 0; k < n_presets; k++) {
            const struct preset *p = presets[k];
            json_t *lacks;

            if (!studio_runs(list[i].service->told, p->json))
                continue;
            lacks = inspect_compare(&list[i], p->json);
            if (json_array_size(lacks))
                json_object_set(s->list[i].lacks, p->name, lacks);
            json_decref(lacks);
        }
    }
}

static json_t *service_json(const struct seen_studio *all, const struct seen_service *s)
{
    const struct studio_service *told = s->told->service->told;
    struct rest rest = rest_of(told->machine, &all->pauses, all->wall_ms);
    char state[80];
    json_t *o = json_pack("{s:s, s:s, s:s, s:b}", "machine", told->machine->name, "service",
                          told->name, "driver", told->driver, "up", s->told->up);

    if (s->told->up)
        json_object_set_new(o, "latency_ms", json_real(s->told->latency_ms));
    else
        json_object_set_new(o, "error", json_string(s->told->err.text));
    json_object_update(o, s->told->told);
    if (rest.reason != REST_NOT)
        json_object_set_new(o, "rest", json_string(rest_state(&rest, state, sizeof(state))));
    if (json_object_size(s->lacks))
        json_object_set(o, "lacks", s->lacks);
    return o;
}

static void print_json(const struct seen_studio *s, struct buf *out)
{
    json_t *list = json_array(), *whole;

    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(list, service_json(s, &s->list[i]));
    whole = json_pack("{s:s?, s:o}", "studio", s->studio->file, "services", list);
    json_pretty(whole, out);
    json_decref(whole);
}

// "2 running, 1 waiting"
static void add_queue(const json_t *told, struct buf *out)
{
    const json_t *queue = json_object_get(told, "queue");

    if (queue)
        buf_printf(out, "  %d running, %d waiting", (int)json_get_integer(queue, "running", 0),
                   (int)json_get_integer(queue, "waiting", 0));
}

static void add_gpus(const json_t *told, struct buf *out)
{
    json_t *gpu;
    size_t i;

    json_array_foreach(json_object_get(told, "gpus"), i, gpu) {
        const char *name = json_get_text(gpu, "name", "GPU"), *end = strstr(name, " : ");

        // "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync"
        buf_printf(out, "  %.*s: ", end ? (int)(end - name) : (int)strlen(name), name);
        size_print((uint64_t)json_get_number(gpu, "free", 0), out);
        buf_puts(out, " of ");
        size_print((uint64_t)json_get_number(gpu, "total", 0), out);
        buf_puts(out, " free");
    }
}

static void add_loaded(const json_t *told, struct buf *out)
{
    json_t *name;
    size_t i;

    json_array_foreach(json_object_get(told, "loaded"), i, name)
        buf_printf(out, "%s%s", i ? ", " : "  loaded: ", json_string_value(name));
}

// Errors of a service begin with its name, which stands in the row already.
static const char *without_name(const struct inspection *told)
{
    const char *name = told->service->told->name, *text = told->err.text;
    size_t len = strlen(name);

    return strncmp(text, name, len) == 0 && strncmp(text + len, ": ", 2) == 0 ? text + len + 2
                                                                              : text;
}

static const char *words_of(const struct seen_studio *s, const struct seen_service *service)
{
    const json_t *told = service->told->told;
    struct buf out = {0};
    const char *words;

    if (service->told->up) {
        buf_printf(&out, "%s", json_get_text(told, "version", ""));
        add_queue(told, &out);
        add_gpus(told, &out);
        add_loaded(told, &out);
    } else {
        buf_puts(&out, without_name(service->told));
    }
    words = arena_strdup(s->arena, buf_text(&out));
    buf_release(&out);
    return words;
}

static void print_lacks(const struct seen_service *service, struct buf *out)
{
    const char *preset;
    json_t *list, *lack;
    size_t i;

    json_object_foreach(service->lacks, preset, list) {
        json_array_foreach(list, i, lack) {
            buf_printf(out, "  %s for %s lacks %s\n", service->told->service->told->name, preset,
                       json_get_text(lack, "what", "something"));
            if (json_get_text(lack, "help", NULL))
                buf_printf(out, "    help: %s\n", json_get_text(lack, "help", ""));
        }
    }
}

static void add_row(const struct seen_studio *s, const struct seen_service *service,
                    struct table *t)
{
    const struct studio_service *told = service->told->service->told;

    table_add(t, "%s", told->name);
    table_add(t, "%s", told->driver);
    table_add(t, "%s", service->told->up ? "up" : "down");
    if (service->told->up && service->told->latency_ms > 0)
        table_add(t, "%.0f ms", service->told->latency_ms);
    else
        table_add(t, "%s", "");
    table_add(t, "%s", words_of(s, service));
}

// The services of one machine, from list on; returns how many.
static size_t print_machine(const struct seen_studio *s, const struct seen_service *list,
                            size_t most, struct buf *out)
{
    const struct studio_machine *m = list->told->service->told->machine;
    struct rest rest = rest_of(m, &s->pauses, s->wall_ms);
    struct table t = {.columns = 5};
    char state[80];
    size_t n = 0;

    buf_puts(out, m->name);
    if (m->gpus)
        buf_printf(out, "  %u GPU%s", m->gpus, m->gpus == 1 ? "" : "s");
    if (rest.reason != REST_NOT)
        buf_printf(out, "  %s", rest_state(&rest, state, sizeof(state)));
    buf_char(out, '\n');
    for (; n < most && list[n].told->service->told->machine == m; n++)
        add_row(s, &list[n], &t);
    table_print(&t, 2, out);
    table_release(&t);
    for (size_t i = 0; i < n; i++)
        print_lacks(&list[i], out);
    return n;
}

static void print_text(const struct seen_studio *s, struct buf *out)
{
    if (s->n == 0)
        buf_puts(out, "no service but this machine's own: local, and the draft\n");
    for (size_t i = 0; i < s->n;)
        i += print_machine(s, &s->list[i], s->n - i, out);
}

static int show(const struct cli *cli, const struct args *args, const struct roster *r)
{
    struct seen_studio s = {.studio = roster_studio(r), .arena = cli->arena};
    struct buf out = {0};
    struct err err;
    struct inspect *all = inspect_studio(s.studio, cli->module_dir, &err);
    int code;

    if (!all)
        return say_error(cli, &err);
    look(&s, all, r);
    pauses_init(&s.pauses, cli->state_dir);
    pauses_look(&s.pauses);
    s.wall_ms = clock_system()->wall_ms(clock_system());
    (args_has(args, "json") ? print_json : print_text)(&s, &out);
    for (size_t i = 0; i < s.n; i++)
        json_decref(s.list[i].lacks);
    pauses_release(&s.pauses);
    inspect_free(all);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct compile_options options = {
        .data_dir = cli->data_dir,
        .studio = args_get(args, "studio", cli->studio),
        .config_dir = cli->config_dir,
        .home = cli->home,
    };
    struct buf text = {0};
    struct roster *r;
    struct err err;
    int code;

    if (args->n_words)
        return say_usage(cli, "another studio is named by --studio FILE", "studio takes no words");
    r = roster_new(&options, &err);
    if (!r)
        return say_error(cli, &err);
    diag_render(roster_diag(r), &text, cli->colour);
    say_aside(&text);
    buf_release(&text);
    code = roster_studio(r) ? show(cli, args, r) : EXIT_FILM_WRONG;
    roster_free(r);
    return code;
}

static const struct option options[] = {
    {"json", 0, NULL, "as JSON"},
    OPTION_STUDIO,
    {0},
};

const struct command command_studio = {
    .name = "studio",
    .usage = "",
    .about = "every machine and service: up or down, versions, queue, models",
    .more = "Asks all services at once, and names what the presets in `use` miss there: a model\n"
            "file and the folder that it belongs in, a node pack, a model to be pulled.\n",
    .examples = "  c41 studio\n"
                "  c41 studio --json\n",
    .options = options,
    .run = run,
};
