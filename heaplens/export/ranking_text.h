// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_RANKING_TEXT_H
#define HEAPLENS_EXPORT_RANKING_TEXT_H

#include "profile/query.h"

/** The heading of a ranking of sites by a metric: "Live at the peak". */
const char *heaplens__ranking_title(heaplens_metric metric);

/** What a site's value is a share of: the process's figure; 0 for HEAPLENS_METRIC_LIFETIME. */
uint64_t heaplens__ranking_whole(const heaplens_process *process, heaplens_metric metric);

#endif
