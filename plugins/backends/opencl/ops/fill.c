/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* FILL (attrs.value), IOTA along the last axis. */

static gboolean
prepare (const TrafoKernelArgs *args, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { &args->output };

  return args->output.layout == TRAFO_LAYOUT_STRIDED &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static const char *
get_fill_name (const TrafoKernelArgs *args)
{
  static const char *const names[] = { "fill_uchar", "fill_ushort", "fill_uint", "fill_ulong" };

  return opencl_name_by_size (&args->output, names);
}

static gboolean
fill_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return args->attrs != NULL && get_fill_name (args) != NULL && prepare (args, &walk);
}

/* A conversion out of range is undefined in C: it saturates here, as in CAST, and NaN becomes 0. */
static gint64
saturate (double value, gint64 min, gint64 max)
{
  if (value != value)
    return 0;
  if (value >= (double) max)
    return max;
  return value <= (double) min ? min : (gint64) value;
}

/* The bits of @value as an element of @dtype, in the low bytes. */
static cl_ulong
encode (double value, TrafoDType dtype)
{
  float   narrow = (float) value;
  cl_uint bits;

  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      memcpy (&bits, &narrow, sizeof bits);
      return bits;
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_from_float (narrow);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_from_float (narrow);
    case TRAFO_DTYPE_BOOL:
      return value != 0.0;
    case TRAFO_DTYPE_INT8:
      return (cl_ulong) saturate (value, G_MININT8, G_MAXINT8);
    case TRAFO_DTYPE_UINT8:
      return (cl_ulong) saturate (value, 0, G_MAXUINT8);
    case TRAFO_DTYPE_INT32:
      return (cl_ulong) saturate (value, G_MININT32, G_MAXINT32);
    default:
      return (cl_ulong) saturate (value, G_MININT64, G_MAXINT64);
    }
}

static TrafoStatus
fill_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoFillAttrs *attrs = args->attrs;
  OpenclLaunch          launch;
  OpenclWalk            walk;
  cl_ulong              value;

  if (!fill_supports (args) || !prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  value = encode (attrs->value, args->output.dtype);
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_FILL, get_fill_name (args), message);
  opencl_launch_push (&launch, sizeof value, &value);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_walk (&launch, &walk, 1);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

static const char *
get_iota_name (const TrafoKernelArgs *args)
{
  static const char *const names[] = { "iota_float", "iota_int", "iota_long" };

  return opencl_name_by_type (&args->output, names);
}

static gboolean
iota_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return args->output.n_dims > 0 && get_iota_name (args) != NULL && prepare (args, &walk);
}

static TrafoStatus
iota_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclLaunch launch;
  OpenclWalk   walk;

  if (!iota_supports (args) || !prepare (args, &walk))
    return opencl_ops_refuse (args, message);
  if (walk.n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_FILL, get_iota_name (args), message);
  opencl_launch_push_uint (&launch, args->output.shape[args->output.n_dims - 1]);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_walk (&launch, &walk, 1);
  return opencl_launch_run_elements (&launch, walk.n_elements);
}

const TrafoKernel opencl_kernel_fill = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_FILL,
  .name = "fill-opencl",
  .supports = fill_supports,
  .enqueue = fill_enqueue,
};

const TrafoKernel opencl_kernel_iota = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_IOTA,
  .name = "iota-opencl",
  .supports = iota_supports,
  .enqueue = iota_enqueue,
};
