/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include "opencl-backend.h"
#include "opencl-device.h"

#include <math.h>

/* Elements before a SPACED tensor, and between its rows. */
#define LEAD 3
#define GAP 5
#define GUARD_BYTE 0xa5

Fixture *
fixture_new (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) devices = NULL;
  TrafoMessage message = { "" };
  Fixture     *self = g_new0 (Fixture, 1);

  self->backend = g_object_new (TRAFO_TYPE_OPENCL_BACKEND, NULL);
  if (!trafo_backend_probe (self->backend, NULL, &error))
    {
      g_test_skip (error->message);
      fixture_free (self);
      return NULL;
    }
  devices = trafo_backend_list_devices (self->backend);
  self->device = g_list_model_get_item (devices, 0);
  self->ops = trafo_device_get_ops (self->device);
  self->handle = trafo_device_get_handle (self->device);
  ASSERT_OK (self->ops->stream_new (self->handle, &self->stream, &message), message);
  return self;
}

Fixture *
fixture_new_for_width (guint vector_width)
{
  Fixture *self = fixture_new ();

  if (self != NULL)
    ((OpenclDevice *) self->handle)->vector_width = vector_width;
  return self;
}

void
fixture_free (Fixture *self)
{
  if (self->stream != NULL)
    self->ops->stream_free (self->handle, self->stream);
  g_clear_object (&self->device);
  g_clear_object (&self->backend);
  g_free (self);
}

static double
load (const guint8 *at, TrafoDType dtype)
{
  union
  {
    float   f;
    guint16 h;
    gint8   b;
    guint8  u;
    gint32  i;
    gint64  l;
  } element;

  memcpy (&element, at, trafo_dtype_get_size (dtype));
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return element.f;
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (element.h);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (element.h);
    case TRAFO_DTYPE_INT8:
      return element.b;
    case TRAFO_DTYPE_INT32:
      return element.i;
    case TRAFO_DTYPE_INT64:
      return element.l;
    default:
      return element.u;
    }
}

static void
store (guint8 *at, TrafoDType dtype, double value)
{
  union
  {
    float   f;
    guint16 h;
    gint8   b;
    guint8  u;
    gint32  i;
    gint64  l;
  } element;

  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      element.f = (float) value;
      break;
    case TRAFO_DTYPE_FLOAT16:
      element.h = trafo_float16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_BFLOAT16:
      element.h = trafo_bfloat16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_INT8:
      element.b = (gint8) value;
      break;
    case TRAFO_DTYPE_INT32:
      element.i = (gint32) value;
      break;
    case TRAFO_DTYPE_INT64:
      element.l = (gint64) value;
      break;
    case TRAFO_DTYPE_BOOL:
      element.u = value != 0.0;
      break;
    default:
      element.u = (guint8) value;
      break;
    }
  memcpy (at, &element, trafo_dtype_get_size (dtype));
}

/* Sets the strides and returns the number of elements from the first to the last. */
static gsize
lay_out (TrafoOperand *operand, Layout layout)
{
  gint64 stride = 1;

  for (guint i = 0; i < operand->n_dims; i++)
    {
      guint axis = layout == REVERSED ? i : operand->n_dims - 1 - i;

      operand->strides[axis] = stride;
      stride *= operand->shape[axis];
      if (layout == SPACED && i == 0)
        stride += GAP;
    }
  return stride;
}

Tensor *
tensor_new (const Fixture *fixture,
            TrafoDType     dtype,
            Layout         layout,
            guint          n_dims,
            const gint64  *shape)
{
  Tensor      *self = g_new0 (Tensor, 1);
  gsize        size = trafo_dtype_get_size (dtype);
  TrafoMessage message = { "" };
  gsize        n_stored;

  self->fixture = fixture;
  self->operand.dtype = dtype;
  self->operand.n_dims = n_dims;
  self->n_elements = 1;
  for (guint i = 0; i < n_dims; i++)
    {
      self->operand.shape[i] = shape[i];
      self->n_elements *= shape[i];
    }
  n_stored = lay_out (&self->operand, layout);
  if (layout == SPACED)
    {
      self->operand.offset_bytes = LEAD * size;
      n_stored += LEAD;
    }
  self->storage_bytes = n_stored * size;
  self->storage = g_malloc (self->storage_bytes + 1);
  memset (self->storage, GUARD_BYTE, self->storage_bytes);
  self->values = g_new0 (double, self->n_elements + 1);
  ASSERT_OK (fixture->ops->buffer_alloc (fixture->handle,
                                         self->storage_bytes,
                                         TRAFO_BUFFER_ARENA,
                                         &self->operand.data,
                                         &message),
             message);
  tensor_upload (self);
  return self;
}

Tensor *
tensor_new_random (const Fixture *fixture,
                   TrafoDType     dtype,
                   Layout         layout,
                   guint          n_dims,
                   const gint64  *shape,
                   double         low,
                   double         high)
{
  Tensor *self = tensor_new (fixture, dtype, layout, n_dims, shape);

  for (gsize i = 0; i < self->n_elements; i++)
    self->values[i] = g_test_rand_double_range (low, high);
  tensor_upload (self);
  return self;
}

void
tensor_free (Tensor *self)
{
  self->fixture->ops->buffer_free (self->fixture->handle, self->operand.data);
  g_free (self->values);
  g_free (self->storage);
  g_free (self);
}

/* Where element @i, in row-major order, is in the storage. */
static gsize
locate (const Tensor *self, gsize i)
{
  gsize at = 0;

  for (guint axis = self->operand.n_dims; axis-- > 0;)
    {
      at += (i % self->operand.shape[axis]) * self->operand.strides[axis];
      i /= self->operand.shape[axis];
    }
  return self->operand.offset_bytes + at * trafo_dtype_get_size (self->operand.dtype);
}

void
tensor_upload (Tensor *self)
{
  const Fixture *fixture = self->fixture;
  TrafoMessage   message = { "" };

  for (gsize i = 0; i < self->n_elements; i++)
    {
      guint8 *at = self->storage + locate (self, i);

      store (at, self->operand.dtype, self->values[i]);
      self->values[i] = load (at, self->operand.dtype);
    }
  ASSERT_OK (fixture->ops->buffer_write (fixture->handle,
                                         fixture->stream,
                                         self->operand.data,
                                         0,
                                         self->storage,
                                         self->storage_bytes,
                                         &message),
             message);
}

void
tensor_download (Tensor *self)
{
  const Fixture     *fixture = self->fixture;
  g_autofree guint8 *before = g_memdup2 (self->storage, self->storage_bytes);
  TrafoMessage       message = { "" };
  gsize              size = trafo_dtype_get_size (self->operand.dtype);

  ASSERT_OK (fixture->ops->buffer_read (fixture->handle,
                                        fixture->stream,
                                        self->operand.data,
                                        0,
                                        self->storage,
                                        self->storage_bytes,
                                        &message),
             message);
  for (gsize i = 0; i < self->n_elements; i++)
    {
      gsize at = locate (self, i);

      self->values[i] = load (self->storage + at, self->operand.dtype);
      memcpy (before + at, self->storage + at, size);
    }
  g_assert_cmpmem (before, self->storage_bytes, self->storage, self->storage_bytes);
}

const TrafoKernel *
fixture_get_kernel (const Fixture *self, TrafoOpId op)
{
  gsize                     n_kernels = 0;
  const TrafoKernel *const *kernels = self->ops->list_kernels (self->handle, op, &n_kernels);

  g_assert_cmpuint (n_kernels, ==, 1);
  g_assert_cmpuint (kernels[0]->op, ==, op);
  return kernels[0];
}

void
fixture_fill_args (const Fixture   *self,
                   TrafoOpId        op,
                   const void      *attrs,
                   const Tensor    *output,
                   guint            n_inputs,
                   Tensor *const   *inputs,
                   TrafoKernelArgs *ret_args)
{
  memset (ret_args, 0, sizeof *ret_args);
  ret_args->struct_size = sizeof *ret_args;
  ret_args->op = op;
  ret_args->n_inputs = n_inputs;
  ret_args->attrs = attrs;
  ret_args->device = self->handle;
  ret_args->output = output->operand;
  for (guint i = 0; i < n_inputs; i++)
    ret_args->inputs[i] = inputs[i]->operand;
}

void
fixture_run (const Fixture *self,
             TrafoOpId      op,
             const void    *attrs,
             Tensor        *output,
             guint          n_inputs,
             Tensor *const *inputs)
{
  const TrafoKernel *kernel = fixture_get_kernel (self, op);
  TrafoMessage       message = { "" };
  TrafoKernelArgs    args;

  fixture_fill_args (self, op, attrs, output, n_inputs, inputs, &args);
  g_assert_true (kernel->supports (&args));
  ASSERT_OK (kernel->enqueue (&args, self->stream, &message), message);
  ASSERT_OK (self->ops->stream_sync (self->handle, self->stream, &message), message);
  tensor_download (output);
}

void
assert_close (const Tensor *got, const double *expected, double relative, double absolute)
{
  for (gsize i = 0; i < got->n_elements; i++)
    {
      double a = got->values[i], b = expected[i];

      if (a == b || (isnan (a) && isnan (b)) || fabs (a - b) <= relative * fabs (b) + absolute)
        continue;
      g_test_message ("element %" G_GSIZE_FORMAT " is %.9g, expected %.9g", i, a, b);
      g_test_fail ();
      return;
    }
}

gsize
broadcast_index (gsize         i,
                 guint         output_n_dims,
                 const gint64 *output_shape,
                 guint         n_dims,
                 const gint64 *shape)
{
  gsize index = 0, stride = 1;

  for (guint axis = 0; axis < n_dims; axis++)
    {
      gint64 length = output_shape[output_n_dims - 1 - axis];
      gint64 own = shape[n_dims - 1 - axis];

      index += (i % length) % own * stride;
      i /= length;
      stride *= own;
    }
  return index;
}
