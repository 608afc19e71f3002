// SPDX-License-Identifier: MIT
#include "export/finding_text.h"

#include <stdio.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "profile/interval.h"

const char *heaplens_finding_name(heaplens_finding_kind kind)
{
    switch (kind) {
    case HEAPLENS_FINDING_OVERFLOW: return "overflow";
    case HEAPLENS_FINDING_PEAK: return "peak";
    case HEAPLENS_FINDING_GROWTH: return "growth";
    case HEAPLENS_FINDING_CHURN: return "churn";
    case HEAPLENS_FINDING_REALLOC: return "realloc";
    case HEAPLENS_FINDING_ROUNDING: return "rounding";
    case HEAPLENS_FINDING_ZERO_SIZE: return "zero-size";
    }
    return "";
}

// "parse_row", "code without symbols in git".
static void name_culprit(const heaplens_session *session, const heaplens_process *process,
                         const heaplens_finding *f, char *text, size_t cap)
{
    if (f->function != HEAPLENS_NAME_NONE) {
        const char *const name = heaplens__names_text(&session->names, f->function);
        (void)snprintf(text, cap, "%.*s", (int)cap - 1, heaplens__function_text_plain(name).text);
        return;
    }
    const heaplens_place place =
        heaplens__responsible(session, process, process->sites[f->site].stack);
    const char *const module =
        place.location == NULL ? "" : heaplens__location_module(session, process, place.location);
    (void)snprintf(text, cap, "code without symbols%s%.160s", module[0] == '\0' ? "" : " in ",
                   heaplens__path_base(module));
}

// What a finding says of its figures: with their intervals where they are estimates, and "about" where
// an interval is not known.
typedef struct words {
    const heaplens_process *process;
    const heaplens_finding *finding;
    const char *who;
    char *text;
    size_t cap;
} words;

static const char *about(const words *w)
{
    return w->process->estimate_count > 0 ? "about " : "";
}

// "45.2 %", "45.2 % +- 4.1 %"
static heaplens_figure share_text(uint64_t part, uint64_t whole, double half)
{
    heaplens_figure out = heaplens__figure_share(part, whole);
    const size_t used = strlen(out.text);
    if (half > 0) {
        (void)snprintf(out.text + used, sizeof(out.text) - used, " +- %.1f %%", 100 * half);
    }
    return out;
}

// "11.8 MiB", "11.8 MiB +- 1.2 MiB"
static heaplens_figure bytes_text(uint64_t bytes, double variance)
{
    heaplens_figure out = heaplens__figure_bytes(bytes);
    const size_t used = strlen(out.text);
    const uint64_t half = heaplens_interval(variance);
    if (half > 0) {
        (void)snprintf(out.text + used, sizeof(out.text) - used, " +- %.16s",
                       heaplens__figure_bytes(half).text);
    }
    return out;
}

static void explain_overflow(const words *w)
{
    const heaplens_overflow *const o = &w->finding->overflow;
    (void)snprintf(
        w->text, w->cap,
        "%s from %s %s written to behind %s end: %s%s, up to %s beyond, found when thread %u "
        "freed it %s after the start",
        heaplens__figure_counted(o->count, "block", "blocks").text, w->who,
        o->count == 1 ? "was" : "were", o->count == 1 ? "its" : "their",
        o->count == 1 ? "" : "the first, of ",
        heaplens__figure_counted(o->size_bytes, "byte", "bytes").text,
        heaplens__figure_counted(o->bytes_behind, "byte", "bytes").text, o->tid,
        heaplens__figure_time(o->time_ns).text);
}

static void explain_peak(const words *w)
{
    const heaplens_finding *const f = w->finding;
    (void)snprintf(
        w->text, w->cap, "%s of the peak is from %s: %s in %s%s",
        share_text(f->sum.bytes_gmax, w->process->facts.bytes_peak, f->weight_interval).text,
        w->who, bytes_text(f->sum.bytes_gmax, f->spread.variance[HEAPLENS_METRIC_PEAK]).text,
        about(w), heaplens__figure_counted(f->sum.blocks_gmax, "block", "blocks").text);
}

static void explain_growth(const words *w)
{
    const heaplens_finding *const f = w->finding;
    (void)snprintf(w->text, w->cap,
                   "%s grows for as long as the program runs: %s%s of its %s were never freed, %s, "
                   "allocated from %s to %s after the start",
                   w->who, about(w), heaplens__figure_count(f->sum.blocks_end).text,
                   heaplens__figure_counted(f->sum.blocks_total, "block", "blocks").text,
                   bytes_text(f->sum.bytes_end, f->spread.variance[HEAPLENS_METRIC_LEAKED]).text,
                   heaplens__figure_time(f->sum.first_ns).text,
                   heaplens__figure_time(f->sum.last_ns).text);
}

static void explain_churn(const words *w)
{
    const heaplens_finding *const f = w->finding;
    const uint64_t blocks = f->sum.blocks_total == 0 ? 1 : f->sum.blocks_total;
    const double half = heaplens_part_interval(f->sum.blocks_temporary, blocks,
                                               f->spread.variance[HEAPLENS_METRIC_TEMPORARY],
                                               f->spread.variance[HEAPLENS_METRIC_BLOCKS]);
    (void)snprintf(w->text, w->cap,
                   "%s of the %s%s from %s were freed before their thread allocated anything else; "
                   "they lived %s%s on average, so that one buffer, used again, would do",
                   share_text(f->sum.blocks_temporary, blocks, half).text, about(w),
                   heaplens__figure_counted(blocks, "block", "blocks").text, w->who, about(w),
                   heaplens__figure_time(f->sum.lifetime_ns / blocks).text);
}

static void explain_realloc(const words *w)
{
    const heaplens_finding *const f = w->finding;
    const double variance = heaplens_copied_variance(f->spread.variance[HEAPLENS_METRIC_TOTAL]);
    (void)snprintf(
        w->text, w->cap,
        "%s%s in %s copied %s, %s%s times the %s that it ever holds: growing by a factor "
        "instead of by small steps copies less",
        about(w), heaplens__figure_counted(f->sum.reallocs, "realloc", "reallocs").text, w->who,
        bytes_text(f->sum.bytes_copied, variance).text, about(w),
        heaplens__figure_count(f->sum.bytes_copied / f->sum.bytes_peak).text,
        heaplens__figure_bytes(f->sum.bytes_peak).text);
}

static void explain_rounding(const words *w)
{
    const heaplens_finding *const f = w->finding;
    const uint64_t blocks = f->sum.blocks_total == 0 ? 1 : f->sum.blocks_total;
    (void)snprintf(w->text, w->cap,
                   "the allocator gives %s %s%s more than it asks for: %s%s over %s of %s on "
                   "average; fewer and larger blocks would save most of it",
                   w->who, about(w),
                   heaplens__figure_share(f->sum.bytes_rounding, f->sum.bytes_total).text, about(w),
                   heaplens__figure_bytes(f->sum.bytes_rounding).text,
                   heaplens__figure_counted(blocks, "block", "blocks").text,
                   heaplens__figure_bytes(f->sum.bytes_total / blocks).text);
}

static void explain_zero_size(const words *w)
{
    const heaplens_finding *const f = w->finding;
    (void)snprintf(
        w->text, w->cap,
        "%s%s of the %s from %s have no bytes, and each costs as much as the smallest block",
        about(w), heaplens__figure_count(f->sum.blocks_zero).text,
        heaplens__figure_counted(f->sum.blocks_total, "block", "blocks").text, w->who);
}

heaplens_finding_words heaplens_finding_explain(const heaplens_session *session,
                                                const heaplens_process *process,
                                                const heaplens_finding *finding)
{
    heaplens_finding_words out = {0};
    char who[200];
    name_culprit(session, process, finding, who, sizeof(who));
    const words w = {process, finding, who, out.text, sizeof(out.text)};
    switch (finding->kind) {
    case HEAPLENS_FINDING_OVERFLOW: explain_overflow(&w); break;
    case HEAPLENS_FINDING_PEAK: explain_peak(&w); break;
    case HEAPLENS_FINDING_GROWTH: explain_growth(&w); break;
    case HEAPLENS_FINDING_CHURN: explain_churn(&w); break;
    case HEAPLENS_FINDING_REALLOC: explain_realloc(&w); break;
    case HEAPLENS_FINDING_ROUNDING: explain_rounding(&w); break;
    case HEAPLENS_FINDING_ZERO_SIZE: explain_zero_size(&w); break;
    }
    return out;
}
