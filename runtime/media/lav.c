// SPDX-License-Identifier: MIT
#include "runtime/media/lav.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "runtime/media/media.h"

enum { LINE_BYTES = 500 };

const char lav_versions[] =
    "libavcodec " AV_STRINGIFY(LIBAVCODEC_VERSION) ", libavformat " AV_STRINGIFY(
        LIBAVFORMAT_VERSION) ", libswscale " AV_STRINGIFY(LIBSWSCALE_VERSION);

// libav gives its callback nothing to tell one job from another by, but calls it on the thread that
// called libav.
static _Thread_local const struct media_job *listener;

static void say(void *from, int level, const char *format, va_list args)
{
    char line[LINE_BYTES];
    int with_prefix = 1;
    size_t n;

    if (level > AV_LOG_WARNING || !listener || !listener->log)
        return;
    av_log_format_line(from, level, format, args, line, sizeof(line), &with_prefix);
    n = strlen(line);
    if (n && line[n - 1] == '\n')
        line[n - 1] = '\0';
    if (line[0])
        listener->log(listener->user, line);
}

// SVT-AV1 has a log of its own, which it sets up by the environment: to be done before threads read
// that, so when the module is loaded.
__attribute__((constructor)) static void shut_log_of_svt(void)
{
    setenv("SVT_LOG", "1", 0);
}

static void take_log(void)
{
    av_log_set_callback(say);
}

// libav's log is one per process, and so is this switch.
void lav_quiet(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, take_log);
}

static pthread_mutex_t *encoders(void)
{
    static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

    return &mu;
}

int lav_open_encoder(AVCodecContext *ctx, const AVCodec *codec, AVDictionary **options)
{
    int code;

    pthread_mutex_lock(encoders());
    code = avcodec_open2(ctx, codec, options);
    pthread_mutex_unlock(encoders());
    return code;
}

void lav_free_encoder(AVCodecContext **ctx)
{
    pthread_mutex_lock(encoders());
    avcodec_free_context(ctx);
    pthread_mutex_unlock(encoders());
}

void lav_listen(const struct media_job *job)
{
    lav_quiet();
    listener = job;
}

bool lav_fail(struct err *err, int code, const char *format, ...)
{
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    char what[ERR_TEXT_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    av_strerror(code, words, sizeof(words));
    return err_set(err, code == AVERROR(ENOSPC) ? ERR_FULL : ERR_FINAL, "%s: %s", what, words);
}
