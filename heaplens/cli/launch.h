// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_LAUNCH_H
#define HEAPLENS_CLI_LAUNCH_H

#include <stdbool.h>

#include <sys/types.h>

/** How the recorder is to record; handed to it in the environment. */
typedef struct heaplens_launch {
    const char *folder;     // of the session
    const char *library;    // libheaplens.so; NULL: run it unprofiled
    bool is_alone;          // what the program starts is not recorded
    const char *mode;       // as HEAPLENS_MODE has it; NULL: full
    const char *depth;      // NULL: the recorder's default
    const char *store_max;  // bytes; NULL: the recorder's default
    char **arguments;       // program and arguments, NULL-terminated
} heaplens_launch;

/**
 * Find the recorder and make a folder for a session, or complain.
 *
 * @param[out] library  (HEAPLENS_PATH_BYTES) path of libheaplens.so
 * @param[out] folder   (HEAPLENS_PATH_BYTES) removed by heaplens__session_folder_remove()
 * @return false, after a message: there is then no folder
 */
bool heaplens__launch_prepare(char *library, char *folder);

/**
 * Set what makes a program record: LD_PRELOAD and the recorder's own variables. For a child, before
 * it becomes the program.
 */
bool heaplens__launch_set_environment(const heaplens_launch *launch);

/**
 * Run a program under the recorder until it ends.
 *
 * SIGINT and SIGQUIT, which the terminal sends to both, are left to the program; SIGTERM and SIGHUP
 * are passed on to it. This process lives on to finish the profile.
 *
 * @param[out] pid   of the program; 0 if it was not started
 * @return its exit status, or 128 + the signal that killed it; 126 or 127, after a message, if it
 *         could not be executed or found; 74 if no process could be made
 */
int heaplens__launch(const heaplens_launch *launch, pid_t *pid);

#endif
