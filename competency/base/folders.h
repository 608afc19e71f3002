// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_FOLDERS_H
#define COMPETENCY_BASE_FOLDERS_H

#include <competency/status.h>

/**
 * Make the folders on the way to a file that are missing, for this user alone: `a` and `a/b` of
 * `a/b/c`; of `a/b/` too.
 *
 * @param[in,out] path  shorter for the time of the call
 * @return COMPETENCY_OK; COMPETENCY_EIO naming the folder that cannot be made. Those above stay.
 */
competency_status competency__make_folders(char *path, competency_error *err);

#endif
