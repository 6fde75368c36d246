/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "spans.h"

static gint
compare_spans (gconstpointer a, gconstpointer b)
{
  const Span *left = a, *right = b;

  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;
  if (left->first != right->first)
    return left->first < right->first ? -1 : 1;
  return left->last < right->last ? -1 : left->last > right->last;
}

/* Spans that cannot be, of score 0, fill up what is asked for: transformers takes them from the whole
 * table of first and last tokens, and the order of its entries decides which. */
static void
add_impossible (GArray *spans, guint n_tokens, gsize n_spans)
{
  gsize n_possible = spans->len;

  for (guint first = 0; first < n_tokens; first++)
    for (guint last = 0; last < n_tokens; last++)
      {
        Span span = { first, last, 0 };

        if (spans->len >= n_spans + n_possible)
          return;
        g_array_append_val (spans, span);
      }
}

GArray *
spans_find (const float *start, const float *end, guint n_tokens, guint max_tokens, gsize n_spans)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));

  for (guint first = 0; first < n_tokens; first++)
    for (guint last = first; last < n_tokens && last - first < max_tokens; last++)
      {
        Span span = { first, last, start[first] * end[last] };

        if (span.score > 0)
          g_array_append_val (spans, span);
      }
  g_array_sort (spans, compare_spans);
  if (spans->len < n_spans)
    add_impossible (spans, n_tokens, n_spans - spans->len);
  if (spans->len > n_spans)
    g_array_set_size (spans, n_spans);
  return spans;
}
