/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

#include "trafo-encode-options.h"

G_BEGIN_DECLS

/* Some tokens of a sequence. */
typedef struct
{
  gsize start;
  gsize end;
} TrafoPart;

gboolean trafo_truncation_choose (TrafoTruncation strategy,
                                  gsize           max_length,
                                  gboolean        is_pair,
                                  const gsize     lengths[2],
                                  gsize           kept[2],
                                  GError        **error);
gboolean trafo_truncation_cut (gsize    length,
                               gsize    kept,
                               gsize    stride,
                               gboolean on_left,
                               gboolean with_overflowing,
                               GArray  *parts,
                               GError **error);

G_END_DECLS
