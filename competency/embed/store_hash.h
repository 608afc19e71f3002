// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_STORE_HASH_H
#define COMPETENCY_EMBED_STORE_HASH_H

#include "embed/store.h"
#include "model/file.h"

/** The key under which a store keeps the hash of a file: every part of the stamp counts. */
void competency__store_hash_key(competency__store_key *key, const competency__file_stamp *stamp);

#endif
