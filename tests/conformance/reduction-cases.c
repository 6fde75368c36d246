/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"

static void
add_axis (GArray          *cases,
          guint            op,
          TrafoDType       dtype,
          const CaseShape *shape,
          guint            axis,
          Layout           layout,
          Values           values)
{
  Case        *added = case_append (cases, op);
  CaseOperand *x = case_add_operand (added, dtype, shape->dims, shape->n_dims);

  x->layout = layout;
  x->values = values;
  added->attrs.axis.struct_size = sizeof added->attrs.axis;
  added->attrs.axis.axis = axis;
}

static void
add_axes (GArray *cases, guint op, TrafoDType dtype)
{
  static const CaseShape long_rows[] = { { 2, { 3, 4099 } }, { 2, { 257, 33 } } };

  for (guint i = 0; i < case_n_shapes; i++)
    for (guint axis = 0; axis < case_shapes[i].n_dims; axis++)
      for (guint layout = 0; layout < 2; layout++)
        add_axis (cases,
                  op,
                  dtype,
                  &case_shapes[i],
                  axis,
                  layout == 0 ? LAYOUT_PLAIN : case_nth_layout (i + axis, case_shapes[i].n_dims),
                  (i + layout) % 3 == 0 ? VALUES_WIDE : VALUES_UNIT);
  for (guint i = 0; i < G_N_ELEMENTS (long_rows); i++)
    for (guint axis = 0; axis < 2; axis++)
      add_axis (cases, op, dtype, &long_rows[i], axis, LAYOUT_PLAIN, VALUES_UNIT);
}

static void
reduce_cases (GArray *cases)
{
  static const CaseShape special = { 2, { 129, 33 } };

  for (guint op = TRAFO_OP_SUM; op <= TRAFO_OP_MAX; op++)
    for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
      {
        gboolean is_int = dtype == TRAFO_DTYPE_INT32 || dtype == TRAFO_DTYPE_INT64;

        if (!trafo_dtype_is_float (dtype) && (!is_int || op == TRAFO_OP_MEAN))
          continue;
        add_axes (cases, op, dtype);
        if (op == TRAFO_OP_MAX || is_int)
          for (guint axis = 0; axis < 2; axis++)
            add_axis (cases, op, dtype, &special, axis, LAYOUT_PLAIN, VALUES_SPECIAL);
      }
}

static void
softmax_cases (GArray *cases)
{
  static const CaseShape large = { 2, { 17, 129 } };

  add_axes (cases, TRAFO_OP_SOFTMAX, TRAFO_DTYPE_FLOAT32);
  for (guint axis = 0; axis < 2; axis++)
    for (guint layout = 0; layout < N_LAYOUTS; layout++)
      {
        add_axis (cases, TRAFO_OP_SOFTMAX, TRAFO_DTYPE_FLOAT32, &large, axis, layout, VALUES_LARGE);
        add_axis (cases,
                  TRAFO_OP_SOFTMAX,
                  TRAFO_DTYPE_FLOAT32,
                  &large,
                  axis,
                  layout,
                  VALUES_CONSTANT);
      }
}

static void
add_layer_norm (GArray          *cases,
                const CaseShape *shape,
                guint            i,
                TrafoDType       weight_dtype,
                gboolean         is_param,
                Values           values)
{
  Case        *added = case_append (cases, TRAFO_OP_LAYER_NORM);
  gint64       n_features = shape->dims[shape->n_dims - 1];
  CaseOperand *x = case_add_operand (added, TRAFO_DTYPE_FLOAT32, shape->dims, shape->n_dims);

  x->values = values;
  x->layout = i % 4 == 3 ? case_nth_layout (i / 4, shape->n_dims) : LAYOUT_PLAIN;
  for (guint j = 0; j < 2; j++)
    case_add_operand (added, weight_dtype, &n_features, 1)->is_param = is_param;
  added->attrs.layer_norm.struct_size = sizeof added->attrs.layer_norm;
  added->attrs.layer_norm.epsilon = i % 3 == 0 ? 1e-5 : 1e-12;
  added->attrs.layer_norm.has_residual = i % 2;
  if (i % 2 == 0)
    return;
  x = case_add_operand (added, TRAFO_DTYPE_FLOAT32, shape->dims, shape->n_dims);
  x->values = values == VALUES_CONSTANT ? VALUES_CONSTANT : VALUES_UNIT;
  x->layout = i % 8 == 7 ? case_nth_layout (i / 8, shape->n_dims) : LAYOUT_PLAIN;
}

static void
layer_norm_cases (GArray *cases)
{
  static const Values    values[] = { VALUES_UNIT, VALUES_OFFSET, VALUES_CONSTANT, VALUES_TINY };
  static const CaseShape wide[] = { { 2, { 5, 768 } }, { 3, { 2, 3, 1025 } } };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      for (guint j = 0; j < case_n_shapes; j++)
        if (case_shapes[j].n_dims > 0)
          for (guint k = 0; k < 4; k++)
            add_layer_norm (cases,
                            &case_shapes[j],
                            4 * j + k,
                            TRAFO_DTYPE_FLOAT32 + j % 3,
                            k % 2 == j % 2,
                            values[i]);
      for (guint j = 0; j < G_N_ELEMENTS (wide); j++)
        for (guint k = 0; k < 4; k++)
          add_layer_norm (cases, &wide[j], k, TRAFO_DTYPE_FLOAT32, TRUE, values[i]);
    }
}

void
reduction_cases (GArray *cases)
{
  reduce_cases (cases);
  softmax_cases (cases);
  layer_norm_cases (cases);
}
