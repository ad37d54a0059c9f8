// SPDX-License-Identifier: MIT
#include "runtime/services/command/job.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "runtime/fill.h"
#include "runtime/service.h"
#include "runtime/services/command/pack.h"
#include "runtime/services/command/shell.h"
#include "runtime/services/command/words.h"

// What a job is filled with.
struct filling {
    struct command_job *job;
    const json_t *request; // as the preset has it
    json_t *params;        // what the placeholders stand for
    json_t *more;
    struct fill_input *inputs;
    size_t n_inputs;
    struct map names; // of files, each once
};

static bool refuse(const struct command_job *j, struct err *err, const char *what, const char *why)
{
    return err_set(err, ERR_FILM, "%s: \"%s\" %s",
                   json_get_text(j->attempt->preset, "preset", "the preset"), what, why);
}

// Below the folder, and not our own.
static bool is_own_path(const char *path)
{
    return path_is_inside(path) && strncmp(path, ".c41", 4) != 0 && path[0] != '-';
}

static bool add_file(struct filling *f, const char *name, const char *from, const char *text,
                     struct err *err)
{
    struct command_job *j = f->job;

    if (!is_own_path(name))
        return refuse(j, err, name, "is no file below the job's own folder");
    if (map_add(&f->names, name, f))
        return refuse(j, err, name, "is wanted for two files: a folder ends in \"/\"");
    j->files[j->n_files++] = (struct command_file){name, from, text};
    return true;
}

// A value with its placeholders filled in.
static json_t *fill(void *user, json_t *value, struct err *err)
{
    const struct filling *f = user;
    json_t *preset = json_copy((json_t *)(uintptr_t)f->job->attempt->preset), *filled, *out;
    struct fill fill = {.params = f->params, .inputs = f->inputs, .n_inputs = f->n_inputs};

    json_object_set_new(preset, "request", json_pack("{s:[O]}", "it", value));
    fill.preset = preset;
    filled = fill_request(&fill, f->more, err);
    out = json_array_get(json_object_get(filled, "it"), 0);
    if (filled && !out)
        err_set(err, ERR_FILM, "%s: a param that its files need is absent",
                json_get_text(preset, "preset", "the preset"));
    json_incref(out);
    json_decref(filled);
    json_decref(preset);
    return out;
}

// The ending of an input, of which a film may have chosen the name.
static const char *ending_of(const struct attempt *a, size_t i)
{
    const char *ext =
        a->sources && a->sources[i] ? a->sources[i]->ext : path_ext(a->inputs[i].path);

    for (const char *c = ext; *c; c++)
        if (!isalnum((unsigned char)*c))
            return "bin";
    return *ext ? ext : "bin";
}

static bool add_input(struct filling *f, size_t i, const char *path, size_t number, struct err *err)
{
    struct command_job *j = f->job;
    struct attempt *a = j->attempt;
    bool folder = *path && path[strlen(path) - 1] == '/';
    const char *name =
        folder ? arena_printf(a->arena, "%s%04zu.%s", path, number, ending_of(a, i)) : path;
    const char *stands = path_join(a->arena, j->folder, folder ? path : name);

    if (!folder || number == 1)
        f->inputs[f->n_inputs++] = (struct fill_input){a->inputs[i].name, json_string(stands)};
    return add_file(f, name, a->inputs[i].path, NULL, err);
}

// Inputs of one number have one stem, whatever they are called.
static bool add_inputs(struct filling *f, struct err *err)
{
    const struct attempt *a = f->job->attempt;
    const json_t *paths = json_object_get(f->request, "inputs");
    bool ok = true;

    for (size_t i = 0; ok && i < a->n_inputs; i++) {
        const char *path = json_get_text(paths, a->inputs[i].name, NULL);
        size_t number = 1;

        for (size_t k = 0; k < i; k++)
            number += strcmp(a->inputs[k].name, a->inputs[i].name) == 0;
        ok = !path || add_input(f, i, path, number, err);
    }
    return ok;
}

// A text as it stands between the quotes of JSON, TOML and YAML.
static json_t *between_quotes(const json_t *text)
{
    struct buf quoted = {0};
    json_t *value;

    json_canonical(text, &quoted);
    value = json_stringn(quoted.ptr + 1, quoted.len - 2);
    buf_release(&quoted);
    return value;
}

static json_t *quote_all(const json_t *values)
{
    json_t *quoted = json_object(), *value;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)values, name, value)
        json_object_set_new(quoted, name,
                            json_is_string(value) ? between_quotes(value) : json_incref(value));
    return quoted;
}

// In files of settings a film's quotes and line ends are no syntax.
static bool has_quotes(const char *name)
{
    static const char *const endings[] = {"json", "toml", "yaml", "yml"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcmp(path_ext(name), endings[i]) == 0)
            return true;
    return false;
}

static bool add_text(struct filling *f, const char *name, json_t *template, struct err *err)
{
    struct filling quoted = *f;
    struct arena *a = f->job->attempt->arena;
    json_t *filled;
    const char *text;

    if (has_quotes(name)) {
        quoted.params = quote_all(f->params);
        quoted.more = quote_all(f->more);
        filled = fill(&quoted, template, err);
        json_decref(quoted.params);
        json_decref(quoted.more);
    } else {
        filled = fill(f, template, err);
    }
    text = command_words_text(f->job, filled);
    json_decref(filled);
    if (filled && !text)
        return refuse(f->job, err, name, "is to hold what is no text");
    return text && add_file(f, arena_strdup(a, name), NULL, text, err);
}

static bool add_texts(struct filling *f, struct err *err)
{
    const char *name;
    json_t *template;

    json_object_foreach(json_object_get(f->request, "files"), name, template)
        if (!add_text(f, name, template, err))
            return false;
    return true;
}

static bool name_outputs(struct filling *f, struct err *err)
{
    struct command_job *j = f->job;
    struct attempt *a = j->attempt;
    const json_t *rules = json_object_get(a->preset, "output");

    j->outputs = arena_array(a->arena, const char *, a->n_made);
    for (size_t i = 0; i < a->n_made; i++) {
        const char *file = json_get_text(json_object_get(rules, a->made[i].name), "file", NULL);

        if (!file || !is_own_path(file))
            return refuse(j, err, a->made[i].name,
                          "is to be made, and `output` names no file for it in the job's folder");
        j->outputs[i] = arena_strdup(a->arena, file);
        if (path_ext(file)[0])
            a->made[i].ext = arena_strdup(a->arena, path_ext(file));
        json_object_set_new(f->more, arena_printf(a->arena, "output.%s", a->made[i].name),
                            json_string(path_join(a->arena, j->folder, file)));
    }
    return true;
}

// `run` alone, as a list of words, is a request too.
static json_t *whole_request(const json_t *preset)
{
    json_t *request = json_object_get(preset, "request");

    if (!json_is_array(request))
        return json_incref(request);
    if (json_is_array(json_array_get(request, 0)))
        return json_pack("{s:O}", "run", request);
    return json_pack("{s:[O]}", "run", request);
}

static bool make(struct filling *f, struct err *err)
{
    struct command_job *j = f->job;
    const char *progress = json_get_text(f->request, "progress", NULL);

    j->progress = progress ? arena_strdup(j->attempt->arena, progress) : NULL;
    return name_outputs(f, err) && add_inputs(f, err) && add_texts(f, err) &&
           command_words_fill(j, json_object_get(f->request, "run"), fill, f, err);
}

bool command_job_make(struct command_job *j, struct attempt *a, const char *work, struct err *err)
{
    struct filling f = {.job = j, .params = json_object_get(a->params, "params")};
    json_t *request = whole_request(a->preset);
    bool ok;

    *j = (struct command_job){.attempt = a, .work = work};
    j->folder = path_join(a->arena, work, arena_printf(a->arena, "jobs/%s", a->key));
    j->files = arena_array(a->arena, struct command_file,
                           a->n_inputs + json_object_size(json_object_get(request, "files")));
    f.request = request;
    f.inputs = arena_array(a->arena, struct fill_input, a->n_inputs);
    f.more = json_pack("{s:s}", "work", j->folder);
    ok = make(&f, err);
    for (size_t i = 0; i < f.n_inputs; i++)
        json_decref(f.inputs[i].value);
    map_release(&f.names);
    json_decref(f.more);
    json_decref(request);
    return ok;
}

// What the shell that runs the programs writes over: where the disk is full by then, there is still
// room for its number and for how it ended.
static const char room[] = "         \n";

// The programs, one after the other, each word read from quotes. The shell leads the session.
static const char head[] = "#!/bin/sh\n"
                           "at=0\n"
                           "job=$1/.c41\n"
                           "end() {\n"
                           "    printf '%4d %4d\\n' \"$1\" \"$at\" 1<>\"$job/exit.new\"\n"
                           "    mv \"$job/exit.new\" \"$job/exit\"\n"
                           "    exit\n"
                           "}\n"
                           "exec </dev/null >>\"$job/log\" 2>&1\n"
                           "printf '%9d\\n' $$ 1<>\"$job/pid.new\"\n"
                           "mv \"$job/pid.new\" \"$job/pid\" || exit\n"
                           "cd \"$2\" || end 126\n";

static void pack_own(const struct command_job *j, struct pack *p)
{
    struct buf run = {0};

    buf_puts(&run, head);
    for (size_t i = 0; i < j->n_programs; i++) {
        buf_printf(&run, "at=%zu\n(exec", i);
        shell_words(&run, j->programs[i].words, j->programs[i].n);
        buf_puts(&run, ") || end $?\n");
    }
    buf_puts(&run, "end 0\n");
    pack_text(p, ".c41/run", buf_view(&run));
    pack_text(p, ".c41/log", str_of(""));
    pack_text(p, ".c41/pid.new", str_of(room));
    pack_text(p, ".c41/exit.new", str_of(room));
    pack_text(p, ".c41/whole", str_of("")); // the last: what was cut short has none
    buf_release(&run);
}

bool command_job_pack(const struct command_job *j, const char *path, struct err *err)
{
    struct arena *a = j->attempt->arena;
    struct pack *p = pack_open(path, err);

    for (size_t i = 0; p && i < j->attempt->n_made; i++)
        if (strchr(j->outputs[i], '/'))
            pack_folder(p, arena_printf(a, "%s/", path_dir(a, j->outputs[i])));
    for (size_t i = 0; p && i < j->n_files; i++)
        if (j->files[i].from)
            pack_file(p, j->files[i].name, j->files[i].from);
        else
            pack_text(p, j->files[i].name, str_of(j->files[i].text));
    if (p)
        pack_own(j, p);
    return pack_close(p, err);
}

const char *command_job_name(const struct command_job *j, size_t i)
{
    const struct command_program *p = i < j->n_programs ? &j->programs[i] : NULL;

    if (!p)
        return "the program";
    return p->n > 1 && p->words[1][0] != '-' && strlen(p->words[1]) < 80
               ? arena_printf(j->attempt->arena, "%s %s", p->words[0], p->words[1])
               : p->words[0];
}
