// SPDX-License-Identifier: MIT
// A report of benchmarks that anybody may have written: it is refused, or it survives being written
// and read again.
#include "bench/report_read.h"

#include <stdlib.h>

#include "bench/report_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    heaplens_bench_report report;
    heaplens_bench_failure failure;
    if (heaplens__report_parse(&report, (const char *)data, size, &failure) != HEAPLENS_OK) {
        return 0;
    }
    char *text = NULL;
    size_t length = 0;
    FILE *const file = open_memstream(&text, &length);
    if (file == NULL) {
        heaplens__bench_report_deinit(&report);
        return 0;
    }
    heaplens__report_write_json(file, &report);
    (void)fclose(file);
    heaplens_bench_report again;
    const size_t cases = report.case_count;
    if (heaplens__report_parse(&again, text, length, &failure) == HEAPLENS_OK) {
        if (again.case_count != cases) {
            abort();
        }
        heaplens__bench_report_deinit(&again);
    } else if (cases > 0) {
        abort();  // what was accepted is accepted again
    }
    free(text);
    heaplens__bench_report_deinit(&report);
    return 0;
}
