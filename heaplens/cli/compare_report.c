// SPDX-License-Identifier: MIT
#include "cli/compare_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/figure_text.h"

const char *heaplens__compare_end_name(heaplens_compare_end end)
{
    switch (end) {
    case HEAPLENS_COMPARE_CLEAR: return "clear";
    case HEAPLENS_COMPARE_PLAN: return "rounds";
    case HEAPLENS_COMPARE_TIME: return "time";
    }
    return "unknown";
}

double heaplens__noise_floor(const heaplens_compared *figure)
{
    return fmax(fabs(figure->control.low), fabs(figure->control.high));
}

bool heaplens__compare_is_withheld(const heaplens_compared *figure)
{
    return figure->has_control && (figure->control.outcome == HEAPLENS_OUTCOME_IMPROVED ||
                                   figure->control.outcome == HEAPLENS_OUTCOME_REGRESSED);
}

heaplens_outcome heaplens__compare_verdict(const heaplens_compare_report *report)
{
    static const heaplens_outcome order[] = {HEAPLENS_OUTCOME_REGRESSED, HEAPLENS_OUTCOME_IMPROVED,
                                             HEAPLENS_OUTCOME_INCONCLUSIVE};
    for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
        for (size_t i = 0; i < report->figure_count; i++) {
            if (report->figures[i].item.outcome == order[o]) {
                return order[o];
            }
        }
    }
    return HEAPLENS_OUTCOME_NO_CHANGE;
}

heaplens_status heaplens__compare_growth(heaplens_growth *out,
                                         const heaplens_compare_report *report,
                                         const heaplens_compared *figure)
{
    *out = (heaplens_growth){0};
    if (!figure->has_metric || report->diff == NULL) {
        return HEAPLENS_OK;
    }
    heaplens_diff_ranking ranking;
    const heaplens_status status =
        heaplens_diff_rank_sites(report->diff, figure->metric, (heaplens_diff_noise){0}, &ranking);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < ranking.count; i++) {
        const heaplens_diff_site *const site = &report->diff->sites[ranking.rows[i]];
        if (site->after.values[figure->metric] <= site->before.values[figure->metric]) {
            continue;
        }
        if (out->count < sizeof(out->sites) / sizeof(out->sites[0])) {
            out->sites[out->count++] = (heaplens_grown_site){
                .before = site->before.values[figure->metric],
                .after = site->after.values[figure->metric],
                .site = site,
            };
        } else {
            out->more++;
        }
    }
    free(ranking.rows);
    return HEAPLENS_OK;
}

void heaplens__put_grown_path(heaplens_sink *sink, const heaplens_compare_report *report,
                              const heaplens_grown_site *grown, heaplens_put_text *put)
{
    if (grown->site == NULL) {
        put(sink, grown->path);
    } else {
        heaplens__put_path(sink, &report->diff->paths, grown->site->path, " <- ", put);
    }
}

static heaplens_compare_text text_of(const char *text)
{
    heaplens_compare_text out;
    (void)snprintf(out.text, sizeof(out.text), "%s", text);
    return out;
}

// Of fewer than 1,000 ns the fractions count: a benchmark may take a few.
static heaplens_compare_text time_text(double seconds)
{
    heaplens_compare_text out;
    const double ns = seconds * 1e9;
    if (fabs(ns) < 1000) {
        (void)snprintf(out.text, sizeof(out.text), "%.4g ns", ns);
        return out;
    }
    return text_of(heaplens__figure_time((uint64_t)llround(fabs(ns))).text);
}

heaplens_compare_text heaplens__compare_value(heaplens_unit unit, double value)
{
    heaplens_compare_text out;
    const uint64_t whole = (uint64_t)llround(fabs(value));
    const char *const sign = value < 0 ? "-" : "";
    switch (unit) {
    case HEAPLENS_UNIT_SECONDS: return time_text(value);
    case HEAPLENS_UNIT_BYTES:
        (void)snprintf(out.text, sizeof(out.text), "%s%s%s", sign,
                       whole < 100000 ? heaplens__figure_count(whole).text
                                      : heaplens__figure_bytes(whole).text,
                       whole < 100000 ? " B" : "");
        return out;
    case HEAPLENS_UNIT_BLOCKS:
        (void)snprintf(out.text, sizeof(out.text), "%s%s", sign,
                       heaplens__figure_count(whole).text);
        return out;
    }
    return text_of("");
}

heaplens_compare_text heaplens__compare_change(const heaplens_compared *figure, double change)
{
    heaplens_compare_text out;
    if (!isfinite(change)) {
        return text_of("unknown");
    }
    if (!figure->item.is_relative) {
        const heaplens_compare_text amount = heaplens__compare_value(figure->unit, fabs(change));
        (void)snprintf(out.text, sizeof(out.text), "%s%.60s",
                       change > 0   ? "+"
                       : change < 0 ? "-"
                                    : "",
                       amount.text);
        return out;
    }
    // Of a figure that is compared exactly a small change is one, too.
    const double percent = 100 * change;
    const int digits = figure->item.is_exact && change != 0 && fabs(percent) < 0.1 ? 4 : 1;
    (void)snprintf(out.text, sizeof(out.text), "%+.*f %%", digits, percent);
    return out;
}

heaplens_compare_text heaplens__compare_interval(const heaplens_compared *figure)
{
    if (figure->item.is_exact) {
        return text_of("exact");
    }
    if (!isfinite(figure->item.low)) {
        return text_of("unknown");
    }
    heaplens_compare_text out;
    (void)snprintf(out.text, sizeof(out.text), "%.28s to %.28s",
                   heaplens__compare_change(figure, figure->item.low).text,
                   heaplens__compare_change(figure, figure->item.high).text);
    return out;
}
