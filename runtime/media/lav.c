// SPDX-License-Identifier: MIT
#include "runtime/media/lav.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>

#include "base/err.h"

const char lav_versions[] =
    "libavcodec " AV_STRINGIFY(LIBAVCODEC_VERSION) ", libavformat " AV_STRINGIFY(
        LIBAVFORMAT_VERSION) ", libswscale " AV_STRINGIFY(LIBSWSCALE_VERSION);

static void say_nothing(void *from, int level, const char *format, va_list args)
{
    (void)from;
    (void)level;
    (void)format;
    (void)args;
}

static void shut_log(void)
{
    av_log_set_callback(say_nothing);
}

// libav's log is one per process, and so is this switch.
void lav_quiet(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, shut_log);
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
