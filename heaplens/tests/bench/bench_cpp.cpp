// SPDX-License-Identifier: MIT
// The library from C++.
#include <heaplens/bench.h>

#include <vector>

static void push_back(heaplens_bench *b)
{
    const uint64_t size = heaplens_bench_size(b);
    HEAPLENS_BENCH_LOOP(b)
    {
        std::vector<int> numbers;
        numbers.reserve(size);
        for (uint64_t i = 0; i < size; i++) {
            numbers.push_back(static_cast<int>(i));
        }
        heaplens_keep(numbers.data());
    }
    heaplens_bench_items(b, size);
}

HEAPLENS_BENCH_MAIN({.name = "push_back", .run = push_back, HEAPLENS_SIZES(10, 1000)})
