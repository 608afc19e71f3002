// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_LOADER_H
#define HEAPLENS_RUNTIME_UNWIND_LOADER_H

/**
 * @file
 * Which module holds an address, and which modules that had rules in the cache are gone.
 */
#include <stdbool.h>
#include <stdint.h>

#include "runtime/unwind_cfi.h"

/**
 * Find the frame information of the module that holds an address, and from then on watch the
 * module: heaplens__unwind_loader_ran() clears the cache when it is gone.
 *
 * @param      ip         run-time address
 * @param[out] image      written when the result is true; valid while the module stays loaded
 * @param[out] is_mapped  whether any module holds the address
 * @return false when none does, or it has no usable frame information
 *
 * Threads and signals: safe with glibc 2.35 and later (_dl_find_object); before, it takes the
 * loader's lock for the time of the look-up.
 */
bool heaplens__unwind_loader_find(uintptr_t ip, heaplens__cfi_image *image, bool *is_mapped);

#endif
