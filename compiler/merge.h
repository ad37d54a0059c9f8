// SPDX-License-Identifier: MIT
// Joining trees: included files and the project's bible into a film, `all` of a scene into its
// shots.
#pragma once

struct arena;
struct diag;
struct node;

// Joins an included file into the one that includes it: mappings join key by key, the including
// file wins, scenes of `from` stand before those of `into`. A character, location or LoRA that both
// define is an error with both places.
void merge_include(struct node *into, struct node *from, struct arena *a, struct diag *d);

// Starts the film `into` from the project `from`: as above, but the film wins silently, and
// characters and locations join key by key.
void merge_project(struct node *into, const struct node *from, struct arena *a);

// Joins `all` of each scene into its shots, the shot wins: before checking, for keys that a shot
// does not have; after checking, once all forms are full, for the members of those that both have.
// Takes `all` out. What makes a picture does not join shots that are cards or footage.
void merge_all_keys(struct node *scenes, struct arena *a);
void merge_all_members(struct node *scenes, struct arena *a);
