// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_GZIP_H
#define HEAPLENS_EXPORT_GZIP_H

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include "export/sink.h"

/** Compresses what is put in, as one member of a gzip file without name and time, into a sink. */
typedef struct heaplens_gzip {
    z_stream stream;
    heaplens_sink *sink;
} heaplens_gzip;

/**
 * Begin a gzip file.
 *
 * @param sink  borrowed until heaplens__gzip_finish(), which must follow a success
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__gzip_init(heaplens_gzip *gzip, heaplens_sink *sink);

/** Compress bytes. Failures stick to the sink. */
void heaplens__gzip_put(heaplens_gzip *gzip, const void *data, size_t size);

/** End the file and release what `gzip` owns; the sink is not flushed. */
void heaplens__gzip_finish(heaplens_gzip *gzip);

#endif
