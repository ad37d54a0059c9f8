// SPDX-License-Identifier: MIT
#include "compiler/shape.h"

#include <lua.h>
#include <math.h>

#include "compiler/convert.h"
#include "compiler/node.h"

const char convert_odd_shape[] =
    "a table that is neither a list (1, 2, 3 … without a gap) nor a mapping (names as its keys)";
const char convert_too_deep[] = "a table within itself, or more than 100 levels deep";
const char convert_not_utf8[] = "text that is not UTF-8";
const char convert_no_number[] = "a number that is infinite or not a number";

const char *convert_odd_type(lua_State *L, int idx)
{
    return lua_isfunction(L, idx) ? "a function, which no film can hold"
                                  : "a value that no film can hold";
}

bool convert_is_whole(double x)
{
    return floor(x) == x && fabs(x) <= 9007199254740991.0;
}

static enum convert_shape shape_of_empty(lua_State *L, int idx)
{
    const struct node *node = convert_node_of(L, idx);

    return convert_is_marked(L, idx) || (node && node->type == NODE_LIST) ? CONVERT_LIST
                                                                          : CONVERT_MAP;
}

enum convert_shape convert_shape(lua_State *L, int idx, size_t *n)
{
    size_t numbers = 0, texts = 0, others = 0;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        bool number = lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0;
        bool text = lua_type(L, -2) == LUA_TSTRING;

        numbers += number;
        texts += text;
        others += !number && !text;
    }
    *n = numbers + texts;
    if (others || (numbers && texts) || (numbers && lua_rawlen(L, idx) != numbers))
        return CONVERT_ODD;
    if (*n == 0)
        return shape_of_empty(L, idx);
    return numbers ? CONVERT_LIST : CONVERT_MAP;
}
