// SPDX-License-Identifier: MIT
// The result of a check as JUnit's XML, which every build server reads.
#include "export/check_words.h"

static void write_places(heaplens_sink *sink, const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_diff *const diff = check->sections[check->budget->limits[limit].section].diff;
    for (size_t i = 0; i < result->place_count; i++) {
        const heaplens_check_place *const place = &check->places[result->place_first + i];
        heaplens__sink_xml(sink, heaplens__place_clause(check, limit, place).text);
        heaplens__sink_puts(sink, ": ");
        heaplens__put_path(sink, &diff->paths, diff->sites[place->row].path, " &lt;- ",
                           heaplens__sink_xml);
        heaplens__sink_puts(sink, "\n");
    }
}

static void write_case(heaplens_sink *sink, const heaplens_check *check, size_t limit,
                       const heaplens_check_names *names)
{
    const heaplens_budget_file *const budget = check->budget;
    const heaplens_budget_limit *const asked = &budget->limits[limit];
    const heaplens_verdict verdict = check->results[limit].verdict;
    heaplens__sink_puts(sink, "    <testcase classname=\"");
    heaplens__sink_xml(sink, heaplens__budget_text(budget, budget->sections[asked->section].name));
    heaplens__sink_puts(sink, "\" name=\"");
    heaplens__sink_xml(sink, heaplens__budget_text(budget, asked->text));
    heaplens__sink_puts(sink, "\" file=\"");
    heaplens__sink_xml(sink, names->budget);
    heaplens__sink_printf(sink, "\" line=\"%u\" time=\"0\"", asked->line);
    if (verdict == HEAPLENS_VERDICT_WITHIN) {
        heaplens__sink_puts(sink, "/>\n");
        return;
    }
    const char *const element = verdict == HEAPLENS_VERDICT_BROKEN ? "failure" : "error";
    heaplens__sink_printf(sink, ">\n      <%s type=\"%s\" message=\"", element,
                          heaplens_verdict_name(verdict));
    heaplens__sink_xml(sink, heaplens__check_clause(check, limit).text);
    heaplens__sink_puts(sink, "\">");
    write_places(sink, check, limit);
    heaplens__sink_printf(sink, "</%s>\n    </testcase>\n", element);
}

heaplens_status heaplens_write_check_junit(heaplens_sink *sink, const heaplens_check *check,
                                           const heaplens_check_names *names)
{
    const size_t tests = check->budget->limit_count;
    const size_t failures = check->verdicts[HEAPLENS_VERDICT_BROKEN];
    const size_t errors = tests - failures - check->verdicts[HEAPLENS_VERDICT_WITHIN];
    heaplens__sink_puts(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    heaplens__sink_printf(sink, "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
                          tests, failures, errors);
    heaplens__sink_puts(sink, "  <testsuite name=\"heap budgets of ");
    heaplens__sink_xml(sink, names->profile);
    heaplens__sink_printf(sink,
                          "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" "
                          "time=\"0\">\n",
                          tests, failures, errors);
    for (size_t i = 0; i < tests; i++) {
        write_case(sink, check, i, names);
    }
    heaplens__sink_puts(sink, "  </testsuite>\n</testsuites>\n");
    return heaplens__sink_flush(sink);
}
