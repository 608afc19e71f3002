// SPDX-License-Identifier: MIT
// heaplens stat: runs a program and prints totals of its heap, as perf stat does of its processor.
#define _GNU_SOURCE

#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cli/launch.h"
#include "cli/output.h"
#include "cli/session_folder.h"
#include "cli/target.h"
#include "cli/verb_options.h"
#include "export/figure_text.h"
#include "profile/open.h"

static const char usage[] =
    "usage: heaplens stat [options] -- PROGRAM [ARGUMENT...]\n"
    "\n"
    "Run a program, and every program that it starts, and print the totals of their heaps.\n"
    "\n"
    "  --mode count  totals, live bytes and their peak, at almost no cost (the default). Live "
    "bytes\n"
    "                are what the allocator gave\n"
    "  --mode full   live bytes are those that were asked for; temporary blocks and reallocs too\n"
    "  --json        one JSON object instead of a table\n"
    "  -o FILE       write there instead of to standard error\n"
    "  --help\n"
    "\n"
    "Exits as PROGRAM: its exit code, or 128 + the signal that killed it. 126 if it cannot be\n"
    "executed, 127 if it is not found, 2 usage, 74 if the totals cannot be written.\n";

enum { OPTION_JSON = 256, OPTION_MODE };

typedef struct stat_command {
    bool is_json;
    bool is_full;
    const char *output;  // NULL: standard error, which leaves standard output to the program
    char **arguments;
} stat_command;

// What was measured: the sums over all processes, and the run itself.
typedef struct stat_totals {
    const stat_command *command;
    heaplens_facts sum;
    size_t processes;
    uint64_t wall_ns;
    uint64_t cpu_ns;
    int exit_code;
} stat_totals;

static const char *take_option(void *self, int option, const char *value)
{
    stat_command *const command = self;
    switch (option) {
    case OPTION_JSON: command->is_json = true; return NULL;
    case OPTION_MODE:
        command->is_full = strcmp(value, "full") == 0;
        return heaplens__unless(command->is_full || strcmp(value, "count") == 0, "count or full");
    case 'o': command->output = value; return NULL;
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(stat_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"mode", required_argument, NULL, OPTION_MODE},
        {"json", no_argument, NULL, OPTION_JSON},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "+o:", .names = options, .take = take_option};
    return heaplens__parse_program(&verb, command, argc, argv, &command->arguments);
}

// Peaks of processes that run at the same time do not add up: the largest is shown.
static void add_process(stat_totals *totals, const heaplens_facts *facts)
{
    heaplens_facts *const sum = &totals->sum;
    if (facts->bytes_peak > sum->bytes_peak) {
        sum->bytes_peak = facts->bytes_peak;
        sum->blocks_peak = facts->blocks_peak;
        sum->peak_error_bytes = facts->peak_error_bytes;
    }
    sum->rss_peak_bytes =
        facts->rss_peak_bytes > sum->rss_peak_bytes ? facts->rss_peak_bytes : sum->rss_peak_bytes;
    sum->bytes_total += facts->bytes_total;
    sum->blocks_total += facts->blocks_total;
    sum->bytes_end += facts->bytes_end;
    sum->blocks_end += facts->blocks_end;
    sum->threads += facts->threads;
    sum->allocations_failed += facts->allocations_failed;
    sum->frees_unknown += facts->frees_unknown;
    sum->overflows += facts->overflows;
    sum->operations_lost += facts->operations_lost;
    totals->processes++;
}

static void add_sites(stat_totals *totals, const heaplens_process *process, uint64_t *temporary,
                      uint64_t *reallocs)
{
    add_process(totals, &process->facts);
    for (size_t i = 0; i < process->site_count; i++) {
        *temporary += process->sites[i].blocks_temporary;
        *reallocs += process->sites[i].reallocs;
    }
}

enum {
    ROW_IS_BYTES = 1,
    ROW_IS_RARE = 2,         // not in the table when it is 0
    ROW_NEEDS_SITES = 4,     // known in full mode only
    ROW_MAY_BE_UNKNOWN = 8,  // 0 says that nobody knows
};

typedef struct stat_row {
    const char *key;  // in JSON
    const char *one;  // in the table: what one is called
    const char *several;
    const char *rest;  // and which they are
    uint64_t value;
    int flags;  // ROW_*
} stat_row;

// What is not known is left out: it is not 0.
static bool is_known(const stat_row *row, bool is_full)
{
    return (is_full || (row->flags & ROW_NEEDS_SITES) == 0) &&
           (row->value > 0 || (row->flags & ROW_MAY_BE_UNKNOWN) == 0);
}

static void write_table_row(heaplens_sink *sink, const stat_row *row)
{
    if ((row->flags & ROW_IS_RARE) != 0 && row->value == 0) {
        return;
    }
    char label[48];
    (void)snprintf(label, sizeof(label), "%s%s%s", row->value == 1 ? row->one : row->several,
                   row->rest[0] == '\0' ? "" : " ", row->rest);
    heaplens__sink_printf(sink, "  %22s  ", heaplens__figure_count(row->value).text);
    if ((row->flags & ROW_IS_BYTES) != 0) {
        heaplens__sink_printf(sink, "%-32s%s\n", label, heaplens__figure_bytes(row->value).text);
    } else {
        heaplens__sink_printf(sink, "%s\n", label);
    }
}

static void write_json_row(heaplens_sink *sink, const stat_row *row)
{
    heaplens__sink_printf(sink, ",\"%s\":%llu", row->key, (unsigned long long)row->value);
}

static void write_rows(heaplens_sink *sink, const stat_totals *totals, uint64_t temporary,
                       uint64_t reallocs)
{
    const heaplens_facts *const sum = &totals->sum;
    // clang-format off: a row a line
    const stat_row rows[] = {
        {"bytes_total", "byte", "bytes", "allocated", sum->bytes_total, ROW_IS_BYTES},
        {"blocks_total", "block", "blocks", "allocated", sum->blocks_total, 0},
        {"blocks_temporary", "block", "blocks", "freed again at once", temporary, ROW_NEEDS_SITES},
        {"reallocs", "realloc", "reallocs", "", reallocs, ROW_NEEDS_SITES},
        {"bytes_peak", "byte", "bytes", "at the peak", sum->bytes_peak, ROW_IS_BYTES},
        {"blocks_peak", "block", "blocks", "at the peak", sum->blocks_peak, 0},
        {"peak_error_bytes", "byte", "bytes", "that the peak may be off", sum->peak_error_bytes,
         ROW_IS_BYTES | ROW_IS_RARE},
        {"bytes_end", "byte", "bytes", "never freed", sum->bytes_end, ROW_IS_BYTES},
        {"blocks_end", "block", "blocks", "never freed", sum->blocks_end, 0},
        {"rss_peak_bytes", "byte", "bytes", "resident at most", sum->rss_peak_bytes,
         ROW_IS_BYTES | ROW_MAY_BE_UNKNOWN},
        {"allocations_failed", "allocation", "allocations", "that failed", sum->allocations_failed,
         ROW_IS_RARE},
        {"frees_unknown", "free", "frees", "of unknown blocks", sum->frees_unknown, ROW_IS_RARE},
        {"overflows", "block", "blocks", "overwritten at the end", sum->overflows, ROW_IS_RARE},
        {"operations_lost", "operation", "operations", "not counted", sum->operations_lost,
         ROW_IS_RARE},
        {"threads", "thread", "threads", "that allocated", sum->threads, 0},
        {"processes", "process", "processes", "", totals->processes, 0},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!is_known(&rows[i], totals->command->is_full)) {
            continue;
        }
        if (totals->command->is_json) {
            write_json_row(sink, &rows[i]);
        } else {
            write_table_row(sink, &rows[i]);
        }
    }
}

typedef struct stat_page {
    const stat_totals *totals;
    uint64_t temporary;
    uint64_t reallocs;
} stat_page;

static heaplens_status write_page(heaplens_sink *sink, const void *what)
{
    const stat_page *const page = what;
    const stat_totals *const totals = page->totals;
    const char *const program = totals->command->arguments[0];
    const unsigned long long wall_ns = totals->wall_ns;
    const unsigned long long cpu_ns = totals->cpu_ns;
    if (totals->command->is_json) {
        heaplens__sink_puts(sink, "{\"version\":1,\"program\":");
        heaplens__sink_json(sink, program);
        heaplens__sink_printf(sink, ",\"mode\":\"%s\",\"exit_code\":%d",
                              totals->command->is_full ? "full" : "count", totals->exit_code);
        write_rows(sink, totals, page->temporary, page->reallocs);
        heaplens__sink_printf(sink, ",\"wall_ns\":%llu,\"cpu_ns\":%llu}\n", wall_ns, cpu_ns);
    } else {
        heaplens__sink_printf(sink, "\n  heap of %s\n\n", program);
        write_rows(sink, totals, page->temporary, page->reallocs);
        heaplens__sink_printf(sink,
                              "\n  %22s  elapsed\n  %22s  processor time, recording included\n\n",
                              heaplens__figure_time(totals->wall_ns).text,
                              heaplens__figure_time(totals->cpu_ns).text);
    }
    return heaplens__sink_flush(sink);
}

static int write_totals(const stat_page *page)
{
    const stat_command *const command = page->totals->command;
    if (command->output != NULL) {
        return heaplens__write_output(command->output, write_page, page);
    }
    int fd = STDERR_FILENO;
    heaplens_sink sink = {.write = heaplens__write_fd, .self = &fd};
    const heaplens_status status = write_page(&sink, page);
    return status == HEAPLENS_OK ? EXIT_CODE_OK
                                 : heaplens__complain_status(status, "standard error", NULL);
}

// The exit code, given that of the program, whose own failure matters more.
static int show_totals(stat_totals *totals, const char *folder)
{
    const char *const program = totals->command->arguments[0];
    heaplens_session *session = NULL;
    heaplens_failure failure = {0};
    stat_page page = {.totals = totals};
    const heaplens_status status = heaplens_session_open(&session, folder, NULL, &failure);
    int code = EXIT_CODE_OK;
    if (status == HEAPLENS_OK) {
        for (size_t i = 0; i < session->process_count; i++) {
            add_sites(totals, &session->processes[i], &page.temporary, &page.reallocs);
        }
        code = write_totals(&page);
    } else if (status == HEAPLENS_ENOINPUT) {
        heaplens__complain("%s was not recorded: %s", program, heaplens__target_obstacle(program));
        code = EXIT_CODE_IO;
    } else {
        code = heaplens__complain_status(status, folder, &failure);
    }
    heaplens_session_destroy(session);
    return totals->exit_code != EXIT_CODE_OK ? totals->exit_code : code;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t children_cpu_ns(void)
{
    struct rusage used;
    if (getrusage(RUSAGE_CHILDREN, &used) != 0) {
        return 0;
    }
    const uint64_t seconds = (uint64_t)used.ru_utime.tv_sec + (uint64_t)used.ru_stime.tv_sec;
    const uint64_t micros = (uint64_t)used.ru_utime.tv_usec + (uint64_t)used.ru_stime.tv_usec;
    return seconds * 1000000000 + micros * 1000;
}

int heaplens__cmd_stat(int argc, char **argv)
{
    stat_command command = {0};
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    char library[HEAPLENS_PATH_BYTES];
    char folder[HEAPLENS_PATH_BYTES];
    if (command.output != NULL && !heaplens__can_write_output(command.output)) {
        return EXIT_CODE_IO;
    }
    if (!heaplens__launch_prepare(library, folder)) {
        return EXIT_CODE_IO;
    }
    const heaplens_launch launch = {
        .folder = folder,
        .library = heaplens__target_refuses_preload(command.arguments[0]) ? NULL : library,
        .mode = command.is_full ? "full" : "count",
        .arguments = command.arguments,
    };
    stat_totals totals = {.command = &command};
    pid_t pid = 0;
    const uint64_t started_ns = now_ns();
    totals.exit_code = heaplens__launch(&launch, &pid);
    totals.wall_ns = now_ns() - started_ns;
    totals.cpu_ns = children_cpu_ns();
    const int code = pid == 0 ? totals.exit_code : show_totals(&totals, folder);
    heaplens__session_folder_remove(folder);
    return code;
}
