/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* What is timed: batches of rows of token ids.
 *
 *   encode-B-S   one batch, B rows of S tokens
 *   ragged       64 rows of 8 to 128 tokens, as they come, 8 at a time, padded on the right
 *   sorted       the same rows, sorted by length first */

gboolean trafo_workload_is_known (const char *name);

/* The batches of a known workload, each a TrafoTensorDict of input_ids and attention_mask; always
 * the same for a name. NULL if there is no memory for them. */
GPtrArray *trafo_workload_new (const char *name, gint64 vocab_size, GError **error);

G_END_DECLS
