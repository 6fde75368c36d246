/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../operand.h"

#define MAX_ELEMENTWISE_INPUTS 2

/* How an element-wise op goes over its operands: in pieces that are next to one another in memory.
 * Contiguous operands of one shape are cut evenly, others by rows. */
typedef struct
{
  gsize        n_pieces;
  gsize        length;      /* of each piece in elements */
  gsize        last_length; /* of the last one */
  TrafoCpuRows output;
  TrafoCpuRows inputs[MAX_ELEMENTWISE_INPUTS];
  gboolean     is_repeated[MAX_ELEMENTWISE_INPUTS]; /* one element stands for its whole row */
} Elementwise;

#define FLAT_PIECE 4096

static inline gsize
elementwise_n_elements (const TrafoOperand *operand)
{
  return trafo_cpu_n_rows (operand) * (gsize) trafo_cpu_last_dim (operand);
}

static inline gboolean
elementwise_is_contiguous (const TrafoOperand *operand)
{
  gint64 stride = 1;

  for (guint i = operand->n_dims; i-- > 0;)
    {
      if (operand->shape[i] != 1 && operand->strides[i] != stride)
        return FALSE;
      stride *= operand->shape[i];
    }
  return TRUE;
}

static inline gboolean
elementwise_is_flat (const TrafoKernelArgs *args)
{
  if (!elementwise_is_contiguous (&args->output))
    return FALSE;
  for (guint i = 0; i < args->n_inputs; i++)
    if (!elementwise_is_contiguous (&args->inputs[i]) ||
        !trafo_cpu_has_shape_of (&args->inputs[i], &args->output))
      return FALSE;
  return TRUE;
}

static inline TrafoCpuRows
elementwise_cut (const TrafoOperand *operand, gsize n_pieces)
{
  TrafoCpuRows rows = { .first = operand->data, .n_rows = n_pieces, .n_axes = 1 };

  rows.shape[0] = (gint64) n_pieces;
  rows.stride_bytes[0] = FLAT_PIECE * (gint64) trafo_cpu_dtype_size (operand->dtype);
  return rows;
}

static inline Elementwise
elementwise_from_args (const TrafoKernelArgs *args)
{
  Elementwise e = { 0 };
  gsize       n_elements = elementwise_n_elements (&args->output);
  guint       n_inputs = MIN (args->n_inputs, MAX_ELEMENTWISE_INPUTS);

  if (elementwise_is_flat (args))
    {
      e.n_pieces = (n_elements + FLAT_PIECE - 1) / FLAT_PIECE;
      e.length = FLAT_PIECE;
      e.last_length = n_elements - (MAX (e.n_pieces, 1) - 1) * FLAT_PIECE;
      e.output = elementwise_cut (&args->output, e.n_pieces);
      for (guint i = 0; i < n_inputs; i++)
        e.inputs[i] = elementwise_cut (&args->inputs[i], e.n_pieces);
      return e;
    }
  e.n_pieces = trafo_cpu_n_rows (&args->output);
  e.length = e.last_length = (gsize) trafo_cpu_last_dim (&args->output);
  e.output = trafo_cpu_rows (&args->output);
  for (guint i = 0; i < n_inputs; i++)
    {
      const TrafoOperand *input = &args->inputs[i];

      e.inputs[i] = trafo_cpu_rows_like (input, &args->output);
      e.is_repeated[i] = trafo_cpu_last_dim (input) == 1 || input->strides[input->n_dims - 1] == 0;
    }
  return e;
}

static inline gsize
elementwise_length (const Elementwise *e, gsize piece)
{
  return piece + 1 == e->n_pieces ? e->last_length : e->length;
}

/* Whether @operand broadcasts to @like's shape with its last axis next to one another or repeated. */
static inline gboolean
elementwise_can_follow (const TrafoOperand *operand, const TrafoOperand *like)
{
  guint  missing;
  gint64 stride = trafo_cpu_last_stride (operand);

  if (operand->layout != TRAFO_LAYOUT_STRIDED || operand->n_dims > like->n_dims ||
      (stride != 0 && stride != 1))
    return FALSE;
  missing = (guint) like->n_dims - operand->n_dims;
  for (guint i = 0; i < operand->n_dims; i++)
    if (operand->shape[i] != 1 && operand->shape[i] != like->shape[missing + i])
      return FALSE;
  return TRUE;
}

static inline gboolean
elementwise_supports_floats (const TrafoKernelArgs *args)
{
  if (args->n_inputs > MAX_ELEMENTWISE_INPUTS ||
      !trafo_cpu_is_rows (&args->output, TRAFO_DTYPE_FLOAT32))
    return FALSE;
  for (guint i = 0; i < args->n_inputs; i++)
    if (args->inputs[i].dtype != TRAFO_DTYPE_FLOAT32 ||
        !elementwise_can_follow (&args->inputs[i], &args->output))
      return FALSE;
  return TRUE;
}

static inline guint
elementwise_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  Elementwise e = elementwise_from_args (args);

  return trafo_cpu_n_tasks (e.n_pieces, e.length, n_threads);
}
