// SPDX-License-Identifier: MIT
#include "cli/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"

struct unit {
    const char *name; // what may stand behind a number
    unsigned shift;
};

static const struct unit units[] = {
    {"", 0},     {"B", 0},  {"K", 10},  {"KB", 10},  {"KiB", 10}, {"M", 20},  {"MB", 20},
    {"MiB", 20}, {"G", 30}, {"GB", 30}, {"GiB", 30}, {"T", 40},   {"TB", 40}, {"TiB", 40},
};

static bool read_size(const char *text, int64_t *bytes)
{
    enum { MOST_SHIFT = 60 };
    char *end;
    double number = strtod(text, &end);

    if (end == text || !isfinite(number) || number < 0 || text[0] == '-' || text[0] == '+')
        return false;
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcasecmp(units[i].name, end) == 0) {
            number = ldexp(number, (int)units[i].shift);
            *bytes = (int64_t)number;
            return number <= ldexp(1, MOST_SHIFT);
        }
    return false;
}

bool size_option(const struct args *args, const char *name, int64_t *bytes, struct err *err)
{
    const char *text = args_get(args, name, NULL);

    *bytes = -1;
    return !text || read_size(text, bytes) ||
           err_set(err, ERR_USAGE, "--%s \"%s\": expected a size such as 500M or 20GB", name, text);
}

void size_print(uint64_t bytes, struct buf *out)
{
    static const char *const names[] = {"bytes", "KB", "MB", "GB", "TB"};
    double number = (double)bytes;
    size_t unit = 0;

    for (; number >= 1023.95 && unit + 1 < sizeof(names) / sizeof(*names); unit++)
        number /= 1024;
    buf_printf(out, "%.*f %s", unit && number < 99.95 ? 1 : 0, number,
               bytes == 1 ? "byte" : names[unit]);
}
