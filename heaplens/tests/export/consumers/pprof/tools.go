// SPDX-License-Identifier: MIT

//go:build tools

// Package tools keeps pprof among the requirements of this module.
package tools

import _ "github.com/google/pprof"
