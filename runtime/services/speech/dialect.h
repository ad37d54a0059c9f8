// SPDX-License-Identifier: MIT
// Dialects: how each kind of speech server is spoken to. One row a server, data alone: routes,
// names of fields, how a recording gets there, what else a request holds. A server that is not
// among them is a row more.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Where a voice comes from.
enum speech_way {
    WAY_NAMED,  // the server has it, under a name
    WAY_CLONE,  // from a recording
    WAY_DESIGN, // from a description
    N_WAYS,
};

// What a request may say.
enum speech_word {
    WORD_MODEL,
    WORD_TEXT,
    WORD_VOICE,
    WORD_DIRECTION, // in a designed voice, with the description before it
    WORD_LANGUAGE,
    WORD_SPEED,
    WORD_SEED,
    WORD_CLONE,      // the recording
    WORD_CLONE_TEXT, // what is said in it
    WORD_EMOTION_AUDIO,
    WORD_EMOTION_VECTOR,
    WORD_EMOTION_TEXT,
    WORD_EMOTION_WEIGHT,
    N_WORDS,
};

// Where the emotion comes from.
enum speech_emotion { EMOTION_NONE, EMOTION_AUDIO, EMOTION_VECTOR, EMOTION_TEXT, N_EMOTIONS };

// How a recording gets to the server.
enum speech_delivery {
    DELIVERY_PATH,     // it reads the file itself: its path there
    DELIVERY_BASE64,   // the bytes in the request
    DELIVERY_DATA_URL, // the same as data:audio/wav;base64,…
    DELIVERY_PART,     // a part of a multipart request
    DELIVERY_UPLOAD,   // sent once, then named
};

struct speech_request {
    const char *route; // NULL: not in this way
    bool multipart;
    const char *always; // what else it holds, a JSON object; the preset's own params win over it
};

// A list that the server keeps, from a GET.
struct speech_list {
    const char *route; // NULL: none
    bool of_model;     // "?model=" of the voice's model is added
    const char *at;    // the member that is the list; NULL: the whole answer. The keys of a mapping
                       // are names, too
    const char *name;  // of an entry: the member that requests name it by; NULL: entries are texts
};

struct speech_upload {
    const char *route, *file, *name, *text; // fields of a multipart request; NULL: not said
    const char *always;                     // further fields, a JSON object, or NULL
    bool with_ending;                       // the name is a file's
    struct speech_list kept;                // what it has been sent before
};

struct speech_dialect {
    const char *name;
    struct speech_request ways[N_WAYS];
    const char *words[N_WORDS]; // their names; NULL: not taken
    enum speech_delivery delivery;
    bool list_of_clones; // the recording stands in a list
    bool small_voices;   // where no list of the server spells them
    bool small_languages;
    const char *without_text; // of a clone whose words are not known: what it says then, or NULL
    const char *emotions[N_EMOTIONS]; // what a request holds for each source, JSON; NULL: not taken
    struct speech_upload upload;
    struct speech_list voices, models;
    const char *const
        *more_voices;   // names that it takes though nothing lists them, NULL at the end
    bool loads_models;  // those that it does not list, too
    const char *health; // a route that answers while it is well; NULL: that of models, else voices
    unsigned most_characters; // of a text; 0: no limit of its own
};

// NULL: there is no such row.
const struct speech_dialect *speech_dialect_find(const char *name);

// Every row, sorted by name.
const struct speech_dialect *speech_dialects(size_t *n);
