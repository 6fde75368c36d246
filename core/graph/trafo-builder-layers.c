/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/* Layers: ops with parameters, named as PyTorch names them. */

/* What a module does is known by its name, as its parameters are. */
static void
enter_module (TrafoBuilder *self, const char *name)
{
  trafo_builder_push_scope (self, name != NULL ? name : "", -1);
}

/**
 * trafo_builder_embedding:
 * @self: a builder
 * @name: the module's name; its parameter is NAME.weight
 * @ids: int32 or int64, any shape
 * @n_embeddings: the number of rows
 * @embedding_size: the length of a row
 *
 * Looks up a row for each id.
 *
 * Returns: float32, @ids' shape and one more axis of @embedding_size
 */
TrafoSym
trafo_builder_embedding (TrafoBuilder *self,
                         const char   *name,
                         TrafoSym      ids,
                         gint64        n_embeddings,
                         gint64        embedding_size)
{
  g_autofree char *path = trafo_builder_param_name (self, name, "weight");
  gint64           dims[] = { n_embeddings, embedding_size };
  TrafoSym table = trafo_builder_append_param (self, path, dims, 2, TRAFO_INITIALIZER_NORMAL);

  TrafoSym rows;

  enter_module (self, name);
  rows = trafo_builder_gather (self, table, ids);
  trafo_builder_pop_scope (self);
  return rows;
}

/**
 * trafo_builder_embedding_padded:
 * @self: a builder
 * @name: the module's name; its parameter is NAME.weight
 * @ids: int32 or int64, any shape
 * @n_embeddings: the number of rows
 * @embedding_size: the length of a row
 * @padding_id: the row of the padding, or -1 for none
 *
 * [method@Trafo.Builder.embedding] with a row that begins as zeros, as PyTorch's padding_idx.
 *
 * Returns: float32, @ids' shape and one more axis of @embedding_size
 */
TrafoSym
trafo_builder_embedding_padded (TrafoBuilder *self,
                                const char   *name,
                                TrafoSym      ids,
                                gint64        n_embeddings,
                                gint64        embedding_size,
                                gint64        padding_id)
{
  TrafoSym   x = trafo_builder_embedding (self, name, ids, n_embeddings, embedding_size);
  TrafoNode *node = trafo_graph_get_node (trafo_builder_get_graph (self), x);

  if (node != NULL && padding_id >= 0 && padding_id < n_embeddings)
    {
      g_autofree char *path = trafo_builder_param_name (self, name, "weight");

      trafo_graph_find_param (trafo_builder_get_graph (self), path)->padding_row = padding_id;
    }
  return x;
}

static TrafoSym
append_linear (TrafoBuilder *self, TrafoSym x, TrafoSym weight, TrafoSym bias, gboolean is_in_out)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym         inputs[] = { x, weight, bias };

  attrs.is_in_out = is_in_out;
  attrs.has_bias = bias != 0;
  return trafo_builder_append (self, TRAFO_OP_LINEAR, &attrs, inputs, bias != 0 ? 3 : 2, NULL);
}

static TrafoSym
named_linear (TrafoBuilder *self,
              const char   *name,
              TrafoSym      x,
              gint64        n_out,
              gboolean      is_in_out,
              gboolean      has_bias)
{
  g_autofree char *weight_name = trafo_builder_param_name (self, name, "weight");
  g_autofree char *bias_name = trafo_builder_param_name (self, name, "bias");
  gint64           n_in = trafo_builder_get_dim (self, x, -1);
  gint64           dims[] = { is_in_out ? n_in : n_out, is_in_out ? n_out : n_in };
  TrafoSym         weight =
      trafo_builder_append_param (self, weight_name, dims, 2, TRAFO_INITIALIZER_NORMAL);
  TrafoSym bias = 0, y;

  if (has_bias)
    bias = trafo_builder_append_param (self, bias_name, &n_out, 1, TRAFO_INITIALIZER_ZEROS);
  enter_module (self, name);
  y = append_linear (self, x, weight, bias, is_in_out);
  trafo_builder_pop_scope (self);
  return y;
}

/**
 * trafo_builder_linear:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight, (@n_out, n_in), and NAME.bias
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W^T + b, as PyTorch's Linear.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, FALSE, TRUE);
}

/**
 * trafo_builder_linear_no_bias:
 * @self: a builder
 * @name: the module's name; its parameter is NAME.weight, (@n_out, n_in)
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W^T.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear_no_bias (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, FALSE, FALSE);
}

/**
 * trafo_builder_linear_in_out:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight, (n_in, @n_out), and NAME.bias
 * @x: float32, (..., n_in)
 * @n_out: the number of output features
 *
 * x W + b, as the Conv1D of transformers' GPT-2.
 *
 * Returns: float32, (..., @n_out)
 */
TrafoSym
trafo_builder_linear_in_out (TrafoBuilder *self, const char *name, TrafoSym x, gint64 n_out)
{
  return named_linear (self, name, x, n_out, TRUE, TRUE);
}

/**
 * trafo_builder_linear_with:
 * @self: a builder
 * @x: float32, (..., n_in)
 * @weight: shape (n_out, n_in)
 * @bias: shape (n_out), or 0 for none
 *
 * x W^T + b with a weight that has its name elsewhere, such as a tied embedding.
 *
 * Returns: float32, (..., n_out)
 */
TrafoSym
trafo_builder_linear_with (TrafoBuilder *self, TrafoSym x, TrafoSym weight, TrafoSym bias)
{
  return append_linear (self, x, weight, bias, FALSE);
}

/**
 * trafo_builder_layer_norm:
 * @self: a builder
 * @name: the module's name; its parameters are NAME.weight and NAME.bias
 * @x: float32, (..., C)
 * @epsilon: what is added to the variance
 *
 * Layer normalisation over the last axis (Ba et al. 2016).
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_layer_norm (TrafoBuilder *self, const char *name, TrafoSym x, double epsilon)
{
  g_autofree char    *weight_name = trafo_builder_param_name (self, name, "weight");
  g_autofree char    *bias_name = trafo_builder_param_name (self, name, "bias");
  gint64              size = trafo_builder_get_dim (self, x, -1);
  TrafoLayerNormAttrs attrs = { .struct_size = sizeof attrs, .epsilon = epsilon };
  TrafoSym            inputs[3] = { x }, y;

  inputs[1] = trafo_builder_append_param (self, weight_name, &size, 1, TRAFO_INITIALIZER_ONES);
  inputs[2] = trafo_builder_append_param (self, bias_name, &size, 1, TRAFO_INITIALIZER_ZEROS);
  enter_module (self, name);
  y = trafo_builder_append (self, TRAFO_OP_LAYER_NORM, &attrs, inputs, 3, NULL);
  trafo_builder_pop_scope (self);
  return y;
}

/* The variant that goes on from a cache: the new tokens of all sequences side by side in one row. */
static TrafoSym
cached_attention (TrafoBuilder        *self,
                  TrafoSym             q,
                  TrafoSym             k,
                  TrafoSym             v,
                  TrafoAttentionAttrs *attrs)
{
  gint64           batch = TRAFO_DIM_BATCH, n_starts = trafo_builder_dim_add (self, batch, 1);
  gint64           table_dims[] = { batch, TRAFO_DIM_PAGES };
  gint64           cache_dims[] = { TRAFO_DIM_OPEN,
                                    2,
                                    attrs->n_kv_heads,
                                    TRAFO_CACHE_PAGE_TOKENS,
                                    attrs->head_size };
  guint            number = trafo_builder_get_graph (self)->states->len;
  TrafoSym         inputs[] = { q, k, v, 0, 0, 0, 0 };
  g_autofree char *name = g_strdup_printf ("cache.%u", number);

  if (!attrs->is_causal && !trafo_builder_has_failed (self))
    return trafo_builder_failf (self,
                                TRAFO_ERROR_UNSUPPORTED,
                                "attention is not causal, which generation with a cache needs");
  inputs[3] = trafo_builder_append_state (self, name, TRAFO_DTYPE_FLOAT32, cache_dims, 5);
  inputs[4] = trafo_builder_input (self,
                                   "page_table",
                                   TRAFO_DTYPE_INT32,
                                   table_dims,
                                   2,
                                   TRAFO_FILL_RULE_REQUIRED);
  inputs[5] = trafo_builder_input (self,
                                   "row_starts",
                                   TRAFO_DTYPE_INT32,
                                   &n_starts,
                                   1,
                                   TRAFO_FILL_RULE_REQUIRED);
  inputs[6] = trafo_builder_input (self,
                                   "past_lengths",
                                   TRAFO_DTYPE_INT32,
                                   &batch,
                                   1,
                                   TRAFO_FILL_RULE_REQUIRED);
  return trafo_builder_append (self, TRAFO_OP_CACHED_ATTENTION, attrs, inputs, 7, NULL);
}

/**
 * trafo_builder_layer_norm_no_affine:
 * @self: a builder
 * @x: float32, (..., C)
 * @epsilon: what is added to the variance
 *
 * Layer normalisation that learns nothing: elementwise_affine=False in PyTorch.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_layer_norm_no_affine (TrafoBuilder *self, TrafoSym x, double epsilon)
{
  gint64              size = trafo_builder_get_dim (self, x, -1);
  TrafoLayerNormAttrs attrs = { .struct_size = sizeof attrs, .epsilon = epsilon };
  TrafoSym            inputs[3] = { x };

  inputs[1] = trafo_builder_fill (self, 1, TRAFO_DTYPE_FLOAT32, &size, 1);
  inputs[2] = trafo_builder_fill (self, 0, TRAFO_DTYPE_FLOAT32, &size, 1);
  return trafo_builder_append (self, TRAFO_OP_LAYER_NORM, &attrs, inputs, 3, NULL);
}

/**
 * trafo_builder_attention:
 * @self: a builder
 * @q: float32, (batch, sequence, heads * head size)
 * @k: float32, (batch, keys, key heads * head size)
 * @v: as @k
 * @attention: the numbers of heads and the rest
 *
 * Scaled dot-product attention over heads (Vaswani et al. 2017, section 3.2).
 *
 * Padding is not the model's business: a program that gets an attention_mask applies it here. Nor is
 * the cache of a generation, which a program that has one reads and writes here.
 *
 * Returns: float32, of @q's shape
 */
TrafoSym
trafo_builder_attention (TrafoBuilder         *self,
                         TrafoSym              q,
                         TrafoSym              k,
                         TrafoSym              v,
                         const TrafoAttention *attention)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym            inputs[] = { q, k, v, 0 };

  attrs.n_heads = attention->n_heads;
  attrs.n_kv_heads = attention->n_kv_heads != 0 ? attention->n_kv_heads : attention->n_heads;
  attrs.head_size = attention->head_size;
  attrs.is_causal = attention->is_causal;
  attrs.scale = attention->scale;
  if (trafo_builder_get_variant (self)->has_cache)
    return cached_attention (self, q, k, v, &attrs);
  attrs.has_mask = trafo_builder_get_variant (self)->has_mask;
  if (attrs.has_mask)
    inputs[3] = trafo_builder_token_input (self, "attention_mask", TRAFO_FILL_RULE_REQUIRED);
  return trafo_builder_append (self,
                               TRAFO_OP_ATTENTION,
                               &attrs,
                               inputs,
                               attrs.has_mask ? 4 : 3,
                               NULL);
}

/**
 * trafo_builder_self_attention:
 * @self: a builder
 * @qkv: float32, (batch, sequence, (heads + 2 * key heads) * head size): queries, keys and values
 *   side by side, as one linear layer makes them
 * @attention: the numbers of heads and the rest
 *
 * [method@Trafo.Builder.attention] of a sequence to itself.
 *
 * Returns: float32, (batch, sequence, heads * head size)
 */
TrafoSym
trafo_builder_self_attention (TrafoBuilder *self, TrafoSym qkv, const TrafoAttention *attention)
{
  guint    n_kv_heads = attention->n_kv_heads != 0 ? attention->n_kv_heads : attention->n_heads;
  gint64   q_size = trafo_builder_dim_mul (self, attention->n_heads, attention->head_size);
  gint64   kv_size = trafo_builder_dim_mul (self, n_kv_heads, attention->head_size);
  gint64   v_start = trafo_builder_dim_add (self, q_size, kv_size);
  gint64   expected = trafo_builder_dim_add (self, v_start, kv_size);
  gint64   found = trafo_builder_get_dim (self, qkv, -1);
  TrafoSym q, k, v;

  if (!trafo_builder_has_failed (self) && found != expected)
    return trafo_builder_failf (self,
                                TRAFO_ERROR_SHAPE,
                                "self_attention: found %" G_GINT64_FORMAT
                                " features, expected %" G_GINT64_FORMAT
                                " for %u heads of queries and %u of keys and of values, of size %u",
                                found,
                                expected,
                                attention->n_heads,
                                n_kv_heads,
                                attention->head_size);
  q = trafo_builder_slice (self, qkv, -1, 0, q_size, 1);
  k = trafo_builder_slice (self, qkv, -1, q_size, kv_size, 1);
  v = trafo_builder_slice (self, qkv, -1, v_start, kv_size, 1);
  return trafo_builder_attention (self, q, k, v, attention);
}

/**
 * trafo_builder_dropout:
 * @self: a builder
 * @x: float32, any shape
 * @probability: the share of elements that training sets to 0
 *
 * Dropout (Srivastava et al. 2014): @x itself except in training.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_dropout (TrafoBuilder *self, TrafoSym x, double probability)
{
  if (!trafo_builder_get_variant (self)->is_training || probability <= 0)
    return x;
  return trafo_builder_failf (self,
                              TRAFO_ERROR_UNSUPPORTED,
                              "dropout in training is not supported");
}

/**
 * trafo_builder_softmax:
 * @self: a builder
 * @x: float32, any shape
 * @axis: the axis to normalise over; -1 is the last
 *
 * exp (x) divided by its sum over @axis.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_softmax (TrafoBuilder *self, TrafoSym x, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs,
                           .axis = trafo_builder_resolve_axis (self, x, axis) };

  return trafo_builder_append_unary (self, TRAFO_OP_SOFTMAX, &attrs, x);
}
