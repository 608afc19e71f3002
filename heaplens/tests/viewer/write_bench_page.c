// SPDX-License-Identifier: MIT
// write_bench_page JSON OUT.html: puts a document into the page of benchmarks. 69 without the page.
#include "bench/report_html.h"

#include <stdlib.h>

enum { UNAVAILABLE = 69, DOCUMENT_MAX = 1 << 24 };

int main(int argc, char **argv)
{
    if (!heaplens__report_html_exists()) {
        return UNAVAILABLE;
    }
    static char json[DOCUMENT_MAX];
    FILE *const in = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *const out = argc == 3 ? fopen(argv[2], "wb") : NULL;
    if (in == NULL || out == NULL) {
        return EXIT_FAILURE;
    }
    heaplens__report_html_write(out, json, fread(json, 1, DOCUMENT_MAX, in));
    const int is_bad = ferror(in) | ferror(out);
    return (fclose(in) | fclose(out) | is_bad) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
