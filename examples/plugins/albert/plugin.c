/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "albert.h"

TRAFO_PLUGIN_DEFINE (albert,
                     "0.1.0",
                     "MIT",
                     "ALBERT (Lan et al. 2019)",
                     TRAFO_PLUGIN_MODEL ("albert",
                                         AlbertModel,
                                         albert_model,
                                         TRAFO_RANK_PRIMARY,
                                         TRAFO_ANSWERS_TO ("albert")))
