// SPDX-License-Identifier: MIT
// What a Lua value is to those who know lists and mappings. For the files of convert.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct lua_State;

// A table is a list when its keys are 1 to n, a mapping when they are text.
enum convert_shape { CONVERT_LIST, CONVERT_MAP, CONVERT_ODD };

// The shape of the table at idx, and how many members it has.
enum convert_shape convert_shape(struct lua_State *L, int idx, size_t *n);

// True for a float that is written as an integer.
bool convert_is_whole(double x);

// Why a value cannot cross.
extern const char convert_odd_shape[], convert_too_deep[], convert_not_utf8[], convert_no_number[];
const char *convert_odd_type(struct lua_State *L, int idx);
