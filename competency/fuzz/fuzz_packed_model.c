// SPDX-License-Identifier: MIT
// Any bytes are refused, or give a model whose sections lie in the file and whose tokenizer gives
// ids of its vocabulary, whatever is in its tables. The header's sum is put right first: behind it
// is what there is to find.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoder/packed_weights.h"
#include "model/packed_file.h"
#include "model/packed_layout.h"

enum { IDS = 32 };

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_tokenizer(const competency__packed_file *file)
{
    static const char text[] = "abc zz \xC3\xA9tude [SEP] a-b, \xE6\x9D\xB1\xE4\xBA\xAC";
    competency__tokenizer *tokenizer = NULL;
    if (competency__tokenizer_import(&tokenizer, NULL, &file->tokenizer, NULL) != COMPETENCY_OK) {
        check(tokenizer == NULL);
        return;
    }
    uint32_t ids[IDS];
    competency__token_span span = {.ids = ids, .cap = IDS};
    check(competency__tokenizer_encode(tokenizer, &span, text, sizeof(text) - 1, IDS, NULL) ==
          COMPETENCY_OK);
    for (size_t i = 0; i < span.count; i++) {
        check(ids[i] < file->facts.config.vocabulary);
    }
    competency__tokenizer_destroy(tokenizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const bytes = aligned_alloc(COMPETENCY__PACKED_ALIGN, (size | 4095U) + 1);
    if (bytes == NULL) {
        return 0;
    }
    memcpy(bytes, data, size);
    if (size >= sizeof(competency__packed_header)) {
        unsigned char sum[COMPETENCY__SHA256_BYTES];
        competency__sha256(sum, bytes, offsetof(competency__packed_header, sha256));
        memcpy(bytes + offsetof(competency__packed_header, sha256), sum, sizeof(sum));
    }
    competency__packed_file file = {0};
    if (competency__packed_file_read(&file, bytes, size, NULL) == COMPETENCY_OK) {
        const char *at = bytes + COMPETENCY__PACKED_ALIGN;
        for (size_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
            const char *const section = file.sections[i].bytes;
            check(section >= at && file.sections[i].size <= (size_t)(bytes + size - section));
            at = section + file.sections[i].size;
        }
        check(at == bytes + size);
        check_tokenizer(&file);
        // Sizes that cannot be addressed are 0, which no section is taken for.
        (void)competency__packed_layers_bytes(&file.facts.config,
                                              (competency__precision)file.facts.precision);
    }
    free(bytes);
    return 0;
}
