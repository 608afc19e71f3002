// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_ERROR_H
#define COMPETENCY_BASE_ERROR_H

#include <competency/status.h>

/**
 * Fill `err`, if there is one, and return `status`: `return competency__fail(err, ...);`.
 *
 * The message is one line with the offending value and the limit; it is cut at
 * COMPETENCY_ERROR_MESSAGE_BYTES, never in the middle of a UTF-8 sequence, and control
 * characters in it are replaced by '?', so that hostile input cannot reach a terminal.
 */
COMPETENCY_PRINTF(3, 4)
competency_status competency__fail(competency_error *err, competency_status status,
                                   const char *format, ...);

/** What an errno says: "No such file or directory". Constant, in English, safe from any thread. */
const char *competency__system_text(int code);

#endif
