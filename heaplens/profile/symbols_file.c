// SPDX-License-Identifier: MIT
// Opens one file, makes sure that it is the one that ran, and lets the two sources answer.
#define _GNU_SOURCE

#include "profile/symbols_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>

#include "profile/symbol_watch.h"

enum { BUILD_ID_BYTES_MAX = 64 };

bool heaplens__symbols_ask_servers(void)
{
    const char *const urls = getenv("DEBUGINFOD_URLS");  // NOLINT(concurrency-mt-unsafe): read only
    return urls != NULL && urls[0] != '\0';
}

static bool build_id_matches(Dwfl_Module *module, const char *expected)
{
    const unsigned char *bits = NULL;
    GElf_Addr address = 0;
    const int length = dwfl_module_build_id(module, &bits, &address);
    if (expected[0] == '\0' || length <= 0) {
        return true;  // nothing to compare
    }
    char text[2 * BUILD_ID_BYTES_MAX + 1] = "";
    for (int i = 0; i < length && i < BUILD_ID_BYTES_MAX; i++) {
        (void)snprintf(text + (size_t)i * 2, 3, "%02x", bits[i]);
    }
    return strcmp(text, expected) == 0;
}

static heaplens_status watch_module(Dwfl_Module *module, const char *path, const char *build_id,
                                    heaplens_symbol_book *book)
{
    GElf_Addr bias = 0;
    GElf_Word sum = 0;
    Elf *const elf = module == NULL ? NULL : dwfl_module_getelf(module, &bias);
    if (elf == NULL) {
        return HEAPLENS_OK;
    }
    heaplens_status status = heaplens__watch(book, path);
    if (status == HEAPLENS_OK) {
        status =
            heaplens__watch_debug_files(book, path, build_id, dwelf_elf_gnu_debuglink(elf, &sum));
    }
    return status;
}

// Whether nothing was read but what is watched. DWARF that dwz has made refers to a file that
// several have in common, and where that one lies is not asked here.
static bool depends_on_watched(Dwfl_Module *module, const heaplens_symbol_book *book)
{
    const char *debug_file = NULL;
    const char *name = NULL;
    const void *id = NULL;
    Dwarf_Addr bias = 0;
    (void)dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, &debug_file);
    Dwarf *const dwarf = dwfl_module_getdwarf(module, &bias);
    return (debug_file == NULL || heaplens__watch_covers(book, debug_file)) &&
           (dwarf == NULL || dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id) <= 0);
}

static heaplens_status ask_module(Dwfl_Module *module, const char *build_id,
                                  heaplens_question *questions, size_t count,
                                  heaplens_answers *answers, uint32_t *out)
{
    GElf_Addr bias = 0;
    if (module == NULL || dwfl_module_getelf(module, &bias) == NULL) {
        *out = HEAPLENS_SYMBOLS_MISSING;
        return HEAPLENS_OK;
    }
    if (!build_id_matches(module, build_id)) {
        *out = HEAPLENS_SYMBOLS_CHANGED;
        return HEAPLENS_OK;
    }
    bool has_dwarf = false;
    bool has_names = false;
    heaplens_status status = heaplens__symbols_dwarf(module, questions, count, answers, &has_dwarf);
    if (status == HEAPLENS_OK) {
        status = heaplens__symbols_elf(module, questions, count, answers, &has_names);
    }
    *out = has_dwarf   ? HEAPLENS_SYMBOLS_LINES
           : has_names ? HEAPLENS_SYMBOLS_NAMES
                       : HEAPLENS_SYMBOLS_MISSING;
    return status;
}

// The kernel's own library has no file. This process has it too, and if the kernel is another one
// than the one that ran, the build id tells.
static int open_vdso(void)
{
    const unsigned long base = getauxval(AT_SYSINFO_EHDR);
    if (base == 0) {
        return -1;
    }
    const void *const image = (const void *)base;  // NOLINT(performance-no-int-to-ptr)
    GElf_Ehdr header;
    memcpy(&header, image, sizeof(header));
    const size_t size = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
    const int fd = memfd_create("vdso", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, image, size) != (ssize_t)size) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int open_module(const char *path)
{
    if (strncmp(path, "linux-vdso.so", strlen("linux-vdso.so")) == 0) {
        return open_vdso();
    }
    // O_NONBLOCK: a path that is not a regular file must not hold us up, as a FIFO would.
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

heaplens_status heaplens__symbols_file(const char *path, const char *build_id,
                                       heaplens_question *questions, size_t count,
                                       heaplens_answers *answers, heaplens_symbol_book *book)
{
    // debuginfod is asked by dwfl_standard_find_debuginfo(), and only if DEBUGINFOD_URLS is set.
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    Dwfl *const dwfl = dwfl_begin(&callbacks);
    if (dwfl == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const int fd = open_module(path);
    Dwfl_Module *found = NULL;
    if (fd >= 0) {
        found = dwfl_report_elf(dwfl, path, path, fd, 0, true);
        if (found == NULL) {
            (void)close(fd);
        }
    }
    (void)dwfl_report_end(dwfl, NULL, NULL);
    // Before anything is read: what is replaced meanwhile is then seen to be another file.
    heaplens_status status = watch_module(found, path, build_id, book);
    book->is_lasting = status == HEAPLENS_OK;
    status = status == HEAPLENS_ENOMEM
                 ? status
                 : ask_module(found, build_id, questions, count, answers, &book->kind);
    book->is_lasting =
        book->is_lasting && status == HEAPLENS_OK &&
        (book->kind == HEAPLENS_SYMBOLS_LINES ||
         (book->kind == HEAPLENS_SYMBOLS_NAMES && !heaplens__symbols_ask_servers())) &&
        depends_on_watched(found, book);
    heaplens__answers_forget_texts(answers);
    dwfl_end(dwfl);
    return status;
}
