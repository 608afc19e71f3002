// SPDX-License-Identifier: MIT
// Putting imprints down. They are written one behind the other; a row is found only once it is whole.
#include "runtime/unwind_imprint.h"

#include <stdbool.h>
#include <string.h>

enum {
    WORD = sizeof(uintptr_t),
    PAGE_BYTES = 4096,
    ROTATION = 13,  // the low bits of four words apart
};

_Static_assert(sizeof(heaplens__imprint) <= sizeof(heaplens__imprint_step),
               "the head of a row takes one unit");
_Static_assert((int)HEAPLENS__IMPRINT_UNITS <= (int)UINT16_MAX, "a unit's number fits a place");

uintptr_t heaplens__imprint_difference(const heaplens__imprint_step *step, uintptr_t sp)
{
    uintptr_t mixed = 0;
    for (size_t i = 0; i < HEAPLENS__IMPRINT_STEP; i++) {
        const uintptr_t word = heaplens__stack_word(sp + (uintptr_t)step->at[i] * WORD);
        mixed = (mixed << ROTATION | mixed >> (64 - ROTATION)) ^ word;
    }
    return mixed | 1U;
}

void heaplens__imprints_clear(heaplens__imprints *all)
{
    if (all->used != 0) {
        memset(all->places, 0, sizeof all->places);
        all->used = 0;
    }
}

heaplens__imprint_writer heaplens__imprint_begin(heaplens__imprints *all,
                                                 const heaplens__imprint *head)
{
    heaplens__imprint_writer writer = {.all = all};
    if (all->used + 1 < HEAPLENS__IMPRINT_UNITS) {
        writer.head = &all->units[all->used + 1].head;
        *writer.head = *head;
        writer.head->steps = 0;
    } else {
        heaplens__imprints_clear(all);
    }
    return writer;
}

static heaplens__imprint_step *step_of(const heaplens__imprint_writer *writer, uint32_t number)
{
    return &((heaplens__imprint_unit *)(void *)writer->head)[number].step;
}

// Repeats the last word to the end of its step.
static void fill_step(heaplens__imprint_writer *writer)
{
    for (; writer->words % HEAPLENS__IMPRINT_STEP != 0; writer->words++) {
        heaplens__imprint_step *const step = step_of(writer, writer->head->steps);
        const uint32_t at = writer->words % HEAPLENS__IMPRINT_STEP;
        step->words[at] = step->words[at - 1];
        step->at[at] = step->at[at - 1];
    }
}

static bool has_room(const heaplens__imprint_writer *writer)
{
    const heaplens__imprint_unit *const end = &writer->all->units[HEAPLENS__IMPRINT_UNITS];
    return (const void *)(step_of(writer, writer->head->steps) + 1) < (const void *)end;
}

void heaplens__imprint_add(heaplens__imprint_writer *writer, uintptr_t address, uintptr_t value)
{
    if (writer->head == NULL) {
        return;
    }
    const uintptr_t sp = writer->head->start.sp;
    const uintptr_t at = (address - sp) / WORD;  // huge where it lies inward of sp
    if (address % WORD != sp % WORD || at > UINT16_MAX) {
        writer->head = NULL;
        return;
    }
    if (writer->words % HEAPLENS__IMPRINT_STEP != 0) {
        const uintptr_t first = sp + (uintptr_t)step_of(writer, writer->head->steps)->at[0] * WORD;
        if (first / PAGE_BYTES != address / PAGE_BYTES) {
            fill_step(writer);
        }
    }
    if (writer->words % HEAPLENS__IMPRINT_STEP == 0) {
        if (!has_room(writer)) {
            heaplens__imprints_clear(writer->all);
            writer->head = NULL;
            return;
        }
        writer->head->steps++;
    }
    heaplens__imprint_step *const step = step_of(writer, writer->head->steps);
    step->words[writer->words % HEAPLENS__IMPRINT_STEP] = value;
    step->at[writer->words % HEAPLENS__IMPRINT_STEP] = (uint16_t)at;
    writer->words++;
}

void heaplens__imprint_end(heaplens__imprint_writer *writer, uint32_t place)
{
    if (writer->head == NULL) {
        return;
    }
    fill_step(writer);
    heaplens__imprints *const all = writer->all;
    const uint32_t first = all->used + 1;
    all->places[place] = (uint16_t)first;
    all->used = first + writer->head->steps;
}
