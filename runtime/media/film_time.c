// SPDX-License-Identifier: MIT
#include "runtime/media/film_time.h"

#include <stdlib.h>

#include <libavutil/mathematics.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/pcm.h"

bool film_time_init(struct film_time *t, const json_t *params, struct err *err)
{
    const char *text = json_get_text(params, "fps", "");
    char *end;
    long num = strtol(text, &end, 10), den = 1;

    if (*end == '/')
        den = strtol(end + 1, &end, 10);
    if (*end || num <= 0 || num > 1000000 || den <= 0 || den > 1000000)
        return err_set(err, ERR_BUG, "fps is \"%s\", not a rate such as \"24/1\"", text);
    *t = (struct film_time){(int)num, (int)den};
    return true;
}

int64_t film_time_sample(const struct film_time *t, int64_t frame)
{
    return av_rescale(frame, (int64_t)PCM_RATE * t->fps_den, t->fps_num);
}
