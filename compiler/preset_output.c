// SPDX-License-Identifier: MIT
#include "compiler/preset_form.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/node.h"
#include "compiler/workflow.h"

// Under which key of a server's history a class of output node reports its files.
static const struct {
    const char *class, *key;
} saving_classes[] = {
    {"PreviewAny", "text"},     {"SaveAudio", "audio"},       {"SaveAudioMP3", "audio"},
    {"SaveAudioOpus", "audio"}, {"SaveImage", "images"},      {"SaveVideo", "images"},
    {"SaveWEBM", "images"},     {"ShowText|pysssss", "text"}, {"VHS_VideoCombine", "gifs"},
};

static const char *key_of_class(const char *class)
{
    for (size_t i = 0; i < sizeof(saving_classes) / sizeof(*saving_classes); i++)
        if (strcmp(saving_classes[i].class, class) == 0)
            return saving_classes[i].key;
    return NULL;
}

// The main output of each kind that a server makes.
static const struct {
    const char *kind, *output;
} main_outputs[] = {
    {"ambience", "sound"}, {"animate", "video"}, {"caption", "caption"}, {"edit", "image"},
    {"image", "image"},    {"judge", "scores"},  {"lipsync", "video"},   {"retouch", "video"},
    {"speak", "voice"},    {"train", "lora"},    {"upscale", "image"},   {"write", "words"},
};

static const char *main_output(const char *kind)
{
    for (size_t i = 0; i < sizeof(main_outputs) / sizeof(*main_outputs); i++)
        if (strcmp(main_outputs[i].kind, kind) == 0)
            return main_outputs[i].output;
    return "output";
}

// A node of the workflow, or the file that a command writes.
static json_t *output_of(struct form *f, const struct node *output)
{
    const struct node *node = node_get(output, "node"), *key = node_get(output, "key");
    const char *id, *known;
    json_t *out = node_json(output);

    if (!f->workflow)
        return out;
    if (!node) {
        form_say(f, output, "write {node: ID}",
                 "an output of a workflow is saved by one of its nodes");
        return out;
    }
    id = workflow_node(f->workflow, node_text(node), node->span);
    known = id ? key_of_class(workflow_class(f->workflow, id)) : "";
    f->wrong |= !id;
    if (!known && !key && !node_get(output, "saved"))
        form_say(f, output,
                 "add key: where its files stand in the server's history, for example \"images\"",
                 arena_printf(f->arena, "how %s reports its files is not known",
                              workflow_class(f->workflow, id)));
    json_object_set_new(out, "node", json_string(id ? id : ""));
    if (!key && known)
        json_object_set_new(out, "key", json_string(known));
    return out;
}

// Without `output` the one node that saves files is meant.
static json_t *only_output(struct form *f, const struct node *root)
{
    const char *id, *found = NULL;
    json_t *node;
    bool several = false;

    json_object_foreach(f->workflow->nodes, id, node)
        if (key_of_class(workflow_class(f->workflow, id))) {
            several |= found != NULL;
            found = id;
        }
    if (found && !several)
        return json_pack("{s{ssss}}", main_output(node_text(node_get(root, "kind"))), "node", found,
                         "key", key_of_class(workflow_class(f->workflow, found)));
    form_say(
        f, node_get(root, "workflow"), "add output: {NAME: {node: ID, key: KEY}}",
        several
            ? "this workflow saves in several nodes, and no `output` says which is meant"
            : "no node of this workflow is known to save files, and no `output` says which does");
    return json_object();
}

void form_output(struct form *f, const struct node *root)
{
    const struct node *output = node_get(root, "output");
    json_t *out = json_object();

    for (size_t i = 0; output && i < output->n; i++)
        json_object_set_new(out, node_text(output->keys[i]), output_of(f, output->items[i]));
    if (output)
        json_object_set(f->out, "output", out);
    else if (f->workflow)
        json_object_set_new(f->out, "output", only_output(f, root));
    json_decref(out);
}
