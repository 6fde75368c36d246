/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-encode-plan-private.h"
#include "trafo-token-run-private.h"

G_BEGIN_DECLS

/* Makes the encoding of one or two sequences: cuts them, puts the template around them. */
TrafoEncoding *trafo_assembly_make (const TrafoTextEngine *engine,
                                    const TrafoEncodePlan *plan,
                                    const TrafoTokenRun   *runs,
                                    gboolean               is_pair,
                                    GError               **error);

G_END_DECLS
