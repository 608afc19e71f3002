// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FRAME_TEXT_H
#define HEAPLENS_EXPORT_FRAME_TEXT_H

#include "profile/session.h"

/** The part of a path behind its last slash. */
const char *heaplens__path_base(const char *path);

/** The path of a location's module; "" if it has none. */
const char *heaplens__location_module(const heaplens_session *session,
                                      const heaplens_process *process,
                                      const heaplens_location *location);

#endif
