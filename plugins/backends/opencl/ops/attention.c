/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* ATTENTION (q [B,T,H*D], k [B,S,Hkv*D], v [B,S,Hkv*D], mask [B,S]?), float32. */

/* As in attention.cl. */
#define KEYS 64
#define ROWS 8
#define MAX_HEAD_SIZE 256

enum
{
  IS_CAUSAL = 1,
  HAS_MASK = 2
};

static gboolean
is_sequence (const TrafoOperand *operand, gint64 batch_size, gint64 length, gint64 n_features)
{
  return opencl_operand_is (operand, TRAFO_DTYPE_FLOAT32) && operand->n_dims == 3 &&
         operand->shape[0] == batch_size && operand->shape[1] == length &&
         operand->shape[2] == n_features && (operand->strides[2] == 1 || n_features == 1);
}

static gboolean
is_mask (const TrafoOperand *operand, gint64 batch_size, gint64 length)
{
  return (opencl_operand_is (operand, TRAFO_DTYPE_BOOL) ||
          opencl_operand_is (operand, TRAFO_DTYPE_UINT8) ||
          opencl_operand_is (operand, TRAFO_DTYPE_INT8) ||
          opencl_operand_is (operand, TRAFO_DTYPE_INT32) ||
          opencl_operand_is (operand, TRAFO_DTYPE_INT64)) &&
         operand->n_dims == 2 && operand->shape[0] == batch_size && operand->shape[1] == length;
}

static gboolean
attention_supports (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *q = &args->inputs[0], *k = &args->inputs[1], *v = &args->inputs[2];
  gint64                     B, T, S, n_features, n_kv_features;

  if (attrs == NULL || args->n_inputs != (attrs->has_mask ? 4 : 3) || q->n_dims != 3 ||
      k->n_dims != 3 || attrs->head_size == 0 || attrs->head_size > MAX_HEAD_SIZE ||
      attrs->n_kv_heads == 0 || attrs->n_heads % attrs->n_kv_heads != 0)
    return FALSE;
  B = q->shape[0];
  T = q->shape[1];
  S = k->shape[1];
  n_features = (gint64) attrs->n_heads * attrs->head_size;
  n_kv_features = (gint64) attrs->n_kv_heads * attrs->head_size;
  return B <= G_MAXINT32 && T <= G_MAXINT32 && S > 0 && S <= G_MAXINT32 &&
         is_sequence (q, B, T, n_features) && is_sequence (k, B, S, n_kv_features) &&
         is_sequence (v, B, S, n_kv_features) && is_sequence (&args->output, B, T, n_features) &&
         (!attrs->has_mask || is_mask (&args->inputs[3], B, S));
}

static void
push_sequence_strides (OpenclLaunch *launch, const TrafoOperand *operand)
{
  opencl_launch_push_long (launch, operand->strides[0]);
  opencl_launch_push_long (launch, operand->strides[1]);
}

/* Whether attention_lanes is the kernel to take. */
static gboolean
suits_processor (gpointer stream, const TrafoAttentionAttrs *attrs)
{
  const OpenclStream *queue = stream;

  return queue != NULL && queue->device->vector_width > 0 &&
         attrs->head_size >= queue->device->vector_width;
}

static TrafoStatus
attention_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *mask;
  const gsize                local[] = { KEYS, 1, 1 };
  const gsize                single[] = { 1, 1, 1 };
  gsize                      global[3];
  OpenclLaunch               launch;
  gboolean                   is_lanes;

  if (!attention_supports (args))
    return opencl_ops_refuse (args, message);
  mask = &args->inputs[attrs->has_mask ? 3 : 0];
  is_lanes = suits_processor (stream, attrs);
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_ATTENTION,
                      is_lanes ? "attention_lanes" : "attention",
                      message);
  opencl_launch_push_uint (&launch, args->inputs[0].shape[1]);
  opencl_launch_push_uint (&launch, args->inputs[1].shape[1]);
  opencl_launch_push_uint (&launch, attrs->head_size);
  opencl_launch_push_uint (&launch, attrs->n_heads / attrs->n_kv_heads);
  opencl_launch_push_uint (&launch,
                           (attrs->is_causal ? IS_CAUSAL : 0) | (attrs->has_mask ? HAS_MASK : 0));
  opencl_launch_push_float (&launch, attrs->scale);
  opencl_launch_push_uint (&launch, trafo_dtype_get_size (mask->dtype));
  push_sequence_strides (&launch, &args->output);
  for (guint i = 0; i < 3; i++)
    push_sequence_strides (&launch, &args->inputs[i]);
  push_sequence_strides (&launch, mask);
  opencl_launch_push_operand (&launch, &args->output);
  for (guint i = 0; i < 3; i++)
    opencl_launch_push_operand (&launch, &args->inputs[i]);
  opencl_launch_push_operand (&launch, mask);
  global[0] = ((gsize) args->inputs[0].shape[1] + ROWS - 1) / ROWS;
  global[1] = attrs->n_heads;
  global[2] = args->inputs[0].shape[0];
  if (is_lanes)
    return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, single);
  global[0] *= KEYS;
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

const TrafoKernel opencl_kernel_attention = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_ATTENTION,
  .name = "attention-float32-opencl",
  .supports = attention_supports,
  .enqueue = attention_enqueue,
};
