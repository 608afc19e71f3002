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

// A line is a line that is printed.
// clang-format off
static const char usage[] =
    "usage: competency model info|verify|pack|list\n"
    "\n"
    "  info                  what the model is, and the kernels that would run it\n"
    "  verify                read every byte of it, and embed a sentence\n"
    "  pack                  write it as one file, which every command takes as --model and opens\n"
    "                        without parsing or copying\n"
    "  list                  the models in the user's data directory\n"
    "  -o, --output FILE     of pack: where to\n"
    CLI_MODEL_USAGE
    CLI_PRECISION_USAGE
    "  --cache DIR           taken as by the other commands, and not used\n"
    "  --sha256 HASH         of verify: what the hash of the weights must be\n"
    "  --format NAME         of the others: table or json\n"
    "\n"
    "Exit status: 0; 2 usage; 65 the hash is another one; 69 no model, or an unsound one;\n"
    "71 no memory; 74 output failed.\n";
// clang-format on

static const char *const formats[] = {"table", "json", NULL};
static const cli_model_traits traits = {
    .name = "model", .formats = formats, .has_sha256 = true, .has_output = true};

static bool is_json(const cli_model_options *options)
{
    return strcmp(options->format, "json") == 0;
}

static const char *pooling_name(const competency_model_info *info)
{
    return info->is_cls_pooled ? "cls" : "mean";
}

static cli_exit print_json(json_t *root)
{
    const bool is_done = root != NULL && json_dumpf(root, stdout, JSON_COMPACT) == 0;
    (void)putchar('\n');
    json_decref(root);
    return is_done ? CLI_EXIT_OK : CLI_EXIT_NO_MEMORY;
}

static json_t *info_object(const competency_model_info *info, const char *kernels)
{
    return json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:I, s:s, s:b, s:s, s:s, s:s}",
        "name", info->name, "directory", info->directory, "sha256", info->sha256, "layers",
        (int)info->layers, "hidden", (int)info->hidden, "heads", (int)info->heads, "intermediate",
        (int)info->intermediate, "vocabulary", (int)info->vocabulary, "tokens_max",
        (int)info->tokens_max, "pooling", pooling_name(info), "is_normalised",
        (int)info->is_normalised, "weights_bytes", (json_int_t)info->weights_bytes, "precision",
        info->precision, "is_packed", (int)info->is_packed, "prompt", info->prompt, "kernels",
        kernels, "identity", info->identity);
}

static cli_exit show_info(const cli_model_options *options, const competency_model *model)
{
    const competency_model_info *const info = competency_model_describe(model);
    competency_error err = {0};
    const char *kernels = NULL;
    if (competency_kernels_find(&kernels, NULL, &err) != COMPETENCY_OK) {
        cli_complain("%s", err.message);
        return CLI_EXIT_NO_MODEL;
    }
    if (is_json(options)) {
        return print_json(info_object(info, kernels));
    }
    (void)printf("name          %s\npath          %s\nsha256        %s\nlayers        %u\n"
                 "dimension     %u\nheads         %u\nfeed-forward  %u\nvocabulary    %u\n"
                 "tokens        at most %u\npooling       %s\nnormalised    %s\n"
                 "weights       %llu bytes\n",
                 info->name, info->directory, info->sha256, (unsigned)info->layers,
                 (unsigned)info->hidden, (unsigned)info->heads, (unsigned)info->intermediate,
                 (unsigned)info->vocabulary, (unsigned)info->tokens_max, pooling_name(info),
                 info->is_normalised ? "yes" : "no", (unsigned long long)info->weights_bytes);
    (void)printf("precision     %s\npacked        %s\nprompt        %s\nkernels       %s\n",
                 info->precision, info->is_packed ? "yes" : "no",
                 info->prompt[0] != '\0' ? info->prompt : "none", kernels);
    return CLI_EXIT_OK;
}

// The forward pass refuses a vector that is not finite, wherever in the weights it comes from.
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
    competency_status status = competency_model_verify(model, &err);
    if (status == COMPETENCY_OK) {
        status = try_to_embed(model, &err);
    }
    if (status != COMPETENCY_OK) {
        cli_complain("%s", err.message[0] != '\0' ? err.message : competency_status_text(status));
        return cli_exit_of_model(status);
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
    const competency_status status = cli_model_choice_open(&model, &options->model, &err);
    if (status != COMPETENCY_OK) {
        cli_complain("model: %s",
                     err.message[0] != '\0' ? err.message : competency_status_text(status));
        return cli_exit_of_model(status);
    }
    const cli_exit result = act(options, model);
    competency_model_close(model);
    return result;
}

static cli_exit pack(const cli_model_options *options)
{
    if (options->output == NULL) {
        cli_complain("pack needs --output FILE");
        return CLI_EXIT_USAGE;
    }
    competency_error err = {0};
    const competency_status status =
        competency_model_pack(options->model.path, options->model.precision, options->output, &err);
    if (status == COMPETENCY_OK) {
        return CLI_EXIT_OK;
    }
    cli_complain("model: %s",
                 err.message[0] != '\0' ? err.message : competency_status_text(status));
    return status == COMPETENCY_EIO ? CLI_EXIT_IO : cli_exit_of_model(status);
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

// A directory with a config.json, or a packed file.
static bool is_model(const char *path)
{
    char config[4096];
    struct stat state;
    const int length = snprintf(config, sizeof(config), "%s/config.json", path);
    if (length > 0 && (size_t)length < sizeof(config) && stat(config, &state) == 0) {
        return true;
    }
    competency_model *model = NULL;
    const bool is_packed = stat(path, &state) == 0 && S_ISREG(state.st_mode) &&
                           competency_model_open(&model, path, NULL) == COMPETENCY_OK;
    competency_model_close(model);
    return is_packed;
}

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
        const int length = snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && (size_t)length < sizeof(path) &&
            is_model(path)) {
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
    if (strcmp(action, "pack") == 0) {
        return (int)pack(&options);
    }
    if (options.output != NULL) {
        cli_complain("only pack has --output");
        return CLI_EXIT_USAGE;
    }
    if (strcmp(action, "info") == 0) {
        return (int)with_model(&options, show_info);
    }
    if (strcmp(action, "verify") == 0) {
        return (int)with_model(&options, verify);
    }
    if (strcmp(action, "list") == 0) {
        return (int)list_models(&options);
    }
    cli_complain("give info, verify, pack or list; see competency model --help");
    return CLI_EXIT_USAGE;
}
