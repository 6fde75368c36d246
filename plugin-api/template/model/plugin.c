/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

TRAFO_PLUGIN_DEFINE (example_model,
                     "0.1.0",
                     "MIT",
                     "The mean of word vectors, classified",
                     TRAFO_PLUGIN_MODEL ("example",
                                         ExampleModel,
                                         example_model,
                                         TRAFO_RANK_MARGINAL,
                                         TRAFO_ANSWERS_TO ("example")))
