// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_FILE_H
#define COMPETENCY_MODEL_FILE_H

/**
 * @file
 * Whole files of a model directory, mapped read-only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <competency/status.h>

/** What tells a file from any other, and from itself with other contents. */
typedef struct competency__file_stamp {
    uint64_t device;
    uint64_t inode;
    uint64_t size;             // bytes
    struct timespec modified;  // contents, as their owner may have set it
    struct timespec changed;   // contents or attributes, as the system set it
} competency__file_stamp;

/** A mapped file. An empty file has no mapping but valid, empty bytes. */
typedef struct competency__file {
    const char *bytes;  // (size) read-only
    size_t size;        // 0 after unmap
    void *mapping;      // what is unmapped; NULL for an empty file
    competency__file_stamp stamp;
} competency__file;

/**
 * Map `directory`/`name`.
 *
 * The mapping is private and read-only. Should somebody truncate the file while it is mapped, a
 * read beyond its new end is a SIGBUS: that is the price of reading weights in place, and why a
 * model directory must belong to somebody the process trusts not to rewrite files under it.
 *
 * @param[out] out  emptied on failure; released by competency__file_unmap()
 * @param      size_max  a larger file is refused
 * @return COMPETENCY_OK; COMPETENCY_ENOMODEL if there is no such file; COMPETENCY_EFORMAT if it is
 *         not a regular file or larger than `size_max`; COMPETENCY_EIO; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__file_map(competency__file *out,
                                                           const char *directory, const char *name,
                                                           size_t size_max, competency_error *err);

/** Map the file at `path`, likewise. */
COMPETENCY_MUST_USE competency_status competency__file_map_path(competency__file *out,
                                                                const char *path, size_t size_max,
                                                                competency_error *err);

/**
 * Map the file at `path`, likewise, and keep it open.
 *
 * @param[out] descriptor  close() it; -1 on failure
 */
COMPETENCY_MUST_USE competency_status competency__file_map_open(competency__file *out,
                                                                int *descriptor, const char *path,
                                                                size_t size_max,
                                                                competency_error *err);

/** Unmap; an empty file is accepted. */
void competency__file_unmap(competency__file *file);

#endif
