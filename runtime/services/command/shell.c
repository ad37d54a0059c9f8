// SPDX-License-Identifier: MIT
#include "runtime/services/command/shell.h"

#include "base/buf.h"

void shell_word(struct buf *out, const char *word)
{
    buf_char(out, '\'');
    for (; *word; word++)
        if (*word == '\'' || *word == '\\' || *word == '!')
            buf_printf(out, "'\\%c'", *word);
        else
            buf_char(out, *word);
    buf_char(out, '\'');
}

void shell_words(struct buf *out, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_char(out, ' ');
        shell_word(out, words[i]);
    }
}
