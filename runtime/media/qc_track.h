// SPDX-License-Identifier: MIT
// One stream of a deliverable under judgement: its packets go in, and whoever watches or hears it
// gets the frames. Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "runtime/media/subtitle.h"

struct AVCodecContext;
struct AVFrame;
struct AVPacket;
struct AVStream;
struct err;
struct findings;
struct input;

struct track {
    const struct AVStream *stream; // NULL: nobody looks at it
    char name[32];                 // "the sound", "sound 2", for people
    struct AVCodecContext *decoder;
    struct qc_picture *picture; // one of the three, or cues
    struct qc_sound *sound;
    struct subtitles cues;
    bool has_cues;
};

// Each makes ready for a stream, the number-th of its sort.
bool track_open_picture(struct track *t, const struct input *in, const struct AVStream *stream,
                        double zero_seconds, struct findings *findings, struct err *err);
bool track_open_sound(struct track *t, const struct input *in, const struct AVStream *stream,
                      size_t number, double zero_seconds, struct findings *findings,
                      struct err *err);
void track_open_cues(struct track *t, const struct AVStream *stream, size_t number);
void track_close(struct track *t); // a zeroed one is fine

// Takes in the next packet; NULL at the end. What cannot be decoded is a finding; false with *err
// ends the judgement.
bool track_feed(struct track *t, const struct AVPacket *packet, struct AVFrame *frame,
                double zero_seconds, struct findings *findings, struct err *err);

void track_finish(struct track *t); // after the end: what lasted until then

// The instant of a timestamp of its own; without one, the end of what came so far.
double track_time(const struct track *t, int64_t timestamp, double zero_seconds);

// Whether anything came out, and when its last ended.
bool track_has_content(const struct track *t);
double track_end(const struct track *t);

json_t *track_facts(const struct track *t);
