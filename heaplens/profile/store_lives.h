// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_STORE_LIVES_H
#define HEAPLENS_PROFILE_STORE_LIVES_H

#include "profile/store_reader.h"

/**
 * @file
 * The longest life of a site's blocks, on both clocks.
 */

/**
 * Fill lifetime_max_bytes and lifetime_max_ns.
 *
 * The recorder keeps both ends of that life on the clock of bytes allocated. A moment of that clock
 * becomes a time by the timeline, straight between two of its points; before the first of them
 * the recording began, and after the last it ended.
 *
 * Cost: O(log(points)).
 */
void heaplens__store_longest_life(const heaplens_store_reader *r, const heaplens_store_site *stored,
                                  heaplens_site *site);

#endif
