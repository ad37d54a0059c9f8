// SPDX-License-Identifier: MIT
// A film as one tree: its file, the project's bible, what it includes, the values of its params and
// the rows of its `for:`, checked, put into full forms, merged. Lives in the compilation's arena.
//
// Full forms, on which rules may rely (short form => full form):
//     image, video, last, sound (of a shot, scene or location)   TEXT => {prompt: TEXT}
//     card   TEXT => {text: TEXT}           lipsync   PRESET => {preset: PRESET}; true, false stay
//     voice  NAME => {name: NAME}           a cast member, a location   TEXT => {looks: TEXT}
//     look   PATH => {lut: PATH}            a deliverable   PRESET => {preset: PRESET}
//     text   TEXT => {text: TEXT}           theme   PATH => what the file holds
//     a param's VALUE => {default: VALUE}   a pick's NUMBER => {take: NUMBER}
// Free text is text or {write: BRIEF, preset: …}. These stay as written: format as text
// "WxH[@FPS]", `use` entries, `say` (text, mapping, list), hooks, items of loras, `transition:
// cut`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;
struct map;
struct err;
struct node;
struct schemas;
struct sources;

struct film_path {
    const char *project; // the folder, as the command line would name it ("." for here)
    const char *path;    // the film's file in the project
    const char *name;    // its file name without the ending
};

// NAME=VALUE of the command line.
struct film_value {
    const char *name, *value;
};

// An included file that holds scenes and nothing else.
struct film_part {
    const char *path; // in the project
    uint32_t source;  // of the diagnostics; 0: left out
};

// What is known of an included file that is left out: its scenes' names and what each gives to
// files of the whole film (script_scene.given), in order. n is 0 where there are no such files.
// Borrowed by the film.
struct film_left_out {
    const char *const *names, *const *given;
    size_t n;
};

struct film {
    struct film_part *parts; // in the order of their scenes
    size_t n_parts;
    struct node *root;  // the merged film: a mapping by film.json
    struct node *picks; // NAME.picks.yaml, a mapping by picks.json; NULL: there is none
};

// Finds the project of the film file: the nearest folder upwards with project.yaml, else its own.
// False with *err when there is no such file.
bool film_locate(struct film_path *out, const char *file, struct arena *a, struct err *err);

// What a film is read with.
struct film_reading {
    const struct film_value *values;
    size_t n_values;
    const struct map *left_out; // path -> film_left_out: parts that are not read; or NULL
    const struct schemas *schemas;
    struct sources *sources;
    unsigned threads; // that parse included files
};

// Reads the film. Says all that is wrong; false when anything was. What could be read is in *out
// all the same, and root is NULL only when there is nothing to go on with. Sources are those of
// at->project. A film without scenes passes: hooks may add them.
bool film_read(struct film *out, const struct film_path *at, const struct film_reading *with,
               struct arena *a, struct diag *d);

// What a scene gives that was left out, and stands among the others by its name alone; NULL for all
// others.
const char *film_kept(const struct node *scene);

// Finishes scenes that hooks added to a film that was read, once they are checked: `all` joins
// their shots, and `for` is refused, for rows are made before hooks run.
void film_finish_added(struct node *root, struct arena *a, struct diag *d);
