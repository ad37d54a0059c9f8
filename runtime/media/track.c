// SPDX-License-Identifier: MIT
// One speaker's lines on the clip's time: what a lip sync model listens to.
#include "runtime/media/ops.h"

#include <math.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"

static bool add_line(struct pcm *track, const json_t *line, double lead,
                     const struct media_job *job, struct err *err)
{
    const char *name = json_get_text(line, "name", "");
    const struct media_input *input = media_input(job, name);
    struct pcm voice;

    if (!input)
        return err_set(err, ERR_BUG, "a track has no voice for its line \"%s\"", name);
    if (!pcm_read(&voice, input->path, 1, err))
        return err_wrap(err, "line \"%s\"", name);
    pcm_add(track, pcm_sample(lead + json_get_number(line, "start", 0)), &voice, 1);
    pcm_release(&voice);
    return true;
}

bool track_run(const struct media_job *job, struct err *err)
{
    double lead = json_get_number(job->params, "lead", 0);
    double seconds = json_get_number(job->params, "seconds", 0);
    const json_t *lines = json_object_get(job->params, "lines");
    struct pcm track;
    bool ok = true;

    pcm_init(&track, 1, (size_t)fmax(0, (double)pcm_sample(seconds)));
    for (size_t i = 0; ok && i < json_array_size(lines); i++)
        ok = add_line(&track, json_array_get(lines, i), lead, job, err);
    ok = ok && pcm_write(&track, media_output_path(job, "track"), PCM_S16, err);
    pcm_release(&track);
    return ok;
}
