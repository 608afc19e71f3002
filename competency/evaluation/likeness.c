// SPDX-License-Identifier: MIT
// An inverted index: each feature of a text (itself, its words, its trigrams) with the texts that
// have it.
#include "evaluation/likeness.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

// A feature of a text: a hash of it, and how often the text has it.
typedef struct feature {
    uint64_t hash;
    double count;  // then its weight
} feature;

typedef struct posting {
    uint64_t hash;
    size_t text;
    double weight;
} posting;

struct competency__likeness {
    competency_allocator memory;
    competency__likeness_kind kind;
    size_t count;
    posting *postings;  // (posting_count) by hash
    size_t posting_count;
    double *sizes;  // (count) features of each text
    feature *room;  // (room_count) of one text
    size_t room_count;
};

const char *competency__likeness_name(competency__likeness_kind kind)
{
    switch (kind) {
    case COMPETENCY__LIKENESS_EXACT: return "exact";
    case COMPETENCY__LIKENESS_WORDS: return "words";
    case COMPETENCY__LIKENESS_TRIGRAMS: return "trigrams";
    }
    return "";
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_letter(char c)
{
    const unsigned char l = lower(c);
    return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l >= 0x80;
}

// FNV-1a, 64 bits.
static uint64_t hash_lower(const char *text, size_t size)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ lower(text[i])) * 0x100000001B3U;
    }
    return hash;
}

static size_t list_words(feature *out, const char *text, size_t size)
{
    size_t count = 0;
    for (size_t at = 0; at < size;) {
        size_t length = 0;
        while (at + length < size && is_letter(text[at + length])) {
            length++;
        }
        if (length > 0) {
            out[count++] = (feature){.hash = hash_lower(text + at, length), .count = 1.0};
        }
        at += length + 1;
    }
    return count;
}

static size_t list_trigrams(feature *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const char trigram[3] = {i == 0 ? ' ' : text[i - 1], text[i],
                                 i + 1 == size ? ' ' : text[i + 1]};
        out[i] = (feature){.hash = hash_lower(trigram, 3), .count = 1.0};
    }
    return size;
}

static int compare_features(const void *a, const void *b)
{
    const uint64_t left = ((const feature *)a)->hash;
    const uint64_t right = ((const feature *)b)->hash;
    return (left > right) - (left < right);
}

// Equal features become one with their count.
static size_t count_equal(feature *features, size_t count)
{
    size_t kept = 0;
    if (count > 0) {
        qsort(features, count, sizeof(*features), compare_features);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && features[kept - 1].hash == features[i].hash) {
            features[kept - 1].count += 1.0;
        } else {
            features[kept++] = features[i];
        }
    }
    return kept;
}

// The features of `text`, in likeness->room, which has room for one a byte and one more.
static size_t list_features(competency__likeness *likeness, const char *text)
{
    const size_t size = strlen(text);
    size_t count = 1;
    switch (likeness->kind) {
    case COMPETENCY__LIKENESS_EXACT:
        likeness->room[0] = (feature){.hash = hash_lower(text, size), .count = 1.0};
        break;
    case COMPETENCY__LIKENESS_WORDS: count = list_words(likeness->room, text, size); break;
    case COMPETENCY__LIKENESS_TRIGRAMS: count = list_trigrams(likeness->room, text, size); break;
    }
    return count_equal(likeness->room, count);
}

static competency_status reserve_room(competency__likeness *likeness, const char *text,
                                      competency_error *err)
{
    const size_t needed = strlen(text) + 1;
    if (needed <= likeness->room_count) {
        return COMPETENCY_OK;
    }
    competency__release(&likeness->memory, likeness->room);
    likeness->room =
        competency__allocate_zeroed(&likeness->memory, needed, sizeof(*likeness->room));
    likeness->room_count = likeness->room == NULL ? 0 : needed;
    return likeness->room != NULL ? COMPETENCY_OK
                                  : competency__fail(err, COMPETENCY_ENOMEM,
                                                     "no memory for a text of %zu bytes", needed);
}

static int compare_postings(const void *a, const void *b)
{
    const posting *const left = a;
    const posting *const right = b;
    const int by_hash = (left->hash > right->hash) - (left->hash < right->hash);
    return by_hash != 0 ? by_hash : (left->text > right->text) - (left->text < right->text);
}

// The postings of `hash`: how many, and where they start.
static size_t find_postings(const competency__likeness *likeness, uint64_t hash, size_t *first)
{
    size_t low = 0;
    size_t high = likeness->posting_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (likeness->postings[middle].hash < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = low;
    size_t count = 0;
    while (low + count < likeness->posting_count && likeness->postings[low + count].hash == hash) {
        count++;
    }
    return count;
}

static double tf_idf(const competency__likeness *likeness, double tf, size_t texts)
{
    return (1.0 + log(tf)) * (1.0 + log((1.0 + (double)likeness->count) / (1.0 + (double)texts)));
}

// Trigrams: counts become weights, and every text a vector of length 1.
static void weigh_postings(competency__likeness *likeness)
{
    for (size_t i = 0; i < likeness->count; i++) {
        likeness->sizes[i] = 0.0;
    }
    for (size_t i = 0; i < likeness->posting_count;) {
        size_t texts = 1;
        while (i + texts < likeness->posting_count &&
               likeness->postings[i + texts].hash == likeness->postings[i].hash) {
            texts++;
        }
        for (size_t end = i + texts; i < end; i++) {
            posting *const p = &likeness->postings[i];
            p->weight = tf_idf(likeness, p->weight, texts);
            likeness->sizes[p->text] += p->weight * p->weight;
        }
    }
    for (size_t i = 0; i < likeness->posting_count; i++) {
        likeness->postings[i].weight /= sqrt(likeness->sizes[likeness->postings[i].text]);
    }
}

static competency_status add_postings(competency__likeness *likeness, const char *const *texts,
                                      competency_error *err)
{
    size_t used = 0;
    for (size_t i = 0; i < likeness->count; i++) {
        const competency_status status = reserve_room(likeness, texts[i], err);
        if (status != COMPETENCY_OK) {
            return status;
        }
        const size_t count = list_features(likeness, texts[i]);
        for (size_t k = 0; k < count; k++) {
            likeness->postings[used++] = (posting){
                .hash = likeness->room[k].hash, .text = i, .weight = likeness->room[k].count};
        }
        likeness->sizes[i] = (double)count;
    }
    likeness->posting_count = used;
    if (used > 0) {
        qsort(likeness->postings, used, sizeof(*likeness->postings), compare_postings);
    }
    if (likeness->kind == COMPETENCY__LIKENESS_TRIGRAMS) {
        weigh_postings(likeness);
    }
    return COMPETENCY_OK;
}

competency_status competency__likeness_create(competency__likeness **out,
                                              const competency_allocator *memory,
                                              competency__likeness_kind kind,
                                              const char *const *texts, size_t count,
                                              competency_error *err)
{
    *out = NULL;
    competency__likeness *const likeness =
        competency__allocate_zeroed(memory, 1, sizeof(*likeness));
    if (likeness == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for an index");
    }
    likeness->memory = competency__allocator(memory);
    size_t most = 1;
    for (size_t i = 0; i < count; i++) {
        most += strlen(texts[i]) + 1;
    }
    likeness->kind = kind;
    likeness->count = count;
    likeness->postings = competency__allocate_zeroed(memory, most, sizeof(*likeness->postings));
    likeness->sizes = competency__allocate_zeroed(memory, count + 1, sizeof(*likeness->sizes));
    competency_status status = COMPETENCY_OK;
    if (likeness->postings == NULL || likeness->sizes == NULL) {
        status = competency__fail(err, COMPETENCY_ENOMEM, "no memory for an index of %zu", most);
    } else {
        status = add_postings(likeness, texts, err);
    }
    if (status != COMPETENCY_OK) {
        competency__likeness_destroy(likeness);
        return status;
    }
    *out = likeness;
    return COMPETENCY_OK;
}

void competency__likeness_destroy(competency__likeness *likeness)
{
    if (likeness != NULL) {
        const competency_allocator memory = likeness->memory;
        competency__release(&memory, likeness->postings);
        competency__release(&memory, likeness->sizes);
        competency__release(&memory, likeness->room);
        competency__release(&memory, likeness);
    }
}

// Add what the features of the text have in common with each text of the index.
// @return the length of the text's own vector
static double add_shared(const competency__likeness *likeness, double *scores, size_t features)
{
    const bool is_weighted = likeness->kind == COMPETENCY__LIKENESS_TRIGRAMS;
    double square = 0.0;
    for (size_t k = 0; k < features; k++) {
        size_t first = 0;
        const size_t texts = find_postings(likeness, likeness->room[k].hash, &first);
        const double weight = is_weighted ? tf_idf(likeness, likeness->room[k].count, texts) : 1.0;
        square += weight * weight;
        for (size_t i = first; i < first + texts; i++) {
            const posting *const p = &likeness->postings[i];
            scores[p->text] += is_weighted ? weight * p->weight : 1.0;
        }
    }
    return sqrt(square);
}

competency_status competency__likeness_score(competency__likeness *likeness, double *scores,
                                             const char *text, competency_error *err)
{
    const competency_status status = reserve_room(likeness, text, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (size_t i = 0; i < likeness->count; i++) {
        scores[i] = 0.0;
    }
    const size_t features = list_features(likeness, text);
    const double length = add_shared(likeness, scores, features);
    for (size_t i = 0; i < likeness->count; i++) {
        if (likeness->kind == COMPETENCY__LIKENESS_TRIGRAMS) {
            scores[i] = length > 0.0 ? scores[i] / length : 0.0;
        } else {
            const double all = (double)features + likeness->sizes[i] - scores[i];
            scores[i] = all > 0.0 ? scores[i] / all : 0.0;
        }
    }
    return COMPETENCY_OK;
}
