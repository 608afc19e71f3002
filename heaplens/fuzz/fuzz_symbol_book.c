// SPDX-License-Identifier: MIT
// The reader of kept symbols on any bytes. The checksum would keep a fuzzer at the door, so it is made
// right first. What is accepted is written again as the same bytes, finds each of its own addresses,
// and merges without losing an entry.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "profile/bytes.h"
#include "profile/symbol_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SUM_AT = 12, SUMMED_FROM = 16 };

static void expect(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void expect_same_bytes(const heaplens_symbol_book *book, const uint8_t *data, size_t size)
{
    unsigned char *again = NULL;
    size_t again_size = 0;
    expect(heaplens__symbol_book_encode(book, &again, &again_size) == HEAPLENS_OK);
    expect(again_size == size && memcmp(again, data, size) == 0);
    free(again);
}

static void use_book(const heaplens_symbol_book *book)
{
    const heaplens_symbol_book empty = {0};
    heaplens_symbol_book merged = {0};
    expect(heaplens__symbol_book_merge(&merged, &empty, book) == HEAPLENS_OK);
    expect(merged.entry_count == book->entry_count && merged.frame_count == book->frame_count &&
           merged.watched_count == book->watched_count);
    for (size_t i = 0; i < book->entry_count; i++) {
        const heaplens_question *const entry = &book->entries[i];
        const heaplens_question *const found = heaplens__symbol_book_find(&merged, entry->address);
        expect(heaplens__symbol_book_find(book, entry->address) == entry);
        expect(found != NULL && found->frame_count == entry->frame_count);
    }
    heaplens__symbol_book_deinit(&merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    // A copy of exactly this size, so that a read behind its end is seen.
    uint8_t *const copy = malloc(size == 0 ? 1 : size);
    heaplens_symbol_book book;
    if (copy == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    if (size > SUMMED_FROM) {
        heaplens__store32(copy + SUM_AT,
                          (uint32_t)crc32_z(0, copy + SUMMED_FROM, size - SUMMED_FROM));
    }
    if (heaplens__symbol_book_decode(&book, copy, size) == HEAPLENS_OK) {
        expect_same_bytes(&book, copy, size);
        use_book(&book);
    } else {
        expect(book.watched == NULL && book.entries == NULL && book.frames == NULL &&
               book.names.text == NULL);
    }
    heaplens__symbol_book_deinit(&book);
    free(copy);
    return 0;
}
