/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "rule-private.h"

G_BEGIN_DECLS

/* What attention with and without a cache share: @attrs in normal form, the heads that fit one
 * another, a dtype that products may have. */
gboolean trafo_attention_check_attrs (const char *op, TrafoAttentionAttrs *attrs, GError **error);

/* That q, k or v is float32, (batch, length, features). */
gboolean trafo_attention_check_operand (const char           *op,
                                        const char           *name,
                                        TrafoDims            *dims,
                                        const TrafoValueType *type,
                                        gint64                batch,
                                        gint64                length,
                                        gint64                n_features,
                                        GError              **error);

/* How many pairs of a query and a key are multiplied: of @n_queries, the last of @n_keys tokens. */
double trafo_attention_count_pairs (gint64 n_queries, gint64 n_keys, gboolean is_causal);

/* What they are multiplied with at best. */
TrafoDType trafo_attention_get_dtype (const TrafoAttentionAttrs *attrs);

G_END_DECLS
