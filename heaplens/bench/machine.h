// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_MACHINE_H
#define HEAPLENS_BENCH_MACHINE_H

#include "bench/bench_report.h"

/**
 * Find out about this machine from /proc and /sys; what is not there stays empty.
 *
 * The fingerprint is of what makes times of two runs incomparable: the processor's model, the
 * architecture and how many processors are online. The kernel's release and the frequency's governor
 * are in the report, and not in the fingerprint: they change with every update, or by the hour.
 */
heaplens_machine heaplens__machine_read(void);

#endif
