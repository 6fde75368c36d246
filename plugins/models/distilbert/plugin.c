/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "trafo-distilbert.h"

TRAFO_PLUGIN_DEFINE (distilbert,
                     "0.1.0",
                     "MIT",
                     "DistilBERT (Sanh et al. 2019)",
                     TRAFO_PLUGIN_MODEL ("distilbert",
                                         TrafoDistilBert,
                                         trafo_distilbert,
                                         TRAFO_RANK_PRIMARY,
                                         TRAFO_ANSWERS_TO ("distilbert")))
