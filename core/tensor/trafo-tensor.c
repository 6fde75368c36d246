/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor.h"

#include <math.h>
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
  gsize rounded;

  if (!g_size_checked_add (&rounded, size_bytes, TRAFO_ALIGNMENT_BYTES - 1))
    return NULL;
  rounded &= ~(gsize) (TRAFO_ALIGNMENT_BYTES - 1);
  return aligned_alloc (TRAFO_ALIGNMENT_BYTES, MAX (rounded, TRAFO_ALIGNMENT_BYTES));
}

char *
trafo_shape_to_string (const gint64 *shape, guint n_dims)
{
  g_autoptr (GString) text = g_string_new ("(");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, shape[i]);
  g_string_append (text, n_dims == 1 ? ",)" : ")");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
trafo_shape_to_strides (const gint64 *shape, guint n_dims, gint64 *strides)
{
  gint64 stride = 1;

  for (guint i = n_dims; i-- > 0;)
    {
      strides[i] = stride;
      stride *= MAX (shape[i], 1);
    }
}

gboolean
trafo_shape_check (TrafoDType    dtype,
                   const gint64 *shape,
                   gsize         n_dims,
                   gint64       *ret_n_elements,
                   gsize        *ret_size_bytes,
                   GError      **error)
{
  gsize n = 1;
  gsize padded = 1;
  gsize size_bytes;

  if (trafo_dtype_get_size (dtype) == 0 || n_dims > TRAFO_MAX_DIMS)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "found %" G_GSIZE_FORMAT " dimensions of type %s, expected at most %d of a "
                   "known type",
                   n_dims,
                   trafo_dtype_get_name (dtype),
                   TRAFO_MAX_DIMS);
      return FALSE;
    }
  for (gsize i = 0; i < n_dims; i++)
    {
      /* strides treat a 0 as 1, so the product without zeros must fit too */
      if (shape[i] < 0 || !g_size_checked_mul (&n, n, shape[i]) ||
          !g_size_checked_mul (&padded, padded, MAX (shape[i], 1)) || padded > G_MAXINT64 / 16)
        {
          g_autofree char *text = trafo_shape_to_string (shape, n_dims);

          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_SHAPE,
                       "shape %s is negative somewhere or too large",
                       text);
          return FALSE;
        }
    }
  size_bytes = n * trafo_dtype_get_size (dtype);
  *ret_n_elements = n;
  *ret_size_bytes = size_bytes;
  return TRUE;
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

static TrafoTensor *
tensor_view (TrafoTensor  *base,
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
 * @data: the address of the first element
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

gboolean
trafo_shape_is_contiguous (const gint64 *shape, const gint64 *strides, guint n_dims)
{
  gint64 expected = 1;

  for (guint i = n_dims; i-- > 0;)
    {
      if (shape[i] == 0)
        return TRUE;
      if (shape[i] != 1 && strides[i] != expected)
        return FALSE;
      expected *= shape[i];
    }
  return TRUE;
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

static void
tensor_unref_cb (gpointer data)
{
  trafo_tensor_unref (data);
}

/**
 * trafo_tensor_get_bytes:
 * @self: a tensor
 * @error: return location for an error
 *
 * The elements, row-major, without a copy if @self is contiguous.
 *
 * Returns: (transfer full) (nullable): bytes that keep the memory alive, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
GBytes *
trafo_tensor_get_bytes (TrafoTensor *self, GError **error)
{
  TrafoTensor *flat = trafo_tensor_contiguous (self, error);

  if (flat == NULL)
    return NULL;
  return g_bytes_new_with_free_func (flat->data,
                                     trafo_tensor_get_size_bytes (flat),
                                     tensor_unref_cb,
                                     flat);
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

/* The element with row-major number @index, wherever the strides put it. */
static const guint8 *
element_at (const TrafoTensor *self, gint64 index)
{
  gint64 offset = 0;

  for (guint i = self->n_dims; i-- > 0;)
    {
      offset += index % self->shape[i] * self->strides[i];
      index /= self->shape[i];
    }
  return self->data + offset * (gint64) trafo_dtype_get_size (self->dtype);
}

static double
load_element (TrafoDType dtype, const guint8 *at)
{
  union
  {
    float   f32;
    guint16 u16;
    gint32  i32;
    gint64  i64;
  } value;

  memcpy (&value, at, trafo_dtype_get_size (dtype));
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return value.f32;
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (value.u16);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (value.u16);
    case TRAFO_DTYPE_INT32:
      return value.i32;
    case TRAFO_DTYPE_INT64:
      return (double) value.i64;
    case TRAFO_DTYPE_INT8:
      return *(const gint8 *) at;
    case TRAFO_DTYPE_BOOL:
    case TRAFO_DTYPE_UINT8:
    case TRAFO_DTYPE_NONE:
    default:
      return *at;
    }
}

/* What C leaves undefined when a float becomes an integer: too large is the largest, a NaN 0. */
static double
fit (double number, double low, double high)
{
  return isnan (number) ? 0 : CLAMP (number, low, high);
}

static void
store_element (TrafoDType dtype, guint8 *at, double number)
{
  union
  {
    float   f32;
    guint16 u16;
    gint32  i32;
    gint64  i64;
    guint8  u8;
  } value;

  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      value.f32 = (float) number;
      break;
    case TRAFO_DTYPE_FLOAT16:
      value.u16 = trafo_float16_from_float ((float) number);
      break;
    case TRAFO_DTYPE_BFLOAT16:
      value.u16 = trafo_bfloat16_from_float ((float) number);
      break;
    case TRAFO_DTYPE_INT32:
      value.i32 = (gint32) fit (number, G_MININT32, G_MAXINT32);
      break;
    case TRAFO_DTYPE_INT64:
      value.i64 = (gint64) fit (number, -0x1p63, 0x1.fffffffffffffp62);
      break;
    case TRAFO_DTYPE_INT8:
      value.u8 = (guint8) (gint8) fit (number, G_MININT8, G_MAXINT8);
      break;
    case TRAFO_DTYPE_BOOL:
      value.u8 = number != 0;
      break;
    case TRAFO_DTYPE_UINT8:
    case TRAFO_DTYPE_NONE:
    default:
      value.u8 = (guint8) fit (number, 0, G_MAXUINT8);
      break;
    }
  memcpy (at, &value, trafo_dtype_get_size (dtype));
}

/**
 * trafo_tensor_get_value:
 * @self: a tensor
 * @index: the element's number in row-major order, from 0
 *
 * One element as a number; for looking at results, not for loops.
 *
 * Returns: the value, NaN for an index out of range
 */
double
trafo_tensor_get_value (const TrafoTensor *self, gint64 index)
{
  if (index < 0 || index >= self->n_elements)
    return NAN;
  return load_element (self->dtype, element_at (self, index));
}

static gboolean
check_axis (TrafoTensor *self, guint axis, GError **error)
{
  if (axis < self->n_dims)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "found axis %u, expected one below %u",
               axis,
               self->n_dims);
  return FALSE;
}

/**
 * trafo_tensor_slice:
 * @self: a tensor
 * @axis: the axis to cut
 * @start: the first index kept
 * @length: how many indices are kept
 * @step: the distance between them, at least 1
 * @error: return location for an error
 *
 * A view of every @step-th entry of one axis.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_slice (TrafoTensor *self,
                    guint        axis,
                    gint64       start,
                    gint64       length,
                    gint64       step,
                    GError     **error)
{
  gint64 shape[TRAFO_MAX_DIMS], strides[TRAFO_MAX_DIMS];

  if (!check_axis (self, axis, error))
    return NULL;
  if (start < 0 || length < 0 || step < 1 || start > self->shape[axis] ||
      (length > 0 && (self->shape[axis] - 1 - start) / step < length - 1) ||
      (length > 0 && start >= self->shape[axis]))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "slice [%" G_GINT64_FORMAT ", length %" G_GINT64_FORMAT
                   ", step %" G_GINT64_FORMAT "] leaves axis %u of length %" G_GINT64_FORMAT,
                   start,
                   length,
                   step,
                   axis,
                   self->shape[axis]);
      return NULL;
    }
  memcpy (shape, self->shape, sizeof shape);
  memcpy (strides, self->strides, sizeof strides);
  shape[axis] = length;
  if (length > 1)
    strides[axis] *= step;
  return tensor_view (self, shape, strides, self->n_dims, start * self->strides[axis]);
}

/**
 * trafo_tensor_select:
 * @self: a tensor
 * @axis: an axis
 * @index: an index on it
 * @error: return location for an error
 *
 * A view of one entry of an axis, which thereby goes.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_select (TrafoTensor *self, guint axis, gint64 index, GError **error)
{
  g_autoptr (TrafoTensor) cut = trafo_tensor_slice (self, axis, index, 1, 1, error);
  gint64 shape[TRAFO_MAX_DIMS], strides[TRAFO_MAX_DIMS];
  guint  n_dims = 0;

  if (cut == NULL)
    return NULL;
  for (guint i = 0; i < self->n_dims; i++)
    if (i != axis)
      {
        shape[n_dims] = cut->shape[i];
        strides[n_dims++] = cut->strides[i];
      }
  return tensor_view (cut, shape, strides, n_dims, 0);
}

/**
 * trafo_tensor_permute:
 * @self: a tensor
 * @axes: (array length=n_axes): for each axis of the result, the axis of @self it is
 * @n_axes: the number of axes of @self
 * @error: return location for an error
 *
 * A view with its axes in another order.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_permute (TrafoTensor *self, const guint *axes, gsize n_axes, GError **error)
{
  gint64 shape[TRAFO_MAX_DIMS], strides[TRAFO_MAX_DIMS];
  guint  seen = 0;

  for (gsize i = 0; i < n_axes && n_axes == self->n_dims; i++)
    if (axes[i] < n_axes)
      {
        seen |= 1u << axes[i];
        shape[i] = self->shape[axes[i]];
        strides[i] = self->strides[axes[i]];
      }
  if (n_axes != self->n_dims || seen != (1u << n_axes) - 1)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "the axes are not a permutation of %u axes",
                   self->n_dims);
      return NULL;
    }
  return tensor_view (self, shape, strides, n_axes, 0);
}

/**
 * trafo_tensor_reshape:
 * @self: a tensor
 * @shape: (array length=n_dims): the new length of each axis; one may be -1: what is left
 * @n_dims: the number of axes
 * @error: return location for an error
 *
 * The same elements under another shape: a view if @self is contiguous, else a copy.
 *
 * Returns: (transfer full) (nullable): the tensor, or %NULL with %TRAFO_ERROR_SHAPE
 */
TrafoTensor *
trafo_tensor_reshape (TrafoTensor *self, const gint64 *shape, gsize n_dims, GError **error)
{
  g_autoptr (TrafoTensor) flat = NULL;
  gint64 dims[TRAFO_MAX_DIMS];
  gint64 known = 1, n_elements = -1;
  gsize  size_bytes;
  gint   open = -1;

  for (gsize i = 0; i < n_dims && n_dims <= TRAFO_MAX_DIMS; i++)
    {
      dims[i] = shape[i];
      if (shape[i] == -1 && open < 0)
        open = i;
      else if (shape[i] > 0 && known <= G_MAXINT64 / shape[i])
        known *= shape[i];
      else
        known = shape[i] == 0 ? 0 : known;
    }
  if (open >= 0)
    dims[open] = known > 0 ? self->n_elements / known : 0;
  if (!trafo_shape_check (self->dtype,
                          n_dims <= TRAFO_MAX_DIMS ? dims : shape,
                          n_dims,
                          &n_elements,
                          &size_bytes,
                          error))
    return NULL;
  if (n_elements != self->n_elements)
    {
      g_autofree char *from = trafo_shape_to_string (self->shape, self->n_dims);
      g_autofree char *to = trafo_shape_to_string (shape, n_dims);

      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE, "cannot reshape %s to %s", from, to);
      return NULL;
    }
  flat = trafo_tensor_contiguous (self, error);
  return flat == NULL ? NULL : tensor_view (flat, dims, NULL, n_dims, 0);
}

static void
copy_elements (TrafoTensor *to, const TrafoTensor *from)
{
  gsize size_bytes = trafo_dtype_get_size (to->dtype);

  for (gint64 i = 0; i < from->n_elements; i++)
    if (to->dtype == from->dtype)
      memcpy (to->data + i * size_bytes, element_at (from, i), size_bytes);
    else
      store_element (to->dtype,
                     to->data + i * size_bytes,
                     load_element (from->dtype, element_at (from, i)));
}

TrafoTensor *
trafo_tensor_copy (TrafoTensor *self, GError **error)
{
  TrafoTensor *copy = trafo_tensor_new (self->dtype, self->shape, self->n_dims, error);

  if (copy != NULL)
    copy_elements (copy, self);
  return copy;
}

/**
 * trafo_tensor_contiguous:
 * @self: a tensor
 * @error: return location for an error
 *
 * The same elements, row-major without gaps.
 *
 * Returns: (transfer full) (nullable): @self itself if it is so already, else a copy, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensor *
trafo_tensor_contiguous (TrafoTensor *self, GError **error)
{
  return trafo_tensor_is_contiguous (self) ? trafo_tensor_ref (self)
                                           : trafo_tensor_copy (self, error);
}

/**
 * trafo_tensor_cast:
 * @self: a tensor
 * @dtype: the type wanted
 * @error: return location for an error
 *
 * The elements as another type: floats round to nearest even, towards zero when they become
 * integers, and values out of range become the nearest that fits; a NaN becomes 0.
 *
 * Returns: (transfer full) (nullable): @self itself if it has the type, else a copy, or %NULL with
 *   %TRAFO_ERROR_NO_MEMORY
 */
TrafoTensor *
trafo_tensor_cast (TrafoTensor *self, TrafoDType dtype, GError **error)
{
  TrafoTensor *copy;

  if (self->dtype == dtype)
    return trafo_tensor_ref (self);
  copy = trafo_tensor_new (dtype, self->shape, self->n_dims, error);
  if (copy != NULL)
    copy_elements (copy, self);
  return copy;
}

/**
 * trafo_tensor_max_difference:
 * @self: a tensor
 * @other: another
 *
 * The largest absolute difference between elements at the same place.
 *
 * Returns: the difference; infinity if the shapes differ or just one of two elements is a NaN
 */
double
trafo_tensor_max_difference (TrafoTensor *self, TrafoTensor *other)
{
  double worst = 0;

  if (self->n_dims != other->n_dims ||
      memcmp (self->shape, other->shape, self->n_dims * sizeof self->shape[0]) != 0)
    return INFINITY;
  for (gint64 i = 0; i < self->n_elements; i++)
    {
      double a = load_element (self->dtype, element_at (self, i));
      double b = load_element (other->dtype, element_at (other, i));

      if (a != b && !(isnan (a) && isnan (b)))
        worst = isnan (a - b) ? INFINITY : MAX (worst, fabs (a - b));
    }
  return worst;
}

static void
print_axis (const TrafoTensor *self, GString *text, guint axis, gint64 first)
{
  gint64 below = 1;

  for (guint i = axis + 1; i < self->n_dims; i++)
    below *= self->shape[i];
  if (axis == self->n_dims)
    {
      double value = trafo_tensor_get_value (self, first);

      g_string_append_printf (text, trafo_dtype_is_float (self->dtype) ? "%.6g" : "%.0f", value);
      return;
    }
  g_string_append_c (text, '[');
  for (gint64 i = 0; i < self->shape[axis]; i++)
    {
      if (i > 0)
        g_string_append (text, axis + 1 == self->n_dims ? ", " : ",\n ");
      if (i == 3 && self->shape[axis] > 6)
        {
          g_string_append (text, "...");
          i = self->shape[axis] - 4;
          continue;
        }
      print_axis (self, text, axis + 1, first + i * below);
    }
  g_string_append_c (text, ']');
}

/**
 * trafo_tensor_to_string:
 * @self: a tensor
 *
 * The elements as numpy prints them, long axes abbreviated; for people.
 *
 * Returns: (transfer full): several lines without a final newline
 */
char *
trafo_tensor_to_string (TrafoTensor *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  print_axis (self, text, 0, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
