// SPDX-License-Identifier: MIT
#include "runtime/services/speech/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

// Seconds that a character takes at least and at most; one of Chinese, Japanese or Korean is a
// syllable or more, and a digit may be several words.
static const double quick = 0.02, slow = 0.4, syllables = 2, digit_words = 3;

// A short line has its breath before and after it.
static const double least_seconds = 0.1, most_of_the_shortest = 3;

struct range {
    unsigned first, last;
};

static bool is_in(unsigned c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

#define IS_IN(c, ranges) is_in((c), (ranges), sizeof(ranges) / sizeof(*(ranges)))

static bool is_space(unsigned c)
{
    static const struct range spaces[] = {
        {'\t', '\r'},     {' ', ' '},       {0x85, 0x85},     {0xa0, 0xa0},     {0x2000, 0x200a},
        {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
    };

    return IS_IN(c, spaces);
}

static bool is_digit(unsigned c)
{
    static const struct range digits[] = {
        {'0', '9'}, {0x660, 0x669}, {0x6f0, 0x6f9}, {0x966, 0x96f}, {0xff10, 0xff19},
    };

    return IS_IN(c, digits);
}

// Marks that stand over or under the letter before them, and joiners: never cut off from it.
static bool is_mark(unsigned c)
{
    static const struct range marks[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
        {0x64b, 0x65f},   {0x670, 0x670},   {0x93a, 0x93c},   {0x93e, 0x94d},
        {0xe31, 0xe31},   {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x200c, 0x200d},
        {0x20d0, 0x20ff}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };

    return IS_IN(c, marks);
}

// Letters, digits and marks. Above ASCII all is a letter that is no known sign.
static bool is_word(unsigned c)
{
    static const struct range signs[] = {
        {0x80, 0xa9},     {0xab, 0xb4},       {0xb6, 0xb9},     {0xbb, 0xbf},     {0xd7, 0xd7},
        {0xf7, 0xf7},     {0x37e, 0x37e},     {0x387, 0x387},   {0x55a, 0x55f},   {0x589, 0x58a},
        {0x5be, 0x5be},   {0x5f3, 0x5f4},     {0x60c, 0x60d},   {0x61b, 0x61b},   {0x61e, 0x61f},
        {0x66a, 0x66d},   {0x6d4, 0x6d4},     {0x964, 0x965},   {0x104a, 0x104f}, {0x17d4, 0x17da},
        {0x2000, 0x200b}, {0x200e, 0x206f},   {0x20a0, 0x20cf}, {0x2190, 0x2bff}, {0x2e00, 0x2e7f},
        {0x3000, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030}, {0x303d, 0x303f}, {0x30fb, 0x30fb},
        {0xfe30, 0xfe6f}, {0xff01, 0xff0f},   {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65},
        {0xfffd, 0xfffd}, {0x1f000, 0x1faff},
    };

    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_';
    return !IS_IN(c, signs);
}

static bool is_katakana(unsigned c)
{
    static const struct range katakana[] = {{0x30a1, 0x30fa}, {0x30fc, 0x30ff}, {0x31f0, 0x31ff}};

    return IS_IN(c, katakana);
}

// Scripts that write no space between words, and Korean, which adds syllables to them.
static bool is_dense(unsigned c)
{
    static const struct range dense[] = {
        {0xe00, 0xeff},   {0x1000, 0x109f}, {0x1780, 0x17ff}, {0x3005, 0x3007},   {0x3041, 0x309f},
        {0x3400, 0x9fff}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0x20000, 0x3ffff},
    };

    return IS_IN(c, dense);
}

static bool is_syllable(unsigned c)
{
    return is_katakana(c) || (is_dense(c) && c >= 0x3005);
}

// The code point at text, 0 at its end; *bytes is its length.
static unsigned code_at(const char *text, size_t *bytes)
{
    unsigned c = 0;

    *bytes = *text ? str_decode(str_of(text), &c) : 0;
    return c;
}

static unsigned peek(const char *text)
{
    size_t bytes;

    return code_at(text, &bytes);
}

// The code point before at, 0 at the start.
static unsigned before(const char *start, const char *at)
{
    const char *from = at;

    if (from == start)
        return 0;
    do
        from--;
    while (from > start && ((unsigned char)*from & 0xc0) == 0x80);
    return peek(from);
}

static bool is_apostrophe(unsigned c)
{
    return c == '\'' || c == 0x2019;
}

// Whether a word may end between two characters.
static bool parts(unsigned left, unsigned right)
{
    if (is_katakana(left) && is_katakana(right))
        return false;
    return !is_word(left) || !is_word(right) || is_dense(left) || is_dense(right) ||
           is_katakana(left) != is_katakana(right);
}

// "Mara's" is Mara; "can't" is not can.
static bool is_end_of_word(unsigned last, const char *rest)
{
    size_t bytes, more;
    unsigned next = code_at(rest, &bytes), after = code_at(rest + bytes, &more);

    if (is_apostrophe(next) && is_word(last) && is_word(after))
        return (after == 's' || after == 'S') && !is_word(peek(rest + bytes + more));
    return !is_mark(next) && parts(last, next);
}

static bool is_capital_of(char in_text, char in_word)
{
    return in_word >= 'a' && in_word <= 'z' && in_text == in_word - 'a' + 'A';
}

// Whether text begins with the word; returns its bytes, else 0.
static size_t match(const char *text, const char *word)
{
    size_t len = strlen(word);
    bool same = len && (text[0] == word[0] || is_capital_of(text[0], word[0])) &&
                strncmp(text + 1, word + 1, len - 1) == 0;

    return same && is_end_of_word(before(word, word + len), text + len) ? len : 0;
}

// The sounds of the longest word that text begins with; *bytes is its length. NULL: none.
static const char *sounds_at(const char *text, const json_t *lexicon, size_t *bytes)
{
    const char *word, *sounds = NULL;
    json_t *value;

    *bytes = 0;
    json_object_foreach((json_t *)(uintptr_t)lexicon, word, value) {
        size_t len = json_is_string(value) ? match(text, word) : 0;

        if (len > *bytes) {
            sounds = json_string_value(value);
            *bytes = len;
        }
    }
    return sounds;
}

const char *speech_pronounce(struct arena *a, const char *text, const json_t *lexicon)
{
    struct buf out = {0};
    const char *at = text, *said;

    if (json_object_size(lexicon) == 0)
        return text;
    while (*at) {
        size_t bytes = 0;
        bool begins = parts(before(text, at), peek(at));
        const char *sounds = begins ? sounds_at(at, lexicon, &bytes) : NULL;

        if (sounds) {
            buf_puts(&out, sounds);
        } else {
            code_at(at, &bytes);
            buf_add(&out, at, bytes);
        }
        at += bytes;
    }
    said = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return said;
}

static bool ends_sentence(unsigned c)
{
    static const struct range ends[] = {
        {'!', '!'},       {'.', '.'},       {'?', '?'},       {0x589, 0x589},   {0x61f, 0x61f},
        {0x6d4, 0x6d4},   {0x964, 0x965},   {0x104b, 0x104b}, {0x17d4, 0x17d5}, {0x2026, 0x2026},
        {0x203c, 0x203d}, {0x2047, 0x2049}, {0x3002, 0x3002}, {0xff01, 0xff01}, {0xff0e, 0xff0e},
        {0xff1f, 0xff1f}, {0xff61, 0xff61},
    };

    return IS_IN(c, ends);
}

static bool ends_clause(unsigned c)
{
    static const struct range ends[] = {
        {',', ','},       {':', ';'},       {0x37e, 0x37e},   {0x387, 0x387},   {0x55d, 0x55d},
        {0x60c, 0x60c},   {0x61b, 0x61b},   {0x104a, 0x104a}, {0x2013, 0x2014}, {0x3001, 0x3001},
        {0xff0c, 0xff0c}, {0xff1a, 0xff1b}, {0xff64, 0xff64},
    };

    return IS_IN(c, ends);
}

// Quotes and brackets that close, which stay with the sentence that they end.
static bool closes(unsigned c)
{
    static const struct range closers[] = {
        {'"', '"'},       {'\'', '\''},     {')', ')'},       {']', ']'},       {'}', '}'},
        {0xbb, 0xbb},     {0x2019, 0x2019}, {0x201d, 0x201d}, {0x203a, 0x203a}, {0x300b, 0x300b},
        {0x300d, 0x300d}, {0x300f, 0x300f}, {0x3011, 0x3011}, {0xff09, 0xff09}, {0xff63, 0xff63},
    };

    return IS_IN(c, closers);
}

// A full stop behind these, or behind one letter, ends no sentence.
static bool is_short_form(const char *start, const char *stop)
{
    static const char *const forms[] = {"Mr", "Mrs", "Ms", "Dr", "Prof",
                                        "St", "Sr",  "Jr", "vs", "etc"};
    const char *from = stop;
    size_t len;

    while (from > start && is_word(before(start, from)))
        do
            from--;
        while (from > start && ((unsigned char)*from & 0xc0) == 0x80);
    len = (size_t)(stop - from);
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (strlen(forms[i]) == len && strncmp(from, forms[i], len) == 0)
            return true;
    return len == 1 && !is_digit((unsigned char)*from);
}

enum cut { CUT_ANYWHERE, CUT_SPACE, CUT_CLAUSE, CUT_SENTENCE };

// What a cut at `at` would come behind. Closing quotes go with what they close; where words have
// spaces between them, a stop without one behind it is a number's or an address's.
static enum cut cut_at(const char *start, const char *at)
{
    const char *end = at;
    unsigned next = peek(at), last;

    if (is_mark(next) || (!is_space(before(start, at)) && (closes(next) || ends_sentence(next))))
        return CUT_ANYWHERE;
    while (end > start && (closes(before(start, end)) || is_space(before(start, end))))
        do
            end--;
        while (end > start && ((unsigned char)*end & 0xc0) == 0x80);
    last = before(start, end);
    if (last >= 0x3000 && ends_sentence(last))
        return CUT_SENTENCE;
    if (last >= 0x3000 && ends_clause(last))
        return CUT_CLAUSE;
    if (!is_space(before(start, at)) && !is_space(next))
        return CUT_ANYWHERE;
    if (before(start, at) == '\n' || next == '\n' ||
        (ends_sentence(last) && !(last == '.' && is_short_form(start, end - 1))))
        return CUT_SENTENCE;
    return ends_clause(last) ? CUT_CLAUSE : CUT_SPACE;
}

// Where the first piece of text ends, which has more than most characters.
static const char *find_cut(const char *text, size_t most)
{
    const char *best = text, *at = text;
    enum cut kind = CUT_ANYWHERE;

    for (size_t n = 0; n <= most && *at; n++) {
        size_t bytes;
        enum cut here = at == text ? CUT_ANYWHERE : cut_at(text, at);

        // A mark belongs to its letter, so that nothing is cut before it.
        if (at != text && here >= kind && !is_mark(peek(at))) {
            best = at;
            kind = here;
        }
        code_at(at, &bytes);
        at += bytes;
    }
    return best == text ? at : best;
}

static size_t count(struct str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

const char *const *speech_split(struct arena *a, const char *text, size_t most, size_t *n)
{
    struct str rest = str_trim(str_of(text));
    const char **pieces = arena_array(a, const char *, count(rest) + 1);

    *n = 0;
    while (most && count(rest) > most) {
        size_t len = (size_t)(find_cut(rest.ptr, most) - rest.ptr);
        struct str piece = str_trim((struct str){rest.ptr, len});

        if (piece.len)
            pieces[(*n)++] = arena_strndup(a, piece.ptr, piece.len);
        rest = str_trim((struct str){rest.ptr + len, rest.len - len});
    }
    if (rest.len || !*n)
        pieces[(*n)++] = arena_strndup(a, rest.len ? rest.ptr : "", rest.len);
    return pieces;
}

void speech_bounds(const char *text, double *least, double *most)
{
    *least = *most = 0;
    while (*text) {
        size_t bytes;
        unsigned c = code_at(text, &bytes);
        double weight = is_mark(c) ? 0 : is_syllable(c) ? syllables : 1;

        *least += is_word(c) || is_space(c) ? weight * quick : 0;
        *most += weight * slow * (is_digit(c) ? digit_words : 1);
        text += bytes;
    }
    *least = *least > least_seconds ? *least : least_seconds;
    *most = *most > most_of_the_shortest ? *most : most_of_the_shortest;
}
