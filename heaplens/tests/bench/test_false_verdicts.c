// SPDX-License-Identifier: MIT
// How often a trial is wrong, and how often it finds what there is, on simulated machines that drift,
// are busy in bursts and have heavy tails.
//
//     test_false_verdicts TRIALS     as many of each kind; without an argument, 100
#include "expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/trial.h"

static size_t trial_count = 100;

enum { FIGURES_MAX = 12, BLOCKS = 24 };

// Standard deviations are of logarithms.
typedef struct machine {
    const char *name;
    double own;     // of a run of a figure, with the tails of Student's t with 3 degrees of freedom
    double common;  // of a run, shared by its figures, likewise
    double drift;   // of a step of a random walk, from run to run
    double busy_enter;  // probability that a burst begins with a run ...
    double busy_leave;  // ... and ends with one
    double busy;        // how much a run is slowed down in a burst, at most
} machine;

static const machine machines[] = {
    {"quiet", 0.004, 0, 0, 0, 1, 0},
    {"busy", 0.005, 0.005, 0.002, 0.1, 0.3, 0.1},
    {"shared", 0, 0.01, 0.005, 0.05, 0.1, 0.3},
    {"wild", 0.03, 0.01, 0.01, 0.2, 0.2, 0.5},
};

enum { MACHINES = sizeof(machines) / sizeof(machines[0]) };

typedef struct simulation {
    const machine *machine;
    heaplens_random random;
    double walk;
    bool is_busy;
} simulation;

static double draw_normal(heaplens_random *random)
{
    const double radius = sqrt(-2 * log(1 - heaplens__random_unit(random)));
    return radius * cos(2 * 3.14159265358979323846 * heaplens__random_unit(random));
}

static double draw_heavy(heaplens_random *random)
{
    double squares = 0;
    for (int i = 0; i < 3; i++) {
        const double x = draw_normal(random);
        squares += x * x;
    }
    return draw_normal(random) / sqrt(squares / 3);
}

// One run of a program that takes exp(change) of every figure; fills values[figure * 2].
static void run_program(simulation *s, double change, size_t figures, double *values)
{
    const machine *const m = s->machine;
    const double toss = heaplens__random_unit(&s->random);
    s->is_busy = s->is_busy ? toss >= m->busy_leave : toss < m->busy_enter;
    s->walk += m->drift * draw_normal(&s->random);
    const double level = s->walk + m->common * draw_heavy(&s->random) +
                         (s->is_busy ? m->busy * heaplens__random_unit(&s->random) : 0);
    for (size_t i = 0; i < figures; i++) {
        values[2 * i] = 1e-3 * exp(level + change + m->own * draw_heavy(&s->random));
    }
}

// A whole trial, as the command makes one; the items are copied out.
static size_t simulate(const machine *m, uint64_t seed, double change, double margin,
                       size_t figures, heaplens_comparison *items)
{
    heaplens_trial_figure kinds[FIGURES_MAX];
    for (size_t i = 0; i < figures; i++) {
        kinds[i] = (heaplens_trial_figure){.margin = margin};
    }
    simulation s = {m, heaplens__random_stream(seed, 99), 0, false};
    heaplens_trial *trial = NULL;
    assert_int_equal(heaplens__trial_create(&trial, kinds, figures, BLOCKS, 0.05, seed),
                     HEAPLENS_OK);
    while (!heaplens__trial_is_over(trial)) {
        double values[2][FIGURES_MAX * HEAPLENS_TRIAL_RUNS];
        size_t runs[2] = {0, 0};
        const heaplens_trial_order order = heaplens__trial_order(trial);
        for (size_t i = 0; i < 4; i++) {
            const size_t version = order.is_head[i] ? 1 : 0;
            run_program(&s, version == 1 ? change : 0, figures, values[version] + runs[version]);
            runs[version]++;
        }
        heaplens__trial_add(trial, values[0], values[1]);
        assert_int_equal(heaplens__trial_look(trial, false), HEAPLENS_OK);
    }
    memcpy(items, trial->items, figures * sizeof(*items));
    const size_t blocks = trial->blocks;
    heaplens__trial_destroy(trial);
    return blocks;
}

// Of `trial_count` trials, how many have a figure with this outcome.
static size_t count_trials(const machine *m, double change, double margin, size_t figures,
                           heaplens_outcome outcome, heaplens_outcome or_outcome)
{
    size_t found = 0;
    size_t blocks = 0;
    for (uint64_t seed = 0; seed < trial_count; seed++) {
        heaplens_comparison items[FIGURES_MAX];
        blocks += simulate(m, seed, change, margin, figures, items);
        size_t with = 0;
        for (size_t i = 0; i < figures; i++) {
            with += items[i].outcome == outcome || items[i].outcome == or_outcome;
        }
        found += with > 0;
    }
    print_message("%-6s change %+.1f %%, margin %.0f %%, %2zu figures: %s in %zu of %zu trials, "
                  "%.1f blocks on average\n",
                  m->name, 100 * change, 100 * margin, figures, heaplens__outcome_name(outcome),
                  found, trial_count, (double)blocks / (double)trial_count);
    return found;
}

// A share of `rate` of the trials and four standard deviations of the count.
static size_t most_of(double rate)
{
    const double trials = (double)trial_count;
    return (size_t)(rate * trials + 4 * sqrt(rate * (1 - rate) * trials));
}

static void test_false_verdicts__of_a_program_against_itself_are_as_rare_as_stated(void **state)
{
    (void)state;
    // Without a margin every verdict is false: the hardest case. FDR of 5 % is then 5 % of trials.
    for (size_t i = 0; i < MACHINES; i++) {
        for (size_t figures = 1; figures <= FIGURES_MAX; figures += FIGURES_MAX - 1) {
            const size_t found = count_trials(
                &machines[i], 0, 0, figures, HEAPLENS_OUTCOME_REGRESSED, HEAPLENS_OUTCOME_IMPROVED);
            EXPECT(found <= most_of(0.05), "%s, %zu figures: %zu", machines[i].name, figures,
                   found);
        }
    }
}

static void test_false_verdicts__at_the_margin_are_as_rare_as_stated(void **state)
{
    (void)state;
    for (size_t i = 0; i < MACHINES; i++) {
        const size_t found = count_trials(&machines[i], log1p(0.01), 0.01, FIGURES_MAX,
                                          HEAPLENS_OUTCOME_REGRESSED, HEAPLENS_OUTCOME_IMPROVED);
        EXPECT(found <= most_of(0.05), "%s: %zu", machines[i].name, found);
    }
}

static void test_false_verdicts__no_change_is_not_said_of_a_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < MACHINES; i++) {
        const size_t found = count_trials(&machines[i], log1p(0.0101), 0.01, 1,
                                          HEAPLENS_OUTCOME_NO_CHANGE, HEAPLENS_OUTCOME_NO_CHANGE);
        EXPECT(found <= most_of(0.05), "%s: %zu", machines[i].name, found);
    }
}

static void test_false_verdicts__five_percent_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const size_t found = count_trials(&machines[i], log1p(0.05), 0.01, 4,
                                          HEAPLENS_OUTCOME_REGRESSED, HEAPLENS_OUTCOME_REGRESSED);
        EXPECT(found * 100 >= trial_count * 95, "%s: %zu", machines[i].name, found);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        trial_count = strtoul(argv[1], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_verdicts__of_a_program_against_itself_are_as_rare_as_stated),
        cmocka_unit_test(test_false_verdicts__at_the_margin_are_as_rare_as_stated),
        cmocka_unit_test(test_false_verdicts__no_change_is_not_said_of_a_change),
        cmocka_unit_test(test_false_verdicts__five_percent_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
