// SPDX-License-Identifier: MIT
#include "runtime/media/words.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static const char *find_one(const char *text, const char *word, size_t len)
{
    bool open = len && word[len - 1] == '*';

    if (open)
        len--;
    for (const char *at = text; *at; at++)
        if ((at == text || !is_letter(at[-1])) && strncasecmp(at, word, len) == 0 &&
            (open || !is_letter(at[len])))
            return at;
    return NULL;
}

// The first place of any of them goes to *first, their number is the result.
static int look(const char *text, const char *list, const char **first)
{
    int n = 0;

    *first = NULL;
    while (text && *list) {
        size_t len = strcspn(list, "|");
        const char *at = find_one(text, list, len);

        n += at != NULL;
        if (at && (!*first || at < *first))
            *first = at;
        list += len + (list[len] == '|');
    }
    return n;
}

int words_count(const char *text, const char *list)
{
    const char *first;

    return look(text, list, &first);
}

const char *words_find(const char *text, const char *list)
{
    const char *first;

    look(text, list, &first);
    return first;
}

bool words_have(const char *text, const char *list)
{
    return words_find(text, list) != NULL;
}
