// SPDX-License-Identifier: MIT
// A hash map from text to a pointer. Keys are borrowed and must outlive the map; it has no order:
// walk your own array when output depends on it.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct map {
    struct map_slot *slots;
    size_t n, cap;
};

struct map_slot {
    const char *key; // NULL: empty
    void *value;
    uint64_t hash; // of key, so that most others are told apart without it
};

// A zeroed struct map is an empty one.
void map_release(struct map *m);

// Makes room for n keys at once, so that it need not grow on the way there.
void map_reserve(struct map *m, size_t n);

// Returns what is stored under key, or NULL.
void *map_find(const struct map *m, const char *key);

// Stores value (not NULL) under key; returns what stood there before, or NULL.
void *map_put(struct map *m, const char *key, void *value);

// The same, unless something stands there: returns that and stores nothing.
void *map_add(struct map *m, const char *key, void *value);
