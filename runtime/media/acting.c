// SPDX-License-Identifier: MIT
#include "runtime/media/acting.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/mem.h"
#include "runtime/media/board.h"
#include "runtime/media/params.h"

enum {
    OPENS = 7,  // how far a mouth opens, in steps
    ROUNDS = 3, // spread, plain, pursed
    BLINKS = 3,
    STATES = OPENS * ROUNDS * BLINKS,
};

// One face: the box around its eyes and mouth, and what it looks like there in each state.
struct mask {
    int index;                 // in the board's cast
    const struct mouth *mouth; // NULL: silent
    uint32_t chance;
    int box[4];                     // pixels
    cairo_surface_t *before;        // the still, as it was
    cairo_surface_t *calm;          // the board's own drawing there
    cairo_surface_t *shown[STATES]; // what differs from calm; made on first use
    int now;
};

struct acting {
    cairo_surface_t *still;
    struct board board; // its people alone; words are borrowed
    struct mask masks[STAGE_MOST];
    int n;
    struct rate rate;
};

static struct face face_of(int state)
{
    struct face f = {
        .open = (double)(state % OPENS) / (OPENS - 1),
        .round = state / OPENS % ROUNDS - 1,
        .blink = (double)(state / (OPENS * ROUNDS)) / (BLINKS - 1),
    };

    f.round *= f.open > 0 ? .8 : 0;
    return f;
}

static cairo_surface_t *copy_box(cairo_surface_t *from, const int box[4], cairo_format_t format)
{
    cairo_surface_t *to = cairo_image_surface_create(format, box[2], box[3]);
    cairo_t *cr = cairo_create(to);

    cairo_set_source_surface(cr, from, -box[0], -box[1]);
    cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
    cairo_paint(cr);
    cairo_destroy(cr);
    return to;
}

static cairo_surface_t *draw_state(const struct acting *a, const struct mask *m, int state)
{
    int w = cairo_image_surface_get_width(a->still), h = cairo_image_surface_get_height(a->still);
    cairo_surface_t *whole = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_surface_t *part;
    struct face faces[STAGE_MOST] = {{0}};

    faces[m->index] = face_of(state);
    board_draw(&a->board, whole, faces, m->box);
    part = copy_box(whole, m->box, CAIRO_FORMAT_ARGB32);
    cairo_surface_destroy(whole);
    return part;
}

// Makes clear whatever is as in calm, so that only what moves is laid over the still.
static void keep_difference(cairo_surface_t *state, cairo_surface_t *calm)
{
    int w = cairo_image_surface_get_width(state), h = cairo_image_surface_get_height(state);
    int stride = cairo_image_surface_get_stride(state);

    cairo_surface_flush(state);
    for (int y = 0; y < h; y++) {
        void *row = cairo_image_surface_get_data(state) + (ptrdiff_t)y * stride;
        const void *same = cairo_image_surface_get_data(calm) + (ptrdiff_t)y * stride;
        uint32_t *p = row;
        const uint32_t *q = same;

        for (int x = 0; x < w; x++)
            p[x] = (p[x] & 0xffffff) == (q[x] & 0xffffff) ? 0 : p[x] | 0xff000000u;
    }
    cairo_surface_mark_dirty(state);
}

static double luma(uint32_t pixel)
{
    return .2126 * (pixel >> 16 & 255) + .7152 * (pixel >> 8 & 255) + .0722 * (pixel & 255);
}

// Whether the inside of two faces shows the same, be one darker: the correlation of their luma.
static bool is_alike(cairo_surface_t *a, cairo_surface_t *b)
{
    int w = cairo_image_surface_get_width(a), h = cairo_image_surface_get_height(a), n = 0;
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;

    cairo_surface_flush(a);
    cairo_surface_flush(b);
    for (int j = h / 10; j < h * 8 / 10; j += 2) {
        const void *pa =
            cairo_image_surface_get_data(a) + (ptrdiff_t)j * cairo_image_surface_get_stride(a);
        const void *pb =
            cairo_image_surface_get_data(b) + (ptrdiff_t)j * cairo_image_surface_get_stride(b);
        const uint32_t *p = pa, *q = pb;

        for (int i = w / 5; i < w * 4 / 5; i += 2, n++) {
            double u = luma(p[i]), v = luma(q[i]);

            x += u, y += v, xx += u * u, yy += v * v, xy += u * v;
        }
    }
    xx -= x * x / n, yy -= y * y / n, xy -= x * y / n;
    return xy > .85 * sqrt(xx * yy);
}

static void take_state(struct acting *a, struct mask *m, int state)
{
    if (m->shown[state])
        return;
    m->shown[state] = draw_state(a, m, state);
    keep_difference(m->shown[state], m->calm);
}

// The box of a face's eyes and mouth, inside the still; false when there is nothing to see.
static bool find_box(const struct acting *a, const struct stand *s, int box[4])
{
    int w = cairo_image_surface_get_width(a->still), h = cairo_image_surface_get_height(a->still);
    double x0 = (s->x - .36 * s->head) * h, x1 = (s->x + .36 * s->head) * h;
    double y0 = (s->y - .17 * s->head) * h, y1 = (s->y + .53 * s->head) * h;

    box[0] = (int)fmax(0, floor(x0));
    box[1] = (int)fmax(0, floor(y0));
    box[2] = (int)fmin(w, ceil(x1)) - box[0];
    box[3] = (int)fmin(h, ceil(y1)) - box[1];
    return !s->back && box[2] > 8 && box[3] > 8;
}

static const struct mouth *mouth_of(const char *id, const struct speaker *speakers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(speakers[i].who, id) == 0)
            return &speakers[i].mouth;
    return NULL;
}

struct acting *acting_new(cairo_surface_t *still, const struct board *board,
                          const struct speaker *speakers, size_t n, struct rate rate)
{
    struct acting *a = mem_new(sizeof(*a));
    double wide =
        (double)cairo_image_surface_get_width(still) / cairo_image_surface_get_height(still);
    struct stand stands[STAGE_MOST];

    a->still = still;
    a->board = *board;
    a->board.bare = true;
    a->rate = rate;
    board_stands(board, wide, stands);
    for (int i = 0; i < board->n && board->angle != STAGE_DUTCH; i++) {
        struct mask *m = &a->masks[a->n];

        if (!find_box(a, &stands[i], m->box))
            continue;
        m->index = i;
        m->mouth = mouth_of(board->cast[i].id, speakers, n);
        m->chance = params_hash(board->cast[i].id);
        m->before = copy_box(still, m->box, CAIRO_FORMAT_RGB24);
        m->calm = draw_state(a, m, 0);
        a->n++;
        if (!is_alike(m->before, m->calm)) {
            acting_free(a);
            return NULL;
        }
    }
    if (a->n)
        return a;
    acting_free(a);
    return NULL;
}

void acting_free(struct acting *a)
{
    for (int i = 0; a && i < a->n; i++) {
        cairo_surface_destroy(a->masks[i].before);
        cairo_surface_destroy(a->masks[i].calm);
        for (int s = 0; s < STATES; s++)
            cairo_surface_destroy(a->masks[i].shown[s]);
    }
    mem_free(a);
}

// Everybody blinks in their own time: every few seconds, two frames down and two up.
static int blink_at(const struct mask *m, double seconds)
{
    double period = 2.9 + (m->chance & 255) / 120., phase = (m->chance >> 8 & 255) / 255. * period;
    double t = fmod(seconds + phase + 60, period);

    return t < .045 ? 1 : t < .12 ? 2 : t < .165 ? 1 : 0;
}

static int state_at(const struct acting *a, const struct mask *m, long long frame)
{
    int blink = blink_at(m, rate_seconds(a->rate, frame));
    double open = m->mouth ? mouth_open(m->mouth, frame) : 0;
    double round = m->mouth ? mouth_round(m->mouth, frame) : 0;
    int step = (int)lround(open * (OPENS - 1)), shape = (int)lround(round) + 1;

    return blink * OPENS * ROUNDS + (step ? shape : 1) * OPENS + step;
}

static void lay(cairo_t *cr, cairo_surface_t *part, const int box[4])
{
    cairo_set_source_surface(cr, part, box[0], box[1]);
    cairo_rectangle(cr, box[0], box[1], box[2], box[3]);
    cairo_fill(cr);
}

// Widens box, empty while its width is 0, to hold more.
static void widen(int box[4], const int more[4])
{
    int right = box[0] + box[2], foot = box[1] + box[3];

    if (!box[2]) {
        memcpy(box, more, 4 * sizeof(*box));
        return;
    }
    right = right > more[0] + more[2] ? right : more[0] + more[2];
    foot = foot > more[1] + more[3] ? foot : more[1] + more[3];
    box[0] = box[0] < more[0] ? box[0] : more[0];
    box[1] = box[1] < more[1] ? box[1] : more[1];
    box[2] = right - box[0];
    box[3] = foot - box[1];
}

bool acting_paint(struct acting *a, long long frame, int box[4])
{
    memset(box, 0, 4 * sizeof(*box));

    for (int i = 0; i < a->n; i++) {
        struct mask *m = &a->masks[i];
        int state = state_at(a, m, frame);
        cairo_t *cr;

        if (state == m->now)
            continue;
        take_state(a, m, state);
        cr = cairo_create(a->still);
        lay(cr, m->before, m->box);
        lay(cr, m->shown[state], m->box);
        cairo_destroy(cr);
        m->now = state;
        widen(box, m->box);
    }
    return box[2] > 0;
}
