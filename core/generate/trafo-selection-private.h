/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The best of many values without sorting them: keys in the order of the values, the heaviest
 * prefix of which is found digit by digit (three passes, whatever the values). */

/* A key whose order is that of floats: -inf < ... < -0 = 0 < ... < inf; a NaN is below all. */
static inline guint32
trafo_selection_key (float value)
{
  union
  {
    float   value;
    guint32 bits;
  } as = { .value = value + 0.0f }; /* -0 becomes 0 */
  guint32 is_negative = -(as.bits >> 31);

  return (as.bits ^ (is_negative | 0x80000000)) & -(guint32) (value == value);
}

/* The value that has such a key. */
static inline float
trafo_selection_value (guint32 key)
{
  union
  {
    guint32 bits;
    float   value;
  } as = { .bits = key >> 31 ? key & 0x7fffffff : ~key };

  return as.value;
}

/* Where a prefix of the items, taken by descending key, ends. */
typedef struct
{
  guint32 key;          /* of the last item taken; all with a larger key are taken */
  double  weight_above; /* of all items with a larger key */
} TrafoSelection;

/* The shortest prefix whose weight is at least @target, or all. @weights, none negative, is NULL
 * where each item weighs 1. */
void trafo_selection_find (const guint32  *keys,
                           const float    *weights,
                           gsize           n_items,
                           double          target,
                           TrafoSelection *ret_selection);

G_END_DECLS
