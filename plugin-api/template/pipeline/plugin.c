/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

TRAFO_PLUGIN_DEFINE (
    example_pipeline,
    "0.1.0",
    "MIT",
    "How surely a model knows the class of a text",
    TRAFO_PLUGIN_PIPELINE ("example", ExamplePipeline, example_pipeline, TRAFO_RANK_MARGINAL))
