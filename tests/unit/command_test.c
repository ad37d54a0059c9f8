// SPDX-License-Identifier: MIT
// The parts of the driver command that need no machine: words for a shell, progress bars, packs.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/process.h"
#include "base/str.h"
#include "runtime/services/command/pack.h"
#include "runtime/services/command/progress.h"
#include "runtime/services/command/shell.h"
#include "tests/unit/scratch.h"

// What a program said, to its end.
static void run(const char *const *argv, struct buf *out)
{
    struct process p;
    struct err err;
    char bytes[4096];
    ssize_t n;

    assert_true(process_start(&p, argv, NULL, &err));
    while ((n = read(p.out, bytes, sizeof(bytes))) > 0)
        buf_add(out, bytes, (size_t)n);
    assert_int_equal(process_wait(&p), 0);
}

// Every byte that a word can have, alone, doubled, and between others: the system's own shell must
// give it back.
static void test_words(void **state)
{
    struct buf line = {0}, said = {0}, wanted = {0};

    (void)state;
    buf_puts(&line, "printf '%s|'");
    for (int c = 1; c < 256; c++) {
        char words[3][6] = {{(char)c}, {(char)c, (char)c}, {'a', (char)c, '\'', (char)c, 'z'}};

        for (size_t i = 0; i < 3; i++) {
            const char *word = words[i];

            shell_words(&line, &word, 1);
            buf_printf(&wanted, "%s|", word);
        }
    }
    run((const char *const[]){"/bin/sh", "-c", buf_text(&line), NULL}, &said);
    assert_int_equal(said.len, wanted.len);
    assert_memory_equal(said.ptr, wanted.ptr, wanted.len);
    buf_release(&line);
    buf_release(&said);
    buf_release(&wanted);
}

static void test_progress(void **state)
{
    static const struct {
        const char *how, *log;
        double done, total; // total 0: nothing is found
    } cases[] = {
        {"steps", "steps:  12%|#2      | 240/2000 [01:10<08:33,  3.43it/s]", 240, 2000},
        {"steps", "\rsteps:   0%|          | 0/20 [00:00<?, ?it/s]\rsteps:  5%|5 | 1/20 [00:01<", 1,
         20},
        {"steps", "steps: 100%|██████████| 2000/2000 [1:01:10<00:00, 3.43it/s, avr_loss=0.08]\n",
         2000, 2000},
        {"steps", "steps:  50%|#####     | 1.0k/2.0k [00:10<00:10]", 1000, 2000},
        {"steps", "steps:  50%|#####| 1,000/2,000 [00:10<00:10]", 1000, 2000},
        {"steps", "INFO caching\n\x1b[Asteps:  25%|##  | 5/20 [00:01<00:03]\nINFO saving", 5, 20},
        // The last is cut off, so the one before it stands.
        {"steps", "steps:  5%|5 | 1/20 [00:01<\rsteps: 10%|5 | 2/2", 1, 20},
        {"steps", "caching latents:  50%|##  | 5/10 [00:01<00:03]", 0, 0},
        {"steps", "steps: 240it [01:10,  3.43it/s]", 0, 0},
        {"steps", "steps: done", 0, 0},
        {"steps", "timesteps:  25%|##  | 5/20 [00:01<00:03]", 0, 0},
        {"steps", "steps:", 0, 0},
        {"steps", "", 0, 0},
        {"", "steps:  5%|5 | 1/20 [00:01<", 0, 0},
        {"epoch {done}/{total}", "epoch 1/10\nepoch 2/10\nepoch 3", 2, 10},
        {"epoch {done} of {total}:", "epoch   7  of 9: loss", 7, 9},
        {"{done}%", "12% 13% done", 13, -1},
        {"epoch {done}/{total}", "epoch x/10\n", 0, 0},
        {"{total}/{done}", "10/3 ", 3, 10},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double done = -1, total = -1;
        bool found = progress_find(cases[i].how, str_of(cases[i].log), &done, &total);

        if (cases[i].total == 0 && !found && done < 0 && total < 0)
            continue;
        if (!found || done != cases[i].done || total != cases[i].total)
            fail_msg("case %zu: %d, %g of %g", i, found, done, total);
    }
}

static void test_tidy(void **state)
{
    static const struct {
        const char *log, *tidy;
    } cases[] = {
        {"", ""},
        {"one\ntwo\n", "one\ntwo\n"},
        {"no end", "no end\n"},
        {"\r 5%\r 50%\r100%\r\nnext", "100%\nnext\n"},
        {"\x1b[1;31mred\x1b[0m \x1b]0;title\a!", "red ]0;title!\n"},
        {"a\tb\x01\x7f\xc2\x9b", "a b\n"},
        {"\xff\xfe caf\xc3\xa9 \xe2\x96\x88", "?? caf\xc3\xa9 \xe2\x96\x88\n"},
        {"\n\n  \n", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf out = {0};

        progress_tidy(str_of(cases[i].log), &out);
        assert_string_equal(buf_text(&out), cases[i].tidy);
        buf_release(&out);
    }
}

static void read_back(struct arena *a, const char *folder, const char *name, struct buf *out)
{
    struct err err;

    buf_clear(out);
    assert_true(file_read(path_join(a, folder, name), out, 1 << 20, &err));
}

// The system's own tar unpacks it.
static void test_pack(void **state)
{
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    const char *pack, *from, *to;
    struct buf big = {0}, got = {0};
    struct pack *p;
    struct err err;

    (void)state;
    scratch_make(folder);
    pack = path_join(a, folder, "pack.tar");
    from = path_join(a, folder, "from");
    to = path_join(a, folder, "to");
    buf_repeat(&big, 'x', 100001);
    assert_true(file_put(from, big.ptr, big.len, &err));
    assert_true(file_make_dirs(to, &err));
    p = pack_open(pack, &err);
    assert_non_null(p);
    pack_folder(p, "out/deep/");
    pack_file(p, "data/0001.png", from);
    pack_text(p, "data/it's \"odd\".txt", str_of("a\nb"));
    pack_text(p, "empty", str_of(""));
    pack_text(p, "block", (struct str){big.ptr, 512});
    assert_true(pack_close(p, &err));
    run((const char *const[]){"tar", "-x", "-f", pack, "-C", to, NULL}, &got);
    read_back(a, to, "data/0001.png", &got);
    assert_int_equal(got.len, big.len);
    assert_memory_equal(got.ptr, big.ptr, big.len);
    read_back(a, to, "data/it's \"odd\".txt", &got);
    assert_string_equal(buf_text(&got), "a\nb");
    read_back(a, to, "empty", &got);
    assert_int_equal(got.len, 0);
    read_back(a, to, "block", &got);
    assert_int_equal(got.len, 512);
    assert_true(file_exists(path_join(a, to, "out/deep")));
    buf_release(&big);
    buf_release(&got);
    scratch_remove(folder);
    arena_free(a);
}

static void test_pack_fails(void **state)
{
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    struct buf name = {0};
    const char *pack;
    struct pack *p;
    struct err err;

    (void)state;
    scratch_make(folder);
    pack = path_join(a, folder, "pack.tar");
    assert_null(pack_open(path_join(a, folder, "none/pack.tar"), &err));
    p = pack_open(pack, &err);
    pack_file(p, "a", path_join(a, folder, "none"));
    assert_false(pack_close(p, &err));
    assert_non_null(strstr(err.text, "none"));
    assert_false(file_exists(pack));
    p = pack_open(pack, &err);
    buf_repeat(&name, 'n', 101);
    pack_text(p, buf_text(&name), str_of("x"));
    assert_false(pack_close(p, &err));
    assert_int_equal(err.kind, ERR_FILM);
    buf_release(&name);
    scratch_remove(folder);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),      cmocka_unit_test(test_progress),
        cmocka_unit_test(test_tidy),       cmocka_unit_test(test_pack),
        cmocka_unit_test(test_pack_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
