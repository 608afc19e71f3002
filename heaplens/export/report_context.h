// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_REPORT_CONTEXT_H
#define HEAPLENS_EXPORT_REPORT_CONTEXT_H

#include "export/figure_text.h"
#include "export/report_text.h"
#include "profile/responsible.h"

/** What the parts of the report for people share. */
typedef struct heaplens_report {
    heaplens_sink *sink;
    const heaplens_session *session;
    const heaplens_process *process;
    const heaplens_report_options *options;
    uint32_t *shown;  // sites that rankings have shown, in the order of their numbers; owned
    size_t shown_count;
    size_t shown_capacity;
} heaplens_report;

#define HEAPLENS_BOLD  "\033[1m"
#define HEAPLENS_DIM   "\033[2m"
#define HEAPLENS_CYAN  "\033[36m"
#define HEAPLENS_PLAIN "\033[0m"

/** An escape sequence, or "" where colours are off. */
const char *heaplens__report_style(const heaplens_report *r, const char *code);

/** Write a text of the profiled program: it can hold escape sequences, which must not get through. */
void heaplens__report_put(const heaplens_report *r, const char *text);

/** A heading on a line of its own, after an empty line. */
void heaplens__report_heading(const heaplens_report *r, const char *text);

/** Write the name of a function without its parameters. */
void heaplens__report_put_function(const heaplens_report *r, const char *function);

/** Write the function of a place, "module+0x1f" where it has no name. */
void heaplens__report_put_place(const heaplens_report *r, heaplens_place place);

/** Are figures of call sites, of live blocks and of peaks estimates from a sample? */
bool heaplens__report_is_estimated(const heaplens_report *r);

/** A value of a metric in a few characters: "2.4 MiB", "1,200", "5 ms". */
heaplens_figure heaplens__report_figure(uint64_t value, heaplens_metric metric);

/** " +- 97.6 KiB": half of the 95 % interval; "" of an exact figure. */
heaplens_figure heaplens__report_interval(double variance, heaplens_metric metric);

/**
 * Write a value in columns, its interval if anything in this report is an estimate, and its share of
 * `whole`: one of a table's rows.
 */
void heaplens__report_put_columns(const heaplens_report *r, uint64_t value, double variance,
                                  heaplens_metric metric, uint64_t whole);

/**
 * Write a value of a metric in a sentence: its unit, its interval if it is estimated, and its share.
 * Digit by digit if it is exact.
 */
void heaplens__report_put_value(const heaplens_report *r, uint64_t value, double variance,
                                heaplens_metric metric);

// The parts, in their order. Each returns HEAPLENS_OK or HEAPLENS_ENOMEM.
heaplens_status heaplens__report_answers(const heaplens_report *r);
heaplens_status heaplens__report_findings(const heaplens_report *r);
heaplens_status heaplens__report_sites(heaplens_report *r);
heaplens_status heaplens__report_functions(const heaplens_report *r);
heaplens_status heaplens__report_tree(const heaplens_report *r);
heaplens_status heaplens__report_sizes(const heaplens_report *r);
heaplens_status heaplens__report_scopes(const heaplens_report *r);
heaplens_status heaplens__report_threads(const heaplens_report *r);

/** Heap and resident memory over time, as plots; nothing where the process has no timeline. */
void heaplens__report_timeline(const heaplens_report *r);

/** At the end: figures and call stacks of the sites that heaplens__report_sites() has numbered. */
void heaplens__report_stacks(const heaplens_report *r);

#endif
