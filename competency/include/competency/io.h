// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_IO_H
#define COMPETENCY_IO_H

#include <competency/matcher.h>

#endif
