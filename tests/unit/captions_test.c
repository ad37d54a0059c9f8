// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "runtime/media/findings.h"
#include "runtime/media/qc_captions.h"
#include "runtime/media/subtitle.h"

// "start-end text|" of every cue; NULL: there are none.
static const struct read_case {
    const char *text, *cues;
} reads[] = {
    {"1\r00:00:01,000 --> 00:00:02,000\rTwo\rlines\r\r2\r00:00:03,000 --> 00:00:04,000\rYes.\r",
     "1000-2000 Two\rlines|3000-4000 Yes.|"},
    {"1\n00:00:01,000 --> 00:00:02,000\nTwo\nlines\n2\n00:00:01,500 --> 00:00:03,000\nYes.\n",
     "1000-2000 Two\nlines|1500-3000 Yes.|"},
    {"00:01.000 --> 00:02.000\n1999\n00:03.000 --> 00:04.000\n1:30 --> 2",
     "1000-2000 |3000-4000 |"},
    {"\xef\xbb\xbf"
     "00:01.000 --> 00:02.000\nIt --> goes\n10:30 on\n1:58.3 it is\n\n",
     "1000-2000 It --> goes\n10:30 on\n1:58.3 it is|"},
    {"1\n00:00:01,500 --> 00:00:02,000\nYes.\n\n2\n01:00:00,000 --> 01:00:01,000\nTwo\nlines\n",
     "1500-2000 Yes.|3600000-3601000 Two\nlines|"},
    {"\xef\xbb\xbfWEBVTT\r\n\r\nNOTE a - b\r\n\r\n00:01.000 --> 00:02.250 align:start\r\nHi\r\n",
     "1000-2250 Hi|"},
    {"1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000",
     "1000-2000 |3000-4000 |"},
    {"", NULL},
    {"a --> b\nwords\n", NULL},
    {"00:00:01,000 -> 00:00:02,000\nwords\n", NULL},
    {"1\n00:00:01,000 --> 00:00:02,000\n\xff\n", NULL},
};

static void cues_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(reads) / sizeof(*reads); i++) {
        struct findings findings = {0};
        struct subtitles s = {0};
        struct buf cues = {0};
        struct err err = {0};
        bool ok = captions_read(&s, str_of(reads[i].text), "a.srt", &findings, &err);

        assert_int_equal(ok, reads[i].cues != NULL);
        for (size_t c = 0; ok && c < s.cues.n; c++)
            buf_printf(&cues, "%d-%d %s|", (int)s.cues.at[c].start_ms, (int)s.cues.at[c].end_ms,
                       s.cues.at[c].text);
        if (ok)
            assert_string_equal(buf_text(&cues), reads[i].cues);
        buf_release(&cues);
        findings_release(&findings);
        subtitles_release(&s);
    }
}

// Cues of one file, and the checks that find something in a film of 10 s.
static const struct check_case {
    const char *text, *checks;
} checks[] = {
    {"00:01.000 --> 00:02.000\n12345678901234567890\n", ""},
    {"00:01.000 --> 00:02.000\n123456789012345678901\n", "subtitle-speed "},
    {"00:01.000 --> 00:02.000\n<i>1234567890</i>\n1234567890\n", ""},
    {"00:01.000 --> 00:02.000\n\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
     "\xa9\xc3\xa9\xc3\xa9\n",
     ""},
    {"00:01.000 --> 00:01.700\nYes\n", ""},
    {"00:01.000 --> 00:01.699\nYes\n", "subtitle-short "},
    {"00:01.000 --> 00:02.000\nA\n\n00:02.000 --> 00:03.000\nB\n", ""},
    {"00:02.000 --> 00:03.000\nB\n\n00:01.000 --> 00:02.001\nA\n", "subtitle-overlap "},
    {"00:09.000 --> 00:10.000\nA\n", ""},
    {"00:09.000 --> 00:10.100\nA\n", "subtitle-end "},
    {"00:02.000 --> 00:01.000\nA\n", "subtitle-times "},
    {"00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\n{\\an8}<i></i>\n",
     "subtitle-empty subtitle-empty "},
    {"00:01.000 --> 00:02.000\nA\n\n00:03.000 -> 00:04.000\nB\n\n00:05.000 --> 6\nC\n\n"
     "oo:07.000 --> 00:08.000\n\n00:00:09 --> 00:00:10\n",
     "subtitle-times subtitle-times subtitle-times subtitle-times "},
    {"00:01.000 --> 00:02.000\nI <3 this, and 1 {2} <and> more\n", "subtitle-speed "},
    {"00:01.000 --> 00:02.000\n<3 and a <b and c> d 12\n", "subtitle-speed "},
    {"00:01.000 --> 00:02.000\n{\\an8}<B>1234567</B><font color=\"#ffffff\">8901234</font>\n"
     "<v.loud Ann>56<c.red>7</c><00:01.500>8<i>90</i>\n",
     ""},
};

static void cues_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
        struct subtitles s = {0};
        struct findings findings = {0};
        struct buf found = {0};
        struct err err = {0};

        assert_true(captions_read(&s, str_of(checks[i].text), "a.vtt", &findings, &err));
        captions_check(&s, "a.vtt", 10, &findings);
        for (size_t f = 0; f < findings.list.n; f++)
            buf_printf(&found, "%s ", findings.list.at[f].check);
        assert_string_equal(buf_text(&found), checks[i].checks);
        buf_release(&found);
        findings_release(&findings);
        subtitles_release(&s);
    }
}

static void what_is_wrong_throughout_is_counted(void **state)
{
    struct findings findings = {0};
    json_t *list;

    (void)state;
    for (int i = 0; i < FINDINGS_OF_A_CHECK + 30; i++)
        findings_add_at(&findings, "black", SEVERITY_WARNING, i, i + 1, "number %d", i);
    findings_add(&findings, "size", SEVERITY_WARNING, "odd");
    list = findings_json(&findings);
    assert_int_equal(json_array_size(list), FINDINGS_OF_A_CHECK + 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "check")),
                        "size");
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(list, FINDINGS_OF_A_CHECK), "more")), 30);
    json_decref(list);
    findings_release(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cues_are_read),
        cmocka_unit_test(cues_are_judged),
        cmocka_unit_test(what_is_wrong_throughout_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
