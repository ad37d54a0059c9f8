// SPDX-License-Identifier: MIT
// Frames of a WebSocket, by wslay. Messages are gathered here, for wslay makes a piece of memory
// for each frame, and a frame may hold one byte.
#include <string.h>
#include <wslay/wslay.h>

#include "base/err.h"
#include "base/random.h"
#include "runtime/http.h"
#include "runtime/line.h"

static const size_t usual_most_bytes = 64 << 20;

static size_t most_bytes(const struct ws_line *line)
{
    return line->w->most_bytes ? line->w->most_bytes : usual_most_bytes;
}

static void fail_too_large(struct ws_line *line)
{
    err_set(&line->w->err, ERR_FINAL, "%s sends a message of more than %zu bytes",
            line->easy.server, most_bytes(line));
}

// What came behind the handshake is there before anything else.
static long read_bytes(struct ws_line *line, uint8_t *to, size_t len)
{
    size_t early = line->head.len - line->head_bytes;

    if (!early)
        return line->waiting.len > LINE_MOST_WAITING_BYTES
                   ? 0
                   : stream_read(line, to, len, &line->w->err);
    len = early < len ? early : len;
    memcpy(to, line->head.ptr + line->head_bytes, len);
    line->head_bytes += len;
    return (long)len;
}

static ssize_t read_some(wslay_event_context_ptr frames, uint8_t *to, size_t len, int flags,
                         void *user)
{
    long n = read_bytes(user, to, len);

    (void)flags;
    if (n > 0)
        return n;
    wslay_event_set_error(frames, n ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
    return -1;
}

static ssize_t write_some(wslay_event_context_ptr frames, const uint8_t *bytes, size_t len,
                          int flags, void *user)
{
    struct ws_line *line = user;

    (void)frames;
    (void)flags;
    buf_add(&line->waiting, bytes, len);
    return (ssize_t)len;
}

static int make_mask(wslay_event_context_ptr frames, uint8_t *to, size_t len, void *user)
{
    struct ws_line *line = user;

    if (random_fill(to, len, &line->w->err))
        return 0;
    wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static void begin_frame(wslay_event_context_ptr frames,
                        const struct wslay_event_on_frame_recv_start_arg *frame, void *user)
{
    struct ws_line *line = user;

    line->in_control = wslay_is_ctrl_frame(frame->opcode);
    if (line->in_control)
        return;
    if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
        line->binary = frame->opcode == WSLAY_BINARY_FRAME;
        buf_clear(&line->message);
    }
    if (frame->payload_length <= most_bytes(line) - line->message.len)
        return;
    fail_too_large(line);
    wslay_event_queue_close(frames, WSLAY_CODE_MESSAGE_TOO_BIG, NULL, 0);
    wslay_event_shutdown_read(frames);
}

static void add_bytes(wslay_event_context_ptr frames,
                      const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *user)
{
    struct ws_line *line = user;

    (void)frames;
    if (!line->in_control && line->w->err.kind == ERR_NONE)
        buf_add(&line->message, chunk->data, chunk->data_length);
}

static void end_message(wslay_event_context_ptr frames,
                        const struct wslay_event_on_msg_recv_arg *message, void *user)
{
    struct ws_line *line = user;

    (void)frames;
    if (message->opcode == WSLAY_CONNECTION_CLOSE && message->msg_length > 2)
        buf_add(&line->reason, message->msg + 2, message->msg_length - 2);
    if (wslay_is_ctrl_frame(message->opcode) || line->w->err.kind != ERR_NONE)
        return;
    vec_push(&line->inbox, (struct line_message){line->binary, line->message});
    line->message = (struct buf){0};
}

static const struct wslay_event_callbacks callbacks = {
    .recv_callback = read_some,
    .send_callback = write_some,
    .genmask_callback = make_mask,
    .on_frame_recv_start_callback = begin_frame,
    .on_frame_recv_chunk_callback = add_bytes,
    .on_msg_recv_callback = end_message,
};

bool frames_open(struct ws_line *line, struct err *err)
{
    wslay_event_context_ptr frames;

    if (wslay_event_context_client_init(&frames, &callbacks, line) != 0)
        return err_set(err, ERR_FINAL, "wslay gives no context");
    wslay_event_config_set_no_buffering(frames, 1);
    wslay_event_config_set_max_recv_msg_length(frames, UINT64_MAX >> 1); // begin_frame sees to that
    line->frames = frames;
    return true;
}

void frames_close(struct ws_line *line)
{
    if (line->frames)
        wslay_event_context_free(line->frames);
    line->frames = NULL;
}

// Nothing more is read, and the line is not broken: somebody has closed it.
static bool fail_as_closed(const struct ws_line *line, struct err *err)
{
    const char *server = line->easy.server;

    if (wslay_event_get_close_received(line->frames))
        return err_set(err, ERR_TRANSIENT, "%s closed the WebSocket (%d)%s%s", server,
                       wslay_event_get_status_code_received(line->frames),
                       line->reason.len ? ": " : "", buf_text(&line->reason));
    if (wslay_event_get_status_code_sent(line->frames) == WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA)
        return err_set(err, ERR_TRANSIENT, "%s sent a text that is not UTF-8", server);
    return err_set(err, ERR_TRANSIENT, "%s does not keep to the rules of WebSockets", server);
}

bool frames_read(struct ws_line *line, struct err *err)
{
    bool ok = wslay_event_recv(line->frames) == 0;

    frames_write(line);
    if (err->kind != ERR_NONE)
        return false;
    if (ok && wslay_event_get_read_enabled(line->frames))
        return true;
    return fail_as_closed(line, err);
}

static void queue(struct ws_line *line, uint8_t opcode, struct str bytes)
{
    const struct wslay_event_msg message = {opcode, (const uint8_t *)bytes.ptr, bytes.len};

    wslay_event_queue_msg(line->frames, &message); // refused once we have said goodbye
}

void frames_say(struct ws_line *line, struct str text)
{
    queue(line, WSLAY_TEXT_FRAME, text);
}

void frames_ping(struct ws_line *line)
{
    queue(line, WSLAY_PING, (struct str){NULL, 0});
}

void frames_goodbye(struct ws_line *line)
{
    wslay_event_queue_close(line->frames, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
}

void frames_write(struct ws_line *line)
{
    wslay_event_send(line->frames); // write_some takes it all
}
