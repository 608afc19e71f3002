// SPDX-License-Identifier: MIT
#include "profile/findings.h"

#include <stdlib.h>

#include "profile/array.h"
#include "profile/interval.h"

typedef struct finder {
    const heaplens_session *session;
    const heaplens_process *process;
    heaplens_finding *findings;
    size_t count;
    size_t capacity;
    bool is_out_of_memory;
} finder;

static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

static void add_finding(finder *f, heaplens_finding finding)
{
    if (!heaplens__array_reserve(&f->findings, &f->capacity, f->count + 1, sizeof(*f->findings))) {
        f->is_out_of_memory = true;
        return;
    }
    f->findings[f->count++] = finding;
}

// `part` of `whole` is what the finding is about; variances are 0 of figures that are exact.
typedef struct portion {
    uint64_t part;
    uint64_t whole;
    double part_variance;
    double whole_variance;
} portion;

static void add_about(finder *f, heaplens_finding_kind kind, const heaplens_culprit *who,
                      portion about)
{
    const double weight = share(about.part, about.whole);
    add_finding(f, (heaplens_finding){
                       .kind = kind,
                       .site = who->site_first,
                       .weight = weight > 1 ? 1 : weight,
                       .weight_interval = heaplens_part_interval(
                           about.part, about.whole, about.part_variance, about.whole_variance),
                       .sum = who->sum,
                       .spread = who->spread,
                       .function = who->function});
}

// ---------------------------------------------------------------------------------- rules

// Half the program's memory is worth a look at one function, a tenth is not news.
static void find_peak(finder *f, const heaplens_culprit *who)
{
    const double part = share(who->sum.bytes_gmax, f->process->facts.bytes_peak);
    if (part >= 0.25) {
        add_about(f, HEAPLENS_FINDING_PEAK, who,
                  (portion){who->sum.bytes_gmax, f->process->facts.bytes_peak,
                            who->spread.variance[HEAPLENS_METRIC_PEAK],
                            heaplens_process_variance(f->process, HEAPLENS_METRIC_PEAK)});
    }
}

// Blocks that stay and are never freed are often meant: tables made at the start. Growth is what
// goes on through most of the run.
static void find_growth(finder *f, const heaplens_culprit *who)
{
    const heaplens_site *const sum = &who->sum;
    const uint64_t span = sum->last_ns > sum->first_ns ? sum->last_ns - sum->first_ns : 0;
    const bool goes_on = share(span, f->process->facts.duration_ns) >= 0.5;
    const bool stays = sum->blocks_end >= 100 && share(sum->blocks_end, sum->blocks_total) >= 0.5;
    const double part = share(sum->bytes_end, f->process->facts.bytes_end);
    if (goes_on && stays && part >= 0.05) {
        add_about(f, HEAPLENS_FINDING_GROWTH, who,
                  (portion){sum->bytes_end, f->process->facts.bytes_end,
                            who->spread.variance[HEAPLENS_METRIC_LEAKED],
                            heaplens_process_variance(f->process, HEAPLENS_METRIC_LEAKED)});
    }
}

static void find_churn(finder *f, const heaplens_culprit *who)
{
    const heaplens_site *const sum = &who->sum;
    const double part = share(sum->blocks_temporary, f->process->facts.blocks_total);
    if (sum->blocks_temporary >= 1000 && part >= 0.05 &&
        share(sum->blocks_temporary, sum->blocks_total) >= 0.5) {
        add_about(f, HEAPLENS_FINDING_CHURN, who,
                  (portion){sum->blocks_temporary, f->process->facts.blocks_total,
                            who->spread.variance[HEAPLENS_METRIC_TEMPORARY], 0});
    }
}

// A buffer that doubles copies at most as much as it ends up with; four times its peak is growth by
// small steps.
static void find_realloc(finder *f, const heaplens_culprit *who)
{
    const heaplens_site *const sum = &who->sum;
    const double part = share(sum->bytes_copied, f->process->facts.bytes_total);
    if (sum->reallocs >= 10 && sum->bytes_copied >= 65536 && sum->bytes_peak > 0 &&
        sum->bytes_copied / 4 >= sum->bytes_peak && part >= 0.01) {
        add_about(f, HEAPLENS_FINDING_REALLOC, who,
                  (portion){sum->bytes_copied, f->process->facts.bytes_total,
                            heaplens_copied_variance(who->spread.variance[HEAPLENS_METRIC_TOTAL]),
                            0});
    }
}

// What is lost to rounding has no variance of its own: as if each block lost the same.
static double rounding_variance(const heaplens_culprit *who)
{
    const double each = share(who->sum.bytes_rounding, who->sum.blocks_total);
    return each * each * who->spread.variance[HEAPLENS_METRIC_BLOCKS];
}

static void find_rounding(finder *f, const heaplens_culprit *who)
{
    const heaplens_site *const sum = &who->sum;
    const double part = share(sum->bytes_rounding, f->process->facts.bytes_total);
    if (sum->bytes_rounding / 2 >= sum->bytes_total / 4 && part >= 0.05) {
        add_about(f, HEAPLENS_FINDING_ROUNDING, who,
                  (portion){sum->bytes_rounding, f->process->facts.bytes_total,
                            rounding_variance(who), 0});
    }
}

static void find_zero_size(finder *f, const heaplens_culprit *who)
{
    const double part = share(who->sum.blocks_zero, f->process->facts.blocks_total);
    if (who->sum.blocks_zero >= 100 && part >= 0.01) {
        add_about(f, HEAPLENS_FINDING_ZERO_SIZE, who,
                  (portion){who->sum.blocks_zero, f->process->facts.blocks_total,
                            who->spread.variance[HEAPLENS_METRIC_BLOCKS], 0});
    }
}

static void find_overflows(finder *f)
{
    for (size_t i = 0; i < f->process->overflow_count; i++) {
        const heaplens_overflow *const overflow = &f->process->overflows[i];
        const heaplens_site *const site = &f->process->sites[overflow->site];
        const heaplens_place place = heaplens__responsible(f->session, f->process, site->stack);
        add_finding(f, (heaplens_finding){
                           .kind = HEAPLENS_FINDING_OVERFLOW,
                           .site = overflow->site,
                           .weight = 1,
                           .sum = *site,
                           .overflow = *overflow,
                           .function = heaplens__place_function(f->process, place),
                       });
    }
}

// -------------------------------------------------------------------------------- ranking

static int compare_findings(const void *a, const void *b)
{
    const heaplens_finding *const x = a;
    const heaplens_finding *const y = b;
    const bool x_first = x->kind == HEAPLENS_FINDING_OVERFLOW;
    const bool y_first = y->kind == HEAPLENS_FINDING_OVERFLOW;
    if (x_first != y_first) {
        return x_first ? -1 : 1;
    }
    if (x->weight < y->weight || x->weight > y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return (x->site > y->site) - (x->site < y->site);
}

static void apply_rules(finder *f, const heaplens_culprit *who)
{
    find_peak(f, who);
    find_growth(f, who);
    find_churn(f, who);
    find_realloc(f, who);
    find_rounding(f, who);
    find_zero_size(f, who);
}

heaplens_status heaplens_findings(const heaplens_session *session, const heaplens_process *process,
                                  heaplens_finding **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    finder f = {.session = session, .process = process};
    heaplens_culprit *culprits = NULL;
    size_t culprit_count = 0;
    const heaplens_status status = heaplens_culprits(session, process, &culprits, &culprit_count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < culprit_count; i++) {
        apply_rules(&f, &culprits[i]);
    }
    free(culprits);
    find_overflows(&f);
    if (f.is_out_of_memory) {
        free(f.findings);
        return HEAPLENS_ENOMEM;
    }
    if (f.count > 0) {
        qsort(f.findings, f.count, sizeof(*f.findings), compare_findings);
    }
    *out = f.findings;
    *count = f.count;
    return HEAPLENS_OK;
}
