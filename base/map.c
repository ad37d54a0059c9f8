// SPDX-License-Identifier: MIT
#include "base/map.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/block.h"

// Eight bytes at a time, each spread over the bits above by a product with an odd number (Knuth,
// The Art of Computer Programming, 6.4), which the next turn and the last fold bring down again.
static uint64_t hash_text(const char *text)
{
    const uint64_t golden = 0x9e3779b97f4a7c15u; // 2^64 by the golden ratio
    size_t len = strlen(text);
    uint64_t h = len, word;

    for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, text, sizeof(word));
        h = (((h << 29) | (h >> 35)) ^ word) * golden;
    }
    for (word = 0; len; len--)
        word = word << 8 | (unsigned char)*text++;
    h = (((h << 29) | (h >> 35)) ^ word) * golden;
    return h ^ h >> 32;
}

// Slots stand in a block: those of a hundred thousand names are a few megabytes that are looked
// into here and there, where small pages cost more than all else.
static struct map_slot *new_slots(size_t cap)
{
    return (struct map_slot *)(void *)block_new(cap * sizeof(struct map_slot))->bytes;
}

static void free_slots(struct map_slot *slots)
{
    if (slots)
        block_free_all(block_of(slots));
}

void map_release(struct map *m)
{
    free_slots(m->slots);
    *m = (struct map){0};
}

static struct map_slot *slot_of(const struct map *m, const char *key, uint64_t hash)
{
    size_t i = (size_t)hash & (m->cap - 1);

    while (m->slots[i].key && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key) != 0))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void grow_to(struct map *m, size_t cap)
{
    struct map bigger = {.cap = cap, .n = m->n};

    bigger.slots = new_slots(cap);
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key)
            *slot_of(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    free_slots(m->slots);
    *m = bigger;
}

static bool has_room(size_t cap, size_t n)
{
    return n * 4 <= cap * 3;
}

void map_reserve(struct map *m, size_t n)
{
    size_t cap = m->cap ? m->cap : 16;

    while (!has_room(cap, n))
        cap *= 2;
    if (cap > m->cap)
        grow_to(m, cap);
}

void *map_find(const struct map *m, const char *key)
{
    return m->cap ? slot_of(m, key, hash_text(key))->value : NULL;
}

// The slot of key, to be filled if it is empty, but for its value.
static struct map_slot *make_slot(struct map *m, const char *key)
{
    uint64_t hash = hash_text(key);
    struct map_slot *slot;

    if (!has_room(m->cap, m->n + 1))
        map_reserve(m, m->n + 1);
    slot = slot_of(m, key, hash);
    m->n += slot->key ? 0 : 1;
    slot->hash = hash;
    return slot;
}

void *map_put(struct map *m, const char *key, void *value)
{
    struct map_slot *slot = make_slot(m, key);
    void *before = slot->value;

    slot->key = key;
    slot->value = value;
    return before;
}

void *map_add(struct map *m, const char *key, void *value)
{
    struct map_slot *slot = make_slot(m, key);

    if (slot->key)
        return slot->value;
    slot->key = key;
    slot->value = value;
    return NULL;
}
