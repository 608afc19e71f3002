// SPDX-License-Identifier: MIT
// The result of a check as a comment on a pull request.
#include "export/check_words.h"

#include "export/diff_tables.h"
#include "export/frame_text.h"

static void write_row(heaplens_sink *sink, const heaplens_check *check, size_t limit)
{
    const bool is_kept = check->results[limit].verdict == HEAPLENS_VERDICT_WITHIN;
    const char *const mark = is_kept ? "" : "**";
    heaplens__sink_printf(sink, "| %s%s%s | ", mark,
                          heaplens_verdict_name(check->results[limit].verdict), mark);
    heaplens__put_limit(sink, check, limit, heaplens__sink_markdown);
    heaplens__sink_printf(sink, " | %s |\n", heaplens__check_clause(check, limit).text);
}

static void write_places(heaplens_sink *sink, const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_diff *const diff = check->sections[check->budget->limits[limit].section].diff;
    if (result->place_count == 0) {
        return;
    }
    heaplens__sink_puts(sink, "\n");
    heaplens__put_limit(sink, check, limit, heaplens__sink_markdown);
    heaplens__sink_printf(sink, ", %s:\n\n", heaplens__places_title(check, result));
    for (size_t i = 0; i < result->place_count; i++) {
        const heaplens_check_place *const place = &check->places[result->place_first + i];
        const heaplens_diff_site *const site = &diff->sites[place->row];
        const heaplens_diff_place source = heaplens__diff_place_responsible(diff, site);
        heaplens__sink_puts(sink, "- ");
        heaplens__sink_markdown(sink, heaplens__place_clause(check, limit, place).text);
        heaplens__sink_puts(sink, ": ");
        heaplens__put_path(sink, &diff->paths, site->path, " &larr; ", heaplens__sink_markdown);
        if (source.file[0] != '\0') {
            heaplens__sink_puts(sink, " (");
            heaplens__sink_markdown(sink, heaplens__path_base(source.file));
            heaplens__sink_printf(sink, ":%u)", source.line);
        }
        heaplens__sink_puts(sink, "\n");
    }
}

heaplens_status heaplens_write_check_markdown(heaplens_sink *sink, const heaplens_check *check,
                                              const heaplens_check_names *names)
{
    heaplens__sink_printf(sink, "### Heap budgets: %zu of %zu kept\n\n",
                          check->verdicts[HEAPLENS_VERDICT_WITHIN], check->budget->limit_count);
    heaplens__sink_puts(sink, "Profile ");
    heaplens__sink_markdown(sink, names->profile);
    if (names->baseline != NULL) {
        heaplens__sink_puts(sink, ", baseline ");
        heaplens__sink_markdown(sink, names->baseline);
    }
    heaplens__sink_puts(sink, ".\n\n| | budget | |\n|---|---|---|\n");
    for (size_t i = 0; i < check->budget->limit_count; i++) {
        write_row(sink, check, i);
    }
    for (size_t i = 0; i < check->budget->limit_count; i++) {
        write_places(sink, check, i);
    }
    return heaplens__sink_flush(sink);
}
