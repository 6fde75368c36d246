/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-selection-private.h"

/* A key's digits, the highest first: 11, 11 and 10 bits. */
#define N_BUCKETS 2048
static const struct
{
  guint shift;
  guint bits;
} digits[] = { { 21, 11 }, { 10, 11 }, { 0, 10 } };

/* What the items weigh that agree with @prefix in all digits before, by their next digit. */
static void
weigh (const guint32 *keys,
       const float   *weights,
       gsize          n_items,
       guint          digit,
       guint32        prefix,
       double         buckets[N_BUCKETS])
{
  guint   shift = digits[digit].shift;
  guint32 mask = (1u << digits[digit].bits) - 1;
  guint   prefix_shift = shift + digits[digit].bits;

  for (gsize i = 0; i < N_BUCKETS; i++)
    buckets[i] = 0;
  for (gsize i = 0; i < n_items; i++)
    if ((guint64) keys[i] >> prefix_shift == prefix)
      buckets[keys[i] >> shift & mask] += weights != NULL ? weights[i] : 1;
}

void
trafo_selection_find (const guint32  *keys,
                      const float    *weights,
                      gsize           n_items,
                      double          target,
                      TrafoSelection *ret_selection)
{
  double  buckets[N_BUCKETS];
  double  above = 0;
  guint32 prefix = 0;

  for (guint digit = 0; digit < G_N_ELEMENTS (digits); digit++)
    {
      guint bucket = (1u << digits[digit].bits) - 1;

      weigh (keys, weights, n_items, digit, prefix, buckets);
      while (bucket > 0 && above + buckets[bucket] < target)
        above += buckets[bucket--];
      prefix = prefix << digits[digit].bits | bucket;
    }
  *ret_selection = (TrafoSelection){ prefix, above };
}
