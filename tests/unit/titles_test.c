// SPDX-License-Identifier: MIT
// Words over frames, by what they change of a grey one: where, when, and how they move.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/frame.h>

#include <cmocka.h>

#include "base/err.h"
#include "runtime/media/media.h"
#include "runtime/media/pixels.h"
#include "runtime/media/theme.h"
#include "runtime/media/titles.h"
#include "tests/unit/job.h"

enum { GREY = 120, FRAMES = 48 };

static const struct rate rate = {24, 1};

// A page of some shape, and what is written over it.
struct page {
    AVFrame *frame;
    struct titles *titles;
    char note[400];
};

static void take_note(void *user, const char *text)
{
    struct page *p = user;

    snprintf(p->note, sizeof(p->note), "%s", text);
}

static void open_page(struct page *p, int width, int height, const char *params)
{
    struct media_job job = {.note = take_note, .user = p};
    json_t *said = job_params(params);
    struct err err = {0};

    p->note[0] = 0;
    p->frame = pixels_new_yuv(width, height, AV_PIX_FMT_YUV420P);
    if (!titles_new(&p->titles, said, width, height, AV_PIX_FMT_YUV420P, rate, FRAMES, &job, &err))
        fail_msg("%s", err.text);
    json_decref(said);
}

static void close_page(struct page *p)
{
    titles_free(p->titles);
    av_frame_free(&p->frame);
}

static void draw(struct page *p, int64_t n)
{
    for (int plane = 0; plane < 3; plane++)
        memset(p->frame->data[plane], GREY,
               (size_t)p->frame->linesize[plane] *
                   (size_t)(plane ? p->frame->height / 2 : p->frame->height));
    if (p->titles)
        titles_draw(p->titles, p->frame, n);
}

// What differs from the grey by more than `least`, first and last column and row; empty: left >
// right.
struct ink_box {
    int left, top, right, bottom;
};

static struct ink_box inked_by(const struct page *p, int least)
{
    struct ink_box box = {p->frame->width, p->frame->height, -1, -1};

    for (int y = 0; y < p->frame->height; y++)
        for (int x = 0; x < p->frame->width; x++)
            if (abs(p->frame->data[0][y * p->frame->linesize[0] + x] - GREY) > least) {
                box.left = x < box.left ? x : box.left;
                box.right = x > box.right ? x : box.right;
                box.top = y < box.top ? y : box.top;
                box.bottom = y > box.bottom ? y : box.bottom;
            }
    return box;
}

static struct ink_box inked(const struct page *p)
{
    return inked_by(p, 2);
}

static bool is_clear(const struct page *p)
{
    return inked(p).right < 0;
}

static void own_and_said(void **state)
{
    struct err err = {0};
    struct theme t;
    json_t *said = job_params("{'ink': '#10203080', 'ground': 'none', 'size': 8, 'weight': 700, "
                              "'align': 'right', 'position': 'top', 'case': 'as-written', "
                              "'family': 'Serif', 'safe': {'title': 20}}");

    (void)state;
    assert_true(theme_read(&t, "chapter", NULL, &err));
    assert_true(t.upper && t.rule && t.align == TEXT_CENTRE && t.family == NULL);
    assert_true(t.title_safe == .1 && t.action_safe == .05 && t.ground.a == 1);
    assert_true(theme_read(&t, "chapter", said, &err));
    assert_true(!t.upper && t.rule && t.align == TEXT_RIGHT && t.position == THEME_TOP);
    assert_true(t.size == 8 && t.weight == 700 && t.title_safe == .2 && t.action_safe == .05);
    assert_true(t.ground.a == 0 && t.ink.r * 255 == 0x10 && t.ink.a * 255 == 0x80);
    assert_string_equal(t.family, "Serif");
    assert_false(theme_read(&t, "loud", NULL, &err));
    assert_non_null(strstr(err.text, "no style \"loud\""));
    json_decref(said);
}

#define LONG                                                                                       \
    "The light went out at nine, and nobody on the island noticed until the morning boat came in"
#define LINE(words) "{'lines': [{'name': 'Ann', 'text': '" words "', 'start': 0, 'seconds': 2}]"

// Whatever the shape of the picture and however long the words.
static void words_stay_in_the_safe_area(void **state)
{
    static const int sizes[][2] = {{320, 180}, {180, 320}, {240, 240}};
    static const struct {
        const char *params;
        double safe;
    } cases[] = {
        {"{'text': {'text': 'Dr. Mara Quill\\nKeeper of the light'}}", .1},
        {"{'text': {'text': '" LONG "\\n" LONG "'}}", .1},
        {"{'text': {'text': 'Mara', 'theme': {'align': 'right', 'position': 'top'}}}", .1},
        {"{'subtitles': " LINE("Yes.") "}}", .1},
        {"{'subtitles': " LINE(LONG) "}}", .1},
        {"{'subtitles': " LINE(LONG) ", 'theme': {'position': 'top', 'size': 12}}}", .1},
        {"{'subtitles': " LINE(LONG) ", 'theme': {'safe': {'title': 20}, 'ground': 'black'}}}", .2},
        {"{'card': {'text': '" LONG "\\n" LONG "', 'over': true, 'style': 'title'}}", .1},
        {"{'card': {'text': 'Directed by: Mara Quill\\n: Tom', 'over': true, 'style': 'credits'}}",
         .1},
        {"{'burn-in': {'film': '" LONG "', 'scene': '" LONG "', 'shot': 'a', 'take': 3, "
         "'timecode': true}}",
         .05},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
            int width = sizes[k][0], height = sizes[k][1];
            // Antialiasing and chroma are a pixel or two; a shadow is no letter.
            double x = width * cases[i].safe - 3, y = height * cases[i].safe - 3;
            struct page p;
            struct ink_box box;

            open_page(&p, width, height, cases[i].params);
            draw(&p, FRAMES / 2);
            box = inked_by(&p, 60);
            if (box.left < x || box.top < y || box.right > width - x || box.bottom > height - y ||
                box.right < 0)
                fail_msg("case %zu at %dx%d: inked from %d,%d to %d,%d", i, width, height, box.left,
                         box.top, box.right, box.bottom);
            close_page(&p);
        }
}

// A fifth of an upright picture at the foot is the player's, and stays free of subtitles.
static void upright_players_have_room(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 180, 320, "{'subtitles': " LINE(LONG) "}}");
    draw(&p, 4);
    assert_true(inked(&p).bottom < 320 * .8);
    close_page(&p);
}

static void subtitles_are_there_while_they_are_spoken(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 320, 180,
              "{'subtitles': {'lines': [{'name': 'A', 'text': 'Is anybody there?', 'start': 0.5, "
              "'seconds': 1}, {'name': 'B', 'text': 'No.', 'start': 1.75, 'seconds': 0.25}]}}");
    for (int64_t n = 0; n < FRAMES; n++) {
        bool spoken = (n >= 12 && n < 36) || n >= 42;

        draw(&p, n);
        if (is_clear(&p) == spoken && n != 36) // a reading time may run on for a frame
            fail_msg("frame %lld", (long long)n);
    }
    close_page(&p);
}

static void two_at_once_are_one_above_the_other(void **state)
{
    struct page p;
    int alone;

    (void)state;
    open_page(&p, 320, 180,
              "{'subtitles': {'lines': [{'name': 'A', 'text': 'No!', 'start': 0, 'seconds': 2}, "
              "{'name': 'B', 'text': 'Yes!', 'start': 1, 'seconds': 1}]}}");
    draw(&p, 12);
    alone = inked(&p).bottom - inked(&p).top;
    draw(&p, 36);
    assert_true(inked(&p).bottom - inked(&p).top > 1.7 * alone);
    close_page(&p);
}

static void a_lower_third_comes_and_goes(void **state)
{
    struct page p;
    int middle;

    (void)state;
    open_page(&p, 320, 180,
              "{'text': {'text': 'Mara', 'at': 0.5, 'seconds': 1, 'fade': 0.25, "
              "'theme': {'ground': 'black', 'accent': 'black', 'ink': 'black'}}}");
    draw(&p, 11);
    assert_true(is_clear(&p));
    draw(&p, 24);
    middle = p.frame->data[0][(inked(&p).top + 4) * p.frame->linesize[0] + inked(&p).left + 4];
    assert_true(middle < 20);
    draw(&p, 13); // a quarter of the fade
    assert_in_range(
        p.frame->data[0][(inked(&p).top + 4) * p.frame->linesize[0] + inked(&p).left + 4],
        middle + 30, GREY - 10);
    draw(&p, 36);
    assert_true(is_clear(&p));
    close_page(&p);
}

static void right_to_left_begins_at_the_right(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 320, 180, "{'text': {'text': 'מארה קוויל\\nשומרת המגדלור'}}");
    draw(&p, 24);
    assert_true(inked(&p).left > 160 && inked(&p).right > 280);
    assert_string_equal(p.note, "");
    close_page(&p);
    open_page(&p, 320, 180, "{'text': {'text': 'Mara Quill\\nKeeper'}}");
    draw(&p, 24);
    assert_true(inked(&p).left < 40 && inked(&p).right < 160);
    close_page(&p);
}

#define ROLES "One: Ann\\nTwo: Bo\\nThree: Cy\\nFour: Di\\nFive: Ed\\nSix: Flo\\nSeven: Gil\\n"

// Whether the page is what it was before (rows of 320), moved up by so many rows.
static bool is_risen(const struct page *p, const uint8_t *before, int rise)
{
    for (int y = rise; y < 180; y++)
        if (memcmp(before + y * 320, p->frame->data[0] + (y - rise) * p->frame->linesize[0], 320) !=
            0)
            return false;
    return true;
}

// From frame to frame all that is seen moves up by the same whole number of rows.
static void credits_roll_evenly(void **state)
{
    struct page p;
    uint8_t *before;
    int rise = 0;

    (void)state;
    open_page(&p, 320, 180,
              "{'card': {'style': 'credits', 'over': true, 'text': '" ROLES ROLES ROLES ROLES
              "'}}");
    before = calloc(180, 320);
    for (int64_t n = 0; n < FRAMES; n++) {
        draw(&p, n);
        for (int k = 1; n == FRAMES / 2 && !rise && k < 40; k++)
            rise = is_risen(&p, before, k) ? k : 0;
        assert_true(n <= FRAMES / 2 || is_risen(&p, before, rise));
        for (int y = 0; y < 180; y++)
            memcpy(before + y * 320, p.frame->data[0] + y * p.frame->linesize[0], 320);
    }
    assert_in_range(rise, 5, 20);
    free(before);
    close_page(&p);
}

// As high as no picture of a library may be.
static void long_credits_roll_to_their_end(void **state)
{
    struct page p;
    char params[20000] = "{'card': {'style': 'credits', 'over': true, 'theme': {'size': 10, "
                         "'leading': 5}, 'text': '";
    size_t n = strlen(params);

    (void)state;
    for (int i = 0; i < 300; i++)
        n += (size_t)snprintf(params + n, sizeof(params) - n, "Role: Name %d\\n", i);
    snprintf(params + n, sizeof(params) - n, "'}}");
    open_page(&p, 320, 180, params);
    for (int64_t at = 1; at < FRAMES - 1; at++) {
        draw(&p, at);
        assert_false(is_clear(&p));
    }
    close_page(&p);
}

// What a page has room for stands still in the card's own picture.
static void short_credits_stand(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 320, 180, "{'card': {'style': 'credits', 'text': 'Directed by: Mara'}}");
    assert_null(p.titles);
    close_page(&p);
    open_page(&p, 320, 180, "{'card': {'style': 'credits', 'text': '" ROLES ROLES ROLES "'}}");
    draw(&p, 10);
    assert_true(inked(&p).left == 0 && inked(&p).bottom == 179); // its own ground, all over
    close_page(&p);
}

static void the_clock_goes_on(void **state)
{
    struct page p;
    uint8_t *before = malloc(320 * 180);
    struct ink_box box = {320, 180, -1, -1};

    (void)state;
    open_page(&p, 320, 180, "{'burn-in': {'film': 'Words', 'shot': 'a', 'timecode': true}}");
    for (int64_t n = -1; n < FRAMES; n++) {
        bool moved = false;

        draw(&p, n);
        for (int y = 0; y < 180; y++)
            for (int x = 0; x < 320; x++) {
                uint8_t now = p.frame->data[0][y * p.frame->linesize[0] + x];

                if (n >= 0 && before[y * 320 + x] != now) {
                    moved = true;
                    box.left = x < box.left ? x : box.left;
                    box.bottom = y > box.bottom ? y : box.bottom;
                }
                before[y * 320 + x] = now;
            }
        assert_true(moved || n < 0);
    }
    assert_true(box.left > 200 && box.bottom < 40);
    free(before);
    close_page(&p);
}

static void letters_without_a_font_are_told(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 320, 180, "{'text': {'text': 'Mara \xf3\xb0\x80\x80'}}"); // for private use
    assert_non_null(strstr(p.note, "no font here has the letter U+F0000"));
    close_page(&p);
    open_page(&p, 320, 180, "{'text': {'text': 'Mara', 'theme': {'family': 'No Such Font'}}}");
    assert_string_equal(p.note, "");
    close_page(&p);
}

static void nothing_said_is_nothing_kept(void **state)
{
    struct page p;

    (void)state;
    open_page(&p, 320, 180, "{'from': 'still', 'text': {'text': ' '}}");
    assert_null(p.titles);
    close_page(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_and_said),
        cmocka_unit_test(words_stay_in_the_safe_area),
        cmocka_unit_test(upright_players_have_room),
        cmocka_unit_test(subtitles_are_there_while_they_are_spoken),
        cmocka_unit_test(two_at_once_are_one_above_the_other),
        cmocka_unit_test(a_lower_third_comes_and_goes),
        cmocka_unit_test(right_to_left_begins_at_the_right),
        cmocka_unit_test(credits_roll_evenly),
        cmocka_unit_test(long_credits_roll_to_their_end),
        cmocka_unit_test(short_credits_stand),
        cmocka_unit_test(the_clock_goes_on),
        cmocka_unit_test(letters_without_a_font_are_told),
        cmocka_unit_test(nothing_said_is_nothing_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
