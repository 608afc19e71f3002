// SPDX-License-Identifier: MIT
// The result of a check on a terminal.
#include "export/check_words.h"

#include "export/diff_tables.h"
#include "export/frame_text.h"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

static void write_places(heaplens_sink *sink, const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_diff *const diff = check->sections[check->budget->limits[limit].section].diff;
    if (result->place_count > 0) {
        heaplens__sink_printf(sink, "        %s:\n", heaplens__places_title(check, result));
    }
    for (size_t i = 0; i < result->place_count; i++) {
        const heaplens_check_place *const place = &check->places[result->place_first + i];
        const heaplens_diff_site *const site = &diff->sites[place->row];
        const heaplens_diff_place source = heaplens__diff_place_responsible(diff, site);
        heaplens__sink_printf(sink, "          %s\n            ",
                              heaplens__place_clause(check, limit, place).text);
        heaplens__put_path(sink, &diff->paths, site->path, " <- ", heaplens__sink_safe);
        if (source.file[0] != '\0') {
            heaplens__sink_puts(sink, "  at ");
            heaplens__sink_safe(sink, heaplens__path_base(source.file));
            heaplens__sink_printf(sink, ":%u", source.line);
        }
        heaplens__sink_puts(sink, "\n");
    }
}

static void write_limit(heaplens_sink *sink, const heaplens_check *check, size_t limit,
                        const heaplens_check_names *names)
{
    const heaplens_check_result *const result = &check->results[limit];
    const bool is_kept = result->verdict == HEAPLENS_VERDICT_WITHIN;
    const bool is_red = names->has_color && !is_kept;
    heaplens__sink_printf(sink, "%s%-8s%s ", is_red ? RED : "",
                          heaplens_verdict_name(result->verdict), is_red ? PLAIN : "");
    heaplens__put_limit(sink, check, limit, heaplens__sink_safe);
    if (is_kept) {
        heaplens__sink_printf(sink, ": %s\n", heaplens__check_clause(check, limit).text);
        return;
    }
    heaplens__sink_puts(sink, "  (");
    heaplens__sink_safe(sink, names->budget);
    heaplens__sink_printf(sink, ":%u)\n        %s\n", check->budget->limits[limit].line,
                          heaplens__check_clause(check, limit).text);
    write_places(sink, check, limit);
}

static void write_head(heaplens_sink *sink, const heaplens_check *check,
                       const heaplens_check_names *names)
{
    const size_t kept = check->verdicts[HEAPLENS_VERDICT_WITHIN];
    heaplens__sink_puts(sink, names->has_color ? BOLD : "");
    heaplens__sink_safe(sink, names->profile);
    heaplens__sink_printf(sink, ": %zu of %zu budgets kept", kept, check->budget->limit_count);
    if (names->baseline != NULL) {
        heaplens__sink_puts(sink, ", against the baseline ");
        heaplens__sink_safe(sink, names->baseline);
    }
    heaplens__sink_printf(sink, "%s\n", names->has_color ? PLAIN : "");
}

heaplens_status heaplens_write_check_text(heaplens_sink *sink, const heaplens_check *check,
                                          const heaplens_check_names *names)
{
    write_head(sink, check, names);
    // What is to be acted upon first; the order of the file within.
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < check->budget->limit_count; i++) {
            if ((check->results[i].verdict == HEAPLENS_VERDICT_WITHIN) == (pass == 1)) {
                write_limit(sink, check, i, names);
            }
        }
    }
    return heaplens__sink_flush(sink);
}
