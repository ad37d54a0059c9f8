// SPDX-License-Identifier: MIT
#include "runtime/services/speech/order.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/services/speech/text.h"
#include "runtime/services/speech/voices.h"

// What IndexTTS was trained with; more of it distorts the voice.
static const double most_emotion = 0.8;

// In the order of the model's vector.
static const char *const emotions[EMOTIONS] = {"happy",     "angry",       "sad",       "afraid",
                                               "disgusted", "melancholic", "surprised", "calm"};

__attribute__((format(printf, 2, 3))) static void note(struct speech_order *o, const char *format,
                                                       ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(o->notes, format, args);
    va_end(args);
    buf_char(o->notes, '\n');
}

static const char *preset_name(const struct speech_order *o)
{
    return json_get_text(o->preset, "preset", "the preset");
}

static const json_t *request_of(const struct speech_order *o)
{
    return json_object_get(o->preset, "request");
}

// Texts of Lua may be empty; that is no text.
static const char *text_or_null(const json_t *object, const char *key)
{
    const char *text = json_get_text(object, key, NULL);

    return text && *text ? text : NULL;
}

static const char *lower(struct arena *a, const char *text)
{
    char *low = arena_strdup(a, text);

    for (char *at = low; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return low;
}

static bool has_way(const struct speech_order *o, enum speech_way way)
{
    return o->dialect->ways[way].route != NULL;
}

// The dialects that have a way, for a help.
static const char *who_can(struct arena *a, enum speech_way way)
{
    struct buf names = {0};
    const char *text;
    size_t n;
    const struct speech_dialect *all = speech_dialects(&n);

    for (size_t i = 0; i < n; i++)
        if (all[i].ways[way].route)
            buf_printf(&names, "%s%s", names.len ? ", " : "", all[i].name);
    text = arena_strdup(a, buf_text(&names));
    buf_release(&names);
    return text;
}

// Another voice than the one that was asked for is none; but a name that stands beside it is what
// people call it on that server.
static bool use_name(struct speech_order *o, enum speech_way way, const char *what, struct err *err)
{
    if (o->voice && has_way(o, WAY_NAMED)) {
        note(o, "%s makes no voice from a %s; its own voice \"%s\" speaks", o->dialect->name, what,
             o->voice);
        o->clone = NULL;
        o->way = WAY_NAMED;
        return true;
    }
    o->help = arena_printf(o->arena,
                           "give the voice a name beside it that the server knows, or use a "
                           "service of another dialect: %s",
                           who_can(o->arena, way));
    return err_set(err, ERR_FILM, "a server of the dialect %s makes no voice from a %s",
                   o->dialect->name, what);
}

static bool choose_way(struct speech_order *o, const json_t *voice, struct err *err)
{
    const char *design = text_or_null(voice, "design");

    o->voice = text_or_null(voice, "name");
    if (o->clone || design) {
        o->way = o->clone ? WAY_CLONE : WAY_DESIGN;
        return has_way(o, o->way) ||
               use_name(o, o->way, o->clone ? "recording" : "description", err);
    }
    o->way = WAY_NAMED;
    o->voice = o->voice ? o->voice : text_or_null(request_of(o), "voice");
    if (!has_way(o, WAY_NAMED)) {
        o->help = "give the character voice: {clone: a recording of 3 to 15 s}";
        return err_set(err, ERR_FILM, "a server of the dialect %s needs a recording of the voice",
                       o->dialect->name);
    }
    if (o->voice)
        return true;
    o->help = "give the character a voice: its name, or {clone: FILE}";
    return err_set(err, ERR_FILM, "nothing says with which voice %s speaks",
                   json_get_text(o->params, "who", "the line"));
}

// A voice that the server has under a name may be one that was cloned.
static bool choose_model(struct speech_order *o, struct err *err)
{
    static const char *const keys[N_WAYS] = {"named", "clone", "design"};
    static const char *const ways[N_WAYS] = {"with voices by name", "with cloned voices",
                                             "with voices made from a description"};
    const json_t *models = json_object_get(request_of(o), "models");

    o->model = json_get_text(models, keys[o->way], NULL);
    if (!o->model && o->way == WAY_NAMED)
        o->model = json_get_text(models, "clone", NULL);
    if (!o->model && json_object_size(models)) {
        o->help = "use another preset for it: voice: {preset: NAME}";
        return err_set(err, ERR_FILM, "the preset %s has no model that speaks %s", preset_name(o),
                       ways[o->way]);
    }
    if (!o->model)
        o->model = text_or_null(o->preset, "model");
    return true;
}

static bool read_weight(struct speech_order *o, const char *name, const json_t *weight,
                        struct err *err)
{
    double value = json_number_value(weight);

    for (size_t i = 0; i < EMOTIONS; i++) {
        if (strcasecmp(emotions[i], name) != 0)
            continue;
        if (!json_is_number(weight) || !isfinite(value) || value < 0)
            return err_set(err, ERR_FILM, "the weight of the emotion \"%s\" is no number from 0 on",
                           name);
        o->vector[i] = value;
        return true;
    }
    o->help = speech_list_help(o->arena, name, emotions, EMOTIONS);
    return err_set(err, ERR_FILM, "there is no emotion \"%s\"", name);
}

// Scaled as a whole, so that the emotion stays the same one, and never above by a rounding.
static void scale_vector(struct speech_order *o)
{
    double most = json_get_number(request_of(o), "emotion-sum", most_emotion), sum = 0;

    for (size_t i = 0; i < EMOTIONS; i++)
        sum += o->vector[i];
    for (size_t i = 0; sum > most + 1e-9 && i < EMOTIONS; i++)
        o->vector[i] = floor(o->vector[i] * most / sum * 10000) / 10000;
}

static bool read_vector(struct speech_order *o, const json_t *weights, struct err *err)
{
    const char *name;
    json_t *weight;

    json_object_foreach((json_t *)(uintptr_t)weights, name, weight)
        if (!read_weight(o, name, weight, err))
            return false;
    scale_vector(o);
    return true;
}

static bool takes_emotion(const struct speech_order *o, enum speech_emotion source)
{
    return o->dialect->emotions[source] != NULL;
}

// One source: a recording, weights, or (where the dialect has no direction) the direction's words.
static bool choose_emotion(struct speech_order *o, struct err *err)
{
    const json_t *weights = json_object_get(o->params, "emotion");

    if (o->emotion_audio && json_object_size(weights)) {
        o->help = "keep one of the two";
        return err_set(err, ERR_FILM, "the emotion comes from a recording and from weights");
    }
    if (weights && !read_vector(o, weights, err))
        return false;
    if (o->emotion_audio)
        o->emotion = EMOTION_AUDIO;
    else if (json_object_size(weights))
        o->emotion = EMOTION_VECTOR;
    if (o->emotion != EMOTION_NONE && !takes_emotion(o, o->emotion)) {
        note(o, "%s takes no emotion from %s: it is left out", o->dialect->name,
             o->emotion_audio ? "a recording" : "weights");
        o->emotion = EMOTION_NONE;
        o->emotion_audio = NULL;
    }
    return true;
}

static void choose_direction(struct speech_order *o, const json_t *voice)
{
    const char *direction = text_or_null(o->params, "direction");
    const char *design = text_or_null(voice, "design");
    bool taken = o->dialect->words[WORD_DIRECTION] && o->way != WAY_CLONE;

    if (o->way == WAY_DESIGN)
        o->direction = direction ? arena_printf(o->arena, "%s %s", design, direction) : design;
    else if (taken)
        o->direction = direction;
    else if (direction && takes_emotion(o, EMOTION_TEXT) && o->emotion == EMOTION_NONE) {
        o->emotion = EMOTION_TEXT;
        o->emotion_text = direction;
    } else if (direction && o->emotion != EMOTION_NONE)
        note(o, "the emotion says how it is spoken: the direction \"%s\" is left out", direction);
    else if (direction)
        note(o, "%s takes no direction %s: \"%s\" is left out", o->dialect->name,
             o->way == WAY_CLONE ? "for a cloned voice" : "in words", direction);
}

static void choose_language(struct speech_order *o)
{
    const char *language = text_or_null(o->params, "language");

    o->language = language && o->dialect->small_languages ? lower(o->arena, language) : language;
}

static void choose_speed(struct speech_order *o)
{
    o->speed = json_get_number(o->params, "speed", 1);
    if (o->speed <= 0)
        o->speed = 1;
    if (o->speed != 1 && !o->dialect->words[WORD_SPEED]) {
        note(o, "%s takes no speed: %g is left out", o->dialect->name, o->speed);
        o->speed = 1;
    }
}

static void choose_length(struct speech_order *o)
{
    json_int_t wanted = json_get_integer(request_of(o), "characters", 0);

    o->most_characters = o->dialect->most_characters;
    if (wanted > 0 && (!o->most_characters || wanted < o->most_characters))
        o->most_characters = (unsigned)wanted;
}

bool speech_order_read(struct speech_order *o, struct err *err)
{
    const json_t *voice = json_object_get(o->params, "voice");

    o->text = speech_pronounce(o->arena, json_get_text(o->params, "text", ""),
                               json_object_get(o->params, "pronounce"));
    if (!str_trim(str_of(o->text)).len)
        return err_set(err, ERR_FILM, "there is nothing to say");
    if (!choose_way(o, voice, err) || !choose_model(o, err) || !choose_emotion(o, err))
        return false;
    o->clone_text = o->clone ? text_or_null(voice, "text") : NULL;
    choose_direction(o, voice);
    choose_language(o);
    choose_speed(o);
    choose_length(o);
    return true;
}

// The preset's own list of voices, and the dialect's where there is one.
static json_t *known_voices(const struct speech_order *o)
{
    static const struct speech_list plain = {0};
    json_t *known = speech_list_read(&plain, json_object_get(request_of(o), "voices"));

    for (size_t i = 0;
         json_array_size(known) && o->dialect->more_voices && o->dialect->more_voices[i]; i++)
        json_array_append_new(known,
                              json_pack("{s:s, s:[]}", "name", o->dialect->more_voices[i], "also"));
    return known;
}

bool speech_order_check_voice(struct speech_order *o, const json_t *there, struct err *err)
{
    bool told = json_array_size(there) > 0;
    json_t *known = told ? NULL : known_voices(o);
    const json_t *list = told ? there : known;
    const char *found = speech_list_find(list, o->voice), *wanted = o->voice;
    const char *const *names;
    size_t n;
    bool ok = true;

    if (found && !told && o->dialect->small_voices)
        o->voice = lower(o->arena, found);
    else if (found)
        o->voice = arena_strdup(o->arena, found);
    if (!found && json_array_size(list)) {
        names = speech_list_names(o->arena, list, &n);
        o->help = speech_list_help(o->arena, wanted, names, n);
        ok = err_set(err, ERR_FILM, "%s has no voice \"%s\"", told ? "the server" : preset_name(o),
                     wanted);
    }
    json_decref(known);
    return ok;
}
