// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SESSION_H
#define HEAPLENS_PROFILE_SESSION_H

#include <heaplens/heaplens.h>

#include "profile/failure.h"
#include "profile/names.h"

/**
 * @file
 * The model of a loaded profile.
 *
 * A *session* is what one `heaplens run` recorded: one or more *processes*, which share a table of
 * names. A process has *sites*: distinct call stacks that allocated. A stack is a *node* of a prefix
 * tree whose root is the empty stack; each node adds one *location*, an address of the program, to
 * its parent's stack. A location has *frames*, innermost first: more than one where the compiler
 * inlined, none where no symbol was found.
 *
 * Everything is an index into an array of the same process; all arrays are owned by the session.
 * A loaded session has been checked: every index is valid, and a node's parent precedes it.
 */

enum {
    HEAPLENS_NODE_ROOT = 0,           // the empty stack
    HEAPLENS_SIZE_CLASSES = 48,       // as many as the recorder has
    HEAPLENS_STACK_DEPTH_MAX = 4096,  // the recorder's default is 128
};

/** "No module": an address that is in no file that is known. */
#define HEAPLENS_MODULE_NONE UINT32_MAX

/** One source position inside a location. */
typedef struct heaplens_frame {
    heaplens_name function;
    heaplens_name file;  // HEAPLENS_NAME_NONE: the symbol table knew the function only
    uint32_t line;       // 0: unknown
} heaplens_frame;

/** One address of the program. */
typedef struct heaplens_location {
    uint64_t address;      // inside the call instruction, not behind it
    uint32_t module;       // HEAPLENS_MODULE_NONE: unknown
    uint32_t frame_first;  // into frames
    uint32_t frame_count;  // 0: no symbol
} heaplens_location;

typedef struct heaplens_node {
    uint32_t parent;    // < this node's own id, which is what makes every walk finite
    uint32_t location;  // unused in the root
} heaplens_node;

/** What became of a module's symbols. Values are in the file. */
typedef enum heaplens_symbols {
    HEAPLENS_SYMBOLS_PENDING = 0,  // nobody looked
    HEAPLENS_SYMBOLS_LINES = 1,    // functions, files and lines (DWARF)
    HEAPLENS_SYMBOLS_NAMES = 2,    // functions only (ELF symbol table)
    HEAPLENS_SYMBOLS_MISSING = 3,  // the file is not there, or cannot be read
    HEAPLENS_SYMBOLS_CHANGED = 4,  // the file has another build id than the one that ran
} heaplens_symbols;

typedef struct heaplens_module {
    uint64_t start;  // lowest address
    uint64_t end;    // first address behind it
    uint64_t bias;   // address in memory - address in the file
    heaplens_name path;
    heaplens_name build_id;  // lower-case hexadecimal; HEAPLENS_NAME_NONE: it has none
    uint32_t symbols;        // heaplens_symbols
} heaplens_module;

/** Figures of one call stack. Bytes are requested bytes; times count from the start of recording. */
typedef struct heaplens_site {
    uint64_t bytes_total;  // ever allocated, reallocations included
    uint64_t blocks_total;
    uint64_t bytes_gmax;  // live when the whole process was at its peak
    uint64_t blocks_gmax;
    uint64_t bytes_peak;   // at this site's own peak
    uint64_t blocks_peak;  // live at that moment
    uint64_t bytes_end;    // live at the end: never freed
    uint64_t blocks_end;
    uint64_t lifetime_ns;     // summed over blocks; those alive at the end count until the end
    uint64_t lifetime_bytes;  // the same on the clock of bytes allocated by the process
    // The longest life of a block that ended; those alive at the end have no say in it.
    uint64_t lifetime_max_bytes;  // exact; of sampled sites, of the blocks that were drawn
    uint64_t lifetime_max_ns;   // how long that block lived, to the distance of two heaplens_point
    uint64_t blocks_short;      // blocks that died young
    uint64_t blocks_temporary;  // freed before the thread's next allocation
    uint64_t reallocs;
    uint64_t bytes_copied;    // by reallocations that moved
    uint64_t bytes_rounding;  // usable - requested, summed
    uint64_t blocks_zero;     // requests of zero bytes
    uint64_t first_ns;        // first and last allocation
    uint64_t last_ns;
    uint32_t stack;    // node
    uint32_t threads;  // that allocated here
} heaplens_site;

/** Blocks of one site that were allocated with a size of one class; classes as in heaplens_size_class. */
typedef struct heaplens_site_size {
    uint32_t site;
    uint32_t size_class;
    uint64_t blocks;
} heaplens_site_size;

/**
 * Variances of a site's figures that were estimated from a sample, each of the member of
 * heaplens_site with its name. Draws are independent: those of several sites add up.
 */
typedef struct heaplens_estimate {
    double bytes_total;
    double blocks_total;
    double bytes_gmax;
    double blocks_gmax;
    double bytes_peak;
    double blocks_peak;
    double bytes_end;
    double blocks_end;
    uint64_t samples;  // blocks that were drawn
    uint32_t site;
} heaplens_estimate;

/** The process at one moment of its timeline. */
typedef struct heaplens_point {
    uint64_t time_ns;
    uint64_t bytes_total;  // allocated so far
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_usable;  // what the allocator gave for those blocks
    uint64_t rss_bytes;     // 0: unknown
} heaplens_point;

/** Blocks of one site that were found written to behind their end when they were freed. */
typedef struct heaplens_overflow {
    uint64_t count;
    uint64_t size_bytes;    // of the first such block, as requested
    uint64_t bytes_behind;  // its end, to the last byte that had changed
    uint64_t time_ns;       // when it was freed
    uint32_t tid;           // by which thread
    uint32_t site;
} heaplens_overflow;

/** All scopes of one label, summed. */
typedef struct heaplens_scope_total {
    uint64_t scopes;  // that have ended; pools that had a block
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint64_t bytes_freed;
    uint64_t blocks_freed;
    uint64_t bytes_live;  // at their ends, summed
    uint64_t blocks_live;
    uint64_t bytes_peak;   // the largest of one scope
    uint64_t blocks_peak;  // at that moment
    uint64_t reallocs;
    uint64_t blocks_temporary;
    uint64_t inexact;  // scopes whose figures are not exact
    uint32_t kind;     // heaplens_store_scope_kind: of a thread, of the process, or pools
    heaplens_name label;
} heaplens_scope_total;

/** What one site did inside the scopes of one label. */
typedef struct heaplens_scope_site {
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_peak;
    uint32_t scope;
    uint32_t site;
} heaplens_scope_site;

/** What one thread, or several one after the other, allocated. */
typedef struct heaplens_thread {
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint32_t tid;      // of the last one
    uint32_t threads;  // > 1: as many had the same place in the recorder
} heaplens_thread;

/** What one row of threads allocated at one site. */
typedef struct heaplens_thread_site {
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint32_t thread;
    uint32_t site;
} heaplens_thread_site;

/** The figures of the process at a moment that the program chose. */
typedef struct heaplens_moment {
    uint64_t time_ns;
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_peak;
    uint64_t blocks_peak;
    uint64_t bytes_total;
    uint64_t blocks_total;
    heaplens_name label;
} heaplens_moment;

/** Blocks that were allocated with a size in [2^(class - 1), 2^class), class 0: zero bytes. */
typedef struct heaplens_size_class {
    uint64_t blocks;
} heaplens_size_class;

enum {
    HEAPLENS_PROCESS_UNFINISHED = 1,  // it was still running, or was killed, when it was read
    HEAPLENS_PROCESS_CUT = 2,         // the store's bound was reached
    HEAPLENS_PROCESS_THREADED = 4,  // several threads allocated: the peak has a bound, not a point
    HEAPLENS_PROCESS_COUNTED = 8,   // no call stacks; live bytes are what the allocator gave
    HEAPLENS_PROCESS_SAMPLED = 16,  // sites and live blocks are estimates; see heaplens_estimate
};

/** Facts and totals of one process; the fixed part of its record in the file. */
typedef struct heaplens_facts {
    uint64_t start_unix_ns;  // when recording started
    uint64_t duration_ns;    // from then to the last thing that was recorded
    uint64_t peak_ns;        // when the global peak was reached
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint64_t bytes_peak;
    uint64_t blocks_peak;
    uint64_t bytes_end;
    uint64_t blocks_end;
    uint64_t peak_error_bytes;  // bytes_peak is at most this far from the truth; 0: exact
    uint64_t frees_unknown;     // frees of blocks that were never seen allocated
    uint64_t allocations_failed;
    uint64_t allocations_cut;   // without a site of their own, for want of room
    uint64_t operations_lost;   // not counted at all, for want of room
    uint64_t stacks_cut;        // allocations whose stack was deeper than depth_max
    uint64_t stacks_broken;     // allocations whose stack could not be followed to its end
    uint64_t store_bytes_max;   // bound of what the recorder kept
    uint64_t rss_peak_bytes;    // largest resident set; 0: unknown
    uint64_t rss_end_bytes;     // the latest; 0: unknown
    uint64_t bytes_usable_end;  // what the allocator gave for the blocks live at the end
    uint64_t frees_inherited;   // of frees_unknown, blocks of the parent or an earlier recording
    uint64_t overflows;         // blocks found overwritten behind their end
    uint64_t samples;           // blocks drawn; 0: nothing was sampled
    uint64_t sample_bytes;      // mean distance of samples
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t mode;          // heaplens_mode
    uint32_t depth_max;     // frames kept of a stack
    uint32_t threads;       // that allocated
    uint32_t flags;         // HEAPLENS_PROCESS_*
    heaplens_name command;  // arguments joined by one space
    heaplens_name executable;
    heaplens_name folder;  // working directory
    heaplens_name host;    // system, release, machine
} heaplens_facts;

/** What a peak is the peak of. */
typedef enum heaplens_peak_of {
    HEAPLENS_PEAK_OF_PROCESS = 0,
    HEAPLENS_PEAK_OF_WHOLE,  // a part's share of the process's peak, which is not a peak of its own
    HEAPLENS_PEAK_OF_SCOPE,  // the largest peak of one scope
    HEAPLENS_PEAK_OF_NOTHING,  // not known; the figure is 0
} heaplens_peak_of;

/** Of which process this is a part; see heaplens_process_select(). Not in files. */
typedef struct heaplens_part {
    const struct heaplens_process *whole;  // NULL: it is the whole
    uint32_t unknown;          // 1 << heaplens_metric: figures of it are 0 and mean nothing
    heaplens_peak_of peak_of;  // facts.bytes_peak
} heaplens_part;

typedef struct heaplens_process {
    heaplens_facts facts;
    heaplens_part part;
    heaplens_module *modules;
    heaplens_frame *frames;
    heaplens_location *locations;
    heaplens_node *nodes;  // [HEAPLENS_NODE_ROOT] is the root
    heaplens_site *sites;  // one a stack
    heaplens_moment *moments;
    heaplens_size_class *sizes;
    heaplens_site_size *site_sizes;    // by site, then by class
    heaplens_estimate *estimates;      // of sampled sites, by site
    heaplens_point *points;            // by time
    heaplens_overflow *overflows;      // by site
    heaplens_scope_total *scopes;      // one a label and kind
    heaplens_scope_site *scope_sites;  // by scope, then by site
    heaplens_thread *threads;
    heaplens_thread_site *thread_sites;  // by thread, then by site; none for a single thread
    size_t module_count;
    size_t frame_count;
    size_t location_count;
    size_t node_count;  // >= 1
    size_t site_count;
    size_t moment_count;
    size_t size_count;  // 0 or HEAPLENS_SIZE_CLASSES
    size_t site_size_count;
    size_t estimate_count;
    size_t point_count;
    size_t overflow_count;
    size_t scope_count;
    size_t scope_site_count;
    size_t thread_count;
    size_t thread_site_count;
} heaplens_process;

typedef struct heaplens_session {
    heaplens_names names;
    heaplens_process *processes;  // in the order of their start
    size_t process_count;
    size_t process_capacity;
} heaplens_session;

/** An empty session, or NULL when memory is out; released by heaplens_session_destroy(). */
heaplens_session *heaplens_session_create(void);

/** Release a session; NULL is accepted. */
void heaplens_session_destroy(heaplens_session *session);

/**
 * Move a process into the session, at its place in the order of start times.
 *
 * @param[in,out] process  empty afterwards; unchanged on failure
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
heaplens_status heaplens__session_add(heaplens_session *session, heaplens_process *process);

/** Release what a process owns and make it empty. */
void heaplens__process_deinit(heaplens_process *process);

/** Add the figures of a site to those of another; own peaks add up to the most they can have been. */
void heaplens__site_add(heaplens_site *into, const heaplens_site *from);

/**
 * Check every index of a process that came from a file.
 *
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT, with the first index that is wrong
 */
heaplens_status heaplens__process_check(const heaplens_process *process, size_t names_size,
                                        heaplens_failure *failure);

/** The process with this pid, the newest if several had it; NULL if there is none. */
const heaplens_process *heaplens_session_process(const heaplens_session *session, uint32_t pid);

/** The process with the largest peak, the earliest of equals; NULL in an empty session. */
const heaplens_process *heaplens_session_largest(const heaplens_session *session);

#endif
