// SPDX-License-Identifier: MIT
#include "bench/quantity_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct unit {
    double size;
    const char *name;
} unit;

// Largest first; the last takes what is smaller than all.
static const unit *unit_of(const unit *units, size_t count, double value)
{
    for (size_t i = 0; i + 1 < count; i++) {
        if (fabs(value) >= units[i].size) {
            return &units[i];
        }
    }
    return &units[count - 1];
}

// `digits` significant ones; never an exponent.
static void write_digits(double value, int digits, const char *name, char *text, size_t cap)
{
    const double size = fabs(value);
    const int before = size < 1 ? 1 : (int)floor(log10(size)) + 1;
    const int behind = digits > before ? digits - before : 0;
    (void)snprintf(text, cap, "%.*f %s", behind, value, name);
}

// A unit begins where four digits of the one below would round up to it.
void heaplens__time_text(double ns, char *text, size_t cap)
{
    static const unit units[] = {
        {999.95e6, "s"},
        {999.95e3, "ms"},
        {999.95, "us"},
        {1, "ns"},
    };
    static const double scales[] = {1e9, 1e6, 1e3, 1};
    const unit *const found = unit_of(units, 4, ns);
    write_digits(ns / scales[found - units], 4, found->name, text, cap);
}

void heaplens__rate_text(double per_second, int is_bytes, char *text, size_t cap)
{
    static const unit items[] = {
        {1e9, "G items/s"},
        {1e6, "M items/s"},
        {1e3, "k items/s"},
        {1, "items/s"},
    };
    static const unit bytes[] = {
        {0x1p40, "TiB/s"}, {0x1p30, "GiB/s"}, {0x1p20, "MiB/s"}, {0x1p10, "KiB/s"}, {1, "B/s"},
    };
    const unit *const found =
        is_bytes ? unit_of(bytes, 5, per_second) : unit_of(items, 4, per_second);
    write_digits(per_second / found->size, 3, found->name, text, cap);
}

void heaplens__whole_text(int64_t value, char *text, size_t cap)
{
    char digits[24];
    char grouped[32];
    const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, size);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            grouped[at] = ',';
            at++;
        }
        grouped[at] = digits[i];
        at++;
    }
    grouped[at] = '\0';
    (void)snprintf(text, cap, "%s%s", value < 0 ? "-" : "", grouped);
}

void heaplens__percent_text(double share, char *text, size_t cap)
{
    const double percent = share * 100;
    (void)snprintf(text, cap, fabs(percent) < 9.995 ? "%+.2f %%" : "%+.1f %%", percent);
}
