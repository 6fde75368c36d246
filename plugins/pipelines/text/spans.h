/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A part of a window of tokens, both ends in it. */
typedef struct
{
  guint first;
  guint last;
  float score;
} Span;

/* (transfer full): the @n_spans best by the product of the probabilities of their ends, of up to
 * @max_tokens tokens; of equal ones that which begins, then ends earlier comes first. Of Span. */
GArray *
spans_find (const float *start, const float *end, guint n_tokens, guint max_tokens, gsize n_spans);

G_END_DECLS
