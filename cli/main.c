// SPDX-License-Identifier: MIT
// The program: reads the surroundings, finds the command, runs it.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/say.h"

// Sorted by name.
static const struct command *const commands[] = {
    &command_bless,  &command_build,  &command_cancel, &command_check,  &command_du,
    &command_exec,   &command_export, &command_gc,     &command_graph,  &command_help,
    &command_list,   &command_new,    &command_pause,  &command_plan,   &command_qc,
    &command_resume, &command_schema, &command_show,   &command_status, &command_studio,
    &command_trust,  &command_verify, &command_watch,  &command_why,
};

enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

const struct command *cli_find(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->n_commands; i++)
        if (strcmp(cli->commands[i]->name, name) == 0)
            return cli->commands[i];
    return NULL;
}

// An unset and an empty variable are the same.
static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

// The user's folder of a sort: below $variable, else below the home.
static const char *find_own_dir(struct arena *a, const char *variable, const char *home,
                                const char *usual)
{
    const char *dir = environment(variable);

    if (dir)
        return path_join(a, dir, "c41");
    return home ? path_join(a, path_join(a, home, usual), "c41") : NULL;
}

// Modules lie beside the program, or where they were installed.
static const char *find_modules(struct arena *a, const char *folder)
{
    if (file_exists(path_join(a, folder, "c41-media.so")))
        return folder;
    return C41_MODULE_DIR;
}

// A program that runs where it was built uses the source tree that it was built from; another, what
// was installed. Where the system does not tell (a chroot without /proc), it is where it was built.
static void find_parts(struct cli *cli)
{
    const char *data = environment("C41_DATA"), *program = path_of_program(cli->arena);
    const char *folder = program ? path_dir(cli->arena, program) : C41_BUILD_DIR;
    bool at_home = strcmp(folder, C41_BUILD_DIR) == 0 && file_exists(C41_SOURCE_DIR "/stdlib");

    cli->data_dir = data ? data : at_home ? C41_SOURCE_DIR : C41_DATA_DIR;
    cli->module_dir = find_modules(cli->arena, folder);
}

static void look_around(struct cli *cli)
{
    cli->commands = commands;
    cli->n_commands = N_COMMANDS;
    cli->home = environment("HOME");
    cli->config_dir = find_own_dir(cli->arena, "XDG_CONFIG_HOME", cli->home, ".config");
    cli->state_dir = find_own_dir(cli->arena, "XDG_STATE_HOME", cli->home, ".local/state");
    cli->studio = environment("C41_STUDIO");
    cli->terminal = isatty(STDERR_FILENO);
    cli->colour = cli->terminal && !environment("NO_COLOR");
    find_parts(cli);
}

int cli_refuse(const struct cli *cli, const char *name)
{
    const char *names[N_COMMANDS], *near, *help = "`c41 help` lists the commands";
    size_t n = 0;

    for (size_t i = 0; i < N_COMMANDS; i++)
        if (!commands[i]->hidden)
            names[n++] = commands[i]->name;
    near = str_nearest(name, names, n);
    if (near)
        help = arena_printf(cli->arena, "did you mean \"%s\"?", near);
    return say_usage(cli, help, "unknown command \"%s\"", name);
}

static int print_version(void)
{
    struct buf out = {0};
    int code;

    buf_puts(&out, "c41 " C41_VERSION "\n");
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";
    const struct command *command = cli_find(cli, name);
    struct args args;
    struct err err = {0};

    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return print_version();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        int code = help_print(cli, NULL);

        return argc > 1 ? code : EXIT_USAGE;
    }
    if (!command)
        return cli_refuse(cli, name);
    if (!args_read(&args, command->options, argv + 2, (size_t)argc - 2, cli->arena, &err))
        return say_usage(cli, arena_printf(cli->arena, "`c41 %s --help` lists its options", name),
                         "%s", err.text);
    return args.help ? help_print(cli, command) : command->run(cli, &args);
}

int main(int argc, char **argv)
{
    struct cli cli = {.arena = arena_new()};
    int code;

    signal(SIGPIPE, SIG_IGN); // a reader that goes away is seen where we write
    look_around(&cli);
    code = run(&cli, argc, argv);
    arena_free(cli.arena);
    return code;
}
