// SPDX-License-Identifier: MIT
// The timeline: a film as an editing program sees it. Clips of media on the film's frames, the
// transitions between them, sounds on tracks, titles and markers. It knows neither the graph nor
// any file format: turnover.c makes it, the writers in runtime/export/ read it. Instants are frames
// of the film, counted from its first one. Owned by one command; all but the lists lives in its
// arena.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/vec.h"
#include "runtime/timecode.h"

struct arena;

enum timeline_kind { TIMELINE_MOVING, TIMELINE_STILL, TIMELINE_SOUND };

enum { TIMELINE_REEL_BYTES = 9 };

// One file that clips are taken from.
struct timeline_media {
    enum timeline_kind kind;
    const char *name;   // of its file, unique; ASCII letters, digits, '-', '_' and '.'
    const char *path;   // the same from where the timeline's files lie: "media/NAME"
    const char *source; // where it is now, from the project's folder
    const char *step;   // that made it; NULL: a file of the project
    struct digest digest;
    uint64_t bytes;
    char reel[TIMELINE_REEL_BYTES]; // eight letters and digits: the first of its digest
    int64_t frames;         // of the film that it lasts; 0 for a still, which lasts for ever
    int64_t length;         // the same in frames or samples of its own
    struct frame_rate rate; // of length; samples a second for sounds
    int64_t clock;          // what its own clock shows first, in the same
    bool drops;             // that clock drops numbers
    int width, height;      // of pictures
    int channels;           // of sounds
    bool sounding;          // a moving picture that has sound
    int64_t heard_at;       // of sounds: where they begin to be heard, in frames of the film,
    int64_t heard_frames;   // and for how long; 0: nothing is in them
    size_t index;           // its place among the timeline's
};

// Of a frame of the film, where whole ones are not enough: the media of a clip that is slowed.
enum { TIMELINE_PARTS = 100 };

// How fast a clip goes by: so much of its media in so much of the film. {0}: as it was taken.
struct timeline_speed {
    int64_t media, film;
};

// Another render that could stand in a clip's place, frame for frame.
struct timeline_take {
    const struct timeline_media *media;
    unsigned number; // from 1
};

struct timeline_clip {
    const char *name;  // "lamp/mara"
    const char *scene; // what both are called in the film; NULL where it spans several
    const char *shot;
    const struct timeline_media *media;
    int64_t at, frames; // on the timeline
    int64_t start;      // in the media, in frames of the film
    struct timeline_speed speed;
    bool rendered;    // a model made it: what it shows nobody has seen before
    const char *move; // of the camera over a still, which the media does not show; or NULL
    unsigned take;    // which take this is; 0: the only one
    const struct timeline_take *takes; // that are kept beside it
    size_t n_takes;
    double level_db;           // of sounds
    int64_t fade_in, fade_out; // of sounds, in frames
};

enum timeline_blend { TIMELINE_DISSOLVE, TIMELINE_FADE, TIMELINE_WIPE };

// From one picture into the next; at the film's ends, from and into black. A side that has no
// frames to give has 0.
struct timeline_transition {
    enum timeline_blend blend;
    const char *color;     // what a fade goes through: "black", "#203040"
    int64_t at;            // the cut
    int64_t before, after; // frames on either side of it
};

// Sounds that follow one another.
struct timeline_track {
    const char *name; // "DX 1"
    const char *role; // "dialogue", "effects", "music"
    VEC(struct timeline_clip) clips;
};

struct timeline_title {
    int64_t at, frames;
    const char *text;
    size_t lane; // from the bottom, without a gap: what lies over another title is above it
};

enum timeline_mark { TIMELINE_CHAPTER, TIMELINE_NOTE, TIMELINE_WARNING };

struct timeline_marker {
    enum timeline_mark mark;
    int64_t at, frames; // a chapter's length; else 1
    const char *name;   // the scene or the shot
    const char *text;   // "" for a chapter
};

// A line of dialogue.
struct timeline_line {
    const char *who, *mode, *text;
    const char *shot; // that has it, as clips name it
    double start, seconds;
};

struct timeline {
    struct arena *arena;
    const char *title;
    const char *name; // of its files, without an ending: "the-keeper"
    struct frame_rate rate;
    int64_t frames;
    int64_t start;        // the timecode of frame 0, in frames
    bool drops;           // its clock drops numbers
    int64_t slate_frames; // that the deliverable shows before frame 0
    int width, height;
    VEC(struct timeline_media *) media;
    VEC(struct timeline_clip) pictures; // in order; between two there may be nothing
    VEC(struct timeline_transition) transitions;
    VEC(struct timeline_track) tracks;
    VEC(struct timeline_title) titles;   // in order
    VEC(struct timeline_marker) markers; // in order
    VEC(struct timeline_line) lines;
};

struct timeline *timeline_new(void);
void timeline_free(struct timeline *t); // accepts NULL

// Puts a sound on the first track of its role that has room, or on a new one: "DX 2". prefix is
// what tracks of the role are called. Of a clip that reaches beyond the film only what lies in it
// is taken; nothing of one that lies outside.
void timeline_add_sound(struct timeline *t, const char *role, const char *prefix,
                        struct timeline_clip clip);

// Puts a title in its place, on a lane above all that it lies over.
void timeline_add_title(struct timeline *t, struct timeline_title title);

// When a frame begins, as sound counts it: rounded to a sample once.
double timeline_seconds(const struct timeline *t, int64_t frame);

// What a media's clock shows first, in frames of the film; of another rate, the first that it has.
int64_t timeline_media_clock(const struct timeline *t, const struct timeline_media *m);

// How long a moving picture or a sound lasts, in parts of a frame.
int64_t timeline_media_parts(const struct timeline *t, const struct timeline_media *m);

// How many frames of the media go by in so many of the film, to the nearest one.
int64_t timeline_media_frames(struct timeline_speed speed, int64_t film);

// How many whole frames of the film so many of the media last.
int64_t timeline_film_frames(struct timeline_speed speed, int64_t media);

// 1: as it was taken.
double timeline_scalar(struct timeline_speed speed);

// The transition at a cut; NULL: there is none.
const struct timeline_transition *timeline_transition_at(const struct timeline *t, int64_t at);

// "chapter", "note", "warning".
const char *timeline_mark_name(enum timeline_mark mark);

// "GREEN", "BLUE", "RED": as markers are seen in every program.
const char *timeline_mark_color(enum timeline_mark mark);

// "dissolve", "fade", "wipe".
const char *timeline_blend_name(enum timeline_blend blend);
