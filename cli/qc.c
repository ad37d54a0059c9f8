// SPDX-License-Identifier: MIT
// c41 qc: judges deliverables as a broadcaster's machine would; those of a film against what it
// asks for.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/judged.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/size.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/asked.h"
#include "runtime/engine.h"
#include "runtime/found.h"
#include "runtime/media/media.h"
#include "runtime/plan.h"
#include "runtime/timeline.h"
#include "runtime/turnover.h"
#include "runtime/voiced.h"

// Files under judgement, and what has come of it so far.
struct judging {
    const struct cli *cli;
    const struct media *media;
    struct media_qc given; // what is asked of every file
    json_t *files;         // for --json, or NULL
    struct buf out;
    size_t findings;
    bool refused; // a file could not be judged
};

// The number given as option name, NAN when it is not given.
static bool read_decibels(const struct args *args, const char *name, double *db, struct err *err)
{
    const char *text = args_get(args, name, NULL);
    char *end = NULL;

    *db = text ? strtod(text, &end) : NAN;
    return !text || (end != text && !*end && isfinite(*db)) ||
           err_set(err, ERR_USAGE, "--%s \"%s\": expected a number of decibels, such as -23", name,
                   text);
}

static bool read_given(struct judging *j, const struct args *args, struct err *err)
{
    int64_t bytes;

    if (!read_decibels(args, "loudness", &j->given.lufs, err) ||
        !read_decibels(args, "true-peak", &j->given.true_peak_db, err) ||
        !size_option(args, "max-bytes", &bytes, err))
        return false;
    j->given.most_bytes = bytes > 0 ? bytes : 0;
    return true;
}

// Subtitles lie beside a deliverable under its name.
static void find_sidecars(struct media_qc *asked, struct arena *a)
{
    static const char *const endings[] = {"srt", "vtt"};
    const char **found = arena_array(a, const char *, sizeof(endings) / sizeof(*endings));
    const char *ext = path_ext(asked->path);
    size_t stem = strlen(asked->path) - strlen(ext);

    asked->sidecars = found;
    for (size_t i = 0; *ext && i < sizeof(endings) / sizeof(*endings); i++) {
        const char *beside = arena_printf(a, "%.*s%s", (int)stem, asked->path, endings[i]);

        if (file_exists(beside))
            found[asked->n_sidecars++] = beside;
    }
}

static void refuse(struct judging *j, const struct err *err)
{
    j->refused = true;
    say_error(j->cli, err);
}

// t is the film that the file is of, or NULL; part: it is some of a film.
static void judge(struct judging *j, struct media_qc asked, const struct timeline *t, bool part)
{
    const json_t *picture;
    struct err err = {0};
    json_t *found, *list;

    find_sidecars(&asked, j->cli->arena);
    found = j->media->qc(&asked, &err);
    if (!found) {
        refuse(j, &err);
        return;
    }
    if (t)
        asked_hold(found, t);
    if (part)
        asked_hold_part(found);
    list = json_object_get(found, "findings");
    picture = json_object_get(json_object_get(found, "facts"), "picture");
    found_add_timecodes(list, json_get_text(picture, "fps", ""));
    j->findings += json_array_size(list);
    if (j->files) {
        json_object_set_new(found, "file", json_string(asked.path));
        json_array_append(j->files, found);
    } else {
        judged_print(asked.path, found, &j->out);
        say_out(&j->out);
    }
    json_decref(found);
}

static void judge_files(struct judging *j, const struct args *args)
{
    for (size_t i = 0; i < args->n_words; i++) {
        struct media_qc asked = j->given;

        asked.path = args->words[i];
        judge(j, asked, NULL, false);
    }
}

// What the command line leaves open is as the film has it.
static void ask_as_film(struct media_qc *asked, const json_t *request)
{
    if (isnan(asked->lufs))
        asked->lufs = json_get_number(request, "loudness", NAN);
    if (isnan(asked->true_peak_db))
        asked->true_peak_db = json_get_number(request, "true-peak", NAN);
    if (!asked->most_bytes)
        asked->most_bytes = json_get_integer(request, "max-bytes", 0);
    asked->most_seconds = json_get_number(request, "max-seconds", 0);
}

static void judge_deliverable(struct judging *j, const struct planned *p, size_t i)
{
    const struct graph *g = p->film.graph;
    const json_t *request = p->plan->rows[g->deliverables[i].step->index].request;
    struct media_qc asked = j->given;
    struct err err = {0};
    struct timeline *t =
        turnover_new(g, p->plan, j->cli->module_dir, g->deliverables[i].name, &err);

    if (!t) {
        refuse(j, &err);
        return;
    }
    asked.path = path_join(j->cli->arena, g->project, p->plan->deliverables[i]);
    asked.lines = voiced_lines(t, g->project, j->cli->arena, &asked.n_lines);
    ask_as_film(&asked, request);
    judge(j, asked, t, false);
    timeline_free(t);
}

// NULL: it is not at hand.
static const struct artifact *find_artifact(const struct plan_row *row, const char *output)
{
    for (size_t i = 0; i < row->n_artifacts; i++)
        if (strcmp(row->step->outputs[i], output) == 0)
            return &row->artifacts[i];
    return NULL;
}

// Sound alone, stems, and films that are no picture by picture copy of their cuts: for what
// applies. Stills and texts are none of ours.
static bool judge_part(struct judging *j, const struct planned *p, size_t i)
{
    const struct deliverable *d = &p->film.graph->deliverables[i];
    const struct plan_row *row = &p->plan->rows[d->step->index];
    const struct artifact *artifact = find_artifact(row, d->output);
    const char *type = artifact ? json_get_text(artifact->facts, "type", "") : "";
    struct media_qc asked = j->given;

    if (strcmp(type, "audio") != 0 && strcmp(type, "video") != 0)
        return false;
    asked.path = path_join(j->cli->arena, p->film.graph->project, p->plan->deliverables[i]);
    if (strcmp(d->output, "film") == 0)
        ask_as_film(&asked, row->request);
    judge(j, asked, NULL, true);
    return true;
}

static void judge_deliverables(struct judging *j, const struct planned *p)
{
    const struct graph *g = p->film.graph;
    struct err err = {0};
    size_t judged = 0;

    for (size_t i = 0; i < g->n_deliverables; i++) {
        bool film = turnover_is_film(&g->deliverables[i]);

        if (film)
            judge_deliverable(j, p, i);
        judged += film || judge_part(j, p, i);
    }
    if (!judged) {
        err_set(&err, ERR_FILM, "this film delivers no film that could be judged");
        refuse(j, &err);
    }
}

// Returns the exit code of a film that cannot be opened.
static int judge_film(struct judging *j, const struct args *args)
{
    struct planned p = {0};
    int code = EXIT_BUILT;

    if (planned_open(&p, j->cli, args, 1, NULL, NULL))
        judge_deliverables(j, &p);
    else
        code = p.film.code;
    planned_close(&p);
    return code;
}

static bool is_film(const char *path)
{
    return strcmp(path_ext(path), "yaml") == 0 || strcmp(path_ext(path), "yml") == 0;
}

static int finish(struct judging *j, bool strict)
{
    int code = EXIT_BUILT;

    if (j->files)
        json_pretty(j->files, &j->out);
    if (j->out.len)
        code = say_out(&j->out);
    if (j->refused)
        return EXIT_STEP_FAILED;
    return strict && j->findings ? EXIT_OWED : code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct engine engine = {.module_dir = cli->module_dir};
    struct judging j = {.cli = cli};
    struct err err = {0};
    int code = EXIT_BUILT;

    if (!args->n_words)
        return say_usage(cli, "`c41 qc out/film.mp4`", "which file?");
    if (!read_given(&j, args, &err))
        return say_usage(cli, NULL, "%s", err.text);
    if (!engine_load_media(&engine, &err))
        return say_error(cli, &err);
    j.media = engine.media;
    j.files = args_has(args, "json") ? json_array() : NULL;
    if (is_film(args->words[0]))
        code = judge_film(&j, args);
    else
        judge_files(&j, args);
    if (code == EXIT_BUILT)
        code = finish(&j, args_has(args, "strict"));
    json_decref(j.files);
    buf_release(&j.out);
    return code;
}

static const struct option options[] = {
    {"loudness", 0, "LUFS", "the integrated loudness that is asked for, within 0.5 LU"},
    {"true-peak", 0, "DBTP", "the highest true peak that is allowed"},
    {"max-bytes", 0, "SIZE", "the largest file that is allowed: 10M, 500M, 2G"},
    {"json", 0, NULL, "as JSON"},
    {"strict", 0, NULL, "exit with 4 when anything is found"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_qc = {
    .name = "qc",
    .usage = "FILE…|FILM [options]",
    .about = "judge a deliverable as a broadcaster would",
    .more =
        "Decodes each file once. Told are: stretches that are black, frozen or silent; gaps in "
        "the\n"
        "timestamps, frames that are missing, packets that cannot be decoded, picture and sound\n"
        "that do not begin together; loudness and true peak; colour tags that are missing, odd\n"
        "sizes, pixels that are not square, interlacing; subtitles in the file and beside it\n"
        "(NAME.srt, NAME.vtt) that are too fast, too short, overlap or outlast the film.\n"
        "Of a film that is built all deliverables are judged, against what it asks for: its cards\n"
        "may stand still, its fades be black; frames and loudness are to be as planned, and each\n"
        "finding names its shot.\n",
    .examples = "  c41 qc out/film.mp4\n"
                "  c41 qc film.yaml --strict\n"
                "  c41 qc out/*.mov --loudness -23 --true-peak -1 --strict\n"
                "  c41 qc out/clip.mp4 --max-bytes 10M --json\n",
    .options = options,
    .run = run,
};
