// SPDX-License-Identifier: MIT
#include "cli/aim.h"

#include <string.h>

#include "base/err.h"
#include "cli/args.h"

static const char *const names[] = {
    [SCHED_SOONEST_SCENE] = "soonest-scene",
    [SCHED_SHORTEST_NIGHT] = "shortest-night",
};

bool aim_read(const struct args *args, enum sched_aim *aim, struct err *err)
{
    const char *asked = args_get(args, "prefer", names[SCHED_SOONEST_SCENE]);

    for (int i = SCHED_SOONEST_SCENE; i <= SCHED_SHORTEST_NIGHT; i++)
        if (strcmp(asked, names[i]) == 0) {
            *aim = (enum sched_aim)i;
            return true;
        }
    return err_set(err, ERR_USAGE, "--prefer is soonest-scene or shortest-night, not \"%s\"",
                   asked);
}
