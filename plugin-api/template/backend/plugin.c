/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

TRAFO_PLUGIN_DEFINE (
    example_backend,
    "0.1.0",
    "MIT",
    "One kernel in host memory",
    TRAFO_PLUGIN_BACKEND ("example", ExampleBackend, example_backend, TRAFO_RANK_MARGINAL))
