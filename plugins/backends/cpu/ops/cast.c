/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "ops.h"

#include "convert.h"
#include "elementwise.h"

/* y = x in another dtype. */
typedef void (*Convert) (gconstpointer source, gpointer destination, gsize n);

#define DEFINE_CONVERT(name, source_type, type, function)                                          \
  static void name (gconstpointer source, gpointer destination, gsize n)                           \
  {                                                                                                \
    function ((const source_type *) source, (type *) destination, n);                              \
  }

DEFINE_CONVERT (float16_to_float32, guint16, float, convert_from_float16)
DEFINE_CONVERT (bfloat16_to_float32, guint16, float, convert_from_bfloat16)
DEFINE_CONVERT (float32_to_float16, float, guint16, convert_to_float16)
DEFINE_CONVERT (float32_to_bfloat16, float, guint16, convert_to_bfloat16)

#define DEFINE_ASSIGN(name, source_type, type)                                                     \
  static void name (gconstpointer source, gpointer destination, gsize n)                           \
  {                                                                                                \
    const source_type *x = source;                                                                 \
    type              *y = destination;                                                            \
                                                                                                   \
    for (gsize i = 0; i < n; i++)                                                                  \
      y[i] = (type) x[i];                                                                          \
  }

DEFINE_ASSIGN (int64_to_int32, gint64, gint32)
DEFINE_ASSIGN (int32_to_int64, gint32, gint64)
DEFINE_ASSIGN (int64_to_float32, gint64, float)
DEFINE_ASSIGN (int32_to_float32, gint32, float)
DEFINE_ASSIGN (bool_to_float32, guint8, float)
DEFINE_ASSIGN (bool_to_int64, guint8, gint64)

static const struct
{
  guint8  from, to;
  Convert convert;
} casts[] = {
  { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_FLOAT32, float16_to_float32 },
  { TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT32, bfloat16_to_float32 },
  { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_FLOAT16, float32_to_float16 },
  { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_BFLOAT16, float32_to_bfloat16 },
  { TRAFO_DTYPE_INT64, TRAFO_DTYPE_INT32, int64_to_int32 },
  { TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64, int32_to_int64 },
  { TRAFO_DTYPE_INT64, TRAFO_DTYPE_FLOAT32, int64_to_float32 },
  { TRAFO_DTYPE_INT32, TRAFO_DTYPE_FLOAT32, int32_to_float32 },
  { TRAFO_DTYPE_BOOL, TRAFO_DTYPE_FLOAT32, bool_to_float32 },
  { TRAFO_DTYPE_BOOL, TRAFO_DTYPE_INT64, bool_to_int64 },
};

static Convert
find_convert (const TrafoKernelArgs *args)
{
  for (gsize i = 0; i < G_N_ELEMENTS (casts); i++)
    if (casts[i].from == args->inputs[0].dtype && casts[i].to == args->output.dtype)
      return casts[i].convert;
  return NULL;
}

static gboolean
cast_supports (const TrafoKernelArgs *args)
{
  const TrafoOperand *x = &args->inputs[0];

  return find_convert (args) != NULL && trafo_cpu_is_rows (x, x->dtype) &&
         trafo_cpu_is_rows (&args->output, args->output.dtype) &&
         trafo_cpu_has_shape_of (x, &args->output);
}

static void
cast_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  Elementwise e = elementwise_from_args (args);
  Convert     convert = find_convert (args);
  gsize       end;

  for (gsize i = trafo_cpu_share (e.n_pieces, task, n_tasks, &end); i < end; i++)
    convert (trafo_cpu_row (&e.inputs[0], i),
             trafo_cpu_row (&e.output, i),
             elementwise_length (&e, i));
}

const TrafoKernel TRAFO_CPU_SYMBOL (cast) = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_CAST,
  .name = "cast-" TRAFO_CPU_TIER_NAME,
  .supports = cast_supports,
  .n_tasks = elementwise_n_tasks,
  .run = cast_run,
};
