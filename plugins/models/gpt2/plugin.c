/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "trafo-gpt2.h"

TRAFO_PLUGIN_DEFINE (gpt2,
                     "0.1.0",
                     "MIT",
                     "GPT-2 (Radford et al. 2019)",
                     TRAFO_PLUGIN_MODEL ("gpt2",
                                         TrafoGpt2,
                                         trafo_gpt2,
                                         TRAFO_RANK_PRIMARY,
                                         TRAFO_ANSWERS_TO ("gpt2")))
