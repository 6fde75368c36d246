/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* The first OpenCL device with one stream, and tensors on it whose values the test knows. */
typedef struct
{
  TrafoBackend         *backend;
  TrafoDevice          *device;
  const TrafoDeviceOps *ops;
  gpointer              handle;
  gpointer              stream;
} Fixture;

/* How a tensor lies in its buffer. */
typedef enum
{
  DENSE,    /* row-major, at the buffer's start */
  REVERSED, /* column-major: every stride is another than a kernel would guess */
  SPACED,   /* row-major with gaps after each row, behind an offset */
} Layout;

typedef struct
{
  const Fixture *fixture;
  TrafoOperand   operand;
  gsize          n_elements;
  double        *values; /* in row-major order, as rounded to the dtype */
  gsize          storage_bytes;
  guint8        *storage; /* what the buffer holds, gaps included */
} Tensor;

/* NULL, the test being skipped, on a machine without OpenCL. */
Fixture *fixture_new (void);
void     fixture_free (Fixture *self);

/* The same, with the kernels for processors with vectors of 8 or 16 floats, or with 0 those for
 * GPUs, whatever the device is: they are all OpenCL C. */
Fixture *fixture_new_for_width (guint vector_width);

Tensor *tensor_new (const Fixture *fixture,
                    TrafoDType     dtype,
                    Layout         layout,
                    guint          n_dims,
                    const gint64  *shape);
Tensor *tensor_new_random (const Fixture *fixture,
                           TrafoDType     dtype,
                           Layout         layout,
                           guint          n_dims,
                           const gint64  *shape,
                           double         low,
                           double         high);
void    tensor_free (Tensor *self);

/* Writes the values into the buffer, rounding them to the dtype here as there. */
void tensor_upload (Tensor *self);
/* Reads the values, and fails the test if an element in a gap has changed. */
void tensor_download (Tensor *self);

/* Runs the op's kernel and downloads the output; fails the test if there is none. */
void               fixture_run (const Fixture *self,
                                TrafoOpId      op,
                                const void    *attrs,
                                Tensor        *output,
                                guint          n_inputs,
                                Tensor *const *inputs);
void               fixture_fill_args (const Fixture   *self,
                                      TrafoOpId        op,
                                      const void      *attrs,
                                      const Tensor    *output,
                                      guint            n_inputs,
                                      Tensor *const   *inputs,
                                      TrafoKernelArgs *ret_args);
const TrafoKernel *fixture_get_kernel (const Fixture *self, TrafoOpId op);

/* |got - expected| <= relative * |expected| + absolute for each element; NaN equals NaN. */
void assert_close (const Tensor *got, const double *expected, double relative, double absolute);

/* The row-major index in a tensor of @shape, with broadcasting, of element @i of @output_shape. */
gsize broadcast_index (gsize         i,
                       guint         output_n_dims,
                       const gint64 *output_shape,
                       guint         n_dims,
                       const gint64 *shape);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tensor, tensor_free)

#define ASSERT_OK(status, message) g_assert_cmpstr ((status) == 0 ? "" : (message).text, ==, "")

G_END_DECLS
