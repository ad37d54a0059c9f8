// SPDX-License-Identifier: MIT
// A growable array of any type on the heap:
//     VEC(int) v = {0};
//     vec_push(&v, 41);
//     for (size_t i = 0; i < v.n; i++) use(v.at[i]);
//     vec_release(&v);
#pragma once

#include <stddef.h>

#include "base/mem.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t n, cap;                                                                             \
    }

#define vec_reserve(v, want)                                                                       \
    ((v)->at = (want) > (v)->cap ? mem_resize((v)->at, (v)->cap = vec_next_cap((v)->cap, (want)),  \
                                              sizeof(*(v)->at))                                    \
                                 : (v)->at)

// The value is read before n grows, so it may speak of the vector as it was.
#define vec_push(v, ...)                                                                           \
    (vec_reserve((v), (v)->n + 1), (v)->at[(v)->n] = (__VA_ARGS__), (void)(v)->n++)

#define vec_release(v) (mem_free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)

static inline size_t vec_next_cap(size_t cap, size_t want)
{
    size_t next = cap ? cap * 2 : 8;

    return next < want ? want : next;
}
