// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_STRATEGY_H
#define COMPETENCY_MATCH_STRATEGY_H

#include <competency/scoring.h>

/** The functions of a built-in strategy (R89-R92); NULL if there is none of that number. */
const competency_strategy_table *competency__strategy_table(competency_strategy strategy);

#endif
