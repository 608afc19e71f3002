// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FINDING_TEXT_H
#define HEAPLENS_EXPORT_FINDING_TEXT_H

#include "profile/findings.h"

/** A finding in plain words, with its evidence. */
typedef struct heaplens_finding_words {
    char text[640];  // a sentence without a full stop
} heaplens_finding_words;

/** The word for a kind of finding, for machines: "overflow", "peak", "growth", "churn", ... */
const char *heaplens_finding_name(heaplens_finding_kind kind);

/** Put a finding into words. Names of functions are as they are in the program, also unsafe ones. */
heaplens_finding_words heaplens_finding_explain(const heaplens_session *session,
                                                const heaplens_process *process,
                                                const heaplens_finding *finding);

#endif
