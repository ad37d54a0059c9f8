// SPDX-License-Identifier: MIT
#include "compiler/layout.h"

#include <lua.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum { SLOTS = 128, MOST_KEPT = SLOTS / 2 };

struct layouts {
    struct layout slots[SLOTS]; // by hash of keys, or behind others with that
    size_t n;
};

// Registry key: the layouts. Their user value is a table that holds all their keys, so that each is
// known by where it stands.
static const char layouts_key;

void layouts_open(lua_State *L)
{
    struct layouts *layouts = lua_newuserdatauv(L, sizeof(*layouts), 1);

    memset(layouts, 0, sizeof(*layouts));
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &layouts_key);
}

struct layouts *layouts_of(lua_State *L)
{
    struct layouts *layouts;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &layouts_key);
    layouts = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return layouts;
}

static uint64_t add_to_hash(uint64_t hash, const char *key)
{
    return (hash ^ (uintptr_t)key) * 0x9e3779b97f4a7c15u; // as in base/map.c
}

static size_t first_slot(uint64_t hash)
{
    return (size_t)(hash >> 32) % SLOTS;
}

static bool is_of(const struct layout *layout, const struct member *members, size_t n)
{
    bool same = layout->n == n;

    for (size_t i = 0; same && i < n; i++)
        same = layout->keys[i] == members[i].key.ptr;
    return same;
}

const struct layout *layouts_find(const struct layouts *layouts, const struct member *members,
                                  size_t n)
{
    uint64_t hash = 0;
    size_t slot;

    if (n > LAYOUT_KEYS)
        return NULL;
    for (size_t i = 0; i < n; i++)
        hash = add_to_hash(hash, members[i].key.ptr);
    slot = first_slot(hash);
    while (layouts->slots[slot].n && !is_of(&layouts->slots[slot], members, n))
        slot = (slot + 1) % SLOTS;
    return layouts->slots[slot].n ? &layouts->slots[slot] : NULL;
}

// Where each member stood among those that Lua gave: value after value lies two higher.
static size_t position(const struct member *members, size_t n, size_t i)
{
    int first = members[0].value;

    for (size_t k = 1; k < n; k++)
        first = members[k].value < first ? members[k].value : first;
    return (size_t)(members[i].value - first) / 2;
}

// False where the text is too long.
static bool lay_out(struct layout *layout, const struct member *members, size_t n)
{
    struct buf text = {0};
    bool fits;

    for (size_t i = 0; i < n; i++) {
        size_t at = position(members, n, i);

        layout->keys[at] = members[i].key.ptr;
        layout->order[i] = (unsigned char)at;
        layout->starts[i] = (unsigned short)text.len;
        json_put_text(members[i].key, &text);
        buf_char(&text, ':');
        layout->lengths[i] = (unsigned short)(text.len - layout->starts[i]);
        layout->late |= str_is(members[i].key, "late");
    }
    fits = text.len <= sizeof(layout->text);
    if (fits)
        memcpy(layout->text, text.ptr, text.len);
    buf_release(&text);
    return fits;
}

static void hold_keys(lua_State *L, const struct member *members, size_t n)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &layouts_key);
    lua_getiuservalue(L, -1, 1);
    for (size_t i = 0; i < n; i++) {
        lua_pushvalue(L, members[i].value - 1);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    lua_pop(L, 2);
}

void layouts_keep(lua_State *L, struct layouts *layouts, const struct member *members, size_t n)
{
    struct layout layout = {.n = n};
    uint64_t hash = 0;
    size_t slot;

    if (n > LAYOUT_KEYS || layouts->n == MOST_KEPT || !lua_checkstack(L, 4) ||
        !lay_out(&layout, members, n))
        return;
    for (size_t i = 0; i < n; i++)
        hash = add_to_hash(hash, layout.keys[i]);
    slot = first_slot(hash);
    while (layouts->slots[slot].n)
        slot = (slot + 1) % SLOTS;
    hold_keys(L, members, n);
    layouts->slots[slot] = layout;
    layouts->n++;
}
