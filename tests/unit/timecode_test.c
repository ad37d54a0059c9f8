// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "runtime/timecode.h"

struct clock_case {
    const char *rate;
    int64_t frame;
    const char *text;
};

static const struct clock_case clocks[] = {
    {"24/1", 0, "00:00:00:00"},
    {"24/1", 86400, "01:00:00:00"},
    {"24/1", 86400 + 24 * 61 + 23, "01:01:01:23"},
    {"25/1", 90024, "01:00:00:24"},
    {"24000/1001", 86400, "01:00:00:00"}, // counted as 24, a little late by the wall's clock
    {"30000/1001", 1799, "00:00:59;29"},
    {"30000/1001", 1800, "00:01:00;02"}, // two numbers are left out
    {"30000/1001", 3597, "00:01:59;29"},
    {"30000/1001", 3598, "00:02:00;02"},
    {"30000/1001", 17981, "00:09:59;29"},
    {"30000/1001", 17982, "00:10:00;00"}, // but not in every tenth minute
    {"30000/1001", 107892, "01:00:00;00"},
    {"60000/1001", 3599, "00:00:59;59"},
    {"60000/1001", 3600, "00:01:00;04"},
    {"60000/1001", 215784, "01:00:00;00"},
    {"30/1", 1800, "00:01:00:00"},
    {"120/1", 119, "00:00:00:119"},
    {"25/2", 13, "00:00:01:00"},
};

static void clock_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
        struct frame_rate rate;
        struct buf text = {0};
        int64_t frame = -1;

        assert_true(frame_rate_read(clocks[i].rate, &rate));
        timecode_put(rate, clocks[i].frame, &text);
        assert_string_equal(buf_text(&text), clocks[i].text);
        assert_true(timecode_read(rate, clocks[i].text, &frame));
        assert_int_equal(frame, clocks[i].frame);
        buf_release(&text);
    }
}

static void clock_is_read(void **state)
{
    static const char *const wrong[] = {
        "",        "01:00:00",    "01:00:00:24", "01:60:00:00", "01:00:60:00", "01:00:00-01",
        "a:b:c:d", "01:00:00:1x", "-1:00:00:00", "1::0:0:0",
    };
    int64_t frame;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(timecode_read((struct frame_rate){24, 1}, wrong[i], &frame));
    // A clock of this rate that drops no numbers, as some cameras have it.
    assert_true(timecode_read((struct frame_rate){30000, 1001}, "00:10:00:00", &frame));
    assert_int_equal(frame, 18000);
}

// Every frame of an hour and a bit has a number of its own, in order: none that is left out.
static void numbers_follow_one_another(void **state)
{
    struct frame_rate rate = {30000, 1001};
    int64_t last = -1;

    (void)state;
    for (int64_t frame = 0; frame < timecode_hour(rate) + 2000; frame++) {
        struct buf text = {0};
        int hours, minutes, seconds, frames;
        int64_t number;

        timecode_put(rate, frame, &text);
        assert_int_equal(
            sscanf(buf_text(&text), "%d:%d:%d;%d", &hours, &minutes, &seconds, &frames), 4);
        number = ((hours * 60 + minutes) * 60 + seconds) * 30 + frames;
        assert_true(number == last + 1 || (number == last + 3 && seconds == 0 && frames == 2));
        assert_false(minutes % 10 && seconds == 0 && frames < 2);
        last = number;
        buf_release(&text);
    }
}

static void rates(void **state)
{
    static const char *const wrong[] = {"", "24", "24/", "/1", "24/0", "-24/1", "24/1x", "2000/1"};
    struct frame_rate rate;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(frame_rate_read(wrong[i], &rate));
}

static void seconds_to_frames(void **state)
{
    struct frame_rate ntsc = {24000, 1001}, film = {24, 1};

    (void)state;
    assert_int_equal(frame_rate_frames(film, 2.0), 48);
    assert_int_equal(frame_rate_frames(film, 1.99999), 48); // short of it by half a sample
    assert_int_equal(frame_rate_frames(film, 1.999), 47);
    assert_int_equal(frame_rate_frames(ntsc, 10 * 1001 / 24000.0), 10);
    assert_int_equal(frame_rate_nearest(ntsc, 0.5), 12); // a handle of 11.99 frames
    assert_int_equal(frame_rate_sample(ntsc, 1), 2002);
    assert_int_equal(frame_rate_sample((struct frame_rate){30000, 1001}, 1), 1602);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_read),
        cmocka_unit_test(clock_shows),
        cmocka_unit_test(numbers_follow_one_another),
        cmocka_unit_test(rates),
        cmocka_unit_test(seconds_to_frames),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
