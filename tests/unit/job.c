// SPDX-License-Identifier: MIT
#include "tests/unit/job.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

void job_init(struct job *j)
{
    const char *tmp = getenv("TMPDIR");

    *j = (struct job){.n_paths = 0};
    snprintf(j->folder, sizeof(j->folder), "%.200s/c41-test-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(j->folder));
}

void job_release(struct job *j)
{
    for (size_t i = 0; i < j->n_paths; i++)
        unlink(j->paths[i]);
    json_decref(j->facts);
    assert_int_equal(rmdir(j->folder), 0);
}

const char *job_path(struct job *j, const char *name)
{
    char path[JOB_PATH_BYTES];

    snprintf(path, sizeof(path), "%.220s/%.60s", j->folder, name);
    for (size_t i = 0; i < j->n_paths; i++)
        if (strcmp(j->paths[i], path) == 0)
            return j->paths[i];
    assert_true(j->n_paths < JOB_MOST_FILES);
    memcpy(j->paths[j->n_paths], path, sizeof(path));
    return j->paths[j->n_paths++];
}

void job_input(struct job *j, const char *name, const char *path)
{
    assert_true(j->n_inputs < JOB_MOST_FILES);
    j->inputs[j->n_inputs++] = (struct media_input){.name = name, .path = path};
}

void job_output(struct job *j, const char *name, const char *path)
{
    assert_true(j->n_outputs < JOB_MOST_FILES);
    j->outputs[j->n_outputs++] = (struct media_output){name, path};
}

static void keep_note(void *user, const char *text)
{
    struct job *j = user;

    snprintf(j->notes, sizeof(j->notes), "%s", text);
}

static void keep_fact(void *user, const char *name, json_t *value)
{
    struct job *j = user;

    json_object_set_new(j->facts, name, value);
}

json_t *job_params(const char *text)
{
    json_error_t where;
    char *json = strdup(text);
    json_t *params;

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    params = json_loads(json, 0, &where);
    free(json);
    assert_non_null(params);
    return params;
}

bool job_run(struct job *j, bool (*run)(const struct media_job *, struct err *), const char *params)
{
    atomic_bool cancelled = false;
    json_t *value = job_params(params);
    struct media_job job = {
        .params = value,
        .inputs = j->inputs,
        .n_inputs = j->n_inputs,
        .outputs = j->outputs,
        .n_outputs = j->n_outputs,
        .cancelled = &cancelled,
        .project = j->folder,
        .note = keep_note,
        .fact = keep_fact,
        .user = j,
    };
    bool ok;

    j->err = (struct err){0};
    j->notes[0] = '\0';
    json_decref(j->facts);
    j->facts = json_object();
    ok = run(&job, &j->err);
    json_decref(value);
    j->n_inputs = j->n_outputs = 0;
    return ok;
}
