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
#include "runtime/media/encode.h"
#include "runtime/media/input.h"
#include "runtime/media/loudness.h"
#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "tests/unit/job.h"

enum { SIDE_PX = 64, GREY_STEP = 6, GREY_FIRST = 30, GREYS = 30 };

static const struct rate film = {24, 1};

static int grey_of(int64_t frame)
{
    return GREY_FIRST + (int)(frame % GREYS) * GREY_STEP;
}

// A cut whose frames show, by their grey, which frame of the film they are.
static const char *grey_cut(struct job *j, const char *name, int64_t first, int frames,
                            const char *settings, struct rate rate)
{
    const char *path = job_path(j, name);
    json_t *json = json_loads(settings, 0, NULL);
    struct encoder *e = encoder_open(path, json, SIDE_PX, SIDE_PX, rate, &j->err);
    AVFrame *frame = av_frame_alloc();

    assert_non_null(e);
    for (int i = 0; i < frames; i++) {
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = frame->height = SIDE_PX;
        assert_true(av_frame_get_buffer(frame, 0) >= 0);
        for (int plane = 0; plane < 3; plane++)
            memset(frame->data[plane], plane ? 128 : grey_of(first + i),
                   (size_t)frame->linesize[plane] * (plane ? SIDE_PX / 2 : SIDE_PX));
        assert_true(encoder_add(e, frame, &j->err));
        av_frame_unref(frame);
    }
    assert_true(encoder_finish(e, &j->err));
    encoder_free(e);
    av_frame_free(&frame);
    json_decref(json);
    return path;
}

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
        struct meter *meter = meter_new(2, true);
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
    {"{'cut':0,'frames':10},{'cut':1,'frames':10}", "{'scene':'a','frames':20}", "", ERR_FINAL,
     "piece 1 (b.mp4) cannot be joined"},
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
        cmocka_unit_test(chapters_titles_and_subtitles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
