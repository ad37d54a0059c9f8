// SPDX-License-Identifier: MIT
// The titles of films that share a project.yaml. Files in out/ are named by them, so no two may be
// the same.
#pragma once

struct arena;
struct diag;
struct film_path;
struct node;
struct sources;

// Says at the title of the film whose tree is root where another film beside it, or in the
// project's folder, has the same. The others are only looked into: what is wrong in them is not
// said.
void titles_check(const struct film_path *at, const struct node *root, struct sources *sources,
                  struct arena *a, struct diag *d);
