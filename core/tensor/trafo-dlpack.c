/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dlpack.h"

#include <string.h>

#include "trafo-tensor-private.h"

/* The structures of DLPack 1.x (https://dmlc.github.io/dlpack/latest/c_api.html): a tensor in its
 * older wrapping, which every consumer takes, and in the versioned one, which has flags. Strides are
 * in elements. */
enum
{
  MAJOR_VERSION = 1,
  MINOR_VERSION = 0,
  FLAG_READ_ONLY = 1,
  FLAG_IS_COPIED = 2,
  DEVICE_CPU = 1,
  CODE_INT = 0,
  CODE_UINT = 1,
  CODE_FLOAT = 2,
  CODE_BFLOAT = 4,
  CODE_BOOL = 6,
};

typedef struct
{
  gint32 device_type;
  gint32 device_id;
} Device;

typedef struct
{
  guint8  code;
  guint8  bits;
  guint16 lanes;
} DataType;

typedef struct
{
  gpointer data;
  Device   device;
  gint32   n_dims;
  DataType dtype;
  gint64  *shape;
  gint64  *strides;
  guint64  offset_bytes;
} Tensor;

typedef struct _Managed Managed;
struct _Managed
{
  Tensor   tensor;
  gpointer context;
  void (*deleter) (Managed *self);
};

typedef struct _Versioned Versioned;
struct _Versioned
{
  guint32  major_version;
  guint32  minor_version;
  gpointer context;
  void (*deleter) (Versioned *self);
  guint64 flags;
  Tensor  tensor;
};

static const struct
{
  TrafoDType dtype;
  guint8     code;
  guint8     bits;
} types[] = {
  { TRAFO_DTYPE_FLOAT32, CODE_FLOAT, 32 },   { TRAFO_DTYPE_FLOAT16, CODE_FLOAT, 16 },
  { TRAFO_DTYPE_BFLOAT16, CODE_BFLOAT, 16 }, { TRAFO_DTYPE_INT8, CODE_INT, 8 },
  { TRAFO_DTYPE_INT32, CODE_INT, 32 },       { TRAFO_DTYPE_INT64, CODE_INT, 64 },
  { TRAFO_DTYPE_BOOL, CODE_BOOL, 8 },        { TRAFO_DTYPE_UINT8, CODE_UINT, 8 },
};

static void
fill (Tensor *self, TrafoTensor *tensor)
{
  gsize n_dims;

  self->data = trafo_tensor_get_data (tensor);
  self->device.device_type = DEVICE_CPU;
  self->shape = (gint64 *) trafo_tensor_get_shape (tensor, &n_dims);
  self->strides = (gint64 *) trafo_tensor_get_strides (tensor, &n_dims);
  self->n_dims = n_dims;
  self->dtype.lanes = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == trafo_tensor_get_dtype (tensor))
      {
        self->dtype.code = types[i].code;
        self->dtype.bits = types[i].bits;
      }
}

static void
managed_delete (Managed *self)
{
  trafo_tensor_unref (self->context);
  g_free (self);
}

/**
 * trafo_tensor_to_dlpack:
 * @self: a tensor
 * @error: return location for an error
 *
 * Exports a tensor that may be written without a copy, for consumers that know no versions.
 *
 * The result is a `DLManagedTensor *` whose deleter gives back the reference it holds on @self. It
 * cannot say that a tensor is read-only: [method@Trafo.Tensor.to_dlpack_versioned] can.
 *
 * Returns: (transfer none) (nullable): the structure, owned by whoever calls its deleter, or %NULL
 *   with %TRAFO_ERROR_UNSUPPORTED for a read-only tensor
 */
gpointer
trafo_tensor_to_dlpack (TrafoTensor *self, GError **error)
{
  Managed *managed;

  if (trafo_tensor_is_read_only (self))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "found a read-only tensor, which DLPack without versions cannot say");
      return NULL;
    }
  managed = g_new0 (Managed, 1);
  fill (&managed->tensor, self);
  managed->context = trafo_tensor_ref (self);
  managed->deleter = managed_delete;
  return managed;
}

static void
versioned_delete (Versioned *self)
{
  trafo_tensor_unref (self->context);
  g_free (self);
}

/**
 * trafo_tensor_to_dlpack_versioned:
 * @self: a tensor
 * @is_copied: whether @self was copied for the consumer, which it is told
 *
 * Exports the tensor without a copy, read-only if it is so.
 *
 * The result is a `DLManagedTensorVersioned *` of version 1.0 whose deleter gives back the reference
 * it holds on @self.
 *
 * Returns: (transfer none): the structure, owned by whoever calls its deleter
 */
gpointer
trafo_tensor_to_dlpack_versioned (TrafoTensor *self, gboolean is_copied)
{
  Versioned *versioned = g_new0 (Versioned, 1);

  versioned->major_version = MAJOR_VERSION;
  versioned->minor_version = MINOR_VERSION;
  versioned->flags =
      (trafo_tensor_is_read_only (self) ? FLAG_READ_ONLY : 0) | (is_copied ? FLAG_IS_COPIED : 0);
  fill (&versioned->tensor, self);
  versioned->context = trafo_tensor_ref (self);
  versioned->deleter = versioned_delete;
  return versioned;
}

static TrafoDType
dtype_of (const DataType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].code == type->code && types[i].bits == type->bits && type->lanes == 1)
      return types[i].dtype;
  return TRAFO_DTYPE_NONE;
}

/* @release gets @owner when the last view goes, or at once upon failure or after a copy. */
static TrafoTensor *
import (const Tensor  *tensor,
        gboolean       is_read_only,
        gpointer       owner,
        GDestroyNotify release,
        GError       **error)
{
  TrafoDType dtype = dtype_of (&tensor->dtype);
  guint8    *data = tensor->data;
  g_autoptr (TrafoTensor) wrapped = NULL;

  if (tensor->device.device_type != DEVICE_CPU || dtype == TRAFO_DTYPE_NONE || tensor->n_dims < 0)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   dtype == TRAFO_DTYPE_NONE ? TRAFO_ERROR_DTYPE : TRAFO_ERROR_UNSUPPORTED,
                   "DLPack tensor on device type %d with type code %u of %u bits, %u lanes: "
                   "expected host memory (1) and a type of Trafo's",
                   tensor->device.device_type,
                   tensor->dtype.code,
                   tensor->dtype.bits,
                   tensor->dtype.lanes);
      release (owner);
      return NULL;
    }
  if (data != NULL)
    data += tensor->offset_bytes;
  wrapped = trafo_tensor_new_from_data (dtype,
                                        tensor->shape,
                                        tensor->strides,
                                        tensor->n_dims,
                                        data,
                                        is_read_only,
                                        owner,
                                        release,
                                        error);
  if (wrapped != NULL && (guintptr) data % trafo_dtype_get_size (dtype) != 0)
    return trafo_tensor_copy (wrapped, error);
  return g_steal_pointer (&wrapped);
}

static void
managed_release (gpointer data)
{
  Managed *managed = data;

  if (managed->deleter != NULL)
    managed->deleter (managed);
}

/**
 * trafo_tensor_new_from_dlpack: (constructor)
 * @managed: (transfer none): a `DLManagedTensor *` in host memory, which is consumed
 * @error: return location for an error
 *
 * Wraps another library's array without a copy, unless it is not aligned for its type; its deleter
 * is called when the last view goes, or at once upon failure or after a copy.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_DTYPE,
 *   %TRAFO_ERROR_SHAPE or, for memory of another device, %TRAFO_ERROR_UNSUPPORTED
 */
TrafoTensor *
trafo_tensor_new_from_dlpack (gpointer managed, GError **error)
{
  return import (&((Managed *) managed)->tensor, FALSE, managed, managed_release, error);
}

static void
versioned_release (gpointer data)
{
  Versioned *versioned = data;

  if (versioned->deleter != NULL)
    versioned->deleter (versioned);
}

/**
 * trafo_tensor_new_from_dlpack_versioned: (constructor)
 * @managed: (transfer none): a `DLManagedTensorVersioned *` in host memory, which is consumed
 * @error: return location for an error
 *
 * Like [ctor@Trafo.Tensor.new_from_dlpack], for a structure that says its version and whether the
 * array is read-only.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with an error as there, or
 *   %TRAFO_ERROR_UNSUPPORTED for another major version than 1
 */
TrafoTensor *
trafo_tensor_new_from_dlpack_versioned (gpointer managed, GError **error)
{
  Versioned *versioned = managed;

  if (versioned->major_version == MAJOR_VERSION)
    return import (&versioned->tensor,
                   (versioned->flags & FLAG_READ_ONLY) != 0,
                   versioned,
                   versioned_release,
                   error);
  /* only what stands before the flags is the same in all versions */
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "found DLPack version %u.%u, expected %d",
               versioned->major_version,
               versioned->minor_version,
               MAJOR_VERSION);
  versioned_release (versioned);
  return NULL;
}
