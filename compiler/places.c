// SPDX-License-Identifier: MIT
#include "compiler/places.h"

#include "base/arena.h"

static bool same(struct span a, struct span b)
{
    return a.source == b.source && a.start == b.start && a.end == b.end;
}

struct place places_get(struct places *p, const struct diag *d, struct span span, struct arena *a)
{
    size_t slot = (span.source * 31 + span.start * 7 + span.end) % PLACES_KEPT;
    struct place place;

    if (!span.source)
        return (struct place){0};
    if (same(p->kept[slot].span, span))
        return p->kept[slot].place;
    place = diag_place(d, span, a);
    if (place.file)
        place.file = arena_strdup(a, place.file);
    p->kept[slot].span = span;
    p->kept[slot].place = place;
    return place;
}
