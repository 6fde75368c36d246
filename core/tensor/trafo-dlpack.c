/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dlpack.h"

#include <string.h>

#include "trafo-tensor-private.h"

/* The structures of DLPack 1.x in its unversioned form, which every consumer takes
 * (https://dmlc.github.io/dlpack/latest/c_api.html). Strides are in elements. */
enum
{
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
exported_delete (Managed *self)
{
  trafo_tensor_unref (self->context);
  g_free (self);
}

/**
 * trafo_tensor_to_dlpack:
 * @self: a tensor
 *
 * Exports the tensor without a copy.
 *
 * The result is a `DLManagedTensor *` whose deleter gives back the reference it holds on @self.
 *
 * Returns: (transfer none): the structure, owned by whoever calls its deleter
 */
gpointer
trafo_tensor_to_dlpack (TrafoTensor *self)
{
  Managed *managed = g_new0 (Managed, 1);
  gsize    n_dims;

  managed->tensor.data = trafo_tensor_get_data (self);
  managed->tensor.device.device_type = DEVICE_CPU;
  managed->tensor.shape = (gint64 *) trafo_tensor_get_shape (self, &n_dims);
  managed->tensor.strides = (gint64 *) trafo_tensor_get_strides (self, &n_dims);
  managed->tensor.n_dims = n_dims;
  managed->tensor.dtype.lanes = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == trafo_tensor_get_dtype (self))
      {
        managed->tensor.dtype.code = types[i].code;
        managed->tensor.dtype.bits = types[i].bits;
      }
  managed->context = trafo_tensor_ref (self);
  managed->deleter = exported_delete;
  return managed;
}

static void
imported_release (gpointer data)
{
  Managed *managed = data;

  if (managed->deleter != NULL)
    managed->deleter (managed);
}

static TrafoDType
dtype_of (const DataType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].code == type->code && types[i].bits == type->bits && type->lanes == 1)
      return types[i].dtype;
  return TRAFO_DTYPE_NONE;
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
  Managed      *imported = managed;
  const Tensor *tensor = &imported->tensor;
  TrafoDType    dtype = dtype_of (&tensor->dtype);
  guint8       *data = tensor->data;
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
      imported_release (imported);
      return NULL;
    }
  if (data != NULL)
    data += tensor->offset_bytes;
  wrapped = trafo_tensor_new_from_data (dtype,
                                        tensor->shape,
                                        tensor->strides,
                                        tensor->n_dims,
                                        data,
                                        FALSE,
                                        imported,
                                        imported_release,
                                        error);
  if (wrapped != NULL && (guintptr) data % trafo_dtype_get_size (dtype) != 0)
    return trafo_tensor_copy (wrapped, error);
  return g_steal_pointer (&wrapped);
}
