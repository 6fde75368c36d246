/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* What is timed: batches of rows of token ids, which an encoder reads or a decoder continues.
 *
 *   encode-B-S   one batch, B rows of S tokens
 *   ragged       64 rows of 8 to 128 tokens, as they come, 8 at a time, padded on the right
 *   sorted       the same rows, sorted by length first
 *   prefill-S    one row of S tokens, and the token after it
 *   decode-B     B rows of 32 tokens, and greedily the 128 after each; a step is a token of all rows
 *   opt-B        the same with 32 tokens, for larger models */
typedef struct
{
  GPtrArray *batches;      /* of TrafoTensorDict: input_ids and attention_mask */
  guint      n_new_tokens; /* to write after each row; 0: the rows are only read */
  guint      n_steps;      /* what the time is divided by */
} TrafoWorkload;

#define TRAFO_WORKLOADS "encode-B-S, ragged, sorted, prefill-S, decode-B, opt-B"

gboolean trafo_workload_is_known (const char *name);

/* Makes a known workload, always the same for a name. FALSE if there is no memory for it. */
gboolean
     trafo_workload_init (TrafoWorkload *self, const char *name, gint64 vocab_size, GError **error);
void trafo_workload_clear (TrafoWorkload *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoWorkload, trafo_workload_clear)

G_END_DECLS
