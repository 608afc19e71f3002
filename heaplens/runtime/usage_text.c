// SPDX-License-Identifier: MIT
// heaplens/budget.h: a usage against a budget, and what to say when it is too much.
#include <heaplens/budget.h>

#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

#include "runtime/digits.h"
#include "runtime/recorder.h"

// Which ranking of call sites explains a figure.
typedef enum ranking { BY_PEAK, BY_BLOCKS, BY_LIVE } ranking;

enum { RANKINGS = 3 };

// The figures, in the order in which they are shown.
static const struct {
    const char *name;
    size_t used;   // offset in heaplens_usage
    size_t limit;  // offset in heaplens_budget
    ranking sites;
} figures[] = {
    {"bytes allocated", offsetof(heaplens_usage, bytes_total), offsetof(heaplens_budget, bytes_max),
     BY_BLOCKS},
    {"blocks allocated", offsetof(heaplens_usage, blocks_total),
     offsetof(heaplens_budget, blocks_max), BY_BLOCKS},
    {"bytes at the peak", offsetof(heaplens_usage, bytes_peak),
     offsetof(heaplens_budget, peak_bytes_max), BY_PEAK},
    {"bytes above the start", offsetof(heaplens_usage, bytes_rise),
     offsetof(heaplens_budget, rise_bytes_max), BY_PEAK},
    {"bytes left alive", offsetof(heaplens_usage, bytes_live),
     offsetof(heaplens_budget, live_bytes_max), BY_LIVE},
    {"blocks left alive", offsetof(heaplens_usage, blocks_live),
     offsetof(heaplens_budget, live_blocks_max), BY_LIVE},
    {"reallocations", offsetof(heaplens_usage, reallocs), offsetof(heaplens_budget, reallocs_max),
     BY_BLOCKS},
    {"temporary blocks", offsetof(heaplens_usage, blocks_temporary),
     offsetof(heaplens_budget, temporary_blocks_max), BY_BLOCKS},
};

enum { FIGURES = sizeof figures / sizeof *figures };

static uint64_t value_at(const void *record, size_t offset)
{
    uint64_t value = 0;
    memcpy(&value, (const unsigned char *)record + offset, sizeof value);
    return value;
}

bool heaplens_usage_is_within(const heaplens_usage *usage, const heaplens_budget *budget)
{
    bool is_within = usage->status == HEAPLENS_OK && usage->is_exact;
    for (size_t i = 0; i < FIGURES; i++) {
        is_within =
            is_within && value_at(usage, figures[i].used) <= value_at(budget, figures[i].limit);
    }
    return is_within;
}

// Where the text goes. `length` goes on counting when it is full.
typedef struct sheet {
    char *text;
    size_t cap;
    size_t length;
} sheet;

__attribute__((format(printf, 2, 3))) static void add(sheet *page, const char *format, ...)
{
    const size_t at = page->length < page->cap ? page->length : page->cap;
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(page->text + at, page->cap - at, format, arguments);
    va_end(arguments);
    page->length += length > 0 ? (size_t)length : 0;
}

static void add_number(sheet *page, uint64_t number, int width)
{
    char text[HEAPLENS__DIGITS_BYTES];
    add(page, "%*s", width, heaplens__digits_group(number, text));
}

static void add_figure(sheet *page, const char *name, uint64_t used, uint64_t limit)
{
    add(page, "  %-22s", name);
    add_number(page, used, 16);
    if (limit == HEAPLENS_NO_LIMIT) {
        add(page, "%16s\n", "-");
        return;
    }
    add_number(page, limit, 16);
    if (used > limit) {
        add(page, "   over by ");
        add_number(page, used - limit, 0);
    }
    add(page, "\n");
}

// "parse+0x12" where the name is exported, "libx.so+0x1234" where not.
static void add_frame(sheet *page, uint64_t address)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in code
    const void *const code = (const void *)(uintptr_t)address;
    Dl_info info;
    if (dladdr(code, &info) == 0 || info.dli_fname == NULL) {
        add(page, "0x%jx", (uintmax_t)address);
        return;
    }
    const bool is_named = info.dli_sname != NULL;
    const char *const slash = strrchr(info.dli_fname, '/');
    const char *const module = slash == NULL ? info.dli_fname : slash + 1;
    const void *const base = is_named ? info.dli_saddr : info.dli_fbase;
    add(page, "%s+0x%jx", is_named ? info.dli_sname : module,
        (uintmax_t)(address - (uintptr_t)base));
}

static void add_site(sheet *page, const heaplens_usage_site *site, ranking by)
{
    const uint64_t bytes[RANKINGS] = {site->bytes_peak, site->bytes_total, site->bytes_live};
    const uint64_t blocks[RANKINGS] = {site->blocks_total, site->blocks_total, site->blocks_live};
    add(page, "  ");
    add_number(page, bytes[by], 14);
    add(page, " bytes ");
    add_number(page, blocks[by], 10);
    add(page, " blocks  ");
    for (size_t i = 0; i < HEAPLENS_USAGE_FRAMES && site->frames[i] != 0; i++) {
        add(page, i == 0 ? "" : " < ");
        add_frame(page, site->frames[i]);
    }
    add(page, "\n");
}

static void add_ranking(sheet *page, const heaplens_usage *usage, ranking by)
{
    static const char *const titles[RANKINGS] = {
        "call sites by the bytes that they held at one time (and all their blocks)",
        "call sites by blocks allocated",
        "call sites by blocks left alive",
    };
    const heaplens_usage_site *const sites[RANKINGS] = {
        usage->sites_by_peak, usage->sites_by_blocks, usage->sites_by_live};
    add(page, "  %s:\n", titles[by]);
    for (size_t i = 0; i < HEAPLENS_USAGE_SITES && sites[by][i].blocks_total > 0; i++) {
        add_site(page, &sites[by][i], by);
    }
}

static void add_sites(sheet *page, const heaplens_usage *usage, const heaplens_budget *budget)
{
    bool is_wanted[RANKINGS] = {false};
    for (size_t i = 0; i < FIGURES; i++) {
        if (value_at(usage, figures[i].used) > value_at(budget, figures[i].limit)) {
            is_wanted[figures[i].sites] = true;
        }
    }
    for (int by = 0; by < RANKINGS; by++) {
        if (is_wanted[by]) {
            add_ranking(page, usage, (ranking)by);
        }
    }
}

// Says where the profile is; a recording that is in memory only is saved first.
static void add_profile(sheet *page)
{
    if (secure_getenv("HEAPLENS_SESSION") != NULL) {
        add(page, "  the profile is written when the program has ended\n");
        return;
    }
    const char *path = heaplens__recording.store.path;
    char saved[HEAPLENS__STORE_PATH_BYTES];
    if (path[0] == '\0') {
        const char *const folder = secure_getenv("HEAPLENS_EXPECT_DIR");
        (void)snprintf(saved, sizeof saved, "%s/heaplens-expect.%ld.store",
                       folder != NULL ? folder : ".", (long)getpid());
        path = saved;
        if (heaplens_save(path) != HEAPLENS_OK) {
            add(page, "  the profile could not be saved as %s\n", path);
            return;
        }
    }
    add(page, "  more: heaplens report %s\n", path);
}

size_t heaplens_usage_explain(const heaplens_usage *usage, const heaplens_budget *budget,
                              char *text,  // NOLINT(readability-non-const-parameter): add()
                              size_t cap)
{
    sheet page = {.text = text, .cap = cap};
    if (usage->status != HEAPLENS_OK) {
        add(&page, "heap budget: no figures: %s\n", heaplens_status_text(usage->status));
        return page.length;
    }
    add(&page, "heap budget of \"%s\"%s: %s\n", usage->label,
        usage->is_process ? " (all threads)" : "",
        heaplens_usage_is_within(usage, budget) ? "kept"
        : usage->is_exact                       ? "broken"
                          : "not known to be kept: the figures are not exact");
    add(&page, "  %-22s%16s%16s\n", "", "used", "budget");
    for (size_t i = 0; i < FIGURES; i++) {
        add_figure(&page, figures[i].name, value_at(usage, figures[i].used),
                   value_at(budget, figures[i].limit));
    }
    add_sites(&page, usage, budget);
    if (!heaplens_usage_is_within(usage, budget)) {
        add_profile(&page);
    }
    return page.length;
}
