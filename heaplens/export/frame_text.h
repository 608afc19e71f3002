// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FRAME_TEXT_H
#define HEAPLENS_EXPORT_FRAME_TEXT_H

#include "profile/session.h"

/** What every format shows of a site that has no call stack, and of a stack that was cut. */
#define HEAPLENS_NO_STACK_TEXT  "(no call stack)"
#define HEAPLENS_STACK_CUT_TEXT "(outer frames were cut)"

/** The part of a path behind its last slash. */
const char *heaplens__path_base(const char *path);

/** Is it one of the C library's functions through which a thread comes to its first function? */
bool heaplens__is_thread_start(const char *function);

/** The path of a location's module; "" if it has none. */
const char *heaplens__location_module(const heaplens_session *session,
                                      const heaplens_process *process,
                                      const heaplens_location *location);

/** Frames to show of a location: those that have symbols, or one that stands for the address. */
uint32_t heaplens__location_frames(const heaplens_location *location);

/** One frame as it is shown; texts are borrowed from the session, or are in `place`. */
typedef struct heaplens_shown_frame {
    const char *function;  // never empty: "module+0x1f" of a frame without a name
    const char *file;      // whole path; "": unknown
    uint32_t line;         // 0: unknown
    char place[320];
} heaplens_shown_frame;

/**
 * Describe one frame of a location.
 *
 * @param      index  < heaplens__location_frames(location); 0 is the innermost
 * @param[out] out    not to be copied: `function` may point into it
 */
void heaplens__frame_show(const heaplens_session *session, const heaplens_process *process,
                          const heaplens_location *location, uint32_t index,
                          heaplens_shown_frame *out);

/**
 * The nodes of a stack, outermost call first.
 *
 * @param[out] nodes  (HEAPLENS_STACK_DEPTH_MAX)
 * @return how many; 0 for HEAPLENS_NODE_ROOT
 */
size_t heaplens__stack_outermost_first(const heaplens_process *process, uint32_t node,
                                       uint32_t *nodes);

#endif
