// SPDX-License-Identifier: MIT
#include "bench/plan.h"

#include <math.h>

// A whole number of iterations, at least one, that a 64-bit counter can hold many times over.
static uint64_t count_of(double iterations)
{
    static const double most = 1e15;
    const double whole = ceil(iterations);
    return whole < 1 ? 1 : (uint64_t)(whole < most ? whole : most);
}

static heaplens_plan make_linear(size_t samples, double target_ns, double iteration_ns)
{
    const double n = (double)samples;
    const double units = n * (n + 1) / 2;
    heaplens_plan plan = {.mode = HEAPLENS_PLAN_LINEAR, .samples = samples};
    plan.step = count_of(target_ns / iteration_ns / units);
    plan.expected_ns = units * (double)plan.step * iteration_ns;
    return plan;
}

static heaplens_plan make_flat(size_t samples, double target_ns, double iteration_ns)
{
    const double n = (double)samples;
    heaplens_plan plan = {.mode = HEAPLENS_PLAN_FLAT, .samples = samples};
    plan.step = count_of(target_ns / n / iteration_ns);
    plan.expected_ns = n * (double)plan.step * iteration_ns;
    return plan;
}

heaplens_plan heaplens__plan_make(heaplens_plan_mode mode, size_t samples, double target_ns,
                                  double iteration_ns)
{
    const double each = iteration_ns < 1e-3 ? 1e-3 : iteration_ns;
    const heaplens_plan linear = make_linear(samples, target_ns, each);
    const bool is_flat = mode == HEAPLENS_PLAN_FLAT ||
                         (mode == HEAPLENS_PLAN_AUTO && linear.expected_ns > 2 * target_ns);
    return is_flat ? make_flat(samples, target_ns, each) : linear;
}

uint64_t heaplens__plan_iterations(const heaplens_plan *plan, size_t i)
{
    return plan->mode == HEAPLENS_PLAN_LINEAR ? plan->step * ((uint64_t)i + 1) : plan->step;
}

bool heaplens__plan_is_too_long(const heaplens_plan *plan, double target_ns)
{
    return plan->expected_ns > 1.1 * target_ns;
}

const char *heaplens__plan_mode_name(heaplens_plan_mode mode)
{
    switch (mode) {
    case HEAPLENS_PLAN_AUTO: return "auto";
    case HEAPLENS_PLAN_LINEAR: return "linear";
    case HEAPLENS_PLAN_FLAT: return "flat";
    }
    return "unknown";
}
