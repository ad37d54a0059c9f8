// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "runtime/services/speech/text.h"

static const struct {
    const char *lexicon, *text, *said;
} words[] = {
    {"{}", "Mara is here.", "Mara is here."},
    {"{\"Mara\": \"MAH-ra\"}", "Mara is here, Mara.", "MAH-ra is here, MAH-ra."},
    {"{\"Mara\": \"MAH-ra\"}", "Maraschino, Tamara, Mara_2", "Maraschino, Tamara, Mara_2"},
    {"{\"Mara\": \"MAH-ra\"}", "Mara's, Mara\xe2\x80\x99s; \"Mara\" (Mara)-Mara",
     "MAH-ra's, MAH-ra\xe2\x80\x99s; \"MAH-ra\" (MAH-ra)-MAH-ra"},
    {"{\"can\": \"KAN\"}", "can't but can", "can't but KAN"},
    // As it is written; in small letters also at the start of a sentence.
    {"{\"Mara\": \"MAH-ra\"}", "mara MARA", "mara MARA"},
    {"{\"US\": \"U. S.\"}", "US and us", "U. S. and us"},
    {"{\"lead\": \"led\"}", "Lead is lead, LEAD.", "led is led, LEAD."},
    // The longest wins, and sounds are not looked at again.
    {"{\"New\": \"A\", \"New York\": \"B\"}", "New York is New", "B is A"},
    {"{\"a\": \"b\", \"b\": \"c\"}", "a b", "b c"},
    // Letters beyond ASCII are letters.
    {"{\"Zo\": \"x\"}", "Zo\xc3\xab and Zo", "Zo\xc3\xab and x"},
    {"{\"Zo\xc3\xab\": \"ZOH-ee\"}", "Zo\xc3\xab, \xc3\xa9Zo\xc3\xab",
     "ZOH-ee, \xc3\xa9Zo\xc3\xab"},
    {"{\"\xd0\x9c\xd0\xb0\": \"x\"}", "\xd0\x9c\xd0\xb0 \xd0\x9c\xd0\xb0\xd0\xbc", // Ма, Мам
     "x \xd0\x9c\xd0\xb0\xd0\xbc"},
    {"{\"e\": \"x\"}", "e\xcc\x81 e", "e\xcc\x81 x"}, // e with an accent of its own
    // Chinese and Japanese have no spaces: 東京 within a sentence, but not ラ within マラ.
    {"{\"\xe6\x9d\xb1\xe4\xba\xac\": \"TO\"}",
     "\xe7\xa7\x81\xe3\x81\xaf\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xb8",
     "\xe7\xa7\x81\xe3\x81\xafTO\xe3\x81\xb8"},
    {"{\"\xe3\x83\xa9\": \"x\"}", "\xe3\x83\x9e\xe3\x83\xa9", "\xe3\x83\x9e\xe3\x83\xa9"},
    {"{\"\": \"x\", \"a\": 3}", "a b", "a b"},
};

static void pronounces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct arena *a = arena_new();
        json_t *lexicon = json_loads(words[i].lexicon, 0, NULL);

        assert_non_null(lexicon);
        assert_string_equal(speech_pronounce(a, words[i].text, lexicon), words[i].said);
        json_decref(lexicon);
        arena_free(a);
    }
}

// Pieces stand with | between them.
static const struct {
    size_t most;
    const char *text, *pieces;
} cuts[] = {
    {0, "One. Two.", "One. Two."},
    {100, " One. Two. ", "One. Two."},
    {100, "", ""},
    {12, "One two. Three four. Five six.", "One two.|Three four.|Five six."},
    {20, "One two. Three four. Five six.", "One two. Three four.|Five six."},
    {14, "He said \"No!\" Then he left.", "He said \"No!\"|Then he left."},
    {14, "Wait... what? Go now!", "Wait... what?|Go now!"},
    {12, "Mr. Smith is in. He sat.", "Mr. Smith is|in. He sat."},
    {18, "Mr. Smith is in. He sat.", "Mr. Smith is in.|He sat."},
    {14, "It is 3.14 now. Good.", "It is 3.14|now. Good."},
    {16, "He said so. 'Come in,' she said.", "He said so.|'Come in,'|she said."},
    // A sentence that is too long by itself: behind clauses, then between words, then anywhere.
    {16, "First this, then that; all of it.", "First this,|then that;|all of it."},
    {10, "one two three four", "one two|three four"},
    {5, "abcdefghijkl", "abcde|fghij|kl"},
    {9, "Line one\nLine two", "Line one|Line two"},
    // Chinese: 你好。我很好，谢谢。
    {4, "\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd\xe3\x80\x82",
     "\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82|\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd\xe3\x80\x82"},
    {4, "\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd\xef\xbc\x8c\xe8\xb0\xa2\xe8\xb0\xa2\xe3\x80\x82",
     "\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd\xef\xbc\x8c|\xe8\xb0\xa2\xe8\xb0\xa2\xe3\x80\x82"},
    {2, "\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd", "\xe6\x88\x91\xe5\xbe\x88|\xe5\xa5\xbd"},
    // 「好。」我 stays with its bracket.
    {4, "\xe3\x80\x8c\xe5\xa5\xbd\xe3\x80\x82\xe3\x80\x8d\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd",
     "\xe3\x80\x8c\xe5\xa5\xbd\xe3\x80\x82\xe3\x80\x8d|\xe6\x88\x91\xe5\xbe\x88\xe5\xa5\xbd"},
    // Hindi, by its own full stop; a mark is not cut off from its letter.
    {5, "\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa5\xa4 \xe0\xa4\xa8\xe0\xa4\xbe\xe0\xa5\xa4",
     "\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa5\xa4|\xe0\xa4\xa8\xe0\xa4\xbe\xe0\xa5\xa4"},
    {2, "ae\xcc\x81io", "a|e\xcc\x81|io"},
};

static void splits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
        struct arena *a = arena_new();
        struct buf joined = {0};
        size_t n;
        const char *const *pieces = speech_split(a, cuts[i].text, cuts[i].most, &n);

        assert_true(n > 0);
        for (size_t k = 0; k < n; k++)
            buf_printf(&joined, "%s%s", k ? "|" : "", pieces[k]);
        assert_string_equal(buf_text(&joined), cuts[i].pieces);
        buf_release(&joined);
        arena_free(a);
    }
}

static size_t count(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

// Whatever the limit: no piece is longer, none is broken within a character, and nothing is lost.
static void every_limit(void **state)
{
    static const char text[] =
        "He waited, and waited; nobody came. \xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80"
        "\x82\xe6\x88\x91 \"Who? Me!\" Na\xc3\xafve\xe2\x80\xa6 supercalifragilistic.";

    (void)state;
    for (size_t most = 1; most < 90; most++) {
        struct arena *a = arena_new();
        struct buf joined = {0}, letters = {0};
        size_t n;
        const char *const *pieces = speech_split(a, text, most, &n);

        for (size_t i = 0; i < n; i++) {
            assert_in_range(count(pieces[i]), 1, most);
            assert_true(str_is_utf8(str_of(pieces[i])));
            for (const char *at = pieces[i]; *at; at++)
                if (*at != ' ')
                    buf_char(&joined, *at);
        }
        for (const char *at = text; *at; at++)
            if (*at != ' ')
                buf_char(&letters, *at);
        assert_string_equal(buf_text(&joined), buf_text(&letters));
        buf_release(&joined);
        buf_release(&letters);
        arena_free(a);
    }
}

static void bounds(void **state)
{
    static const struct {
        const char *text;
        double least, most;
    } rows[] = {
        {"No.", 0.1, 3},
        {"Abcdefghij", 0.2, 4},
        {"Don't wait for me.", 0.32, 7.2},
        {"In 1984, 2001", 0.24, 11.6},
        {"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd", 0.24, 4.8},
        {"!!!!!!!!!!", 0.1, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double least, most;

        speech_bounds(rows[i].text, &least, &most);
        if (fabs(least - rows[i].least) > 1e-9 || fabs(most - rows[i].most) > 1e-9)
            fail_msg("%s: %g to %g", rows[i].text, least, most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pronounces),
        cmocka_unit_test(splits),
        cmocka_unit_test(every_limit),
        cmocka_unit_test(bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
