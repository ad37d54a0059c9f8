// SPDX-License-Identifier: MIT
#include "runtime/wiring.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

bool wiring_is_link(const json_t *value)
{
    return json_array_size(value) == 2 && json_is_string(json_array_get(value, 0)) &&
           json_is_integer(json_array_get(value, 1));
}

json_t *wiring_link(const char *id, json_int_t output)
{
    return json_pack("[sI]", id, output);
}

json_t *wiring_literal(const json_t *value)
{
    static const double past_signed = 9223372036854775808.0, past_all = 18446744073709551616.0;
    double real = json_is_real(value) ? json_real_value(value) : 0;

    if (json_is_array(value))
        return json_pack("{s:o}", "__value__", json_deep_copy(value));
    if (real >= past_all && real < past_all * 1.5)
        return json_sprintf("%llu", (unsigned long long)UINT64_MAX);
    if (real >= past_signed && real < past_all)
        return json_sprintf("%.0f", real);
    return json_deep_copy(value);
}

json_t *wiring_fields(const json_t *workflow, const char *id)
{
    return json_object_get(json_object_get(workflow, id), "inputs");
}

static bool reads(const json_t *value, const char *id)
{
    return wiring_is_link(value) && strcmp(json_string_value(json_array_get(value, 0)), id) == 0;
}

static bool is_listed(const json_t *list, const char *id)
{
    json_t *member;
    size_t i;

    json_array_foreach(list, i, member)
        if (strcmp(json_string_value(member), id) == 0)
            return true;
    return false;
}

void wiring_move(json_t *workflow, const char *id, json_int_t output, const json_t *to,
                 const json_t *except)
{
    const char *user, *field;
    json_t *node, *value;
    void *next;

    json_object_foreach(workflow, user, node) {
        json_t *fields = json_object_get(node, "inputs");

        if (is_listed(except, user))
            continue;
        json_object_foreach_safe(fields, next, field, value) {
            if (!reads(value, id) || json_integer_value(json_array_get(value, 1)) != output)
                continue;
            if (to)
                json_object_set_new(fields, field, json_deep_copy(to));
            else
                json_object_del(fields, field);
        }
    }
}

void wiring_drop(json_t *workflow, const char *id)
{
    const char *user, *field;
    json_t *node, *value;
    void *next;

    json_object_foreach(workflow, user, node) {
        json_t *fields = json_object_get(node, "inputs");

        json_object_foreach_safe(fields, next, field, value)
            if (reads(value, id))
                json_object_del(fields, field);
    }
    json_object_del(workflow, id);
}
