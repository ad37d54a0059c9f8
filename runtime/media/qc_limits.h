// SPDX-License-Identifier: MIT
// What a deliverable is held against: its loudness and peak, its size and its length.
#pragma once

struct findings;
struct media_qc;

// slack_lu: by how much the loudness may miss what is asked for.
void qc_check_loudness(const struct media_qc *asked, double lufs, double true_peak_db,
                       double slack_lu, struct findings *findings);
void qc_check_size(const struct media_qc *asked, long long bytes, double seconds,
                   struct findings *findings);
