// SPDX-License-Identifier: MIT
// Uploads: the inputs of a step lie in the server's input folder under their digests, so that the
// same bytes go there once. What is said to be there is looked at: a picture that was cut short is
// loaded by the server without a word.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/run.h"

enum { TURN_MS = 100 };

static const char folder_of_files[] = "c41";

static void next_input(struct comfyui_run *r);

static const json_t *rule_of(const struct comfyui_run *r, const char *name)
{
    return json_object_get(json_object_get(r->attempt->preset, "params"), name);
}

static bool goes_in_folder(const struct comfyui_run *r, size_t i)
{
    return json_get_flag(rule_of(r, r->attempt->inputs[i].name), "folder", false);
}

// How many inputs of that name stand before it.
static unsigned place_of(const struct attempt *a, size_t i)
{
    unsigned n = 0;

    for (size_t j = 0; j < i; j++)
        n += strcmp(a->inputs[j].name, a->inputs[i].name) == 0;
    return n;
}

// The folder is called by all that is in it, so that one of that name holds nothing else.
static const char *name_folder(struct comfyui_run *r)
{
    struct attempt *a = r->attempt;
    struct buf all = {0};
    char hex[DIGEST_HEX_BYTES];
    struct digest d;

    for (size_t i = 0; i < a->n_inputs; i++)
        if (goes_in_folder(r, i))
            buf_printf(&all, "%u.%s %s\n", place_of(a, i) + 1, a->sources[i]->ext,
                       digest_hex(&a->sources[i]->digest, hex));
    d = digest_of(buf_text(&all), all.len);
    buf_release(&all);
    return arena_printf(a->arena, "c41-%.24s", digest_hex(&d, hex));
}

// Where the i-th input is to lie: its folder, and its name there.
static const char *place_file(struct comfyui_run *r, size_t i, const char **name)
{
    struct attempt *a = r->attempt;
    const struct artifact *from = a->sources[i];
    const char *dot = from->ext[0] ? "." : "";
    char hex[DIGEST_HEX_BYTES];

    if (goes_in_folder(r, i)) {
        r->folder = r->folder ? r->folder : name_folder(r);
        *name = arena_printf(a->arena, "%04u%s%s", place_of(a, i) + 1, dot, from->ext);
        return r->folder;
    }
    *name = arena_printf(a->arena, "%s%s%s", digest_hex(&from->digest, hex), dot, from->ext);
    return folder_of_files;
}

static void add_fill(struct comfyui_run *r, const char *name, const char *value)
{
    json_t *text = json_string(value);

    r->fills[r->n_fills++] = (struct fill_input){name, text};
    json_array_append_new(r->texts, text);
}

// The input is on the server under the name that a node reads it by.
static void have(struct comfyui_run *r, const char *value)
{
    const char *name = r->attempt->inputs[r->input].name;

    r->uploading = NULL;
    if (!goes_in_folder(r, r->input))
        add_fill(r, name, value);
    else if (place_of(r->attempt, r->input) == 0 && json_object_get(rule_of(r, name), "set"))
        add_fill(r, name, r->folder);
    r->input++;
    next_input(r);
}

static void remember(struct comfyui_run *r, const char *value)
{
    struct arena *a = r->server->service->arena;
    char *kept = arena_strdup(a, value);

    map_put(&r->server->files, arena_strdup(a, r->uploading), kept);
    have(r, kept);
}

static uint64_t bytes_of(const struct comfyui_run *r)
{
    return (uint64_t)json_get_number(r->attempt->inputs[r->input].facts, "bytes", 0);
}

static void fail(struct comfyui_run *r, struct err *err, const char *help)
{
    err_wrap(err, "sending \"%s\"", r->attempt->inputs[r->input].name);
    comfyui_fail(r, err, help);
}

static const char *view_of(struct comfyui_run *r)
{
    struct arena *a = r->attempt->arena;

    return arena_printf(a, "/view?filename=%s&subfolder=%s&type=%s", call_encode(a, r->there.name),
                        call_encode(a, r->there.subfolder), call_encode(a, r->there.type));
}

// As nodes read it: LoadImage and its kin take "subfolder/name [type]".
static const char *value_of(struct comfyui_run *r)
{
    const struct comfyui_file *f = &r->there;
    bool input = strcmp(f->type, "input") == 0;

    return arena_printf(r->attempt->arena, "%s%s%s%s%s%s", f->subfolder, f->subfolder[0] ? "/" : "",
                        f->name, input ? "" : " [", input ? "" : f->type, input ? "" : "]");
}

static void upload(struct comfyui_run *r);

static void judge(struct comfyui_run *r, bool same)
{
    struct err err;

    if (same) {
        remember(r, value_of(r));
    } else if (!r->sent) {
        upload(r);
    } else {
        err_set(&err, ERR_TRANSIENT, "what the server has is not what was sent");
        fail(r, &err, NULL);
    }
}

static void hear_back(struct call *c, struct str bytes)
{
    struct comfyui_run *r = c->user;

    digester_add(r->digester, bytes.ptr, bytes.len);
}

static void read_back(struct comfyui_run *r, struct call *c)
{
    const struct digest *wanted = &r->attempt->sources[r->input]->digest;
    struct digest got = digester_finish(r->digester);
    struct err err;

    r->digester = NULL;
    if (!comfyui_answered(r, c, &err) && c->http.status == 0)
        fail(r, &err, NULL);
    else
        judge(r, c->http.status == 200 && memcmp(got.bytes, wanted->bytes, sizeof(got.bytes)) == 0);
}

// A server, or a proxy, that does not tell lengths: the file itself does.
static void ask_whole(struct comfyui_run *r)
{
    r->digester = digester_new();
    comfyui_ask(
        r, &(struct ask){.route = view_of(r), .most_bytes = bytes_of(r) + 1, .heard = hear_back},
        read_back);
}

static void looked(struct comfyui_run *r, struct call *c)
{
    struct err err;

    if (!comfyui_answered(r, c, &err) && (c->http.status == 0 || err.kind == ERR_FILM))
        fail(r, &err, NULL);
    else if (c->http.status == 200 && c->http.length == 0 && bytes_of(r))
        ask_whole(r);
    else
        judge(r, c->http.status == 200 && c->http.length == bytes_of(r));
}

static void look(struct comfyui_run *r)
{
    comfyui_ask(r, &(struct ask){.method = "HEAD", .route = view_of(r)}, looked);
}

// The server's answer says what the file is called: not as was asked, when other bytes had that
// name.
static void uploaded(struct comfyui_run *r, struct call *c)
{
    struct arena *a = r->attempt->arena;
    struct err err;
    json_t *said = comfyui_answered(r, c, &err) ? call_json(c, &err) : NULL;
    const char *name = json_get_text(said, "name", NULL);

    if (!said) {
        fail(r, &err,
             c->http.status == 413 ? "the file is larger than the server, or a proxy before it, "
                                     "takes: start it with a larger --max-upload-size"
                                   : NULL);
    } else if (!name || !name[0]) {
        err_set(&err, ERR_TRANSIENT, "the answer to /upload/image is not a ComfyUI server's");
        fail(r, &err, NULL);
    } else {
        r->there = (struct comfyui_file){
            .name = arena_strdup(a, name),
            .subfolder = arena_strdup(a, json_get_text(said, "subfolder", "")),
            .type = arena_strdup(a, json_get_text(said, "type", "input")),
        };
        look(r);
    }
    json_decref(said);
}

static void upload(struct comfyui_run *r)
{
    const struct comfyui_file *f = &r->there;
    struct http_part parts[] = {
        {.name = "image",
         .path = r->attempt->inputs[r->input].path,
         .filename = f->name,
         .type = "application/octet-stream"},
        {.name = "subfolder", .bytes = str_of(f->subfolder)},
        {.name = "type", .bytes = str_of("input")},
    };

    r->sent = true;
    comfyui_ask(r,
                &(struct ask){.route = "/upload/image",
                              .parts = parts,
                              .n_parts = sizeof(parts) / sizeof(*parts)},
                uploaded);
}

// Whether another run is just sending the same file there.
static bool is_on_its_way(const struct comfyui_run *r, const char *file)
{
    for (const struct comfyui_run *o = r->server->runs; o; o = o->next)
        if (o != r && o->uploading && strcmp(o->uploading, file) == 0)
            return true;
    return false;
}

static void next_file(struct comfyui_run *r)
{
    const char *name, *subfolder = place_file(r, r->input, &name);
    const char *file = arena_printf(r->attempt->arena, "%s/%s", subfolder, name);
    const char *value = map_find(&r->server->files, file);

    if (value) {
        have(r, value);
    } else if (is_on_its_way(r, file)) {
        comfyui_later(r, TURN_MS, next_input);
    } else {
        r->uploading = file;
        r->sent = false;
        r->there = (struct comfyui_file){.name = name, .subfolder = subfolder, .type = "input"};
        look(r);
    }
}

static void next_input(struct comfyui_run *r)
{
    attempt_alive(r->attempt);
    if (r->input == r->attempt->n_inputs)
        comfyui_send(r);
    else if (strcmp(r->attempt->inputs[r->input].name, "lora") == 0)
        comfyui_place_lora(r);
    else
        next_file(r);
}

void comfyui_have_lora(struct comfyui_run *r, const char *name)
{
    add_fill(r, "lora", name);
    r->input++;
    next_input(r);
}

void comfyui_upload(struct comfyui_run *r)
{
    if (!r->fills)
        r->fills = arena_array(r->attempt->arena, struct fill_input, r->attempt->n_inputs + 1);
    json_decref(r->texts);
    r->texts = json_array();
    r->n_fills = r->input = 0;
    next_input(r);
}
