// SPDX-License-Identifier: MIT
// The bytes of a book of symbols. A book comes from a folder that others may have written to, so its
// reader takes every number for an attack until it was checked.
#include "profile/symbol_book.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "profile/array.h"
#include "profile/bytes.h"

static const unsigned char magic[HEAPLENS_SYMBOL_BOOK_MAGIC_BYTES] = {0x89, 'H', 'L',  'S',
                                                                      'Y',  'M', '\r', '\n'};

// Offsets in the header.
enum {
    VERSION_AT = 8,
    SUM_AT = 12,  // of everything behind it
    KIND_AT = 16,
    READER_AT = 20,
    BUILD_ID_AT = 24,
    WATCHED_AT = 28,  // how many rows of each kind
    ENTRIES_AT = 32,
    FRAMES_AT = 36,
    NAMES_AT = 40,  // bytes of texts
    SUMMED_FROM = KIND_AT,
};

static uint32_t sum_bytes(const unsigned char *data, size_t size)
{
    return (uint32_t)crc32_z(0, data + SUMMED_FROM, size - SUMMED_FROM);
}

// ------------------------------------------------------------------------------- reading

static uint64_t promised_bytes(const unsigned char *head)
{
    const uint64_t watched = heaplens__load32(head + WATCHED_AT);
    const uint64_t entries = heaplens__load32(head + ENTRIES_AT);
    const uint64_t frames = heaplens__load32(head + FRAMES_AT);
    return HEAPLENS_SYMBOL_BOOK_HEADER_BYTES + watched * HEAPLENS_SYMBOL_BOOK_WATCHED_BYTES +
           entries * HEAPLENS_SYMBOL_BOOK_ENTRY_BYTES + frames * HEAPLENS_SYMBOL_BOOK_FRAME_BYTES +
           heaplens__load32(head + NAMES_AT);
}

static bool head_is_good(const unsigned char *data, size_t size)
{
    return size >= HEAPLENS_SYMBOL_BOOK_HEADER_BYTES && size <= HEAPLENS_SYMBOL_BOOK_BYTES_MAX &&
           memcmp(data, magic, sizeof(magic)) == 0 &&
           heaplens__load32(data + VERSION_AT) == HEAPLENS_SYMBOL_BOOK_VERSION &&
           promised_bytes(data) == size && sum_bytes(data, size) == heaplens__load32(data + SUM_AT);
}

// The rows have room; every name that they mention is checked afterwards.
static void read_rows(heaplens_symbol_book *book, const unsigned char *at)
{
    for (size_t i = 0; i < book->watched_count; i++) {
        book->watched[i] = (heaplens_watched){
            .path = heaplens__load32(at),
            .inode = heaplens__load64(at + 4),
            .bytes = heaplens__load64(at + 12),
            .modified_ns = (int64_t)heaplens__load64(at + 20),
            .changed_ns = (int64_t)heaplens__load64(at + 28),
        };
        at += HEAPLENS_SYMBOL_BOOK_WATCHED_BYTES;
    }
    for (size_t i = 0; i < book->entry_count; i++) {
        book->entries[i] = (heaplens_question){
            .address = heaplens__load64(at),
            .frame_count = heaplens__load32(at + 8),
        };
        at += HEAPLENS_SYMBOL_BOOK_ENTRY_BYTES;
    }
    for (size_t i = 0; i < book->frame_count; i++) {
        book->frames[i] = (heaplens_frame){
            .function = heaplens__load32(at),
            .file = heaplens__load32(at + 4),
            .line = heaplens__load32(at + 8),
        };
        at += HEAPLENS_SYMBOL_BOOK_FRAME_BYTES;
    }
    memcpy(book->names.text, at, book->names.size);
}

static bool names_are_good(const heaplens_symbol_book *book)
{
    const heaplens_names *const names = &book->names;
    if (names->text[0] != '\0' || names->text[names->size - 1] != '\0' ||
        book->reader >= names->size || book->build_id >= names->size) {
        return false;
    }
    for (size_t i = 0; i < book->watched_count; i++) {
        if (book->watched[i].path >= names->size) {
            return false;
        }
    }
    for (size_t i = 0; i < book->frame_count; i++) {
        if (book->frames[i].function >= names->size || book->frames[i].file >= names->size) {
            return false;
        }
    }
    return true;
}

// Every frame belongs to the entry whose turn it is.
static bool deal_frames(heaplens_symbol_book *book)
{
    size_t used = 0;
    for (size_t i = 0; i < book->entry_count; i++) {
        heaplens_question *const entry = &book->entries[i];
        if (entry->frame_count > book->frame_count - used ||
            (i > 0 && entry->address <= book->entries[i - 1].address)) {
            return false;
        }
        entry->frame_first = (uint32_t)used;
        used += entry->frame_count;
    }
    return used == book->frame_count;
}

heaplens_status heaplens__symbol_book_decode(heaplens_symbol_book *book, const unsigned char *data,
                                             size_t size)
{
    *book = (heaplens_symbol_book){0};
    if (!head_is_good(data, size) || heaplens__load32(data + NAMES_AT) == 0) {
        return HEAPLENS_EFORMAT;
    }
    book->kind = heaplens__load32(data + KIND_AT);
    book->reader = heaplens__load32(data + READER_AT);
    book->build_id = heaplens__load32(data + BUILD_ID_AT);
    book->watched_count = heaplens__load32(data + WATCHED_AT);
    book->entry_count = heaplens__load32(data + ENTRIES_AT);
    book->frame_count = heaplens__load32(data + FRAMES_AT);
    book->names.size = heaplens__load32(data + NAMES_AT);
    book->names.capacity = book->names.size;
    book->watched = heaplens__array_zeroed(book->watched_count, sizeof(*book->watched));
    book->entries = heaplens__array_zeroed(book->entry_count, sizeof(*book->entries));
    book->frames = heaplens__array_zeroed(book->frame_count, sizeof(*book->frames));
    book->names.text = malloc(book->names.size);
    heaplens_status status = HEAPLENS_ENOMEM;
    if (book->watched != NULL && book->entries != NULL && book->frames != NULL &&
        book->names.text != NULL) {
        read_rows(book, data + HEAPLENS_SYMBOL_BOOK_HEADER_BYTES);
        const bool is_kind =
            book->kind == HEAPLENS_SYMBOLS_LINES || book->kind == HEAPLENS_SYMBOLS_NAMES;
        status =
            is_kind && names_are_good(book) && deal_frames(book) ? HEAPLENS_OK : HEAPLENS_EFORMAT;
    }
    if (status != HEAPLENS_OK) {
        heaplens__symbol_book_deinit(book);
    }
    return status;
}

// ------------------------------------------------------------------------------- writing

static void write_head(const heaplens_symbol_book *book, unsigned char *head)
{
    memcpy(head, magic, sizeof(magic));
    heaplens__store32(head + VERSION_AT, HEAPLENS_SYMBOL_BOOK_VERSION);
    heaplens__store32(head + KIND_AT, book->kind);
    heaplens__store32(head + READER_AT, book->reader);
    heaplens__store32(head + BUILD_ID_AT, book->build_id);
    heaplens__store32(head + WATCHED_AT, (uint32_t)book->watched_count);
    heaplens__store32(head + ENTRIES_AT, (uint32_t)book->entry_count);
    heaplens__store32(head + FRAMES_AT, (uint32_t)book->frame_count);
    heaplens__store32(head + NAMES_AT, (uint32_t)book->names.size);
}

static void write_rows(const heaplens_symbol_book *book, unsigned char *at)
{
    for (size_t i = 0; i < book->watched_count; i++) {
        const heaplens_watched *const watched = &book->watched[i];
        heaplens__store32(at, watched->path);
        heaplens__store64(at + 4, watched->inode);
        heaplens__store64(at + 12, watched->bytes);
        heaplens__store64(at + 20, (uint64_t)watched->modified_ns);
        heaplens__store64(at + 28, (uint64_t)watched->changed_ns);
        at += HEAPLENS_SYMBOL_BOOK_WATCHED_BYTES;
    }
    for (size_t i = 0; i < book->entry_count; i++) {
        heaplens__store64(at, book->entries[i].address);
        heaplens__store32(at + 8, book->entries[i].frame_count);
        at += HEAPLENS_SYMBOL_BOOK_ENTRY_BYTES;
    }
    for (size_t i = 0; i < book->frame_count; i++) {
        heaplens__store32(at, book->frames[i].function);
        heaplens__store32(at + 4, book->frames[i].file);
        heaplens__store32(at + 8, book->frames[i].line);
        at += HEAPLENS_SYMBOL_BOOK_FRAME_BYTES;
    }
    memcpy(at, book->names.text, book->names.size);
}

heaplens_status heaplens__symbol_book_encode(const heaplens_symbol_book *book, unsigned char **data,
                                             size_t *size)
{
    *data = NULL;
    // Each count is bounded by the largest book before it is multiplied.
    if (book->watched_count > HEAPLENS_SYMBOL_BOOK_BYTES_MAX ||
        book->entry_count > HEAPLENS_SYMBOL_BOOK_BYTES_MAX ||
        book->frame_count > HEAPLENS_SYMBOL_BOOK_BYTES_MAX ||
        book->names.size > HEAPLENS_SYMBOL_BOOK_BYTES_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    unsigned char head[HEAPLENS_SYMBOL_BOOK_HEADER_BYTES] = {0};
    write_head(book, head);
    const uint64_t bytes = promised_bytes(head);
    if (bytes > HEAPLENS_SYMBOL_BOOK_BYTES_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    unsigned char *const out = malloc(bytes);
    if (out == NULL) {
        return HEAPLENS_ENOMEM;
    }
    memcpy(out, head, sizeof(head));
    write_rows(book, out + sizeof(head));
    heaplens__store32(out + SUM_AT, sum_bytes(out, bytes));
    *data = out;
    *size = bytes;
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------- in memory

const heaplens_question *heaplens__symbol_book_find(const heaplens_symbol_book *book,
                                                    uint64_t address)
{
    size_t low = 0;
    size_t high = book->entry_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (book->entries[middle].address < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < book->entry_count && book->entries[low].address == address ? &book->entries[low]
                                                                            : NULL;
}

// `out` has room.
static heaplens_status copy_entry(heaplens_symbol_book *out, const heaplens_symbol_book *from,
                                  const heaplens_question *entry)
{
    heaplens_status status = HEAPLENS_OK;
    out->entries[out->entry_count++] = (heaplens_question){
        .address = entry->address,
        .frame_first = (uint32_t)out->frame_count,
        .frame_count = entry->frame_count,
    };
    for (uint32_t i = 0; i < entry->frame_count && status == HEAPLENS_OK; i++) {
        const heaplens_frame *const frame = &from->frames[entry->frame_first + i];
        heaplens_frame *const copied = &out->frames[out->frame_count++];
        copied->line = frame->line;
        status =
            heaplens__names_copy(&out->names, &from->names, frame->function, &copied->function);
        if (status == HEAPLENS_OK) {
            status = heaplens__names_copy(&out->names, &from->names, frame->file, &copied->file);
        }
    }
    return status;
}

static heaplens_status copy_head(heaplens_symbol_book *out, const heaplens_symbol_book *from)
{
    out->kind = from->kind;
    heaplens_status status =
        heaplens__names_copy(&out->names, &from->names, from->reader, &out->reader);
    if (status == HEAPLENS_OK) {
        status = heaplens__names_copy(&out->names, &from->names, from->build_id, &out->build_id);
    }
    for (size_t i = 0; i < from->watched_count && status == HEAPLENS_OK; i++) {
        out->watched[i] = from->watched[i];
        out->watched_count++;
        status = heaplens__names_copy(&out->names, &from->names, from->watched[i].path,
                                      &out->watched[i].path);
    }
    return status;
}

heaplens_status heaplens__symbol_book_merge(heaplens_symbol_book *out,
                                            const heaplens_symbol_book *known,
                                            const heaplens_symbol_book *fresh)
{
    *out = (heaplens_symbol_book){0};
    out->watched = heaplens__array_zeroed(fresh->watched_count, sizeof(*out->watched));
    out->entries =
        heaplens__array_zeroed(known->entry_count + fresh->entry_count, sizeof(*out->entries));
    out->frames =
        heaplens__array_zeroed(known->frame_count + fresh->frame_count, sizeof(*out->frames));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (out->watched != NULL && out->entries != NULL && out->frames != NULL) {
        status = copy_head(out, fresh);
    }
    size_t k = 0;
    size_t f = 0;
    while (status == HEAPLENS_OK && (k < known->entry_count || f < fresh->entry_count)) {
        const bool is_known =
            f == fresh->entry_count ||
            (k < known->entry_count && known->entries[k].address < fresh->entries[f].address);
        status = is_known ? copy_entry(out, known, &known->entries[k++])
                          : copy_entry(out, fresh, &fresh->entries[f++]);
    }
    if (status != HEAPLENS_OK) {
        heaplens__symbol_book_deinit(out);
    }
    return status;
}

void heaplens__symbol_book_deinit(heaplens_symbol_book *book)
{
    heaplens__names_deinit(&book->names);
    free(book->watched);
    free(book->entries);
    free(book->frames);
    *book = (heaplens_symbol_book){0};
}
