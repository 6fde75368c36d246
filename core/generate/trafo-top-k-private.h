/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first @k of @order become the indices of the largest of @scores, the largest first; NaN is
 * larger than all. @order has room for @n_scores, 1 to 2^32 of them, and is overwritten; @k is 1 to
 * @n_scores.
 *
 * Equal scores come in the order in which torch.topk() puts them on a processor, on which it depends
 * how a beam search goes on that has as good ways to choose from. */
void trafo_top_k (const float *scores, gsize n_scores, guint32 *order, gsize k);

G_END_DECLS
