// SPDX-License-Identifier: MIT
#include "runtime/unwind_cache.h"

_Static_assert(HEAPLENS__CACHE_RULE_SHIFT + HEAPLENS__CACHE_ADDRESS_BITS -
                       HEAPLENS__CACHE_SET_BITS ==
                   64,
               "the tag fills the entry's high bits");
_Static_assert((int)HEAPLENS__RULE_BITS <= (int)HEAPLENS__CACHE_RULE_SHIFT, "a rule fits below it");

heaplens__cache_set heaplens__unwind_cache[HEAPLENS__RULE_CACHE_SETS];
_Atomic uint32_t heaplens__unwind_cache_clears;

// Two additions to a set at once may lose one or duplicate one. Each entry stays whole, so the
// worst is another slow look-up.
void heaplens__unwind_cache_add(uintptr_t ip, uint64_t packed_rule)
{
    heaplens__cache_set *const set = heaplens__unwind_cache_set(ip);
    for (size_t i = HEAPLENS__RULE_CACHE_WAYS - 1; i > 0; i--) {
        const uint64_t younger = atomic_load_explicit(&set->ways[i - 1], memory_order_relaxed);
        atomic_store_explicit(&set->ways[i], younger, memory_order_relaxed);
    }
    const uint64_t tag = ip >> HEAPLENS__CACHE_SET_BITS;
    atomic_store_explicit(&set->ways[0], tag << HEAPLENS__CACHE_RULE_SHIFT | packed_rule,
                          memory_order_relaxed);
}

void heaplens__unwind_cache_clear(void)
{
    atomic_fetch_add_explicit(&heaplens__unwind_cache_clears, 1, memory_order_relaxed);
    for (size_t s = 0; s < HEAPLENS__RULE_CACHE_SETS; s++) {
        for (size_t i = 0; i < HEAPLENS__RULE_CACHE_WAYS; i++) {
            // Reading first keeps untouched pages untouched.
            _Atomic uint64_t *const way = &heaplens__unwind_cache[s].ways[i];
            if (atomic_load_explicit(way, memory_order_relaxed) != 0) {
                atomic_store_explicit(way, 0, memory_order_relaxed);
            }
        }
    }
}
