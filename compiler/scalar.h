// SPDX-License-Identifier: MIT
// What a plain scalar is by the core schema of YAML 1.2: null, true, 12, 0o14, 0x0c, 1.5e3, .inf,
// else text. `yes`, `no`, `on`, `off` and `12:30` are text; 012 is twelve.
#pragma once

struct node;

// Sets n->type and its value from n->text.
void scalar_resolve(struct node *n);
