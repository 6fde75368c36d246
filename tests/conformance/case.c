/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"

#include <math.h>
#include <string.h>

#include "trafo-tensor-private.h"

const gint64 case_lengths[] = {
  1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 257
};
const guint case_n_lengths = G_N_ELEMENTS (case_lengths);

const CaseShape case_shapes[] = {
  { 0, { 0 } },
  { 1, { 0 } },
  { 1, { 1 } },
  { 1, { 2 } },
  { 1, { 3 } },
  { 1, { 5 } },
  { 1, { 7 } },
  { 1, { 8 } },
  { 1, { 9 } },
  { 1, { 15 } },
  { 1, { 16 } },
  { 1, { 17 } },
  { 1, { 31 } },
  { 1, { 33 } },
  { 1, { 63 } },
  { 1, { 64 } },
  { 1, { 65 } },
  { 1, { 127 } },
  { 1, { 129 } },
  { 1, { 257 } },
  { 2, { 1, 1 } },
  { 2, { 3, 1 } },
  { 2, { 2, 0 } },
  { 2, { 3, 17 } },
  { 2, { 129, 65 } },
  { 2, { 33, 1025 } },
  { 3, { 2, 3, 5 } },
  { 3, { 5, 1, 33 } },
  { 3, { 0, 2, 3 } },
  { 4, { 2, 3, 2, 9 } },
  { 4, { 3, 1, 5, 16 } },
  { 5, { 2, 1, 3, 2, 7 } },
  { 5, { 2, 3, 2, 2, 31 } },
};
const guint case_n_shapes = G_N_ELEMENTS (case_shapes);

static const char *const layout_names[] = { "plain", "offset",   "step",
                                            "gaps",  "permuted", "repeated" };

Layout
case_nth_layout (guint i, guint n_dims)
{
  Layout layout = i % N_LAYOUTS;

  if (n_dims == 0)
    return LAYOUT_PLAIN;
  return layout == LAYOUT_PERMUTED && n_dims == 1 ? LAYOUT_STEP : layout;
}

Case *
case_append (GArray *cases, guint op)
{
  Case added = { .op = op, .number = cases->len };

  g_array_append_val (cases, added);
  return &g_array_index (cases, Case, cases->len - 1);
}

CaseOperand *
case_add_operand (Case *self, TrafoDType dtype, const gint64 *shape, guint n_dims)
{
  CaseOperand *operand = &self->inputs[self->n_inputs++];

  operand->dtype = dtype;
  operand->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    operand->shape[i] = shape[i];
  return operand;
}

static void
print_attrs (const Case *self, GString *text)
{
  const TrafoAttrs *attrs = &self->attrs;

  switch (self->op)
    {
    case TRAFO_OP_CONCAT:
    case TRAFO_OP_SUM:
    case TRAFO_OP_MEAN:
    case TRAFO_OP_MAX:
    case TRAFO_OP_SOFTMAX:
      g_string_append_printf (text, " axis=%u", attrs->axis.axis);
      break;
    case TRAFO_OP_COMPARE:
      g_string_append_printf (text, " comparison=%u", attrs->compare.comparison);
      break;
    case TRAFO_OP_MATMUL:
      g_string_append_printf (text,
                              " transpose_a=%u transpose_b=%u",
                              attrs->matmul.transpose_a,
                              attrs->matmul.transpose_b);
      break;
    case TRAFO_OP_LINEAR:
      g_string_append_printf (text,
                              " activation=%u in_out=%u bias=%u residual=%u",
                              attrs->linear.activation,
                              attrs->linear.is_in_out,
                              attrs->linear.has_bias,
                              attrs->linear.has_residual);
      break;
    case TRAFO_OP_LAYER_NORM:
      g_string_append_printf (text,
                              " epsilon=%g residual=%u",
                              attrs->layer_norm.epsilon,
                              attrs->layer_norm.has_residual);
      break;
    case TRAFO_OP_ACTIVATION:
      g_string_append_printf (text, " activation=%u", attrs->activation.activation);
      break;
    case TRAFO_OP_ATTENTION:
    case TRAFO_OP_CACHED_ATTENTION:
      g_string_append_printf (text,
                              " heads=%u kv_heads=%u head_size=%u causal=%u mask=%u dtype=%s",
                              attrs->attention.n_heads,
                              attrs->attention.n_kv_heads,
                              attrs->attention.head_size,
                              attrs->attention.is_causal,
                              attrs->attention.has_mask,
                              trafo_dtype_get_name (attrs->attention.dtype));
      break;
    default:
      break;
    }
}

char *
case_to_string (const Case *self)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "#%u %s", self->number, trafo_op_lookup (self->op)->name);
  for (guint i = 0; i < self->n_inputs; i++)
    {
      const CaseOperand *operand = &self->inputs[i];
      g_autofree char   *shape = trafo_shape_to_string (operand->shape, operand->n_dims);

      g_string_append_printf (text,
                              " %s%s:%s:values%u%s",
                              trafo_dtype_get_name (operand->dtype),
                              shape,
                              layout_names[operand->layout],
                              operand->values,
                              operand->is_param ? ":param" : "");
    }
  if (self->has_wanted)
    {
      g_autofree char *shape = trafo_shape_to_string (self->wanted.dims, self->wanted.n_dims);

      g_string_append_printf (text, " to %s%s", trafo_dtype_get_name (self->wanted.dtype), shape);
    }
  print_attrs (self, text);
  return g_string_free (text, FALSE);
}

static double
next_special (TrafoDType dtype, GRand *rand)
{
  static const double floats[] = { NAN,  INFINITY, -INFINITY, 0,     -0.0,  1,   -1,
                                   1e30, -1e30,    1e-30,     -2.5,  300.7, 3e9, -3e9,
                                   1e19, -1e19,    65504,     65536, 0.5,   1.5, 2.5 };
  guint               i = g_rand_int_range (rand, 0, 2 * G_N_ELEMENTS (floats));

  if (i < G_N_ELEMENTS (floats))
    return floats[i];
  return g_rand_double_range (rand, -100, 100);
}

static gint64
next_special_int (GRand *rand)
{
  static const gint64 ints[] = { 0,
                                 1,
                                 -1,
                                 2,
                                 127,
                                 128,
                                 -128,
                                 -129,
                                 255,
                                 256,
                                 G_MAXINT32,
                                 G_MININT32,
                                 G_MAXUINT32,
                                 G_MAXINT64,
                                 G_MININT64,
                                 16777217,
                                 (1LL << 53) + 1,
                                 G_MAXINT64 - 1 };
  guint               i = g_rand_int_range (rand, 0, 2 * G_N_ELEMENTS (ints));

  return i < G_N_ELEMENTS (ints) ? ints[i] : g_rand_int_range (rand, -1000, 1000);
}

static gint64
next_index (const CaseOperand *operand, GRand *rand)
{
  static const gint64 outside[] = { -1, G_MININT32, G_MAXINT32 };

  if (operand->values == VALUES_WILD && g_rand_int_range (rand, 0, 4) == 0)
    return outside[g_rand_int_range (rand, 0, G_N_ELEMENTS (outside))];
  return g_rand_int_range (rand, 0, (gint32) operand->limit);
}

static gint64
next_int (const CaseOperand *operand, gint64 at, GRand *rand)
{
  switch (operand->values)
    {
    case VALUES_DISTINCT:
      return (5 * at + 3) % operand->limit;
    case VALUES_STARTS:
      return at * operand->limit / MAX (operand->shape[0] - 1, 1);
    case VALUES_SPECIAL:
      return next_special_int (rand);
    case VALUES_INDEX:
    case VALUES_WILD:
      return next_index (operand, rand);
    case VALUES_MASK:
      return g_rand_int_range (rand, 0, 3) == 0 ? 0 : g_rand_int_range (rand, 1, 100);
    case VALUES_TIES:
      return g_rand_int_range (rand, 0, 3);
    case VALUES_ZERO:
      return 0;
    default:
      return g_rand_int_range (rand, -100, 101);
    }
}

static double
next_float (const CaseOperand *operand, GRand *rand)
{
  double unit = g_rand_double_range (rand, -1, 1);

  switch (operand->values)
    {
    case VALUES_WIDE:
      return 8 * unit;
    case VALUES_SHORT:
      return round (128 * unit) / 128;
    case VALUES_POSITIVE:
      return 0.001 + 8 * fabs (unit);
    case VALUES_SPECIAL:
      return next_special (operand->dtype, rand);
    case VALUES_LARGE:
      return 1e4 * unit;
    case VALUES_OFFSET:
      return 1000 + unit;
    case VALUES_CONSTANT:
      return 3;
    case VALUES_TINY:
      return 1e-5 * unit;
    case VALUES_TIES:
      return floor (2 * unit);
    case VALUES_ZERO:
      return 0;
    default:
      return unit;
    }
}

static void
write_element (const CaseOperand *operand, gpointer data, gint64 at, GRand *rand)
{
  gint64 integer;

  switch (operand->dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      ((float *) data)[at] = (float) next_float (operand, rand);
      return;
    case TRAFO_DTYPE_FLOAT16:
      ((guint16 *) data)[at] = trafo_float16_from_float ((float) next_float (operand, rand));
      return;
    case TRAFO_DTYPE_BFLOAT16:
      ((guint16 *) data)[at] = trafo_bfloat16_from_float ((float) next_float (operand, rand));
      return;
    default:
      integer = next_int (operand, at, rand);
    }
  if (operand->dtype == TRAFO_DTYPE_INT32)
    ((guint32 *) data)[at] = (guint32) integer;
  else if (operand->dtype == TRAFO_DTYPE_INT64)
    ((gint64 *) data)[at] = integer;
  else
    ((guint8 *) data)[at] = operand->dtype == TRAFO_DTYPE_BOOL ? integer > 0 : (guint8) integer;
}

/* The shape of the tensor that the operand is a view of. */
static void
base_shape (const CaseOperand *operand, gint64 *shape)
{
  guint last = operand->n_dims - 1;

  memcpy (shape, operand->shape, sizeof operand->shape);
  if (operand->n_dims == 0)
    return;
  switch (operand->layout)
    {
    case LAYOUT_OFFSET:
      shape[last] += 8;
      break;
    case LAYOUT_STEP:
      shape[last] *= 2;
      break;
    case LAYOUT_GAPS:
      shape[0] = 2 * shape[0] + 1;
      break;
    case LAYOUT_PERMUTED:
      for (guint i = 0; i <= last; i++)
        shape[i] = operand->shape[last - i];
      break;
    case LAYOUT_REPEATED:
      shape[0] = MIN (shape[0], 1);
      break;
    default:
      break;
    }
}

TrafoTensor *
case_make_tensor (const Case *self, guint i)
{
  const CaseOperand *operand = &self->inputs[i];
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->number * TRAFO_MAX_OP_INPUTS + i);
  g_autoptr (GError) error = NULL;
  TrafoTensor *tensor;
  gint64       shape[TRAFO_MAX_DIMS];

  base_shape (operand, shape);
  tensor = trafo_tensor_new (operand->dtype, shape, operand->n_dims, &error);
  g_assert_no_error (error);
  for (gint64 at = 0; at < trafo_tensor_get_n_elements (tensor); at++)
    write_element (operand, trafo_tensor_get_data (tensor), at, rand);
  return tensor;
}

TrafoSym
case_operand_view (TrafoBuilder *b, const CaseOperand *operand, TrafoSym tensor)
{
  gint  last = (gint) operand->n_dims - 1;
  guint axes[TRAFO_MAX_DIMS];

  /* ids of an input are checked before a run; these are to reach the kernel */
  if (operand->values == VALUES_WILD)
    tensor = trafo_builder_copy (b, tensor);
  if (operand->n_dims == 0)
    return tensor;
  switch (operand->layout)
    {
    case LAYOUT_OFFSET:
      return trafo_builder_slice (b, tensor, last, 3, operand->shape[last], 1);
    case LAYOUT_STEP:
      return trafo_builder_slice (b, tensor, last, 0, operand->shape[last], 2);
    case LAYOUT_GAPS:
      return trafo_builder_slice (b, tensor, 0, 1, operand->shape[0], 2);
    case LAYOUT_PERMUTED:
      for (gint i = 0; i <= last; i++)
        axes[i] = (guint) (last - i);
      return trafo_builder_permute (b, tensor, axes, operand->n_dims);
    case LAYOUT_REPEATED:
      return trafo_builder_broadcast (b, tensor, operand->shape, operand->n_dims);
    default:
      return tensor;
    }
}
