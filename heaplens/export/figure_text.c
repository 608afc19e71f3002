// SPDX-License-Identifier: MIT
#include "export/figure_text.h"

#include <stdio.h>
#include <string.h>

heaplens_figure heaplens__figure_count(uint64_t value)
{
    char digits[24];
    heaplens_figure out = {0};
    const int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            out.text[at++] = ',';
        }
        out.text[at++] = digits[i];
    }
    return out;
}

heaplens_figure heaplens__figure_counted(uint64_t value, const char *one, const char *several)
{
    heaplens_figure out = heaplens__figure_count(value);
    const size_t used = strlen(out.text);
    (void)snprintf(out.text + used, sizeof(out.text) - used, " %s", value == 1 ? one : several);
    return out;
}

heaplens_figure heaplens__figure_bytes(uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    heaplens_figure out = {0};
    if (bytes < 1024) {
        (void)snprintf(out.text, sizeof(out.text), "%u B", (unsigned)bytes);
        return out;
    }
    double value = (double)bytes / 1024;
    size_t unit = 0;
    // 1023.95 would be printed as 1024.0.
    while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1024;
        unit++;
    }
    (void)snprintf(out.text, sizeof(out.text), "%.1f %s", value, units[unit]);
    return out;
}

heaplens_figure heaplens__figure_time(uint64_t ns)
{
    heaplens_figure out = {0};
    const double value = (double)ns;
    if (ns < 1000) {
        (void)snprintf(out.text, sizeof(out.text), "%u ns", (unsigned)ns);
    } else if (ns < 1000000) {
        (void)snprintf(out.text, sizeof(out.text), "%.3g us", value / 1e3);
    } else if (ns < 1000000000) {
        (void)snprintf(out.text, sizeof(out.text), "%.3g ms", value / 1e6);
    } else if (ns < UINT64_C(120000000000)) {
        (void)snprintf(out.text, sizeof(out.text), "%.2f s", value / 1e9);
    } else {
        const unsigned long long seconds = ns / 1000000000;
        (void)snprintf(out.text, sizeof(out.text), "%llu min %llu s", seconds / 60, seconds % 60);
    }
    return out;
}

heaplens_figure heaplens__figure_share(uint64_t part, uint64_t whole)
{
    heaplens_figure out = {.text = "-"};
    if (whole > 0) {
        (void)snprintf(out.text, sizeof(out.text), "%.1f %%", 100.0 * (double)part / (double)whole);
    }
    return out;
}
