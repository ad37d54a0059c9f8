// SPDX-License-Identifier: MIT
// Where model files belong.
#include <string.h>

#include "base/json.h"
#include "runtime/services/comfyui/object_fault.h"

// By field, for nodes of ComfyUI itself and those that follow it; class NULL: of any.
static const struct {
    const char *class, *field, *folder;
} folders[] = {
    {NULL, "audio_encoder_name", "audio_encoders"},
    {NULL, "ckpt_name", "checkpoints"},
    {"CLIPVisionLoader", "clip_name", "clip_vision"},
    {NULL, "clip_name", "text_encoders"},
    {NULL, "clip_name1", "text_encoders"},
    {NULL, "clip_name2", "text_encoders"},
    {NULL, "clip_name3", "text_encoders"},
    {NULL, "clip_name4", "text_encoders"},
    {NULL, "control_net_name", "controlnet"},
    {NULL, "gligen_name", "gligen"},
    {NULL, "hypernetwork_name", "hypernetworks"},
    {NULL, "lora_name", "loras"},
    {"LoadFramePackModel", "model", "diffusion_models"},
    {"UpscaleModelLoader", "model_name", "upscale_models"},
    {"ModelPatchLoader", "name", "model_patches"},
    {NULL, "photomaker_model_name", "photomaker"},
    {NULL, "style_model_name", "style_models"},
    {NULL, "unet_name", "diffusion_models"},
    {NULL, "vae_name", "vae"},
};

static const char *last_part(const char *file)
{
    const char *slash = strrchr(file, '/'), *back = strrchr(file, '\\');

    if (back && (!slash || back > slash))
        slash = back;
    return slash ? slash + 1 : file;
}

const char *folder_of(const json_t *preset, const struct field_at *at, const char *file)
{
    const char *folder;
    json_t *files, *one;
    size_t i;

    json_object_foreach(json_object_get(json_object_get(preset, "needs"), "models"), folder, files)
        json_array_foreach(files, i, one)
            if (json_is_string(one) &&
                strcmp(last_part(json_string_value(one)), last_part(file)) == 0)
                return folder;
    for (size_t k = 0; k < sizeof(folders) / sizeof(*folders); k++)
        if ((!folders[k].class || strcmp(folders[k].class, at->class) == 0) &&
            strcmp(folders[k].field, at->field) == 0)
            return folders[k].folder;
    return NULL;
}
