// SPDX-License-Identifier: MIT
// Films of a few grey frames: what is copied, where sound lies, how loud it is.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "runtime/media/input.h"
#include "runtime/media/loudness.h"
#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "tests/unit/grey.h"
#include "tests/unit/job.h"

static const struct rate film = {24, 1};

// Decodes the film's picture: the frames must come one by one, each the one it should be.
static void check_picture(struct job *j, const char *path, int64_t frames, struct rate rate)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    struct input in;
    AVStream *stream;
    AVCodecContext *decoder;
    int64_t seen = 0;
    int code = 0;

    assert_true(input_open(&in, path, &j->err));
    stream = input_stream(&in, AVMEDIA_TYPE_VIDEO);
    decoder = input_decoder(&in, stream, &j->err);
    assert_non_null(decoder);
    while (code != AVERROR_EOF) {
        code = avcodec_receive_frame(decoder, frame);
        if (code == AVERROR(EAGAIN)) {
            code = av_read_frame(in.format, packet);
            if (code >= 0 && packet->stream_index == stream->index)
                code = avcodec_send_packet(decoder, packet);
            else if (code < 0)
                avcodec_send_packet(decoder, NULL);
            av_packet_unref(packet);
            code = 0;
        } else if (code >= 0) {
            AVRational unit = {rate.den, rate.num};

            assert_int_equal(av_rescale_q(frame->pts, stream->time_base, unit), seen);
            assert_in_range(frame->data[0][frame->linesize[0] * 3 + 8], grey_of(seen) - 2,
                            grey_of(seen) + 2);
            av_frame_unref(frame);
            seen++;
        }
    }
    assert_int_equal(seen, frames);
    avcodec_free_context(&decoder);
    input_close(&in);
    av_frame_free(&frame);
    av_packet_free(&packet);
}

struct join_case {
    const char *settings; // of the encoder
    struct rate rate;
    int frames[6]; // of the pieces; ends with 0
};

static const struct join_case joins[] = {
    {"{\"codec\":\"h264\",\"preset\":\"ultrafast\",\"crf\":20}", {24, 1}, {12, 1, 5, 2, 24}},
    {"{\"codec\":\"h264\",\"preset\":\"medium\",\"crf\":20}", {30000, 1001}, {1, 1, 12, 3}},
    {"{\"codec\":\"h264\",\"preset\":\"medium\",\"crf\":20}", {25, 1}, {30}},
};

static void pieces_join(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(joins) / sizeof(*joins); i++) {
        const struct join_case *c = &joins[i];
        struct buf pieces = {0}, params = {0};
        int64_t frames = 0;

        for (size_t k = 0; c->frames[k]; k++) {
            char name[20];

            snprintf(name, sizeof(name), "%zu.mp4", k);
            job_input(&j, "cut", grey_cut(&j, name, frames, c->frames[k], c->settings, c->rate));
            buf_printf(&pieces, "%s{'cut':%zu,'frames':%d}", k ? "," : "", k, c->frames[k]);
            frames += c->frames[k];
        }
        buf_printf(&params,
                   "{'fps':'%d/%d','pieces':[%s],'shots':[{'scene':'a','title':'A','frames':%d}]}",
                   c->rate.num, c->rate.den, buf_text(&pieces), (int)frames);
        job_output(&j, "film", job_path(&j, "film.mp4"));
        if (!job_run(&j, conform_run, buf_text(&params)))
            fail_msg("%s", j.err.text);
        assert_string_equal(j.notes, "");
        check_picture(&j, job_path(&j, "film.mp4"), frames, c->rate);
        buf_release(&pieces);
        buf_release(&params);
    }
    job_release(&j);
}

static const char *click(struct job *j)
{
    struct pcm p;

    pcm_init(&p, 2, 9600);
    for (size_t i = 0; i < 48; i++) // a millisecond that an encoder keeps
        p.at[2 * i] = p.at[2 * i + 1] = i % 2 ? -0.4f : 0.4f;
    assert_true(pcm_write(&p, job_path(j, "click.wav"), PCM_FLOAT, &j->err));
    pcm_release(&p);
    return job_path(j, "click.wav");
}

static size_t onset(const struct pcm *p, size_t from, size_t to)
{
    float peak = 0;

    for (size_t i = from; i < to; i++)
        peak = fmaxf(peak, fabsf(p->at[2 * i]));
    while (from < to && fabsf(p->at[2 * from]) < peak * 0.4f)
        from++;
    return from;
}

// Three shots of a second, a click on each first sample, the second's stem with a lead of its own.
static void clicks_fall_on_cuts(void **state)
{
    static const struct rate rate = {24000, 1001};
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    for (int i = 0; i < 3; i++) {
        char name[20];

        snprintf(name, sizeof(name), "%d.mp4", i);
        job_input(&j, "cut", grey_cut(&j, name, i * 24, 24, joins[0].settings, rate));
        job_input(&j, "dialogue", click(&j));
    }
    job_output(&j, "film", job_path(&j, "film.mp4"));
    if (!job_run(
            &j, conform_run,
            "{'fps':'24000/1001','pieces':[{'cut':0,'frames':24},{'cut':1,'frames':24},"
            "{'cut':2,'frames':24}],'shots':[{'scene':'a','frames':24,'dialogue':0},"
            "{'scene':'a','frames':24,'dialogue':1,'lead':0.25},"
            "{'scene':'b','frames':24,'dialogue':2}],'audio':{'codec':'aac','bitrate':192000}}"))
        fail_msg("%s", j.err.text);
    assert_true(pcm_read(&p, job_path(&j, "film.mp4"), 2, &j.err));
    assert_in_range(onset(&p, 0, 24000), 0, 48);
    assert_in_range(onset(&p, 24000, 72000), 48048 - 12000 - 48, 48048 - 12000 + 48);
    assert_in_range(onset(&p, 72000, 120000), 2 * 48048 - 48, 2 * 48048 + 48);
    pcm_release(&p);
    job_release(&j);
}

// Low noise, for an encoder keeps little of the highs of white noise.
static const char *noise(struct job *j, const char *name, double seconds, float level)
{
    unsigned state = 12345;
    float smooth = 0;
    struct pcm p;

    pcm_init(&p, 2, (size_t)pcm_sample(seconds));
    for (size_t i = 0; i < p.frames * 2; i++) {
        state = state * 1664525u + 1013904223u;
        smooth += 0.03f * ((float)(state >> 8) / (1 << 23) - 1 - smooth);
        p.at[i] = level * smooth * (i / 9600 % 3 ? 1 : 0.1f);
    }
    assert_true(pcm_write(&p, job_path(j, name), PCM_FLOAT, &j->err));
    pcm_release(&p);
    return job_path(j, name);
}

struct loudness_case {
    double lufs, dbtp;
    float level; // of what comes in
    const char *audio;
};

static const struct loudness_case loudnesses[] = {
    {-14, -1, 0.1f, "{'codec':'aac','bitrate':256000}"},
    {-14, -3, 3, "{'codec':'aac','bitrate':192000}"},
    {-23, -1, 4, "{'codec':'pcm_s24le'}"},
    {-16, -6, 0.3f, "{'codec':'pcm_s24le'}"},
};

static void films_are_as_loud_as_asked(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(loudnesses) / sizeof(*loudnesses); i++) {
        const struct loudness_case *c = &loudnesses[i];
        bool mov = strstr(c->audio, "pcm") != NULL;
        const char *path = job_path(&j, mov ? "film.mov" : "film.mp4");
        struct meter *meter = meter_new(2, PCM_RATE);
        struct buf params = {0};
        struct pcm p;

        job_input(&j, "cut", grey_cut(&j, "a.mp4", 0, 96, joins[0].settings, film));
        job_input(&j, "effects", noise(&j, "noise.wav", 4, c->level));
        job_output(&j, "film", path);
        buf_printf(
            &params,
            "{'fps':'24/1','pieces':[{'cut':0,'frames':96}],'shots':[{'scene':'a','frames':96,"
            "'effects':0}],'audio':%s,'container':{'format':'%s'},'loudness':%f,"
            "'true-peak':%f}",
            c->audio, mov ? "mov" : "mp4", c->lufs, c->dbtp);
        if (!job_run(&j, conform_run, buf_text(&params)))
            fail_msg("%s", j.err.text);
        assert_true(pcm_read(&p, path, 2, &j.err));
        meter_add(meter, p.at, p.frames);
        assert_float_equal((float)meter_lufs(meter), (float)c->lufs, 0.3);
        assert_true(meter_true_peak(meter) <= c->dbtp + 0.1);
        meter_free(meter);
        pcm_release(&p);
        buf_release(&params);
    }
    job_release(&j);
}

// While somebody speaks the bed is 6 dB lower, and it is back half a second later.
static void beds_step_back(void **state)
{
    struct job j;
    struct pcm p;
    double before = 0, during = 0, after = 0;

    (void)state;
    job_init(&j);
    job_input(&j, "cut", grey_cut(&j, "a.mp4", 0, 192, joins[0].settings, film));
    job_input(&j, "bed", noise(&j, "bed.wav", 3, 0.5f));
    job_output(&j, "film", job_path(&j, "film.mov"));
    if (!job_run(
            &j, conform_run,
            "{'fps':'24/1','pieces':[{'cut':0,'frames':192}],'shots':[{'scene':'a','frames':192}],"
            "'beds':[{'bed':0,'from':0,'to':0}],'lines':[{'shot':0,'who':'a','text':'b',"
            "'start':3,'seconds':2}],'audio':{'codec':'pcm_s24le'},'container':{'format':'mov'}}"))
        fail_msg("%s", j.err.text);
    assert_true(pcm_read(&p, job_path(&j, "film.mov"), 2, &j.err));
    assert_int_equal(p.frames, 8 * PCM_RATE);
    for (size_t i = 0; i < PCM_RATE * 12 / 10; i++) { // whole rounds of the noise's own rhythm
        before += pow((double)p.at[2 * (PCM_RATE * 12 / 10 + i)], 2);
        during += pow((double)p.at[2 * (PCM_RATE * 36 / 10 + i)], 2);
        after += pow((double)p.at[2 * (PCM_RATE * 60 / 10 + i)], 2);
    }
    assert_float_equal((float)(10 * log10(during / before)), -6, 1);
    assert_float_equal((float)(10 * log10(after / before)), 0, 1);
    assert_true(fabsf(p.at[0]) < 0.01f && fabsf(p.at[p.frames * 2 - 1]) < 0.01f);
    pcm_release(&p);
    job_release(&j);
}

struct wrong_case {
    const char *pieces, *shots, *more;
    enum err_kind kind;
    const char *says;
};

static const struct wrong_case wrongs[] = {
    {"{'cut':0,'frames':10}", "{'scene':'a','frames':11}", "", ERR_BUG, "10 frames, its shots 11"},
    {"{'cut':0,'frames':11}", "{'scene':'a','frames':11}", "", ERR_BUG, "has 10 frames"},
    {"{'cut':2,'frames':10}", "{'scene':'a','frames':10}", "", ERR_BUG, "names no cut"},
    {"", "", "", ERR_BUG, "no pieces"},
    {"{'cut':0,'frames':10}", "{'scene':'a','frames':10,'dialogue':0}", "", ERR_BUG,
     "no input \"dialogue\""},
    {"{'cut':0,'frames':10}", "{'scene':'a','frames':10}", ",'audio':{'codec':'midi'}", ERR_FILM,
     "no sound codec \"midi\""},
    {"{'cut':0,'frames':10}", "{'scene':'a','frames':10}", ",'container':{'format':'avi'}",
     ERR_FILM, "no container \"avi\""},
    {"{'cut':0,'frames':10}", "{'scene':'a','frames':10}", ",'beds':[{'bed':0,'from':1}]", ERR_BUG,
     "\"bed\""},
};

static void what_does_not_fit_is_told(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
        struct buf params = {0};

        job_input(&j, "cut", grey_cut(&j, "a.mp4", 0, 10, joins[0].settings, film));
        job_input(&j, "cut", grey_cut(&j, "b.mp4", 0, 10, joins[1].settings, film));
        job_output(&j, "film", job_path(&j, "film.mp4"));
        buf_printf(&params, "{'fps':'24/1','pieces':[%s],'shots':[%s]%s}", wrongs[i].pieces,
                   wrongs[i].shots, wrongs[i].more);
        assert_false(job_run(&j, conform_run, buf_text(&params)));
        assert_int_equal(j.err.kind, wrongs[i].kind);
        if (!strstr(j.err.text, wrongs[i].says))
            fail_msg("%s", j.err.text);
        buf_release(&params);
    }
    job_release(&j);
}

// An older encoder's settings, and today's.
static const char *const ages[][2] = {
    {"{\"codec\":\"h264\",\"preset\":\"ultrafast\",\"crf\":20}",
     "{\"codec\":\"h264\",\"preset\":\"medium\",\"crf\":20}"},
    {"{\"codec\":\"hevc\",\"preset\":\"ultrafast\",\"crf\":20}",
     "{\"codec\":\"hevc\",\"preset\":\"medium\",\"crf\":20}"},
};

// Two cuts of an older encoder beside those of today's are encoded again, and their frames stay
// where they are.
static void unequal_headers_are_made_equal(void **state)
{
    static const int frames[] = {10, 7, 10, 5};
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++) {
        struct buf params = {0};
        int first = 0;

        for (int k = 0; k < 4; first += frames[k++]) {
            char name[20];

            snprintf(name, sizeof(name), "%d.mp4", k);
            job_input(&j, "cut", grey_cut(&j, name, first, frames[k], ages[i][k % 2], film));
        }
        job_output(&j, "film", job_path(&j, "film.mp4"));
        buf_printf(&params,
                   "{'fps':'24/1','pixels':[64,64],'encode':%s,'pieces':[{'cut':0,'frames':10},"
                   "{'cut':1,'frames':7},{'cut':2,'frames':10},{'cut':3,'frames':5}],"
                   "'shots':[{'scene':'a','frames':32}]}",
                   ages[i][1]);
        if (!job_run(&j, conform_run, buf_text(&params)))
            fail_msg("%s", j.err.text);
        assert_string_equal(j.notes, "the picture at 0.71 s has other headers than today's encoder "
                                     "makes: its cut is encoded again");
        check_picture(&j, job_path(&j, "film.mp4"), 32, film);
        buf_release(&params);
    }
    job_release(&j);
}

// Footage that the encoder made, though at another quality: its cut is the same file.
static void footage_is_passed_through(void **state)
{
    struct job j;
    struct buf from = {0}, to = {0};

    (void)state;
    job_init(&j);
    job_input(&j, "picture", grey_cut(&j, "a.mp4", 0, 24, ages[0][1], film));
    job_output(&j, "cut", job_path(&j, "cut.mp4"));
    if (!job_run(&j, cut_run,
                 "{'fps':'24/1','pixels':[64,64],'from':'footage','in':0,'handles':0,'frames':24,"
                 "'encode':{'codec':'h264','preset':'medium','crf':30}}"))
        fail_msg("%s", j.err.text);
    assert_true(file_read(job_path(&j, "a.mp4"), &from, 1000000, &j.err));
    assert_true(file_read(job_path(&j, "cut.mp4"), &to, 1000000, &j.err));
    assert_int_equal(from.len, to.len);
    assert_memory_equal(from.ptr, to.ptr, from.len);
    buf_release(&from);
    buf_release(&to);
    job_release(&j);
}

// The outer boxes of an MP4 in order, as "ftyp moov free mdat ".
static void read_boxes(struct job *j, const char *path, struct buf *names)
{
    struct buf bytes = {0};

    assert_true(file_read(path, &bytes, 100000000, &j->err));
    for (size_t at = 0; at + 8 <= bytes.len;) {
        const uint8_t *box = (const uint8_t *)bytes.ptr + at;
        uint32_t size =
            (uint32_t)box[0] << 24 | (uint32_t)box[1] << 16 | (uint32_t)box[2] << 8 | box[3];

        assert_true(size >= 8);
        buf_printf(names, "%.4s ", (const char *)box + 4);
        at += size;
    }
    buf_release(&bytes);
}

struct index_case {
    const char *container, *audio;
    int shots, frames; // of each
};

static const struct index_case indices[] = {
    {"mp4", "{'codec':'aac','bitrate':96000}", 1, 1},
    {"mp4", "{'codec':'aac','bitrate':96000}", 300, 5},
    {"mov", "{'codec':'pcm_s24le'}", 300, 5},
    {"mp4", "{'codec':'opus','bitrate':64000}", 200, 4},
    {"mp4", "{'codec':'flac'}", 100, 12},
};

// However many shots, chapters and subtitles there are: a player can begin with the first bytes.
static void the_index_stands_first(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(indices) / sizeof(*indices); i++) {
        const struct index_case *c = &indices[i];
        struct buf pieces = {0}, shots = {0}, lines = {0}, params = {0}, names = {0};
        const char *path = job_path(&j, "film.mp4"), *more = "";

        for (int k = 0; k < c->shots; k++, more = ",") {
            buf_printf(&pieces, "%s{'cut':0,'frames':%d}", more, c->frames);
            buf_printf(&shots, "%s{'scene':'%d','title':'A scene of some length %d','frames':%d}",
                       more, k, k, c->frames);
            buf_printf(&lines, "%s{'shot':%d,'who':'Mara','text':'%d','start':0,'seconds':0.05}",
                       more, k, k);
        }
        job_input(&j, "cut", grey_cut(&j, "a.mp4", 0, c->frames, joins[0].settings, film));
        job_output(&j, "film", path);
        buf_printf(&params,
                   "{'fps':'24/"
                   "1','title':'Boxes','subtitles':'embed','container':{'format':'%s'},'audio':%s,"
                   "'pieces':[%s],'shots':[%s],'lines':[%s]}",
                   c->container, c->audio, buf_text(&pieces), buf_text(&shots), buf_text(&lines));
        if (!job_run(&j, conform_run, buf_text(&params)))
            fail_msg("%s", j.err.text);
        read_boxes(&j, path, &names);
        assert_int_equal(strncmp(buf_text(&names), "ftyp moov free ", 15), 0);
        buf_release(&pieces);
        buf_release(&shots);
        buf_release(&lines);
        buf_release(&params);
        buf_release(&names);
    }
    job_release(&j);
}

static void chapters_titles_and_subtitles(void **state)
{
    struct job j;
    struct input in;
    struct buf srt = {0};

    (void)state;
    job_init(&j);
    for (int i = 0; i < 3; i++) {
        char name[20];

        snprintf(name, sizeof(name), "%d.mp4", i);
        job_input(&j, "cut", grey_cut(&j, name, i * 24, 24, joins[0].settings, film));
    }
    job_output(&j, "film", job_path(&j, "film.mp4"));
    job_output(&j, "srt", job_path(&j, "film.srt"));
    if (!job_run(&j, conform_run,
                 "{'fps':'24/1','title':'The Keeper','language':'English','draft':true,'pieces':["
                 "{'cut':0,'frames':24},{'cut':1,'frames':24},{'cut':2,'frames':24}],'shots':["
                 "{'scene':'a','title':'LAMP ROOM','frames':24},{'scene':'a','frames':24},"
                 "{'scene':'b','title':'SEA','frames':24}],'lines':[{'shot':2,'who':'Mara',"
                 "'text':'Yes.','start':0.2,'seconds':0.7}]}"))
        fail_msg("%s", j.err.text);
    assert_true(input_open(&in, job_path(&j, "film.mp4"), &j.err));
    assert_int_equal(in.format->nb_chapters, 2);
    assert_string_equal(av_dict_get(in.format->chapters[1]->metadata, "title", NULL, 0)->value,
                        "SEA");
    assert_int_equal(av_rescale_q(in.format->chapters[1]->start, in.format->chapters[1]->time_base,
                                  (AVRational){1, 48000}),
                     96000);
    assert_string_equal(av_dict_get(in.format->metadata, "title", NULL, 0)->value, "The Keeper");
    assert_non_null(strstr(av_dict_get(in.format->metadata, "comment", NULL, 0)->value, "draft"));
    assert_string_equal(
        av_dict_get(input_stream(&in, AVMEDIA_TYPE_AUDIO)->metadata, "language", NULL, 0)->value,
        "eng");
    assert_int_equal(in.format->duration, 3 * AV_TIME_BASE);
    input_close(&in);
    assert_true(file_read(job_path(&j, "film.srt"), &srt, 1000, &j.err));
    assert_string_equal(buf_text(&srt), "1\n00:00:02,200 --> 00:00:03,000\nYes.\n\n");
    buf_release(&srt);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_join),
        cmocka_unit_test(clicks_fall_on_cuts),
        cmocka_unit_test(films_are_as_loud_as_asked),
        cmocka_unit_test(beds_step_back),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(unequal_headers_are_made_equal),
        cmocka_unit_test(footage_is_passed_through),
        cmocka_unit_test(the_index_stands_first),
        cmocka_unit_test(chapters_titles_and_subtitles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
