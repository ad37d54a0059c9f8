// SPDX-License-Identifier: MIT
// Classes that a server lacks, and which node pack has them.
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"
#include "runtime/services/comfyui/object_info.h"

// By what the names of their classes begin with; the first that fits.
static const struct {
    const char *begins, *pack;
} packs[] = {
    {"AILab_JoyCaption", "ComfyUI-JoyCaption"},
    {"CFGZeroStarAndInit", "ComfyUI-KJNodes"},
    {"DownloadAndLoadFramePack", "ComfyUI-FramePackWrapper"},
    {"DownloadAndLoadWav2Vec", "ComfyUI-WanVideoWrapper"},
    {"FluxTrain", "ComfyUI-FluxTrainer"},
    {"FramePack", "ComfyUI-FramePackWrapper"},
    {"HuMoEmbeds", "ComfyUI-WanVideoWrapper"},
    {"JC", "ComfyUI-JoyCaption"},
    {"JJC_", "joycaption_comfyui"},
    {"LoadFramePack", "ComfyUI-FramePackWrapper"},
    {"LoadWanVideo", "ComfyUI-WanVideoWrapper"},
    {"MMAudio", "ComfyUI-MMAudio"},
    {"MultiTalk", "ComfyUI-WanVideoWrapper"},
    {"SeedVR2LoadDiTModel", "ComfyUI-SeedVR2_VideoUpscaler"},
    {"SeedVR2LoadVAEModel", "ComfyUI-SeedVR2_VideoUpscaler"},
    {"SeedVR2TorchCompile", "ComfyUI-SeedVR2_VideoUpscaler"},
    {"SeedVR2VideoUpscaler", "ComfyUI-SeedVR2_VideoUpscaler"},
    {"TeaCache", "ComfyUI-TeaCache"},
    {"VHS_", "ComfyUI-VideoHelperSuite"},
    {"WanVideo", "ComfyUI-WanVideoWrapper"},
    {"Wav2Vec", "ComfyUI-WanVideoWrapper"},
};

// What older versions of ComfyUI call classes of today.
static const struct {
    const char *name, *older;
} renamed[] = {
    {"LoadImageDataSetFromFolder", "LoadImageSetFromFolderNode"},
    {"LoadImageTextDataSetFromFolder", "LoadImageTextSetFromFolderNode"},
    {"SaveLoRA", "SaveLoRANode"},
};

// Its older name where the server has it by that, or NULL.
static const char *older_name(const struct object_info *o, const char *class)
{
    for (size_t i = 0; i < sizeof(renamed) / sizeof(*renamed); i++)
        if (strcmp(renamed[i].name, class) == 0 && object_info_has(o, renamed[i].older))
            return renamed[i].older;
    return NULL;
}

static const char *known_pack(const char *class)
{
    for (size_t i = 0; i < sizeof(packs) / sizeof(*packs); i++)
        if (strncmp(class, packs[i].begins, strlen(packs[i].begins)) == 0)
            return packs[i].pack;
    return NULL;
}

// Folders of packs are called by hand: "ComfyUI-MMAudio" may stand there as "comfyui_mmaudio".
static bool same_pack(const char *a, const char *b)
{
    static const char common[] = "comfyui-";
    const char *names[] = {a, b};
    struct buf plain[2] = {{0}};
    bool same;

    for (size_t i = 0; i < 2; i++) {
        struct str s = str_of(names[i]);

        for (size_t k = 0; k < s.len; k++)
            buf_char(&plain[i], s.ptr[k] == '_' ? '-' : (char)tolower((unsigned char)s.ptr[k]));
        s = buf_view(&plain[i]);
        if (s.len > strlen(common) && str_starts(s, common))
            memmove(plain[i].ptr, plain[i].ptr + strlen(common), plain[i].len + 1 - strlen(common));
    }
    same = strcmp(buf_text(&plain[0]), buf_text(&plain[1])) == 0;
    buf_release(&plain[0]);
    buf_release(&plain[1]);
    return same;
}

static bool is_there(const struct object_info *o, const char *pack)
{
    json_t *list = object_info_packs(o), *one;
    bool found = false;
    size_t i;

    json_array_foreach(list, i, one)
        found = found || same_pack(json_string_value(one), pack);
    json_decref(list);
    return found;
}

// Those that the preset needs and the server lacks, "A or B"; "" when it lacks none.
static const char *lacking(struct comparison *c)
{
    const char *names = "";
    json_t *pack;
    size_t i;

    json_array_foreach(json_object_get(json_object_get(c->preset, "needs"), "packs"), i, pack)
        if (!is_there(c->info, json_string_value(pack)))
            names = arena_printf(c->arena, "%s%s%s", names, names[0] ? " or " : "",
                                 json_string_value(pack));
    return names;
}

void class_missing(struct comparison *c, const char *class)
{
    const char *pack = known_pack(class), *older = older_name(c->info, class);
    const char *help = "update ComfyUI on that server: newer versions have it themselves";

    if (!pack && !older && lacking(c)[0])
        pack = lacking(c);
    if (older)
        help = arena_printf(c->arena,
                            "update ComfyUI on that server: it has an older version, "
                            "called %s",
                            older);
    else if (pack && is_there(c->info, pack))
        help =
            arena_printf(c->arena,
                         "update the node pack %s on that server, or look into its log: the pack "
                         "is there, and this node is not",
                         pack);
    else if (pack)
        help = arena_printf(c->arena, "install the node pack %s on that server, and start it again",
                            pack);
    fault_add(c, arena_printf(c->arena, "the node \"%s\"", class), help);
}
