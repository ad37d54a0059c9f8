// SPDX-License-Identifier: MIT
#include "runtime/media/limit.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/media.h"

void limit_note_length(const struct media_job *job, double seconds)
{
    double most = json_get_number(job->params, "max-seconds", 0);
    double least = json_get_number(job->params, "min-seconds", 0);
    char text[120];

    if (!job->note || (seconds >= least && (most <= 0 || seconds <= most)))
        return;
    snprintf(text, sizeof(text), "the film lasts %.2f s, and this is for films of %s %g s", seconds,
             seconds < least ? "at least" : "at most", seconds < least ? least : most);
    job->note(job->user, text);
}

bool limit_check_bytes(const struct media_job *job, const char *path, struct err *err)
{
    json_int_t most = json_get_integer(job->params, "max-bytes", 0);
    struct stat st;

    if (most <= 0)
        return true;
    if (stat(path, &st) != 0)
        return err_errno(err, "%s", path);
    return st.st_size <= most ||
           err_set(err, ERR_FILM,
                   "the file has %lld bytes, and may have %lld: make the film shorter, its pixels "
                   "fewer or its sound smaller",
                   (long long)st.st_size, (long long)most);
}
