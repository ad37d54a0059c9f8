// SPDX-License-Identifier: MIT
// c41 resume: lets machines that were paused take work again.
#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/machines.h"
#include "cli/say.h"
#include "runtime/pauses.h"
#include "runtime/rest.h"

static int say(const struct args *args)
{
    struct rest none = {0};
    struct buf out = {0};
    char sentence[200];
    int code;

    for (size_t i = 0; i < args->n_words; i++)
        buf_printf(&out, "%s again\n",
                   rest_sentence(&none, args->words[i], sentence, sizeof(sentence)));
    if (!args->n_words)
        buf_puts(&out, "every machine takes work again\n");
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct pauses pauses;
    struct err err = {0};
    bool ok;
    int code;

    if (!machines_check(cli, args, &code))
        return code;
    pauses_init(&pauses, cli->state_dir);
    pauses_look(&pauses);
    ok = pauses_put(&pauses, args->words, args->n_words, (struct pause){0}, &err);
    pauses_release(&pauses);
    return ok ? say(args) : say_error(cli, &err);
}

static const struct option options[] = {
    OPTION_STUDIO,
    {0},
};

const struct command command_resume = {
    .name = "resume",
    .usage = "[MACHINE…]",
    .about = "let machines that were paused take work again",
    .more = "Without a name all of them. A machine outside of its `hours` rests all the same.\n",
    .examples = "  c41 resume gpu\n"
                "  c41 resume\n",
    .options = options,
    .run = run,
};
