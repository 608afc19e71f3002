// SPDX-License-Identifier: MIT
// Answers from the cache first. A file is opened for the addresses that nobody asked before, and not
// at all where there are none: that saves unpacking its debug file.
#include "profile/symbols_kept.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/symbols_file.h"

typedef struct look_up {
    heaplens_symbol_cache *cache;
    heaplens_symbol_source source;
    heaplens_symbol_book known;  // from the cache
    heaplens_symbol_book fresh;  // what had to be looked up
} look_up;

// The questions that the cache does not answer.
static heaplens_status collect_unknown(look_up *l, const heaplens_question *questions, size_t count)
{
    l->fresh.entries = heaplens__array_zeroed(count, sizeof(*l->fresh.entries));
    if (l->fresh.entries == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        if (heaplens__symbol_book_find(&l->known, questions[i].address) == NULL) {
            l->fresh.entries[l->fresh.entry_count++].address = questions[i].address;
        }
    }
    return HEAPLENS_OK;
}

// Frames come in the order in which they were found; a book has them in that of its entries.
static heaplens_status take_frames(heaplens_symbol_book *book, const heaplens_answers *answers)
{
    book->frames = heaplens__array_zeroed(answers->frame_count, sizeof(*book->frames));
    if (book->frames == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < book->entry_count; i++) {
        heaplens_question *const entry = &book->entries[i];
        for (uint32_t f = 0; f < entry->frame_count; f++) {
            book->frames[book->frame_count + f] = answers->frames[entry->frame_first + f];
        }
        entry->frame_first = (uint32_t)book->frame_count;
        book->frame_count += entry->frame_count;
    }
    return HEAPLENS_OK;
}

static heaplens_status ask_the_file(look_up *l)
{
    heaplens_symbol_book *const fresh = &l->fresh;
    heaplens_answers answers = {.names = &fresh->names};
    heaplens_status status = heaplens__symbols_file(
        l->source.path, l->source.build_id, fresh->entries, fresh->entry_count, &answers, fresh);
    if (status == HEAPLENS_OK) {
        status = take_frames(fresh, &answers);
    }
    heaplens__answers_deinit(&answers);
    return status;
}

static heaplens_status sign(look_up *l)
{
    char reader[128];
    heaplens_symbol_book *const fresh = &l->fresh;
    heaplens__symbol_reader(reader, sizeof(reader));
    const heaplens_status status =
        heaplens__names_add(&fresh->names, reader, strlen(reader), &fresh->reader);
    return status != HEAPLENS_OK
               ? status
               : heaplens__names_add(&fresh->names, l->source.build_id, strlen(l->source.build_id),
                                     &fresh->build_id);
}

// Keep what was known and what is new; where that is too much for a book, what is new.
static heaplens_status keep(look_up *l)
{
    heaplens_symbol_book both = {0};
    if (!l->fresh.is_lasting ||
        !heaplens__symbol_cache_takes(l->cache, l->source.path, l->source.build_id)) {
        return HEAPLENS_OK;
    }
    heaplens_status status = sign(l);
    if (status == HEAPLENS_OK) {
        status = heaplens__symbol_book_merge(&both, &l->known, &l->fresh);
    }
    if (status == HEAPLENS_OK && !heaplens__symbol_cache_save(l->cache, l->source.path, &both)) {
        (void)heaplens__symbol_cache_save(l->cache, l->source.path, &l->fresh);
    }
    heaplens__symbol_book_deinit(&both);
    return status;
}

static heaplens_status hand_over(const look_up *l, heaplens_question *questions, size_t count,
                                 heaplens_answers *answers)
{
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        const heaplens_symbol_book *book = &l->known;
        const heaplens_question *entry = heaplens__symbol_book_find(book, questions[i].address);
        if (entry == NULL) {
            book = &l->fresh;
            entry = heaplens__symbol_book_find(book, questions[i].address);
        }
        if (entry != NULL) {
            questions[i].frame_first = (uint32_t)answers->frame_count;
            questions[i].frame_count = entry->frame_count;
            status = heaplens__answers_copy(answers, &book->names,
                                            book->frames + entry->frame_first, entry->frame_count);
        }
    }
    return status;
}

heaplens_status heaplens__symbols_kept(heaplens_symbol_cache *cache, heaplens_symbol_source source,
                                       heaplens_question *questions, size_t count,
                                       heaplens_answers *answers, uint32_t *kind)
{
    look_up l = {.cache = cache, .source = source};
    heaplens_status status =
        heaplens__symbol_cache_load(cache, source.path, source.build_id, &l.known);
    // Names only, because there was no debug file: a server may have one.
    if (l.known.kind == HEAPLENS_SYMBOLS_NAMES && heaplens__symbols_ask_servers()) {
        heaplens__symbol_book_deinit(&l.known);
    }
    if (status == HEAPLENS_OK) {
        status = collect_unknown(&l, questions, count);
    }
    *kind = l.known.kind;
    if (status == HEAPLENS_OK && l.fresh.entry_count > 0) {
        status = ask_the_file(&l);
        *kind = l.fresh.kind;
    }
    if (status == HEAPLENS_OK) {
        status = hand_over(&l, questions, count, answers);
    }
    if (status == HEAPLENS_OK && l.fresh.entry_count > 0) {
        status = keep(&l);
    }
    heaplens__symbol_book_deinit(&l.known);
    heaplens__symbol_book_deinit(&l.fresh);
    return status;
}
