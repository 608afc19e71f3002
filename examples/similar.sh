#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names beside each other, and as vectors.
set -euo pipefail
competency similar Python Programming Cooking "Machine learning"
competency similar --matrix Python Programming Cooking
printf 'Python\nCooking\n' | competency embed --format f32 | wc -c
printf 'Python\n' | competency embed | jq -c '{text, numbers: .embedding | length}'
