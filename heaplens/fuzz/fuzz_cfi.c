// SPDX-License-Identifier: MIT
// Frame information of a damaged module: any bytes give a rule that fits its fields, or a status.
#include "runtime/unwind_cfi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Input: the address to look up (8), the image's address (8), the header's offset (2), its size (2),
// then the image.
enum { PREFIX_BYTES = 20 };

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < PREFIX_BYTES) {
        return 0;
    }
    uint64_t pc = 0;
    heaplens__cfi_image image = {.bytes = data + PREFIX_BYTES, .size_bytes = size - PREFIX_BYTES};
    memcpy(&pc, data, 8);
    memcpy(&image.address, data + 8, 8);
    memcpy(&image.hdr_offset, data + 16, 2);
    memcpy(&image.hdr_size_bytes, data + 18, 2);

    heaplens__unwind_rule rule = {0};
    if (heaplens__cfi_rule_at(&image, pc, &rule) != HEAPLENS__CFI_OK) {
        require(rule.kind == HEAPLENS__RULE_NONE);
        return 0;
    }
    require(rule.kind != HEAPLENS__RULE_NONE);
    const heaplens__unwind_rule back =
        heaplens__unwind_rule_unpack(heaplens__unwind_rule_pack(rule));
    require(back.kind == rule.kind && back.cfa_words == rule.cfa_words &&
            back.fp_slot == rule.fp_slot);
    return 0;
}
