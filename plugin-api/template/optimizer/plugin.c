/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

TRAFO_PLUGIN_DEFINE (
    example_optimizer,
    "0.1.0",
    "MIT",
    "Stochastic gradient descent with momentum",
    TRAFO_PLUGIN_OPTIMIZER ("example", ExampleOptimizer, example_optimizer, TRAFO_RANK_MARGINAL))
