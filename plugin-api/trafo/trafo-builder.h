/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-config.h>
#include <trafo/trafo-dtype.h>
#include <trafo/trafo-ops.h>

G_BEGIN_DECLS

/**
 * TrafoSym:
 *
 * A symbolic tensor: the index of a value in the builder that made it; 0 is none. After an error
 * every builder function returns 0 and accepts it.
 */
typedef guint32 TrafoSym;

/* Dimensions are gint64. These stand for numbers that are known only when a program runs; sums and
 * products of dimensions (trafo_builder_dim_add, _mul) are negative numbers too, of one builder. */
#define TRAFO_DIM_BATCH ((gint64) -1)
#define TRAFO_DIM_SEQUENCE ((gint64) -2)

/**
 * TrafoFillRule:
 * @TRAFO_FILL_RULE_REQUIRED: leaving the input out is an error
 * @TRAFO_FILL_RULE_ZEROS: zeros
 * @TRAFO_FILL_RULE_POSITIONS: each row counts up from 0
 * @TRAFO_FILL_RULE_MASKED_POSITIONS: each row counts the tokens that attention_mask shows; what it
 *   hides is -1
 *
 * What stands in for an input that a caller leaves out.
 */
typedef enum
{
  TRAFO_FILL_RULE_REQUIRED,
  TRAFO_FILL_RULE_ZEROS,
  TRAFO_FILL_RULE_POSITIONS,
  TRAFO_FILL_RULE_MASKED_POSITIONS,
} TrafoFillRule;

/**
 * TrafoInitializer:
 * @TRAFO_INITIALIZER_ZEROS: all 0
 * @TRAFO_INITIALIZER_ONES: all 1
 * @TRAFO_INITIALIZER_NORMAL: N(0, s^2), s being the builder's initializer range
 * @TRAFO_INITIALIZER_SINUSOIDS: row p holds sin and cos of p / 10000^(2i / C) in turn (Vaswani et al.
 *   2017, section 3.5)
 *
 * How a parameter that no checkpoint holds begins.
 */
typedef enum
{
  TRAFO_INITIALIZER_ZEROS,
  TRAFO_INITIALIZER_ONES,
  TRAFO_INITIALIZER_NORMAL,
  TRAFO_INITIALIZER_SINUSOIDS,
} TrafoInitializer;

/**
 * TrafoAttention:
 * @n_heads: the number of query heads
 * @n_kv_heads: the number of key and value heads, 0 for as many as there are query heads
 * @head_size: the features of one head
 * @is_causal: whether a query sees only keys up to its own position
 * @scale: what the scores are multiplied by, 0 for 1 / sqrt (@head_size)
 *
 * The heads of one attention. What is not set is 0.
 */
typedef struct
{
  guint    n_heads;
  guint    n_kv_heads;
  guint    head_size;
  gboolean is_causal;
  double   scale;
  /*< private >*/
  guint64 reserved[4];
} TrafoAttention;

#define TRAFO_TYPE_BUILDER (trafo_builder_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoBuilder, trafo_builder, TRAFO, BUILDER, GObject)

/* Names and errors. A parameter's name is the path of the scopes around it and its own. */
TRAFO_API void     trafo_builder_push_scope (TrafoBuilder *self, const char *name, gint index);
TRAFO_API void     trafo_builder_pop_scope (TrafoBuilder *self);
TRAFO_API void     trafo_builder_fail (TrafoBuilder *self, GError *error);
TRAFO_API gboolean trafo_builder_has_failed (TrafoBuilder *self);

/* Mode. */
TRAFO_API gboolean   trafo_builder_is_training (TrafoBuilder *self);
TRAFO_API TrafoDType trafo_builder_get_labels_dtype (TrafoBuilder *self);
TRAFO_API gboolean   trafo_builder_has_token_type_ids (TrafoBuilder *self);
TRAFO_API void       trafo_builder_set_initializer_range (TrafoBuilder *self, double range);

/* Shapes. */
TRAFO_API TrafoDType trafo_builder_get_dtype (TrafoBuilder *self, TrafoSym x);
TRAFO_API guint      trafo_builder_get_n_dims (TrafoBuilder *self, TrafoSym x);
TRAFO_API gint64     trafo_builder_get_dim (TrafoBuilder *self, TrafoSym x, gint axis);
TRAFO_API gint64     trafo_builder_dim_add (TrafoBuilder *self, gint64 a, gint64 b);
TRAFO_API gint64     trafo_builder_dim_mul (TrafoBuilder *self, gint64 a, gint64 b);

/* Leaves. */
TRAFO_API TrafoSym trafo_builder_input (TrafoBuilder *self,
                                        const char   *name,
                                        TrafoDType    dtype,
                                        const gint64 *dims,
                                        gsize         n_dims,
                                        TrafoFillRule rule);
TRAFO_API TrafoSym trafo_builder_input_ids (TrafoBuilder *self);
TRAFO_API TrafoSym trafo_builder_token_type_ids (TrafoBuilder *self);
TRAFO_API TrafoSym trafo_builder_position_ids (TrafoBuilder *self);
TRAFO_API TrafoSym trafo_builder_masked_position_ids (TrafoBuilder *self);
TRAFO_API void
trafo_builder_bound_input (TrafoBuilder *self, TrafoSym input, gint64 min, gint64 max);
TRAFO_API TrafoSym trafo_builder_param (TrafoBuilder    *self,
                                        const char      *name,
                                        const gint64    *dims,
                                        gsize            n_dims,
                                        TrafoInitializer initializer);
TRAFO_API TrafoSym trafo_builder_tie (TrafoBuilder *self, TrafoSym param, const char *alias);
TRAFO_API TrafoSym trafo_builder_fill (TrafoBuilder *self,
                                       double        value,
                                       TrafoDType    dtype,
                                       const gint64 *dims,
                                       gsize         n_dims);
TRAFO_API TrafoSym trafo_builder_scalar (TrafoBuilder *self, double value, TrafoDType dtype);
TRAFO_API TrafoSym trafo_builder_iota (TrafoBuilder *self,
                                       TrafoDType    dtype,
                                       const gint64 *dims,
                                       gsize         n_dims);

/* Layers: they name their parameters as PyTorch's modules do (weight, bias) below @name. */
TRAFO_API TrafoSym trafo_builder_embedding (TrafoBuilder *self,
                                            const char   *name,
                                            TrafoSym      ids,
                                            gint64        n_embeddings,
                                            gint64        embedding_size);
TRAFO_API TrafoSym trafo_builder_embedding_padded (TrafoBuilder *self,
                                                   const char   *name,
                                                   TrafoSym      ids,
                                                   gint64        n_embeddings,
                                                   gint64        embedding_size,
                                                   gint64        padding_id);
TRAFO_API TrafoSym trafo_builder_linear (TrafoBuilder *self,
                                         const char   *name,
                                         TrafoSym      x,
                                         gint64        n_out);
TRAFO_API TrafoSym trafo_builder_linear_no_bias (TrafoBuilder *self,
                                                 const char   *name,
                                                 TrafoSym      x,
                                                 gint64        n_out);
TRAFO_API TrafoSym trafo_builder_linear_in_out (TrafoBuilder *self,
                                                const char   *name,
                                                TrafoSym      x,
                                                gint64        n_out);
TRAFO_API TrafoSym trafo_builder_linear_with (TrafoBuilder *self,
                                              TrafoSym      x,
                                              TrafoSym      weight,
                                              TrafoSym      bias);
TRAFO_API TrafoSym trafo_builder_layer_norm (TrafoBuilder *self,
                                             const char   *name,
                                             TrafoSym      x,
                                             double        epsilon);
TRAFO_API TrafoSym trafo_builder_layer_norm_no_affine (TrafoBuilder *self,
                                                       TrafoSym      x,
                                                       double        epsilon);
TRAFO_API TrafoSym trafo_builder_attention (TrafoBuilder         *self,
                                            TrafoSym              q,
                                            TrafoSym              k,
                                            TrafoSym              v,
                                            const TrafoAttention *attention);
TRAFO_API TrafoSym trafo_builder_self_attention (TrafoBuilder         *self,
                                                 TrafoSym              qkv,
                                                 const TrafoAttention *attention);
TRAFO_API TrafoSym trafo_builder_activation (TrafoBuilder *self, TrafoSym x, const char *name);
TRAFO_API TrafoSym trafo_builder_dropout (TrafoBuilder *self, TrafoSym x, double probability);
TRAFO_API TrafoSym trafo_builder_softmax (TrafoBuilder *self, TrafoSym x, gint axis);

/* Element-wise; two operands broadcast as in numpy. */
TRAFO_API TrafoSym trafo_builder_add (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_sub (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_mul (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_div (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_pow (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_maximum (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_minimum (TrafoBuilder *self, TrafoSym a, TrafoSym b);
TRAFO_API TrafoSym trafo_builder_compare (TrafoBuilder   *self,
                                          TrafoComparison comparison,
                                          TrafoSym        a,
                                          TrafoSym        b);
TRAFO_API TrafoSym trafo_builder_where (TrafoBuilder *self,
                                        TrafoSym      condition,
                                        TrafoSym      a,
                                        TrafoSym      b);
TRAFO_API TrafoSym trafo_builder_neg (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_sqrt (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_rsqrt (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_exp (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_log (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_tanh (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_erf (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_sigmoid (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_cast (TrafoBuilder *self, TrafoSym x, TrafoDType dtype);

/* Reductions; the axis stays, with length 1. A negative axis counts from the end. */
TRAFO_API TrafoSym trafo_builder_sum (TrafoBuilder *self, TrafoSym x, gint axis);
TRAFO_API TrafoSym trafo_builder_mean (TrafoBuilder *self, TrafoSym x, gint axis);
TRAFO_API TrafoSym trafo_builder_max (TrafoBuilder *self, TrafoSym x, gint axis);

/* Products, movement and views. */
TRAFO_API TrafoSym trafo_builder_matmul (TrafoBuilder *self,
                                         TrafoSym      a,
                                         TrafoSym      b,
                                         gboolean      transpose_a,
                                         gboolean      transpose_b);
TRAFO_API TrafoSym trafo_builder_gather (TrafoBuilder *self, TrafoSym table, TrafoSym ids);
TRAFO_API TrafoSym trafo_builder_scatter_add (TrafoBuilder *self,
                                              TrafoSym      x,
                                              TrafoSym      ids,
                                              TrafoSym      y);
TRAFO_API TrafoSym trafo_builder_concat (TrafoBuilder   *self,
                                         const TrafoSym *parts,
                                         gsize           n_parts,
                                         gint            axis);
TRAFO_API TrafoSym trafo_builder_copy (TrafoBuilder *self, TrafoSym x);
TRAFO_API TrafoSym trafo_builder_reshape (TrafoBuilder *self,
                                          TrafoSym      x,
                                          const gint64 *dims,
                                          gsize         n_dims);
TRAFO_API TrafoSym trafo_builder_permute (TrafoBuilder *self,
                                          TrafoSym      x,
                                          const guint  *axes,
                                          gsize         n_axes);
TRAFO_API TrafoSym trafo_builder_slice (TrafoBuilder *self,
                                        TrafoSym      x,
                                        gint          axis,
                                        gint64        start,
                                        gint64        length,
                                        gint64        step);
TRAFO_API TrafoSym trafo_builder_select (TrafoBuilder *self, TrafoSym x, gint axis, gint64 index);
TRAFO_API TrafoSym trafo_builder_broadcast (TrafoBuilder *self,
                                            TrafoSym      x,
                                            const gint64 *dims,
                                            gsize         n_dims);

/* Losses: scalars, the mean over the labels that name a class; @labels (int64) has @logits' shape
 * without its last axis. */
TRAFO_API TrafoSym trafo_builder_cross_entropy (TrafoBuilder *self,
                                                TrafoSym      logits,
                                                TrafoSym      labels);

TRAFO_API TrafoSym trafo_builder_mean_squared_error (TrafoBuilder *self,
                                                     TrafoSym      x,
                                                     TrafoSym      target);
TRAFO_API TrafoSym trafo_builder_binary_cross_entropy (TrafoBuilder *self,
                                                       TrafoSym      logits,
                                                       TrafoSym      target);

/* What transformers' heads end in: "logits", or "start_logits" and "end_logits", and before them
 * "loss" where the caller gives "labels", or "start_positions" and "end_positions". */
TRAFO_API TrafoSym trafo_builder_last_token (TrafoBuilder *self, TrafoSym x, gint64 padding_id);
TRAFO_API void
trafo_builder_output_classes (TrafoBuilder *self, TrafoSym logits, TrafoProblem problem);
TRAFO_API void trafo_builder_output_tokens (TrafoBuilder *self, TrafoSym logits);
TRAFO_API void trafo_builder_output_next_tokens (TrafoBuilder *self, TrafoSym logits);
TRAFO_API void trafo_builder_output_spans (TrafoBuilder *self, TrafoSym logits);

/* Results, in the order in which they are named. hidden_state: the next of hidden_states.N, an
 * output only of programs that were asked for them. */
TRAFO_API void trafo_builder_output (TrafoBuilder *self, const char *name, TrafoSym x);
TRAFO_API void trafo_builder_hidden_state (TrafoBuilder *self, TrafoSym x);

G_END_DECLS
