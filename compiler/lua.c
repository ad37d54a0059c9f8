// SPDX-License-Identifier: MIT
#include "compiler/lua.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/slab.h"
#include "base/watchdog.h"

enum { COUNT_EVERY = 1000, MOST_CHUNK_BYTES = 500, DEEP_LEVELS = 50000, LONGEST_PAUSE = 1000 };

struct lua_host {
    lua_State *L;
    struct arena *arena;
    struct slab *slab; // all that Lua allocates
    struct watchdog *watchdog;
    void *owner;
    size_t used_bytes, most_bytes;
    size_t marked_bytes; // used_bytes when it was marked
    size_t arena_bytes;  // used when the guarded call began
    bool guarded, over;
    const char *chunk; // where instructions were counted last: near where memory ends
    unsigned line;
    bool deep; // when memory was refused last, calls were nested without measure
    long steps_left;
    struct lua_fault *fault; // of the call that runs
};

static void *allocate(void *owner, void *ptr, size_t old_size, size_t size)
{
    struct lua_host *h = owner;
    size_t old = ptr ? old_size : 0;

    if (size > old && size - old > h->most_bytes - h->used_bytes) {
        lua_Debug ar;

        h->deep = lua_getstack(h->L, DEEP_LEVELS, &ar); // the stack itself is what grew
        return NULL;                                    // Lua collects its garbage and asks again
    }
    h->used_bytes = h->used_bytes - old + size;
    return slab_resize(h->slab, ptr, old, size);
}

static void open_state(struct lua_host *h)
{
    h->used_bytes = 0;
    h->most_bytes = LUA_HOST_BYTES;
    h->L = lua_newstate(allocate, h);
    // Rules leave little behind: a heap that stays in the processor's cache is worth collecting
    // for.
    lua_gc(h->L, LUA_GCINC, 200, 400, 0);
    *(struct lua_host **)lua_getextraspace(h->L) = h;
}

struct lua_host *lua_host_new(struct arena *a)
{
    struct lua_host *h = mem_new(sizeof(*h));

    h->arena = a;
    h->watchdog = watchdog_new(LUA_GUARD_SECONDS);
    h->slab = slab_new();
    open_state(h);
    return h;
}

void lua_host_keep_garbage(struct lua_host *h)
{
    lua_gc(h->L, LUA_GCSTOP);
}

size_t lua_host_bytes(const struct lua_host *h)
{
    return h->used_bytes;
}

// All that a state is stands in its own memory. What is garbage need not be remembered; and Lua,
// which asks at every turn whether its collector is due even while that is stopped, asks no more
// for as long as the pause behind a collection is.
void lua_host_mark(struct lua_host *h)
{
    lua_gc(h->L, LUA_GCINC, LONGEST_PAUSE, 0, 0);
    lua_gc(h->L, LUA_GCCOLLECT);
    slab_mark(h->slab);
    h->marked_bytes = h->used_bytes;
}

void lua_host_go_back(struct lua_host *h)
{
    slab_go_back(h->slab);
    h->used_bytes = h->marked_bytes;
}

void lua_host_free(struct lua_host *h)
{
    if (!h)
        return;
    slab_free(h->slab); // instead of lua_close: no object of ours has a finalizer
    watchdog_free(h->watchdog);
    mem_free(h);
}

struct lua_State *lua_host_state(struct lua_host *h)
{
    return h->L;
}

struct lua_host *lua_host_of(struct lua_State *L)
{
    return *(struct lua_host **)lua_getextraspace(L);
}

void lua_host_set_owner(struct lua_host *h, void *owner)
{
    h->owner = owner;
}

void *lua_host_owner(struct lua_State *L)
{
    return lua_host_of(L)->owner;
}

bool lua_host_is_over(const struct lua_host *h)
{
    return h->over;
}

// Keeps the chunk that runs, by name: most often the same as before.
static void mark_place(struct lua_host *h, const lua_Debug *ar)
{
    const char *name = ar->source[0] == '@' ? ar->source + 1 : ar->source;

    if (!h->chunk || strcmp(h->chunk, name) != 0)
        h->chunk = arena_strdup(h->arena, name);
    h->line = ar->currentline > 0 ? (unsigned)ar->currentline : 0;
}

static void note_place(struct lua_host *h, const lua_Debug *ar)
{
    mark_place(h, ar);
    h->fault->chunk = h->chunk;
    h->fault->line = h->line;
}

static void count_steps(lua_State *L, lua_Debug *ar);

// Ends the guarded call; ar is what runs, for its place.
static void end_call(lua_State *L, const lua_Debug *ar, enum lua_fault_kind kind)
{
    struct lua_host *h = lua_host_of(L);

    note_place(h, ar);
    h->fault->kind = kind;
    h->over = true;
    lua_sethook(L, count_steps, LUA_MASKCOUNT, 1);
}

// The innermost function that is Lua's, not C's.
static bool find_lua(lua_State *L, lua_Debug *ar)
{
    for (int level = 0; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->currentline > 0)
            return true;
    }
    return false;
}

void lua_host_charge(lua_State *L, size_t bytes)
{
    struct lua_host *h = lua_host_of(L);
    lua_Debug ar;

    if (!h->guarded || arena_used_bytes(h->arena) - h->arena_bytes + bytes <= LUA_GUARD_BYTES)
        return;
    if (!h->over && find_lua(L, &ar))
        end_call(L, &ar, LUA_FAULT_MEMORY);
    luaL_error(L, "no memory left");
}

// Every instruction after the last raises again, so that no pcall has anything to go on with.
static void count_steps(lua_State *L, lua_Debug *ar)
{
    struct lua_host *h = lua_host_of(L);

    h->steps_left -= COUNT_EVERY;
    lua_getinfo(L, "Sl", ar);
    if (h->steps_left > 0 && !h->over) {
        mark_place(h, ar);
        return;
    }
    if (!h->over)
        end_call(L, ar, LUA_FAULT_STEPS);
    luaL_error(L, "no instructions left");
}

// The place is that of the level whose position the message begins with (error's second argument
// chooses it), else that of the innermost Lua function.
static const char *find_place(lua_State *L, struct lua_host *h, const char *message)
{
    lua_Debug ar;
    char prefix[LUA_IDSIZE + 32];
    bool found = false;

    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0)
            continue;
        if (!found)
            note_place(h, &ar);
        found = true;
        snprintf(prefix, sizeof(prefix), "%s:%d: ", ar.short_src, ar.currentline);
        if (str_starts(str_of(message), prefix)) {
            note_place(h, &ar);
            return message + strlen(prefix);
        }
    }
    return message;
}

static int note_fault(lua_State *L)
{
    struct lua_host *h = lua_host_of(L);
    const char *message;

    if (h->over)
        return 1;
    if (lua_type(L, 1) == LUA_TSTRING || lua_type(L, 1) == LUA_TNUMBER)
        message = find_place(L, h, lua_tostring(L, 1));
    else {
        find_place(L, h, "");
        message = arena_printf(h->arena, "error was called with a %s, which says nothing",
                               luaL_typename(L, 1));
    }
    h->fault->message = arena_strdup(h->arena, message);
    if (!h->guarded) {
        luaL_traceback(L, L, NULL, 1);
        h->fault->traceback = arena_strdup(h->arena, lua_tostring(L, -1));
    }
    return 1;
}

static void describe(struct lua_host *h, int status)
{
    struct lua_fault *f = h->fault;

    if (status == LUA_ERRMEM && !h->over) {
        f->kind = h->deep ? LUA_FAULT_ERROR : LUA_FAULT_MEMORY;
        f->chunk = h->line ? h->chunk : NULL;
        f->line = h->line;
    }
    if (f->kind == LUA_FAULT_STEPS)
        f->message =
            arena_printf(h->arena, "this runs on and on: more than %d million instructions",
                         LUA_GUARD_STEPS / 1000000);
    else if (f->kind == LUA_FAULT_MEMORY)
        f->message = arena_printf(h->arena, "this takes more than %d MiB of memory",
                                  (h->guarded ? LUA_GUARD_BYTES : LUA_HOST_BYTES) >> 20);
    else if (!f->message || strstr(f->message, "stack overflow"))
        f->message = "this calls itself without end";
}

static void start_guard(struct lua_host *h, const char *last_words)
{
    size_t most = h->used_bytes + LUA_GUARD_BYTES;

    h->guarded = true;
    h->most_bytes = most < LUA_HOST_BYTES ? most : LUA_HOST_BYTES;
    h->steps_left = LUA_GUARD_STEPS;
    h->arena_bytes = arena_used_bytes(h->arena);
    lua_sethook(h->L, count_steps, LUA_MASKCOUNT, COUNT_EVERY);
    watchdog_start(h->watchdog, last_words, LUA_EXIT_HUNG);
}

static void stop_guard(struct lua_host *h)
{
    watchdog_stop(h->watchdog);
    lua_sethook(h->L, NULL, 0, 0);
    h->most_bytes = LUA_HOST_BYTES;
    h->guarded = h->over = false;
}

bool lua_host_call(struct lua_host *h, int n_args, int n_results, const char *last_words,
                   struct lua_fault *fault)
{
    lua_State *L = h->L;
    int function = lua_gettop(L) - n_args, status;
    struct lua_fault *outer = h->fault;

    *fault = (struct lua_fault){0};
    h->fault = fault;
    h->deep = false;
    h->line = 0;
    lua_pushcfunction(L, note_fault);
    lua_insert(L, function);
    if (last_words)
        start_guard(h, last_words);
    status = lua_pcall(L, n_args, n_results, function);
    if (status != LUA_OK || h->over)
        describe(h, status);
    if (h->over && status == LUA_OK) {
        lua_pop(L, n_results);
        status = LUA_ERRRUN;
    } else if (status != LUA_OK) {
        lua_pop(L, 1);
    }
    if (last_words)
        stop_guard(h);
    lua_remove(L, function);
    h->fault = outer;
    return status == LUA_OK;
}

// "film.lua:3: unexpected symbol near 'x'" gives line 3 and the rest.
static void split_syntax_error(struct lua_host *h, const char *text, struct lua_fault *fault)
{
    const char *mark = strstr(text, ": ");
    const char *colon = mark;

    while (colon && colon > text && colon[-1] >= '0' && colon[-1] <= '9')
        colon--;
    for (const char *c = colon; c && c < mark; c++)
        fault->line = fault->line * 10 + (unsigned)(*c - '0');
    fault->message = arena_strdup(h->arena, mark ? mark + 2 : text);
}

bool lua_host_load(struct lua_host *h, const char *name, struct str text, struct lua_fault *fault)
{
    char chunk[MOST_CHUNK_BYTES];

    *fault = (struct lua_fault){.chunk = arena_strdup(h->arena, name)};
    snprintf(chunk, sizeof(chunk), "@%s", name);
    if (text.len && text.ptr[0] == LUA_SIGNATURE[0]) {
        fault->line = 1;
        fault->message = "this is Lua bytecode; a hook is Lua text";
        return false;
    }
    if (luaL_loadbufferx(h->L, text.ptr ? text.ptr : "", text.len, chunk, "t") == LUA_OK)
        return true;
    split_syntax_error(h, lua_tostring(h->L, -1), fault);
    lua_pop(h->L, 1);
    return false;
}

static int add_code(lua_State *L, const void *bytes, size_t n, void *out)
{
    (void)L;
    buf_add(out, bytes, n);
    return 0;
}

void lua_host_dump(struct lua_host *h, struct buf *code)
{
    lua_dump(h->L, add_code, code, 0);
}

void lua_host_load_code(struct lua_host *h, struct str code)
{
    if (luaL_loadbufferx(h->L, code.ptr, code.len, "=code", "b") != LUA_OK)
        lua_error(h->L); // our own code: memory alone can fail
}
