#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How good model and scoring are on data whose answers are known, beside simple methods.
set -euo pipefail
competency eval demo
