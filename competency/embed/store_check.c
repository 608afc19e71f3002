// SPDX-License-Identifier: MIT
// LMDB's file format, as far as LMDB believes it.
//
//     page    number 8 | pad 2 | flags 2 | lower 2 | upper 2 | offsets of nodes 2 each | ... | nodes
//             pages 0 and 1 are heads; of the first page of a long value, lower and upper are one
//             number: how many pages it has
//     node    low 2 | high 2 | flags 2 | key's size 2 | key | value
//             of a leaf, low and high are the value's size; of a branch, with flags a page number
//     head    magic 4 | version 4 | address 8 | mapping 8 | tree of free pages 48 | main tree 48 |
//             last page 8 | transaction 8
//     tree    pad 4 | flags 2 | depth 2 | branch pages 8 | leaf pages 8 | other pages 8 | entries 8 |
//             root 8
//
// Source: Howard Chu, LMDB 0.9.24, mdb.c: MDB_page, MDB_node, MDB_meta, MDB_db. Numbers are in the
// machine's order.
#include "embed/store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

enum {
    PAGE_BRANCH = 0x01,
    PAGE_LEAF = 0x02,
    PAGE_LONG = 0x04,  // the first page of a long value
    PAGE_HEAD = 0x08,
    NODE_LONG = 0x01,  // the value is the number of a page
    NODE_TREE = 0x02,  // the value is a tree
    TREE_INTEGERS = 0x08,

    PAGE_HEAD_BYTES = 16,
    NODE_HEAD_BYTES = 8,
    TREE_BYTES = 48,
    HEAD_BYTES = 136,
    PAGE_BYTES_MIN = 4096,
    PAGE_BYTES_MAX = 32768,
    KEY_BYTES_MAX = 511,
    DEPTH_MAX = 32,
    HEADS = 2,
    LOST_PAGES_MAX = 1 << 16,  // that a file may be shorter than its last page says
    NAMED_MAX = 2,             // trees in the main one

    ENTRY_KEY_BYTES = 32,
    NUMBER_BYTES = 4,  // of a value of the main tree that is no tree
};

static const uint32_t HEAD_MAGIC = 0xBEEFC0DE;
static const uint32_t HEAD_VERSION = 1;
static const uint64_t NO_PAGE = UINT64_MAX;
static const uint64_t TRANSACTION_MAX = UINT64_MAX / 2;
static const uint64_t MAPPING_MAX = (uint64_t)1 << 46;

typedef enum tree_kind { TREE_FREE, TREE_MAIN, TREE_ENTRIES } tree_kind;

typedef struct tree_head {
    uint32_t pad;
    uint16_t flags;
    uint16_t depth;
    uint64_t branches;
    uint64_t leaves;
    uint64_t longs;  // pages of long values
    uint64_t entries;
    uint64_t root;
} tree_head;

typedef struct file_head {
    uint32_t magic;
    uint32_t version;
    uint64_t address;
    uint64_t mapping;
    tree_head free;
    tree_head main;
    uint64_t last_page;
    uint64_t transaction;
} file_head;

_Static_assert(sizeof(tree_head) == TREE_BYTES, "as LMDB has it");
_Static_assert(sizeof(file_head) == HEAD_BYTES, "as LMDB has it");

// A page that is looked at.
typedef struct page_view {
    const unsigned char *bytes;  // (page_bytes)
    uint64_t number;
    size_t nodes;
    size_t lower;
    size_t upper;
} page_view;

typedef struct node_view {
    const unsigned char *key;
    size_t key_bytes;
    uint32_t value_bytes;  // of a leaf
    uint64_t child;        // of a branch
    uint16_t flags;        // of a leaf
} node_view;

typedef struct page_walk {
    const unsigned char *bytes;
    size_t page_bytes;
    uint64_t pages;          // numbers are below it
    uint64_t present;        // pages that the file has
    unsigned char *claimed;  // a bit a page
    competency_error *err;

    // Of the tree that is walked.
    tree_kind kind;
    tree_head seen;            // what was counted
    const unsigned char *key;  // the last one; NULL: none yet
    size_t key_bytes;
    bool is_separator;  // the last one stood in a branch, and the next may be the same

    tree_head named[NAMED_MAX];  // found in the main tree
    size_t named_count;
} page_walk;

static uint16_t load16(const unsigned char *at)
{
    uint16_t value = 0;
    memcpy(&value, at, sizeof(value));
    return value;
}

static uint64_t load64(const unsigned char *at)
{
    uint64_t value = 0;
    memcpy(&value, at, sizeof(value));
    return value;
}

static bool refuse(const page_walk *walk, uint64_t page, const char *what)
{
    (void)competency__fail(walk->err, COMPETENCY_EFORMAT, "page %llu: %s", (unsigned long long)page,
                           what);
    return false;
}

// A page has one use.
static bool claim(page_walk *walk, uint64_t page)
{
    if (page < HEADS || page >= walk->pages) {
        return refuse(walk, page, "there is no such page");
    }
    unsigned char *const byte = &walk->claimed[page / 8];
    const unsigned char bit = (unsigned char)(1U << page % 8);
    if ((*byte & bit) != 0) {
        return refuse(walk, page, "has two uses");
    }
    *byte |= bit;
    return true;
}

// The keys of free pages are numbers, others are bytes.
static int compare_keys(const page_walk *walk, const node_view *node)
{
    if (walk->kind == TREE_FREE) {
        const uint64_t left = load64(walk->key);
        const uint64_t right = load64(node->key);
        return (left > right) - (left < right);
    }
    const size_t shared = walk->key_bytes < node->key_bytes ? walk->key_bytes : node->key_bytes;
    const int order = memcmp(walk->key, node->key, shared);
    return order != 0 ? order
                      : (walk->key_bytes > node->key_bytes) - (walk->key_bytes < node->key_bytes);
}

static bool check_key(page_walk *walk, const page_view *page, const node_view *node, bool is_leaf)
{
    const bool is_sized = walk->kind == TREE_FREE      ? node->key_bytes == sizeof(uint64_t)
                          : walk->kind == TREE_ENTRIES ? node->key_bytes == ENTRY_KEY_BYTES
                                                       : node->key_bytes > 0;
    if (!is_sized) {
        return refuse(walk, page->number, "a key of another size");
    }
    if (walk->key != NULL) {
        const int order = compare_keys(walk, node);
        if (order > 0 || (order == 0 && !(walk->is_separator && is_leaf))) {
            return refuse(walk, page->number, "keys that do not ascend");
        }
    }
    walk->key = node->key;
    walk->key_bytes = node->key_bytes;
    walk->is_separator = !is_leaf;
    return true;
}

static node_view view_node(const page_view *page, size_t i, bool is_leaf)
{
    const unsigned char *const at = page->bytes + load16(page->bytes + PAGE_HEAD_BYTES + 2 * i);
    const uint64_t low = load16(at);
    const uint64_t high = load16(at + 2);
    const uint64_t flags = load16(at + 4);
    return (node_view){.key = at + NODE_HEAD_BYTES,
                       .key_bytes = load16(at + 6),
                       .value_bytes = (uint32_t)(low | high << 16),
                       .child = low | high << 16 | flags << 32,
                       .flags = is_leaf ? (uint16_t)flags : 0};
}

// Bytes that a node takes in its page, its padding included.
static size_t node_bytes(const node_view *node, bool is_leaf)
{
    size_t bytes = NODE_HEAD_BYTES + node->key_bytes;
    if (is_leaf) {
        bytes += (node->flags & NODE_LONG) != 0 ? sizeof(uint64_t) : node->value_bytes;
    }
    return bytes + bytes % 2;
}

// Where nodes begin: a bit for two bytes.
typedef struct node_starts {
    unsigned char bits[PAGE_BYTES_MAX / 2 / 8];
} node_starts;

static bool begins_at(const node_starts *starts, size_t place)
{
    return (starts->bits[place / 16] & 1U << place / 2 % 8) != 0;
}

static bool mark_starts(const page_walk *walk, const page_view *page, node_starts *starts)
{
    memset(starts->bits, 0, walk->page_bytes / 16);
    for (size_t i = 0; i < page->nodes; i++) {
        const size_t at = load16(page->bytes + PAGE_HEAD_BYTES + 2 * i);
        if (at < page->upper || at % 2 != 0 || at > walk->page_bytes - NODE_HEAD_BYTES ||
            begins_at(starts, at)) {
            return refuse(walk, page->number, "a node outside, or two in one place");
        }
        starts->bits[at / 16] |= (unsigned char)(1U << at / 2 % 8);
    }
    return true;
}

// Nodes fill the page from `upper` to its end, and none lies on another: LMDB moves what is below a
// node that it deletes, and counts on that. It is so if the first begins at `upper`, each ends where
// another begins or the page ends, and their bytes together are those from `upper` on: the nodes
// from the first to the end of the page have all of these bytes, and leave none for any other.
static bool check_places(const page_walk *walk, const page_view *page, bool is_leaf)
{
    node_starts starts;
    const size_t node_max = ((walk->page_bytes - PAGE_HEAD_BYTES) / 2 & ~(size_t)1) - 2;
    if (!mark_starts(walk, page, &starts)) {
        return false;
    }
    size_t left = walk->page_bytes - page->upper;
    for (size_t i = 0; i < page->nodes; i++) {
        const size_t at = load16(page->bytes + PAGE_HEAD_BYTES + 2 * i);
        const node_view node = view_node(page, i, is_leaf);
        const size_t bytes = node_bytes(&node, is_leaf);
        if (node.key_bytes > KEY_BYTES_MAX || bytes > node_max || bytes > left ||
            bytes > walk->page_bytes - at) {
            return refuse(walk, page->number, "a node that is too large");
        }
        if (at + bytes != walk->page_bytes && !begins_at(&starts, at + bytes)) {
            return refuse(walk, page->number, "nodes on each other, or apart");
        }
        left -= bytes;
    }
    return (left == 0 && page->upper % 2 == 0 && page->upper < walk->page_bytes &&
            begins_at(&starts, page->upper)) ||
           refuse(walk, page->number, "nodes that do not fill it");
}

// A page of a tree, its nodes not looked at yet.
static bool open_page(page_walk *walk, page_view *out, uint64_t number, bool is_leaf)
{
    if (!claim(walk, number)) {
        return false;
    }
    if (number >= walk->present) {
        return refuse(walk, number, "behind the end of the file");
    }
    const unsigned char *const bytes = walk->bytes + number * walk->page_bytes;
    *out = (page_view){
        .bytes = bytes, .number = number, .lower = load16(bytes + 12), .upper = load16(bytes + 14)};
    if (load64(bytes) != number || load16(bytes + 10) != (is_leaf ? PAGE_LEAF : PAGE_BRANCH)) {
        return refuse(walk, number, "another page, or of another kind");
    }
    if (out->lower < PAGE_HEAD_BYTES || out->lower % 2 != 0 || out->lower > out->upper ||
        out->upper > walk->page_bytes) {
        return refuse(walk, number, "bounds outside");
    }
    out->nodes = (out->lower - PAGE_HEAD_BYTES) / 2;
    // LMDB asserts that a branch has two; while it mends the tree of free pages it lets one pass.
    if (out->nodes < (is_leaf || walk->kind == TREE_FREE ? 1U : 2U)) {
        return refuse(walk, number, "too few nodes");
    }
    return true;
}

// The pages of a long value. @param[out] value  where it begins
static bool claim_long(page_walk *walk, const page_view *page, const node_view *node,
                       const unsigned char **value)
{
    const uint64_t first = load64(node->key + node->key_bytes);
    if (first < HEADS || first >= walk->present) {
        return refuse(walk, page->number, "a value behind the end of the file");
    }
    const unsigned char *const bytes = walk->bytes + first * walk->page_bytes;
    uint32_t count = 0;
    memcpy(&count, bytes + 12, sizeof(count));
    const uint64_t needed =
        (PAGE_HEAD_BYTES - 1 + (uint64_t)node->value_bytes) / walk->page_bytes + 1;
    if (load64(bytes) != first || load16(bytes + 10) != PAGE_LONG || count < needed ||
        count > walk->present - first) {
        return refuse(walk, first, "not the first page of a value");
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!claim(walk, first + i)) {
            return false;
        }
    }
    walk->seen.longs += count;
    *value = bytes + PAGE_HEAD_BYTES;
    return true;
}

// A value of the tree of free pages: how many there are, then their numbers, descending.
static bool claim_free(page_walk *walk, const page_view *page, const unsigned char *value,
                       size_t bytes)
{
    const uint64_t count = bytes < sizeof(uint64_t) ? UINT64_MAX : load64(value);
    if (bytes % sizeof(uint64_t) != 0 || count > bytes / sizeof(uint64_t) - 1) {
        return refuse(walk, page->number, "a list of free pages of another size");
    }
    uint64_t before = NO_PAGE;
    for (uint64_t i = 1; i <= count; i++) {
        const uint64_t number = load64(value + i * sizeof(uint64_t));
        if (number >= before) {
            return refuse(walk, page->number, "free pages that do not descend");
        }
        if (!claim(walk, number)) {
            return false;
        }
        before = number;
    }
    return true;
}

// A value of the main tree: one of our two trees, or a number.
static bool take_main(page_walk *walk, const page_view *page, const node_view *node,
                      const unsigned char *value)
{
    if (node->flags == NODE_TREE && node->value_bytes == TREE_BYTES && node->key_bytes == 1 &&
        walk->named_count < NAMED_MAX) {
        memcpy(&walk->named[walk->named_count++], value, TREE_BYTES);
        return true;
    }
    return (node->flags == 0 && node->value_bytes == NUMBER_BYTES) ||
           refuse(walk, page->number, "neither a tree nor a number");
}

static bool check_value(page_walk *walk, const page_view *page, const node_view *node)
{
    const unsigned char *value = node->key + node->key_bytes;
    walk->seen.entries++;
    if (walk->kind == TREE_MAIN) {
        return take_main(walk, page, node, value);
    }
    if ((node->flags & ~NODE_LONG) != 0) {
        return refuse(walk, page->number, "a value of another kind");
    }
    if ((node->flags & NODE_LONG) != 0 && !claim_long(walk, page, node, &value)) {
        return false;
    }
    return walk->kind != TREE_FREE || claim_free(walk, page, value, node->value_bytes);
}

// The tree below a page, `height` levels of it: no deeper than its head says, which is bounded.
static bool check_page(page_walk *walk, uint64_t number, unsigned height)
{
    const bool is_leaf = height == 1;
    page_view page;
    if (!open_page(walk, &page, number, is_leaf) || !check_places(walk, &page, is_leaf)) {
        return false;
    }
    *(is_leaf ? &walk->seen.leaves : &walk->seen.branches) += 1;
    for (size_t i = 0; i < page.nodes; i++) {
        const node_view node = view_node(&page, i, is_leaf);
        // The first key of a branch stands for everything below the second, whatever it is.
        if ((is_leaf || i > 0) && !check_key(walk, &page, &node, is_leaf)) {
            return false;
        }
        const bool is_sound = is_leaf ? check_value(walk, &page, &node)
                                      // NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX levels
                                      : check_page(walk, node.child, height - 1);
        if (!is_sound) {
            return false;
        }
    }
    return true;
}

static bool check_tree(page_walk *walk, tree_kind kind, const tree_head *head)
{
    const uint16_t flags = kind == TREE_FREE ? TREE_INTEGERS : 0;
    walk->kind = kind;
    walk->key = NULL;
    walk->seen = (tree_head){.root = NO_PAGE};
    if (head->flags != flags || head->depth > DEPTH_MAX ||
        (head->root == NO_PAGE) != (head->depth == 0)) {
        return refuse(walk, head->root, "not the root of a tree");
    }
    if (head->root != NO_PAGE && !check_page(walk, head->root, head->depth)) {
        return false;
    }
    return (head->branches == walk->seen.branches && head->leaves == walk->seen.leaves &&
            head->longs == walk->seen.longs && head->entries == walk->seen.entries) ||
           refuse(walk, head->root, "a tree of other pages than its head counts");
}

static file_head read_head(const unsigned char *page)
{
    file_head head;
    memcpy(&head, page + PAGE_HEAD_BYTES, sizeof(head));
    return head;
}

// One of the first two pages, of a file of `size` bytes.
static bool is_head_sound(const unsigned char *page, uint64_t size)
{
    const file_head head = read_head(page);
    const uint64_t page_bytes = head.free.pad;
    return load16(page + 10) == PAGE_HEAD && head.magic == HEAD_MAGIC &&
           head.version == HEAD_VERSION && page_bytes >= PAGE_BYTES_MIN &&
           page_bytes <= PAGE_BYTES_MAX && (page_bytes & (page_bytes - 1)) == 0 &&
           head.free.flags == TREE_INTEGERS && head.mapping <= MAPPING_MAX &&
           head.last_page >= HEADS - 1 && head.transaction < TRANSACTION_MAX &&
           head.last_page < size / page_bytes + LOST_PAGES_MAX;
}

competency_status competency__store_check_heads(const char *path, competency_error *err)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT
                   ? COMPETENCY_OK
                   : competency__fail(err, COMPETENCY_EIO, "cannot open %s: error %d", path, errno);
    }
    unsigned char heads[HEADS][PAGE_HEAD_BYTES + HEAD_BYTES];
    struct stat info;
    const ssize_t wanted = (ssize_t)sizeof(heads[0]);
    bool is_sound = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
    const bool is_empty = is_sound && info.st_size == 0;
    is_sound = is_sound && pread(file, heads[0], sizeof(heads[0]), 0) == wanted &&
               is_head_sound(heads[0], (uint64_t)info.st_size);
    if (is_sound) {
        const uint32_t page_bytes = read_head(heads[0]).free.pad;
        is_sound = pread(file, heads[1], sizeof(heads[1]), page_bytes) == wanted &&
                   is_head_sound(heads[1], (uint64_t)info.st_size) &&
                   read_head(heads[1]).free.pad == page_bytes;
    }
    (void)close(file);
    return is_sound || is_empty
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EFORMAT,
                                  "%s is damaged or something else: its heads", path);
}

static bool check_trees(page_walk *walk, const file_head *head)
{
    bool is_sound =
        check_tree(walk, TREE_FREE, &head->free) && check_tree(walk, TREE_MAIN, &head->main);
    for (size_t i = 0; i < walk->named_count && is_sound; i++) {
        is_sound = check_tree(walk, TREE_ENTRIES, &walk->named[i]);
    }
    return is_sound;
}

competency_status competency__store_check(const unsigned char *bytes, size_t size, uint64_t txnid,
                                          const competency_allocator *memory, competency_error *err)
{
    if (size < (size_t)HEADS * PAGE_BYTES_MIN || !is_head_sound(bytes, size)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "page 0: not a head");
    }
    const size_t page_bytes = read_head(bytes).free.pad;
    if (size < HEADS * page_bytes || !is_head_sound(bytes + page_bytes, size) ||
        read_head(bytes + page_bytes).free.pad != page_bytes) {
        return competency__fail(err, COMPETENCY_EFORMAT, "page 1: not a head");
    }
    file_head head = read_head(bytes);
    if (head.transaction != txnid) {
        head = read_head(bytes + page_bytes);
    }
    if (head.transaction != txnid) {
        return competency__fail(err, COMPETENCY_EINVAL, "no head of transaction %llu",
                                (unsigned long long)txnid);
    }
    page_walk walk = {.bytes = bytes,
                      .page_bytes = page_bytes,
                      .pages = head.last_page + 1,
                      .present = size / page_bytes,
                      .err = err};
    walk.claimed = competency__allocate_zeroed(memory, (size_t)(walk.pages / 8 + 1), 1);
    if (walk.claimed == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory to check %llu pages",
                                (unsigned long long)walk.pages);
    }
    const bool is_sound = check_trees(&walk, &head);
    competency__release(memory, walk.claimed);
    return is_sound ? COMPETENCY_OK : COMPETENCY_EFORMAT;
}
