// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/services/speech/body.h"
#include "runtime/services/speech/order.h"
#include "runtime/services/speech/reach.h"
#include "tests/unit/scratch.h"

enum { MOST_BYTES = 1 << 20, MOST_WORDS = 2000 };

// What a test is made in.
struct fixture {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct studio_service told; // reads the folder as /srv/voices
    struct buf notes;
};

// What a step asks of a dialect, and the request that it comes to. JSON is written with ' for ".
struct body_case {
    const char *dialect;
    const char *preset; // its request
    const char *params;
    const char *clone, *emotion; // recordings, or NULL
    const char *recorded; // the case of speech-requests.json that is expected; NULL: this is:
    const char *expected; // {"route", "body" or "multipart"}, "@NAME" being a file
    const char *note;     // "" for none
};

#define QWEN                                                                                       \
    "{'models':{'named':'mlx-community/Qwen3-TTS-12Hz-1.7B-CustomVoice-bf16',"                     \
    "'clone':'mlx-community/Qwen3-TTS-12Hz-1.7B-Base-bf16',"                                       \
    "'design':'mlx-community/Qwen3-TTS-12Hz-1.7B-VoiceDesign-bf16'},'voice':'Ryan',"               \
    "'voices':['Vivian','Serena','Ryan']}"
#define INDEX      "{'models':{'clone':'IndexTTS-2'}}"
#define CHATTERBOX "{'models':{'named':'chatterbox','clone':'chatterbox'}}"
#define TEXT       "'text':'Don\\u0027t wait for me.','who':'ann'"
#define MARA       "'voice':{'text':'I told you once already.'}"

static const struct body_case cases[] = {
    // As they were recorded.
    {.dialect = "openai",
     .preset = "{'models':{'named':'gpt-4o-mini-tts'}}",
     .params = "{" TEXT ",'voice':{'name':'coral'},'direction':'Quiet, exhausted, almost a "
               "whisper.','language':'en'}",
     .recorded = "openai"},
    {.dialect = "mlx-audio",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Serena'},'direction':'Quiet, exhausted, almost a "
               "whisper.','language':'English'}",
     .recorded = "mlx-audio custom voice"},
    {.dialect = "mlx-audio",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'design':'A woman of sixty, low smoky voice, unhurried.'}}",
     .recorded = "mlx-audio voice design"},
    {.dialect = "mlx-audio",
     .preset = QWEN,
     .params = "{" TEXT "," MARA "}",
     .clone = "mara.wav",
     .recorded = "mlx-audio clone"},
    {.dialect = "vllm-omni",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Vivian'},'direction':'Quiet, "
               "exhausted.','language':'English'}",
     .recorded = "vllm-omni custom voice"},
    {.dialect = "vllm-omni",
     .preset = QWEN,
     .params = "{" TEXT "," MARA "}",
     .clone = "mara.wav",
     .recorded = "vllm-omni clone"},
    {.dialect = "qwen3-tts-openai-fastapi",
     .preset = QWEN,
     .params = "{" TEXT "," MARA ",'language':'English'}",
     .clone = "mara.wav",
     .recorded = "qwen3-tts-openai-fastapi clone"},
    {.dialect = "qwen3_tts_api",
     .preset = QWEN,
     .params = "{" TEXT "," MARA ",'language':'English'}",
     .clone = "mara.wav",
     .recorded = "qwen3_tts_api clone"},
    {.dialect = "index-tts-vllm",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion':{'sad':0.5,'melancholic':0.2,'calm':0.1},'seed':7}",
     .clone = "mara.wav",
     .recorded = "index-tts-vllm v2, vector"},
    {.dialect = "index-tts-vllm",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion-weight':0.7}",
     .clone = "mara.wav",
     .emotion = "emo-sob.wav",
     .recorded = "index-tts-vllm v2, emotion audio"},
    {.dialect = "index-tts-vllm",
     .preset = INDEX,
     .params = "{" TEXT ",'direction':'resigned, holding back tears'}",
     .clone = "mara.wav",
     .recorded = "index-tts-vllm v2, text"},
    {.dialect = "chatterbox-server",
     .preset = CHATTERBOX,
     .params = "{" TEXT ",'seed':41,'temperature':0.8,'exaggeration':0.4,'cfg_weight':0.5}",
     .clone = "mara.wav",
     .recorded = "chatterbox server"},

    // By the tables of the same facts.
    {.dialect = "vllm-omni",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'design':'A woman of sixty.'},'direction':'Quiet.'}",
     .expected = "{'route':'POST /v1/audio/speech','body':{'input':'Don\\u0027t wait for "
                 "me.','task_type':'VoiceDesign','instructions':'A woman of sixty. "
                 "Quiet.','response_format':'wav'}}"},
    {.dialect = "vllm-omni",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{},'language':'German','speed':1.25}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /v1/audio/speech','body':{'input':'Don\\u0027t wait for "
                 "me.','task_type':'Base','ref_audio':'data:audio/wav;base64,UklGRg==',"
                 "'x_vector_only_mode':true,'language':'German','speed':1.25,"
                 "'response_format':'wav'}}"},
    {.dialect = "qwen3-tts-openai-fastapi",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Vivian'},'direction':'Quiet.','language':'English',"
               "'speed':0.9}",
     .expected =
         "{'route':'POST /v1/audio/speech','body':{'model':'qwen3-tts','input':'Don\\u0027t "
         "wait for me.','voice':'Vivian','instruct':'Quiet.','language':'English',"
         "'speed':0.9,'response_format':'wav'}}"},
    {.dialect = "qwen3-tts-openai-fastapi",
     .preset = QWEN,
     .params = "{" TEXT ",'language':'English'}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /v1/audio/voice-clone','body':{'input':'Don\\u0027t wait for "
                 "me.','ref_audio':'UklGRg==','x_vector_only_mode':true,'language':'English',"
                 "'response_format':'wav','speed':1.0}}"},
    {.dialect = "qwen3_tts_api",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Vivian'},'direction':'Quiet.','language':'English'}",
     .expected =
         "{'route':'POST /v1/audio/speech','body':{'model':'qwen3-tts','input':'Don\\u0027t "
         "wait for me.','voice':'Vivian','instructions':'Quiet.','language':'English',"
         "'response_format':'wav'}}"},
    {.dialect = "qwen3_tts_api",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Coral'}}",
     .expected =
         "{'route':'POST /v1/audio/speech','body':{'model':'qwen3-tts','input':'Don\\u0027t "
         "wait for me.','voice':'coral','response_format':'wav'}}"},
    {.dialect = "faster-qwen3-tts",
     .preset = QWEN,
     .params = "{" TEXT ",'voice':{'name':'Ryan'},'direction':'Quiet.','language':'English'}",
     .expected = "{'route':'POST /v1/audio/speech','body':{'input':'Don\\u0027t wait for "
                 "me.','voice':'Ryan','response_format':'wav'}}",
     .note = "faster-qwen3-tts takes no direction in words: \"Quiet.\" is left out\n"},
    {.dialect = "faster-qwen3-tts",
     .preset = QWEN,
     .params = "{" TEXT "," MARA ",'speed':2}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /v1/audio/speech','body':{'input':'Don\\u0027t wait for "
                 "me.','voice':'ID','response_format':'wav'}}",
     .note = "faster-qwen3-tts takes no speed: 2 is left out\n"},
    {.dialect = "index-tts-vllm",
     .preset = INDEX,
     .params = "{" TEXT ",'interval_silence':200}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /tts_url','body':{'text':'Don\\u0027t wait for "
                 "me.','spk_audio_path':'/srv/voices/mara.wav','emo_control_method':0,"
                 "'interval_silence':200}}"},
    {.dialect = "index-tts-vllm",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion':{'angry':1,'Sad':1},'direction':'sobbing'}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /tts_url','body':{'text':'Don\\u0027t wait for "
                 "me.','spk_audio_path':'/srv/voices/mara.wav','emo_control_method':2,"
                 "'emo_vec':[0,0.4,0.4,0,0,0,0,0],'emo_random':false,"
                 "'max_text_tokens_per_sentence':120}}",
     .note = "the emotion says how it is spoken: the direction \"sobbing\" is left out\n"},
    {.dialect = "index-tts-vllm",
     .preset = "{'models':{'clone':'IndexTTS-2'},'emotion-sum':1.5}",
     .params = "{" TEXT ",'emotion':{'angry':1,'surprised':0.5}}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /tts_url','body':{'text':'Don\\u0027t wait for "
                 "me.','spk_audio_path':'/srv/voices/mara.wav','emo_control_method':2,"
                 "'emo_vec':[0,1,0,0,0,0,0.5,0],'emo_random':false,"
                 "'max_text_tokens_per_sentence':120}}"},
    {.dialect = "index-tts-vllm-v1",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion':{'angry':1},'seed':41}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /tts_url','body':{'text':'Don\\u0027t wait for "
                 "me.','audio_paths':['/srv/voices/mara.wav'],'seed':41}}",
     .note = "index-tts-vllm-v1 takes no emotion from weights: it is left out\n"},
    {.dialect = "index-tts-vllm-v1",
     .preset = INDEX,
     .params = "{" TEXT ",'voice':{'name':'jay'}}",
     .expected = "{'route':'POST /tts','body':{'text':'Don\\u0027t wait for me.',"
                 "'character':'jay'}}"},
    {.dialect = "indextts-openai",
     .preset = INDEX,
     .params = "{" TEXT ",'voice':{'name':'mara'},'emotion':{'calm':0.3},'emotion-weight':0.5,"
               "'sample_rate':24000}",
     .clone = "mara.wav",
     .expected =
         "{'route':'POST /v1/audio/speech','body':{'model':'IndexTTS-2','input':'Don\\u0027t "
         "wait for me.','voice':'mara','emo_control_method':2,"
         "'emo_vec':[0,0,0,0,0,0,0,0.3],'emo_weight':0.5,'emo_random':false,"
         "'sample_rate':24000,'response_format':'wav'}}",
     .note = "indextts-openai makes no voice from a recording; its own voice \"mara\" speaks\n"},
    {.dialect = "indextts-openai",
     .preset = INDEX,
     .params = "{" TEXT ",'voice':{'name':'mara'},'direction':'resigned'}",
     .expected =
         "{'route':'POST /v1/audio/speech','body':{'model':'IndexTTS-2','input':'Don\\u0027t "
         "wait for me.','voice':'mara','emo_control_method':3,'emo_text':'resigned',"
         "'emo_weight':0.6,'response_format':'wav'}}"},
    {.dialect = "indextts-api",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion':{'sad':0.5,'calm':0.1}}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /api/tts','multipart':{'text':'Don\\u0027t wait for "
                 "me.','speaker_audio':'@mara.wav','emotion_mode':'2',"
                 "'emotion_vector':'0,0,0.5,0,0,0,0,0.1'}}"},
    {.dialect = "indextts-api",
     .preset = INDEX,
     .params = "{" TEXT ",'emotion-weight':0.7,'temperature':0.8}",
     .clone = "mara.wav",
     .emotion = "emo-sob.wav",
     .expected = "{'route':'POST /api/tts','multipart':{'text':'Don\\u0027t wait for "
                 "me.','speaker_audio':'@mara.wav','emotion_audio':'@emo-sob.wav',"
                 "'emotion_mode':'1','emotion_weight':'0.7','temperature':'0.8'}}"},
    {.dialect = "indextts-api",
     .preset = INDEX,
     .params = "{" TEXT ",'direction':'resigned'}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /api/tts','multipart':{'text':'Don\\u0027t wait for "
                 "me.','speaker_audio':'@mara.wav','emotion_mode':'3','emotion_text':'resigned',"
                 "'emotion_weight':'0.6'}}"},
    {.dialect = "indextts-api",
     .preset = INDEX,
     .params = "{" TEXT "}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /api/tts','multipart':{'text':'Don\\u0027t wait for "
                 "me.','speaker_audio':'@mara.wav','emotion_mode':'0'}}"},
    {.dialect = "chatterbox-server",
     .preset = CHATTERBOX,
     .params = "{" TEXT ",'voice':{'name':'Abigail.wav'},'language':'en','speed':1.1,'seed':41}",
     .expected = "{'route':'POST /tts','body':{'text':'Don\\u0027t wait for "
                 "me.','voice_mode':'predefined','predefined_voice_id':'Abigail.wav',"
                 "'output_format':'wav','split_text':true,'chunk_size':120,'language':'en',"
                 "'speed_factor':1.1,'seed':41}}"},
    {.dialect = "chatterbox-api",
     .preset = CHATTERBOX,
     .params = "{" TEXT ",'voice':{'name':'mara'},'exaggeration':0.4,'cfg_weight':0.5,"
               "'temperature':0.8,'direction':'Quiet.'}",
     .expected = "{'route':'POST /v1/audio/speech','body':{'input':'Don\\u0027t wait for "
                 "me.','voice':'mara','exaggeration':0.4,'cfg_weight':0.5,'temperature':0.8}}",
     .note = "chatterbox-api takes no direction in words: \"Quiet.\" is left out\n"},
    {.dialect = "chatterbox-api",
     .preset = CHATTERBOX,
     .params = "{" TEXT ",'exaggeration':0.4,'direction':'Quiet.'}",
     .clone = "mara.wav",
     .expected = "{'route':'POST /v1/audio/speech/upload','multipart':{'input':'Don\\u0027t wait "
                 "for me.','voice_file':'@mara.wav','exaggeration':'0.4'}}",
     .note = "chatterbox-api takes no direction for a cloned voice: \"Quiet.\" is left out\n"},
};

static json_t *parse(const char *text)
{
    char double_quoted[MOST_WORDS];
    struct err err = {0};
    json_t *json;
    size_t len = strlen(text);

    assert_true(len < sizeof(double_quoted));
    for (size_t i = 0; i <= len; i++)
        double_quoted[i] = text[i] == '\'' ? '"' : text[i];
    json = json_read_loose(str_of(double_quoted), &err);
    if (!json)
        fail_msg("%s: %s", err.text, text);
    return json;
}

static void put_file(const struct fixture *f, const char *name)
{
    struct err err;

    assert_true(file_put(path_join(f->arena, f->folder, name), "RIFF", 4, &err));
}

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.arena = arena_new()};
    scratch_make(f->folder);
    put_file(f, "mara.wav");
    put_file(f, "emo-sob.wav");
    f->told = (struct studio_service){
        .name = "voices",
        .url = "http://far.local:8000",
        .options = json_pack("{s:{s:s}}", "paths", f->folder, "/srv/voices"),
    };
}

static void tear_down(struct fixture *f)
{
    scratch_remove(f->folder);
    json_decref(f->told.options);
    buf_release(&f->notes);
    arena_free(f->arena);
}

static struct speech_recording *record(struct fixture *f, const char *name, const char *said)
{
    return name ? speech_recording_new(f->arena, path_join(f->arena, f->folder, name), name, "0a0b",
                                       said)
                : NULL;
}

// An order as a line makes it. params and preset are borrowed by it.
static bool read_order(struct fixture *f, struct speech_order *o, const char *dialect,
                       const json_t *params, const json_t *preset, const char *clone,
                       const char *emotion, struct err *err)
{
    const char *said = json_get_text(json_object_get(params, "voice"), "text", NULL);

    *o = (struct speech_order){
        .dialect = speech_dialect_find(dialect),
        .params = params,
        .preset = preset,
        .arena = f->arena,
        .notes = &f->notes,
        .clone = record(f, clone, said),
        .emotion_audio = record(f, emotion, NULL),
    };
    assert_non_null(o->dialect);
    return speech_order_read(o, err) &&
           (!o->clone || speech_deliver(o->clone, o->dialect, &f->told, f->arena, &o->help, err)) &&
           (!o->emotion_audio ||
            speech_deliver(o->emotion_audio, o->dialect, &f->told, f->arena, &o->help, err)) &&
           (o->way != WAY_NAMED || speech_order_check_voice(o, NULL, err));
}

static json_t *form_of(const struct speech_body *b)
{
    json_t *form = json_object();

    for (size_t i = 0; i < b->n_parts; i++) {
        const struct http_part *p = &b->parts[i];

        json_object_set_new(form, p->name,
                            p->path ? json_sprintf("@%s", p->filename)
                                    : json_stringn(p->bytes.ptr, p->bytes.len));
        if (p->path)
            assert_string_equal(p->type, "audio/wav");
    }
    return form;
}

static json_t *describe(const struct speech_body *b)
{
    json_t *told = json_pack("{s:o}", "route", json_sprintf("POST %s", b->route));

    if (b->json)
        json_object_set(told, "body", b->json);
    else
        json_object_set_new(told, "multipart", form_of(b));
    return told;
}

static json_t *find_recorded(const json_t *requests, const char *name)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(requests, "cases"), i, one)
        if (strcmp(json_get_text(one, "dialect", ""), name) == 0) {
            json_t *copy = json_deep_copy(one);

            json_object_del(copy, "dialect");
            return copy;
        }
    fail_msg("no recorded request of %s", name);
    return NULL;
}

// The name that a server keeps a recording under is ours to choose.
static void name_upload(json_t *expected, const struct speech_order *o)
{
    json_t *body = json_object_get(expected, "body");
    const char *word = o->dialect->words[WORD_CLONE];

    if (o->dialect->delivery == DELIVERY_UPLOAD && o->way == WAY_CLONE)
        json_object_set_new(body, word, json_string(o->clone->there));
}

static void compare(const json_t *got, const json_t *expected)
{
    struct buf a = {0}, b = {0};

    json_canonical(got, &a);
    json_canonical(expected, &b);
    assert_string_equal(buf_text(&a), buf_text(&b));
    buf_release(&a);
    buf_release(&b);
}

static void check(struct fixture *f, const struct body_case *c, const json_t *requests)
{
    json_t *params = parse(c->params),
           *preset = json_pack("{s:s, s:o}", "preset", "p", "request", parse(c->preset));
    json_t *expected = c->recorded ? find_recorded(requests, c->recorded) : parse(c->expected),
           *got;
    struct speech_order o;
    struct speech_body b;
    struct err err = {0};

    buf_clear(&f->notes);
    if (!read_order(f, &o, c->dialect, params, preset, c->clone, c->emotion, &err))
        fail_msg("%s: %s", c->dialect, err.text);
    speech_body_make(&b, &o, o.text, f->arena);
    got = describe(&b);
    name_upload(expected, &o);
    compare(got, expected);
    assert_string_equal(buf_text(&f->notes), c->note ? c->note : "");
    json_decref(b.json);
    json_decref(got);
    json_decref(expected);
    json_decref(params);
    json_decref(preset);
}

static void bodies(void **state)
{
    struct fixture f;
    struct buf text = {0};
    struct err err = {0};
    json_t *requests;

    (void)state;
    set_up(&f);
    assert_true(file_read(UNIT_SOURCE_DIR "/tests/fixtures/services/speech-requests.json", &text,
                          MOST_BYTES, &err));
    requests = json_read_loose(buf_view(&text), &err);
    assert_non_null(requests);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(&f, &cases[i], requests);
    json_decref(requests);
    buf_release(&text);
    tear_down(&f);
}

// Every row of the table is tried, in each way that it has.
static void every_dialect_has_a_case(void **state)
{
    size_t n;
    const struct speech_dialect *all = speech_dialects(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        size_t tried = 0;

        for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++)
            tried += strcmp(cases[k].dialect, all[i].name) == 0;
        for (size_t way = 0; way < N_WAYS; way++)
            tried -= all[i].ways[way].route != NULL;
        assert_in_range(tried, 0, 100);
        assert_ptr_equal(speech_dialect_find(all[i].name), &all[i]);
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
    }
    assert_null(speech_dialect_find("kokoro"));
}

static void uploads(void **state)
{
    struct fixture f;
    struct speech_recording *r, *other;
    struct speech_body b;
    struct err err;
    const char *help = NULL;
    const struct speech_dialect *d = speech_dialect_find("chatterbox-server");
    json_t *got, *expected;

    (void)state;
    set_up(&f);
    r = record(&f, "mara.wav", NULL);
    assert_true(speech_deliver(r, d, &f.told, f.arena, &help, &err));
    speech_body_upload(&b, &d->upload, r, NULL, f.arena);
    got = describe(&b);
    expected = json_pack("{s:s, s:{s:o}}", "route", "POST /upload_reference", "multipart", "files",
                         json_sprintf("@%s.wav", r->id));
    compare(got, expected);
    json_decref(got);
    json_decref(expected);

    d = speech_dialect_find("faster-qwen3-tts");
    assert_true(speech_deliver(r, d, &f.told, f.arena, &help, &err));
    speech_body_upload(&b, &d->upload, r, "I told you.", f.arena);
    got = describe(&b);
    expected = json_pack("{s:s, s:{s:s, s:s, s:s}}", "route", "POST /v1/audio/voices", "multipart",
                         "audio_sample", "@mara.wav", "name", r->id, "ref_text", "I told you.");
    compare(got, expected);
    json_decref(got);
    json_decref(expected);

    other = record(&f, "mara.wav", "other words");
    assert_string_not_equal(r->id, other->id); // the server would say the wrong words
    tear_down(&f);
}

struct refusal {
    const char *dialect, *preset, *params, *clone, *emotion;
    const char *text, *help; // what they hold
};

static const struct refusal refusals[] = {
    {"openai", "{}", "{'text':' '}", NULL, NULL, "nothing to say", NULL},
    {"openai", "{}", "{" TEXT "}", NULL, NULL, "with which voice ann speaks", "a voice"},
    {"openai", "{}", "{" TEXT "}", "mara.wav", NULL, "makes no voice from a recording",
     "chatterbox-api, chatterbox-server"},
    {"openai", "{}", "{" TEXT ",'voice':{'design':'old'}}", NULL, NULL,
     "makes no voice from a description", "mlx-audio, vllm-omni"},
    {"index-tts-vllm", INDEX, "{" TEXT ",'voice':{'name':'x'}}", NULL, NULL,
     "needs a recording of the voice", "clone"},
    {"mlx-audio", CHATTERBOX, "{" TEXT ",'voice':{'design':'old'}}", NULL, NULL,
     "no model that speaks with voices made from a description", "another preset"},
    {"index-tts-vllm", INDEX, "{" TEXT ",'emotion':{'angri':1}}", "mara.wav", NULL,
     "there is no emotion \"angri\"", "did you mean \"angry\"?"},
    {"index-tts-vllm", INDEX, "{" TEXT ",'emotion':{'xyzzyxyzzy':1}}", "mara.wav", NULL,
     "there is no emotion",
     "happy, angry, sad, afraid, disgusted, melancholic, surprised and calm"},
    {"index-tts-vllm", INDEX, "{" TEXT ",'emotion':{'sad':-1}}", "mara.wav", NULL,
     "no number from 0 on", NULL},
    {"index-tts-vllm", INDEX, "{" TEXT ",'emotion':{'sad':1}}", "mara.wav", "emo-sob.wav",
     "from a recording and from weights", "one of the two"},
    {"qwen3_tts_api", QWEN, "{" TEXT ",'voice':{'name':'Serina'}}", NULL, NULL,
     "p has no voice \"Serina\"", "did you mean \"Serena\"?"},
    {"mlx-audio", QWEN, "{" TEXT ",'voice':{'name':'Nobody-at-all'}}", NULL, NULL,
     "no voice \"Nobody-at-all\"", "there are Vivian, Serena and Ryan"},
};

static void refused(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        const struct refusal *r = &refusals[i];
        json_t *params = parse(r->params);
        json_t *preset = json_pack("{s:s, s:o}", "preset", "p", "request", parse(r->preset));
        struct speech_order o;
        struct err err = {0};

        assert_false(read_order(&f, &o, r->dialect, params, preset, r->clone, r->emotion, &err));
        assert_int_equal(err.kind, ERR_FILM);
        if (!strstr(err.text, r->text) || (r->help && (!o.help || !strstr(o.help, r->help))))
            fail_msg("%zu: %s / %s", i, err.text, o.help ? o.help : "no help");
        json_decref(params);
        json_decref(preset);
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(every_dialect_has_a_case),
        cmocka_unit_test(uploads),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
