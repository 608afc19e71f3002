// SPDX-License-Identifier: MIT
#include "profile/tables.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// Counts are columns of 64 bits.
_Static_assert(sizeof(size_t) == 8, "a size_t is not 64 bits wide");

#define COLUMN(type, member)                                                                \
    {                                                                                       \
        .offset = (uint32_t)offsetof(type, member), .bytes = sizeof(((type *)NULL)->member) \
    }

#define F(member) COLUMN(heaplens_process, facts.member)
static const heaplens_column process_columns[] = {
    F(start_unix_ns),
    F(duration_ns),
    F(peak_ns),
    F(bytes_total),
    F(blocks_total),
    F(bytes_peak),
    F(blocks_peak),
    F(bytes_end),
    F(blocks_end),
    F(peak_error_bytes),
    F(frees_unknown),
    F(allocations_failed),
    F(allocations_cut),
    F(operations_lost),
    F(stacks_cut),
    F(stacks_broken),
    F(store_bytes_max),
    F(rss_peak_bytes),
    F(rss_end_bytes),
    F(bytes_usable_end),
    F(frees_inherited),
    F(overflows),
    F(samples),
    F(sample_bytes),
    F(pid),
    F(parent_pid),
    F(mode),
    F(depth_max),
    F(threads),
    F(flags),
    F(command),
    F(executable),
    F(folder),
    F(host),
    COLUMN(heaplens_process, module_count),
    COLUMN(heaplens_process, frame_count),
    COLUMN(heaplens_process, location_count),
    COLUMN(heaplens_process, node_count),
    COLUMN(heaplens_process, site_count),
    COLUMN(heaplens_process, moment_count),
    COLUMN(heaplens_process, size_count),
    COLUMN(heaplens_process, site_size_count),
    COLUMN(heaplens_process, estimate_count),
    COLUMN(heaplens_process, point_count),
    COLUMN(heaplens_process, overflow_count),
    COLUMN(heaplens_process, scope_count),
    COLUMN(heaplens_process, scope_site_count),
    COLUMN(heaplens_process, thread_count),
    COLUMN(heaplens_process, thread_site_count),
};
#undef F

#define M(member) COLUMN(heaplens_module, member)
static const heaplens_column module_columns[] = {
    M(start), M(end), M(bias), M(path), M(build_id), M(symbols),
};
#undef M

#define F(member) COLUMN(heaplens_frame, member)
static const heaplens_column frame_columns[] = {F(function), F(file), F(line)};
#undef F

#define L(member) COLUMN(heaplens_location, member)
static const heaplens_column location_columns[] = {
    L(address),
    L(module),
    L(frame_first),
    L(frame_count),
};
#undef L

#define N(member) COLUMN(heaplens_node, member)
static const heaplens_column node_columns[] = {N(parent), N(location)};
#undef N

#define S(member) COLUMN(heaplens_site, member)
static const heaplens_column site_columns[] = {
    S(bytes_total),  S(blocks_total),     S(bytes_gmax), S(blocks_gmax),        S(bytes_peak),
    S(blocks_peak),  S(bytes_end),        S(blocks_end), S(lifetime_ns),        S(lifetime_bytes),
    S(blocks_short), S(blocks_temporary), S(reallocs),   S(bytes_copied),       S(bytes_rounding),
    S(blocks_zero),  S(first_ns),         S(last_ns),    S(lifetime_max_bytes), S(lifetime_max_ns),
    S(stack),        S(threads),
};
#undef S

#define M(member) COLUMN(heaplens_moment, member)
static const heaplens_column moment_columns[] = {
    M(time_ns),     M(bytes_live),  M(blocks_live),  M(bytes_peak),
    M(blocks_peak), M(bytes_total), M(blocks_total), M(label),
};
#undef M

static const heaplens_column size_columns[] = {COLUMN(heaplens_size_class, blocks)};

#define S(member) COLUMN(heaplens_site_size, member)
static const heaplens_column site_size_columns[] = {S(site), S(size_class), S(blocks)};
#undef S

// A double travels as the 64 bits that it is.
#define E(member) COLUMN(heaplens_estimate, member)
static const heaplens_column estimate_columns[] = {
    E(bytes_total), E(blocks_total), E(bytes_gmax), E(blocks_gmax), E(bytes_peak),
    E(blocks_peak), E(bytes_end),    E(blocks_end), E(samples),     E(site),
};
#undef E

#define P(member) COLUMN(heaplens_point, member)
static const heaplens_column point_columns[] = {
    P(time_ns), P(bytes_total), P(bytes_live), P(blocks_live), P(bytes_usable), P(rss_bytes),
};
#undef P

#define O(member) COLUMN(heaplens_overflow, member)
static const heaplens_column overflow_columns[] = {
    O(count), O(size_bytes), O(bytes_behind), O(time_ns), O(tid), O(site),
};
#undef O

#define S(member) COLUMN(heaplens_scope_total, member)
static const heaplens_column scope_columns[] = {
    S(scopes),           S(bytes_total), S(blocks_total), S(bytes_freed), S(blocks_freed),
    S(bytes_live),       S(blocks_live), S(bytes_peak),   S(blocks_peak), S(reallocs),
    S(blocks_temporary), S(inexact),     S(kind),         S(label),
};
#undef S

#define S(member) COLUMN(heaplens_scope_site, member)
static const heaplens_column scope_site_columns[] = {
    S(bytes_total), S(blocks_total), S(bytes_live), S(blocks_live),
    S(bytes_peak),  S(scope),        S(site),
};
#undef S

#define T(member) COLUMN(heaplens_thread, member)
static const heaplens_column thread_columns[] = {
    T(bytes_total),
    T(blocks_total),
    T(tid),
    T(threads),
};
#undef T

#define T(member) COLUMN(heaplens_thread_site, member)
static const heaplens_column thread_site_columns[] = {
    T(bytes_total),
    T(blocks_total),
    T(thread),
    T(site),
};
#undef T

const heaplens_table heaplens__process_table = {
    .columns = process_columns,
    .column_count = COUNT_OF(process_columns),
    .section = HEAPLENS_SECTION_PROCESSES,
    .item_bytes = sizeof(heaplens_process),
};

#define TABLE(kind, type, column_list, items, count)                                         \
    {                                                                                        \
        .columns = (column_list), .column_count = COUNT_OF(column_list), .section = (kind),  \
        .item_bytes = sizeof(type), .items_at = (uint32_t)offsetof(heaplens_process, items), \
        .count_at = (uint32_t)offsetof(heaplens_process, count)                              \
    }

// clang-format off: one table a line
const heaplens_table heaplens__tables[HEAPLENS_TABLE_COUNT] = {
    TABLE(HEAPLENS_SECTION_MODULES, heaplens_module, module_columns, modules, module_count),
    TABLE(HEAPLENS_SECTION_FRAMES, heaplens_frame, frame_columns, frames, frame_count),
    TABLE(HEAPLENS_SECTION_LOCATIONS, heaplens_location, location_columns, locations,
          location_count),
    TABLE(HEAPLENS_SECTION_NODES, heaplens_node, node_columns, nodes, node_count),
    TABLE(HEAPLENS_SECTION_SITES, heaplens_site, site_columns, sites, site_count),
    TABLE(HEAPLENS_SECTION_MOMENTS, heaplens_moment, moment_columns, moments, moment_count),
    TABLE(HEAPLENS_SECTION_SIZES, heaplens_size_class, size_columns, sizes, size_count),
    TABLE(HEAPLENS_SECTION_SITE_SIZES, heaplens_site_size, site_size_columns, site_sizes,
          site_size_count),
    TABLE(HEAPLENS_SECTION_ESTIMATES, heaplens_estimate, estimate_columns, estimates,
          estimate_count),
    TABLE(HEAPLENS_SECTION_POINTS, heaplens_point, point_columns, points, point_count),
    TABLE(HEAPLENS_SECTION_OVERFLOWS, heaplens_overflow, overflow_columns, overflows,
          overflow_count),
    TABLE(HEAPLENS_SECTION_SCOPES, heaplens_scope_total, scope_columns, scopes, scope_count),
    TABLE(HEAPLENS_SECTION_SCOPE_SITES, heaplens_scope_site, scope_site_columns, scope_sites,
          scope_site_count),
    TABLE(HEAPLENS_SECTION_THREADS, heaplens_thread, thread_columns, threads, thread_count),
    TABLE(HEAPLENS_SECTION_THREAD_SITES, heaplens_thread_site, thread_site_columns, thread_sites,
          thread_site_count),
};
// clang-format on

size_t heaplens__table_row_bytes(const heaplens_table *table)
{
    size_t bytes = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        bytes += table->columns[i].bytes;
    }
    return bytes;
}

size_t heaplens__table_count(const heaplens_table *table, const heaplens_process *process)
{
    size_t count = 0;
    memcpy(&count, (const char *)process + table->count_at, sizeof(count));
    return count;
}

void *heaplens__table_items(const heaplens_table *table, const heaplens_process *process)
{
    void *items = NULL;
    memcpy(&items, (const char *)process + table->items_at, sizeof(items));
    return items;
}

void heaplens__table_set_items(const heaplens_table *table, heaplens_process *process, void *items)
{
    memcpy((char *)process + table->items_at, &items, sizeof(items));
}

static void encode_value(unsigned char *to, const void *from, uint32_t bytes)
{
    uint64_t value = 0;
    if (bytes == sizeof(uint32_t)) {
        uint32_t narrow = 0;
        memcpy(&narrow, from, sizeof(narrow));
        value = narrow;
    } else {
        memcpy(&value, from, sizeof(value));
    }
    for (uint32_t i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

static void decode_value(void *to, const unsigned char *from, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        value |= (uint64_t)from[i] << (8 * i);
    }
    if (bytes == sizeof(uint32_t)) {
        const uint32_t narrow = (uint32_t)value;
        memcpy(to, &narrow, sizeof(narrow));
    } else {
        memcpy(to, &value, sizeof(value));
    }
}

void heaplens__table_encode(const heaplens_table *table, const void *items, size_t count,
                            unsigned char *bytes, size_t rows_before, size_t rows_all)
{
    for (size_t c = 0; c < table->column_count; c++) {
        const heaplens_column column = table->columns[c];
        const char *from = (const char *)items + column.offset;
        unsigned char *to = bytes + rows_before * column.bytes;
        for (size_t i = 0; i < count; i++) {
            encode_value(to, from, column.bytes);
            from += table->item_bytes;
            to += column.bytes;
        }
        bytes += rows_all * column.bytes;
    }
}

void heaplens__table_decode(const heaplens_table *table, void *items, size_t count,
                            const unsigned char *bytes, size_t rows_before, size_t rows_all)
{
    for (size_t c = 0; c < table->column_count; c++) {
        const heaplens_column column = table->columns[c];
        char *to = (char *)items + column.offset;
        const unsigned char *from = bytes + rows_before * column.bytes;
        for (size_t i = 0; i < count; i++) {
            decode_value(to, from, column.bytes);
            to += table->item_bytes;
            from += column.bytes;
        }
        bytes += rows_all * column.bytes;
    }
}
