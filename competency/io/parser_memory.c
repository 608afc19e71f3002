// SPDX-License-Identifier: MIT
#include "io/parser_memory.h"

#include <stdalign.h>
#include <stddef.h>

#include "base/checked.h"
#include "base/memory.h"

typedef struct competency__parser_block competency__parser_block;

struct competency__parser_block {
    competency__parser_block *older;
    competency__parser_block *newer;
    alignas(max_align_t) unsigned char bytes[];
};

static competency__parser_block *block_of(void *bytes)
{
    return (void *)((unsigned char *)bytes - offsetof(competency__parser_block, bytes));
}

// Let the neighbours, or the list, know where the block is.
static void link_block(competency__parser_memory *memory, competency__parser_block *block)
{
    if (block->older != NULL) {
        block->older->newer = block;
    }
    if (block->newer != NULL) {
        block->newer->older = block;
    } else {
        memory->blocks = block;
    }
}

static void *resize(void *self, void *bytes, size_t size)
{
    competency__parser_memory *const memory = self;
    competency__parser_block *block = bytes == NULL ? NULL : block_of(bytes);
    const bool is_new = block == NULL;
    size_t total = 0;
    block = competency__add(&total, size, sizeof(*block))
                ? competency__resize(memory->memory, block, total)
                : NULL;
    if (block == NULL) {
        longjmp(memory->exhausted, 1);
    }
    if (is_new) {
        block->older = memory->blocks;
        block->newer = NULL;
    }
    link_block(memory, block);
    return block->bytes;
}

static void *take(void *self, size_t size)
{
    return resize(self, NULL, size);
}

static void give_back(void *self, void *bytes)
{
    competency__parser_memory *const memory = self;
    if (bytes == NULL) {
        return;
    }
    competency__parser_block *const block = block_of(bytes);
    if (block->older != NULL) {
        block->older->newer = block->newer;
    }
    if (block->newer != NULL) {
        block->newer->older = block->older;
    } else {
        memory->blocks = block->older;
    }
    competency__release(memory->memory, block);
}

yajl_alloc_funcs competency__parser_memory_functions(competency__parser_memory *memory)
{
    return (yajl_alloc_funcs){.malloc = take, .realloc = resize, .free = give_back, .ctx = memory};
}

void competency__parser_memory_release(competency__parser_memory *memory)
{
    while (memory->blocks != NULL) {
        competency__parser_block *const block = memory->blocks;
        memory->blocks = block->older;
        competency__release(memory->memory, block);
    }
}
