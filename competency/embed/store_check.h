// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_STORE_CHECK_H
#define COMPETENCY_EMBED_STORE_CHECK_H

/**
 * @file
 * Whether a store's file is what LMDB may be given.
 *
 * LMDB believes its file: a page whose numbers are wrong makes it read and write beside the mapping,
 * or divide by 0, or end the process by an assertion. So all that it believes is checked before it
 * is used, on our own read-only mapping.
 */
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

/**
 * Check what LMDB sizes its mapping from: the first two pages.
 *
 * @param[in] path  of the file; one that is not there, or empty, is sound
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT; COMPETENCY_EIO if it cannot be read
 */
COMPETENCY_MUST_USE competency_status competency__store_check_heads(const char *path,
                                                                    competency_error *err);

/**
 * Check every page that transaction `txnid` sees.
 *
 * Of each tree: every page is where its number says, inside the file, of the kind that its depth
 * asks for, and reached once; nodes lie inside their page, side by side; keys ascend and have the
 * size that the tree asks for; the tree has the pages and entries that its head counts. A page is
 * never both free and in use. The values of entries are not looked at: they have sums.
 *
 * @param[in] bytes   (size) the file
 * @param     txnid   of a transaction that is open meanwhile, so that its pages stay
 * @param[in] memory  NULL: the C library's; a bit a page until this returns
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, naming the page; COMPETENCY_EINVAL if the file's heads
 *         are those of later transactions; COMPETENCY_ENOMEM
 *
 * Cost: looks at each page in use once; of a value that has pages of its own, at the first.
 */
COMPETENCY_MUST_USE competency_status competency__store_check(const unsigned char *bytes,
                                                              size_t size, uint64_t txnid,
                                                              const competency_allocator *memory,
                                                              competency_error *err);

#endif
