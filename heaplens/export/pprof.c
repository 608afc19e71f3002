// SPDX-License-Identifier: MIT
// pprof's profile.proto, written by hand: https://github.com/google/pprof, proto/profile.proto.
#include "export/pprof.h"

#include "export/frame_text.h"
#include "export/function_table.h"
#include "export/gzip.h"
#include "export/protobuf.h"

// Field numbers of profile.proto.
enum {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_MAPPING = 3,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING_TABLE = 6,
    PROFILE_TIME_NANOS = 9,
    PROFILE_DURATION_NANOS = 10,
    PROFILE_PERIOD_TYPE = 11,
    PROFILE_PERIOD = 12,
    PROFILE_COMMENT = 13,
    PROFILE_DEFAULT_SAMPLE_TYPE = 14,

    VALUE_TYPE_TYPE = 1,
    VALUE_TYPE_UNIT = 2,

    SAMPLE_LOCATION_ID = 1,
    SAMPLE_VALUE = 2,
    SAMPLE_LABEL = 3,

    LABEL_KEY = 1,
    LABEL_NUM = 3,
    LABEL_NUM_UNIT = 4,

    MAPPING_ID = 1,
    MAPPING_MEMORY_START = 2,
    MAPPING_MEMORY_LIMIT = 3,
    MAPPING_FILENAME = 5,
    MAPPING_BUILD_ID = 6,
    MAPPING_HAS_FUNCTIONS = 7,
    MAPPING_HAS_FILENAMES = 8,
    MAPPING_HAS_LINE_NUMBERS = 9,
    MAPPING_HAS_INLINE_FRAMES = 10,

    LOCATION_ID = 1,
    LOCATION_MAPPING_ID = 2,
    LOCATION_ADDRESS = 3,
    LOCATION_LINE = 4,

    LINE_FUNCTION_ID = 1,
    LINE_LINE = 2,

    FUNCTION_ID = 1,
    FUNCTION_NAME = 2,
    FUNCTION_FILENAME = 4,
};

// The string table begins with these; names of the session follow as they are met.
enum {
    STRING_EMPTY,
    STRING_ALLOC_OBJECTS,
    STRING_ALLOC_SPACE,
    STRING_INUSE_OBJECTS,
    STRING_INUSE_SPACE,
    STRING_PEAK_OBJECTS,
    STRING_PEAK_SPACE,
    STRING_COUNT,
    STRING_BYTES,
    STRING_SPACE,
    STRING_NO_STACK,
    STRING_STACK_CUT,
    STRING_NOTE_INUSE,
    STRING_NOTE_THREADS,
    STRING_LITERALS
};

static const char *const literals[STRING_LITERALS] = {
    [STRING_EMPTY] = "",
    [STRING_ALLOC_OBJECTS] = "alloc_objects",
    [STRING_ALLOC_SPACE] = "alloc_space",
    [STRING_INUSE_OBJECTS] = "inuse_objects",
    [STRING_INUSE_SPACE] = "inuse_space",
    [STRING_PEAK_OBJECTS] = "peak_objects",
    [STRING_PEAK_SPACE] = "peak_space",
    [STRING_COUNT] = "count",
    [STRING_BYTES] = "bytes",
    [STRING_SPACE] = "space",
    [STRING_NO_STACK] = HEAPLENS_NO_STACK_TEXT,
    [STRING_STACK_CUT] = HEAPLENS_STACK_CUT_TEXT,
    [STRING_NOTE_INUSE] = "heaplens: inuse_* was never freed, peak_* was live at the peak",
    [STRING_NOTE_THREADS] = "heaplens: several threads allocated: peak_* has an error bound",
};

typedef struct pprof_writer {
    const heaplens_session *session;
    const heaplens_process *process;
    heaplens_function_table table;
    heaplens_numbering names;  // that are in the string table
    heaplens_gzip gzip;
    heaplens_message profile;  // fields that wait to be compressed
    heaplens_message part;     // a message in a field of the profile
    heaplens_message inner;    // a message in that one
} pprof_writer;

static uint64_t string_of(pprof_writer *w, heaplens_name name)
{
    return name == HEAPLENS_NAME_NONE
               ? STRING_EMPTY
               : STRING_LITERALS + (uint64_t)heaplens__numbering_of(&w->names, name);
}

static void put_part(pprof_writer *w, unsigned field)
{
    heaplens__message_nest(&w->profile, field, &w->part);
    heaplens__gzip_put(&w->gzip, w->profile.bytes, w->profile.size);
    w->profile.size = 0;
}

// ------------------------------------------------------------------------------ samples

static void write_value_type(pprof_writer *w, unsigned field, unsigned type, unsigned unit)
{
    heaplens__message_integer(&w->part, VALUE_TYPE_TYPE, type);
    heaplens__message_integer(&w->part, VALUE_TYPE_UNIT, unit);
    put_part(w, field);
}

static void write_sample_types(pprof_writer *w)
{
    for (unsigned type = STRING_ALLOC_OBJECTS; type <= STRING_PEAK_SPACE; type += 2) {
        write_value_type(w, PROFILE_SAMPLE_TYPE, type, STRING_COUNT);
        write_value_type(w, PROFILE_SAMPLE_TYPE, type + 1, STRING_BYTES);
    }
    write_value_type(w, PROFILE_PERIOD_TYPE, STRING_SPACE, STRING_BYTES);
}

// Ids are an index + 1, because 0 is none. Behind the last location is the one of sites without stack.
static uint64_t no_stack_location(const pprof_writer *w)
{
    return (uint64_t)w->process->location_count + 1;
}

static uint64_t no_stack_function(const pprof_writer *w)
{
    return (uint64_t)w->table.functions.count + 1;
}

static void write_sample(pprof_writer *w, const heaplens_site *site)
{
    const uint64_t values[] = {site->blocks_total, site->bytes_total,  // in the order of the types
                               site->blocks_end,   site->bytes_end,
                               site->blocks_gmax,  site->bytes_gmax};
    if (site->stack == HEAPLENS_NODE_ROOT) {
        heaplens__message_varint(&w->inner, no_stack_location(w));
    }
    for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT;
         node = w->process->nodes[node].parent) {
        heaplens__message_varint(&w->inner, (uint64_t)w->process->nodes[node].location + 1);
    }
    heaplens__message_nest(&w->part, SAMPLE_LOCATION_ID, &w->inner);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        // The format's integers are signed.
        heaplens__message_varint(&w->inner, values[i] < INT64_MAX ? values[i] : INT64_MAX);
    }
    heaplens__message_nest(&w->part, SAMPLE_VALUE, &w->inner);
    if (site->blocks_total > 0) {
        heaplens__message_integer(&w->inner, LABEL_KEY, STRING_BYTES);
        heaplens__message_integer(&w->inner, LABEL_NUM, site->bytes_total / site->blocks_total);
        heaplens__message_integer(&w->inner, LABEL_NUM_UNIT, STRING_BYTES);
        heaplens__message_nest(&w->part, SAMPLE_LABEL, &w->inner);
    }
    put_part(w, PROFILE_SAMPLE);
}

// ------------------------------------------------------- modules, locations and functions

static void write_mapping(pprof_writer *w, size_t index)
{
    const heaplens_module *const module = &w->process->modules[index];
    const bool has_lines = module->symbols == HEAPLENS_SYMBOLS_LINES;
    const bool has_names = has_lines || module->symbols == HEAPLENS_SYMBOLS_NAMES;
    heaplens__message_integer(&w->part, MAPPING_ID, (uint64_t)index + 1);
    heaplens__message_integer(&w->part, MAPPING_MEMORY_START, module->start);
    heaplens__message_integer(&w->part, MAPPING_MEMORY_LIMIT, module->end);
    heaplens__message_integer(&w->part, MAPPING_FILENAME, string_of(w, module->path));
    heaplens__message_integer(&w->part, MAPPING_BUILD_ID, string_of(w, module->build_id));
    heaplens__message_integer(&w->part, MAPPING_HAS_FUNCTIONS, has_names);
    heaplens__message_integer(&w->part, MAPPING_HAS_FILENAMES, has_lines);
    heaplens__message_integer(&w->part, MAPPING_HAS_LINE_NUMBERS, has_lines);
    heaplens__message_integer(&w->part, MAPPING_HAS_INLINE_FRAMES, has_lines);
    put_part(w, PROFILE_MAPPING);
}

// The first mapping of the file is taken for the program's own.
static void write_mappings(pprof_writer *w)
{
    const heaplens_process *const process = w->process;
    size_t program = 0;
    while (program < process->module_count &&
           process->modules[program].path != process->facts.executable) {
        program++;
    }
    if (program < process->module_count) {
        write_mapping(w, program);
    }
    for (size_t i = 0; i < process->module_count; i++) {
        if (i != program) {
            write_mapping(w, i);
        }
    }
}

static void add_line(pprof_writer *w, uint64_t function_id, uint32_t line)
{
    heaplens__message_integer(&w->inner, LINE_FUNCTION_ID, function_id);
    heaplens__message_integer(&w->inner, LINE_LINE, line);
    heaplens__message_nest(&w->part, LOCATION_LINE, &w->inner);
}

static bool is_cut_marker(const heaplens_location *location)
{
    return location->address == 0 && location->frame_count == 0;
}

static void write_location(pprof_writer *w, uint32_t index)
{
    const heaplens_location *const location = &w->process->locations[index];
    heaplens__message_integer(&w->part, LOCATION_ID, (uint64_t)index + 1);
    if (location->module != HEAPLENS_MODULE_NONE) {
        heaplens__message_integer(&w->part, LOCATION_MAPPING_ID, (uint64_t)location->module + 1);
    }
    heaplens__message_integer(&w->part, LOCATION_ADDRESS, location->address);
    for (uint32_t f = 0; f < location->frame_count; f++) {
        const heaplens_frame *const frame = &w->process->frames[location->frame_first + f];
        if (frame->function != HEAPLENS_NAME_NONE) {
            const uint32_t function = heaplens__function_table_at(&w->table, w->process, index, f);
            add_line(w, (uint64_t)function + 1, frame->line);
        }
    }
    if (is_cut_marker(location)) {
        const uint32_t function = heaplens__function_table_at(&w->table, w->process, index, 0);
        add_line(w, (uint64_t)function + 1, 0);
    }
    put_part(w, PROFILE_LOCATION);
}

static void write_function(pprof_writer *w, uint64_t id, uint64_t name, uint64_t file)
{
    // The mangled name is left out: pprof then shows the name as it is, as every other format does.
    heaplens__message_integer(&w->part, FUNCTION_ID, id);
    heaplens__message_integer(&w->part, FUNCTION_NAME, name);
    heaplens__message_integer(&w->part, FUNCTION_FILENAME, file);
    put_part(w, PROFILE_FUNCTION);
}

static void write_functions(pprof_writer *w)
{
    for (uint32_t i = 0; i < w->table.functions.count; i++) {
        const heaplens_function_row row = heaplens__function_table_row(&w->table, i);
        const uint64_t id = (uint64_t)i + 1;
        if (row.name != HEAPLENS_NAME_NONE) {
            write_function(w, id, string_of(w, row.name), string_of(w, row.file));
        } else if (is_cut_marker(&w->process->locations[row.location])) {
            write_function(w, id, STRING_STACK_CUT, STRING_EMPTY);
        }
    }
}

static void write_no_stack(pprof_writer *w)
{
    write_function(w, no_stack_function(w), STRING_NO_STACK, STRING_EMPTY);
    heaplens__message_integer(&w->part, LOCATION_ID, no_stack_location(w));
    add_line(w, no_stack_function(w), 0);
    put_part(w, PROFILE_LOCATION);
}

// ---------------------------------------------------------------------- facts and strings

static void write_facts(pprof_writer *w)
{
    const heaplens_facts *const facts = &w->process->facts;
    const bool is_threaded = (facts->flags & HEAPLENS_PROCESS_THREADED) != 0;
    const uint64_t comments[] = {string_of(w, facts->command), string_of(w, facts->host),
                                 STRING_NOTE_INUSE, is_threaded ? STRING_NOTE_THREADS : 0};
    heaplens__message_integer(&w->profile, PROFILE_TIME_NANOS, facts->start_unix_ns);
    heaplens__message_integer(&w->profile, PROFILE_DURATION_NANOS, facts->duration_ns);
    // 1: every byte was counted. Values of sampled sites are estimates already, as the format wants.
    heaplens__message_integer(&w->profile, PROFILE_PERIOD,
                              facts->sample_bytes == 0 ? 1 : facts->sample_bytes);
    heaplens__message_integer(&w->profile, PROFILE_DEFAULT_SAMPLE_TYPE, STRING_PEAK_SPACE);
    for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
        heaplens__message_integer(&w->profile, PROFILE_COMMENT, comments[i]);
    }
}

// Last: every other field has put its names in by now, and readers take fields in any order.
static void write_strings(pprof_writer *w)
{
    for (size_t i = 0; i < STRING_LITERALS; i++) {
        heaplens__message_text(&w->part, literals[i]);
        put_part(w, PROFILE_STRING_TABLE);
    }
    for (size_t i = 0; i < w->names.count; i++) {
        const heaplens_name name = (heaplens_name)w->names.keys[i];
        heaplens__message_text(&w->part, heaplens__names_text(&w->session->names, name));
        put_part(w, PROFILE_STRING_TABLE);
    }
}

static void write_profile(pprof_writer *w)
{
    const heaplens_process *const process = w->process;
    write_sample_types(w);
    for (size_t i = 0; i < process->site_count; i++) {
        write_sample(w, &process->sites[i]);
    }
    write_mappings(w);
    for (size_t i = 0; i < process->location_count; i++) {
        write_location(w, (uint32_t)i);
    }
    write_functions(w);
    write_no_stack(w);
    write_facts(w);
    write_strings(w);
}

heaplens_status heaplens_write_pprof(heaplens_sink *sink, const heaplens_session *session,
                                     const heaplens_process *process)
{
    pprof_writer w = {.session = session, .process = process};
    heaplens_status status = HEAPLENS_ENOMEM;
    if (heaplens__function_table_init(&w.table, process) &&
        // Two names of each function and module, the command and the host.
        heaplens__numbering_init(&w.names,
                                 2 * (w.table.functions.count + process->module_count + 1)) &&
        heaplens__gzip_init(&w.gzip, sink) == HEAPLENS_OK) {
        write_profile(&w);
        heaplens__gzip_finish(&w.gzip);
        status = w.profile.is_short ? HEAPLENS_ENOMEM : heaplens__sink_flush(sink);
    }
    heaplens__message_deinit(&w.profile);
    heaplens__message_deinit(&w.part);
    heaplens__message_deinit(&w.inner);
    heaplens__numbering_deinit(&w.names);
    heaplens__function_table_deinit(&w.table);
    return status;
}
