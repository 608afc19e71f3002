// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOLS_MODULE_H
#define HEAPLENS_PROFILE_SYMBOLS_MODULE_H

#include "profile/session.h"

/**
 * @file
 * What the two sources of symbols, DWARF and the ELF symbol table, have in common: a sorted list of
 * questions, which they answer one after the other.
 */

typedef struct Dwfl_Module Dwfl_Module;

/** An address in one file, and the frames that were found for it. */
typedef struct heaplens_question {
    uint64_t address;
    uint32_t frame_first;  // into heaplens_answers.frames
    uint32_t frame_count;  // 0: not answered
} heaplens_question;

/** What a text of the file that is open is called among the names. */
typedef struct heaplens_known_name {
    const char *text;  // compared as a pointer; NULL: free
    heaplens_name name;
} heaplens_known_name;

enum { HEAPLENS_KNOWN_NAMES = 4096 };

/** Frames of a session, as they are found. */
typedef struct heaplens_answers {
    heaplens_names *names;  // borrowed
    heaplens_frame *frames;
    size_t frame_count;
    size_t frame_capacity;
    heaplens_known_name known[HEAPLENS_KNOWN_NAMES];  // a cache
} heaplens_answers;

/**
 * Append a frame; texts may be NULL. The function's name is demangled.
 *
 * @param function  stays where it is, unchanged, until heaplens__answers_forget_texts()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
heaplens_status heaplens__answers_add(heaplens_answers *answers, const char *function,
                                      const char *file, uint32_t line);

/**
 * What a function is called among the names, demangled.
 *
 * @param function  as in heaplens__answers_add()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
heaplens_status heaplens__answers_name(heaplens_answers *answers, const char *function,
                                       heaplens_name *out);

/**
 * Append frames whose names are in another table.
 *
 * @return as heaplens__answers_add()
 */
heaplens_status heaplens__answers_copy(heaplens_answers *answers, const heaplens_names *names,
                                       const heaplens_frame *frames, uint32_t count);

/** To be called before texts that were handed to heaplens__answers_add() go away. */
void heaplens__answers_forget_texts(heaplens_answers *answers);

/** Release what `answers` owns. */
void heaplens__answers_deinit(heaplens_answers *answers);

/**
 * Answer what DWARF knows: functions, inlined callers, files and lines.
 *
 * @param[in,out] questions  (count) sorted by address
 * @param[out]    found      true if the module has DWARF at all
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
heaplens_status heaplens__symbols_dwarf(Dwfl_Module *module, heaplens_question *questions,
                                        size_t count, heaplens_answers *answers, bool *found);

/**
 * Answer the questions that are still open from the ELF symbol tables, and call what DWARF knows by
 * a name of the implementation's own (__GI___strdup) what it is exported as (strdup). As above.
 */
heaplens_status heaplens__symbols_elf(Dwfl_Module *module, heaplens_question *questions,
                                      size_t count, heaplens_answers *answers, bool *found);

#endif
