// SPDX-License-Identifier: MIT
#include "bench/report_html.h"

#include <string.h>

bool heaplens__report_html_exists(void)
{
    return heaplens__bench_html_head_size > 0;
}

// A JSON text has "<" in strings only, and there an escape means the same.
static void write_escaped(FILE *file, const char *json, size_t size)
{
    while (size > 0) {
        const char *const mark = memchr(json, '<', size);
        const size_t plain = mark == NULL ? size : (size_t)(mark - json);
        (void)fwrite(json, 1, plain, file);
        if (mark == NULL) {
            return;
        }
        (void)fputs("\\u003c", file);
        json += plain + 1;
        size -= plain + 1;
    }
}

void heaplens__report_html_write_document(FILE *file, const char *json, size_t size)
{
    (void)fputs("<script type=\"application/json\" id=\"heaplens-bench\">\n", file);
    write_escaped(file, json, size);
    (void)fputs("</script>\n", file);
}

void heaplens__report_html_write(FILE *file, const char *json, size_t size)
{
    (void)fwrite(heaplens__bench_html_head, 1, heaplens__bench_html_head_size, file);
    heaplens__report_html_write_document(file, json, size);
    (void)fwrite(heaplens__bench_html_tail, 1, heaplens__bench_html_tail_size, file);
}
