/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-shape-private.h"
#include "trafo-tensor.h"

G_BEGIN_DECLS

/* A cache line, and the widest vector. */
#define TRAFO_ALIGNMENT_BYTES 64

/* The next multiple of it; G_MAXSIZE, which no memory has, where there is none. */
static inline gsize
trafo_align_up (gsize size_bytes)
{
  gsize mask = TRAFO_ALIGNMENT_BYTES - 1;

  return size_bytes > G_MAXSIZE - mask ? G_MAXSIZE : (size_bytes + mask) & ~mask;
}

/* Aligned memory for free(); NULL if there is none. */
gpointer trafo_aligned_try_alloc (gsize size_bytes);

/* The same elements in memory of its own, row-major. */
TrafoTensor *trafo_tensor_copy (TrafoTensor *self, GError **error);

/* Memory and dtype of @base under another shape; the first element is @offset elements behind that
 * of @base. NULL strides are row-major ones. The caller says that it stays within the memory. */
TrafoTensor *trafo_tensor_new_view (TrafoTensor  *base,
                                    const gint64 *shape,
                                    const gint64 *strides,
                                    gsize         n_dims,
                                    gint64        offset);

G_END_DECLS
