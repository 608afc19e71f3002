// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_FAKE_MODEL_H
#define COMPETENCY_TESTS_FAKE_MODEL_H

/**
 * @file
 * A competency_model without files: the small random BERT of tests/encoder, and a vocabulary of
 * letters. It stands in for model/model.c at link time, so a program has either.
 */
#include <competency/model.h>

#include "../encoder/synthetic_model.h"

/** The model, as new; there is one, which lives as long as the process. */
const competency_model *fake_model_create(void);

/** Its insides, to change. */
synthetic_model *fake_model_inside(void);

#endif
