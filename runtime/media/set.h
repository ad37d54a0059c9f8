// SPDX-License-Identifier: MIT
// The places of a board: from words to a backdrop in layers of depth. Each fills the whole easel.
#pragma once

#include <stdbool.h>

struct easel;

struct set {
    const char *words;
    bool indoors;
    void (*draw)(struct easel *e);
    void (*front)(struct easel *e); // what stands before people; NULL: nothing
};

// The set that place and prompt ask for; the words of the place weigh more. Never NULL.
const struct set *set_find(const char *place, const char *prompt);

// Rain, snow, fog or lightning over what is drawn, where the easel's words have it.
void set_weather(struct easel *e, bool indoors);

void outdoors_city(struct easel *e);
void outdoors_desert(struct easel *e);
void outdoors_field(struct easel *e);
void outdoors_forest(struct easel *e);
void outdoors_lighthouse(struct easel *e);
void outdoors_mountains(struct easel *e);
void outdoors_road(struct easel *e);
void outdoors_sea(struct easel *e);
void outdoors_sky(struct easel *e); // the sky alone, for all the others

void indoors_corridor(struct easel *e);
void indoors_counter(struct easel *e);
void indoors_counter_front(struct easel *e);
void indoors_hall(struct easel *e);
void indoors_lamp_room(struct easel *e);
void indoors_room(struct easel *e);
void indoors_shelves(struct easel *e);
void indoors_stairs(struct easel *e);
void indoors_studio(struct easel *e);
void indoors_paper(struct easel *e); // no place at all
