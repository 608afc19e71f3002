#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# CSV in, CSV out.
set -euo pipefail
head -3 data/demo/demo_candidates.csv
competency rank --role data/demo/demo_role.json --candidates data/demo/demo_candidates.csv --top 3 --format csv
