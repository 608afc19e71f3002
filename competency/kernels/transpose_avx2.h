// SPDX-License-Identifier: MIT
/**
 * @file
 * Packing a panel with 256-bit registers: a part of each table that has them, included there like
 * kernels_body.h.
 */

enum { BLOCK = 8 };

// The first `rows` rows of w, eight columns of each, to columns 0..7 of eight rows of the panel;
// rows past them count as zeros.
static inline void transpose_8x8(float *panel, const float *w, size_t stride, size_t rows)
{
    __m256 row[BLOCK];
    __m256 pair[BLOCK];
    __m256 quad[BLOCK];
    for (size_t i = 0; i < BLOCK; i++) {
        row[i] = i < rows ? _mm256_loadu_ps(w + i * stride) : _mm256_setzero_ps();
    }
    for (size_t i = 0; i < BLOCK; i += 2) {
        pair[i] = _mm256_unpacklo_ps(row[i], row[i + 1]);
        pair[i + 1] = _mm256_unpackhi_ps(row[i], row[i + 1]);
    }
    for (size_t i = 0; i < BLOCK; i += 4) {
        quad[i] = _mm256_shuffle_ps(pair[i], pair[i + 2], 0x44);
        quad[i + 1] = _mm256_shuffle_ps(pair[i], pair[i + 2], 0xEE);
        quad[i + 2] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], 0x44);
        quad[i + 3] = _mm256_shuffle_ps(pair[i + 1], pair[i + 3], 0xEE);
    }
    for (size_t i = 0; i < BLOCK / 2; i++) {
        _mm256_storeu_ps(panel + i * LANES, _mm256_permute2f128_ps(quad[i], quad[i + 4], 0x20));
        _mm256_storeu_ps(panel + (i + 4) * LANES,
                         _mm256_permute2f128_ps(quad[i], quad[i + 4], 0x31));
    }
}

// Columns 8..15 of eight rows of the panel: rows 8 and further of w.
static inline void transpose_rest(float *panel, const float *w, size_t stride, size_t cols)
{
    if (cols > BLOCK) {
        transpose_8x8(panel + BLOCK, w + BLOCK * stride, stride, cols - BLOCK);
        return;
    }
    for (size_t i = 0; i < BLOCK; i++) {
        _mm256_storeu_ps(panel + i * LANES + BLOCK, _mm256_setzero_ps());
    }
}

// panel[k][c] = w[c][k]; columns past `cols` are zeros.
static void pack_transposed(float *panel, const float *w, size_t stride, size_t cols, size_t depth)
{
    size_t k = 0;
    for (; k + BLOCK <= depth; k += BLOCK) {
        transpose_8x8(panel + k * LANES, w + k, stride, cols);
        transpose_rest(panel + k * LANES, w + k, stride, cols);
    }
    for (; k < depth; k++) {
        for (size_t c = 0; c < LANES; c++) {
            panel[k * LANES + c] = c < cols ? w[c * stride + k] : 0.0F;
        }
    }
}
