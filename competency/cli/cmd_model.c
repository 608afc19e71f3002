// SPDX-License-Identifier: MIT
// competency model: what an embedding model is, whether it is sound, which there are.
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <competency/embedder.h>
#include <competency/model.h>

#include "cli/commands.h"
#include "cli/model_options.h"

static const char usage[] =
    "usage: competency model info|verify|list\n"
    "\n"
    "  info                  what the model is\n"
    "  verify                read every file, hash the weights, and embed a sentence\n"
    "  list                  the models in the user's data directory\n"
    "  --model DIR           the embedding model\n"
    "  --cache DIR           taken as by the other commands, and not used\n"
    "  --sha256 HASH         of verify: what the hash of the weights must be\n"
    "  --format NAME         table or json\n"
    "\n"
    "Exit status: 0; 2 usage; 65 the hash is another one; 69 no model, or an unsound one;\n"
    "71 no memory; 74 output failed.\n";

static const char *const formats[] = {"table", "json", NULL};
static const cli_model_traits traits = {.name = "model", .formats = formats, .has_sha256 = true};

static bool is_json(const cli_model_options *options)
{
    return strcmp(options->format, "json") == 0;
}

static cli_exit print_json(json_t *root)
{
    const bool is_done = root != NULL && json_dumpf(root, stdout, JSON_COMPACT) == 0;
    (void)putchar('\n');
    json_decref(root);
    return is_done ? CLI_EXIT_OK : CLI_EXIT_NO_MEMORY;
}

static cli_exit show_info(const cli_model_options *options, const competency_model *model)
{
    const competency_model_info *const info = competency_model_describe(model);
    const char *const pooling = info->is_cls_pooled ? "cls" : "mean";
    if (is_json(options)) {
        return print_json(
            json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:I}", "name",
                      info->name, "directory", info->directory, "sha256", info->sha256, "layers",
                      (int)info->layers, "hidden", (int)info->hidden, "heads", (int)info->heads,
                      "intermediate", (int)info->intermediate, "vocabulary", (int)info->vocabulary,
                      "tokens_max", (int)info->tokens_max, "pooling", pooling, "is_normalised",
                      (int)info->is_normalised, "weights_bytes", (json_int_t)info->weights_bytes));
    }
    (void)printf("name          %s\ndirectory     %s\nsha256        %s\nlayers        %u\n"
                 "dimension     %u\nheads         %u\nfeed-forward  %u\nvocabulary    %u\n"
                 "tokens        at most %u\npooling       %s\nnormalised    %s\n"
                 "weights       %llu bytes\n",
                 info->name, info->directory, info->sha256, (unsigned)info->layers,
                 (unsigned)info->hidden, (unsigned)info->heads, (unsigned)info->intermediate,
                 (unsigned)info->vocabulary, (unsigned)info->tokens_max, pooling,
                 info->is_normalised ? "yes" : "no", (unsigned long long)info->weights_bytes);
    return CLI_EXIT_OK;
}

// The forward pass refuses what is not finite, wherever in the weights it comes from.
static competency_status try_to_embed(const competency_model *model, competency_error *err)
{
    competency_embedder embedder = {0};
    competency_status status = competency_embedder_create(&embedder, model, NULL, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const char *const text = "A sentence, to see whether vectors come out.";
    float *const vector = calloc(embedder.dimension(embedder.self), sizeof(float));
    status =
        vector == NULL ? COMPETENCY_ENOMEM : embedder.embed(embedder.self, vector, &text, 1, err);
    free(vector);
    competency_embedder_destroy(&embedder);
    return status;
}

static cli_exit verify(const cli_model_options *options, const competency_model *model)
{
    competency_error err = {0};
    const competency_status status = try_to_embed(model, &err);
    if (status != COMPETENCY_OK) {
        cli_complain("%s", err.message[0] != '\0' ? err.message : competency_status_text(status));
        return status == COMPETENCY_ENOMEM ? CLI_EXIT_NO_MEMORY : CLI_EXIT_NO_MODEL;
    }
    const competency_model_info *const info = competency_model_describe(model);
    if (options->sha256 != NULL && strcasecmp(options->sha256, info->sha256) != 0) {
        cli_complain("the weights have the hash %s, not %s", info->sha256, options->sha256);
        return CLI_EXIT_DATA;
    }
    if (is_json(options)) {
        return print_json(json_pack("{s:s, s:s, s:b}", "name", info->name, "sha256", info->sha256,
                                    "is_expected_hash", options->sha256 != NULL));
    }
    (void)printf("%s  %s  sound%s\n", info->sha256, info->name,
                 options->sha256 != NULL ? ", and the expected one" : "");
    return CLI_EXIT_OK;
}

static cli_exit with_model(const cli_model_options *options,
                           cli_exit (*act)(const cli_model_options *, const competency_model *))
{
    competency_model *model = NULL;
    competency_error err = {0};
    const competency_status status = competency_model_open(&model, options->model, &err);
    if (status != COMPETENCY_OK) {
        cli_complain("model: %s",
                     err.message[0] != '\0' ? err.message : competency_status_text(status));
        return status == COMPETENCY_ENOMEM ? CLI_EXIT_NO_MEMORY : CLI_EXIT_NO_MODEL;
    }
    const cli_exit result = act(options, model);
    competency_model_close(model);
    return result;
}

// Where models are kept: $XDG_DATA_HOME/competency/models, else ~/.local/share/competency/models.
static bool models_directory(char *out, size_t cap)
{
    // One thread, and nothing here sets the environment.
    const char *const data = getenv("XDG_DATA_HOME");  // NOLINT(concurrency-mt-unsafe)
    const char *const home = getenv("HOME");           // NOLINT(concurrency-mt-unsafe)
    int length = 0;
    if (data != NULL && data[0] == '/') {
        length = snprintf(out, cap, "%s/competency/models", data);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(out, cap, "%s/.local/share/competency/models", home);
    }
    return length > 0 && (size_t)length < cap;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

// Directories that have a config.json.
static json_t *find_models(const char *directory)
{
    json_t *const found = json_array();
    DIR *const open = opendir(directory);
    if (open == NULL) {
        return found;  // none yet
    }
    const struct dirent *entry = NULL;
    while ((entry = readdir(open)) != NULL) {  // NOLINT(concurrency-mt-unsafe): one thread
        char path[4096];
        struct stat state;
        const int length =
            snprintf(path, sizeof(path), "%s/%s/config.json", directory, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && (size_t)length < sizeof(path) &&
            stat(path, &state) == 0) {
            (void)json_array_append_new(found, json_string(entry->d_name));
        }
    }
    (void)closedir(open);
    return found;
}

static cli_exit print_names(const char *directory, json_t *found)
{
    const size_t count = json_array_size(found);
    json_t **const names = calloc(count + 1, sizeof(json_t *));
    if (names == NULL) {
        return CLI_EXIT_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = json_array_get(found, i);
    }
    qsort((void *)names, count, sizeof(json_t *), compare_names);
    for (size_t i = 0; i < count; i++) {
        (void)printf("%s/%s\n", directory, json_string_value(names[i]));
    }
    free((void *)names);
    return CLI_EXIT_OK;
}

static cli_exit list_models(const cli_model_options *options)
{
    char directory[4096];
    if (!models_directory(directory, sizeof(directory))) {
        cli_complain("neither XDG_DATA_HOME nor HOME says where models are");
        return CLI_EXIT_NO_MODEL;
    }
    json_t *const found = find_models(directory);
    if (is_json(options)) {
        return print_json(json_pack("{s:s, s:o}", "directory", directory, "models", found));
    }
    const cli_exit status = print_names(directory, found);
    json_decref(found);
    return status;
}

int cli_cmd_model(int argc, char **argv)
{
    cli_model_options options;
    const cli_exit status = cli_model_options_parse(&options, &traits, argc, argv);
    if (options.is_help_wanted) {
        (void)fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (status != CLI_EXIT_OK) {
        return (int)status;
    }
    const char *const action = options.argument_count == 1 ? options.arguments[0] : "";
    if (strcmp(action, "info") == 0) {
        return (int)with_model(&options, show_info);
    }
    if (strcmp(action, "verify") == 0) {
        return (int)with_model(&options, verify);
    }
    if (strcmp(action, "list") == 0) {
        return (int)list_models(&options);
    }
    cli_complain("give info, verify or list; see competency model --help");
    return CLI_EXIT_USAGE;
}
