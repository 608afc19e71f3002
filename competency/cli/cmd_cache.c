// SPDX-License-Identifier: MIT
// competency cache: what is in the store of vectors, and emptying it.
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <competency/cache.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/vector_cache.h"

static const char usage[] =
    "usage: competency cache info|clear [--cache DIR] [--format table|json]\n"
    "\n"
    "Say what is in the store of vectors on disk, or empty it.\n"
    "\n"
    "  info                  the directory, the number of vectors, the bytes they take\n"
    "  clear                 drop every vector, and a file that is damaged\n"
    "  --cache DIR           the directory, if not that of COMPETENCY_CACHE or the default one\n"
    "  --format NAME         of info: table, json\n"
    "\n"
    "A store is used by commands that are given --cache, or where COMPETENCY_CACHE is set: to a\n"
    "directory, to \"default\", or to \"none\".\n"
    "\n"
    "Exit status: 0; 2 usage; 65 the file is damaged; 71 no memory; 74 it cannot be used.\n";

typedef struct cache_options {
    const char *action;  // "info" or "clear"
    const char *cache;   // NULL: not given
    bool is_json;
    bool is_help_wanted;
} cache_options;

static cli_exit take_option(cache_options *out, int letter)
{
    switch (letter) {
    case 'c': out->cache = optarg; return CLI_EXIT_OK;
    case 'h': out->is_help_wanted = true; return CLI_EXIT_OK;
    case 'f':
        out->is_json = strcmp(optarg, "json") == 0;
        if (!out->is_json && strcmp(optarg, "table") != 0) {
            cli_complain("--format %s: expected table or json", optarg);
            return CLI_EXIT_USAGE;
        }
        return CLI_EXIT_OK;
    default: return CLI_EXIT_USAGE;  // getopt has complained
    }
}

static cli_exit parse(cache_options *out, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"cache", required_argument, NULL, 'c'},
        {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *out = (cache_options){0};
    int letter = 0;
    optind = 1;
    // One thread reads the command line.
    while ((letter = getopt_long(argc, argv, "h", long_options,  // NOLINT(concurrency-mt-unsafe)
                                 NULL)) != -1) {
        const cli_exit status = take_option(out, letter);
        if (status != CLI_EXIT_OK || out->is_help_wanted) {
            return status;
        }
    }
    out->action = optind < argc ? argv[optind] : "";
    const bool is_known = strcmp(out->action, "info") == 0 || strcmp(out->action, "clear") == 0;
    if (!is_known || optind + 1 != argc) {
        cli_complain("give info or clear; see competency cache --help");
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

// A path between quotes; control characters and quotes do not belong to a sane one.
static void print_json_string(const char *text)
{
    (void)putchar('"');
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == '"' || c == '\\') {
            (void)printf("\\u%04x", c);
        } else {
            (void)putchar(c);
        }
    }
    (void)putchar('"');
}

static void print_info(const competency_store_info *info, bool is_json)
{
    if (is_json) {
        (void)fputs("{\"directory\": ", stdout);
        print_json_string(info->directory);
        (void)printf(", \"entries\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"bytes_max\": %" PRIu64
                     "}\n",
                     info->entries, info->bytes, info->bytes_max);
        return;
    }
    (void)printf("directory  %s\nentries    %" PRIu64 "\nbytes      %" PRIu64 " of at most %" PRIu64
                 "\n",
                 info->directory, info->entries, info->bytes, info->bytes_max);
}

static cli_exit act(competency_store *store, const cache_options *options)
{
    competency_error err = {0};
    competency_store_info info;
    competency_status status = COMPETENCY_OK;
    if (strcmp(options->action, "clear") == 0) {
        status = competency_store_clear(store, &err);
    } else {
        status = competency_store_describe(store, &info, &err);
        if (status == COMPETENCY_OK) {
            print_info(&info, options->is_json);
        }
    }
    if (status != COMPETENCY_OK) {
        cli_complain("%s", err.message);
    }
    return cli_exit_of(status);
}

static cli_exit run(const cache_options *options)
{
    const char *directory = NULL;
    (void)cli_vector_cache_choose(options->cache, &directory);
    competency_store *store = NULL;
    competency_error err = {0};
    competency_status status = competency_store_open(&store, directory, NULL, &err);
    if (status == COMPETENCY_EFORMAT && strcmp(options->action, "clear") == 0) {
        status = competency_store_remove(directory, &err);
        if (status == COMPETENCY_OK) {
            return CLI_EXIT_OK;
        }
    }
    if (status != COMPETENCY_OK) {
        cli_complain("%s", err.message);
        return cli_exit_of(status == COMPETENCY_EUNSUPPORTED ? COMPETENCY_EIO : status);
    }
    const cli_exit result = act(store, options);
    competency_store_close(store);
    return result;
}

int cli_cmd_cache(int argc, char **argv)
{
    cache_options options;
    cli_exit status = parse(&options, argc, argv);
    if (options.is_help_wanted) {
        (void)fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (status == CLI_EXIT_OK) {
        status = run(&options);
    }
    return (int)status;
}
