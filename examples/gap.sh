#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a candidate lacks, worst first, and what comes closest.
set -euo pipefail
competency gap examples/skills.json
