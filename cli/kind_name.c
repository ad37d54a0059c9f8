// SPDX-License-Identifier: MIT
#include "cli/kind_name.h"

#include "base/err.h"
#include "base/str.h"
#include "compiler/graph.h"

bool kind_name_check(const char *name, struct err *err)
{
    enum { MOST_KINDS = 64 };
    size_t n;
    const struct kind *kinds = kind_all(&n);
    const char *names[MOST_KINDS], *near;

    if (!name || kind_find(name))
        return true;
    for (size_t i = 0; i < n && i < MOST_KINDS; i++)
        names[i] = kinds[i].name;
    near = str_nearest(name, names, n < MOST_KINDS ? n : MOST_KINDS);
    if (near)
        return err_set(err, ERR_USAGE, "no kind \"%s\"; did you mean \"%s\"?", name, near);
    return err_set(err, ERR_USAGE, "no kind \"%s\": there are image, speak, animate, cut …", name);
}
