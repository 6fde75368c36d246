/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "trafo-opt.h"

TRAFO_PLUGIN_DEFINE (
    opt,
    "0.1.0",
    "MIT",
    "OPT (Zhang et al. 2022)",
    TRAFO_PLUGIN_MODEL ("opt", TrafoOpt, trafo_opt, TRAFO_RANK_PRIMARY, TRAFO_ANSWERS_TO ("opt")))
