// SPDX-License-Identifier: MIT
#include "export/diff_tables.h"

#include <stdio.h>

#include "export/figure_text.h"
#include "profile/responsible.h"

heaplens_diff_total heaplens__diff_total(const heaplens_diff *diff, size_t index)
{
    static const struct {
        heaplens_metric metric;
        const char *label;
        const char *key;
    } totals[HEAPLENS_DIFF_TOTALS - 1] = {
        {HEAPLENS_METRIC_PEAK, "peak bytes", "peak"},
        {HEAPLENS_METRIC_TOTAL, "bytes allocated", "total"},
        {HEAPLENS_METRIC_BLOCKS, "blocks allocated", "blocks"},
        {HEAPLENS_METRIC_TEMPORARY, "temporary blocks", "temporary"},
        {HEAPLENS_METRIC_LEAKED, "bytes never freed", "leaked"},
    };
    if (index == HEAPLENS_DIFF_TOTALS - 1) {
        return (heaplens_diff_total){"blocks never freed", "leaked_blocks",
                                     diff->whole[0].blocks_leaked, diff->whole[1].blocks_leaked};
    }
    const heaplens_metric metric = totals[index].metric;
    return (heaplens_diff_total){totals[index].label, totals[index].key,
                                 diff->whole[0].values[metric], diff->whole[1].values[metric]};
}

size_t heaplens__diff_metrics(const heaplens_diff_options *options,
                              heaplens_metric metrics[HEAPLENS_METRIC_COUNT])
{
    if (options->has_metric) {
        metrics[0] = options->metric;
        return 1;
    }
    metrics[0] = HEAPLENS_METRIC_PEAK;
    metrics[1] = HEAPLENS_METRIC_TOTAL;
    metrics[2] = HEAPLENS_METRIC_LEAKED;
    return 3;
}

static size_t note_side(const heaplens_diff_side *side, const char *when, heaplens_diff_note *notes,
                        size_t count)
{
    const heaplens_facts *const facts = &side->process->facts;
    if ((facts->flags & HEAPLENS_PROCESS_UNFINISHED) != 0) {
        (void)snprintf(notes[count++].text, sizeof(notes->text),
                       "the process %s did not end by itself: what it never freed is what was live "
                       "when last heard of",
                       when);
    }
    if ((facts->flags & HEAPLENS_PROCESS_SAMPLED) != 0) {
        (void)snprintf(notes[count++].text, sizeof(notes->text),
                       "sampled %s: figures of call sites are estimates, and small changes chance",
                       when);
    }
    if (facts->peak_error_bytes > 0) {
        (void)snprintf(notes[count++].text, sizeof(notes->text),
                       "the peak %s is within %s of the truth: several threads allocated", when,
                       heaplens__figure_bytes(facts->peak_error_bytes).text);
    }
    if (facts->operations_lost > 0 || facts->allocations_cut > 0) {
        (void)snprintf(
            notes[count++].text, sizeof(notes->text),
            "%s, the store was full: %s not counted, %s without a call site", when,
            heaplens__figure_counted(facts->operations_lost, "operation", "operations").text,
            heaplens__figure_counted(facts->allocations_cut, "block", "blocks").text);
    }
    return count;
}

size_t heaplens__diff_notes(const heaplens_diff *diff,
                            heaplens_diff_note notes[HEAPLENS_DIFF_NOTES_MAX])
{
    size_t count = 0;
    if (diff->before.process == NULL || diff->after.process == NULL) {
        return 0;
    }
    if (diff->before.process->facts.mode != diff->after.process->facts.mode) {
        (void)snprintf(notes[count++].text, sizeof(notes->text),
                       "the two were recorded in different modes");
    }
    count = note_side(&diff->before, "before", notes, count);
    return note_side(&diff->after, "after", notes, count);
}

heaplens_diff_place heaplens__diff_place(const heaplens_diff *diff, const heaplens_diff_site *site)
{
    const heaplens_diff_side *const side = site->sites_after > 0 ? &diff->after : &diff->before;
    const heaplens_process *const process = side->process;
    for (uint32_t node = process->sites[site->example].stack; node != HEAPLENS_NODE_ROOT;
         node = process->nodes[node].parent) {
        const heaplens_location *const location =
            &process->locations[process->nodes[node].location];
        for (uint32_t f = 0; f < location->frame_count; f++) {
            const heaplens_frame *const frame = &process->frames[location->frame_first + f];
            if (frame->function != HEAPLENS_NAME_NONE) {
                return (heaplens_diff_place){
                    heaplens__names_text(&side->session->names, frame->file), frame->line};
            }
        }
    }
    return (heaplens_diff_place){"", 0};
}

heaplens_diff_place heaplens__diff_place_responsible(const heaplens_diff *diff,
                                                     const heaplens_diff_site *site)
{
    const heaplens_diff_side *const side = site->sites_after > 0 ? &diff->after : &diff->before;
    const heaplens_process *const process = side->process;
    const heaplens_place who =
        heaplens__responsible(side->session, process, process->sites[site->example].stack);
    if (heaplens__place_function(process, who) == HEAPLENS_NAME_NONE) {
        return (heaplens_diff_place){"", 0};
    }
    const heaplens_frame *const frame = &process->frames[who.location->frame_first + who.frame];
    return (heaplens_diff_place){heaplens__names_text(&side->session->names, frame->file),
                                 frame->line};
}
