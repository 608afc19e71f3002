// SPDX-License-Identifier: MIT
#include "export/gzip.h"

enum {
    GZIP_WINDOW_BITS = 15 + 16,  // the largest window; + 16: a gzip head and tail around it
    MEMORY_LEVEL = 8,            // zlib's default
};

heaplens_status heaplens__gzip_init(heaplens_gzip *gzip, heaplens_sink *sink)
{
    *gzip = (heaplens_gzip){.sink = sink};
    const int code = deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                  GZIP_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    return code == Z_OK ? HEAPLENS_OK : HEAPLENS_ENOMEM;
}

// deflate() cannot fail here: its state is sound and there is always room for output.
static void compress_bytes(heaplens_gzip *gzip, int flush)
{
    unsigned char out[4096];
    do {
        gzip->stream.next_out = out;
        gzip->stream.avail_out = sizeof(out);
        (void)deflate(&gzip->stream, flush);
        heaplens__sink_put(gzip->sink, (const char *)out, sizeof(out) - gzip->stream.avail_out);
    } while (gzip->stream.avail_out == 0);
}

void heaplens__gzip_put(heaplens_gzip *gzip, const void *data, size_t size)
{
    const unsigned char *at = data;
    while (size > 0) {
        const uInt part = size < UINT32_MAX ? (uInt)size : UINT32_MAX;
        gzip->stream.next_in = at;
        gzip->stream.avail_in = part;
        compress_bytes(gzip, Z_NO_FLUSH);
        at += part;
        size -= part;
    }
}

void heaplens__gzip_finish(heaplens_gzip *gzip)
{
    compress_bytes(gzip, Z_FINISH);
    (void)deflateEnd(&gzip->stream);
}
