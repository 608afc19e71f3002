// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOL_BOOK_H
#define HEAPLENS_PROFILE_SYMBOL_BOOK_H

#include "profile/symbols_module.h"

/**
 * @file
 * What was found out about addresses of one file, and the files that this depends on: in memory,
 * and as bytes for the user's cache. docs/format/symbols.md draws every byte.
 */

enum {
    HEAPLENS_SYMBOL_BOOK_VERSION = 1,
    HEAPLENS_SYMBOL_BOOK_MAGIC_BYTES = 8,
    HEAPLENS_SYMBOL_BOOK_HEADER_BYTES = 44,
    HEAPLENS_SYMBOL_BOOK_WATCHED_BYTES = 36,
    HEAPLENS_SYMBOL_BOOK_ENTRY_BYTES = 12,
    HEAPLENS_SYMBOL_BOOK_FRAME_BYTES = 12,
    // 43,000 addresses of cc1 take 2.5 MB.
    HEAPLENS_SYMBOL_BOOK_BYTES_MAX = 4 << 20,
};

/** A file that answers depend on, as it was; also one that was not there, and would be read if it were. */
typedef struct heaplens_watched {
    heaplens_name path;   // among the book's names
    uint64_t inode;       // 0: there was no such file, and the other figures are 0
    uint64_t bytes;       // of the file
    int64_t modified_ns;  // since 1970
    int64_t
        changed_ns;  // the same, of the inode: a tool that sets the other time cannot set this one
} heaplens_watched;

/** Empty when zeroed. */
typedef struct heaplens_symbol_book {
    uint32_t kind;           // heaplens_symbols of the file
    heaplens_name reader;    // who looked the answers up: other versions may answer otherwise
    heaplens_name build_id;  // of the file
    heaplens_names names;
    heaplens_watched *watched;  // (watched_count) the file itself comes first
    size_t watched_count;
    size_t watched_capacity;
    heaplens_question *entries;  // (entry_count) sorted by address, each once
    size_t entry_count;
    heaplens_frame *frames;  // (frame_count) in the order of the entries
    size_t frame_count;
    bool
        is_lasting;  // the answers hold as long as the watched files are as they were; not in the bytes
} heaplens_symbol_book;

/**
 * Read a book.
 *
 * @param[out] book  owns what it has, released by heaplens__symbol_book_deinit(); empty on failure
 * @param[in]  data  (size) any bytes at all; not used after the call
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbol_book_decode(heaplens_symbol_book *book,
                                                               const unsigned char *data,
                                                               size_t size);

/**
 * The bytes of a book.
 *
 * @param[out] data  (*size) released by free(); NULL on failure
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY beyond HEAPLENS_SYMBOL_BOOK_BYTES_MAX
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbol_book_encode(const heaplens_symbol_book *book,
                                                               unsigned char **data, size_t *size);

/** The entry of an address; NULL: nobody asked. O(log entries). */
const heaplens_question *heaplens__symbol_book_find(const heaplens_symbol_book *book,
                                                    uint64_t address);

/**
 * Both books' entries and frames in a third one, with the kind, reader, build id and watched files
 * of `fresh`.
 *
 * @param[out] out   empty on entry, and on failure
 * @param[in]  known, fresh  no address is in both
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbol_book_merge(heaplens_symbol_book *out,
                                                              const heaplens_symbol_book *known,
                                                              const heaplens_symbol_book *fresh);

/** Release what a book owns and make it empty. */
void heaplens__symbol_book_deinit(heaplens_symbol_book *book);

#endif
