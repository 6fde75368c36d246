/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many tokens both begin with. */
static inline gsize
trafo_count_common_tokens (const gint64 *a, gsize n_a, const gint64 *b, gsize n_b)
{
  gsize n = 0;

  while (n < MIN (n_a, n_b) && a[n] == b[n])
    n++;
  return n;
}

G_END_DECLS
