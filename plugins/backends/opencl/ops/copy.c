/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-buffer.h"
#include "../opencl-launch.h"
#include "../opencl-status.h"

/* COPY (x), CONCAT (x...) along attrs.axis: each input is copied into its part of the output. */

static const char *
get_copy_name (const TrafoOperand *output)
{
  static const char *const names[] = { "copy_uchar", "copy_ushort", "copy_uint", "copy_ulong" };

  return opencl_name_by_size (output, names);
}

static gboolean
prepare (const TrafoOperand *output, const TrafoOperand *input, OpenclWalk *walk)
{
  const TrafoOperand *const operands[] = { output, input };

  return opencl_operand_is (input, output->dtype) && get_copy_name (output) != NULL &&
         opencl_walk_init_broadcast (walk, G_N_ELEMENTS (operands), operands);
}

static TrafoStatus
enqueue_part (const TrafoOperand *output,
              const TrafoOperand *input,
              const OpenclWalk   *walk,
              gpointer            stream,
              TrafoMessage       *message)
{
  OpenclLaunch launch;

  if (walk->n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_COPY, get_copy_name (output), message);
  opencl_launch_push_operand (&launch, output);
  opencl_launch_push_operand (&launch, input);
  opencl_launch_push_walk (&launch, walk, 2);
  return opencl_launch_run_elements (&launch, walk->n_elements);
}

static gboolean
copy_supports (const TrafoKernelArgs *args)
{
  OpenclWalk walk;

  return args->n_inputs == 1 && prepare (&args->output, &args->inputs[0], &walk);
}

static TrafoStatus
copy_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  OpenclWalk walk;

  if (args->n_inputs != 1 || !prepare (&args->output, &args->inputs[0], &walk))
    return opencl_ops_refuse (args, message);
  return enqueue_part (&args->output, &args->inputs[0], &walk, stream, message);
}

/* The part of the output that input @index becomes, @start along the axis. */
static gboolean
get_part (const TrafoKernelArgs *args, guint index, gint64 start, TrafoOperand *part)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  const TrafoOperand   *input = &args->inputs[index];

  *part = args->output;
  if (input->n_dims != part->n_dims || attrs->axis >= part->n_dims ||
      input->shape[attrs->axis] > part->shape[attrs->axis] - start)
    return FALSE;
  for (guint i = 0; i < part->n_dims; i++)
    if (i != attrs->axis && input->shape[i] != part->shape[i])
      return FALSE;
  part->shape[attrs->axis] = input->shape[attrs->axis];
  part->offset_bytes +=
      start * part->strides[attrs->axis] * (gint64) trafo_dtype_get_size (part->dtype);
  return TRUE;
}

static gboolean
concat_supports (const TrafoKernelArgs *args)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  gint64                start = 0;
  TrafoOperand          part;
  OpenclWalk            walk;

  if (attrs == NULL || args->n_inputs == 0 || args->n_inputs > TRAFO_MAX_OP_INPUTS)
    return FALSE;
  for (guint i = 0; i < args->n_inputs; i++)
    {
      if (!get_part (args, i, start, &part) || !prepare (&part, &args->inputs[i], &walk))
        return FALSE;
      start += args->inputs[i].shape[attrs->axis];
    }
  return start == args->output.shape[attrs->axis];
}

static TrafoStatus
concat_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoAxisAttrs *attrs = args->attrs;
  TrafoStatus           status = TRAFO_STATUS_OK;
  gint64                start = 0;
  TrafoOperand          part;
  OpenclWalk            walk;

  if (!concat_supports (args))
    return opencl_ops_refuse (args, message);
  for (guint i = 0; status == TRAFO_STATUS_OK && i < args->n_inputs; i++)
    {
      if (!get_part (args, i, start, &part) || !prepare (&part, &args->inputs[i], &walk))
        return opencl_ops_refuse (args, message);
      status = enqueue_part (&part, &args->inputs[i], &walk, stream, message);
      start += args->inputs[i].shape[attrs->axis];
    }
  return status;
}

const TrafoKernel opencl_kernel_copy = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_COPY,
  .name = "copy-opencl",
  .supports = copy_supports,
  .enqueue = copy_enqueue,
};

const TrafoKernel opencl_kernel_concat = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_CONCAT,
  .name = "concat-opencl",
  .supports = concat_supports,
  .enqueue = concat_enqueue,
};
