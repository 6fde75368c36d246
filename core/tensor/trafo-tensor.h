/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/**
 * TrafoTensor: (ref-func trafo_tensor_ref) (unref-func trafo_tensor_unref)
 *
 * An n-dimensional array in host memory.
 *
 * Shape, strides and dtype never change; whether the elements may be written is a flag, not a
 * matter of the reference count. A view shares the memory of the tensor it was made from and keeps
 * that memory alive. Bulk data crosses as #GBytes or DLPack.
 */
typedef struct _TrafoTensor TrafoTensor;

#define TRAFO_TYPE_TENSOR (trafo_tensor_get_type ())
TRAFO_API GType trafo_tensor_get_type (void);

TRAFO_API TrafoTensor *
trafo_tensor_new (TrafoDType dtype, const gint64 *shape, gsize n_dims, GError **error);
TRAFO_API TrafoTensor *trafo_tensor_new_from_bytes (TrafoDType    dtype,
                                                    const gint64 *shape,
                                                    gsize         n_dims,
                                                    GBytes       *bytes,
                                                    GError      **error);
TRAFO_API TrafoTensor *trafo_tensor_new_from_data (TrafoDType     dtype,
                                                   const gint64  *shape,
                                                   const gint64  *strides,
                                                   gsize          n_dims,
                                                   gpointer       data,
                                                   gboolean       is_read_only,
                                                   gpointer       owner,
                                                   GDestroyNotify destroy,
                                                   GError       **error);
TRAFO_API TrafoTensor *trafo_tensor_new_from_int64s (const gint64 *shape,
                                                     gsize         n_dims,
                                                     const gint64 *values,
                                                     gsize         n_values,
                                                     GError      **error);
TRAFO_API TrafoTensor *trafo_tensor_new_from_floats (const gint64 *shape,
                                                     gsize         n_dims,
                                                     const float  *values,
                                                     gsize         n_values,
                                                     GError      **error);
TRAFO_API TrafoTensor *trafo_tensor_ref (TrafoTensor *self);
TRAFO_API void         trafo_tensor_unref (TrafoTensor *self);

TRAFO_API TrafoDType    trafo_tensor_get_dtype (const TrafoTensor *self);
TRAFO_API guint         trafo_tensor_get_n_dims (const TrafoTensor *self);
TRAFO_API gint64        trafo_tensor_get_dim (const TrafoTensor *self, guint axis);
TRAFO_API const gint64 *trafo_tensor_get_shape (const TrafoTensor *self, gsize *n_dims);
TRAFO_API const gint64 *trafo_tensor_get_strides (const TrafoTensor *self, gsize *n_dims);
TRAFO_API gint64        trafo_tensor_get_n_elements (const TrafoTensor *self);
TRAFO_API gsize         trafo_tensor_get_size_bytes (const TrafoTensor *self);
TRAFO_API gboolean      trafo_tensor_is_contiguous (const TrafoTensor *self);
TRAFO_API gboolean      trafo_tensor_is_read_only (const TrafoTensor *self);

TRAFO_API gpointer trafo_tensor_get_data (const TrafoTensor *self);
TRAFO_API guint64  trafo_tensor_get_address (const TrafoTensor *self);
TRAFO_API GBytes  *trafo_tensor_get_bytes (TrafoTensor *self, GError **error);
TRAFO_API double   trafo_tensor_get_value (const TrafoTensor *self, gint64 index);
TRAFO_API void     trafo_tensor_get_operand (const TrafoTensor *self, TrafoOperand *operand);

TRAFO_API TrafoTensor *trafo_tensor_slice (TrafoTensor *self,
                                           guint        axis,
                                           gint64       start,
                                           gint64       length,
                                           gint64       step,
                                           GError     **error);
TRAFO_API TrafoTensor *
trafo_tensor_select (TrafoTensor *self, guint axis, gint64 index, GError **error);
TRAFO_API TrafoTensor *
trafo_tensor_permute (TrafoTensor *self, const guint *axes, gsize n_axes, GError **error);
TRAFO_API TrafoTensor *
trafo_tensor_reshape (TrafoTensor *self, const gint64 *shape, gsize n_dims, GError **error);
TRAFO_API TrafoTensor *trafo_tensor_contiguous (TrafoTensor *self, GError **error);
TRAFO_API TrafoTensor *trafo_tensor_cast (TrafoTensor *self, TrafoDType dtype, GError **error);

TRAFO_API double trafo_tensor_max_difference (TrafoTensor *self, TrafoTensor *other);
TRAFO_API char  *trafo_tensor_to_string (TrafoTensor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTensor, trafo_tensor_unref)

G_END_DECLS
