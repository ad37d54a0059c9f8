// SPDX-License-Identifier: MIT
#include "runtime/media/qc_limits.h"

#include <math.h>

#include "runtime/media/findings.h"
#include "runtime/media/media.h"

static const double peak_slack_db = 0.1; // by which two meters differ
static const double length_slack_seconds = 0.05;

void qc_check_loudness(const struct media_qc *asked, double lufs, double true_peak_db,
                       double slack_lu, struct findings *findings)
{
    if (fabs(lufs - asked->lufs) > slack_lu)
        findings_add(findings, "loudness", SEVERITY_ERROR, "%.1f LUFS, where %.1f are asked for",
                     lufs, asked->lufs);
    if (true_peak_db > asked->true_peak_db + peak_slack_db)
        findings_add(findings, "true-peak", SEVERITY_ERROR,
                     "the true peak is %.1f dBTP, above %.1f", true_peak_db, asked->true_peak_db);
}

void qc_check_size(const struct media_qc *asked, long long bytes, double seconds,
                   struct findings *findings)
{
    if (asked->most_bytes && bytes > asked->most_bytes)
        findings_add(findings, "bytes", SEVERITY_ERROR, "%lld bytes, which is more than %lld",
                     bytes, asked->most_bytes);
    if (asked->most_seconds > 0 && seconds > asked->most_seconds + length_slack_seconds)
        findings_add(findings, "seconds", SEVERITY_ERROR, "%.1f s, which is more than %g", seconds,
                     asked->most_seconds);
}
