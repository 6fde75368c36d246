/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "trafo-bert.h"

TRAFO_PLUGIN_DEFINE (bert,
                     "0.1.0",
                     "MIT",
                     "BERT (Devlin et al. 2018)",
                     TRAFO_PLUGIN_MODEL ("bert",
                                         TrafoBert,
                                         trafo_bert,
                                         TRAFO_RANK_PRIMARY,
                                         TRAFO_ANSWERS_TO ("bert")))
