/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-text-engine-private.h"

G_BEGIN_DECLS

/* What options mean for one tokenizer: its defaults filled in, contradictions refused. */
typedef struct
{
  gboolean        add_special_tokens;
  TrafoTruncation truncation; /* never AUTO */
  gsize           max_length; /* of truncation, and of padding up to it */
  gsize           stride;
  gboolean        with_overflowing;
  gboolean        truncates_left;
  TrafoPadding    padding;
  gsize           multiple; /* at least 1 */
  gboolean        pads_left;
  guint32         pad_id;
} TrafoEncodePlan;

gboolean trafo_encode_plan_make (TrafoEncodePlan       *self,
                                 const TrafoTextEngine *engine,
                                 TrafoEncodeOptions    *options,
                                 GError               **error);
gboolean trafo_encode_plan_get_padded_length (const TrafoEncodePlan *self,
                                              gsize                  longest,
                                              gsize                 *length,
                                              GError               **error);

G_END_DECLS
