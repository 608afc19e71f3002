// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_DIFF_PATH_H
#define HEAPLENS_PROFILE_DIFF_PATH_H

#include "profile/names.h"
#include "profile/session.h"

/**
 * @file
 * Call stacks as paths of function names, which two builds of a program have in common.
 *
 * Addresses, files and lines are left out; inlined functions are steps like any other; the suffixes
 * of a compiler's clones are cut off; recursion counts once, however deep. A place without a name
 * is `[module]`, or `[module+0xOFFSET]` where both profiles are known to be of the same file.
 */

/** A path; 0 is the empty one. Equal paths of one heaplens_paths have equal ids. */
typedef uint32_t heaplens_path;

enum {
    HEAPLENS_PATH_EMPTY = 0,
    // Inlined functions of one address that are seen, the innermost ones: bounds the work on a
    // hostile file, whose locations can all claim all frames.
    HEAPLENS_PATH_INLINED_MAX = 256,
};

typedef struct heaplens_path_step {
    heaplens_path parent;    // one step further out; less than this step's own id
    heaplens_name function;  // in heaplens_paths.names
} heaplens_path_step;

/** A prefix tree of paths, and the names in it. */
typedef struct heaplens_paths {
    heaplens_names names;
    heaplens_path_step *steps;  // [0] is the empty path
    size_t step_count;
    size_t step_capacity;
    heaplens_path *slots;  // open addressing on (parent, function); 0 is free
    size_t slot_count;     // power of two
} heaplens_paths;

/** HEAPLENS_OK; HEAPLENS_ENOMEM. Released by heaplens__paths_deinit(), also after a failure. */
HEAPLENS_MUST_USE heaplens_status heaplens__paths_init(heaplens_paths *paths);

void heaplens__paths_deinit(heaplens_paths *paths);

/**
 * The path that is one call longer.
 *
 * A call that closes a repetition of up to 8 functions gives the path before the repetition:
 * a, b, a, b is a, b.
 *
 * @param function  in paths->names; not HEAPLENS_NAME_NONE
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY beyond 2^32 steps
 */
HEAPLENS_MUST_USE heaplens_status heaplens__paths_push(heaplens_paths *paths, heaplens_path path,
                                                       heaplens_name function, heaplens_path *out);

/** The text of a path's innermost function; "" of the empty path. Borrowed until a name is added. */
const char *heaplens__path_function(const heaplens_paths *paths, heaplens_path path);

/**
 * A path without its innermost functions that only hand an allocation on, such as `operator new`; the
 * path itself if all of its functions do.
 */
heaplens_path heaplens__path_responsible(const heaplens_paths *paths, heaplens_path path);

/**
 * The length of a function's name without what a compiler or a linker put behind it: `.isra.0`,
 * `.part.1`, `.constprop.0`, `.cold`, `.lto_priv.0`, `.llvm.123`, ` [clone .cold]`, `@@VERSION`.
 */
size_t heaplens__function_length(const char *name);

/**
 * What two builds call a module: its file's name without folders, up to `.so`.
 *
 * @param[out] length  of the name, which is not NUL-terminated there
 */
const char *heaplens__module_name(const char *path, size_t *length);

/** One side of a comparison. */
typedef struct heaplens_diff_side {
    const heaplens_session *session;
    const heaplens_process *process;  // of the session; NULL: nothing was recorded
} heaplens_diff_side;

/**
 * The path of every stack of a process.
 *
 * @param[in,out] paths  grows
 * @param[in]     other  what it will be compared with: tells which files are the same in both
 * @param[out]    out    (side->process->node_count) by node
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 *
 * Cost: O(nodes * inlined frames).
 */
HEAPLENS_MUST_USE heaplens_status heaplens__paths_of_nodes(heaplens_paths *paths,
                                                           const heaplens_diff_side *side,
                                                           const heaplens_diff_side *other,
                                                           heaplens_path *out);

#endif
