// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_MESSAGE_H
#define HEAPLENS_RUNTIME_MESSAGE_H

/**
 * Write "heaplens: WHAT SUBJECT: text of errno; the program runs unprofiled" to standard error.
 *
 * The only output of the recorder, written at most once a process, with one write(2).
 *
 * @param what     e.g. "cannot create"
 * @param subject  e.g. a path; may be ""
 * @param number   errno of the failure
 */
void heaplens__message_unprofiled(const char *what, const char *subject, int number);

#endif
