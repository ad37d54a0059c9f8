// SPDX-License-Identifier: MIT
// The scenes of a film in their order, for who wants the first ones done first.
#pragma once

struct walk;

// Sets the scene of every step (sched.scene of its work): its own, or the first that needs it.
// Returns how many there are.
unsigned scenes_order(struct walk *w);
