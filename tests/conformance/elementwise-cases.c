/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"
#include "ops/rule-private.h"

#define ALLOWS(dtypes, dtype) (((dtypes) & (1u << (dtype))) != 0)

static Values
unary_values (guint op)
{
  switch (op)
    {
    case TRAFO_OP_SQRT:
    case TRAFO_OP_RSQRT:
    case TRAFO_OP_LOG:
      return VALUES_POSITIVE;
    default:
      return VALUES_WIDE;
    }
}

static Case *
add_unary (GArray          *cases,
           guint            op,
           TrafoDType       dtype,
           const CaseShape *shape,
           Layout           layout,
           Values           values)
{
  Case        *added = case_append (cases, op);
  CaseOperand *x = case_add_operand (added, dtype, shape->dims, shape->n_dims);

  x->layout = layout;
  x->values = values;
  return added;
}

static void
unary_cases (GArray *cases)
{
  static const CaseShape special = { 1, { 129 } };

  for (guint op = TRAFO_OP_NEG; op <= TRAFO_OP_SIGMOID; op++)
    for (guint dtype = TRAFO_DTYPE_FLOAT32; dtype <= TRAFO_DTYPE_BFLOAT16; dtype++)
      {
        for (guint i = 0; i < case_n_shapes; i++)
          {
            guint n_dims = case_shapes[i].n_dims;

            add_unary (cases, op, dtype, &case_shapes[i], LAYOUT_PLAIN, unary_values (op));
            add_unary (cases,
                       op,
                       dtype,
                       &case_shapes[i],
                       case_nth_layout (i + op, n_dims),
                       unary_values (op));
          }
        add_unary (cases, op, dtype, &special, LAYOUT_PLAIN, VALUES_SPECIAL);
        add_unary (cases, op, dtype, &special, LAYOUT_STEP, VALUES_LARGE);
        add_unary (cases, op, dtype, &special, LAYOUT_PLAIN, VALUES_TINY);
      }
}

static void
activation_cases (GArray *cases)
{
  for (guint f = TRAFO_ACTIVATION_NONE; f <= TRAFO_ACTIVATION_SIGMOID; f++)
    for (guint dtype = TRAFO_DTYPE_FLOAT32; dtype <= TRAFO_DTYPE_BFLOAT16; dtype++)
      for (guint i = 0; i < case_n_shapes; i++)
        {
          Layout layout =
              (i + f) % 3 == 0 ? case_nth_layout (i + f, case_shapes[i].n_dims) : LAYOUT_PLAIN;
          Case *added =
              add_unary (cases, TRAFO_OP_ACTIVATION, dtype, &case_shapes[i], layout, VALUES_WIDE);

          added->attrs.activation.struct_size = sizeof added->attrs.activation;
          added->attrs.activation.activation = f;
        }
}

/* Shapes that repeat into one another, as numpy's do. */
static const struct
{
  CaseShape a, b;
} pairs[] = {
  { { 0, { 0 } }, { 0, { 0 } } },
  { { 1, { 257 } }, { 0, { 0 } } },
  { { 0, { 0 } }, { 2, { 3, 9 } } },
  { { 2, { 5, 33 } }, { 1, { 33 } } },
  { { 2, { 5, 33 } }, { 2, { 5, 1 } } },
  { { 2, { 17, 1 } }, { 2, { 1, 65 } } },
  { { 3, { 2, 1, 17 } }, { 3, { 2, 3, 1 } } },
  { { 4, { 2, 1, 3, 31 } }, { 3, { 5, 1, 31 } } },
  { { 5, { 2, 3, 1, 2, 7 } }, { 4, { 1, 2, 1, 7 } } },
  { { 2, { 0, 3 } }, { 1, { 3 } } },
  { { 1, { 0 } }, { 1, { 1 } } },
  { { 2, { 64, 129 } }, { 2, { 64, 129 } } },
};

static Values
binary_values (guint op, guint i)
{
  if (op == TRAFO_OP_POW)
    return VALUES_POSITIVE;
  if (op == TRAFO_OP_COMPARE || op == TRAFO_OP_MAXIMUM || op == TRAFO_OP_MINIMUM)
    return i % 2 == 0 ? VALUES_TIES : VALUES_UNIT;
  return VALUES_WIDE;
}

static Case *
add_binary (GArray          *cases,
            guint            op,
            TrafoDType       dtype,
            const CaseShape *a,
            const CaseShape *b,
            guint            layout)
{
  Case        *added = case_append (cases, op);
  CaseOperand *x = case_add_operand (added, dtype, a->dims, a->n_dims);
  CaseOperand *y = case_add_operand (added, dtype, b->dims, b->n_dims);

  x->values = y->values = binary_values (op, layout);
  x->layout = case_nth_layout (layout % N_LAYOUTS, a->n_dims);
  y->layout = case_nth_layout (layout / N_LAYOUTS, b->n_dims);
  added->attrs.compare.struct_size = sizeof added->attrs.compare;
  return added;
}

static void
add_binary_of_dtype (GArray *cases, guint op, TrafoDType dtype)
{
  static const CaseShape special = { 2, { 33, 129 } };
  Case                  *added;

  for (guint i = 0; i < case_n_shapes; i++)
    {
      add_binary (cases, op, dtype, &case_shapes[i], &case_shapes[i], 0);
      add_binary (cases, op, dtype, &case_shapes[i], &case_shapes[i], 7 * i + 5 * op + dtype);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      add_binary (cases, op, dtype, &pairs[i].a, &pairs[i].b, 0);
      add_binary (cases, op, dtype, &pairs[i].b, &pairs[i].a, 11 * i + op + dtype);
    }
  added = add_binary (cases, op, dtype, &special, &special, 0);
  added->inputs[0].values = added->inputs[1].values = VALUES_SPECIAL;
}

static void
binary_cases (GArray *cases)
{
  for (guint op = TRAFO_OP_ADD; op <= TRAFO_OP_MINIMUM; op++)
    for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
      if (ALLOWS (op == TRAFO_OP_POW ? TRAFO_RULE_FLOATS : TRAFO_RULE_FLOATS | TRAFO_RULE_IDS,
                  dtype))
        add_binary_of_dtype (cases, op, dtype);
}

static void
compare_cases (GArray *cases)
{
  for (guint comparison = 0; comparison <= TRAFO_COMPARE_GREATER_EQUAL; comparison++)
    for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
      {
        guint first = cases->len;

        add_binary_of_dtype (cases, TRAFO_OP_COMPARE, dtype);
        for (guint i = first; i < cases->len; i++)
          g_array_index (cases, Case, i).attrs.compare.comparison = comparison;
      }
}

static void
add_where (GArray          *cases,
           TrafoDType       dtype,
           const CaseShape *condition,
           const CaseShape *a,
           const CaseShape *b,
           guint            layout)
{
  Case                  *added = case_append (cases, TRAFO_OP_WHERE);
  const CaseShape *const shapes[] = { condition, a, b };

  for (guint i = 0; i < 3; i++)
    {
      CaseOperand *x = case_add_operand (added,
                                         i == 0 ? TRAFO_DTYPE_BOOL : dtype,
                                         shapes[i]->dims,
                                         shapes[i]->n_dims);

      x->values = i == 0 ? VALUES_UNIT : VALUES_SPECIAL;
      x->layout = case_nth_layout (layout, shapes[i]->n_dims);
      layout /= N_LAYOUTS;
    }
}

static void
where_cases (GArray *cases)
{
  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    {
      for (guint i = 0; i < case_n_shapes; i++)
        add_where (cases,
                   dtype,
                   &case_shapes[i],
                   &case_shapes[i],
                   &case_shapes[i],
                   i % 2 == 0 ? 0 : 13 * i + dtype);
      for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
        {
          add_where (cases, dtype, &pairs[i].a, &pairs[i].b, &pairs[i].a, i % 3 == 0 ? 17 * i : 0);
          add_where (cases, dtype, &pairs[i].b, &pairs[i].a, &case_shapes[2], 0);
        }
    }
}

void
elementwise_cases (GArray *cases)
{
  unary_cases (cases);
  activation_cases (cases);
  binary_cases (cases);
  compare_cases (cases);
  where_cases (cases);
}
