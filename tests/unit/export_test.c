// SPDX-License-Identifier: MIT
// What each writer makes of one timeline that has everything in it, against tests/fixtures/export;
// C41_BLESS=1 writes those anew. That they are right is what tests/e2e/test_export.py finds out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/export/captions.h"
#include "runtime/export/edl.h"
#include "runtime/export/fcpxml.h"
#include "runtime/export/markers.h"
#include "runtime/export/otio.h"
#include "runtime/export/xml.h"
#include "runtime/timeline.h"

static struct timeline_media still = {
    .kind = TIMELINE_STILL,
    .name = "card_11111111.png",
    .path = "media/card_11111111.png",
    .step = "a/card/card",
    .reel = "11111111",
    .width = 640,
    .height = 360,
};

static struct timeline_media clip = {
    .kind = TIMELINE_MOVING,
    .name = "a_b_video_take-2_22222222.mp4",
    .path = "media/a_b_video_take-2_22222222.mp4",
    .step = "a/b/video/take-2",
    .reel = "22222222",
    .frames = 72,
    .length = 72,
    .rate = {24000, 1001},
    .width = 640,
    .height = 360,
};

static struct timeline_media other = {
    .kind = TIMELINE_MOVING,
    .name = "a_b_video_take-1_33333333.mp4",
    .path = "media/a_b_video_take-1_33333333.mp4",
    .step = "a/b/video/take-1",
    .reel = "33333333",
    .frames = 72,
    .length = 48,
    .rate = {16, 1},
    .width = 832,
    .height = 480,
    .sounding = true,
};

static struct timeline_media sound = {
    .kind = TIMELINE_SOUND,
    .name = "theme_44444444.wav",
    .path = "media/theme_44444444.wav",
    .reel = "44444444",
    .frames = 240,
    .length = 480480,
    .rate = {48000, 1},
    .channels = 2,
};

static const struct timeline_take takes[] = {{.media = &other, .number = 1}};

// Five shots: a card that comes up from black, a clip with takes, one that ends early, a card
// again, and a clip that is sped, into black.
static const struct timeline_clip pictures[] = {
    {.name = "a/card",
     .scene = "a",
     .shot = "a/card",
     .media = &still,
     .frames = 48,
     .move = "push-in"},
    {.name = "a/b",
     .scene = "a",
     .shot = "a/b",
     .media = &clip,
     .at = 48,
     .frames = 48,
     .start = 12,
     .take = 2,
     .takes = takes,
     .n_takes = 1},
    {.name = "a/short",
     .scene = "a",
     .shot = "a/short",
     .media = &other,
     .at = 96,
     .frames = 30,
     .start = 12},
    {.name = "b/card", .scene = "b", .shot = "b/card", .media = &still, .at = 144, .frames = 48},
    {.name = "b/end",
     .scene = "b",
     .shot = "b/end",
     .media = &clip,
     .at = 192,
     .frames = 48,
     .start = 13,
     .speed = {9, 8}},
};

static const struct timeline_transition transitions[] = {
    {.after = 24, .color = "black"},
    {.at = 48, .before = 6, .after = 6, .color = "black"},
    {.blend = TIMELINE_FADE, .at = 96, .before = 4, .after = 4, .color = "black"},
    {.blend = TIMELINE_WIPE, .at = 192, .before = 8, .after = 8, .color = "black"},
    {.at = 240, .before = 12, .color = "black"},
};

static const struct timeline_marker markers[] = {
    {TIMELINE_CHAPTER, 0, 144, "INT. \"LAMP\" <ROOM> & CO", ""},
    {TIMELINE_NOTE, 48, 1, "a/b", "he means it,\nshe | knows \xc3\xa9"},
    {TIMELINE_WARNING, 126, 18, "a/short", "held"},
    {TIMELINE_CHAPTER, 144, 96, "b", ""},
};

static struct timeline *everything(struct frame_rate rate)
{
    struct timeline *t = timeline_new();
    struct timeline_media *media[] = {&still, &clip, &other, &sound};

    t->title = "All & \"more\"";
    t->name = "all";
    t->rate = rate;
    t->drops = timecode_drops(t->rate);
    t->frames = 240;
    t->start = timecode_hour(rate);
    t->width = 640;
    t->height = 360;
    for (size_t i = 0; i < sizeof(media) / sizeof(*media); i++) {
        media[i]->drops = t->drops;
        media[i]->index = i;
        vec_push(&t->media, media[i]);
    }
    for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
        vec_push(&t->pictures, pictures[i]);
    for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++)
        vec_push(&t->transitions, transitions[i]);
    for (size_t i = 0; i < sizeof(markers) / sizeof(*markers); i++)
        vec_push(&t->markers, markers[i]);
    timeline_add_title(t, (struct timeline_title){.at = 100, .frames = 12, .text = "1999"});
    timeline_add_title(
        t, (struct timeline_title){.at = 96, .frames = 48, .text = "Tom <the fisherman>"});
    vec_push(&t->lines, (struct timeline_line){"Mara", "sync", "Who's there?", "a/b", 2.2, 1});
    vec_push(&t->lines, (struct timeline_line){"Tom", "vo", "Nobody & nothing.", "a/c", 4, 1.5});
    timeline_add_sound(
        t, "dialogue", "DX",
        (struct timeline_clip){.name = "a/b", .media = &sound, .at = 40, .frames = 60});
    timeline_add_sound(
        t, "dialogue", "DX",
        (struct timeline_clip){
            .name = "a/short", .media = &sound, .at = 96, .frames = 20}); // the first still speaks
    timeline_add_sound(t, "music", "MX",
                       (struct timeline_clip){.name = "theme",
                                              .media = &sound,
                                              .at = 200,
                                              .frames = 240,
                                              .level_db = -18,
                                              .fade_in = 24,
                                              .fade_out = 12});
    return t;
}

static void write_edl(const struct timeline *t, struct buf *out)
{
    size_t from = 0;

    assert_false(edl_write(t, &from, out));
    assert_int_equal(from, t->pictures.n);
}

struct writer {
    const char *file;
    struct frame_rate rate;
    void (*write)(const struct timeline *t, struct buf *out);
};

static const struct writer writers[] = {
    {"all.edl", {24, 1}, write_edl},
    {"all.fcpxml", {24000, 1001}, fcpxml_write},
    {"all.markers.csv", {24, 1}, markers_write_csv},
    {"all.markers.edl", {24, 1}, markers_write_edl},
    {"all.otio", {24000, 1001}, otio_write},
    {"all.srt", {24, 1}, captions_write_srt},
    {"all.vtt", {24, 1}, captions_write_vtt},
    {"drop.edl", {30000, 1001}, write_edl},
};

static void writers_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
        struct timeline *t = everything(writers[i].rate);
        struct buf out = {0}, expected = {0};
        char path[400];
        struct err err;

        snprintf(path, sizeof(path), UNIT_SOURCE_DIR "/tests/fixtures/export/%s", writers[i].file);
        writers[i].write(t, &out);
        if (getenv("C41_BLESS"))
            assert_true(file_write(path, out.ptr, out.len, &err));
        assert_true(file_read(path, &expected, 1 << 20, &err));
        assert_string_equal(buf_text(&out), buf_text(&expected));
        buf_release(&out);
        buf_release(&expected);
        timeline_free(t);
    }
}

// A list holds 999 events; the next goes on where it ended, with the same picture before it.
static void long_lists(void **state)
{
    struct timeline *t = everything((struct frame_rate){24, 1});
    size_t from = 0, lists = 0, lines = 0;
    bool more = true;

    (void)state;
    t->pictures.n = t->transitions.n = t->markers.n = 0;
    for (int64_t i = 0; i < 2500; i++) {
        vec_push(&t->pictures,
                 (struct timeline_clip){
                     .name = "x", .media = &clip, .at = i * 48, .frames = 48, .start = 12});
        vec_push(&t->transitions,
                 (struct timeline_transition){.at = (i + 1) * 48, .before = 6, .after = 6});
    }
    t->transitions.n--;
    t->frames = 2500 * 48;
    while (more) {
        struct buf out = {0};

        more = edl_write(t, &from, &out);
        lists++;
        assert_null(strstr(buf_text(&out), "\n1000"));
        for (const char *at = buf_text(&out); (at = strstr(at, " D 012")); at++)
            lines++;
        buf_release(&out);
    }
    assert_int_equal(lists, 3);
    assert_int_equal(lines, 2499);
    timeline_free(t);
}

static void speeds(void **state)
{
    const struct timeline_speed none = {0}, slow = {6, 7}, fast = {9, 8};

    (void)state;
    assert_int_equal(timeline_media_frames(none, -5), -5);
    assert_int_equal(timeline_film_frames(none, 5), 5);
    assert_true(timeline_scalar(none) == 1 && timeline_scalar(fast) == 1.125);
    assert_int_equal(timeline_media_frames(slow, 84), 72);
    assert_int_equal(timeline_media_frames(slow, 78), 67); // of 66.86
    assert_int_equal(timeline_media_frames(slow, -6), -5); // of -5.14
    assert_int_equal(timeline_media_frames(fast, -5), -6); // of -5.625
    assert_int_equal(timeline_film_frames(slow, 13), 15);  // of 15.17
    assert_int_equal(timeline_film_frames(fast, 13), 11);  // of 11.56
}

static void sounds_find_tracks(void **state)
{
    struct timeline *t = timeline_new();

    (void)state;
    t->frames = 100;
    timeline_add_sound(t, "dialogue", "DX", (struct timeline_clip){.at = -5, .frames = 20});
    timeline_add_sound(t, "dialogue", "DX", (struct timeline_clip){.at = 10, .frames = 20});
    timeline_add_sound(t, "dialogue", "DX", (struct timeline_clip){.at = 15, .frames = 200});
    timeline_add_sound(t, "effects", "FX", (struct timeline_clip){.at = 0, .frames = 100});
    timeline_add_sound(t, "effects", "FX", (struct timeline_clip){.at = 100, .frames = 5});
    assert_int_equal(t->tracks.n, 3);
    assert_string_equal(t->tracks.at[0].name, "DX 1");
    assert_string_equal(t->tracks.at[1].name, "DX 2");
    assert_string_equal(t->tracks.at[2].name, "FX 1");
    assert_int_equal(t->tracks.at[0].clips.n, 2);
    assert_int_equal(t->tracks.at[0].clips.at[0].at, 0); // what lies before the film is cut off
    assert_int_equal(t->tracks.at[0].clips.at[0].start, 5);
    assert_int_equal(t->tracks.at[0].clips.at[0].frames, 15);
    assert_int_equal(t->tracks.at[0].clips.at[1].frames, 85); // and what lies behind
    assert_int_equal(t->tracks.at[2].clips.n, 1);
    timeline_free(t);
}

static void titles_find_lanes(void **state)
{
    static const struct timeline_title added[] = {{10, 5, "a", 0},  {0, 20, "b", 0},
                                                  {0, 4, "c", 0},   {20, 9, "d", 0},
                                                  {12, 10, "e", 0}, {4, 6, "f", 0}};
    static const struct {
        const char *text;
        size_t lane;
    } found[] = {{"b", 1}, {"c", 2}, {"f", 2}, {"a", 0}, {"e", 2}, {"d", 0}};
    struct timeline *t = timeline_new();

    (void)state;
    for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
        timeline_add_title(t, added[i]);
    for (size_t i = 0; i < t->titles.n; i++) {
        assert_string_equal(t->titles.at[i].text, found[i].text);
        assert_int_equal(t->titles.at[i].lane, found[i].lane);
    }
    timeline_free(t);
}

static void xml_is_escaped(void **state)
{
    struct buf out = {0};
    struct xml x = {.out = &out};

    (void)state;
    xml_open(&x, "a");
    xml_set(&x, "b", "<\"&'\n\x01>");
    xml_open(&x, "c");
    xml_close(&x);
    xml_open(&x, "d");
    xml_text(&x, "1 < 2 & \"3\"\x02");
    xml_close(&x);
    xml_close(&x);
    assert_string_equal(buf_text(&out), "\n<a b=\"&lt;&quot;&amp;'&#10;&gt;\">\n  <c/>\n"
                                        "  <d>1 &lt; 2 &amp; \"3\"</d>\n</a>");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writers_write),
        cmocka_unit_test(long_lists),
        cmocka_unit_test(speeds),
        cmocka_unit_test(sounds_find_tracks),
        cmocka_unit_test(titles_find_lanes),
        cmocka_unit_test(xml_is_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
