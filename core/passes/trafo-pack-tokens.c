/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* Texts of different lengths make a batch with padding, and most of a model need not see it: what
 * treats each token by itself, and attention among the tokens of a text. That is computed for the
 * tokens that attention_mask shows, side by side in one row, (1, tokens, features). What takes the first
 * token of each text takes it from there, and what follows has to treat each text by itself; so nothing
 * depends on which texts are together, nor on the length that they were given. A model that does more
 * with the batch might look at padding, as transformers' does, and is left as it is. The mask shows every
 * first token.
 *
 * Outputs of tokens become (places, features): as many rows as the caller wants, of any tokens.
 *
 * Inputs: "packed_tokens" [tokens], where in the batch each lies; "packed_places" [places], which token
 * each row of an output is; "packed_starts" [batch + 1], where each text starts in the row, and the last
 * ends. */

typedef struct
{
  const gboolean *is_packed; /* by symbol of the old graph */
  TrafoSym       *packed;    /* the same: its value for the tokens in one row */
} Packing;

static gboolean
is_batch (const TrafoValueType *type, guint n_dims)
{
  return type->n_dims == n_dims && type->dims[0] == TRAFO_DIM_BATCH &&
         type->dims[1] == TRAFO_DIM_SEQUENCE;
}

static gboolean
is_input (const TrafoGraph *graph, const TrafoNode *node, const char *name)
{
  const TrafoGraphInput *input;

  if (node->op->id != TRAFO_OP_INPUT)
    return FALSE;
  input = g_ptr_array_index (graph->inputs, node->leaf);
  return name == NULL || g_str_equal (input->name, name);
}

/* Rows of a table, looked up for each token. */
static gboolean
is_lookup (const TrafoGraph *graph, const TrafoNode *node, const gboolean *is_packed)
{
  return node->op->id == TRAFO_OP_GATHER && is_batch (&node->type, 3) &&
         trafo_rewrite_is_constant (&trafo_graph_get_node (graph, node->inputs[0])->type) &&
         is_packed[node->inputs[1]];
}

static gboolean
is_token_wise (const TrafoGraph *graph, const TrafoNode *node, const gboolean *is_packed)
{
  const TrafoOp *op = node->op;

  if (!is_batch (&node->type, 3) || op->is_row_wise == NULL || !op->is_row_wise (&node->attrs, 2))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (!is_packed[node->inputs[i]] &&
        !trafo_rewrite_is_constant (&trafo_graph_get_node (graph, node->inputs[i])->type))
      return FALSE;
  return TRUE;
}

/* Among the tokens that the mask shows, and nothing else. */
static gboolean
is_masked_attention (const TrafoGraph *graph, const TrafoNode *node, const gboolean *is_packed)
{
  return node->op->id == TRAFO_OP_ATTENTION && node->attrs.attention.has_mask &&
         is_packed[node->inputs[0]] && is_packed[node->inputs[1]] && is_packed[node->inputs[2]] &&
         is_input (graph, trafo_graph_get_node (graph, node->inputs[3]), "attention_mask");
}

/* (batch, sequence, 1) as (batch, sequence) */
static gboolean
is_squeeze (const TrafoNode *node, const gboolean *is_packed)
{
  return node->op->id == TRAFO_OP_RESHAPE && is_batch (&node->type, 2) &&
         is_packed[node->inputs[0]];
}

static void
find_packed (const TrafoGraph *graph, gboolean *is_packed)
{
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, sym);

      is_packed[sym] = (is_input (graph, node, NULL) && is_batch (&node->type, 2)) ||
                       is_lookup (graph, node, is_packed) ||
                       is_token_wise (graph, node, is_packed) || is_squeeze (node, is_packed) ||
                       is_masked_attention (graph, node, is_packed);
    }
}

/* The first token of each text. */
static gboolean
is_first_token (const TrafoNode *node)
{
  return node->op->id == TRAFO_OP_SLICE && node->attrs.slice.axis == 1 &&
         node->attrs.slice.start == 0 && node->type.n_dims == 3 && node->type.dims[1] == 1;
}

/* Whether a row along the last axis is made of the same row of the operands, or a view keeps the first
 * axis as it is. */
static gboolean
keeps_texts (const TrafoNode *node)
{
  const TrafoOp *op = node->op;

  if (node->type.n_dims == 0 || node->type.dims[0] != TRAFO_DIM_BATCH)
    return FALSE;
  if (op->id == TRAFO_OP_RESHAPE)
    return TRUE;
  if (op->id == TRAFO_OP_SLICE)
    return node->attrs.slice.axis != 0;
  return node->type.n_dims > 1 && op->is_row_wise != NULL &&
         op->is_row_wise (&node->attrs, node->type.n_dims - 1);
}

/* Whether the node's value for a text is made of that text's first token, or of no text at all. */
static gboolean
is_text_wise (const TrafoGraph *graph, const TrafoNode *node, const gboolean *is_packed)
{
  gboolean is_constant = trafo_rewrite_is_constant (&node->type);

  if (is_first_token (node) && is_packed[node->inputs[0]])
    return TRUE;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      const TrafoValueType *type = &trafo_graph_get_node (graph, node->inputs[i])->type;

      if (trafo_rewrite_is_constant (type))
        continue;
      if (is_constant || is_packed[node->inputs[i]] || !keeps_texts (node) ||
          type->dims[0] != TRAFO_DIM_BATCH ||
          (node->op->id != TRAFO_OP_RESHAPE && type->n_dims != node->type.n_dims))
        return FALSE;
    }
  return node->n_inputs > 0 || is_constant;
}

/* Whether nothing looks at what stands in the place of padding, nor at several texts at once. */
static gboolean
can_pack (const TrafoGraph *graph, const gboolean *is_packed)
{
  for (TrafoSym sym = 1; sym < trafo_graph_get_n_nodes (graph); sym++)
    if (!is_packed[sym] && !is_text_wise (graph, trafo_graph_get_node (graph, sym), is_packed))
      return FALSE;
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);

      if (is_input (graph, trafo_graph_get_node (graph, output->sym), NULL))
        return FALSE;
    }
  return TRUE;
}

static TrafoSym
index_input (TrafoBuilder *b, const char *name, const gint64 *dims, guint n_dims)
{
  return trafo_builder_input (b, name, TRAFO_DTYPE_INT32, dims, n_dims, TRAFO_FILL_RULE_REQUIRED);
}

/* x: (batch, sequence); result: (1, tokens). */
static TrafoSym
pack_input (TrafoBuilder *b, TrafoSym x)
{
  static const gint64 n_tokens = TRAFO_DIM_PACKED;
  gint64              n = trafo_builder_dim_mul (b, TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE);

  x = trafo_builder_reshape (b, x, &n, 1);
  x = trafo_builder_gather (b, x, index_input (b, "packed_tokens", &n_tokens, 1));
  return trafo_builder_reshape (b, x, (gint64[]){ 1, n_tokens }, 2);
}

static TrafoSym
starts_input (TrafoBuilder *b)
{
  gint64 n_starts = trafo_builder_dim_add (b, TRAFO_DIM_BATCH, 1);

  return index_input (b, "packed_starts", &n_starts, 1);
}

/* x: (1, tokens, ...); result: what @index names, in its shape. */
static TrafoSym
gather_tokens (TrafoBuilder *b, TrafoSym x, TrafoSym index)
{
  gint64 dims[] = { TRAFO_DIM_PACKED, 0 };
  guint  n_dims = trafo_builder_get_n_dims (b, x) - 1;

  if (n_dims > 1)
    dims[1] = trafo_builder_get_dim (b, x, 2);
  return trafo_builder_gather (b, trafo_builder_reshape (b, x, dims, n_dims), index);
}

/* x: (1, tokens, features); result: (batch, 1, features). */
static TrafoSym
gather_first_tokens (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym first = trafo_builder_slice (b, starts_input (b), 0, 0, TRAFO_DIM_BATCH, 1);

  return gather_tokens (b,
                        x,
                        trafo_builder_reshape (b, first, (gint64[]){ TRAFO_DIM_BATCH, 1 }, 2));
}

/* x: (1, tokens, ...); result: (places, ...). */
static TrafoSym
unpack (TrafoBuilder *b, TrafoSym x)
{
  static const gint64 n_places = TRAFO_DIM_PLACES;

  return gather_tokens (b, x, index_input (b, "packed_places", &n_places, 1));
}

static TrafoSym
packed_operand (TrafoRewrite *rewrite, const TrafoNode *node, guint i)
{
  Packing *packing = rewrite->data;
  TrafoSym from = node->inputs[i], operand = trafo_rewrite_operand (rewrite, node, i);

  if (!packing->is_packed[from])
    return operand;
  if (packing->packed[from] == 0) /* so far, an input */
    packing->packed[from] = pack_input (rewrite->builder, operand);
  return packing->packed[from];
}

static TrafoSym
pack_node (TrafoRewrite *rewrite, const TrafoNode *node)
{
  TrafoValueType type = node->type;
  TrafoAttrs     attrs = node->attrs;
  TrafoSym       inputs[TRAFO_MAX_OP_INPUTS];

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = packed_operand (rewrite, node, i);
  if (node->op->id == TRAFO_OP_ATTENTION)
    {
      attrs.attention.has_mask = FALSE;
      attrs.attention.is_ragged = TRUE;
      inputs[3] = starts_input (rewrite->builder);
    }
  type.dims[0] = 1;
  type.dims[1] = TRAFO_DIM_PACKED;
  return trafo_builder_append (rewrite->builder,
                               node->op->id,
                               &attrs,
                               inputs,
                               node->n_inputs,
                               &type);
}

static TrafoSym
pack (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  Packing *packing = rewrite->data;

  if (is_first_token (node) && packing->is_packed[node->inputs[0]])
    return gather_first_tokens (rewrite->builder, packed_operand (rewrite, node, 0));
  if (!packing->is_packed[sym] || node->op->id == TRAFO_OP_INPUT)
    return 0;
  packing->packed[sym] = pack_node (rewrite, node);
  return unpack (rewrite->builder, packing->packed[sym]);
}

TrafoGraph *
trafo_pass_pack_tokens (TrafoGraph *graph, GError **error)
{
  g_autofree gboolean *is_packed = g_new0 (gboolean, trafo_graph_get_n_nodes (graph));
  g_autofree TrafoSym *packed = g_new0 (TrafoSym, trafo_graph_get_n_nodes (graph));
  Packing              packing = { is_packed, packed };

  find_packed (graph, is_packed);
  if (!can_pack (graph, is_packed))
    return graph;
  graph = trafo_rewrite (graph, pack, &packing, error);
  /* leaves behind what was unpacked for nobody */
  return graph != NULL ? trafo_rewrite (graph, NULL, NULL, error) : NULL;
}
