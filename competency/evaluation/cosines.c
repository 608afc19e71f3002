// SPDX-License-Identifier: MIT
#include "evaluation/cosines.h"

#include "base/error.h"
#include "base/memory.h"

competency_status
competency__cosine_index_init(competency__cosine_index *out, const competency_allocator *memory,
                              const float *vectors, size_t count, size_t dimension,
                              const competency__kernels *kernels, competency_error *err)
{
    *out = (competency__cosine_index){.memory = competency__allocator(memory), .kernels = kernels};
    const size_t bytes = competency__panels_bytes(COMPETENCY__F32, count, dimension);
    float *const zeros =
        bytes == 0 ? NULL : competency__allocate_zeroed(memory, count, sizeof(*zeros));
    out->block =
        zeros == NULL ? NULL : competency__allocate_aligned(memory, COMPETENCY__PANEL_ALIGN, bytes);
    if (zeros == NULL || out->block == NULL) {
        competency__release(memory, zeros);
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory to compare with %zu vectors",
                                count);
    }
    const competency__panel_source source = {.weight = vectors, .bias = zeros, .cols = count};
    competency__panels_pack(out->block, COMPETENCY__F32, &source, 1, dimension, NULL);
    out->panels = competency__panels_place(out->block, COMPETENCY__F32, count, dimension);
    competency__release(memory, zeros);
    return COMPETENCY_OK;
}

void competency__cosine_index_deinit(competency__cosine_index *index)
{
    competency__release_aligned(&index->memory, index->block);
    *index = (competency__cosine_index){0};
}

// `out` is written, through the product.
// NOLINTBEGIN(readability-non-const-parameter)
void competency__cosine_index_compare(float *out, const competency__cosine_index *index,
                                      const float *asked, size_t rows)
// NOLINTEND(readability-non-const-parameter)
{
    const competency__panel_product product = {
        .y = out,
        .y_stride = index->panels.cols,
        .x = asked,
        .x_stride = index->panels.depth,
        .w = &index->panels,
        .rows = rows,
        .finish = COMPETENCY__FINISH_NONE,
    };
    index->kernels->multiply_panels(&product);
}
