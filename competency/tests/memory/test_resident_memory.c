// SPDX-License-Identifier: MIT
// The resident memory of a process that loads the model and matches 100 with 50 skills.
//
// What is counted is VmHWM of /proc/self/status: the most pages that the process had at one time.
// That is the heap and the stacks, what was written to of its data, and the pages of mapped files
// that it has touched: its code, its libraries, and the weights, which lie in the page cache once
// for all processes that map them. The embeddings of words that no name has are never touched.
#include <competency/competency.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "numbered_skills.h"

enum { SKIPPED = 77, RESIDENT_MAX_KB = 60 * 1000 * 1000 / 1024 };

// A line of /proc/self/status, in KiB; 0 if it is not there.
static long read_status(const char *key)
{
    char line[256];
    long found = 0;
    FILE *const file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (found == 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            found = strtol(line + strlen(key) + 1, NULL, 10);
        }
    }
    (void)fclose(file);
    return found;
}

static void a_match_of_100_with_50_skills_takes_60_MB(void **state)
{
    const competency_model *const model = *state;
    competency_embedder embedder;
    competency_matcher *matcher = NULL;
    competency_match match;
    assert_int_equal(competency_embedder_create(&embedder, model, NULL, NULL), COMPETENCY_OK);
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    const competency_profile candidate = numbered_skills(100);
    const competency_profile required = numbered_skills(50);
    assert_int_equal(competency_match_run(&match, matcher, &candidate, &required, NULL),
                     COMPETENCY_OK);
    const long most = read_status("VmHWM:");
    print_message("%ld KiB resident at most; now %ld KiB of its own, %ld KiB of files\n", most,
                  read_status("RssAnon:"), read_status("RssFile:"));
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    competency_embedder_destroy(&embedder);
    assert_in_range(most, 1, RESIDENT_MAX_KB);
}

// The first process that opens a model packs it, for all that come after: that is not this one.
static int open_in_a_child(void)
{
    const pid_t child = fork();
    int status = -1;
    if (child == 0) {
        competency_model *model = NULL;
        _exit(competency_model_open(&model, NULL, NULL) == COMPETENCY_OK ? 0 : SKIPPED);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : EXIT_FAILURE;
}

int main(void)
{
    competency_model *model = NULL;
    competency_error err = {0};
    const int first = open_in_a_child();
    if (first != 0 || competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
        print_message("no model: %s\n", err.message);
        return first == 0 ? EXIT_FAILURE : first;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_match_of_100_with_50_skills_takes_60_MB, model),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    competency_model_close(model);
    return failures;
}
