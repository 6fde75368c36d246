/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>

G_BEGIN_DECLS

/* The lengths of a tensor's axes, at most TRAFO_MAX_DIMS of them, and the strides between elements.
 * What is counted here is counted in elements. */

/* As Python writes a tuple. */
char *trafo_shape_to_string (const gint64 *shape, guint n_dims);

/* Row-major without gaps. */
void trafo_shape_to_strides (const gint64 *shape, guint n_dims, gint64 *strides);

/* Every dimension known, at least 0, and the bytes countable. */
gboolean trafo_shape_check (TrafoDType    dtype,
                            const gint64 *shape,
                            gsize         n_dims,
                            gint64       *ret_n_elements,
                            gsize        *ret_size_bytes,
                            GError      **error);

/* Whether the elements lie row-major without gaps. */
gboolean trafo_shape_is_contiguous (const gint64 *shape, const gint64 *strides, guint n_dims);

G_END_DECLS
