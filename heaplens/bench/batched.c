// SPDX-License-Identifier: MIT
// heaplens_bench_batched(): iterations that need an input each.
#include <heaplens/bench.h>

#include <stdlib.h>
#include <string.h>

#include "bench/running.h"

static uint64_t batch_of(const heaplens_batched *batched, uint64_t iterations)
{
    switch (batched->batch) {
    case HEAPLENS_BATCH_SMALL: return (iterations + 9) / 10;
    case HEAPLENS_BATCH_LARGE: return (iterations + 999) / 1000;
    case HEAPLENS_BATCH_EACH: return 1;
    }
    return 1;
}

static void for_each(const heaplens_batched *batched, unsigned char *inputs, uint64_t count,
                     void (*call)(void *input, void *data))
{
    for (uint64_t i = 0; i < count && call != NULL; i++) {
        call(inputs + i * batched->input_bytes, batched->data);
    }
}

static void run_batch(heaplens_bench *b, const heaplens_batched *batched, unsigned char *inputs,
                      uint64_t count)
{
    memset(inputs, 0, count * batched->input_bytes);
    for_each(batched, inputs, count, batched->set_up);
    b->meter->resume(b);
    for (uint64_t i = 0; i < count; i++) {
        batched->run(inputs + i * batched->input_bytes, batched->data);
    }
    b->meter->pause(b);
    for_each(batched, inputs, count, batched->tear_down);
}

// Room for a batch; as few inputs as there is memory for.
static unsigned char *make_room(unsigned char *inputs, size_t input_bytes, uint64_t *room,
                                uint64_t wanted)
{
    if (wanted <= *room) {
        return inputs;
    }
    free(inputs);
    for (uint64_t count = wanted; count > 0; count /= 2) {
        unsigned char *const made = calloc(count, input_bytes);
        if (made != NULL) {
            *room = count;
            return made;
        }
    }
    *room = 0;
    return NULL;
}

void heaplens_bench_batched(heaplens_bench *b, const heaplens_batched *batched)
{
    if (batched->run == NULL || batched->input_bytes == 0) {
        heaplens_bench_fail(b, "heaplens_batched needs a function and the size of an input");
        return;
    }
    unsigned char *inputs = NULL;
    uint64_t room = 0;
    uint64_t left = 0;
    while ((left = heaplens__running_advance(b)) > 0) {
        const uint64_t batch = batch_of(batched, left);
        inputs = make_room(inputs, batched->input_bytes, &room, batch);
        if (inputs == NULL) {
            heaplens_bench_fail(b, "no memory for an input of %zu bytes", batched->input_bytes);
            break;
        }
        const uint64_t at_once = batch < room ? batch : room;
        while (left > 0) {
            const uint64_t count = left < at_once ? left : at_once;
            run_batch(b, batched, inputs, count);
            left -= count;
        }
    }
    free(inputs);
}
