// SPDX-License-Identifier: MIT
// c41 export: a film that is built, as a timeline for an editing program, its media beside it.
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "compiler/graph.h"
#include "runtime/export/captions.h"
#include "runtime/export/edl.h"
#include "runtime/export/fcpxml.h"
#include "runtime/export/markers.h"
#include "runtime/export/otio.h"
#include "runtime/reel.h"
#include "runtime/timeline.h"
#include "runtime/turnover.h"

// One export on its way into its folder.
struct exporting {
    const struct cli *cli;
    const struct timeline *t;
    const char *folder;
    struct buf told; // the files that were written, one a line
};

// Sorted by flag. What can be longer than one file gives list in the place of write.
static const struct format {
    const char *flag, *ending;
    bool media; // it names files, which are put beside it
    void (*write)(const struct timeline *t, struct buf *out);
    bool (*list)(const struct timeline *t, size_t *from, struct buf *out);
} formats[] = {
    {"edl", ".edl", .media = true, .list = edl_write},
    {"fcpxml", ".fcpxml", .media = true, .write = fcpxml_write},
    {"markers", ".markers.csv", .write = markers_write_csv},
    {"markers", ".markers.edl", .write = markers_write_edl},
    {"otio", ".otio", .media = true, .write = otio_write},
    {"srt", ".srt", .write = captions_write_srt},
    {"vtt", ".vtt", .write = captions_write_vtt},
};

enum { N_FORMATS = sizeof(formats) / sizeof(*formats) };

static bool write_file(struct exporting *e, const char *name, const struct buf *text,
                       struct err *err)
{
    const char *path = path_join(e->cli->arena, e->folder, name);

    if (!file_write(path, buf_text(text), text->len, err))
        return false;
    buf_printf(&e->told, "%s\n", path);
    return true;
}

// The first file of a format is called like the film.
static bool write_format(struct exporting *e, const struct format *f, struct err *err)
{
    struct arena *a = e->cli->arena;
    const char *name = arena_printf(a, "%s%s", e->t->name, f->ending);
    bool more = true, ok = true;
    size_t from = 0;

    for (unsigned number = 2; ok && more; number++) {
        struct buf text = {0};

        more = f->list && f->list(e->t, &from, &text);
        if (f->write)
            f->write(e->t, &text);
        ok = write_file(e, name, &text, err);
        name = arena_printf(a, "%s-%u%s", e->t->name, number, f->ending);
        buf_release(&text);
    }
    return ok;
}

static void tell_media(struct exporting *e, size_t written)
{
    buf_printf(&e->told, "%s/: %zu file%s", path_join(e->cli->arena, e->folder, "media"),
               e->t->media.n, e->t->media.n == 1 ? "" : "s");
    if (written < e->t->media.n)
        buf_printf(&e->told, ", %zu of them new", written);
    buf_char(&e->told, '\n');
}

static bool needs_media(const struct args *args)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats[i].media && args_has(args, formats[i].flag))
            return true;
    return false;
}

// The media come first: no timeline is there before what it names.
static bool write_all(struct exporting *e, const struct args *args, const char *project,
                      struct err *err)
{
    bool media = needs_media(args);
    size_t written = 0;

    if (!file_make_dirs(e->folder, err) ||
        (media && !reel_hand_out(e->t, project, e->folder, args_has(args, "copy"), &written, err)))
        return false;
    for (size_t i = 0; i < N_FORMATS; i++)
        if (args_has(args, formats[i].flag) && !write_format(e, &formats[i], err))
            return false;
    if (media)
        tell_media(e, written);
    return true;
}

static int export_film(const struct cli *cli, const struct args *args, const struct planned *p,
                       const char *folder)
{
    struct err err = {0};
    struct timeline *t = turnover_new(p->film.graph, p->plan, cli->module_dir,
                                      args_get(args, "deliverable", NULL), &err);
    struct exporting e = {.cli = cli, .t = t, .folder = folder};
    int code;

    if (t && write_all(&e, args, p->film.graph->project, &err))
        code = say_out(&e.told);
    else
        code = say_error(cli, &err);
    buf_release(&e.told);
    timeline_free(t);
    return code;
}

static bool names_format(const struct args *args)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (args_has(args, formats[i].flag))
            return true;
    return false;
}

static int run(const struct cli *cli, const struct args *args)
{
    static const char *const usage = "`c41 export FILM --otio DIR`";
    struct planned p = {0};
    size_t n;
    const char **words = compiled_films(cli, args, &n);
    int code;

    if (!names_format(args))
        return say_usage(cli, usage,
                         "which format? --otio, --fcpxml, --edl, --srt, --vtt, --markers");
    if (n == 1)
        return say_usage(cli, usage, "into which folder?");
    code = planned_open(&p, cli, args, 2, NULL, NULL) ? export_film(cli, args, &p, words[1])
                                                      : p.film.code;
    planned_close(&p);
    return code;
}

static const struct option options[] = {
    {"otio", 0, NULL, "OpenTimelineIO: DaVinci Resolve, Premiere and others"},
    {"fcpxml", 0, NULL, "Final Cut Pro XML: Final Cut, DaVinci Resolve"},
    {"edl", 0, NULL, "CMX 3600: the picture alone, for programs of any age"},
    {"srt", 0, NULL, "subtitles, SubRip"},
    {"vtt", 0, NULL, "subtitles, WebVTT"},
    {"markers", 0, NULL, "chapters and remarks, as markers for Resolve and as a table"},
    {"deliverable", 0, "NAME", "the deliverable to turn over; else the first of the whole film"},
    {"copy", 0, NULL, "copy large media too, in the place of linking them"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_export = {
    .name = "export",
    .usage = "FILM FORMAT… DIR",
    .about = "a timeline for an editing program, with its media",
    .more =
        "The film must be built as it stands. DIR gets the timeline, and DIR/media what it is cut\n"
        "from: clips with their handles, kept takes, stems and music. Several formats may be "
        "given;\n"
        "files of an earlier export are replaced, media that is there stays.\n",
    .examples = "  c41 export film.yaml --otio turnover           for Resolve or Premiere\n"
                "  c41 export film.yaml --fcpxml --srt turnover   for Final Cut\n"
                "  c41 export film.yaml --otio --copy /mnt/disk/turnover\n",
    .options = options,
    .run = run,
};
