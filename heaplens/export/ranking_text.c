// SPDX-License-Identifier: MIT
#include "export/ranking_text.h"

uint64_t heaplens__ranking_whole(const heaplens_process *process, heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return process->facts.bytes_peak;
    case HEAPLENS_METRIC_TOTAL: return process->facts.bytes_total;
    case HEAPLENS_METRIC_BLOCKS: return process->facts.blocks_total;
    case HEAPLENS_METRIC_LEAKED: return process->facts.bytes_end;
    case HEAPLENS_METRIC_TEMPORARY: return process->facts.blocks_total;
    case HEAPLENS_METRIC_LIFETIME: return 0;
    }
    return 0;
}

const char *heaplens__ranking_title(heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return "Live at the peak";
    case HEAPLENS_METRIC_TOTAL: return "Most bytes allocated";
    case HEAPLENS_METRIC_BLOCKS: return "Most blocks allocated";
    case HEAPLENS_METRIC_LEAKED: return "Never freed";
    case HEAPLENS_METRIC_TEMPORARY:
        return "Temporary blocks, freed before the thread's next allocation";
    case HEAPLENS_METRIC_LIFETIME: return "Longest mean lifetime";
    }
    return "";
}
