// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_PPROF_H
#define HEAPLENS_EXPORT_PPROF_H

#include "export/sink.h"
#include "profile/session.h"

/**
 * Write one process as a gzipped profile.proto, for pprof and everything that reads its format.
 *
 * Sample types are those of Go's heap profiles, in their order: alloc_objects, alloc_space,
 * inuse_objects and inuse_space, where "in use" is what was never freed. Behind them are
 * peak_objects and peak_space, what was live at the peak of the process; peak_space is the default.
 * Each sample has the label "bytes", the mean size of its blocks.
 *
 * An address without a symbol stays without a line, and its mapping is marked as not symbolised, so
 * that pprof looks for names itself.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_pprof(heaplens_sink *sink,
                                                       const heaplens_session *session,
                                                       const heaplens_process *process);

#endif
