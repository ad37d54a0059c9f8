// SPDX-License-Identifier: MIT
// Names made of words.
#pragma once

#include "base/buf.h"
#include "base/str.h"

// Adds text in lower case, with letters of any script and digits kept and every run of the rest as
// one
// '-', none at the ends. "INT. LAMP ROOM - NIGHT" gives "int-lamp-room-night". By tables of its
// own: the same in every locale.
void slug_add(struct buf *out, struct str text);
