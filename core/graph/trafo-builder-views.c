/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/* Ops that move elements or look at them differently. */

/**
 * trafo_builder_gather:
 * @self: a builder
 * @table: shape (n, ...)
 * @ids: int32 or int64, any shape
 *
 * The entries of @table with the numbers @ids.
 *
 * Ids that come straight from an input are checked before a run; others are clamped.
 *
 * Returns: @ids' shape followed by @table's without its first axis
 */
TrafoSym
trafo_builder_gather (TrafoBuilder *self, TrafoSym table, TrafoSym ids)
{
  TrafoSym result = trafo_builder_append_binary (self, TRAFO_OP_GATHER, NULL, table, ids);

  if (result != 0)
    trafo_builder_bound_ids (self, ids, trafo_builder_get_dim (self, table, 0), G_MININT64);
  return result;
}

/**
 * trafo_builder_scatter_add:
 * @self: a builder
 * @x: float32, (n, ...)
 * @ids: int32 or int64, any shape
 * @y: float32, @ids' shape followed by @x's without its first axis
 *
 * @x with each entry of @y added to the entry that its id names.
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_scatter_add (TrafoBuilder *self, TrafoSym x, TrafoSym ids, TrafoSym y)
{
  TrafoSym inputs[] = { x, ids, y };

  return trafo_builder_append (self, TRAFO_OP_SCATTER_ADD, NULL, inputs, 3, NULL);
}

/**
 * trafo_builder_concat:
 * @self: a builder
 * @parts: (array length=n_parts): tensors that differ in the length of one axis at most
 * @n_parts: how many, at least 1
 * @axis: that axis; -1 is the last
 *
 * Joins tensors along an axis.
 *
 * Returns: the joined tensor
 */
TrafoSym
trafo_builder_concat (TrafoBuilder *self, const TrafoSym *parts, gsize n_parts, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs };
  TrafoSym       joined;

  if (n_parts == 0)
    return trafo_builder_failf (self, TRAFO_ERROR_INVALID_ARGUMENT, "concat: found no tensor");
  attrs.axis = trafo_builder_resolve_axis (self, parts[0], axis);
  joined = parts[0];
  for (gsize i = 1; i < n_parts;)
    {
      TrafoSym inputs[TRAFO_MAX_OP_INPUTS] = { joined };
      guint    n = 1;

      while (i < n_parts && n < TRAFO_MAX_OP_INPUTS)
        inputs[n++] = parts[i++];
      joined = trafo_builder_append (self, TRAFO_OP_CONCAT, &attrs, inputs, n, NULL);
    }
  return joined;
}

/**
 * trafo_builder_copy:
 * @self: a builder
 * @x: any shape and dtype
 *
 * The same elements, row-major without gaps.
 *
 * Returns: of @x's shape
 */
TrafoSym
trafo_builder_copy (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_COPY, NULL, x);
}

/**
 * trafo_builder_reshape:
 * @self: a builder
 * @x: any shape and dtype
 * @dims: (array length=n_dims): the new shape, with as many elements
 * @n_dims: the number of axes
 *
 * The same elements under another shape.
 *
 * Returns: of shape @dims
 */
TrafoSym
trafo_builder_reshape (TrafoBuilder *self, TrafoSym x, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  trafo_builder_wanted_type (self, TRAFO_DTYPE_NONE, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_RESHAPE, NULL, &x, 1, &type);
}

/**
 * trafo_builder_permute:
 * @self: a builder
 * @x: any shape and dtype
 * @axes: (array length=n_axes): for each axis of the result, the axis of @x it is
 * @n_axes: the number of axes of @x
 *
 * Reorders the axes.
 *
 * Returns: the view
 */
TrafoSym
trafo_builder_permute (TrafoBuilder *self, TrafoSym x, const guint *axes, gsize n_axes)
{
  TrafoPermuteAttrs attrs = { .struct_size = sizeof attrs };

  if (n_axes != trafo_builder_get_n_dims (self, x) || n_axes > TRAFO_MAX_DIMS)
    return trafo_builder_failf (self,
                                TRAFO_ERROR_SHAPE,
                                "permute: found %" G_GSIZE_FORMAT " axes for a tensor with %u",
                                n_axes,
                                trafo_builder_get_n_dims (self, x));
  for (gsize i = 0; i < n_axes; i++)
    attrs.axes[i] = axes[i];
  return trafo_builder_append_unary (self, TRAFO_OP_PERMUTE, &attrs, x);
}

/**
 * trafo_builder_slice:
 * @self: a builder
 * @x: any shape and dtype
 * @axis: the axis to cut; -1 is the last
 * @start: the first index kept; a dimension
 * @length: how many are kept; a dimension
 * @step: the distance between them, at least 1
 *
 * Keeps a part of one axis.
 *
 * Returns: the view
 */
TrafoSym
trafo_builder_slice (TrafoBuilder *self,
                     TrafoSym      x,
                     gint          axis,
                     gint64        start,
                     gint64        length,
                     gint64        step)
{
  TrafoSliceAttrs attrs = { .struct_size = sizeof attrs,
                            .axis = trafo_builder_resolve_axis (self, x, axis) };
  TrafoValueType  type;

  if (trafo_builder_has_failed (self))
    return 0;
  type = *trafo_builder_type_of (self, x);
  type.dims[attrs.axis] = trafo_builder_concrete_dim (self, length);
  attrs.start = trafo_builder_concrete_dim (self, start);
  attrs.step = step;
  return trafo_builder_append (self, TRAFO_OP_SLICE, &attrs, &x, 1, &type);
}

/**
 * trafo_builder_select:
 * @self: a builder
 * @x: any shape and dtype
 * @axis: an axis; -1 is the last
 * @index: an index on it; a dimension
 *
 * Keeps one entry of an axis, which thereby goes.
 *
 * Returns: the view, with one axis less
 */
TrafoSym
trafo_builder_select (TrafoBuilder *self, TrafoSym x, gint axis, gint64 index)
{
  TrafoSym              cut = trafo_builder_slice (self, x, axis, index, 1, 1);
  const TrafoValueType *type;
  gint64                dims[TRAFO_MAX_DIMS];
  guint                 n_dims = 0, dropped;

  if (cut == 0)
    return 0;
  type = trafo_builder_type_of (self, cut);
  dropped = trafo_builder_resolve_axis (self, cut, axis);
  for (guint i = 0; i < type->n_dims; i++)
    if (i != dropped)
      dims[n_dims++] = type->dims[i];
  return trafo_builder_reshape (self, cut, dims, n_dims);
}

/**
 * trafo_builder_broadcast:
 * @self: a builder
 * @x: any shape and dtype
 * @dims: (array length=n_dims): a shape that @x broadcasts to as in numpy
 * @n_dims: the number of axes
 *
 * Repeats axes of length 1, and adds leading ones, without a copy.
 *
 * Returns: of shape @dims
 */
TrafoSym
trafo_builder_broadcast (TrafoBuilder *self, TrafoSym x, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  trafo_builder_wanted_type (self, TRAFO_DTYPE_NONE, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_BROADCAST, NULL, &x, 1, &type);
}
