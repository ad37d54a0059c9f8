// SPDX-License-Identifier: MIT
// The Lua host: one Lua state for a compilation, with budgets that what runs in it cannot escape.
// Two sorts of code run: trusted (stdlib/rules), which may take its time and whose faults are
// faults of c41; and guarded (hooks), whose instructions, memory and time in C are counted for each
// call. Functions in C that Lua calls allocate in the arena only: an error jumps over any free.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct buf;
struct lua_State;
struct lua_host;

enum {
    LUA_HOST_BYTES = 512 << 20,         // the whole state
    LUA_GUARD_BYTES = 64 << 20,         // of one guarded call, above what was there
    LUA_GUARD_STEPS = 20 * 1000 * 1000, // instructions of one guarded call
    LUA_GUARD_SECONDS = 2,              // of processor time, for what C does meanwhile
    LUA_EXIT_HUNG = 2,                  // the program's exit code when these are over
};

enum lua_fault_kind {
    LUA_FAULT_ERROR,
    LUA_FAULT_STEPS,  // more instructions than a guarded call has
    LUA_FAULT_MEMORY, // more memory
};

// Why a call failed. Text lives in the arena.
struct lua_fault {
    enum lua_fault_kind kind;
    const char *chunk;     // the source in which it happened, as it was named; NULL: none
    unsigned line;         // from 1; 0: not known
    const char *message;   // without the place
    const char *traceback; // of trusted code, else NULL
};

struct lua_host *lua_host_new(struct arena *a);
void lua_host_free(struct lua_host *h); // accepts NULL

// From here on nothing is collected while memory lasts. Who goes back now and then, by the bytes
// that Lua holds, saves looking for what could go.
void lua_host_keep_garbage(struct lua_host *h);
size_t lua_host_bytes(const struct lua_host *h);

// Remembers the state as it is, once; and goes back to it, as if Lua had done nothing since. Must
// not be called by Lua.
void lua_host_mark(struct lua_host *h);
void lua_host_go_back(struct lua_host *h);

struct lua_State *lua_host_state(struct lua_host *h);
struct lua_host *lua_host_of(struct lua_State *L);

// Something of the caller's that functions called by Lua find again.
void lua_host_set_owner(struct lua_host *h, void *owner);
void *lua_host_owner(struct lua_State *L);

// Pushes the function of a chunk of Lua text called name. False with *fault: a syntax error, or
// bytecode.
bool lua_host_load(struct lua_host *h, const char *name, struct str text, struct lua_fault *fault);

// Adds the bytecode of the function on top, and pushes the function of such bytecode, which is
// loaded much faster than text. Raises an error of Lua when there is no memory.
void lua_host_dump(struct lua_host *h, struct buf *code);
void lua_host_load_code(struct lua_host *h, struct str code);

// Calls the function below n_args arguments on the stack, which all are popped; pushes n_results,
// or on failure nothing. last_words guards the call: what is printed when it must be ended by
// force; NULL: the code is trusted.
bool lua_host_call(struct lua_host *h, int n_args, int n_results, const char *last_words,
                   struct lua_fault *fault);

// For functions in C that a guarded call uses: ends the call when what they took from the arena,
// and bytes more, is more memory than it may have. Does nothing for trusted code.
void lua_host_charge(struct lua_State *L, size_t bytes);

// True once a guarded call used up a budget: no pcall may go on then.
bool lua_host_is_over(const struct lua_host *h);
