/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"

#include <string.h>

static void
want (Case *self, TrafoDType dtype, const gint64 *dims, guint n_dims)
{
  self->has_wanted = TRUE;
  self->wanted.dtype = dtype;
  self->wanted.n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    self->wanted.dims[i] = dims[i];
}

static Case *
add_one (GArray *cases, guint op, TrafoDType dtype, const CaseShape *shape, Layout layout)
{
  Case        *added = case_append (cases, op);
  CaseOperand *x = case_add_operand (added, dtype, shape->dims, shape->n_dims);

  x->layout = layout;
  x->values = VALUES_SPECIAL;
  return added;
}

static void
leaf_cases (GArray *cases)
{
  static const double values[] = { 0, 1, -2.75, 300, 1e9, -0.001 };

  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    for (guint i = 0; i < case_n_shapes; i++)
      {
        const CaseShape *shape = &case_shapes[i];
        Case            *fill = case_append (cases, TRAFO_OP_FILL);

        fill->attrs.fill.struct_size = sizeof fill->attrs.fill;
        fill->attrs.fill.value = values[i % G_N_ELEMENTS (values)];
        want (fill, dtype, shape->dims, shape->n_dims);
        if (shape->n_dims > 0 && dtype != TRAFO_DTYPE_BOOL)
          want (case_append (cases, TRAFO_OP_IOTA), dtype, shape->dims, shape->n_dims);
      }
}

static void
copy_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    for (guint i = 0; i < case_n_shapes; i++)
      for (guint layout = 0; layout < N_LAYOUTS; layout++)
        if (layout == case_nth_layout (layout, case_shapes[i].n_dims))
          add_one (cases, TRAFO_OP_COPY, dtype, &case_shapes[i], layout);
}

static void
cast_cases (GArray *cases)
{
  for (guint from = 1; from < TRAFO_N_DTYPES; from++)
    for (guint to = 1; to < TRAFO_N_DTYPES; to++)
      for (guint i = 0; i < case_n_shapes; i++)
        {
          const CaseShape *shape = &case_shapes[i];
          Layout layout = i % 3 == 2 ? case_nth_layout (i + from, shape->n_dims) : LAYOUT_PLAIN;
          Case  *added = add_one (cases, TRAFO_OP_CAST, from, shape, layout);

          want (added, to, NULL, 0);
        }
}

static void
concat_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    for (guint i = 0; i < case_n_shapes; i++)
      for (guint axis = 0; axis < case_shapes[i].n_dims; axis++)
        {
          Case *added = case_append (cases, TRAFO_OP_CONCAT);
          guint n_parts = 1 + (i + dtype + axis) % TRAFO_MAX_OP_INPUTS;

          added->attrs.axis.struct_size = sizeof added->attrs.axis;
          added->attrs.axis.axis = axis;
          for (guint part = 0; part < n_parts; part++)
            {
              CaseOperand *x =
                  case_add_operand (added, dtype, case_shapes[i].dims, case_shapes[i].n_dims);

              x->values = VALUES_SPECIAL;
              x->shape[axis] += part % 3;
              x->layout =
                  i % 2 == 0 ? LAYOUT_PLAIN : case_nth_layout (i + part, case_shapes[i].n_dims);
            }
        }
}

static void
add_gather (GArray          *cases,
            TrafoDType       dtype,
            const CaseShape *row,
            gint64           n_rows,
            const CaseShape *ids,
            guint            i)
{
  Case        *added = case_append (cases, TRAFO_OP_GATHER);
  gint64       shape[TRAFO_MAX_DIMS] = { n_rows };
  CaseOperand *x;

  memcpy (shape + 1, row->dims, row->n_dims * sizeof shape[0]);
  x = case_add_operand (added, dtype, shape, 1 + row->n_dims);
  x->is_param = i % 2 == 0 && trafo_dtype_is_float (dtype);
  x->layout = i % 6 == 1 ? case_nth_layout (i / 6, 1 + row->n_dims) : LAYOUT_PLAIN;
  x = case_add_operand (added,
                        i % 3 == 0 ? TRAFO_DTYPE_INT32 : TRAFO_DTYPE_INT64,
                        ids->dims,
                        ids->n_dims);
  x->layout = i % 5 == 4 ? case_nth_layout (i / 5, ids->n_dims) : LAYOUT_PLAIN;
  x->values = i % 4 == 3 ? VALUES_WILD : VALUES_INDEX;
  x->limit = n_rows;
}

static const CaseShape id_shapes[] = {
  { 0, { 0 } },    { 1, { 1 } },      { 1, { 7 } },       { 2, { 3, 17 } },
  { 2, { 0, 3 } }, { 2, { 2, 129 } }, { 3, { 2, 3, 5 } },
};

static void
gather_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    {
      for (guint i = 0; i < case_n_lengths; i++)
        {
          CaseShape row = { 1, { case_lengths[i] } };

          add_gather (cases, dtype, &row, 1 + i * 5, &id_shapes[i % G_N_ELEMENTS (id_shapes)], i);
        }
      for (guint i = 0; i < G_N_ELEMENTS (id_shapes); i++)
        {
          add_gather (cases, dtype, &(CaseShape){ 0 }, 9, &id_shapes[i], i);
          add_gather (cases, dtype, &(CaseShape){ 1, { 257 } }, 36, &id_shapes[i], i);
          add_gather (cases, dtype, &(CaseShape){ 2, { 3, 5 } }, 4, &id_shapes[i], i);
        }
    }
}

static void
add_scatter (GArray          *cases,
             TrafoDType       dtype,
             const CaseShape *row,
             gint64           n_rows,
             const CaseShape *ids,
             guint            i)
{
  Case        *added = case_append (cases, TRAFO_OP_SCATTER_ADD);
  gint64       shape[TRAFO_MAX_DIMS] = { n_rows };
  CaseOperand *x;

  memcpy (shape + 1, row->dims, row->n_dims * sizeof shape[0]);
  x = case_add_operand (added, dtype, shape, 1 + row->n_dims);
  x->layout = i % 4 == 1 ? case_nth_layout (i / 4, x->n_dims) : LAYOUT_PLAIN;
  x = case_add_operand (added,
                        i % 3 == 0 ? TRAFO_DTYPE_INT32 : TRAFO_DTYPE_INT64,
                        ids->dims,
                        ids->n_dims);
  x->values = i % 4 == 3 ? VALUES_WILD : VALUES_INDEX;
  x->limit = n_rows;
  memcpy (shape, ids->dims, ids->n_dims * sizeof shape[0]);
  memcpy (shape + ids->n_dims, row->dims, row->n_dims * sizeof shape[0]);
  x = case_add_operand (added, dtype, shape, ids->n_dims + row->n_dims);
  x->layout = i % 4 == 2 ? case_nth_layout (i / 4, x->n_dims) : LAYOUT_PLAIN;
}

static void
scatter_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    for (guint i = 0; i < case_n_lengths; i++)
      {
        CaseShape        row = { 1, { case_lengths[i] } };
        const CaseShape *ids = &id_shapes[i % G_N_ELEMENTS (id_shapes)];

        if (!trafo_dtype_is_float (dtype) && dtype != TRAFO_DTYPE_INT32 &&
            dtype != TRAFO_DTYPE_INT64)
          continue;
        add_scatter (cases, dtype, &row, 1 + i % 5, ids, i);
        add_scatter (cases, dtype, &(CaseShape){ i % 3, { 2, 3 } }, 1 + i, ids, i);
      }
}

/* Views have no kernel; what they cannot say in strides is copied first. */
static void
view_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    for (guint i = 0; i < case_n_shapes; i++)
      {
        const CaseShape *shape = &case_shapes[i];
        Layout           layout = case_nth_layout (i + dtype, shape->n_dims);
        gint64           n = 1;
        Case            *added;

        for (guint axis = 0; axis < shape->n_dims; axis++)
          n *= shape->dims[axis];
        want (add_one (cases, TRAFO_OP_RESHAPE, dtype, shape, layout), dtype, &n, 1);
        if (shape->n_dims == 0)
          continue;
        added = add_one (cases, TRAFO_OP_PERMUTE, dtype, shape, layout);
        added->attrs.permute.struct_size = sizeof added->attrs.permute;
        for (guint axis = 0; axis < shape->n_dims; axis++)
          added->attrs.permute.axes[axis] = (axis + 1) % shape->n_dims;
        added = add_one (cases, TRAFO_OP_SLICE, dtype, shape, layout);
        added->attrs.slice.struct_size = sizeof added->attrs.slice;
        added->attrs.slice.axis = i % shape->n_dims;
        added->attrs.slice.start = shape->dims[i % shape->n_dims] / 3;
        added->attrs.slice.step = 2;
        n = (shape->dims[i % shape->n_dims] - added->attrs.slice.start + 1) / 2;
        want (added, dtype, shape->dims, shape->n_dims);
        added->wanted.dims[i % shape->n_dims] = n;
        added = add_one (cases, TRAFO_OP_BROADCAST, dtype, shape, layout);
        want (added, dtype, (gint64[]){ 3 }, 1);
        memcpy (added->wanted.dims + 1, shape->dims, shape->n_dims * sizeof shape->dims[0]);
        added->wanted.n_dims = 1 + shape->n_dims;
      }
}

void
movement_cases (GArray *cases)
{
  leaf_cases (cases);
  copy_cases (cases);
  cast_cases (cases);
  concat_cases (cases);
  gather_cases (cases);
  scatter_cases (cases);
  view_cases (cases);
}
