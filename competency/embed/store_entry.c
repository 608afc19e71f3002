// SPDX-License-Identifier: MIT
#include "embed/store_entry.h"

#include <stdint.h>
#include <string.h>

#include "base/siphash.h"

// The key of the entry keys the checksum, so that an entry under a wrong key does not hold.
static uint64_t checksum(const competency__store_key *key, const void *block, size_t size)
{
    competency__siphash_key sip;
    memcpy(&sip, key->bytes, sizeof(sip));
    return competency__siphash24(sip, block, size);
}

void competency__entry_write(unsigned char *out, const competency__store_key *key,
                             const void *block, size_t size)
{
    const uint64_t sum = checksum(key, block, size);
    memcpy(out, block, size);
    memcpy(out + size, &sum, sizeof(sum));
}

bool competency__entry_read(void *block, size_t size, const competency__store_key *key,
                            const unsigned char *entry, size_t entry_bytes)
{
    uint64_t sum = 0;
    if (entry_bytes != size + sizeof(sum)) {
        return false;
    }
    memcpy(&sum, entry + size, sizeof(sum));
    if (sum != checksum(key, entry, size)) {
        return false;
    }
    memcpy(block, entry, size);
    return true;
}
