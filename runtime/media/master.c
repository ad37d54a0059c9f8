// SPDX-License-Identifier: MIT
#include "runtime/media/master.h"

#include <math.h>
#include <string.h>

#include <libavcodec/packet.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/gauge.h"
#include "runtime/media/keep.h"
#include "runtime/media/lav.h"
#include "runtime/media/loudness.h"
#include "runtime/media/packets.h"
#include "runtime/media/passage.h"
#include "runtime/media/passages.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_encoder.h"
#include "runtime/media/whole.h"

static const double between_samples_db = 3; // that a true peak may stand above the samples
static const double lossy_margin_db = 0.5;  // what encoding may add to a peak
static const double near_enough_lu = 0.25, settled_lu = 0.05;
static const double heavy_limiting_lu = 0.3; // beyond this a guess is not good enough
static const double most_gain_db = 40;
enum {
    GUESSES = 6,
    GAIN_ROUNDS = 3,  // in which the gain alone is sought, and
    BOTH_ROUNDS = 10, // beside trims, which make it less loud
    MOST_ROUNDS = 14, // the last for trims alone
    STEPS_OF_TENTH = 10,
    STEPS_OF_RELEASE = 10,
    MOST_TRIM = 200
};

// They change when passages of equal recipes come out in another way.
static const char plain_version[] = "plain 1", limited_version[] = "limited 1",
                  made_version[] = "made 3";

struct master {
    struct programme *programme;
    struct master_goal goal;
    struct keep *keep;
    struct master_gain gain;

    // Of each passage.
    size_t n;
    struct digest *recipes, *keys; // keys: of what was made last
    size_t encoded;                // of them, in all rounds

    // Of each tenth of a second of the film.
    size_t n_tenths, n_whole;   // whole: without a rest at the end
    double *plain, *heard;      // energies: as it comes, as it is heard
    double *peaks;              // true, as heard
    struct passage_step *steps; // as it comes, ten in each
    float *samples;             // the highest as heard, ten in each
    unsigned char *trims;       // tenths of a dB

    // While packets are read.
    size_t next; // passage
    struct buf entry;
    struct str packets;
};

static size_t tenths_of(const struct master *m, size_t i)
{
    int64_t start = passages_start(i);

    return level_count((size_t)(passage_end(m->programme, start) - start));
}

static struct digest digest_of_buf(struct buf *text)
{
    struct digest digest = digest_of(buf_text(text), text->len);

    buf_release(text);
    return digest;
}

static struct digest key_of_plain(void *user, size_t i)
{
    const struct master *m = user;
    struct buf text = {0};

    buf_puts(&text, plain_version);
    buf_add(&text, &m->recipes[i], sizeof(m->recipes[i]));
    return digest_of_buf(&text);
}

static bool measure(void *user, size_t i, struct buf *out, struct err *err)
{
    const struct master *m = user;
    struct passage_plain plain;

    if (!passage_measure(m->programme, passages_start(i), &plain, err))
        return false;
    buf_add(out, &plain, sizeof(plain));
    return true;
}

static bool take_plain(void *user, size_t i, struct str entry, struct err *err)
{
    struct master *m = user;
    struct passage_plain plain;
    size_t first = i * PASSAGE_LEVELS;

    if (entry.len != sizeof(plain))
        return err_set(err, ERR_BUG, "what was measured of passage %zu is torn", i);
    memcpy(&plain, entry.ptr, sizeof(plain));
    for (size_t k = 0; k < tenths_of(m, i); k++)
        m->plain[first + k] = plain.levels[k].energy;
    memcpy(m->steps + first * STEPS_OF_TENTH, plain.steps,
           tenths_of(m, i) * STEPS_OF_TENTH * sizeof(*m->steps));
    return true;
}

// What a limiter leaves of a tenth of a second: it is quick to hold a peak, and lets go of it along
// a straight line.
static double left_by_limiter(const struct passage_step *steps, double gain, double limit,
                              double *held, double *release)
{
    double left = 0, all = 0;

    for (size_t k = 0; k < STEPS_OF_TENTH; k++) {
        double peak = (double)steps[k].peak * gain;

        *held = fmin(1, *held + *release);
        if (peak * *held > limit) {
            *held = limit / peak;
            *release = (1 - *held) / STEPS_OF_RELEASE;
        }
        all += (double)steps[k].energy;
        left += (double)steps[k].energy * *held * *held;
    }
    return all > 0 ? left / all : 1;
}

static double expect_lufs(const struct master *m, double gain_db, bool limited)
{
    double *energies = mem_new((m->n_whole + 1) * sizeof(*energies));
    double gain = pow(10, gain_db / 20), limit = pow(10, m->gain.ceiling_db / 20);
    double held = 1, release = 0, lufs;

    for (size_t i = 0; i < m->n_whole; i++) {
        energies[i] = m->plain[i] * gain * gain;
        if (limited)
            energies[i] *=
                left_by_limiter(m->steps + i * STEPS_OF_TENTH, gain, limit, &held, &release);
    }
    lufs = gauge_lufs(energies, m->n_whole);
    mem_free(energies);
    return lufs;
}

static double in_steps(double db)
{
    return fmin(most_gain_db, round(db * 10) / 10);
}

static double highest_db(const struct master *m)
{
    float peak = 0;

    for (size_t i = 0; i < m->n_tenths * STEPS_OF_TENTH; i++)
        peak = fmaxf(peak, m->steps[i].peak);
    return 20 * log10((double)peak + 1e-30);
}

// The gain stands in steps, so that an edit seldom moves it.
static void guess_gain(struct master *m)
{
    double gain = 0, lufs = expect_lufs(m, gain, false);

    if (lufs <= LOUDNESS_SILENCE)
        return;
    // A gain moves what the absolute gate lets through, and the limiter takes of it: so by turns.
    for (int i = 0; i < GUESSES; i++) {
        gain = fmin(most_gain_db, gain + m->goal.lufs - lufs);
        m->gain.limited = highest_db(m) + gain > m->gain.ceiling_db - between_samples_db;
        lufs = expect_lufs(m, gain, m->gain.limited);
    }
    m->gain.db = in_steps(gain);
}

static struct digest key_of_limited(void *user, size_t i)
{
    const struct master *m = user;
    struct buf text = {0};

    buf_printf(&text, "%s, %s\ngain %.1f ceiling %.3f\n", limited_version, lav_versions, m->gain.db,
               m->gain.ceiling_db);
    buf_add(&text, &m->recipes[i], sizeof(m->recipes[i]));
    return digest_of_buf(&text);
}

static bool measure_limited(void *user, size_t i, struct buf *out, struct err *err)
{
    struct passage_how how = master_how(user);
    struct level levels[PASSAGE_LEVELS] = {0};
    struct pcm sound = {0};
    bool ok = passage_finish(&how, passages_start(i), LEVEL_LEAD, &sound, err);

    if (ok)
        level_measure(levels, sound.at + LEVEL_LEAD * 2, LEVEL_LEAD, sound.frames - LEVEL_LEAD,
                      false);
    for (size_t k = 0; ok && k < PASSAGE_LEVELS; k++)
        buf_add(out, &levels[k].energy, sizeof(levels[k].energy));
    pcm_release(&sound);
    return ok;
}

static bool take_limited(void *user, size_t i, struct str entry, struct err *err)
{
    struct master *m = user;

    if (entry.len != PASSAGE_LEVELS * sizeof(*m->heard))
        return err_set(err, ERR_BUG, "what was limited of passage %zu is torn", i);
    memcpy(m->heard + i * PASSAGE_LEVELS, entry.ptr, tenths_of(m, i) * sizeof(*m->heard));
    return true;
}

// The trims that are heard in a passage, or so near to it that they matter.
static void add_trims(const struct master *m, size_t i, struct buf *text)
{
    int64_t from = (passages_start(i) - PASSAGE_LEAD) / LEVEL_SAMPLES - 1,
            to = (passages_start(i + 1) + PASSAGE_TAIL) / LEVEL_SAMPLES + 1;

    for (int64_t k = from < 0 ? 0 : from; k <= to && k < (int64_t)m->n_tenths; k++)
        if (m->trims[k])
            buf_printf(text, "trim %lld %d\n", (long long)(k - from), m->trims[k]);
}

static struct digest key_of_made(void *user, size_t i)
{
    struct master *m = user;
    struct buf text = {0};

    buf_printf(&text, "%s, %s\ngain %.1f ceiling %.3f %d\n", made_version, lav_versions, m->gain.db,
               m->gain.ceiling_db, m->gain.limited);
    if (m->goal.audio)
        json_canonical(m->goal.audio, &text);
    add_trims(m, i, &text);
    buf_add(&text, &m->recipes[i], sizeof(m->recipes[i]));
    return m->keys[i] = digest_of_buf(&text);
}

struct passage_how master_how(const struct master *m)
{
    return (struct passage_how){m->programme, &m->gain, m->goal.audio, m->trims, NULL};
}

static bool encode(void *user, size_t i, struct buf *out, struct err *err)
{
    struct passage_how how = master_how(user);

    return passage_encode(&how, passages_start(i), out, err);
}

static bool take_made(void *user, size_t i, struct str entry, struct err *err)
{
    struct master *m = user;
    struct level levels[PASSAGE_LEVELS];
    struct str packets;

    if (!passage_read(entry, levels, &packets))
        return err_set(err, ERR_BUG, "passage %zu of the sound is torn", i);
    for (size_t k = 0; k < tenths_of(m, i); k++) {
        m->heard[i * PASSAGE_LEVELS + k] = levels[k].energy;
        m->peaks[i * PASSAGE_LEVELS + k] = levels[k].true_peak;
        memcpy(m->samples + (i * PASSAGE_LEVELS + k) * STEPS_OF_TENTH, levels[k].peaks,
               sizeof(levels[k].peaks));
    }
    return true;
}

// Of a codec that does not join, a passage is made of all of them.
static void make_keys_whole(struct master *m)
{
    struct buf text = {0};
    struct digest all;

    for (size_t i = 0; i < m->n; i++)
        key_of_made(m, i);
    all = digest_of(m->keys, m->n * sizeof(*m->keys));
    for (size_t i = 0; i < m->n; i++) {
        buf_add(&text, &all, sizeof(all));
        buf_printf(&text, "passage %zu", i);
        m->keys[i] = digest_of_buf(&text);
    }
}

static bool take_whole(struct master *m, bool *all, struct err *err)
{
    bool ok = true;

    *all = true;
    for (size_t i = 0; ok && *all && i < m->n; i++) {
        struct buf entry = {0};

        *all = keep_get(m->keep, &m->keys[i], &entry);
        ok = !*all || take_made(m, i, buf_view(&entry), err);
        buf_release(&entry);
    }
    return ok;
}

static bool make_whole(struct master *m, struct err *err)
{
    struct passage_how how = master_how(m);
    bool all;

    make_keys_whole(m);
    if (!take_whole(m, &all, err))
        return false;
    if (all)
        return true;
    m->encoded += m->n;
    return whole_encode(m->programme, &how, m->keys, m->keep, err) && take_whole(m, &all, err) &&
           (all || err_set(err, ERR_TRANSIENT, "the sound that was kept is gone"));
}

static bool make(struct master *m, struct err *err)
{
    const struct passages_work work = {key_of_made, encode, take_made, m};

    if (!sound_encoder_joins(m->goal.audio))
        return make_whole(m, err);
    return passages_run(m->programme, m->keep, &work, &m->encoded, err);
}

// What the limiter or the codec took is made up for. False: it is as loud as it should be, or is
// to be.
static bool correct_gain(struct master *m, double enough_lu)
{
    double off = m->goal.lufs - master_lufs(m);
    double next = in_steps(m->gain.db + off);

    if (master_lufs(m) <= LOUDNESS_SILENCE || fabs(off) <= enough_lu || next == m->gain.db)
        return false;
    m->gain.db = next;
    return true;
}

// Turns down the tenths that are heard above the ceiling, and nothing else of the film. False:
// there are none.
static bool trim_peaks(struct master *m)
{
    bool any = false;

    for (size_t i = 0; i < m->n_tenths; i++) {
        double over = 20 * log10(m->peaks[i] + 1e-30) - m->goal.dbtp;
        double tenths = m->trims[i] + ceil(over * 10) + 1;

        if (over <= 0 || m->trims[i] == MOST_TRIM)
            continue;
        m->trims[i] = (unsigned char)fmin(MOST_TRIM, tenths);
        any = true;
    }
    return any;
}

// What a limiter takes much of is limited and measured until the gain is right, for to encode costs
// more than that. A codec takes a tenth of a LU too: so this is closer than what is near enough.
static bool settle_gain(struct master *m, struct err *err)
{
    const struct passages_work limited = {key_of_limited, measure_limited, take_limited, m};
    double loss = expect_lufs(m, m->gain.db, false) - expect_lufs(m, m->gain.db, true);
    size_t measured = 0;

    if (!m->gain.limited || loss < heavy_limiting_lu)
        return true;
    for (int round = 0; round < GAIN_ROUNDS; round++) {
        if (!passages_run(m->programme, m->keep, &limited, &measured, err))
            return false;
        if (!correct_gain(m, settled_lu))
            break;
    }
    return true;
}

// False: it is as it should be, or cannot be better.
static bool better(struct master *m, int round)
{
    bool trimmed;

    if (round < GAIN_ROUNDS && correct_gain(m, near_enough_lu))
        return true;
    trimmed = trim_peaks(m);
    return (round < BOTH_ROUNDS && correct_gain(m, near_enough_lu)) || trimmed;
}

static bool make_until_right(struct master *m, struct err *err)
{
    for (int round = 1; make(m, err); round++)
        if (round == MOST_ROUNDS || !better(m, round))
            return true;
    return false;
}

static void make_room(struct master *m)
{
    size_t samples = (size_t)programme_samples(m->programme), room;

    m->n = passages_count(m->programme);
    m->n_tenths = level_count(samples);
    m->n_whole = samples / LEVEL_SAMPLES;
    room = m->n * PASSAGE_LEVELS + 1;
    m->recipes = mem_new((m->n + 1) * sizeof(*m->recipes));
    m->keys = mem_new((m->n + 1) * sizeof(*m->keys));
    m->plain = mem_new(room * sizeof(*m->plain));
    m->heard = mem_new(room * sizeof(*m->heard));
    m->peaks = mem_new(room * sizeof(*m->peaks));
    m->steps = mem_new(room * STEPS_OF_TENTH * sizeof(*m->steps));
    m->samples = mem_new(room * STEPS_OF_TENTH * sizeof(*m->samples));
    m->trims = mem_new(room);
}

struct master *master_new(struct programme *programme, const struct master_goal *goal,
                          struct keep *keep, struct err *err)
{
    struct master *m = mem_new(sizeof(*m));
    const struct passages_work plain = {key_of_plain, measure, take_plain, m};
    size_t measured = 0;

    m->programme = programme;
    m->goal = *goal;
    m->keep = keep;
    m->gain.ceiling_db = goal->dbtp;
    if (sound_encoder_is_lossy(goal->audio))
        m->gain.ceiling_db -= lossy_margin_db;
    make_room(m);
    for (size_t i = 0; i < m->n; i++)
        m->recipes[i] = programme_recipe(programme, passages_start(i) - PASSAGE_LEAD,
                                         passages_start(i + 1) + PASSAGE_TAIL);
    if (passages_run(programme, keep, &plain, &measured, err)) {
        guess_gain(m);
        if (settle_gain(m, err) && make_until_right(m, err))
            return m;
    }
    master_free(m);
    return NULL;
}

void master_free(struct master *m)
{
    if (!m)
        return;
    mem_free(m->recipes);
    mem_free(m->keys);
    mem_free(m->plain);
    mem_free(m->heard);
    mem_free(m->peaks);
    mem_free(m->steps);
    mem_free(m->samples);
    mem_free(m->trims);
    buf_release(&m->entry);
    mem_free(m);
}

bool master_passage(const struct master *m, size_t i, struct buf *entry, struct str *packets,
                    struct err *err)
{
    struct level levels[PASSAGE_LEVELS];

    buf_clear(entry);
    if (!keep_get(m->keep, &m->keys[i], entry))
        return err_set(err, ERR_TRANSIENT, "the sound that was kept is gone");
    return passage_read(buf_view(entry), levels, packets) ||
           err_set(err, ERR_BUG, "passage %zu of the sound is torn", i);
}

struct digest master_digest(const struct master *m, size_t i)
{
    return m->keys[i];
}

bool master_read(struct master *m, AVPacket *packet, bool *done, struct err *err)
{
    *done = false;
    while (!packets_next(&m->packets, packet, m->next ? passages_start(m->next - 1) : 0)) {
        if (m->next == m->n) {
            *done = true;
            return true;
        }
        if (!master_passage(m, m->next, &m->entry, &m->packets, err))
            return false;
        m->next++;
    }
    return true;
}

double master_lufs(const struct master *m)
{
    return gauge_lufs(m->heard, m->n_whole);
}

double master_range(const struct master *m)
{
    return gauge_range(m->heard, m->n_whole);
}

double master_true_peak(const struct master *m)
{
    double most = 0;

    for (size_t i = 0; i < m->n_tenths; i++)
        most = fmax(most, m->peaks[i]);
    return most > 0 ? 20 * log10(most) : -HUGE_VAL;
}

const float *master_peaks(const struct master *m, size_t *n)
{
    int64_t step = PCM_RATE / MASTER_PEAKS_A_SECOND;

    *n = (size_t)((programme_samples(m->programme) + step - 1) / step);
    return m->samples;
}

size_t master_passages(const struct master *m)
{
    return m->n;
}

size_t master_encoded(const struct master *m)
{
    return m->encoded;
}
