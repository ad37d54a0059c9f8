// SPDX-License-Identifier: MIT
// From any bytes as a film to its graph: whatever they are, no crash, no leak, no fault of c41. The
// film stands in a folder of its own beside a few files that a film may name (tests/fuzz/files).
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "compiler/compile.h"
#include "compiler/graph.h"
#include "compiler/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char film_path[4096];    // of this process: several may fuzz side by side
static struct schemas *schemas; // the same for every film

static void clean_up(void)
{
    unlink(film_path);
    schemas_free(schemas);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err err = {0};

    (void)argc;
    (void)argv;
    snprintf(film_path, sizeof(film_path), "%s/fuzz-%ld.yaml", FUZZ_FOLDER, (long)getpid());
    schemas = schemas_open(C41_SOURCE_DIR "/stdlib/schema", &err);
    assert(schemas);
    atexit(clean_up);
    return 0;
}

static void put_film(const uint8_t *data, size_t size)
{
    int fd = open(film_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct compile_options options = {
        .film = film_path, .data_dir = C41_SOURCE_DIR, .schemas = schemas};
    struct compile *compile;
    const struct graph *graph;
    struct err err = {0};
    struct buf said = {0};

    put_film(data, size);
    compile = compile_new(&options);
    graph = compile_run(compile, &err);
    assert(graph || err.kind == ERR_FILM);
    assert(graph || diag_errors(compile_diag(compile)) > 0);
    if (graph)
        json_decref(graph_json(graph));
    diag_render(compile_diag(compile), &said, true);
    buf_release(&said);
    compile_free(compile);
    return 0;
}
