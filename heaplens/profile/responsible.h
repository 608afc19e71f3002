// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_RESPONSIBLE_H
#define HEAPLENS_PROFILE_RESPONSIBLE_H

#include "profile/interval.h"

/**
 * @file
 * Whose allocation it is. The innermost frames of most stacks are malloc's wrappers: xmalloc,
 * operator new, std::vector. A person asks for the function that called them.
 */

/** True for a function that only hands an allocation on: known by its name, demangled or not. */
bool heaplens__is_wrapper(const char *function);

/** A frame of a stack: the location of a node, and which of its frames. */
typedef struct heaplens_place {
    const heaplens_location *location;  // NULL: the stack has no frame at all
    uint32_t frame;                     // into location's frames; 0 where it has none
} heaplens_place;

/**
 * The innermost frame of a stack that is not a wrapper; the innermost of all if every one is.
 *
 * Code without a name is passed over for its named caller in the same module, which says more to a
 * person than an address does; a caller in another module is not responsible for it.
 */
heaplens_place heaplens__responsible(const heaplens_session *session,
                                     const heaplens_process *process, uint32_t stack);

/** The function of a place; HEAPLENS_NAME_NONE if it has no name. */
heaplens_name heaplens__place_function(const heaplens_process *process, heaplens_place place);

/** Sites that one function is responsible for, added up; of code without symbols, one module. */
typedef struct heaplens_culprit {
    heaplens_name function;  // HEAPLENS_NAME_NONE: code of a module without symbols
    uint32_t module;         // of code without symbols; otherwise HEAPLENS_MODULE_NONE
    uint32_t site_first;     // any of its sites
    uint32_t sites;          // how many
    heaplens_spread spread;  // variances of the sum
    heaplens_site sum;       // every figure summed, first_ns the least, last_ns the largest; own
                             // peaks are summed too, which is the most they can be together
} heaplens_culprit;

/**
 * Add the sites up by the function that is responsible for them, in the order of the profile.
 *
 * @param[out] out  (*count) released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_culprits(const heaplens_session *session,
                                                    const heaplens_process *process,
                                                    heaplens_culprit **out, size_t *count);

#endif
