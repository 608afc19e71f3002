// SPDX-License-Identifier: MIT
// Call sites in the report for people: an answer in a sentence to each question, a line for each site
// of a ranking, and at the end each of these sites once, with its figures and its call stack.
#include "export/report_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/ranking_text.h"
#include "profile/array.h"
#include "profile/interval.h"

enum {
    TOP_OF_ONE = 10,
    TOP_OF_SEVERAL = 5,
    NAME_COLUMNS = 36,          // of a frame's function, before its place
    CALLERS_SHOWN = 2,          // on the line of a site
    SAMPLES_FOR_INTERVAL = 10,  // of a mean; fewer blocks do not show how they scatter
};

static const heaplens_metric questions[] = {
    HEAPLENS_METRIC_PEAK,
    HEAPLENS_METRIC_TOTAL,
    HEAPLENS_METRIC_LEAKED,
    HEAPLENS_METRIC_TEMPORARY,
};

enum { QUESTION_COUNT = sizeof(questions) / sizeof(questions[0]) };

// -------------------------------------------------------------------------------- answers

static uint64_t culprit_value(const heaplens_culprit *culprit, heaplens_metric metric)
{
    return heaplens_site_value(&culprit->sum, metric);
}

static const heaplens_culprit *largest_culprit(const heaplens_culprit *culprits, size_t count,
                                               heaplens_metric metric)
{
    const heaplens_culprit *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const uint64_t value = culprit_value(&culprits[i], metric);
        if (value > 0 && (best == NULL || value > culprit_value(best, metric))) {
            best = &culprits[i];
        }
    }
    return best;
}

static void put_culprit(const heaplens_report *r, const heaplens_culprit *who)
{
    if (who->module != HEAPLENS_MODULE_NONE && who->sites > 1) {
        const char *const path =
            heaplens__names_text(&r->session->names, r->process->modules[who->module].path);
        heaplens__sink_puts(r->sink, "code without symbols in ");
        heaplens__report_put(r, heaplens__path_base(path));
        return;
    }
    heaplens__report_put_place(
        r, heaplens__responsible(r->session, r->process, r->process->sites[who->site_first].stack));
}

static void write_answer(const heaplens_report *r, const char *question,
                         const heaplens_culprit *best, heaplens_metric metric)
{
    heaplens__sink_printf(r->sink, "  %-18s ", question);
    if (best == NULL) {
        heaplens__sink_puts(r->sink, "nothing\n");
        return;
    }
    heaplens__report_put_value(r, culprit_value(best, metric), best->spread.variance[metric],
                               metric);
    heaplens__sink_puts(r->sink, " from ");
    put_culprit(r, best);
    heaplens__sink_puts(r->sink, best->sites > 1 ? "" : "\n");
    if (best->sites > 1) {
        heaplens__sink_printf(r->sink, ", by %s call stacks\n",
                              heaplens__figure_count(best->sites).text);
    }
}

heaplens_status heaplens__report_answers(const heaplens_report *r)
{
    static const char *const words[QUESTION_COUNT] = {"most at the peak", "most allocated",
                                                      "most never freed", "most churn"};
    heaplens_culprit *culprits = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_culprits(r->session, r->process, &culprits, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__report_heading(r, "In short");
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        if (!heaplens_metric_is_known(r->process, questions[i])) {
            continue;
        }
        write_answer(r, words[i], largest_culprit(culprits, count, questions[i]), questions[i]);
    }
    free(culprits);
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------- rankings

// The number that a site has in this report, from 1; 0 when memory is out.
static size_t number_site(heaplens_report *r, uint32_t site)
{
    for (size_t i = 0; i < r->shown_count; i++) {
        if (r->shown[i] == site) {
            return i + 1;
        }
    }
    if (!heaplens__array_reserve(&r->shown, &r->shown_capacity, r->shown_count + 1,
                                 sizeof(*r->shown))) {
        return 0;
    }
    r->shown[r->shown_count++] = site;
    return r->shown_count;
}

// "grow_buffer < parse_row < main": the responsible function and who called it.
static void put_callers(const heaplens_report *r, const heaplens_site *site)
{
    const heaplens_place who = heaplens__responsible(r->session, r->process, site->stack);
    heaplens__report_put_place(r, who);
    bool is_behind = false;
    int callers = 0;
    for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT && callers < CALLERS_SHOWN;
         node = r->process->nodes[node].parent) {
        const heaplens_location *const location =
            &r->process->locations[r->process->nodes[node].location];
        const uint32_t frames = heaplens__location_frames(location);
        for (uint32_t f = 0; f < frames && callers < CALLERS_SHOWN; f++) {
            heaplens_shown_frame frame;
            heaplens__frame_show(r->session, r->process, location, f, &frame);
            if (is_behind && !heaplens__is_thread_start(frame.function)) {
                heaplens__sink_puts(r->sink, " < ");
                heaplens__report_put_function(r, frame.function);
                callers++;
            }
            is_behind = is_behind || (location == who.location && f == who.frame);
        }
    }
}

// Columns of exact figures have digits only.
static const char *unit_behind(const heaplens_report *r, heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK:
    case HEAPLENS_METRIC_LEAKED: return heaplens__report_is_estimated(r) ? "" : ", bytes";
    case HEAPLENS_METRIC_TEMPORARY:
    case HEAPLENS_METRIC_TOTAL:
    case HEAPLENS_METRIC_BLOCKS:
    case HEAPLENS_METRIC_LIFETIME: return "";
    }
    return "";
}

// One row of a ranking: exact bytes and blocks digit by digit.
static void write_row(const heaplens_report *r, uint32_t site, size_t number,
                      heaplens_metric metric)
{
    const uint64_t value = heaplens_site_value(&r->process->sites[site], metric);
    const uint64_t whole = heaplens__ranking_whole(r->process, metric);
    heaplens__sink_printf(r->sink, "  %s#%-3zu%s ", heaplens__report_style(r, HEAPLENS_DIM), number,
                          heaplens__report_style(r, HEAPLENS_PLAIN));
    heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_BOLD));
    if (metric == HEAPLENS_METRIC_LIFETIME || heaplens__report_is_estimated(r)) {
        heaplens__report_put_columns(r, value, heaplens_site_variance(r->process, site, metric),
                                     metric, whole);
    } else {
        heaplens__sink_printf(r->sink, "%15s %8s", heaplens__figure_count(value).text,
                              heaplens__figure_share(value, whole).text);
    }
    heaplens__sink_printf(r->sink, "%s  ", heaplens__report_style(r, HEAPLENS_PLAIN));
    put_callers(r, &r->process->sites[site]);
    heaplens__sink_puts(r->sink, "\n");
}

static heaplens_status write_ranking(heaplens_report *r, heaplens_metric metric, size_t top)
{
    uint32_t *sites = NULL;
    if (!heaplens_metric_is_known(r->process, metric)) {
        if (r->options->has_metric) {
            heaplens__report_heading(r, heaplens__ranking_title(metric));
            heaplens__sink_puts(r->sink, "  not recorded of such a part\n");
        }
        return HEAPLENS_OK;
    }
    size_t count = 0;
    const heaplens_status status = heaplens_sites_rank(r->process, metric, &sites, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    char title[120];
    (void)snprintf(title, sizeof(title), "%s%s (%zu of %s sites)%s",
                   heaplens__ranking_title(metric), unit_behind(r, metric),
                   count < top ? count : top, heaplens__figure_count(count).text,
                   count == 0 ? ": nothing" : "");
    heaplens__report_heading(r, title);
    heaplens_status result = HEAPLENS_OK;
    for (size_t i = 0; i < count && i < top && result == HEAPLENS_OK; i++) {
        const size_t number = number_site(r, sites[i]);
        result = number == 0 ? HEAPLENS_ENOMEM : HEAPLENS_OK;
        write_row(r, sites[i], number, metric);
    }
    free(sites);
    return result;
}

// --------------------------------------------------------------------------------- stacks

// Bytes and blocks of a site at one moment, and their variances; 0: exact.
typedef struct site_figure {
    uint64_t bytes;
    uint64_t blocks;
    double bytes_variance;
    double blocks_variance;
} site_figure;

// "function                file.c:12  [module]", the place on a line of its own if it does not fit.
static void write_frame(const heaplens_report *r, const heaplens_location *location, uint32_t index)
{
    heaplens_shown_frame frame;
    heaplens__frame_show(r->session, r->process, location, index, &frame);
    const char *const module =
        heaplens__path_base(heaplens__location_module(r->session, r->process, location));
    const char *const file = heaplens__path_base(frame.file);
    char line[16] = "";
    if (file[0] != '\0') {
        (void)snprintf(line, sizeof(line), ":%u", frame.line);
    }
    const heaplens_function_text name = heaplens__function_text(frame.function);
    const size_t columns = strlen(name.text);
    const size_t shown = columns < NAME_COLUMNS ? NAME_COLUMNS : columns;
    const size_t needed = 6 + shown + 2 + strlen(file) + strlen(line) + 3 + strlen(module);
    heaplens__sink_printf(r->sink, "      %s", heaplens__report_style(r, HEAPLENS_CYAN));
    heaplens__report_put(r, name.text);
    heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_PLAIN));
    if (file[0] == '\0' && module[0] == '\0') {
        heaplens__sink_puts(r->sink, "\n");
        return;
    }
    if (r->options->width > 0 && needed > r->options->width) {
        heaplens__sink_puts(r->sink, "\n          ");
    } else {
        heaplens__sink_printf(r->sink, "%*s", (int)(shown - columns + 2), "");
    }
    heaplens__report_put(r, file);
    heaplens__sink_puts(r->sink, line);
    if (module[0] != '\0') {
        heaplens__sink_printf(r->sink, "%s%s[", file[0] == '\0' ? "" : "  ",
                              heaplens__report_style(r, HEAPLENS_DIM));
        heaplens__report_put(r, module);
        heaplens__sink_printf(r->sink, "]%s", heaplens__report_style(r, HEAPLENS_PLAIN));
    }
    heaplens__sink_puts(r->sink, "\n");
}

static bool is_worth_a_line(const heaplens_report *r, const heaplens_location *location)
{
    heaplens_shown_frame frame;
    heaplens__frame_show(r->session, r->process, location, 0, &frame);
    return !heaplens__is_thread_start(frame.function);
}

// How a thread comes to its first function is the same in every stack, and left out. A call of the
// same place again and again is one line.
static void write_stack(const heaplens_report *r, uint32_t node)
{
    if (node == HEAPLENS_NODE_ROOT) {
        heaplens__sink_puts(r->sink, "      (no call stack)\n");
    }
    while (node != HEAPLENS_NODE_ROOT) {
        const uint32_t index = r->process->nodes[node].location;
        const heaplens_location *const location = &r->process->locations[index];
        size_t again = 0;
        do {
            node = r->process->nodes[node].parent;
            again++;
        } while (node != HEAPLENS_NODE_ROOT && r->process->nodes[node].location == index);
        const uint32_t frames =
            is_worth_a_line(r, location) ? heaplens__location_frames(location) : 0;
        for (uint32_t f = 0; f < frames; f++) {
            write_frame(r, location, f);
        }
        if (again > 1 && frames > 0) {
            heaplens__sink_printf(r->sink,
                                  again == 2 ? "      (the same call once more)\n"
                                             : "      (the same call %zu times more)\n",
                                  again - 1);
        }
    }
}

static void write_bytes_in_blocks(const heaplens_report *r, const char *label,
                                  const site_figure *figure)
{
    heaplens__sink_printf(r->sink, "      %-22s %10s", label,
                          heaplens__figure_bytes(figure->bytes).text);
    if (heaplens__report_is_estimated(r)) {
        heaplens__sink_printf(
            r->sink, "%-14s",
            heaplens__report_interval(figure->bytes_variance, HEAPLENS_METRIC_TOTAL).text);
    }
    heaplens__sink_printf(
        r->sink, " in %s%s %s\n", heaplens__figure_count(figure->blocks).text,
        heaplens__report_interval(figure->blocks_variance, HEAPLENS_METRIC_BLOCKS).text,
        figure->blocks == 1 ? "block" : "blocks");
}

static void write_amounts(const heaplens_report *r, uint32_t index)
{
    static const heaplens_estimate exact;
    const heaplens_site *const site = &r->process->sites[index];
    const heaplens_estimate *const known = heaplens_site_estimate(r->process, index);
    const heaplens_estimate *const e = known == NULL ? &exact : known;
    if (heaplens_metric_is_known(r->process, HEAPLENS_METRIC_PEAK)) {
        write_bytes_in_blocks(
            r, "at the process's peak",
            &(site_figure){site->bytes_gmax, site->blocks_gmax, e->bytes_gmax, e->blocks_gmax});
        write_bytes_in_blocks(
            r, "at its own peak",
            &(site_figure){site->bytes_peak, site->blocks_peak, e->bytes_peak, e->blocks_peak});
    }
    write_bytes_in_blocks(
        r, "in total",
        &(site_figure){site->bytes_total, site->blocks_total, e->bytes_total, e->blocks_total});
    if (heaplens_metric_is_known(r->process, HEAPLENS_METRIC_LEAKED)) {
        write_bytes_in_blocks(
            r, "never freed",
            &(site_figure){site->bytes_end, site->blocks_end, e->bytes_end, e->blocks_end});
    }
}

// " +- 1.2 %" of a share of the site's blocks.
static heaplens_figure share_interval(const heaplens_report *r, uint32_t index, uint64_t part)
{
    heaplens_figure out = {0};
    const heaplens_site *const site = &r->process->sites[index];
    if (heaplens_site_estimate(r->process, index) != NULL && site->blocks_total > 0) {
        const double half = heaplens_share_interval(
            (double)part / (double)site->blocks_total, site->blocks_total,
            heaplens_site_size_least(r->process, index), r->process->facts.sample_bytes);
        (void)snprintf(out.text, sizeof(out.text), " +- %.1f %%", 100 * half);
    }
    return out;
}

// " +- 2 ms" of a site's mean lifetime; of a few drawn blocks only how many they were.
static heaplens_figure lifetime_interval(const heaplens_report *r, uint32_t index)
{
    const heaplens_estimate *const estimate = heaplens_site_estimate(r->process, index);
    heaplens_figure out = {0};
    if (estimate == NULL || estimate->samples >= SAMPLES_FOR_INTERVAL) {
        return heaplens__report_interval(
            heaplens_site_variance(r->process, index, HEAPLENS_METRIC_LIFETIME),
            HEAPLENS_METRIC_LIFETIME);
    }
    (void)snprintf(out.text, sizeof(out.text), " (of %u sampled)", (unsigned)estimate->samples);
    return out;
}

static void write_habits(const heaplens_report *r, uint32_t index)
{
    const heaplens_site *const site = &r->process->sites[index];
    const uint64_t blocks = site->blocks_total == 0 ? 1 : site->blocks_total;
    heaplens__sink_printf(r->sink, "      mean block %s",
                          heaplens__figure_bytes(site->bytes_total / blocks).text);
    if (heaplens_metric_is_known(r->process, HEAPLENS_METRIC_LIFETIME)) {
        heaplens__sink_printf(r->sink, ", mean lifetime %s%s, temporary %s%s",
                              heaplens__figure_time(site->lifetime_ns / blocks).text,
                              lifetime_interval(r, index).text,
                              heaplens__figure_share(site->blocks_temporary, blocks).text,
                              share_interval(r, index, site->blocks_temporary).text);
    }
    if (site->reallocs > 0) {
        const heaplens_estimate *const e = heaplens_site_estimate(r->process, index);
        const double copied = e == NULL ? 0 : heaplens_copied_variance(e->bytes_total);
        heaplens__sink_printf(r->sink, ", %s copied %s%s",
                              heaplens__figure_counted(site->reallocs, "realloc", "reallocs").text,
                              heaplens__figure_bytes(site->bytes_copied).text,
                              heaplens__report_interval(copied, HEAPLENS_METRIC_TOTAL).text);
    }
    if (site->threads > 1) {
        heaplens__sink_printf(r->sink, ", by %u threads", site->threads);
    }
    heaplens__sink_puts(r->sink, "\n");
}

void heaplens__report_stacks(const heaplens_report *r)
{
    if (r->shown_count == 0) {
        return;
    }
    heaplens__report_heading(r, "Call stacks of the numbered sites, innermost call first");
    for (size_t i = 0; i < r->shown_count; i++) {
        heaplens__sink_printf(r->sink, "%s  #%zu%s\n", i == 0 ? "" : "\n", i + 1,
                              heaplens__report_style(r, HEAPLENS_DIM));
        write_amounts(r, r->shown[i]);
        write_habits(r, r->shown[i]);
        heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_PLAIN));
        write_stack(r, r->process->sites[r->shown[i]].stack);
    }
}

heaplens_status heaplens__report_sites(heaplens_report *r)
{
    const heaplens_report_options *const options = r->options;
    const size_t rankings = options->has_metric ? 1 : QUESTION_COUNT;
    const size_t usual = options->has_metric ? TOP_OF_ONE : TOP_OF_SEVERAL;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < rankings && status == HEAPLENS_OK; i++) {
        status = write_ranking(r, options->has_metric ? options->metric : questions[i],
                               options->top == 0 ? usual : options->top);
    }
    return status;
}
