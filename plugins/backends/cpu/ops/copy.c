/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "elementwise.h"
#include <string.h>

/* y = x, whatever the strides of x; y's rows lie next to one another. */
#define DEFINE_SPREAD(type)                                                                        \
  static void spread_##type (const char *x, gint64 stride, char *y, gsize n)                       \
  {                                                                                                \
    for (gsize i = 0; i < n; i++)                                                                  \
      ((type *) y)[i] = ((const type *) x)[(gint64) i * stride];                                   \
  }

DEFINE_SPREAD (guint8)
DEFINE_SPREAD (guint16)
DEFINE_SPREAD (guint32)
DEFINE_SPREAD (guint64)

static void
copy_row (const char *x, gint64 stride, char *y, gsize n, gsize size)
{
  if (stride == 1)
    memcpy (y, x, n * size);
  else if (size == 8)
    spread_guint64 (x, stride, y, n);
  else if (size == 4)
    spread_guint32 (x, stride, y, n);
  else if (size == 2)
    spread_guint16 (x, stride, y, n);
  else
    spread_guint8 (x, stride, y, n);
}

static gboolean
copy_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0];

  return x->layout == TRAFO_LAYOUT_STRIDED && trafo_cpu_is_rows (&args->output, x->dtype) &&
         trafo_cpu_has_shape_of (x, &args->output);
}

static void
copy_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Elementwise e = elementwise_from_args (args);
  gint64      stride = trafo_cpu_last_stride (&args->inputs[0]);
  gsize       size = trafo_cpu_dtype_size (args->output.dtype);
  gsize       end;

  for (gsize i = trafo_cpu_share (e.n_pieces, task, n_tasks, &end); i < end; i++)
    copy_row (trafo_cpu_row (&e.inputs[0], i),
              stride,
              trafo_cpu_row (&e.output, i),
              elementwise_length (&e, i),
              size);
}

const TrafoKernel TRAFO_CPU_SYMBOL (copy) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_COPY,
  .name = "copy-" TRAFO_CPU_TIER_NAME,
  .supports = copy_supports,
  .n_tasks = elementwise_n_tasks,
  .run = copy_run,
};
