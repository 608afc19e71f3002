// SPDX-License-Identifier: MIT
// Hashes of models as blocks of a store.
#include "embed/store_hash.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <competency/cache.h>

#include "model/model.h"

enum {
    // A file that was written to this short a time ago may be written to again without a later
    // time stamp: what is known of it would then be of its former self. Git calls it racy.
    SETTLED_S = 2,
};

void competency__store_hash_key(competency__store_key *key, const competency__file_stamp *stamp)
{
    char text[256];
    const int size =
        snprintf(text, sizeof(text), "hash 1 %llu %llu %llu %lld.%09ld %lld.%09ld",
                 (unsigned long long)stamp->device, (unsigned long long)stamp->inode,
                 (unsigned long long)stamp->size, (long long)stamp->modified.tv_sec,
                 stamp->modified.tv_nsec, (long long)stamp->changed.tv_sec, stamp->changed.tv_nsec);
    competency__sha256(key->bytes, text, (size_t)size);
}

static bool is_settled(const competency__file_stamp *stamp)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0 &&
           stamp->changed.tv_sec + SETTLED_S < now.tv_sec &&
           stamp->modified.tv_sec + SETTLED_S < now.tv_sec;
}

competency_status competency_store_recall_hash(competency_store *store, competency_model *model)
{
    const competency__file_stamp stamp = competency__model_weights_stamp(model);
    char sha256[COMPETENCY__SHA256_HEX_BYTES];
    competency__store_key key;
    competency__store_found found = COMPETENCY__STORE_ABSENT;
    competency__store_hash_key(&key, &stamp);
    competency__store_get(store, &key, 1, sha256, sizeof(sha256), &found);
    if (found != COMPETENCY__STORE_ABSENT) {
        competency__model_believe_hash(model, sha256);
    } else {
        memcpy(sha256, competency_model_describe(model)->sha256, sizeof(sha256));
    }
    if (found != COMPETENCY__STORE_YOUNG && is_settled(&stamp)) {
        competency__store_put(store, &key, 1, sha256, sizeof(sha256));
    }
    return COMPETENCY_OK;
}
