/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* Linear layers of the same input become one, of which the old ones are slices: q, k and v of an
 * attention are one matrix product. Only weights that nothing else uses take part. */

typedef struct
{
  TrafoSym members[TRAFO_MAX_PARAM_PARTS];
  guint    n;
} Group;

static gboolean
is_private_param (TrafoRewrite *rewrite, TrafoSym sym)
{
  const TrafoNode       *node = trafo_rewrite_sole_use (rewrite, sym, TRAFO_OP_PARAM);
  const TrafoGraphParam *param;

  if (node == NULL)
    return FALSE;
  param = g_ptr_array_index (rewrite->from->params, node->leaf);
  return param->names->len == 1 && param->aliases->len == 0;
}

static gboolean
can_merge (TrafoRewrite *rewrite, const TrafoNode *node)
{
  const TrafoLinearAttrs *attrs = &node->attrs.linear;

  return node->op->id == TRAFO_OP_LINEAR && !attrs->has_residual &&
         attrs->activation == TRAFO_ACTIVATION_NONE &&
         is_private_param (rewrite, node->inputs[1]) &&
         (!attrs->has_bias || is_private_param (rewrite, node->inputs[2]));
}

/* For each linear layer the next one that reads the same, 0 where there is none. */
static TrafoSym *
index_siblings (const TrafoGraph *graph)
{
  guint                n_nodes = trafo_graph_get_n_nodes (graph);
  TrafoSym            *siblings = g_new0 (TrafoSym, n_nodes);
  g_autofree TrafoSym *readers = g_new0 (TrafoSym, n_nodes); /* of a symbol, the first so far */

  for (TrafoSym sym = n_nodes - 1; sym > 0; sym--)
    {
      const TrafoNode *node = trafo_graph_get_node (graph, sym);

      if (node->op->id != TRAFO_OP_LINEAR)
        continue;
      siblings[sym] = readers[node->inputs[0]];
      readers[node->inputs[0]] = sym;
    }
  return siblings;
}

/* The layers that read what @first reads, from it on. */
static void
collect (TrafoRewrite *rewrite, TrafoSym first, const TrafoNode *node, Group *group)
{
  const TrafoLinearAttrs *attrs = &node->attrs.linear;
  const TrafoSym         *siblings = rewrite->data;

  group->n = 0;
  for (TrafoSym sym = first; sym != 0 && group->n < TRAFO_MAX_PARAM_PARTS; sym = siblings[sym])
    {
      const TrafoNode *other = trafo_graph_get_node (rewrite->from, sym);

      if (rewrite->n_uses[sym] > 0 && rewrite->map[sym] == 0 && can_merge (rewrite, other) &&
          other->attrs.linear.is_in_out == attrs->is_in_out &&
          other->attrs.linear.encoding == attrs->encoding &&
          other->attrs.linear.has_bias == attrs->has_bias)
        group->members[group->n++] = sym;
    }
}

/* One parameter made of operand @i of every member, along @axis. */
static TrafoSym
merge_params (TrafoRewrite *rewrite,
              const Group  *group,
              guint         operand,
              guint         axis,
              gboolean      is_in_out)
{
  TrafoGraphParam *merged = NULL;
  TrafoValueType   type = { 0 };
  TrafoSym         sym = 0;

  for (guint i = 0; i < group->n; i++)
    {
      const TrafoNode       *node = trafo_graph_get_node (rewrite->from, group->members[i]);
      const TrafoNode       *part = trafo_graph_get_node (rewrite->from, node->inputs[operand]);
      const TrafoGraphParam *param = g_ptr_array_index (rewrite->from->params, part->leaf);
      const char            *name = g_ptr_array_index (param->names, 0);

      if (i == 0)
        {
          type = part->type;
          sym = trafo_graph_append_param (rewrite->to, name, &type, param->initializer);
          merged = g_ptr_array_index (rewrite->to->params, rewrite->to->params->len - 1);
          merged->is_in_out = is_in_out;
        }
      else
        {
          type.dims[axis] =
              trafo_dims_add (rewrite->to->dims, type.dims[axis], part->type.dims[axis]);
          g_ptr_array_add (merged->names, g_strdup (name));
        }
    }
  trafo_graph_get_node (rewrite->to, sym)->type = type;
  return sym;
}

static gboolean
ends_name (char c)
{
  return c == '\0' || c == '.';
}

/* The merged layer belongs to what all have above them. */
static void
set_common_path (TrafoRewrite *rewrite, const Group *group)
{
  g_autofree char *path = g_strdup (trafo_graph_get_node (rewrite->from, group->members[0])->path);
  gsize            length = strlen (path);

  for (guint i = 1; i < group->n; i++)
    {
      const char *other = trafo_graph_get_node (rewrite->from, group->members[i])->path;

      while (length > 0 && (strncmp (path, other, length) != 0 || !ends_name (path[length]) ||
                            !ends_name (other[length])))
        length--;
    }
  path[length] = '\0';
  trafo_graph_set_path (rewrite->to, path);
}

static TrafoSym
merge (TrafoRewrite *rewrite, TrafoSym sym, const TrafoNode *node)
{
  const TrafoLinearAttrs *attrs = &node->attrs.linear;
  Group                   group;
  TrafoSym                inputs[3], merged;
  gint64                  start = 0;

  if (rewrite->map[sym] != 0)
    return rewrite->map[sym];
  if (!can_merge (rewrite, node))
    return 0;
  collect (rewrite, sym, node, &group);
  if (group.n < 2)
    return 0;
  set_common_path (rewrite, &group);
  inputs[0] = trafo_rewrite_operand (rewrite, node, 0);
  inputs[1] = merge_params (rewrite, &group, 1, attrs->is_in_out ? 1 : 0, attrs->is_in_out);
  if (attrs->has_bias)
    inputs[2] = merge_params (rewrite, &group, 2, 0, FALSE);
  merged = trafo_builder_append (rewrite->builder,
                                 TRAFO_OP_LINEAR,
                                 attrs,
                                 inputs,
                                 attrs->has_bias ? 3 : 2,
                                 NULL);
  for (guint i = 0; i < group.n; i++)
    {
      const TrafoValueType *type = &trafo_graph_get_node (rewrite->from, group.members[i])->type;
      gint64                length = type->dims[type->n_dims - 1];

      rewrite->map[group.members[i]] =
          trafo_builder_slice (rewrite->builder, merged, -1, start, length, 1);
      start += length;
    }
  return rewrite->map[sym];
}

TrafoGraph *
trafo_pass_merge_linear (TrafoGraph *graph, GError **error)
{
  g_autofree TrafoSym *siblings = index_siblings (graph);

  return trafo_rewrite (graph, merge, siblings, error);
}
