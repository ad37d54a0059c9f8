// SPDX-License-Identifier: MIT
// Pixels from one form to another by swscale, always with the right colour matrix. The film's own
// pictures are YCbCr 4:2:0, BT.709, limited range; Cairo's are RGB.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct AVRational;
struct SwsContext;
struct _cairo_surface;
struct err;

// Fills in the colour fields that frame lacks, as FACTS of such files have it: BT.709 from 720
// lines up, else SMPTE 170M; RGB and yuvj are full range.
void pixels_assume_colour(struct AVFrame *frame);

// How wide a pixel is for its height, by what a file says of it. 1 where that says nothing, or what
// no camera makes.
double pixels_shape(const struct AVRational *ratio);

// A new BT.709 limited-range yuv420p (or another 8-bit or deeper YUV) frame with buffers, or NULL.
struct AVFrame *pixels_new_yuv(int width, int height, int format);

// A new frame of full-range RGB, 16 bits a colour, with buffers, or NULL.
struct AVFrame *pixels_new_deep(int width, int height);

// Whether it has more than 8 bits a colour.
bool pixels_are_deep(const struct AVFrame *frame);

// A scaler that is made once and fits itself to what it is given.
struct scaler {
    struct SwsContext *sws;
    struct AVFrame *apart; // for scaler_run_inside
    int from[6], to[6], flags;
};

// Converts and scales all of from into all of to (both with buffers and colour fields). smooth: by
// Lanczos, else by bilinear, which is for equal sizes.
bool scaler_run(struct scaler *s, const struct AVFrame *from, struct AVFrame *to, bool smooth,
                struct err *err);

// The same for a `to` that is a part of a larger frame: swscale may write some pixels past its
// right edge.
bool scaler_run_inside(struct scaler *s, const struct AVFrame *from, struct AVFrame *to,
                       bool smooth, struct err *err);
void scaler_release(struct scaler *s);

// frame at width x height as a new RGB24 surface, or NULL with *err.
struct _cairo_surface *pixels_to_surface(const struct AVFrame *frame, int width, int height,
                                         struct err *err);

// Borrows the pixels of surface as a frame of AV_PIX_FMT_BGR0 (av_frame_free it before the
// surface).
struct AVFrame *pixels_of_surface(struct _cairo_surface *surface);

// Whether a frame is two fields.
bool pixels_are_interlaced(const struct AVFrame *frame);
