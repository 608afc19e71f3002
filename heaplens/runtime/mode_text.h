// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_MODE_TEXT_H
#define HEAPLENS_RUNTIME_MODE_TEXT_H

#include <heaplens/heaplens.h>

#include <stdbool.h>
#include <stdint.h>

/**
 * Read a mode as the environment gives it: off, count, full, sample, sample=BYTES.
 *
 * @param[out] mode          unchanged on failure
 * @param[out] sample_bytes  mean distance of samples; 0: not given. Unchanged on failure
 * @return false if it is none of these
 */
bool heaplens__mode_read(const char *text, heaplens_mode *mode, uint64_t *sample_bytes);

#endif
