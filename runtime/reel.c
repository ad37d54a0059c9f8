// SPDX-License-Identifier: MIT
#include "runtime/reel.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/stamp.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/timeline.h"

enum { MOST_STEM_BYTES = 80, TAIL_DIGITS = TIMELINE_REEL_BYTES - 1 };
enum { LEAST_SHARED_BYTES = 16 << 20 }; // as of deliverables: runtime/deliver.c

// Letters and digits stay; what else stands between them becomes one sign. Editing programs and
// their URLs trip over the rest.
static void add_plain(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len && out->len < MOST_STEM_BYTES; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = c < 0x80 && isalnum(c);

        if (plain)
            buf_char(out, (char)c);
        else if (out->len && strchr("-_", out->ptr[out->len - 1]) == NULL)
            buf_char(out, c == '/' ? '_' : '-');
    }
}

// "lamp_mara_image_take-3_9f3ac1d2.png"
static const char *file_name(struct arena *a, const struct artifact *artifact,
                             const struct step *step, const char *hex)
{
    const char *from = step ? step->id : path_base(artifact->path);
    const char *ext = artifact->ext[0] ? artifact->ext : path_ext(artifact->path);
    struct buf name = {0};
    const char *text;

    add_plain(&name, from, strlen(from) - (step || !*ext ? 0 : strlen(ext) + 1));
    while (name.len && !isalnum((unsigned char)name.ptr[name.len - 1]))
        name.len--;
    buf_printf(&name, "%s%.*s", name.len ? "_" : "", TAIL_DIGITS, hex);
    if (*ext)
        buf_printf(&name, ".%s", ext);
    text = arena_strdup(a, buf_text(&name));
    buf_release(&name);
    return text;
}

static bool read_moving(struct timeline_media *m, struct frame_rate film, const json_t *facts)
{
    m->kind = TIMELINE_MOVING;
    m->frames = frame_rate_frames(film, json_get_number(facts, "seconds", 0));
    m->length = json_get_integer(facts, "frames", 0);
    m->sounding = json_get_flag(facts, "audio", false);
    if (!frame_rate_read(json_get_text(facts, "fps", ""), &m->rate))
        return false;
    if (timecode_read(m->rate, json_get_text(facts, "timecode", ""), &m->clock))
        m->drops = timecode_text_drops(film, json_get_text(facts, "timecode", ""));
    return true;
}

// Where a sound is heard, in whole frames: all over where its facts do not tell.
static void read_heard(struct timeline_media *m, struct frame_rate film, const json_t *facts)
{
    const json_t *heard = json_object_get(facts, "heard");

    if (json_get_flag(facts, "silent", false))
        return;
    m->heard_frames = m->frames;
    if (!heard)
        return;
    m->heard_at = frame_rate_frames(film, json_number_value(json_array_get(heard, 0)));
    m->heard_frames =
        frame_rate_frames(film, json_number_value(json_array_get(heard, 1))) + 1 - m->heard_at;
}

static bool read_sound(struct timeline_media *m, struct frame_rate film, const json_t *facts)
{
    m->kind = TIMELINE_SOUND;
    m->frames = frame_rate_frames(film, json_get_number(facts, "seconds", 0));
    m->length = json_get_integer(facts, "samples", 0);
    m->rate = (struct frame_rate){json_get_integer(facts, "rate", 0), 1};
    m->channels = (int)json_get_integer(facts, "channels", 0);
    read_heard(m, film, facts);
    return m->rate.num > 0;
}

static bool read_facts(struct timeline_media *m, struct frame_rate film, const json_t *facts,
                       struct err *err)
{
    const char *type = json_get_text(facts, "type", "");

    m->bytes = (uint64_t)json_get_integer(facts, "bytes", 0);
    m->width = (int)json_get_integer(facts, "width", 0);
    m->height = (int)json_get_integer(facts, "height", 0);
    if (strcmp(type, "image") == 0) {
        m->kind = TIMELINE_STILL;
        return true;
    }
    if (strcmp(type, "video") == 0 && read_moving(m, film, facts))
        return true;
    if (strcmp(type, "audio") == 0 && read_sound(m, film, facts))
        return true;
    return err_set(err, ERR_FINAL, "%s is neither a picture nor a sound that could be cut",
                   m->source);
}

const struct timeline_media *reel_add(struct reel *r, const struct artifact *artifact,
                                      const struct step *step, struct err *err)
{
    struct timeline *t = r->timeline;
    char hex[DIGEST_HEX_BYTES];
    struct timeline_media *m = map_find(&r->by_digest, digest_hex(&artifact->digest, hex));

    if (m)
        return m;
    m = arena_make(t->arena, struct timeline_media);
    m->name = file_name(t->arena, artifact, step, hex);
    m->path = arena_printf(t->arena, "media/%s", m->name);
    m->source = arena_strdup(t->arena, artifact->path);
    m->step = step ? arena_strdup(t->arena, step->id) : NULL;
    m->digest = artifact->digest;
    for (size_t i = 0; i < TAIL_DIGITS; i++)
        m->reel[i] = (char)toupper((unsigned char)hex[i]);
    m->drops = t->drops;
    if (!read_facts(m, t->rate, artifact->facts, err))
        return NULL;
    m->index = t->media.n;
    vec_push(&t->media, m);
    map_put(&r->by_digest, arena_strdup(t->arena, hex), m);
    return m;
}

void reel_release(struct reel *r)
{
    map_release(&r->by_digest);
}

static bool is_there(const char *path, const struct timeline_media *m)
{
    struct file_stamp stamp;

    return file_stamp(path, &stamp) && stamp.bytes == m->bytes;
}

bool reel_hand_out(const struct timeline *t, const char *project, const char *folder, bool copies,
                   size_t *written, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = file_make_dirs(path_join(a, folder, "media"), err);

    *written = 0;
    for (size_t i = 0; ok && i < t->media.n; i++) {
        const struct timeline_media *m = t->media.at[i];
        const char *to = path_join(a, folder, m->path), *from = path_join(a, project, m->source);

        if (is_there(to, m))
            continue;
        ok = (copies || m->bytes < LEAST_SHARED_BYTES ? file_copy : file_share)(from, to,
                                                                                &m->digest, err) ||
             err_wrap(err, "handing out %s", m->source);
        *written += ok;
    }
    arena_free(a);
    return ok;
}
