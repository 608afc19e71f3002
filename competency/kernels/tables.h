// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_KERNELS_TABLES_H
#define COMPETENCY_KERNELS_TABLES_H

/**
 * @file
 * Every table there can be. Only competency__kernels_select() hands them out, after it has
 * checked that this machine can run them.
 */
#include "kernels/kernels.h"

extern const competency__kernels competency__kernels_scalar;

/** Exists where COMPETENCY_HAVE_X86 is 1. */
extern const competency__kernels competency__kernels_avx2;

/** Exists where COMPETENCY_HAVE_X86 is 1. */
extern const competency__kernels competency__kernels_avx512;

/** Exists where COMPETENCY_HAVE_X86 is 1. */
extern const competency__kernels competency__kernels_avx512vnni;

/** Exists where COMPETENCY_HAVE_NEON is 1. */
extern const competency__kernels competency__kernels_neon;

#endif
