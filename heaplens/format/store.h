// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_FORMAT_STORE_H
#define HEAPLENS_FORMAT_STORE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * The raw store: the file that a recording process maps shared and writes into.
 *
 * Another process may read it at any instant, also while it is written and after the writer was
 * killed. It is one header and a row of *sections*; a section is an array of items of one size.
 * Items are appended and never move. `count` is stored with release order after the items it
 * counts, so a reader that loads it with acquire order sees whole items. Counters inside items
 * go on changing; each is one aligned word, so each is whole, but two of them may be an
 * operation apart.
 *
 * Everything is little-endian. Layout, meaning and a worked example: docs/format/store.md.
 * A reader must check every offset, count and id against the size of the file: any process of
 * the same user can have written anything into it.
 */

typedef _Atomic uint64_t heaplens_store_u64;
typedef _Atomic int64_t heaplens_store_i64;

#define HEAPLENS_STORE_MAGIC "HLSTORE\n"

enum {
    HEAPLENS_STORE_VERSION = 3,
    HEAPLENS_STORE_MAGIC_BYTES = 8,
    HEAPLENS_STORE_HEADER_BYTES = 4096,
    HEAPLENS_STORE_ENDIAN = 0x01020304,
    HEAPLENS_STORE_BUILD_ID_BYTES = 32,
    HEAPLENS_STORE_LABEL_BYTES = 64,
    HEAPLENS_STORE_SIZE_BINS = 48,        // bin b > 0: sizes in [2^(b-1), 2^b); bin 0: size 0
    HEAPLENS_STORE_SITES_MAX = 0xFFFFFF,  // ids are 24 bits wide in the blocks
    HEAPLENS_STORE_ENTRY_BINS = 3,        // of most sites all blocks are of one or two sizes
    HEAPLENS_STORE_TIMELINE_POINTS = 1024,
};

/** Ids are indices into their section. Item 0 of nodes and of sites is reserved. */
enum {
    HEAPLENS_STORE_NODE_ROOT = 0,  // the empty stack: the parent of outermost frames
    HEAPLENS_STORE_SITE_NONE = 0,  // an entry that is not in use
    HEAPLENS_STORE_SITE_REST = 1,  // all blocks whose own site found no room; its node is the root
};

/** The module of code that belongs to none; too large for an enumerator of C17. */
#define HEAPLENS_STORE_MODULE_NONE UINT32_MAX

typedef enum heaplens_store_kind {
    HEAPLENS_STORE_TEXT = 0,          // bytes: paths, command line; not NUL-terminated
    HEAPLENS_STORE_MODULES = 1,       // heaplens_store_module
    HEAPLENS_STORE_NODES = 2,         // heaplens_store_node
    HEAPLENS_STORE_SITES = 3,         // heaplens_store_site
    HEAPLENS_STORE_SHARDS = 4,        // heaplens_store_shard
    HEAPLENS_STORE_ENTRIES = 5,       // heaplens_store_entry
    HEAPLENS_STORE_SNAPSHOTS = 6,     // heaplens_store_snapshot
    HEAPLENS_STORE_HISTOGRAMS = 7,    // heaplens_store_histogram
    HEAPLENS_STORE_ESTIMATES = 8,     // heaplens_store_estimate
    HEAPLENS_STORE_POINTS = 9,        // heaplens_store_point: the timeline
    HEAPLENS_STORE_OVERFLOWS = 10,    // heaplens_store_overflow
    HEAPLENS_STORE_SCOPES = 11,       // heaplens_store_scope
    HEAPLENS_STORE_SCOPE_SITES = 12,  // heaplens_store_scope_site
    HEAPLENS_STORE_KINDS = 13,
} heaplens_store_kind;

/** What the writer was doing when it was last heard of. */
typedef enum heaplens_store_state {
    HEAPLENS_STORE_CREATED = 0,    // being set up: nothing in it yet
    HEAPLENS_STORE_RECORDING = 1,  // also: was killed while recording
    HEAPLENS_STORE_STOPPED = 2,    // heaplens_stop() was called
    HEAPLENS_STORE_ENDED = 3,      // the process has run its exit handlers
} heaplens_store_state;

/** Where a section lies. */
typedef struct heaplens_store_section {
    uint64_t offset;             // from the start of the file; multiple of 4096, in a copy of 64
    uint64_t capacity;           // items that fit
    uint32_t stride;             // bytes an item
    uint32_t reserved;           // 0
    heaplens_store_u64 count;    // items valid; store release / load acquire
    heaplens_store_u64 refused;  // items that found no room: what is missing, 0 if nothing is
} heaplens_store_section;

/** A range of the text section. */
typedef struct heaplens_store_string {
    uint32_t offset;
    uint32_t bytes;  // 0: unknown
} heaplens_store_string;

/** One moment on both clocks. */
typedef struct heaplens_store_clock {
    heaplens_store_u64 time;  // in time units (those of every `time` field)
    heaplens_store_u64 ns;    // CLOCK_MONOTONIC
} heaplens_store_clock;

/**
 * The first bytes of the file.
 *
 * Words that every operation reads lie apart from words that threads hand their figures in to: a
 * cache line of the first kind is then seldom taken away from a thread.
 */
typedef struct heaplens_store_header {
    char magic[HEAPLENS_STORE_MAGIC_BYTES];
    uint32_t version;
    uint32_t endian;        // HEAPLENS_STORE_ENDIAN as the writer wrote it
    uint32_t header_bytes;  // HEAPLENS_STORE_HEADER_BYTES
    uint32_t depth_max;     // frames kept of a stack
    uint32_t page_bytes;
    uint32_t pid;
    uint64_t file_bytes;  // size reserved, not size used
    uint32_t ppid;
    uint32_t reserved;
    heaplens_store_u64 state;       // heaplens_store_state
    uint64_t start_realtime_ns;     // wall clock when recording started, since 1970
    heaplens_store_clock start;     // when recording started
    heaplens_store_clock latest;    // a later moment: two points give the length of a time unit
    heaplens_store_string command;  // arguments, each ended by a NUL
    heaplens_store_string exe;
    heaplens_store_string cwd;
    uint32_t pending_bytes_max;       // bound of what a thread keeps back from a shared figure
    uint32_t pending_blocks_max;      // the same, for blocks
    heaplens_store_u64 mode;          // heaplens_mode; the latest, where it was changed
    heaplens_store_u64 modes_used;    // bit m: the mode m was used
    heaplens_store_u64 sample_bytes;  // mean distance of samples, the latest; 0: never sampled
    heaplens_store_u64 module_adds;   // of dl_iterate_phdr, when modules were last read
    uint64_t reserved_2[4];

    // Byte 192. The peak of the process so far (t-gmax), if it is past. See docs/format/store.md.
    heaplens_store_u64 peak_epoch;  // rises whenever a peak has passed
    heaplens_store_i64 bytes_peak;
    heaplens_store_i64 blocks_peak;
    heaplens_store_u64 peak_time;         // when it passed
    heaplens_store_u64 module_subs;       // of dl_iterate_phdr, when modules were last read
    heaplens_store_u64 point_gap;         // time units between points of the timeline
    heaplens_store_i64 counted_peak;      // count mode: as bytes_peak, in usable bytes
    heaplens_store_i64 counted_at_start;  // shards' counted_bytes when count mode began

    // Byte 256. What threads handed in; for exact figures sum the shards.
    heaplens_store_i64 bytes_live;
    heaplens_store_i64 blocks_live;
    heaplens_store_u64 bytes_clock;              // bytes allocated
    heaplens_store_i64 counted_bytes;            // count mode: usable bytes live
    heaplens_store_i64 counted_blocks;           // the same, blocks
    heaplens_store_i64 counted_blocks_peak;      // at counted_peak
    heaplens_store_i64 counted_blocks_at_start;  // as counted_at_start
    heaplens_store_u64 rss_peak;                 // bytes; the largest that was seen, 0: unknown

    // Byte 320.
    heaplens_store_u64 threads;        // threads that ever allocated
    heaplens_store_u64 shards_absent;  // operations not counted, for want of a shard
    heaplens_store_u64 points;         // the timeline: first item << 32 | items
    heaplens_store_u64 rss_latest;     // bytes; 0: unknown
    uint64_t reserved_3[4];

    heaplens_store_section sections[HEAPLENS_STORE_KINDS];  // byte 384
} heaplens_store_header;

enum {
    HEAPLENS_STORE_MODULE_MAIN = 1,  // the program itself
};

/** A loaded object. A module that was unloaded stays: nodes go on naming it. */
typedef struct heaplens_store_module {
    uint64_t bias;   // address in memory - address in the file's symbol table
    uint64_t start;  // lowest address of an executable segment
    uint64_t end;    // one past the highest
    heaplens_store_string path;
    uint32_t flags;           // HEAPLENS_STORE_MODULE_*
    uint32_t build_id_bytes;  // 0: has none
    uint8_t build_id[HEAPLENS_STORE_BUILD_ID_BYTES];
    heaplens_store_u64 unloaded;  // 1 once it was seen gone
} heaplens_store_module;

/** One frame of a call stack; the stack is the node and its ancestors, innermost first. */
typedef struct heaplens_store_node {
    uint64_t ip;      // an address inside the call instruction; 0: frames beyond were cut
    uint32_t parent;  // < own id; the caller
    uint32_t module;  // HEAPLENS_STORE_MODULE_NONE: code of no module
} heaplens_store_node;

/** A distinct call stack that allocated, and its figures over all threads. One cache line. */
typedef struct heaplens_store_site {
    uint32_t node;              // innermost frame
    _Atomic uint32_t estimate;  // 1 + its item of estimates; 0: no block of it was sampled
    uint64_t first_time;
    heaplens_store_i64 bytes_live;   // the sum of its entries' handed_bytes
    heaplens_store_i64 blocks_live;  // the same of blocks
    heaplens_store_i64 bytes_peak;   // the site's own peak, if it is past
    heaplens_store_i64 blocks_peak;  // blocks at that moment
    heaplens_store_u64
        life_max;  // longest life of a block that ended, in bytes allocated meanwhile
    heaplens_store_u64 life_max_end;  // when that block ended, on the clock of bytes allocated
} heaplens_store_site;

/** What one thread after another counted, over all sites. */
typedef struct heaplens_store_shard {
    uint32_t tid;                     // the thread that had it last
    uint32_t threads;                 // threads that have had it
    heaplens_store_u64 bytes_total;   // requested bytes; a realloc counts its new size in full
    heaplens_store_u64 blocks_total;  // the same, blocks
    heaplens_store_i64 bytes_live;    // negative: freed what other threads allocated
    heaplens_store_i64 blocks_live;
    heaplens_store_i64 usable_live;      // of the same blocks, with the recorder's tails
    heaplens_store_i64 counted_bytes;    // count mode: usable bytes allocated - freed
    heaplens_store_i64 counted_blocks;   // the same, blocks
    heaplens_store_u64 frees_unknown;    // frees of blocks that were not recorded
    heaplens_store_u64 frees_inherited;  // of these, blocks of the parent or an earlier recording
    heaplens_store_u64 allocs_failed;    // the allocator returned NULL
    heaplens_store_u64 allocs_nested;    // allocations from inside the recorder, not recorded
    heaplens_store_u64 stacks_deeper;    // allocations whose stack was cut at depth_max
    heaplens_store_u64 stacks_stopped;   // allocations whose stack ended before its outermost frame
    heaplens_store_u64 entries_refused;  // operations that no entry could count
    heaplens_store_u64 samples;          // blocks drawn in sample mode
    heaplens_store_u64 overflows;        // blocks found overwritten behind their end
    heaplens_store_u64 sizes[HEAPLENS_STORE_SIZE_BINS];  // allocations by requested size
    heaplens_store_u64 looked_at;  // blocks_total when the peak was last looked at
    uint64_t reserved[6];
} heaplens_store_shard;

/**
 * What one shard counted of one site. A site's figures are the sums over all its entries.
 *
 * An allocation is counted by the thread that made it, a free by the thread that frees: fields
 * of live blocks can be negative in one entry, and only their sum means anything.
 *
 * Three cache lines: the first is what every operation changes, the last what few do.
 */
typedef struct heaplens_store_entry {
    heaplens_store_u64 site;  // stored last, release; HEAPLENS_STORE_SITE_NONE: not in use yet
    heaplens_store_u64 bytes_total;
    heaplens_store_u64 blocks_total;
    heaplens_store_i64 bytes_live;
    heaplens_store_i64 blocks_live;
    heaplens_store_u64 epoch;          // header.peak_epoch at the last change
    heaplens_store_i64 handed_bytes;   // of bytes_live, what is in site.bytes_live
    heaplens_store_i64 handed_blocks;  // the same

    heaplens_store_u64 life_clock;        // bytes allocated meanwhile; modulo 2^64: deaths - births
    heaplens_store_u64 blocks_young;      // died before HEAPLENS_STORE_YOUNG_BYTES were allocated
    heaplens_store_u64 blocks_temporary;  // freed before their thread's next allocation
    heaplens_store_u64 bytes_rounding;    // usable - requested - tail, over all allocations
    _Atomic uint32_t has_risen;           // 1: it grew since it last shrank
    uint32_t thread;                      // number of the last thread that allocated, from 1
    heaplens_store_u64 bins[HEAPLENS_STORE_ENTRY_BINS];  // allocations by size: see below

    heaplens_store_u64 life_time;   // time units; modulo 2^64: deaths - births, of timed blocks
    heaplens_store_i64 timed_live;  // blocks that the live timed blocks stand for
    heaplens_store_u64 last_time;   // of the last timed allocation
    heaplens_store_i64 bytes_gmax;  // live when that epoch began, if epoch == peak_epoch
    heaplens_store_i64 blocks_gmax;
    heaplens_store_u64 reallocs;
    heaplens_store_u64 bytes_copied;  // by reallocs that moved the block
    uint32_t shard;                   // who writes it
    uint32_t threads;                 // threads that allocated
} heaplens_store_entry;

/**
 * A word of heaplens_store_entry.bins: tag << 56 | value. The bin `b` has the tag b + 1, and the
 * value is its allocations. Tag 0: not in use. Tag 255: the value is the entry's item of
 * histograms, which has all bins that the other words do not name.
 */
enum { HEAPLENS_STORE_BIN_SHIFT = 56, HEAPLENS_STORE_BIN_ELSEWHERE = 255 };

/** Allocations of one entry by requested size, where its own bins did not suffice. */
typedef struct heaplens_store_histogram {
    heaplens_store_u64 sizes[HEAPLENS_STORE_SIZE_BINS];
} heaplens_store_histogram;

/**
 * How sure the figures of a site are: sums over its sampled blocks of (1 - p) / p^2 * y^2, for y
 * its bytes and for y = 1. Each word holds an IEEE 754 binary64.
 */
typedef struct heaplens_store_estimate {
    heaplens_store_u64 samples;  // blocks drawn; a plain number
    heaplens_store_u64 samples_live;
    heaplens_store_u64 bytes_total;  // variance of the site's bytes_total
    heaplens_store_u64 blocks_total;
    heaplens_store_u64 bytes_live;
    heaplens_store_u64 blocks_live;
    heaplens_store_u64 epoch;       // header.peak_epoch at the last change
    heaplens_store_u64 bytes_gmax;  // of bytes_live when that epoch began, if epoch == peak_epoch
    heaplens_store_u64 blocks_gmax;
    heaplens_store_u64 bytes_peak;  // of the site's own peak, if it is past
    heaplens_store_u64 blocks_peak;
    uint64_t site;
} heaplens_store_estimate;

/** The process at one moment. */
typedef struct heaplens_store_point {
    uint64_t time;         // time units
    uint64_t bytes_clock;  // bytes allocated so far
    int64_t bytes_live;    // in count mode, usable bytes
    int64_t blocks_live;
    int64_t usable_live;
    uint64_t rss;  // bytes; 0: unknown
} heaplens_store_point;

/** Blocks of one site that were written to behind their end, found when they were freed. */
typedef struct heaplens_store_overflow {
    heaplens_store_u64 count;
    uint64_t site;
    uint64_t size;   // requested bytes of the first such block
    uint64_t bytes;  // of it, bytes behind the end up to the last that was found changed
    uint64_t time;   // when the first was freed
    uint64_t tid;    // by which thread
} heaplens_store_overflow;

/** What a label is of. */
typedef enum heaplens_store_scope_kind {
    HEAPLENS_STORE_SCOPE_THREAD = 0,   // scopes of a thread
    HEAPLENS_STORE_SCOPE_PROCESS = 1,  // scopes of the process
    HEAPLENS_STORE_SCOPE_POOL = 2,     // pools: live is what lives; no scope sites
} heaplens_store_scope_kind;

/** All scopes of one label and kind, summed; or all pools of one label. */
typedef struct heaplens_store_scope {
    char label[HEAPLENS_STORE_LABEL_BYTES];  // NUL-terminated
    heaplens_store_u64 kind;                 // heaplens_store_scope_kind
    heaplens_store_u64 scopes;               // that have ended; pools that had a block
    heaplens_store_u64 bytes_total;
    heaplens_store_u64 blocks_total;
    heaplens_store_u64 bytes_freed;
    heaplens_store_u64 blocks_freed;
    heaplens_store_u64 bytes_live;  // at the ends, summed
    heaplens_store_u64 blocks_live;
    heaplens_store_u64 bytes_peak;   // the largest of one scope
    heaplens_store_u64 blocks_peak;  // at that moment
    heaplens_store_u64 reallocs;
    heaplens_store_u64 blocks_temporary;
    heaplens_store_u64 inexact;  // scopes whose figures are not exact
    uint64_t reserved[3];
} heaplens_store_scope;

/** What one site did inside the scopes of one label. */
typedef struct heaplens_store_scope_site {
    uint32_t scope;  // item of scopes
    uint32_t site;
    heaplens_store_u64 bytes_total;
    heaplens_store_u64 blocks_total;
    heaplens_store_u64 bytes_live;  // at the ends, summed
    heaplens_store_u64 blocks_live;
    heaplens_store_u64 bytes_peak;  // the largest of one scope
} heaplens_store_scope_site;

/** A block that dies before so many bytes were allocated by the process died young. */
enum { HEAPLENS_STORE_YOUNG_BYTES = 65536 };

/** heaplens_snapshot, as it was taken. */
typedef struct heaplens_store_snapshot {
    char label[HEAPLENS_STORE_LABEL_BYTES];  // NUL-terminated
    uint64_t time_ns;                        // since recording started
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_peak;
    uint64_t blocks_peak;
    uint64_t bytes_total;
    uint64_t blocks_total;
} heaplens_store_snapshot;

_Static_assert(sizeof(heaplens_store_u64) == 8, "atomics on disk are plain words");
_Static_assert(sizeof(heaplens_store_section) == 40, "layout is on disk");
_Static_assert(offsetof(heaplens_store_header, peak_epoch) == 192, "a cache line of its own");
_Static_assert(offsetof(heaplens_store_header, bytes_live) == 256, "a cache line of its own");
_Static_assert(offsetof(heaplens_store_header, threads) == 320, "a cache line of its own");
_Static_assert(offsetof(heaplens_store_header, sections) == 384, "layout is on disk");
_Static_assert(sizeof(heaplens_store_header) == 904, "layout is on disk");
_Static_assert(sizeof(heaplens_store_header) <= HEAPLENS_STORE_HEADER_BYTES, "header fits");
_Static_assert(sizeof(heaplens_store_module) == 80, "layout is on disk");
_Static_assert(sizeof(heaplens_store_node) == 16, "layout is on disk");
_Static_assert(sizeof(heaplens_store_site) == 64, "layout is on disk");
_Static_assert(sizeof(heaplens_store_shard) == 576, "layout is on disk");
_Static_assert(sizeof(heaplens_store_entry) == 192, "layout is on disk");
_Static_assert(sizeof(heaplens_store_snapshot) == 120, "layout is on disk");
_Static_assert(sizeof(heaplens_store_histogram) == 384, "layout is on disk");
_Static_assert(sizeof(heaplens_store_estimate) == 96, "layout is on disk");
_Static_assert(sizeof(heaplens_store_point) == 48, "layout is on disk");
_Static_assert(sizeof(heaplens_store_overflow) == 48, "layout is on disk");
_Static_assert(sizeof(heaplens_store_scope) == 192, "layout is on disk");
_Static_assert(sizeof(heaplens_store_scope_site) == 48, "layout is on disk");

#endif
