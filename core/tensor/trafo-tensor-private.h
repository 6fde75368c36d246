/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

G_BEGIN_DECLS

/* A cache line, and the widest vector. */
#define TRAFO_ALIGNMENT_BYTES 64

/* Aligned memory for free(); NULL if there is none. */
gpointer trafo_aligned_try_alloc (gsize size_bytes);

/* The same elements in memory of its own, row-major. */
TrafoTensor *trafo_tensor_copy (TrafoTensor *self, GError **error);

char    *trafo_shape_to_string (const gint64 *shape, guint n_dims);
void     trafo_shape_to_strides (const gint64 *shape, guint n_dims, gint64 *strides);
gboolean trafo_shape_is_contiguous (const gint64 *shape, const gint64 *strides, guint n_dims);

/* Every dimension known, at least 0, and the bytes countable. */
gboolean trafo_shape_check (TrafoDType    dtype,
                            const gint64 *shape,
                            gsize         n_dims,
                            gint64       *ret_n_elements,
                            gsize        *ret_size_bytes,
                            GError      **error);

G_END_DECLS
