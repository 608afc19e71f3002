// SPDX-License-Identifier: MIT
// Finds the description of the function that holds an address, and decodes its head. The byte
// programs are unwind_cfi_run.c's.
#include "runtime/unwind_cfi.h"

#include "runtime/unwind_cursor.h"

// Pointer encodings: the low half is the width, the high half what the value is relative to.
enum {
    ENCODING_ABSPTR = 0x00,
    ENCODING_ULEB = 0x01,
    ENCODING_UDATA2 = 0x02,
    ENCODING_UDATA4 = 0x03,
    ENCODING_UDATA8 = 0x04,
    ENCODING_SLEB = 0x09,
    ENCODING_SDATA2 = 0x0A,
    ENCODING_SDATA4 = 0x0B,
    ENCODING_SDATA8 = 0x0C,
    ENCODING_WIDTH_MASK = 0x0F,
    ENCODING_PCREL = 0x10,
    ENCODING_DATAREL = 0x30,
    ENCODING_RELATIVE_MASK = 0x70,
    ENCODING_INDIRECT = 0x80,
    ENCODING_OMIT = 0xFF,
};

enum {
    HDR_VERSION = 1,
    // The one table encoding that linkers write: relative to the header, signed, 4 bytes.
    HDR_TABLE_ENCODING = ENCODING_DATAREL | ENCODING_SDATA4,
    HDR_TABLE_ENTRY_BYTES = 8,
    RETURN_ADDRESS_COLUMN = 16,
};

static uint64_t read_width(heaplens__cursor *cursor, unsigned width)
{
    switch (width) {
    case ENCODING_ABSPTR:
    case ENCODING_UDATA8:
    case ENCODING_SDATA8: return heaplens__cursor_number(cursor, 8);
    case ENCODING_ULEB: return heaplens__cursor_uleb(cursor);
    case ENCODING_UDATA2: return heaplens__cursor_number(cursor, 2);
    case ENCODING_UDATA4: return heaplens__cursor_number(cursor, 4);
    case ENCODING_SLEB: return (uint64_t)heaplens__cursor_sleb(cursor);
    case ENCODING_SDATA2: return (uint64_t)heaplens__cursor_signed(cursor, 2);
    case ENCODING_SDATA4: return (uint64_t)heaplens__cursor_signed(cursor, 4);
    default: cursor->has_failed = true; return 0;
    }
}

static uint64_t address_of(const heaplens__cfi_image *image, const uint8_t *at)
{
    return image->address + (uint64_t)(at - image->bytes);
}

// An indirect pointer would have to be read from the process: no linker writes one for the fields
// that are read here (only a personality routine is, and that one is skipped).
static uint64_t read_pointer(heaplens__cursor *cursor, unsigned encoding,
                             const heaplens__cfi_image *image)
{
    uint64_t base = 0;
    switch (encoding & (ENCODING_RELATIVE_MASK | ENCODING_INDIRECT)) {
    case ENCODING_ABSPTR: break;
    case ENCODING_PCREL: base = address_of(image, cursor->at); break;
    case ENCODING_DATAREL: base = image->address + image->hdr_offset; break;
    default: cursor->has_failed = true; return 0;
    }
    return base + read_width(cursor, encoding & ENCODING_WIDTH_MASK);
}

/** Offset of the FDE that may hold `pc`: that of the last function which begins at or before it. */
static bool search_table(const heaplens__cfi_image *image, uint64_t pc, uint64_t *fde_offset)
{
    const uint8_t *const hdr = image->bytes + image->hdr_offset;
    heaplens__cursor cursor = heaplens__cursor_over(hdr, image->hdr_size_bytes);
    const uint64_t version = heaplens__cursor_number(&cursor, 1);
    const unsigned frame_encoding = (unsigned)heaplens__cursor_number(&cursor, 1);
    const unsigned count_encoding = (unsigned)heaplens__cursor_number(&cursor, 1);
    const unsigned table_encoding = (unsigned)heaplens__cursor_number(&cursor, 1);
    if (version != HDR_VERSION || table_encoding != HDR_TABLE_ENCODING ||
        count_encoding == ENCODING_OMIT) {
        return false;
    }
    (void)read_pointer(&cursor, frame_encoding, image);
    const uint64_t count = read_pointer(&cursor, count_encoding, image);
    if (cursor.has_failed || count > heaplens__cursor_left(&cursor) / HDR_TABLE_ENTRY_BYTES) {
        return false;
    }

    const uint64_t hdr_address = image->address + image->hdr_offset;
    const int64_t wanted = (int64_t)(pc - hdr_address);
    size_t low = 0;
    size_t high = (size_t)count;  // entries below `low` begin at or before pc, from `high` on after
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        int32_t begin = 0;
        memcpy(&begin, cursor.at + middle * HDR_TABLE_ENTRY_BYTES, sizeof(begin));
        if (begin <= wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return false;
    }
    int32_t fde = 0;
    memcpy(&fde, cursor.at + (low - 1) * HDR_TABLE_ENTRY_BYTES + 4, sizeof(fde));
    *fde_offset = image->hdr_offset + (uint64_t)(int64_t)fde;  // checked by open_entry()
    return true;
}

/** A cursor over one CIE's or FDE's content, after its length; `false` when it leaves the image. */
static bool open_entry(const heaplens__cfi_image *image, uint64_t offset, heaplens__cursor *entry)
{
    if (offset > image->size_bytes) {
        return false;
    }
    heaplens__cursor cursor =
        heaplens__cursor_over(image->bytes + offset, image->size_bytes - (size_t)offset);
    const uint64_t length = heaplens__cursor_number(&cursor, 4);
    // 0 ends the section. 0xffffffff announces a 64-bit length, which no x86-64 linker writes and
    // which is longer than any image.
    if (cursor.has_failed || length == 0 || length > heaplens__cursor_left(&cursor)) {
        return false;
    }
    *entry = heaplens__cursor_over(cursor.at, (size_t)length);
    return true;
}

/** What a CIE says beyond heaplens__cfi_function. */
typedef struct cie_facts {
    unsigned pointer_encoding;   // 'R'
    bool has_augmentation_data;  // 'z'
} cie_facts;

static heaplens__cfi_status read_augmentation(heaplens__cursor *cursor, const char *letters,
                                              heaplens__cfi_function *function, cie_facts *facts)
{
    if (letters[0] == '\0') {
        return HEAPLENS__CFI_OK;
    }
    if (letters[0] != 'z') {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    facts->has_augmentation_data = true;
    const uint64_t size = heaplens__cursor_uleb(cursor);
    if (cursor->has_failed || size > heaplens__cursor_left(cursor)) {
        return HEAPLENS__CFI_NO_RULE;
    }
    heaplens__cursor data = heaplens__cursor_over(cursor->at, (size_t)size);
    heaplens__cursor_skip(cursor, size);
    for (const char *letter = letters + 1; *letter != '\0'; letter++) {
        switch (*letter) {
        case 'R': facts->pointer_encoding = (unsigned)heaplens__cursor_number(&data, 1); break;
        case 'L': (void)heaplens__cursor_number(&data, 1); break;
        case 'P':
            (void)read_width(&data, heaplens__cursor_number(&data, 1) & ENCODING_WIDTH_MASK);
            break;
        case 'S': function->is_signal_frame = true; break;
        default: return HEAPLENS__CFI_UNSUPPORTED;
        }
    }
    return data.has_failed ? HEAPLENS__CFI_NO_RULE : HEAPLENS__CFI_OK;
}

static heaplens__cfi_status read_cie(const heaplens__cfi_image *image, uint64_t offset,
                                     heaplens__cfi_function *function, cie_facts *facts)
{
    heaplens__cursor cursor;
    if (!open_entry(image, offset, &cursor) || heaplens__cursor_number(&cursor, 4) != 0) {
        return HEAPLENS__CFI_NO_RULE;  // the id of a CIE is 0
    }
    const uint64_t version = heaplens__cursor_number(&cursor, 1);
    if (version != 1 && version != 3) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    const char *const letters = (const char *)cursor.at;
    const uint8_t *const letters_end = memchr(cursor.at, '\0', heaplens__cursor_left(&cursor));
    if (letters_end == NULL) {
        return HEAPLENS__CFI_NO_RULE;
    }
    cursor.at = letters_end + 1;
    function->code_align = heaplens__cursor_uleb(&cursor);
    function->data_align = heaplens__cursor_sleb(&cursor);
    const uint64_t return_column =
        version == 1 ? heaplens__cursor_number(&cursor, 1) : heaplens__cursor_uleb(&cursor);
    if (cursor.has_failed) {
        return HEAPLENS__CFI_NO_RULE;
    }
    if (return_column != RETURN_ADDRESS_COLUMN) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    const heaplens__cfi_status status = read_augmentation(&cursor, letters, function, facts);
    function->initial = (heaplens__cfi_program){cursor.at, heaplens__cursor_left(&cursor)};
    return status;
}

static heaplens__cfi_status read_fde(const heaplens__cfi_image *image, uint64_t offset,
                                     heaplens__cfi_function *function)
{
    heaplens__cursor cursor;
    if (!open_entry(image, offset, &cursor)) {
        return HEAPLENS__CFI_NO_RULE;
    }
    // The CIE is so many bytes before the field that says so.
    const uint64_t field = (uint64_t)(cursor.at - image->bytes);
    const uint64_t back = heaplens__cursor_number(&cursor, 4);
    if (back == 0 || back > field) {
        return HEAPLENS__CFI_NO_RULE;
    }
    cie_facts facts = {.pointer_encoding = ENCODING_ABSPTR};
    const heaplens__cfi_status status = read_cie(image, field - back, function, &facts);
    if (status != HEAPLENS__CFI_OK) {
        return status;
    }
    function->pc_begin = read_pointer(&cursor, facts.pointer_encoding, image);
    const uint64_t size = read_width(&cursor, facts.pointer_encoding & ENCODING_WIDTH_MASK);
    function->pc_end = function->pc_begin + size;
    if (facts.has_augmentation_data) {
        heaplens__cursor_skip(&cursor, heaplens__cursor_uleb(&cursor));
    }
    function->own = (heaplens__cfi_program){cursor.at, heaplens__cursor_left(&cursor)};
    return cursor.has_failed || function->pc_end < function->pc_begin ? HEAPLENS__CFI_NO_RULE
                                                                      : HEAPLENS__CFI_OK;
}

heaplens__cfi_status heaplens__cfi_rule_at(const heaplens__cfi_image *image, uint64_t pc,
                                           heaplens__unwind_rule *rule)
{
    if (image->hdr_offset > image->size_bytes ||
        image->hdr_size_bytes > image->size_bytes - image->hdr_offset) {
        return HEAPLENS__CFI_NO_RULE;
    }
    uint64_t fde_offset = 0;
    if (!search_table(image, pc, &fde_offset)) {
        return HEAPLENS__CFI_NO_RULE;
    }
    heaplens__cfi_function function = {0};
    const heaplens__cfi_status status = read_fde(image, fde_offset, &function);
    if (status != HEAPLENS__CFI_OK) {
        return status;
    }
    if (pc < function.pc_begin || pc >= function.pc_end) {
        return HEAPLENS__CFI_NO_RULE;
    }
    return heaplens__cfi_run(&function, pc, rule);
}
