// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_MESSAGE_H
#define HEAPLENS_RUNTIME_MESSAGE_H

/**
 * Remember what standard error is. Call when the process begins, before the program has run.
 *
 * A program may close it, and the next file that it opens then has the same number: nothing must
 * be written there.
 */
void heaplens__message_init(void);

/**
 * Write "heaplens: WHAT SUBJECT: text of errno; the program runs unprofiled" to standard error.
 *
 * The only output of the recorder, written at most once a process, with one write(2); not at
 * all where standard error is no longer what it was at first.
 *
 * Without a number it is "heaplens: WHAT; the program runs unprofiled".
 *
 * @param what     e.g. "cannot create"
 * @param subject  e.g. a path; may be ""
 * @param number   errno of the failure; 0: there is none
 */
void heaplens__message_unprofiled(const char *what, const char *subject, int number);

#endif
