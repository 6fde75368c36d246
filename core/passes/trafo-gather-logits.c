/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* Generation needs the logits of few tokens, mostly of each sequence's last. What only they need and
 * what treats each token by itself, from the output "logits" backwards, is computed for the tokens
 * that the input "logits_to_keep" names: the language model's head, and the last layer behind its
 * attention. */

typedef struct
{
  gboolean *is_kept; /* by symbol of the old graph: computed for the named tokens alone */
  TrafoSym
      *gathered; /* by symbol of the old graph: the named tokens of its value; 0: not yet made */
} Gathering;

/* (1, sequence, features) */
static gboolean
has_tokens (const TrafoValueType *type)
{
  return type->n_dims == 3 && type->dims[0] == 1 && type->dims[1] == TRAFO_DIM_SEQUENCE;
}

/* Whether each token's result comes from that token's operands. */
static gboolean
is_token_wise (const TrafoGraph *graph, const TrafoNode *node)
{
  const TrafoOp *op = node->op;

  if (!has_tokens (&node->type) || op->is_row_wise == NULL || !op->is_row_wise (&node->attrs, 2))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      const TrafoValueType *type = &trafo_graph_get_node (graph, node->inputs[i])->type;

      if (!has_tokens (type) && !trafo_rewrite_is_constant (type))
        return FALSE;
    }
  return TRUE;
}

/* From the outputs backwards: a node is kept if nothing but what is kept, and the logits, uses it. */
static void
find_kept (const TrafoGraph *graph, gboolean *is_kept)
{
  guint                n_nodes = trafo_graph_get_n_nodes (graph);
  g_autofree gboolean *is_live = g_new0 (gboolean, n_nodes);
  g_autofree gboolean *is_whole = g_new0 (gboolean, n_nodes);

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);

      is_live[output->sym] = TRUE;
      is_whole[output->sym] |= !g_str_equal (output->name, "logits");
    }
  for (TrafoSym sym = n_nodes - 1; sym > 0; sym--)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, sym);

      is_kept[sym] = is_live[sym] && !is_whole[sym] && is_token_wise (graph, node);
      for (guint i = 0; i < node->n_inputs && (is_live[sym] || node->op->mutates != 0); i++)
        {
          is_live[node->inputs[i]] = TRUE;
          is_whole[node->inputs[i]] |= !is_kept[sym];
        }
    }
}

static TrafoSym
gather_tokens (TrafoBuilder *b, TrafoSym x)
{
  static const gint64 n_kept = TRAFO_DIM_LOGITS;
  gint64              features = trafo_builder_get_dim (b, x, 2);
  TrafoSym            tokens = trafo_builder_input (b,
                                         "logits_to_keep",
                                         TRAFO_DTYPE_INT32,
                                         &n_kept,
                                         1,
                                         TRAFO_FILL_RULE_REQUIRED);

  x = trafo_builder_reshape (b, x, (gint64[]){ TRAFO_DIM_SEQUENCE, features }, 2);
  x = trafo_builder_gather (b, x, tokens);
  return trafo_builder_reshape (b, x, (gint64[]){ 1, n_kept, features }, 3);
}

static TrafoSym
keep (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  Gathering     *gathering = rewrite->data;
  TrafoValueType type = node->type;
  TrafoSym       inputs[TRAFO_MAX_OP_INPUTS];

  if (!gathering->is_kept[sym])
    return 0;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      TrafoSym from = node->inputs[i];

      inputs[i] = trafo_rewrite_operand (rewrite, node, i);
      if (gathering->is_kept[from] ||
          !has_tokens (&trafo_graph_get_node (rewrite->from, from)->type))
        continue;
      if (gathering->gathered[from] == 0)
        gathering->gathered[from] = gather_tokens (rewrite->builder, inputs[i]);
      inputs[i] = gathering->gathered[from];
    }
  type.dims[1] = TRAFO_DIM_LOGITS;
  return trafo_builder_append (rewrite->builder,
                               node->op->id,
                               &node->attrs,
                               inputs,
                               node->n_inputs,
                               &type);
}

TrafoGraph *
trafo_pass_gather_logits (TrafoGraph *graph, GError **error)
{
  g_autofree gboolean *is_kept = g_new0 (gboolean, trafo_graph_get_n_nodes (graph));
  g_autofree TrafoSym *gathered = g_new0 (TrafoSym, trafo_graph_get_n_nodes (graph));
  Gathering            gathering = { is_kept, gathered };

  find_kept (graph, is_kept);
  return trafo_rewrite (graph, keep, &gathering, error);
}
