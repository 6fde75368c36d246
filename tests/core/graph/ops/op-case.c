/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include <string.h>

#include "op-decomposition.h"

#define POISON 0xa5

typedef struct
{
  double relative;
  double absolute;
} Tolerance;

/* Half a unit in the last place, and a little: the references round once. */
static const Tolerance reference_tolerances[TRAFO_N_DTYPES] = {
  [TRAFO_DTYPE_FLOAT32] = { 1e-7, 1e-12 },
  [TRAFO_DTYPE_FLOAT16] = { 5e-4, 3.1e-8 },
  [TRAFO_DTYPE_BFLOAT16] = { 4e-3, 1e-12 },
};

/* A decomposition rounds after each of its ops. */
static const Tolerance decomposition_tolerances[TRAFO_N_DTYPES] = {
  [TRAFO_DTYPE_FLOAT32] = { 1e-5, 1e-6 },
  [TRAFO_DTYPE_FLOAT16] = { 5e-3, 5e-3 },
  [TRAFO_DTYPE_BFLOAT16] = { 4e-2, 4e-2 },
};

static double
read_element (TrafoDType dtype, gconstpointer data, gint64 at)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return ((const float *) data)[at];
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (((const guint16 *) data)[at]);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (((const guint16 *) data)[at]);
    case TRAFO_DTYPE_INT8:
      return ((const gint8 *) data)[at];
    case TRAFO_DTYPE_INT32:
      return ((const gint32 *) data)[at];
    case TRAFO_DTYPE_INT64:
      return (double) ((const gint64 *) data)[at];
    default:
      return ((const guint8 *) data)[at];
    }
}

static void
write_element (TrafoDType dtype, gpointer data, gint64 at, double value)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      ((float *) data)[at] = (float) value;
      break;
    case TRAFO_DTYPE_FLOAT16:
      ((guint16 *) data)[at] = trafo_float16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_BFLOAT16:
      ((guint16 *) data)[at] = trafo_bfloat16_from_float ((float) value);
      break;
    case TRAFO_DTYPE_INT8:
      ((gint8 *) data)[at] = (gint8) value;
      break;
    case TRAFO_DTYPE_INT32:
      ((gint32 *) data)[at] = (gint32) value;
      break;
    case TRAFO_DTYPE_INT64:
      ((gint64 *) data)[at] = (gint64) value;
      break;
    default:
      ((guint8 *) data)[at] = (guint8) value;
    }
}

static gint64
count_elements (const OpTensor *x)
{
  gint64 n = 1;

  for (guint axis = 0; axis < x->n_dims; axis++)
    n *= x->shape[axis];
  return n;
}

/* Where element number @i in row-major order lies. */
static gint64
locate (const TrafoOperand *x, gint64 i)
{
  gint64 at = 0;

  for (guint axis = x->n_dims; axis-- > 0;)
    {
      at += i % x->shape[axis] * x->strides[axis];
      i /= x->shape[axis];
    }
  return at;
}

/* An operand, and the memory it lies in: row-major without a gap, or the first axis fastest with two
 * elements free after each and three in front. */
typedef struct
{
  TrafoOperand operand;
  guint8      *memory;
  gsize        size_bytes;
} Operand;

static void
operand_init (Operand *self, const OpTensor *x, gboolean is_spread)
{
  gsize  element_bytes = trafo_dtype_get_size (x->dtype);
  gint64 stride = is_spread ? 3 : 1;

  self->operand = (TrafoOperand){ .dtype = x->dtype, .n_dims = x->n_dims };
  memcpy (self->operand.shape, x->shape, sizeof self->operand.shape);
  for (guint i = 0; i < x->n_dims; i++)
    {
      guint axis = is_spread ? i : x->n_dims - 1 - i;

      self->operand.strides[axis] = stride;
      stride *= x->shape[axis];
    }
  self->size_bytes = (count_elements (x) * (is_spread ? 3 : 1) + 3 * is_spread) * element_bytes;
  self->memory = g_malloc (MAX (self->size_bytes, 1));
  memset (self->memory, POISON, self->size_bytes);
  self->operand.data = self->memory + (is_spread ? 3 * element_bytes : 0);
}

static void
operand_fill (Operand *self, const OpTensor *x)
{
  for (gint64 i = 0; i < count_elements (x); i++)
    write_element (x->dtype, self->operand.data, locate (&self->operand, i), x->values[i]);
}

static void
assert_element (const OpTensor  *tensor,
                gint64           i,
                double           found,
                const Tolerance *tolerances,
                const char      *name)
{
  const Tolerance *tolerance = &tolerances[tensor->dtype];
  double           expected = tensor->values[i];
  gboolean         is_same = isnan (expected) ? isnan (found) : found == expected;

  if (!is_same && isfinite (expected))
    is_same =
        fabs (found - expected) <= tolerance->absolute + tolerance->relative * fabs (expected);
  /* a value beyond float16's range rounds to infinity */
  if (!is_same && isinf (found) && tensor->dtype == TRAFO_DTYPE_FLOAT16)
    is_same = fabs (expected) >= 65520 && (found > 0) == (expected > 0);
  if (!is_same)
    g_error ("%s: element %" G_GINT64_FORMAT " is %.9g, expected %.9g", name, i, found, expected);
}

/* The elements are those expected, and the bytes between them untouched. */
static void
operand_check (Operand *self, const OpTensor *expected, const char *name)
{
  gsize element_bytes = trafo_dtype_get_size (expected->dtype);

  for (gint64 i = 0; i < count_elements (expected); i++)
    {
      gint64 at = locate (&self->operand, i);
      double found = read_element (expected->dtype, self->operand.data, at);

      assert_element (expected, i, found, reference_tolerances, name);
      memset ((guint8 *) self->operand.data + at * (gint64) element_bytes, POISON, element_bytes);
    }
  for (gsize i = 0; i < self->size_bytes; i++)
    g_assert_cmpuint (self->memory[i], ==, POISON);
}

static TrafoValueType
get_type (const OpTensor *x)
{
  TrafoValueType type = { .dtype = x->dtype, .n_dims = x->n_dims };

  memcpy (type.dims, x->shape, sizeof type.dims);
  return type;
}

/* Ops whose result's dims or dtype the caller asks for. */
static gboolean
is_asked (guint op)
{
  return op == TRAFO_OP_FILL || op == TRAFO_OP_IOTA || op == TRAFO_OP_RESHAPE ||
         op == TRAFO_OP_BROADCAST || op == TRAFO_OP_CAST || op == TRAFO_OP_SLICE;
}

static void
check_rule (const OpCase *op_case, const TrafoOp *op, gpointer attrs)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  g_autoptr (GError) error = NULL;
  TrafoValueType inputs[TRAFO_MAX_OP_INPUTS] = { 0 };
  TrafoValueType expected = get_type (&op_case->output);
  TrafoValueType output;

  memset (&output, POISON, sizeof output);
  if (is_asked (op_case->op))
    output = expected;
  for (guint i = 0; i < op_case->n_inputs; i++)
    inputs[i] = get_type (&op_case->inputs[i]);
  op->infer (dims, attrs, inputs, op_case->n_inputs, &output, &error);
  g_assert_no_error (error);
  g_assert_cmpint (output.dtype, ==, expected.dtype);
  g_assert_cmpuint (output.n_dims, ==, expected.n_dims);
  for (guint axis = 0; axis < expected.n_dims; axis++)
    g_assert_cmpint (output.dims[axis], ==, expected.dims[axis]);
}

static void
check_reference (const OpCase  *op_case,
                 const TrafoOp *op,
                 const void    *attrs,
                 gboolean       spreads_inputs,
                 gboolean       spreads_output)
{
  Operand         output;
  Operand         inputs[TRAFO_MAX_OP_INPUTS];
  TrafoKernelArgs args = { .struct_size = sizeof args, .op = op_case->op, .attrs = attrs };

  args.n_inputs = op_case->n_inputs;
  for (guint i = 0; i < op_case->n_inputs; i++)
    {
      operand_init (&inputs[i], &op_case->inputs[i], spreads_inputs);
      operand_fill (&inputs[i], &op_case->inputs[i]);
      args.inputs[i] = inputs[i].operand;
    }
  operand_init (&output, &op_case->output, spreads_output);
  args.output = output.operand;
  op->reference (&args);
  operand_check (&output, &op_case->output, op_case->name);
  g_free (output.memory);
  for (guint i = 0; i < op_case->n_inputs; i++)
    g_free (inputs[i].memory);
}

static void
check_decomposition (const OpCase *op_case, const TrafoOp *op, const void *attrs)
{
  Operand      inputs[TRAFO_MAX_OP_INPUTS];
  TrafoOperand operands[TRAFO_MAX_OP_INPUTS];
  TrafoOperand result;

  for (guint i = 0; i < op_case->n_inputs; i++)
    {
      operand_init (&inputs[i], &op_case->inputs[i], FALSE);
      operand_fill (&inputs[i], &op_case->inputs[i]);
      operands[i] = inputs[i].operand;
    }
  result = op_decomposition_run (op, attrs, operands, op_case->n_inputs);
  g_assert_cmpint (result.dtype, ==, op_case->output.dtype);
  g_assert_cmpuint (result.n_dims, ==, op_case->output.n_dims);
  for (guint axis = 0; axis < result.n_dims; axis++)
    g_assert_cmpint (result.shape[axis], ==, op_case->output.shape[axis]);
  for (gint64 i = 0; i < count_elements (&op_case->output); i++)
    assert_element (&op_case->output,
                    i,
                    read_element (result.dtype, result.data, i),
                    decomposition_tolerances,
                    op_case->name);
  g_free (result.data);
  for (guint i = 0; i < op_case->n_inputs; i++)
    g_free (inputs[i].memory);
}

static void
run_case (gconstpointer user_data)
{
  const OpCase    *op_case = user_data;
  const TrafoOp   *op = trafo_op_lookup (op_case->op);
  g_autofree void *attrs = NULL;

  g_assert_nonnull (op);
  g_assert_cmpuint (op_case->n_inputs, >=, op->min_inputs);
  g_assert_cmpuint (op_case->n_inputs, <=, op->max_inputs);
  attrs = g_memdup2 (op_case->attrs, op->attrs_size_bytes);
  check_rule (op_case, op, attrs);
  for (guint layout = 0; layout < 4; layout++)
    check_reference (op_case, op, attrs, layout & 1, layout >> 1);
  if (op->decompose != NULL)
    check_decomposition (op_case, op, attrs);
}

void
op_case_add (const OpCase *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      const char      *op = trafo_op_lookup (cases[i].op)->name;
      g_autofree char *path = g_strdup_printf ("/%s/%s", op, cases[i].name);

      g_test_add_data_func (path, &cases[i], run_case);
    }
}

static void
run_error (gconstpointer user_data)
{
  const OpError   *op_error = user_data;
  const TrafoOp   *op = trafo_op_lookup (op_error->op);
  g_autofree void *attrs = g_memdup2 (op_error->attrs, op->attrs_size_bytes);
  TrafoValueType   output = op_error->asked;
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (op->infer (dims, attrs, op_error->inputs, op_error->n_inputs, &output, &error));
  g_assert_error (error, TRAFO_ERROR, (gint) op_error->code);
  g_assert_cmpstr (error->message, ==, op_error->message);
}

void
op_error_add (const OpError *errors, gsize n_errors)
{
  for (gsize i = 0; i < n_errors; i++)
    {
      const char      *op = trafo_op_lookup (errors[i].op)->name;
      g_autofree char *path = g_strdup_printf ("/%s/error/%s", op, errors[i].name);

      g_test_add_data_func (path, &errors[i], run_error);
    }
}
