// SPDX-License-Identifier: MIT
// The line of a WebSocket to its server: inside c41-net only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "runtime/easy.h"
#include "runtime/net.h"

struct err;
struct ws;

enum line_state {
    LINE_CONNECTING, // libcurl sees to that
    LINE_ASKING,     // for a WebSocket
    LINE_OPEN,
    LINE_OVER,
};

enum {
    LINE_ACCEPT_BYTES = 29,
    LINE_MOST_WAITING_BYTES = 1 << 20, // who sends pings and reads no answers is not read on from
};

struct line_message {
    bool binary;
    struct buf bytes;
};

struct ws_line {
    struct link link; // one of the loop's lists
    struct ws *w;
    struct easy easy;
    void *multi; // CURLM, this line's own: others close what has long been in it
    enum line_state state;
    bool opened; // which is yet to be told

    // Bytes (ws_stream.c).
    int fd;
    struct buf sending; // stays as it is until it is gone: TLS insists on that
    size_t sent;        // of it
    struct buf waiting; // for that
    size_t may_read;    // in this turn
    bool more;          // there may be something to read at once

    // The handshake (ws_handshake.c).
    char accept[LINE_ACCEPT_BYTES]; // what the server has to say
    struct buf head;                // its answer
    size_t head_bytes;              // of it; from there on it is frames

    // Frames (ws_frames.c).
    void *frames;       // wslay_event_context
    bool in_control;    // the frame that comes is no part of a message
    bool binary;        // the message that comes
    struct buf message; // what has come of it
    struct buf reason;  // for which the server closes
    VEC(struct line_message) inbox;
    size_t n_told; // of inbox

    // Life: when a ping was last sent, and since when nothing was heard after one (0: something
    // was).
    int64_t pinged_ms, asked_ms;
};

// Sends what is to be sent, as far as that goes at once. False with *err: the line is broken.
bool stream_flush(struct ws_line *line, struct err *err);

// Reads up to len bytes; 0: there is nothing now. -1 with *err: the line is broken or at its end.
long stream_read(struct ws_line *line, void *to, size_t len, struct err *err);

// Adds the request to what is to be sent. False with *err.
bool handshake_ask(struct ws_line *line, struct err *err);

// Takes in what has come of the answer; *whole once it is there and right. False with *err.
bool handshake_read(struct ws_line *line, bool *whole, struct err *err);

bool frames_open(struct ws_line *line, struct err *err);
void frames_close(struct ws_line *line);

// Takes in what has come, adds whole messages to the inbox, answers pings. False with *err, after
// which there is nothing more to read.
bool frames_read(struct ws_line *line, struct err *err);

// Adds frames to what is to be sent.
void frames_say(struct ws_line *line, struct str text);
void frames_ping(struct ws_line *line);
void frames_goodbye(struct ws_line *line);
void frames_write(struct ws_line *line);
