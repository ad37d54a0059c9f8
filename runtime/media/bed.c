// SPDX-License-Identifier: MIT
#include "runtime/media/bed.h"

#include <stddef.h>

#include "runtime/media/loudness.h"
#include "runtime/media/pcm.h"
#include "runtime/media/sound.h"

static const double bed_lufs = -35;     // of every bed before its own level
static const double most_seconds = 300; // a longer one goes round after these
static const double seam_seconds = 1.5; // of a bed that does not say that it loops

bool bed_read(struct pcm *p, const char *path, struct err *err)
{
    struct sound *sound = sound_open(path, 2, err);
    size_t seam = (size_t)pcm_sample(seam_seconds);
    bool ok;

    pcm_init(p, 2, (size_t)pcm_sample(most_seconds));
    ok = sound && sound_read(sound, p->at, p->frames, &p->frames, err);
    sound_close(sound);
    if (!ok) {
        pcm_release(p);
        return false;
    }
    pcm_resize(p, p->frames);
    if (!pcm_is_loop(path))
        pcm_close_loop(p, seam < p->frames / 3 ? seam : p->frames / 3);
    return true;
}

double bed_gain_db(const struct pcm *turn)
{
    double lufs = loudness_of(turn);

    return lufs > LOUDNESS_SILENCE ? bed_lufs - lufs : 0;
}

bool bed_gain(const char *path, double *db, struct err *err)
{
    struct pcm turn = {0};
    bool ok = bed_read(&turn, path, err);

    if (ok)
        *db = bed_gain_db(&turn);
    pcm_release(&turn);
    return ok;
}
