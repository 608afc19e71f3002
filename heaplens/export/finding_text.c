// SPDX-License-Identifier: MIT
#include "export/finding_text.h"

#include <stdio.h>

#include "export/figure_text.h"
#include "export/frame_text.h"

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
        (void)snprintf(text, cap, "%.*s", (int)heaplens__plain_length(name), name);
        return;
    }
    const heaplens_place place =
        heaplens__responsible(session, process, process->sites[f->site].stack);
    const char *const module =
        place.location == NULL ? "" : heaplens__location_module(session, process, place.location);
    (void)snprintf(text, cap, "code without symbols%s%.160s", module[0] == '\0' ? "" : " in ",
                   heaplens__path_base(module));
}

static void explain_overflow(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    (void)snprintf(text, cap,
                   "%s blocks from %s were written to behind their end: the first, of %s bytes, up "
                   "to %s bytes beyond, found when thread %u freed it %s after the start",
                   heaplens__figure_count(f->overflow.count).text, who,
                   heaplens__figure_count(f->overflow.size_bytes).text,
                   heaplens__figure_count(f->overflow.bytes_behind).text, f->overflow.tid,
                   heaplens__figure_time(f->overflow.time_ns).text);
}

static void explain_peak(const heaplens_process *process, const heaplens_finding *f,
                         const char *who, char *text, size_t cap)
{
    (void)snprintf(text, cap, "%s of the peak is from %s: %s in %s blocks",
                   heaplens__figure_share(f->sum.bytes_gmax, process->facts.bytes_peak).text, who,
                   heaplens__figure_bytes(f->sum.bytes_gmax).text,
                   heaplens__figure_count(f->sum.blocks_gmax).text);
}

static void explain_growth(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    (void)snprintf(
        text, cap,
        "%s grows for as long as the program runs: %s of its %s blocks were never freed, "
        "%s, allocated from %s to %s after the start",
        who, heaplens__figure_count(f->sum.blocks_end).text,
        heaplens__figure_count(f->sum.blocks_total).text,
        heaplens__figure_bytes(f->sum.bytes_end).text, heaplens__figure_time(f->sum.first_ns).text,
        heaplens__figure_time(f->sum.last_ns).text);
}

static void explain_churn(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    const uint64_t blocks = f->sum.blocks_total == 0 ? 1 : f->sum.blocks_total;
    (void)snprintf(text, cap,
                   "%s of the %s blocks from %s were freed before their thread allocated anything "
                   "else; they lived %s on average, so that one buffer, used again, would do",
                   heaplens__figure_share(f->sum.blocks_temporary, blocks).text,
                   heaplens__figure_count(blocks).text, who,
                   heaplens__figure_time(f->sum.lifetime_ns / blocks).text);
}

static void explain_realloc(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    const uint64_t peak = f->sum.bytes_peak == 0 ? 1 : f->sum.bytes_peak;
    (void)snprintf(text, cap,
                   "%s reallocs in %s copied %s, %s times the %s that it ever holds: growing by a "
                   "factor instead of by small steps copies less",
                   heaplens__figure_count(f->sum.reallocs).text, who,
                   heaplens__figure_bytes(f->sum.bytes_copied).text,
                   heaplens__figure_count(f->sum.bytes_copied / peak).text,
                   heaplens__figure_bytes(f->sum.bytes_peak).text);
}

static void explain_rounding(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    const uint64_t blocks = f->sum.blocks_total == 0 ? 1 : f->sum.blocks_total;
    (void)snprintf(text, cap,
                   "the allocator gives %s %s more than it asks for: %s over %s blocks of %s on "
                   "average; fewer and larger blocks would save most of it",
                   who, heaplens__figure_share(f->sum.bytes_rounding, f->sum.bytes_total).text,
                   heaplens__figure_bytes(f->sum.bytes_rounding).text,
                   heaplens__figure_count(blocks).text,
                   heaplens__figure_bytes(f->sum.bytes_total / blocks).text);
}

static void explain_zero_size(const heaplens_finding *f, const char *who, char *text, size_t cap)
{
    (void)snprintf(text, cap,
                   "%s of the %s blocks from %s have no bytes, and each costs as much as the "
                   "smallest block",
                   heaplens__figure_count(f->sum.blocks_zero).text,
                   heaplens__figure_count(f->sum.blocks_total).text, who);
}

heaplens_finding_words heaplens_finding_explain(const heaplens_session *session,
                                                const heaplens_process *process,
                                                const heaplens_finding *finding)
{
    heaplens_finding_words words = {0};
    char who[200];
    name_culprit(session, process, finding, who, sizeof(who));
    switch (finding->kind) {
    case HEAPLENS_FINDING_OVERFLOW:
        explain_overflow(finding, who, words.text, sizeof(words.text));
        break;
    case HEAPLENS_FINDING_PEAK:
        explain_peak(process, finding, who, words.text, sizeof(words.text));
        break;
    case HEAPLENS_FINDING_GROWTH:
        explain_growth(finding, who, words.text, sizeof(words.text));
        break;
    case HEAPLENS_FINDING_CHURN: explain_churn(finding, who, words.text, sizeof(words.text)); break;
    case HEAPLENS_FINDING_REALLOC:
        explain_realloc(finding, who, words.text, sizeof(words.text));
        break;
    case HEAPLENS_FINDING_ROUNDING:
        explain_rounding(finding, who, words.text, sizeof(words.text));
        break;
    case HEAPLENS_FINDING_ZERO_SIZE:
        explain_zero_size(finding, who, words.text, sizeof(words.text));
        break;
    }
    return words;
}
