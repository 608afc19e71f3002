// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_PAGES_H
#define HEAPLENS_RUNTIME_PAGES_H

#include <stddef.h>

/**
 * Zeroed private memory from the system, never from malloc; only pages that are touched cost.
 *
 * @return NULL if there is none; released by heaplens__pages_release(), or never
 */
void *heaplens__pages_take(size_t bytes);

/** Give back what heaplens__pages_take() gave; NULL is accepted. */
void heaplens__pages_release(void *pages, size_t bytes);

#endif
