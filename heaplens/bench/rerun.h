// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_RERUN_H
#define HEAPLENS_BENCH_RERUN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * @file
 * The program once more, in a process of its own: to measure memory, or the time of one case. The
 * two processes share a folder, which the environment names; the child comes to the same call of
 * heaplens_bench_main(), leaves a report in JSON there, and ends.
 */

enum { HEAPLENS_RERUN_PATH = 4096 };

/** What a child is for. */
typedef struct heaplens_rerun_task {
    bool is_child;   // false: this is the process that somebody started
    bool is_memory;  // true: measure the memory of every case; false: the time of one
    size_t number;   // of the case
    char folder[HEAPLENS_RERUN_PATH];
} heaplens_rerun_task;

/** What this process is for; takes it out of the environment, so that no grandchild has it. */
heaplens_rerun_task heaplens__rerun_task(void);

/** Make a folder for the two. @param[out] folder (HEAPLENS_RERUN_PATH). False: errno says why. */
bool heaplens__rerun_folder_make(char *folder);

/** Remove the folder and the files that the two have put there. */
void heaplens__rerun_folder_remove(const char *folder);

/** FOLDER/NAME. @param[out] path (HEAPLENS_RERUN_PATH); "" if it does not fit */
void heaplens__rerun_file(const char *folder, const char *name, char *path);

/**
 * Run the program again, and wait.
 *
 * @param argv      for the child
 * @param task      is_child is of no interest
 * @param recorder  preloaded before all others; NULL: none
 * @return its status as waitpid() has it; -1 if it could not be started, with errno
 */
int heaplens__rerun(char **argv, const heaplens_rerun_task *task, const char *recorder);

/** The report that a child leaves, and the store of its heap. */
#define HEAPLENS_RERUN_FIGURES "figures.json"
#define HEAPLENS_RERUN_STORE   "memory.store"

#endif
