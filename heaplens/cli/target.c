// SPDX-License-Identifier: MIT
// Looks at a program that was not recorded, to say why.
#define _GNU_SOURCE

#include "cli/target.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

static int open_program(const char *program)
{
    if (strchr(program, '/') != NULL) {
        return open(program, O_RDONLY | O_CLOEXEC);
    }
    const char *path = getenv("PATH");  // NOLINT(concurrency-mt-unsafe): one thread
    while (path != NULL && path[0] != '\0') {
        char candidate[4096];
        const size_t length = strcspn(path, ":");
        (void)snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)length, path, program);
        const int fd = open(candidate, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            return fd;
        }
        path += length + (path[length] == ':' ? 1 : 0);
    }
    return -1;
}

// The path of the program's dynamic loader; NULL if it has none, "" if it cannot be told.
static const char *find_loader(Elf *elf)
{
    size_t count = 0;
    size_t size = 0;
    const char *const file = elf_rawfile(elf, &size);
    if (elf_getphdrnum(elf, &count) != 0 || file == NULL) {
        return "";
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, (int)i, &header) == NULL || header.p_type != PT_INTERP) {
            continue;
        }
        const bool is_inside = header.p_offset < size && header.p_filesz <= size - header.p_offset;
        const char *const path = file + header.p_offset;
        return is_inside && memchr(path, '\0', header.p_filesz) != NULL ? path : "";
    }
    return NULL;
}

// Its loader cannot load a library that needs glibc, and then does not start the program.
static bool is_of_musl(Elf *elf)
{
    const char *const loader = find_loader(elf);
    return loader != NULL && strstr(loader, "/ld-musl-") != NULL;
}

static bool is_own_malloc(const GElf_Sym *symbol, const char *name)
{
    return symbol->st_shndx != SHN_UNDEF && name != NULL && strcmp(name, "malloc") == 0;
}

static bool is_of_sanitizer(const GElf_Sym *symbol, const char *name)
{
    (void)symbol;
    static const char *const marks[] = {"__asan_init", "__tsan_init", "__msan_init", "__lsan_init",
                                        "__hwasan_init"};
    for (size_t i = 0; name != NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strcmp(name, marks[i]) == 0) {
            return true;
        }
    }
    return false;
}

// Has the program a dynamic symbol of that kind?
static bool has_symbol(Elf *elf, bool (*is_wanted)(const GElf_Sym *symbol, const char *name))
{
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section != NULL;
         section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != SHT_DYNSYM) {
            continue;
        }
        Elf_Data *const data = elf_getdata(section, NULL);
        const size_t count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
        for (size_t i = 0; data != NULL && i < count; i++) {
            GElf_Sym symbol;
            if (gelf_getsym(data, (int)i, &symbol) != NULL &&
                is_wanted(&symbol, elf_strptr(elf, header.sh_link, symbol.st_name))) {
                return true;
            }
        }
    }
    return false;
}

static const char *elf_obstacle(int fd)
{
    const char *obstacle = "it ended before it allocated anything, or cleared LD_PRELOAD";
    if (elf_version(EV_CURRENT) == EV_NONE) {
        return obstacle;
    }
    Elf *const elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (elf == NULL) {
        return obstacle;
    }
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL) {
        obstacle = "it is a script whose interpreter was not recorded";
    } else if (header.e_machine != EM_X86_64) {
        obstacle = "it is built for another machine";
    } else if (find_loader(elf) == NULL) {
        obstacle = "it is statically linked, so that its malloc cannot be replaced; link it "
                   "dynamically, or link heaplens into it";
    } else if (is_of_musl(elf)) {
        obstacle = "it is linked with musl, whose loader cannot load a library for glibc; link it "
                   "with glibc";
    } else if (has_symbol(elf, is_of_sanitizer)) {
        obstacle = "it is built with a sanitizer, which has an allocator of its own; build it "
                   "without";
    } else if (has_symbol(elf, is_own_malloc)) {
        obstacle = "it has a malloc of its own, which comes before the recorder's";
    }
    (void)elf_end(elf);
    return obstacle;
}

bool heaplens__target_refuses_preload(const char *program)
{
    const int fd = open_program(program);
    Elf *const elf =
        fd < 0 || elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
    const bool is_refusing = elf != NULL && elf_kind(elf) == ELF_K_ELF &&
                             (is_of_musl(elf) || has_symbol(elf, is_of_sanitizer));
    (void)elf_end(elf);
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_refusing;
}

const char *heaplens__target_obstacle(const char *program)
{
    struct stat info;
    const int fd = open_program(program);
    if (fd < 0) {
        return "it cannot be read, so that nothing more can be said";
    }
    const char *obstacle = NULL;
    if (fstat(fd, &info) == 0 && (info.st_mode & (S_ISUID | S_ISGID)) != 0) {
        obstacle = "it runs with the rights of another user or group, and such programs ignore "
                   "LD_PRELOAD";
    } else {
        obstacle = elf_obstacle(fd);
    }
    (void)close(fd);
    return obstacle;
}
