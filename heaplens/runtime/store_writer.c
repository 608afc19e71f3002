// SPDX-License-Identifier: MIT
// The mapping of the raw store, and how room is taken in it.
#include "runtime/store_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14; newer than the headers of some C libraries
#endif

enum { PAGE = 4096 };

// A section's share of the store, in 1/64, and how much is taken at a time. Entries are the
// largest items, and each thread that uses a site has its own. The steps are small because a small
// program's are counted in its resident set; a large one takes some hundred, a microsecond or two each.
static const struct {
    uint32_t stride;
    uint32_t share;
    uint32_t step;
} plan[HEAPLENS_STORE_KINDS] = {
    [HEAPLENS_STORE_TEXT] = {1, 2, PAGE},
    [HEAPLENS_STORE_MODULES] = {sizeof(heaplens_store_module), 1, PAGE},
    [HEAPLENS_STORE_NODES] = {sizeof(heaplens_store_node), 9, 4 * PAGE},
    [HEAPLENS_STORE_SITES] = {sizeof(heaplens_store_site), 8, 4 * PAGE},
    [HEAPLENS_STORE_SHARDS] = {sizeof(heaplens_store_shard), 1, PAGE},
    [HEAPLENS_STORE_ENTRIES] = {sizeof(heaplens_store_entry), 29, 4 * PAGE},
    [HEAPLENS_STORE_SNAPSHOTS] = {sizeof(heaplens_store_snapshot), 1, PAGE},
    [HEAPLENS_STORE_HISTOGRAMS] = {sizeof(heaplens_store_histogram), 5, PAGE},
    [HEAPLENS_STORE_ESTIMATES] = {sizeof(heaplens_store_estimate), 3, PAGE},
    [HEAPLENS_STORE_POINTS] = {sizeof(heaplens_store_point), 1, PAGE},
    [HEAPLENS_STORE_OVERFLOWS] = {sizeof(heaplens_store_overflow), 1, PAGE},
    [HEAPLENS_STORE_SCOPES] = {sizeof(heaplens_store_scope), 1, PAGE},
    [HEAPLENS_STORE_SCOPE_SITES] = {sizeof(heaplens_store_scope_site), 2, PAGE},
};

static uint64_t page_floor(uint64_t bytes)
{
    return bytes & ~(uint64_t)(PAGE - 1);
}

static uint64_t clamp_bytes(uint64_t bytes)
{
    if (bytes > HEAPLENS__STORE_LARGEST) {
        bytes = HEAPLENS__STORE_LARGEST;
    }
    // Growing a file beyond the limit would send SIGXFSZ, which kills.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur) {
        bytes = limit.rlim_cur;
    }
    return page_floor(bytes < HEAPLENS__STORE_SMALLEST ? HEAPLENS__STORE_SMALLEST : bytes);
}

static void lay_out(heaplens__store *store)
{
    heaplens_store_header *const header = store->header;
    memcpy(header->magic, HEAPLENS_STORE_MAGIC, HEAPLENS_STORE_MAGIC_BYTES);
    header->version = HEAPLENS_STORE_VERSION;
    header->endian = HEAPLENS_STORE_ENDIAN;
    header->header_bytes = HEAPLENS_STORE_HEADER_BYTES;
    header->file_bytes = store->bytes;

    uint64_t offset = HEAPLENS_STORE_HEADER_BYTES;
    const uint64_t room = store->bytes - offset;
    for (size_t k = 0; k < HEAPLENS_STORE_KINDS; k++) {
        heaplens_store_section *const section = &header->sections[k];
        const uint64_t bytes = page_floor(room / 64 * plan[k].share);
        section->offset = offset;
        section->stride = plan[k].stride;
        section->capacity = bytes / plan[k].stride;
        offset += bytes;
    }
    heaplens_store_section *const sites = &header->sections[HEAPLENS_STORE_SITES];
    if (sites->capacity > HEAPLENS_STORE_SITES_MAX) {
        sites->capacity = HEAPLENS_STORE_SITES_MAX;
    }
}

// Takes the pages behind a range of the mapping, so that a full disk is told here and not by
// SIGBUS at the first write.
static bool back(const heaplens__store *store, uint64_t offset, uint64_t bytes)
{
    unsigned char *const at = (unsigned char *)store->header + offset;
    if (madvise(at, bytes, MADV_POPULATE_WRITE) == 0) {
        return true;
    }
    if (errno != EINVAL || store->path[0] == '\0') {
        return errno == EINVAL;
    }
    // A kernel before 5.14. The file is opened anew rather than kept: a descriptor that we kept
    // could have been closed by the program and be its own file by now.
    const int fd = open(store->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return false;
    }
    const bool is_backed = fallocate(fd, 0, (off_t)offset, (off_t)bytes) == 0;
    (void)close(fd);
    return is_backed;
}

// Makes the largest mapping of at most `bytes` that the limits of the process allow.
static bool map_file(heaplens__store *store, int fd, uint64_t bytes)
{
    for (; bytes >= HEAPLENS__STORE_SMALLEST; bytes = page_floor(bytes / 2)) {
        if (ftruncate(fd, (off_t)bytes) != 0) {
            return false;
        }
        void *const base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (base != MAP_FAILED) {
            // On a disk the kernel would read megabytes ahead at each first touch of a section: zeros.
            (void)madvise(base, bytes, MADV_RANDOM);
            store->header = base;
            store->bytes = bytes;
            return true;
        }
    }
    return false;
}

heaplens_status heaplens__store_create(heaplens__store *store, const char *path, uint64_t bytes)
{
    memset(store, 0, sizeof *store);
    if (path != NULL && strlen(path) >= sizeof store->path) {
        errno = ENAMETOOLONG;
        return HEAPLENS_EIO;
    }
    const int fd = path == NULL
                       ? memfd_create("heaplens", MFD_CLOEXEC)
                       : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return HEAPLENS_EIO;
    }
    if (path != NULL) {
        memcpy(store->path, path, strlen(path) + 1);
    }
    const bool is_mapped =
        map_file(store, fd, clamp_bytes(bytes)) && back(store, 0, HEAPLENS_STORE_HEADER_BYTES);
    const int saved_errno = errno;
    (void)close(fd);
    if (!is_mapped) {
        heaplens__store_unmap(store);
        if (path != NULL) {
            (void)unlink(path);
        }
        errno = saved_errno;
        return HEAPLENS_EIO;
    }
    lay_out(store);
    return HEAPLENS_OK;
}

void heaplens__store_retire(heaplens__store *store)
{
    if (store->header != NULL) {
        // Read-only and private: it counts against no limit of the memory that is promised.
        (void)mmap(store->header, store->bytes, PROT_READ,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    }
}

void heaplens__store_unmap(heaplens__store *store)
{
    if (store->header != NULL) {
        (void)munmap(store->header, store->bytes);
        store->header = NULL;
    }
}

void *heaplens__store_items(const heaplens__store *store, heaplens_store_kind kind)
{
    return (unsigned char *)store->header + store->header->sections[kind].offset;
}

uint64_t heaplens__store_room(heaplens__store *store, heaplens_store_kind kind, uint64_t count)
{
    heaplens_store_section *const section = &store->header->sections[kind];
    const uint64_t first = atomic_load_explicit(&section->count, memory_order_relaxed);
    bool fits = count <= section->capacity - first;
    const uint64_t end = (first + count) * section->stride;
    if (fits && end > store->backed[kind]) {
        uint64_t target = (end + plan[kind].step - 1) / plan[kind].step * plan[kind].step;
        const uint64_t whole = (section->capacity * section->stride + PAGE - 1) / PAGE * PAGE;
        target = target < whole ? target : whole;
        fits = back(store, section->offset + store->backed[kind], target - store->backed[kind]);
        store->backed[kind] = fits ? target : store->backed[kind];
    }
    if (!fits) {
        atomic_fetch_add_explicit(&section->refused, count, memory_order_relaxed);
        return HEAPLENS__STORE_FULL;
    }
    return first;
}

void heaplens__store_publish(heaplens__store *store, heaplens_store_kind kind, uint64_t count)
{
    atomic_store_explicit(&store->header->sections[kind].count, count, memory_order_release);
}

heaplens_store_string heaplens__store_text(heaplens__store *store, const char *text, size_t bytes)
{
    const uint64_t at = bytes > UINT32_MAX
                            ? HEAPLENS__STORE_FULL
                            : heaplens__store_room(store, HEAPLENS_STORE_TEXT, bytes);
    if (at == HEAPLENS__STORE_FULL || at > UINT32_MAX - bytes) {
        return (heaplens_store_string){0, 0};
    }
    memcpy((char *)heaplens__store_items(store, HEAPLENS_STORE_TEXT) + at, text, bytes);
    heaplens__store_publish(store, HEAPLENS_STORE_TEXT, at + bytes);
    return (heaplens_store_string){(uint32_t)at, (uint32_t)bytes};
}

enum { COPY_ALIGN = 64 };  // of every section of a copy: that of the strictest item

static bool write_at(int fd, const void *data, uint64_t bytes, uint64_t offset)
{
    for (uint64_t done = 0; done < bytes;) {
        const ssize_t n =
            pwrite(fd, (const char *)data + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno != EINTR) {
            return false;
        }
        done += n > 0 ? (uint64_t)n : 0;
    }
    return true;
}

// Sections one behind the other, each as large as what it holds: a store has room for all that may
// come, which is a gigabyte of nothing to whoever copies the file.
static bool write_sections(const heaplens__store *store, int fd)
{
    heaplens_store_header header;
    memcpy(&header, store->header, sizeof header);
    uint64_t end = sizeof header;
    bool is_written = true;
    for (int k = 0; is_written && k < HEAPLENS_STORE_KINDS; k++) {
        heaplens_store_section *const section = &header.sections[k];
        // The count first: what it counts is whole, what comes later is left out.
        const uint64_t count =
            atomic_load_explicit(&store->header->sections[k].count, memory_order_acquire);
        atomic_store_explicit(&section->count, count, memory_order_relaxed);
        section->capacity = count;
        section->offset = (end + COPY_ALIGN - 1) & ~(uint64_t)(COPY_ALIGN - 1);
        end = section->offset + count * section->stride;
        is_written = write_at(fd, heaplens__store_items(store, (heaplens_store_kind)k),
                              count * section->stride, section->offset);
    }
    // The last sections may be empty: the file reaches as far as they would.
    return is_written && write_at(fd, &header, sizeof header, 0) && ftruncate(fd, (off_t)end) == 0;
}

heaplens_status heaplens__store_copy(const heaplens__store *store, const char *path)
{
    char beside[HEAPLENS__STORE_PATH_BYTES];
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        errno = EEXIST;  // a rename would put a file in the place of a device
        return HEAPLENS_EIO;
    }
    const int length = snprintf(beside, sizeof beside, "%s.%ld.tmp", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof beside) {
        errno = ENAMETOOLONG;
        return HEAPLENS_EIO;
    }
    const int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return HEAPLENS_EIO;
    }
    bool is_written = write_sections(store, fd);
    is_written = close(fd) == 0 && is_written;
    if (is_written && rename(beside, path) == 0) {
        return HEAPLENS_OK;
    }
    const int saved_errno = errno;
    (void)unlink(beside);
    errno = saved_errno;
    return HEAPLENS_EIO;
}
