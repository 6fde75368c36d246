/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* GATHER (table [n, ...], ids): table[ids]; SCATTER_ADD (x [n, ...], ids, y): x with y added at
 * rows ids. */

#define COLUMNS_PER_GROUP 64
/* Some drivers launch no more groups in a second dimension; the kernel loops over the rest. */
#define MAX_ROW_GROUPS 32768

/* Walks of the ids and of one row, for a table [n, ...] and a [ids..., ...] tensor of rows. */
typedef struct
{
  OpenclWalk ids;     /* rows, ids */
  OpenclWalk columns; /* rows, table */
} Walks;

static gboolean
prepare (const TrafoOperand *rows, const TrafoOperand *table, const TrafoOperand *ids, Walks *walks)
{
  const gint64 *const row_strides[] = { rows->strides, ids->strides };
  const gint64 *const column_strides[] = { rows->strides + ids->n_dims, table->strides + 1 };

  if (!opencl_operand_is (ids, TRAFO_DTYPE_INT32) && !opencl_operand_is (ids, TRAFO_DTYPE_INT64))
    return FALSE;
  if (table->layout != TRAFO_LAYOUT_STRIDED || table->n_dims > TRAFO_MAX_DIMS ||
      rows->layout != TRAFO_LAYOUT_STRIDED || table->n_dims == 0 || rows->n_dims > TRAFO_MAX_DIMS ||
      rows->n_dims != ids->n_dims + table->n_dims - 1)
    return FALSE;
  for (guint i = 0; i < ids->n_dims; i++)
    if (rows->shape[i] != ids->shape[i])
      return FALSE;
  for (guint i = 1; i < table->n_dims; i++)
    if (rows->shape[ids->n_dims + i - 1] != table->shape[i])
      return FALSE;
  return opencl_walk_init (&walks->ids, ids->n_dims, ids->shape, 2, row_strides) &&
         opencl_walk_init (&walks->columns,
                           table->n_dims - 1,
                           table->shape + 1,
                           2,
                           column_strides) &&
         (table->shape[0] > 0 || walks->ids.n_elements == 0);
}

static void
push_table (OpenclLaunch *launch, const TrafoOperand *table, const TrafoOperand *ids)
{
  opencl_launch_push_long (launch, table->shape[0]);
  opencl_launch_push_long (launch, table->strides[0]);
  opencl_launch_push_uint (launch, ids->dtype == TRAFO_DTYPE_INT64);
}

/* Of a 16-bit table the rows are widened. */
static const char *
get_gather_name (const TrafoOperand *output, const TrafoOperand *table)
{
  static const char *const names[] = { "gather_uchar", NULL, "gather_uint", "gather_ulong" };

  if (table->dtype == output->dtype)
    return opencl_name_by_size (output, names);
  if (!opencl_operand_is (output, TRAFO_DTYPE_FLOAT32))
    return NULL;
  return table->dtype == TRAFO_DTYPE_FLOAT16    ? "gather_float16"
         : table->dtype == TRAFO_DTYPE_BFLOAT16 ? "gather_bfloat16"
                                                : NULL;
}

static gboolean
gather_supports (const TrafoKernelArgs *args)
{
  Walks walks;

  return args->n_inputs == 2 && get_gather_name (&args->output, &args->inputs[0]) != NULL &&
         prepare (&args->output, &args->inputs[0], &args->inputs[1], &walks);
}

static TrafoStatus
gather_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoOperand *table = &args->inputs[0];
  const TrafoOperand *ids = &args->inputs[1];
  const gsize         local[] = { COLUMNS_PER_GROUP, 1 };
  gsize               global[2];
  OpenclLaunch        launch;
  Walks               walks;

  if (!gather_supports (args) || !prepare (&args->output, table, ids, &walks))
    return opencl_ops_refuse (args, message);
  if (walks.ids.n_elements == 0 || walks.columns.n_elements == 0)
    return TRAFO_STATUS_OK;
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_GATHER,
                      get_gather_name (&args->output, table),
                      message);
  push_table (&launch, table, ids);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, table);
  opencl_launch_push_operand (&launch, ids);
  opencl_launch_push_walk (&launch, &walks.ids, 2);
  opencl_launch_push_walk (&launch, &walks.columns, 2);
  global[0] = ((gsize) walks.columns.n_elements + local[0] - 1) / local[0] * local[0];
  global[1] = MIN (walks.ids.n_elements, MAX_ROW_GROUPS);
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

static gboolean
scatter_add_supports (const TrafoKernelArgs *args)
{
  Walks           walks;
  TrafoKernelArgs copy = *args;

  copy.op = TRAFO_OP_COPY;
  copy.n_inputs = 1;
  return args->n_inputs == 3 && opencl_operand_is (&args->output, TRAFO_DTYPE_FLOAT32) &&
         opencl_operand_is (&args->inputs[2], TRAFO_DTYPE_FLOAT32) &&
         opencl_kernel_copy.supports (&copy) &&
         prepare (&args->inputs[2], &args->output, &args->inputs[1], &walks);
}

static TrafoStatus
scatter_add_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoOperand *ids = &args->inputs[1];
  TrafoKernelArgs     copy = *args;
  OpenclLaunch        launch;
  TrafoStatus         status;
  Walks               walks;

  if (!scatter_add_supports (args) || !prepare (&args->inputs[2], &args->output, ids, &walks))
    return opencl_ops_refuse (args, message);
  copy.op = TRAFO_OP_COPY;
  copy.n_inputs = 1;
  status = opencl_kernel_copy.enqueue (&copy, stream, message);
  if (status != TRAFO_STATUS_OK || walks.ids.n_elements == 0 || walks.columns.n_elements == 0)
    return status;
  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_GATHER, "scatter_add", message);
  push_table (&launch, &args->output, ids);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, &args->inputs[2]);
  opencl_launch_push_operand (&launch, ids);
  opencl_launch_push_walk (&launch, &walks.ids, 2);
  opencl_launch_push_walk (&launch, &walks.columns, 2);
  return opencl_launch_run_elements (&launch, walks.columns.n_elements);
}

const TrafoKernel opencl_kernel_gather = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_GATHER,
  .name = "gather-opencl",
  .supports = gather_supports,
  .enqueue = gather_enqueue,
};

const TrafoKernel opencl_kernel_scatter_add = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_SCATTER_ADD,
  .name = "scatter-add-float32-opencl",
  .supports = scatter_add_supports,
  .enqueue = scatter_add_enqueue,
};
