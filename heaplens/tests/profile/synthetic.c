// SPDX-License-Identifier: MIT
#include "synthetic.h"

#include <stdlib.h>
#include <string.h>

// ------------------------------------------------------------------------------ raw store

static heaplens_store_string put_text(synthetic_store *store, const char *text, uint32_t bytes)
{
    heaplens_store_section *const section = &store->header.sections[HEAPLENS_STORE_TEXT];
    const heaplens_store_string at = {.offset = (uint32_t)section->count, .bytes = bytes};
    memcpy(store->text + section->count, text, bytes);
    section->count += bytes;
    return at;
}

static void put_stacks(synthetic_store *store)
{
    // Module 1 is the recorder: its frames are to disappear.
    store->modules[0] = (heaplens_store_module){.bias = 0x1000, .start = 0x2000, .end = 0x3000};
    store->modules[0].path = put_text(store, "/bin/app", 8);
    store->modules[0].build_id_bytes = 3;
    memcpy(store->modules[0].build_id, "\x00\xab\xcd", 3);
    store->modules[1] = (heaplens_store_module){.start = 0x8000, .end = 0x9000};
    store->modules[1].path = put_text(store, "/lib/libheaplens.so.0", 21);

    store->nodes[1] = (heaplens_store_node){.ip = 0x2010, .parent = 0, .module = 0};  // main
    store->nodes[2] = (heaplens_store_node){.ip = 0x2020, .parent = 1, .module = 0};  // parse
    store->nodes[3] = (heaplens_store_node){.ip = 0x8010, .parent = 2, .module = 1};  // malloc
    store->nodes[4] = (heaplens_store_node){.ip = 0x2020, .parent = 2, .module = 0};  // recursion
    store->nodes[5] = (heaplens_store_node){.ip = 0x8020, .parent = 2, .module = 1};  // calloc
}

// Site 2 came down from its own peak of 900; site 3 is at its largest.
static void put_sites(synthetic_store *store)
{
    store->sites[2] = (heaplens_store_site){.node = 3, .first_time = 5100};
    store->sites[2].bytes_peak = 900;
    store->sites[2].blocks_peak = 9;
    store->sites[2].life_max = 425;
    store->sites[2].life_max_end = 850;
    store->sites[3] = (heaplens_store_site){.node = 4, .first_time = 5200};
    store->sites[3].bytes_peak = 10;
    store->sites[3].blocks_peak = 1;
    store->sites[3].life_max = 60;
    store->sites[3].life_max_end = 50;  // not written yet, or hostile

    // Shard 0 allocated 800 bytes at site 2 and freed 300 of them; shard 1 freed 400 more.
    // The peak, epoch 4, was before those frees: shard 0 had put 800 aside, shard 1 nothing.
    store->entries[0] = (heaplens_store_entry){
        .site = 2,
        .bytes_total = 800,
        .blocks_total = 8,
        .bytes_live = 500,
        .blocks_live = 5,
        .epoch = 4,
        .bytes_gmax = 800,
        .blocks_gmax = 8,
        .timed_live = 5,
        .life_time = (uint64_t)0 - 8 * 5100 + 3 * 5200,  // 8 births at 5100, 3 deaths at 5200
        .blocks_temporary = 2,
        .reallocs = 1,
        .bytes_copied = 64,
        .last_time = 5150,
    };
    store->entries[1] = (heaplens_store_entry){
        .site = 2,
        .bytes_live = -400,
        .blocks_live = -4,
        .epoch = 4,
        .timed_live = -4,
        .life_time = 4 * 5400,  // 4 deaths at 5400
    };
    // Unchanged since an epoch before the peak: what is live was live then.
    store->entries[2] = (heaplens_store_entry){
        .site = 3,
        .bytes_total = 50,
        .blocks_total = 1,
        .bytes_live = 50,
        .blocks_live = 1,
        .epoch = 3,
        .bytes_gmax = 1,  // of that older epoch: to be ignored
        .timed_live = 1,
        .life_time = (uint64_t)0 - 5200,
        .last_time = 5200,
    };
    // Entry 3 is not in use; entry 4 names a site that is published only later.
    store->entries[4] = (heaplens_store_entry){.site = 9, .bytes_total = 1};

    store->shards[0].bytes_total = 850;
    store->shards[0].blocks_total = 9;
    store->shards[0].bytes_live = 550;
    store->shards[0].blocks_live = 6;
    store->shards[0].sizes[7] = 8;  // 100 bytes are in [64, 128)
    store->shards[0].sizes[6] = 1;
    store->shards[1].bytes_live = -400;
    store->shards[1].blocks_live = -4;
    store->shards[1].frees_unknown = 3;
}

static uint64_t bits_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static uint64_t bin_word(uint64_t tag, uint64_t value)
{
    return tag << HEAPLENS_STORE_BIN_SHIFT | value;
}

// What belongs to sites 2 and 3, beside their figures.
static void put_details(synthetic_store *store)
{
    // Site 2 had 6 blocks of [64, 128) bytes, 1 of none and 1 of [2048, 4096).
    store->entries[0].bins[0] = bin_word(7 + 1, 6);
    store->entries[0].bins[1] = bin_word(HEAPLENS_STORE_BIN_ELSEWHERE, 1);
    store->entries[0].threads = 1;
    store->histograms[1].sizes[0] = 1;
    store->histograms[1].sizes[12] = 1;
    store->entries[2].bins[2] = bin_word(6 + 1, 1);
    store->entries[2].threads = 2;
    // Site 2 changed after the peak of epoch 4; site 3 did not, and is at its own peak.
    store->estimates[0] = (heaplens_store_estimate){.site = 2, .samples = 3, .epoch = 4};
    store->estimates[0].bytes_total = bits_of(900.0);
    store->estimates[0].bytes_gmax = bits_of(400.0);
    store->estimates[0].bytes_live = bits_of(100.0);
    store->estimates[0].bytes_peak = bits_of(225.0);
    store->estimates[1] = (heaplens_store_estimate){.site = 3, .samples = 1, .epoch = 3};
    store->estimates[1].bytes_total = bits_of(2500.0);
    store->estimates[1].bytes_live = bits_of(1600.0);
    store->estimates[1].bytes_peak = bits_of(-1.0);  // not a variance
    // The valid points are items 1 and 2.
    store->header.points = UINT64_C(1) << 32 | 2;
    store->points[1] = (heaplens_store_point){.time = 5100, .bytes_live = -5, .rss = 4096};
    store->points[2] = (heaplens_store_point){5200, 850, 850, 9, 1000, 8192};
    store->overflows[0] = (heaplens_store_overflow){2, 2, 100, 4, 5400, 77};
    store->scopes[0] = (heaplens_store_scope){.label = "load", .scopes = 5, .bytes_peak = 600};
    store->scope_sites[0] = (heaplens_store_scope_site){.scope = 0, .site = 3, .bytes_total = 50};
    store->scope_sites[1] = (heaplens_store_scope_site){.scope = 0, .site = 2, .bytes_total = 700};
}

void synthetic_store_init(synthetic_store *store)
{
    static const uint32_t strides[] = {
        1,
        sizeof(heaplens_store_module),
        sizeof(heaplens_store_node),
        sizeof(heaplens_store_site),
        sizeof(heaplens_store_shard),
        sizeof(heaplens_store_entry),
        sizeof(heaplens_store_snapshot),
        sizeof(heaplens_store_histogram),
        sizeof(heaplens_store_estimate),
        sizeof(heaplens_store_point),
        sizeof(heaplens_store_overflow),
        sizeof(heaplens_store_scope),
        sizeof(heaplens_store_scope_site),
    };
    static const uint32_t counts[HEAPLENS_STORE_KINDS] = {
        0,
        SYNTHETIC_MODULES,
        SYNTHETIC_NODES,
        SYNTHETIC_SITES,
        SYNTHETIC_SHARDS,
        SYNTHETIC_ENTRIES,
        SYNTHETIC_SNAPSHOTS,
        SYNTHETIC_HISTOGRAMS,
        SYNTHETIC_ESTIMATES,
        SYNTHETIC_POINTS,
        SYNTHETIC_OVERFLOWS,
        SYNTHETIC_SCOPES,
        SYNTHETIC_SCOPE_SITES,
    };
    memset(store, 0, sizeof(*store));
    heaplens_store_header *const header = &store->header;
    memcpy(header->magic, HEAPLENS_STORE_MAGIC, HEAPLENS_STORE_MAGIC_BYTES);
    header->version = HEAPLENS_STORE_VERSION;
    header->endian = HEAPLENS_STORE_ENDIAN;
    header->header_bytes = HEAPLENS_STORE_HEADER_BYTES;
    header->mode = HEAPLENS_MODE_FULL;
    header->depth_max = 128;
    header->pid = 42;
    header->ppid = 7;
    header->state = HEAPLENS_STORE_ENDED;
    header->start_realtime_ns = 1000;
    header->start.time = 5000;
    header->start.ns = 100;
    header->latest.time = 6000;
    header->latest.ns = 2100;
    header->pending_bytes_max = 16384;
    header->peak_epoch = 4;
    header->bytes_peak = 850;
    header->blocks_peak = 9;
    header->peak_time = 5200;
    header->threads = 2;
    header->bytes_clock = 850;
    for (size_t i = 0; i < HEAPLENS_STORE_KINDS; i++) {
        header->sections[i].stride = strides[i];
        header->sections[i].count = counts[i];
        header->sections[i].capacity = SYNTHETIC_TEXT;
    }
    header->command = put_text(store, "app\0-v\0x y\0", 11);
    header->exe = put_text(store, "/bin/app", 8);
    put_stacks(store);
    put_sites(store);
    put_details(store);
    store->snapshots[0] = (heaplens_store_snapshot){.label = "loaded", .time_ns = 5};
}

void synthetic_store_bytes(const synthetic_store *store, unsigned char *bytes)
{
    const struct {
        const void *items;
        size_t size;
    } sections[HEAPLENS_STORE_KINDS] = {
        {store->text, sizeof(store->text)},
        {store->modules, sizeof(store->modules)},
        {store->nodes, sizeof(store->nodes)},
        {store->sites, sizeof(store->sites)},
        {store->shards, sizeof(store->shards)},
        {store->entries, sizeof(store->entries)},
        {store->snapshots, sizeof(store->snapshots)},
        {store->histograms, sizeof(store->histograms)},
        {store->estimates, sizeof(store->estimates)},
        {store->points, sizeof(store->points)},
        {store->overflows, sizeof(store->overflows)},
        {store->scopes, sizeof(store->scopes)},
        {store->scope_sites, sizeof(store->scope_sites)},
    };
    synthetic_store placed = *store;
    size_t at = HEAPLENS_STORE_HEADER_BYTES;
    memset(bytes, 0, SYNTHETIC_STORE_BYTES);
    for (size_t i = 0; i < HEAPLENS_STORE_KINDS; i++) {
        heaplens_store_section *const section = &placed.header.sections[i];
        if (section->offset == 0) {  // not chosen by the test
            section->offset = at;
        }
        memcpy(bytes + at, sections[i].items, sections[i].size);
        at += sections[i].size;
    }
    _Static_assert(HEAPLENS_STORE_HEADER_BYTES + sizeof(synthetic_store) <= SYNTHETIC_STORE_BYTES,
                   "the sections fit");
    memcpy(bytes, &placed.header, sizeof(placed.header));
}

// -------------------------------------------------------------------------------- session

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = 0;
    if (heaplens__names_add(&session->names, text, strlen(text), &name) != HEAPLENS_OK) {
        abort();
    }
    return name;
}

static void *copy_of(const void *items, size_t bytes)
{
    void *const copy = malloc(bytes);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, items, bytes);
    return copy;
}

#define COPY(member, ...)                                                        \
    do {                                                                         \
        process.member##s = copy_of((__VA_ARGS__), sizeof(__VA_ARGS__));         \
        process.member##_count = sizeof(__VA_ARGS__) / sizeof((__VA_ARGS__)[0]); \
    } while (0)

static void add_process(heaplens_session *session, heaplens_process process)
{
    if (heaplens__session_add(session, &process) != HEAPLENS_OK) {
        abort();
    }
}

// Sizes, a timeline, an overflow, a scope and two threads.
static void add_details(heaplens_session *s, heaplens_process *of)
{
    heaplens_process process = *of;
    const heaplens_site_size site_sizes[] = {
        {0, 12, 950}, {0, 20, 50}, {1, 12, 200}, {2, 17, 3}, {3, 8, 5}, {4, 0, 1}, {4, 17, 1},
    };
    heaplens_size_class sizes[HEAPLENS_SIZE_CLASSES] = {0};
    for (size_t i = 0; i < sizeof(site_sizes) / sizeof(site_sizes[0]); i++) {
        sizes[site_sizes[i].size_class].blocks += site_sizes[i].blocks;
    }
    const heaplens_point points[] = {
        {0, 0, 0, 0, 0, 1 << 20},
        {1000000, 2000000, 900000, 40, 950000, 2 << 20},
        {1400000, 2100000, 900000, 40, 950000, 2 << 20},
        {1800000, 2200000, 900000, 40, 950000, 2 << 20},
        {2200000, 2300000, 900000, 40, 950000, 2 << 20},
        {2600000, 2400000, 900000, 40, 950000, 2 << 20},
        {3000000, 4000000, 3000000, 105, 3100000, 4 << 20},
        {5000000, 5000000, 1000, 5, 1200, 4 << 20},
    };
    const heaplens_overflow overflows[] = {
        {.count = 2, .size_bytes = 100, .bytes_behind = 3, .time_ns = 4, .tid = 101, .site = 1},
    };
    const heaplens_scope_total scopes[] = {
        {.scopes = 3,
         .bytes_total = 700000,
         .blocks_total = 250,
         .bytes_peak = 300000,
         .blocks_peak = 9,
         .label = add_name(s, "load rows")},
    };
    const heaplens_scope_site scope_sites[] = {
        {.bytes_total = 600000, .blocks_total = 200, .bytes_peak = 250000, .scope = 0, .site = 1},
        {.bytes_total = 100000, .blocks_total = 50, .bytes_peak = 50000, .scope = 0, .site = 0},
    };
    const heaplens_thread threads[] = {
        {.bytes_total = 4700000, .blocks_total = 1105, .tid = 101, .threads = 1},
        {.bytes_total = 300000, .blocks_total = 100, .tid = 102, .threads = 4},
    };
    const heaplens_thread_site thread_sites[] = {
        {4000000, 1000, 0, 0},
        {300000, 100, 0, 1},
        {300000, 100, 1, 1},
    };
    COPY(site_size, site_sizes);
    COPY(size, sizes);
    COPY(point, points);
    COPY(overflow, overflows);
    COPY(scope, scopes);
    COPY(scope_site, scope_sites);
    COPY(thread, threads);
    COPY(thread_site, thread_sites);
    *of = process;
}

static heaplens_process large_process(heaplens_session *s)
{
    heaplens_process process = {
        .facts =
            {
                .start_unix_ns = 2,
                .duration_ns = 5000000,
                .peak_ns = 3000000,
                .bytes_total = 5000000,
                .blocks_total = 1205,
                .bytes_peak = 3000000,
                .blocks_peak = 105,
                .bytes_end = 1000,
                .blocks_end = 5,
                .frees_unknown = 1234,
                .pid = 101,
                .parent_pid = 100,
                .mode = HEAPLENS_MODE_FULL,
                .depth_max = 128,
                .threads = 1,
                .command = add_name(s, "app \"quoted\" back\\slash \x1b[31m \xff caf\xc3\xa9"),
                .host = add_name(s, "Linux 6.1 x86_64"),
            },
    };
    const uint32_t app = 0;
    const heaplens_module modules[] = {
        {.start = 0x1000,
         .end = 0x2000,
         .path = add_name(s, "/bin/app"),
         .build_id = add_name(s, "00abcd"),
         .symbols = HEAPLENS_SYMBOLS_LINES},
        {.start = 0x8000,
         .end = 0x9000,
         .path = add_name(s, "/lib/libother.so.1"),
         .symbols = HEAPLENS_SYMBOLS_CHANGED},
    };
    const heaplens_name file = add_name(s, "/src/parse.c");
    const heaplens_frame frames[] = {
        {add_name(s, "grow_buffer"), file, 12},  // inlined into parse_row
        {add_name(s, "parse_row"), file, 40},
        {add_name(s, "main"), add_name(s, "/src/main.c"), 9},
        {add_name(s, "a_function_with_a_name_longer_than_the_column_for_names"), 0, 0},
    };
    const heaplens_location locations[] = {
        {.address = 0x1010, .module = app, .frame_first = 0, .frame_count = 2},
        {.address = 0x1020, .module = app, .frame_first = 2, .frame_count = 1},
        {.address = 0x8010, .module = 1},
        {.address = 0x1030, .module = app, .frame_first = 3, .frame_count = 1},
        {.address = 0, .module = HEAPLENS_MODULE_NONE},
    };
    const heaplens_node nodes[] = {
        {0, 0}, {0, 1}, {1, 0}, {2, 0}, {1, 2}, {0, 4}, {5, 3},
    };
    const heaplens_site sites[] = {
        {.stack = 2,
         .bytes_total = 4000000,
         .blocks_total = 1000,
         .bytes_gmax = 2500000,
         .blocks_gmax = 100,
         .bytes_peak = 2600000,
         .blocks_peak = 90,
         .lifetime_ns = 5000000000,
         .lifetime_max_bytes = 900000,
         .lifetime_max_ns = 40000000,
         .blocks_temporary = 750,
         .reallocs = 20,
         .bytes_copied = 65536},
        {.stack = 3,
         .bytes_total = 600000,
         .blocks_total = 200,
         .bytes_gmax = 400000,
         .blocks_gmax = 4,
         .bytes_peak = 400000,
         .blocks_peak = 4,
         .lifetime_ns = 20000},
        {.stack = 4,
         .bytes_total = 300000,
         .blocks_total = 3,
         .bytes_gmax = 100000,
         .blocks_gmax = 1,
         .bytes_peak = 100000,
         .blocks_peak = 1,
         .lifetime_ns = 900},
        {.stack = 6,
         .bytes_total = 1000,
         .blocks_total = 5,
         .bytes_peak = 1000,
         .blocks_peak = 5,
         .bytes_end = 1000,
         .blocks_end = 5,
         .lifetime_ns = 10000000},
        {.stack = 0,
         .bytes_total = 99000,
         .blocks_total = 2,
         .bytes_peak = 60000,
         .blocks_peak = 1,
         .lifetime_ns = 100},
    };
    COPY(module, modules);
    COPY(frame, frames);
    COPY(location, locations);
    COPY(node, nodes);
    COPY(site, sites);
    add_details(s, &process);
    return process;
}

heaplens_session *synthetic_session(void)
{
    heaplens_session *const session = heaplens_session_create();
    if (session == NULL) {
        abort();
    }
    add_process(session, large_process(session));
    heaplens_process process = {
        .facts = {.start_unix_ns = 1,
                  .pid = 100,
                  .bytes_peak = 10,
                  .blocks_peak = 1,
                  .bytes_total = 10,
                  .blocks_total = 1,
                  .command = add_name(session, "sh -c app"),
                  .flags = HEAPLENS_PROCESS_UNFINISHED},
    };
    const heaplens_node nodes[] = {{0, 0}};
    const heaplens_moment moments[] = {{.time_ns = 7, .label = add_name(session, "loaded")}};
    COPY(node, nodes);
    COPY(moment, moments);
    add_process(session, process);
    return session;
}
