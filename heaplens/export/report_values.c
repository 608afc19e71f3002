// SPDX-License-Identifier: MIT
// Values in the report for people: in sentences and in columns, with their intervals where the figure
// is an estimate.
#include "export/report_context.h"

#include <stdio.h>

#include "export/figure_text.h"
#include "export/ranking_text.h"
#include "profile/interval.h"

static bool counts_blocks(heaplens_metric metric)
{
    return metric == HEAPLENS_METRIC_BLOCKS || metric == HEAPLENS_METRIC_TEMPORARY;
}

bool heaplens__report_is_estimated(const heaplens_report *r)
{
    return r->process->estimate_count > 0;
}

heaplens_figure heaplens__report_figure(uint64_t value, heaplens_metric metric)
{
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return heaplens__figure_time(value);
    }
    return counts_blocks(metric) ? heaplens__figure_count(value) : heaplens__figure_bytes(value);
}

heaplens_figure heaplens__report_interval(double variance, heaplens_metric metric)
{
    heaplens_figure out = {0};
    // Below a half it is what rounding leaves of draws that came and went.
    const uint64_t half = heaplens_interval(variance);
    if (half > 0) {
        (void)snprintf(out.text, sizeof(out.text), " +- %.34s",
                       heaplens__report_figure(half, metric).text);
    }
    return out;
}

void heaplens__report_put_value(const heaplens_report *r, uint64_t value, double variance,
                                heaplens_metric metric)
{
    const char *const bold = heaplens__report_style(r, HEAPLENS_BOLD);
    const char *const plain = heaplens__report_style(r, HEAPLENS_PLAIN);
    // Of an estimate the last digits say nothing.
    const bool is_exact_count = variance <= 0 && metric != HEAPLENS_METRIC_LIFETIME;
    heaplens__sink_printf(r->sink, "%s%s%s%s%s", bold,
                          is_exact_count ? heaplens__figure_count(value).text
                                         : heaplens__report_figure(value, metric).text,
                          plain, heaplens__report_interval(variance, metric).text,
                          counts_blocks(metric) ? (value == 1 ? " block" : " blocks")
                          : is_exact_count      ? (value == 1 ? " byte" : " bytes")
                                                : "");
    if (metric != HEAPLENS_METRIC_LIFETIME) {
        heaplens__sink_printf(
            r->sink, " (%s)",
            heaplens__figure_share(value, heaplens__ranking_whole(r->process, metric)).text);
    }
}

void heaplens__report_put_columns(const heaplens_report *r, uint64_t value, double variance,
                                  heaplens_metric metric, uint64_t whole)
{
    heaplens__sink_printf(r->sink, "%12s", heaplens__report_figure(value, metric).text);
    if (heaplens__report_is_estimated(r)) {
        heaplens__sink_printf(r->sink, "%-14s", heaplens__report_interval(variance, metric).text);
    }
    if (metric != HEAPLENS_METRIC_LIFETIME) {
        heaplens__sink_printf(r->sink, " %8s", heaplens__figure_share(value, whole).text);
    }
}
