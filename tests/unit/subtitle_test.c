// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "runtime/media/subtitle.h"

struct split_case {
    size_t columns;
    const char *text;
    const char *cues; // joined by " / ", lines by "|"
};

static const struct split_case splits[] = {
    {42, "Room number four. Always.", "Room number four. Always."},
    {42, "  two\n words  ", "two words"},
    {42, "", ""},
    {42, " \n ", ""},
    {42, "Somebody is out there: do not move, Tom, not a step!",
     "Somebody is out there:|do not move, Tom, not a step!"},
    {42,
     "The light went out at nine, and the sea, which had been quiet for the whole of that long and "
     "weary week, came up over the rocks.",
     "The light went out at nine, and the sea, / which had been quiet for the|whole of that long "
     "and "
     "weary week, / came up over the rocks."},
    {10, "abcdefghijklmnopqrstuvwxyz", "abcdefghij|klmnopqrst / uvwxyz"},
    {10,
     "\xe5\xb5\x90\xe3\x81\x8c\xe6\x9d\xa5\xe3\x82\x8b\xe3\x80\x82\xe9\x80\x83\xe3\x81\x92\xe3\x82"
     "\x8d",
     "\xe5\xb5\x90\xe3\x81\x8c\xe6\x9d\xa5\xe3\x82\x8b\xe3\x80\x82|"
     "\xe9\x80\x83\xe3\x81\x92\xe3\x82\x8d"},
    // No line begins with a mark that closes, and none ends with one that opens.
    {8, "九点钟灯，灭了「岛上」", "九点钟|灯， / 灭了「岛|上」"},
    {30, "九点钟灯灭了，岛上没有人注意到，直到早晨的船来了。",
     "九点钟灯灭了，|岛上没有人注意到， / 直到早晨的船来了。"},
    // Vowels stay with their consonant, on whichever side they are written.
    {10, "ไม่มีใครบนเกาะสังเกต", "ไม่มีใครบน|เกาะสังเกต"},
};

static void phrases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++) {
        struct subtitles s = {.columns = splits[i].columns};
        struct buf all = {0};

        subtitles_add(&s, "Mara", "sync", splits[i].text, 1, 8);
        for (size_t k = 0; k < s.cues.n; k++)
            buf_printf(&all, "%s%s", k ? " / " : "", s.cues.at[k].text);
        for (size_t k = 0; k < all.len; k++)
            if (all.ptr[k] == '\n')
                all.ptr[k] = '|';
        assert_string_equal(buf_text(&all), splits[i].cues);
        buf_release(&all);
        subtitles_release(&s);
    }
}

// Every cue of a long speech: two lines of 42 columns at most, in order, in the time of the line.
static void long_speech(void **state)
{
    struct subtitles s = {.columns = 42};
    struct buf speech = {0};

    (void)state;
    for (int i = 0; i < 200; i++)
        buf_printf(&speech, "word%d%s ", i * i * 7919 % 1000, i % 9 == 8 ? "," : i % 23 ? "" : ".");
    subtitles_add(&s, "Mara", "sync", buf_text(&speech), 10, 90);
    subtitles_finish(&s, 200, 1 / 24.0);
    assert_true(s.cues.n > 15);
    for (size_t i = 0; i < s.cues.n; i++) {
        struct str rest = str_of(s.cues.at[i].text);
        int lines = 0;

        while (rest.ptr) {
            assert_true(str_width(str_cut(&rest, '\n')) <= 42);
            lines++;
        }
        assert_true(lines <= 2);
        assert_true(s.cues.at[i].start_ms >= 10000 && s.cues.at[i].end_ms <= 105000);
        if (i > 0)
            assert_true(s.cues.at[i].start_ms - s.cues.at[i - 1].end_ms >= 84); // two frames
    }
    buf_release(&speech);
    subtitles_release(&s);
}

struct time_case {
    double start, seconds, next; // next: where another line begins
    int64_t start_ms, end_ms;
};

static const struct time_case times[] = {
    {1, 0.3, 10, 1000, 1833},  // a short word stays for five sixths of a second
    {1, 0.3, 1.5, 1000, 1416}, // but not into the next cue
    {1, 2, 3, 1000, 2916},     // two frames lie between cues that touch
    {1, 2, 2.5, 1000, 3000},   // two people at once
    {1, 2, 3.05, 1000, 2966},  {-0.5, 2, 10, 0, 1500}, // sound before the film has begun
};

static void timing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct subtitles s = {.columns = 42};

        subtitles_add(&s, "Tom", "sync", "Yes.", times[i].next, 1);
        subtitles_add(&s, "Mara", "sync", "No.", times[i].start, times[i].seconds);
        subtitles_finish(&s, 60, 1 / 24.0);
        assert_int_equal(s.cues.at[0].start_ms, times[i].start_ms);
        assert_int_equal(s.cues.at[0].end_ms, times[i].end_ms);
        subtitles_release(&s);
    }
}

// What is over before the beginning is not there, what goes on then begins with it.
static void a_part_of_the_film(void **state)
{
    struct subtitles s = {.columns = 42};

    (void)state;
    subtitles_add(&s, "Tom", "sync", "Two.", -3, 2.5);
    subtitles_add(&s, "Mara", "sync", "Yes.", -0.2, 1);
    subtitles_add(&s, "Tom", "sync", "One.", -9, 2);
    subtitles_finish(&s, 60, 1 / 24.0);
    assert_int_equal(s.cues.n, 1);
    assert_string_equal(s.cues.at[0].text, "Yes.");
    assert_int_equal(s.cues.at[0].start_ms, 0);
    assert_int_equal(s.cues.at[0].end_ms, 800);
    subtitles_release(&s);
}

static void files(void **state)
{
    struct subtitles s = {.columns = 42};
    struct buf srt = {0}, vtt = {0};

    (void)state;
    subtitles_add(&s, "Narrator", "vo", "Rock & roll --> <here>.", 3661.5, 1.25);
    subtitles_add(&s, "Mara", "sync", "Yes.", 1, 2);
    subtitles_finish(&s, 4000, 1 / 24.0);
    subtitles_srt(&s, &srt);
    subtitles_vtt(&s, &vtt);
    assert_string_equal(buf_text(&srt),
                        "1\n00:00:01,000 --> 00:00:03,000\nYes.\n\n"
                        "2\n01:01:01,500 --> 01:01:02,853\nRock & roll -> <here>.\n\n");
    assert_string_equal(buf_text(&vtt),
                        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n<v Mara>Yes.\n\n"
                        "2\n01:01:01.500 --> 01:01:02.853\n"
                        "<v.vo Narrator>Rock &amp; roll --&gt; &lt;here&gt;.\n\n");
    buf_release(&srt);
    buf_release(&vtt);
    subtitles_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases), cmocka_unit_test(long_speech),
        cmocka_unit_test(timing),  cmocka_unit_test(a_part_of_the_film),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
