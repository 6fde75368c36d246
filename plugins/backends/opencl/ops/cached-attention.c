/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* CACHED_ATTENTION (q [1,N,H*D], k [1,N,Hkv*D], v [1,N,Hkv*D], cache [P,2,Hkv,page tokens,D],
 * page_table [R,W], row_starts [R+1], past_lengths [R]), float32 and int32: two launches, which the
 * queue runs in order. */

/* As in cached-attention.cl. */
#define KEYS 64
#define MAX_HEAD_SIZE 256

static gboolean
is_tokens (const TrafoOperand *operand, gint64 n_tokens, gint64 n_features)
{
  return opencl_operand_is (operand, TRAFO_DTYPE_FLOAT32) && operand->n_dims == 3 &&
         operand->shape[1] == n_tokens && operand->shape[2] == n_features &&
         (operand->strides[2] == 1 || n_features == 1);
}

static gboolean
is_numbers (const TrafoOperand *operand, guint n_dims)
{
  return opencl_operand_is (operand, TRAFO_DTYPE_INT32) && operand->n_dims == n_dims &&
         (operand->strides[n_dims - 1] == 1 || operand->shape[n_dims - 1] <= 1);
}

static gboolean
cached_attention_supports (const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *cache = &args->inputs[3], *page_table = &args->inputs[4];
  gint64                     n_tokens, n_features, n_kv_features;

  if (attrs == NULL || args->n_inputs != 7 || attrs->head_size == 0 ||
      attrs->head_size > MAX_HEAD_SIZE || attrs->n_kv_heads == 0 ||
      attrs->n_heads % attrs->n_kv_heads != 0 || args->inputs[0].n_dims != 3)
    return FALSE;
  n_tokens = args->inputs[0].shape[1];
  n_features = (gint64) attrs->n_heads * attrs->head_size;
  n_kv_features = (gint64) attrs->n_kv_heads * attrs->head_size;
  return n_tokens <= G_MAXINT32 && opencl_operand_is (cache, TRAFO_DTYPE_FLOAT32) &&
         cache->n_dims == 5 && cache->shape[3] > 0 && cache->shape[3] <= G_MAXINT32 &&
         is_tokens (&args->inputs[0], n_tokens, n_features) &&
         is_tokens (&args->inputs[1], n_tokens, n_kv_features) &&
         is_tokens (&args->inputs[2], n_tokens, n_kv_features) &&
         is_tokens (&args->output, n_tokens, n_features) && is_numbers (page_table, 2) &&
         is_numbers (&args->inputs[5], 1) && is_numbers (&args->inputs[6], 1) &&
         page_table->shape[1] <= G_MAXINT32 / cache->shape[3] &&
         args->inputs[6].shape[0] <= G_MAXINT32;
}

static void
push_cache (OpenclLaunch *launch, const TrafoKernelArgs *args)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *cache = &args->inputs[3], *page_table = &args->inputs[4];

  opencl_launch_push_uint (launch, args->inputs[0].shape[1]);
  opencl_launch_push_uint (launch, args->inputs[6].shape[0]);
  opencl_launch_push_uint (launch, cache->shape[0]);
  opencl_launch_push_uint (launch, cache->shape[3]);
  opencl_launch_push_uint (launch, page_table->shape[1]);
  opencl_launch_push_uint (launch, attrs->n_kv_heads);
  opencl_launch_push_uint (launch, attrs->head_size);
  opencl_launch_push_long (launch, page_table->strides[0]);
  for (guint i = 3; i < 7; i++)
    opencl_launch_push_operand (launch, &args->inputs[i]);
}

static TrafoStatus
enqueue_append (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoOperand *k = &args->inputs[1], *v = &args->inputs[2];
  OpenclLaunch        launch;

  opencl_launch_init (&launch, stream, OPENCL_PROGRAM_CACHED_ATTENTION, "cached_append", message);
  push_cache (&launch, args);
  opencl_launch_push_long (&launch, k->strides[1]);
  opencl_launch_push_long (&launch, v->strides[1]);
  opencl_launch_push_operand (&launch, k);
  opencl_launch_push_operand (&launch, v);
  return opencl_launch_run_elements (&launch, (gsize) k->shape[1] * (gsize) k->shape[2]);
}

static TrafoStatus
cached_attention_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  const TrafoAttentionAttrs *attrs = args->attrs;
  const TrafoOperand        *q = &args->inputs[0];
  const gsize                local[] = { KEYS, 1 };
  gsize                      global[2];
  OpenclLaunch               launch;
  TrafoStatus                status;

  /* what supports() could not know yet: whether there is a page and a row to clamp to */
  if (!cached_attention_supports (args) || args->inputs[3].shape[0] == 0 ||
      args->inputs[4].shape[1] == 0 || args->inputs[6].shape[0] == 0)
    return opencl_ops_refuse (args, message);
  status = enqueue_append (args, stream, message);
  if (status != TRAFO_STATUS_OK)
    return status;
  opencl_launch_init (&launch,
                      stream,
                      OPENCL_PROGRAM_CACHED_ATTENTION,
                      "cached_attention",
                      message);
  push_cache (&launch, args);
  opencl_launch_push_uint (&launch, attrs->n_heads / attrs->n_kv_heads);
  opencl_launch_push_float (&launch, attrs->scale);
  opencl_launch_push_long (&launch, args->output.strides[1]);
  opencl_launch_push_long (&launch, q->strides[1]);
  opencl_launch_push_operand (&launch, &args->output);
  opencl_launch_push_operand (&launch, q);
  global[0] = (gsize) q->shape[1] * KEYS;
  global[1] = attrs->n_heads;
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

const TrafoKernel opencl_kernel_cached_attention = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_CACHED_ATTENTION,
  .name = "cached-attention-float32-opencl",
  .supports = cached_attention_supports,
  .enqueue = cached_attention_enqueue,
};
