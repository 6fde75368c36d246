/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor.h"

#include <string.h>

#include "trafo-tensor-private.h"

/* What backs a tensor and its views: freed when the last of them goes. */
typedef struct
{
  gpointer       owner;
  GDestroyNotify destroy;
} Storage;

struct _TrafoTensor
{
  gint       ref_count;
  TrafoDType dtype;
  guint      n_dims;
  gboolean   is_read_only;
  gint64     n_elements;
  gint64     shape[TRAFO_MAX_DIMS];
  gint64     strides[TRAFO_MAX_DIMS]; /* in elements */
  guint8    *data;
  Storage   *storage; /* atomic_rc_box */
};

G_DEFINE_BOXED_TYPE (TrafoTensor, trafo_tensor, trafo_tensor_ref, trafo_tensor_unref)

static void
storage_clear (gpointer data)
{
  Storage *storage = data;

  if (storage->destroy != NULL)
    storage->destroy (storage->owner);
}

static Storage *
storage_new (gpointer owner, GDestroyNotify destroy)
{
  Storage *storage = g_atomic_rc_box_new0 (Storage);

  storage->owner = owner;
  storage->destroy = destroy;
  return storage;
}

gpointer
trafo_aligned_try_alloc (gsize size_bytes)
{
  gsize rounded = trafo_align_up (MAX (size_bytes, 1));

  return rounded != G_MAXSIZE ? aligned_alloc (TRAFO_ALIGNMENT_BYTES, rounded) : NULL;
}

static TrafoTensor *
tensor_alloc (TrafoDType dtype, const gint64 *shape, const gint64 *strides, gsize n_dims)
{
  TrafoTensor *self = g_new0 (TrafoTensor, 1);

  self->ref_count = 1;
  self->dtype = dtype;
  self->n_dims = n_dims;
  self->n_elements = 1;
  for (gsize i = 0; i < n_dims; i++)
    {
      self->shape[i] = shape[i];
      self->n_elements *= shape[i];
    }
  if (strides != NULL)
    memcpy (self->strides, strides, n_dims * sizeof *strides);
  else
    trafo_shape_to_strides (shape, n_dims, self->strides);
  return self;
}

TrafoTensor *
trafo_tensor_new_view (TrafoTensor  *base,
                       const gint64 *shape,
                       const gint64 *strides,
                       gsize         n_dims,
                       gint64        offset)
{
  TrafoTensor *self = tensor_alloc (base->dtype, shape, strides, n_dims);

  self->data = base->data + offset * (gint64) trafo_dtype_get_size (base->dtype);
  self->is_read_only = base->is_read_only;
  self->storage = g_atomic_rc_box_acquire (base->storage);
  return self;
}

/**
 * trafo_tensor_new: (constructor)
 * @dtype: the type of the elements
 * @shape: (array length=n_dims): the length of each axis, each at least 0
 * @n_dims: the number of axes, at most 8; 0 makes a scalar
 * @error: return location for an error
 *
 * Makes a contiguous, writable tensor of zeros.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE or
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensor *
trafo_tensor_new (TrafoDType dtype, const gint64 *shape, gsize n_dims, GError **error)
{
  TrafoTensor *self;
  gint64       n_elements;
  gsize        size_bytes;
  gpointer     data;

  if (!trafo_shape_check (dtype, shape, n_dims, &n_elements, &size_bytes, error))
    return NULL;
  data = trafo_aligned_try_alloc (size_bytes);
  if (data == NULL)
    {
      g_autofree char *text = trafo_shape_to_string (shape, n_dims);

      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for a %s tensor of shape %s (%" G_GSIZE_FORMAT " bytes)",
                   trafo_dtype_get_name (dtype),
                   text,
                   size_bytes);
      return NULL;
    }
  memset (data, 0, size_bytes);
  self = tensor_alloc (dtype, shape, NULL, n_dims);
  self->data = data;
  self->storage = storage_new (data, free);
  return self;
}

/**
 * trafo_tensor_new_from_bytes: (constructor)
 * @dtype: the type of the elements
 * @shape: (array length=n_dims): the length of each axis
 * @n_dims: the number of axes
 * @bytes: the elements, row-major and little-endian, just as many as @shape asks for
 * @error: return location for an error
 *
 * Wraps @bytes without a copy; the tensor is read-only.
 *
 * Data that is not aligned for its type is copied.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_new_from_bytes (TrafoDType    dtype,
                             const gint64 *shape,
                             gsize         n_dims,
                             GBytes       *bytes,
                             GError      **error)
{
  g_autoptr (TrafoTensor) self = NULL;
  gint64        n_elements;
  gsize         size_bytes, found_bytes;
  gconstpointer data = g_bytes_get_data (bytes, &found_bytes);

  if (!trafo_shape_check (dtype, shape, n_dims, &n_elements, &size_bytes, error))
    return NULL;
  if (found_bytes != size_bytes)
    {
      g_autofree char *text = trafo_shape_to_string (shape, n_dims);

      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "found %" G_GSIZE_FORMAT " bytes, expected %" G_GSIZE_FORMAT
                   " for a %s tensor of shape %s",
                   found_bytes,
                   size_bytes,
                   trafo_dtype_get_name (dtype),
                   text);
      return NULL;
    }
  if ((gsize) data % trafo_dtype_get_size (dtype) != 0)
    {
      self = trafo_tensor_new (dtype, shape, n_dims, error);
      if (self != NULL)
        memcpy (self->data, data, size_bytes);
      return g_steal_pointer (&self);
    }
  self = tensor_alloc (dtype, shape, NULL, n_dims);
  self->data = (guint8 *) data;
  self->is_read_only = TRUE;
  self->storage = storage_new (g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  return g_steal_pointer (&self);
}

/* That the way from the first element to any other can be counted in bytes. */
static gboolean
check_strides (TrafoDType    dtype,
               const gint64 *shape,
               const gint64 *strides,
               gsize         n_dims,
               GError      **error)
{
  gint64           size_bytes = trafo_dtype_get_size (dtype);
  gint64           low = 0, high = 0, reach;
  gboolean         fits = TRUE;
  g_autofree char *text = NULL;

  for (gsize i = 0; i < n_dims; i++)
    {
      gint64 *end = strides[i] < 0 ? &low : &high;

      fits = fits && !__builtin_mul_overflow (strides[i], MAX (shape[i] - 1, 0), &reach) &&
             !__builtin_mul_overflow (reach, size_bytes, &reach) &&
             !__builtin_add_overflow (*end, reach, end) && strides[i] != G_MININT64;
    }
  if (fits)
    return TRUE;
  text = trafo_shape_to_string (strides, n_dims);
  g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE, "strides %s are too large", text);
  return FALSE;
}

/**
 * trafo_tensor_new_from_data: (skip)
 * @dtype: the type of the elements
 * @shape: (array length=n_dims): the length of each axis
 * @strides: (nullable): the distance between neighbours on each axis, in elements; %NULL for
 *   row-major
 * @n_dims: the number of axes
 * @data: the address of the first element, aligned for its type
 * @is_read_only: whether writing is forbidden
 * @owner: what @destroy gets
 * @destroy: (nullable): called when the last view of the memory goes; also upon failure
 * @error: return location for an error
 *
 * Wraps memory that someone else made.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_new_from_data (TrafoDType     dtype,
                            const gint64  *shape,
                            const gint64  *strides,
                            gsize          n_dims,
                            gpointer       data,
                            gboolean       is_read_only,
                            gpointer       owner,
                            GDestroyNotify destroy,
                            GError       **error)
{
  TrafoTensor *self;
  gint64       n_elements;
  gsize        size_bytes;

  if (!trafo_shape_check (dtype, shape, n_dims, &n_elements, &size_bytes, error) ||
      (strides != NULL && !check_strides (dtype, shape, strides, n_dims, error)))
    {
      if (destroy != NULL)
        destroy (owner);
      return NULL;
    }
  self = tensor_alloc (dtype, shape, strides, n_dims);
  self->data = data;
  self->is_read_only = is_read_only;
  self->storage = storage_new (owner, destroy);
  return self;
}

static TrafoTensor *
tensor_new_copy (TrafoDType    dtype,
                 const gint64 *shape,
                 gsize         n_dims,
                 gconstpointer values,
                 gsize         n_values,
                 GError      **error)
{
  g_autoptr (TrafoTensor) self = trafo_tensor_new (dtype, shape, n_dims, error);

  if (self == NULL)
    return NULL;
  if ((gsize) self->n_elements != n_values)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "found %" G_GSIZE_FORMAT " values, expected %" G_GINT64_FORMAT,
                   n_values,
                   self->n_elements);
      return NULL;
    }
  if (n_values > 0)
    memcpy (self->data, values, n_values * trafo_dtype_get_size (dtype));
  return g_steal_pointer (&self);
}

/**
 * trafo_tensor_new_from_int64s: (constructor)
 * @shape: (array length=n_dims): the length of each axis
 * @n_dims: the number of axes
 * @values: (array length=n_values): the elements, row-major; copied
 * @n_values: how many
 * @error: return location for an error
 *
 * Makes an int64 tensor, such as token ids. For small data only: bindings pass element by element.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_new_from_int64s (const gint64 *shape,
                              gsize         n_dims,
                              const gint64 *values,
                              gsize         n_values,
                              GError      **error)
{
  return tensor_new_copy (TRAFO_DTYPE_INT64, shape, n_dims, values, n_values, error);
}

/**
 * trafo_tensor_new_from_floats: (constructor)
 * @shape: (array length=n_dims): the length of each axis
 * @n_dims: the number of axes
 * @values: (array length=n_values): the elements, row-major; copied
 * @n_values: how many
 * @error: return location for an error
 *
 * Makes a float32 tensor. For small data only: bindings pass element by element.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_new_from_floats (const gint64 *shape,
                              gsize         n_dims,
                              const float  *values,
                              gsize         n_values,
                              GError      **error)
{
  return tensor_new_copy (TRAFO_DTYPE_FLOAT32, shape, n_dims, values, n_values, error);
}

/**
 * trafo_tensor_ref:
 * @self: a tensor
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
TrafoTensor *
trafo_tensor_ref (TrafoTensor *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * trafo_tensor_unref:
 * @self: (transfer full): a tensor
 *
 * Gives a reference back.
 */
void
trafo_tensor_unref (TrafoTensor *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_atomic_rc_box_release_full (self->storage, storage_clear);
  g_free (self);
}

/**
 * trafo_tensor_get_dtype:
 * @self: a tensor
 *
 * The type of the elements.
 *
 * Returns: the type
 */
TrafoDType
trafo_tensor_get_dtype (const TrafoTensor *self)
{
  return self->dtype;
}

/**
 * trafo_tensor_get_n_dims:
 * @self: a tensor
 *
 * The number of axes.
 *
 * Returns: 0 for a scalar, at most 8
 */
guint
trafo_tensor_get_n_dims (const TrafoTensor *self)
{
  return self->n_dims;
}

/**
 * trafo_tensor_get_dim:
 * @self: a tensor
 * @axis: an axis, 0 being the first
 *
 * The length of one axis.
 *
 * Returns: the length, 0 for an axis that does not exist
 */
gint64
trafo_tensor_get_dim (const TrafoTensor *self, guint axis)
{
  return axis < self->n_dims ? self->shape[axis] : 0;
}

/**
 * trafo_tensor_get_shape:
 * @self: a tensor
 * @n_dims: (out): the number of axes
 *
 * The length of each axis.
 *
 * Returns: (array length=n_dims) (transfer none): the lengths
 */
const gint64 *
trafo_tensor_get_shape (const TrafoTensor *self, gsize *n_dims)
{
  *n_dims = self->n_dims;
  return self->shape;
}

/**
 * trafo_tensor_get_strides:
 * @self: a tensor
 * @n_dims: (out): the number of axes
 *
 * The distance between neighbours on each axis, in elements.
 *
 * Returns: (array length=n_dims) (transfer none): the distances
 */
const gint64 *
trafo_tensor_get_strides (const TrafoTensor *self, gsize *n_dims)
{
  *n_dims = self->n_dims;
  return self->strides;
}

/**
 * trafo_tensor_get_n_elements:
 * @self: a tensor
 *
 * The number of elements.
 *
 * Returns: the product of the shape, 1 for a scalar
 */
gint64
trafo_tensor_get_n_elements (const TrafoTensor *self)
{
  return self->n_elements;
}

/**
 * trafo_tensor_get_size_bytes:
 * @self: a tensor
 *
 * What the elements take when contiguous.
 *
 * Returns: bytes
 */
gsize
trafo_tensor_get_size_bytes (const TrafoTensor *self)
{
  return self->n_elements * trafo_dtype_get_size (self->dtype);
}

/**
 * trafo_tensor_is_contiguous:
 * @self: a tensor
 *
 * Whether the elements lie row-major without gaps.
 *
 * Returns: %TRUE if so
 */
gboolean
trafo_tensor_is_contiguous (const TrafoTensor *self)
{
  return trafo_shape_is_contiguous (self->shape, self->strides, self->n_dims);
}

/**
 * trafo_tensor_is_read_only:
 * @self: a tensor
 *
 * Whether writing to the elements is forbidden.
 *
 * Returns: %TRUE for mapped files and wrapped #GBytes
 */
gboolean
trafo_tensor_is_read_only (const TrafoTensor *self)
{
  return self->is_read_only;
}

/**
 * trafo_tensor_get_data: (skip)
 * @self: a tensor
 *
 * The address of the first element.
 *
 * Returns: (transfer none): valid while @self is
 */
gpointer
trafo_tensor_get_data (const TrafoTensor *self)
{
  return self->data;
}

/**
 * trafo_tensor_get_address:
 * @self: a tensor
 *
 * The address of the first element as a number, from which bindings make views without a copy.
 *
 * Returns: an address that is valid while @self is
 */
guint64
trafo_tensor_get_address (const TrafoTensor *self)
{
  return (guintptr) self->data;
}

/**
 * trafo_tensor_get_operand: (skip)
 * @self: a tensor
 * @operand: (out caller-allocates): what a kernel takes
 *
 * Describes the tensor to a kernel.
 */
void
trafo_tensor_get_operand (const TrafoTensor *self, TrafoOperand *operand)
{
  memset (operand, 0, sizeof *operand);
  operand->data = self->data;
  operand->dtype = self->dtype;
  operand->n_dims = self->n_dims;
  memcpy (operand->shape, self->shape, sizeof self->shape);
  memcpy (operand->strides, self->strides, sizeof self->strides);
}
