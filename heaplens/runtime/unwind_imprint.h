// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_IMPRINT_H
#define HEAPLENS_RUNTIME_UNWIND_IMPRINT_H

/**
 * @file
 * Whole stacks that are met often, each as one row of words, so that a glance tells that a stack is
 * one of them.
 *
 * The *imprint* of a stack is all that its walk depended on: the state of its innermost frame, and
 * each saved word that the walk read, with the place where it lay. Where all of them are as they
 * were, a walk would repeat itself. unwind_memo.h knows the same of more stacks, in trees; there each
 * frame names the next, and the processor waits for one before it can look at the other. Here the
 * words lie in a row, four to a *step*, and none waits for another.
 *
 * No word may be read that is not known to be readable stack. The words up to a step say, by the
 * rules that they were walked by, where its first word lies: it can be read if they are as they
 * were. The others of a step lie on the same page as its first.
 */
#include <stddef.h>
#include <stdint.h>

#include "runtime/unwind_rule.h"
#include "runtime/unwind_stack.h"

enum {
    HEAPLENS__IMPRINT_UNITS = 4096,  // 160 KiB, touched as needed; when full, all are forgotten
    HEAPLENS__IMPRINT_PLACE_BITS = 11,
    HEAPLENS__IMPRINT_PLACES = 1 << HEAPLENS__IMPRINT_PLACE_BITS,
    HEAPLENS__IMPRINT_TRIES = 4,
    HEAPLENS__IMPRINT_STEP = 4,  // words
};

/** What begins the row of a stack. */
typedef struct heaplens__imprint {
    heaplens__frame start;
    uintptr_t fp_mask;  // of start.fp, what matters: all or nothing
    uint16_t frame;     // the remembered frame of unwind_memo.h
    uint16_t depth;     // frames
    uint16_t steps;     // behind this
} heaplens__imprint;

/** Four words of the stack; a row that ends in between repeats its last. */
typedef struct heaplens__imprint_step {
    uint64_t words[HEAPLENS__IMPRINT_STEP];
    uint16_t at[HEAPLENS__IMPRINT_STEP];  // where, in words from start.sp outward
} heaplens__imprint_step;

typedef union heaplens__imprint_unit {
    heaplens__imprint head;
    heaplens__imprint_step step;
} heaplens__imprint_unit;

/** All zero: empty. */
typedef struct heaplens__imprints {
    uint32_t used;                              // units[1..used]
    uint16_t places[HEAPLENS__IMPRINT_PLACES];  // by hash, the unit where a row begins; 0: none
    heaplens__imprint_unit units[HEAPLENS__IMPRINT_UNITS];
} heaplens__imprints;

/** 0 if a word of the stack is what it was. */
static inline uintptr_t heaplens__imprint_change(const heaplens__imprint_step *step, size_t i,
                                                 uintptr_t sp)
{
    return heaplens__stack_word(sp + (uintptr_t)step->at[i] * sizeof(uintptr_t)) ^ step->words[i];
}

/** Of a step in which the stack is another: a number from the four words that it has, never 0. */
uintptr_t heaplens__imprint_difference(const heaplens__imprint_step *step, uintptr_t sp);

/** 0 if the stack is the one that left the imprint; or else heaplens__imprint_difference(). */
static inline uintptr_t heaplens__imprint_compare(const heaplens__imprint_unit *row)
{
    const uintptr_t sp = row->head.start.sp;
    for (uint32_t i = 1; i <= row->head.steps; i++) {
        const heaplens__imprint_step *const step = &row[i].step;
        if ((heaplens__imprint_change(step, 0, sp) | heaplens__imprint_change(step, 1, sp) |
             heaplens__imprint_change(step, 2, sp) | heaplens__imprint_change(step, 3, sp)) != 0) {
            return heaplens__imprint_difference(step, sp);
        }
    }
    return 0;
}

/**
 * Find the imprint of the stack that begins with a frame.
 *
 * A hash of the frame leads to a first place. Where another stack has it that begins alike, the
 * words of the step in which the two differ lead to the next place: so a few tries tell many stacks apart that have
 * the innermost frame in common, which allocators of a program's own all have.
 *
 * @param[out] place  for heaplens__imprints_add(), if the result is NULL
 */
static inline const heaplens__imprint *
heaplens__imprints_find(const heaplens__imprints *all, const heaplens__frame *f, uint32_t *place)
{
    // Fibonacci hashing: 2^64 over the golden ratio.
    uint64_t key = (f->ip ^ (f->sp << 32 | f->sp >> 32)) * 0x9E3779B97F4A7C15U;
    for (int tries = 0; tries < HEAPLENS__IMPRINT_TRIES; tries++) {
        *place = (uint32_t)(key >> (64 - HEAPLENS__IMPRINT_PLACE_BITS));
        const uint32_t at = all->places[*place];
        if (at == 0) {
            return NULL;
        }
        const heaplens__imprint_unit *const row = &all->units[at];
        const heaplens__imprint *const known = &row->head;
        uintptr_t difference = 1;
        if (((known->start.ip ^ f->ip) | (known->start.sp ^ f->sp) |
             ((known->start.fp ^ f->fp) & known->fp_mask)) == 0) {
            difference = heaplens__imprint_compare(row);
            if (difference == 0) {
                return known;
            }
        }
        key = (key ^ difference) * 0x9E3779B97F4A7C15U;
    }
    return NULL;
}

/** A row that is being put down. */
typedef struct heaplens__imprint_writer {
    heaplens__imprints *all;
    heaplens__imprint *head;  // NULL: it cannot be put down
    uint32_t words;
} heaplens__imprint_writer;

/**
 * Begin the row of a stack whose innermost frame is `head->start`; `head->steps` is ignored.
 *
 * Where there is no room, all imprints are forgotten.
 */
heaplens__imprint_writer heaplens__imprint_begin(heaplens__imprints *all,
                                                 const heaplens__imprint *head);

/** Add a word that the walk read, in the order in which it read them: now it holds `value`. */
void heaplens__imprint_add(heaplens__imprint_writer *writer, uintptr_t address, uintptr_t value);

/** Let it be found at the place that heaplens__imprints_find() named. */
void heaplens__imprint_end(heaplens__imprint_writer *writer, uint32_t place);

/** Forget all. */
void heaplens__imprints_clear(heaplens__imprints *all);

#endif
