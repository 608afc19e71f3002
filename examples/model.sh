#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which model is used, whether its files are whole, and what is there.
set -euo pipefail
competency model info
competency model verify
