// SPDX-License-Identifier: MIT
// Modules come and go. An address is looked up with _dl_find_object, which is lock-free and safe in
// signal handlers; dl_iterate_phdr, which takes the loader's lock, serves only where that is
// missing (glibc before 2.35).
#define _GNU_SOURCE
#include "runtime/unwind_loader.h"

#include "runtime/unwind.h"
#include "runtime/unwind_cache.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

typedef int find_object_function(void *address, struct dl_find_object *found);

enum {
    WATCHED_MODULES = 512,  // above, every call by the loader clears the cache
    PAGE_BYTES = 4096,
};

heaplens__unwind_loader_range heaplens__unwind_loader;

static _Atomic(find_object_function *) find_object;

// First addresses of modules that may have rules in the cache; 0 ends the list. Append-only but for
// heaplens__unwind_loader_ran(), which puts 1 (no module's address) in place of one that is gone.
static _Atomic uintptr_t watched[WATCHED_MODULES];
static atomic_bool has_unwatched;
static const uintptr_t gone = 1;

void heaplens__unwind_init(void)
{
    if (heaplens__unwind_loader.size_bytes != 0) {
        return;
    }
    // ISO C has no conversion from an object pointer to a function pointer; POSIX has this one.
    void *const symbol = dlsym(RTLD_DEFAULT, "_dl_find_object");
    find_object_function *function = NULL;
    memcpy(&function, &symbol, sizeof(function));
    struct dl_find_object loader;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader states its own base as a number.
    if (function == NULL || function((void *)_r_debug.r_ldbase, &loader) != 0) {
        return;
    }
    heaplens__unwind_loader.start = (uintptr_t)loader.dlfo_map_start;
    heaplens__unwind_loader.size_bytes =
        (uintptr_t)loader.dlfo_map_end - (uintptr_t)loader.dlfo_map_start;
    atomic_store_explicit(&find_object, function, memory_order_relaxed);
}

static bool is_loaded_at(find_object_function *find, uintptr_t start)
{
    struct dl_find_object found;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address from the loader, kept as a number.
    return find((void *)start, &found) == 0 && (uintptr_t)found.dlfo_map_start == start;
}

// Why this is in time: an address gets a new meaning only through a dlopen, which allocates (its
// link map first of all) before the new module can be found or run; so between the end of the old
// module and the first frame in the new one there is always a call of this function, in which the
// old one is missed.
void heaplens__unwind_loader_ran(void)
{
    find_object_function *const find = atomic_load_explicit(&find_object, memory_order_relaxed);
    bool is_stale = find == NULL || atomic_load_explicit(&has_unwatched, memory_order_relaxed);
    for (size_t i = 0; i < WATCHED_MODULES && find != NULL; i++) {
        uintptr_t start = atomic_load_explicit(&watched[i], memory_order_relaxed);
        if (start == 0) {
            break;
        }
        if (start != gone && !is_loaded_at(find, start)) {
            is_stale = true;
            atomic_compare_exchange_strong_explicit(&watched[i], &start, gone, memory_order_relaxed,
                                                    memory_order_relaxed);
        }
    }
    if (is_stale) {
        heaplens__unwind_cache_clear();
    }
}

void heaplens__unwind_forget_modules(void)
{
    if (atomic_load_explicit(&watched[0], memory_order_relaxed) != 0 ||
        atomic_load_explicit(&find_object, memory_order_relaxed) == NULL) {
        heaplens__unwind_cache_clear();
    }
}

static void watch(uintptr_t start)
{
    for (size_t i = 0; i < WATCHED_MODULES; i++) {
        uintptr_t seen = atomic_load_explicit(&watched[i], memory_order_relaxed);
        while (seen == 0 || seen == gone) {
            if (atomic_compare_exchange_weak_explicit(&watched[i], &seen, start,
                                                      memory_order_relaxed, memory_order_relaxed)) {
                return;
            }
        }
        if (seen == start) {
            return;
        }
    }
    atomic_store_explicit(&has_unwatched, true, memory_order_relaxed);
}

/** Where a module's program headers are, and what was added to its addresses. */
typedef struct module_headers {
    const ElfW(Phdr) * headers;
    size_t count;
    uintptr_t bias;
} module_headers;

/** Fill the image from the segment that holds PT_GNU_EH_FRAME. */
static bool describe(module_headers module, heaplens__cfi_image *image)
{
    const ElfW(Phdr) *hdr = NULL;
    for (size_t i = 0; i < module.count; i++) {
        if (module.headers[i].p_type == PT_GNU_EH_FRAME) {
            hdr = &module.headers[i];
        }
    }
    for (size_t i = 0; i < module.count && hdr != NULL; i++) {
        const ElfW(Phdr) *const load = &module.headers[i];
        if (load->p_type != PT_LOAD || (load->p_flags & PF_R) == 0 ||
            hdr->p_vaddr < load->p_vaddr || hdr->p_vaddr - load->p_vaddr > load->p_memsz ||
            hdr->p_memsz > load->p_memsz - (hdr->p_vaddr - load->p_vaddr)) {
            continue;
        }
        const uintptr_t address = module.bias + load->p_vaddr;
        *image = (heaplens__cfi_image){
            .bytes = (const uint8_t *)address,  // NOLINT(performance-no-int-to-ptr): ELF arithmetic
            .size_bytes = load->p_memsz,
            .address = address,
            .hdr_offset = hdr->p_vaddr - load->p_vaddr,
            .hdr_size_bytes = hdr->p_memsz,
        };
        return true;
    }
    return false;
}

/** The program headers through the ELF header, which is mapped where the module begins. */
static bool read_headers(const struct dl_find_object *found, module_headers *module)
{
    const uint8_t *const start = found->dlfo_map_start;
    const ElfW(Ehdr) *const elf = (const void *)start;
    if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 || elf->e_phentsize != sizeof(ElfW(Phdr)) ||
        elf->e_phoff > PAGE_BYTES ||
        elf->e_phnum > (PAGE_BYTES - elf->e_phoff) / sizeof(ElfW(Phdr))) {
        return false;
    }
    module->headers = (const void *)(start + elf->e_phoff);
    module->count = elf->e_phnum;
    for (size_t i = 0; i < module->count; i++) {
        if (module->headers[i].p_type == PT_LOAD) {
            const uintptr_t page_mask = ~(uintptr_t)(PAGE_BYTES - 1);
            module->bias = (uintptr_t)start - (module->headers[i].p_vaddr & page_mask);
            return module->headers[i].p_offset == 0;
        }
    }
    return false;
}

/** A look-up through dl_iterate_phdr. */
typedef struct iteration {
    uintptr_t ip;
    heaplens__cfi_image *image;
    bool is_mapped;
    bool is_described;
} iteration;

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    iteration *const it = data;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const load = &info->dlpi_phdr[i];
        if (load->p_type == PT_LOAD && it->ip - info->dlpi_addr - load->p_vaddr < load->p_memsz) {
            it->is_mapped = true;
            it->is_described = describe(
                (module_headers){info->dlpi_phdr, info->dlpi_phnum, info->dlpi_addr}, it->image);
            return 1;
        }
    }
    return 0;
}

bool heaplens__unwind_loader_find(uintptr_t ip, heaplens__cfi_image *image, bool *is_mapped)
{
    find_object_function *const find = atomic_load_explicit(&find_object, memory_order_relaxed);
    if (find == NULL) {
        iteration it = {.ip = ip, .image = image};
        (void)dl_iterate_phdr(visit, &it);
        *is_mapped = it.is_mapped;
        return it.is_described;
    }
    struct dl_find_object found;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address, read from the stack.
    *is_mapped = find((void *)ip, &found) == 0;
    if (!*is_mapped) {
        return false;
    }
    // Before a rule can reach the cache, so that no cached rule belongs to an unwatched module.
    watch((uintptr_t)found.dlfo_map_start);
    module_headers module;
    return read_headers(&found, &module) && describe(module, image);
}
