/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "case.h"

#include <string.h>

/* MATMUL and LINEAR. */

static void
add_matmul (GArray          *cases,
            TrafoDType       dtype,
            const CaseShape *a,
            const CaseShape *b,
            guint            transposes,
            guint            layout)
{
  Case                  *added = case_append (cases, TRAFO_OP_MATMUL);
  const CaseShape *const shapes[] = { a, b };

  added->attrs.matmul.struct_size = sizeof added->attrs.matmul;
  added->attrs.matmul.transpose_a = transposes & 1;
  added->attrs.matmul.transpose_b = transposes >> 1;
  for (guint i = 0; i < 2; i++)
    {
      guint        n_dims = shapes[i]->n_dims;
      CaseOperand *x = case_add_operand (added, dtype, shapes[i]->dims, n_dims);

      if (transposes & (1 << i))
        {
          x->shape[n_dims - 1] = shapes[i]->dims[n_dims - 2];
          x->shape[n_dims - 2] = shapes[i]->dims[n_dims - 1];
        }
      x->layout = case_nth_layout (i == 0 ? layout % N_LAYOUTS : layout / N_LAYOUTS, n_dims);
    }
}

static void
matmul_cases (GArray *cases)
{
  static const struct
  {
    CaseShape a, b;
  } pairs[] = {
    { { 2, { 0, 3 } }, { 2, { 3, 2 } } },
    { { 2, { 3, 0 } }, { 2, { 0, 5 } } },
    { { 3, { 3, 5, 7 } }, { 2, { 7, 9 } } },
    { { 2, { 5, 7 } }, { 3, { 3, 7, 9 } } },
    { { 4, { 2, 3, 17, 8 } }, { 4, { 2, 3, 8, 31 } } },
    { { 4, { 2, 1, 5, 16 } }, { 4, { 1, 3, 16, 15 } } },
    { { 5, { 2, 3, 2, 9, 33 } }, { 5, { 2, 3, 1, 33, 17 } } },
    { { 2, { 65, 257 } }, { 2, { 257, 129 } } },
    { { 3, { 2, 33, 64 } }, { 3, { 2, 64, 33 } } },
  };

  for (guint dtype = TRAFO_DTYPE_FLOAT32; dtype <= TRAFO_DTYPE_BFLOAT16; dtype++)
    for (guint transposes = 0; transposes < 4; transposes++)
      {
        for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
          {
            add_matmul (cases, dtype, &pairs[i].a, &pairs[i].b, transposes, 0);
            add_matmul (cases, dtype, &pairs[i].a, &pairs[i].b, transposes, 7 * i + transposes);
          }
        for (guint i = 0; i < case_n_lengths; i++)
          {
            gint64    n_rows = case_lengths[i];
            gint64    n_terms = case_lengths[(5 * i + transposes) % case_n_lengths];
            gint64    n_columns = case_lengths[(7 * i + 3 * transposes) % case_n_lengths];
            CaseShape a = { 2, { n_rows, n_terms } };
            CaseShape b = { 2, { n_terms, n_columns } };

            add_matmul (cases, dtype, &a, &b, transposes, i % 3 == 0 ? 5 * i : 0);
          }
      }
}

typedef struct
{
  gint64 n_rows, n_in, n_out;
} LinearSize;

/* Bits of @variant: bias, residual, in_out, parameters rather than inputs. */
static void
add_linear (GArray           *cases,
            const LinearSize *size,
            guint             variant,
            TrafoActivation   activation,
            TrafoDType        weight_dtype,
            guint             n_dims,
            Layout            layout)
{
  Case    *added = case_append (cases, TRAFO_OP_LINEAR);
  gboolean is_in_out = variant >> 2 & 1, is_param = variant >> 3 & 1;
  gint64   shape[TRAFO_MAX_DIMS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  gint64 weight[] = { is_in_out ? size->n_in : size->n_out, is_in_out ? size->n_out : size->n_in };
  CaseOperand *x;

  if (n_dims > 1)
    shape[n_dims - 2] = size->n_rows;
  if (n_dims > 2 && size->n_rows % 3 == 0)
    {
      shape[0] = 3;
      shape[n_dims - 2] /= 3;
    }
  shape[n_dims - 1] = size->n_in;
  x = case_add_operand (added, TRAFO_DTYPE_FLOAT32, shape, n_dims);
  x->layout = layout;
  case_add_operand (added, weight_dtype, weight, 2)->is_param = is_param;
  if (variant & 1)
    case_add_operand (added, weight_dtype, &size->n_out, 1)->is_param = is_param;
  shape[n_dims - 1] = size->n_out;
  if (variant & 2)
    {
      x = case_add_operand (added, TRAFO_DTYPE_FLOAT32, shape, n_dims);
      x->layout = layout == LAYOUT_PERMUTED ? LAYOUT_STEP : layout;
    }
  added->attrs.linear.struct_size = sizeof added->attrs.linear;
  added->attrs.linear.activation = activation;
  added->attrs.linear.has_bias = variant & 1;
  added->attrs.linear.has_residual = variant >> 1 & 1;
  added->attrs.linear.is_in_out = is_in_out;
}

static void
linear_cases (GArray *cases)
{
  static const LinearSize edges[] = {
    { 0, 5, 7 },      { 3, 0, 5 },     { 5, 7, 0 },     { 200, 64, 96 },
    { 12, 1025, 17 }, { 3, 2100, 33 }, { 33, 2100, 9 }, { 129, 257, 65 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    for (guint variant = 0; variant < 16; variant++)
      add_linear (cases,
                  &edges[i],
                  variant,
                  (i + variant) % 8,
                  TRAFO_DTYPE_FLOAT32 + variant % 3,
                  2 + variant % 3,
                  LAYOUT_PLAIN);
  for (guint i = 0; i < case_n_lengths; i++)
    for (guint variant = 0; variant < 16; variant++)
      {
        LinearSize size = { 1 + (i * 7 + variant) % 24,
                            case_lengths[(i + 5 * variant) % case_n_lengths],
                            case_lengths[i] };
        guint      n_dims = size.n_rows == 1 ? 1 + i % 3 : 2 + i % 4;

        add_linear (cases,
                    &size,
                    variant,
                    (i + variant) % 8,
                    TRAFO_DTYPE_FLOAT32 + (i + variant) % 3,
                    n_dims,
                    variant % 4 == 3 ? case_nth_layout (i, n_dims) : LAYOUT_PLAIN);
      }
  /* every number of rows up to some tiles, each activation, packed */
  for (guint n_rows = 1; n_rows <= 40; n_rows++)
    add_linear (cases,
                &(LinearSize){ n_rows, 37, 70 },
                n_rows % 2 == 0 ? 11 : 15,
                n_rows % 8,
                TRAFO_DTYPE_FLOAT32,
                2,
                LAYOUT_PLAIN);
}

/* Parameters that the device packs as narrower types. */
static void
narrow_cases (GArray *cases)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT16,
                                       TRAFO_DTYPE_BFLOAT16,
                                       TRAFO_DTYPE_INT8 };

  for (guint d = 0; d < G_N_ELEMENTS (dtypes); d++)
    for (guint i = 0; i < case_n_lengths; i++)
      {
        gint64     n_in = case_lengths[i];
        LinearSize size = { 1 + 7 * i % 150, n_in, case_lengths[3 * i % case_n_lengths] };

        add_linear (cases,
                    &size,
                    8 + i % 8,
                    i % 8,
                    TRAFO_DTYPE_FLOAT32 + i % 3,
                    2 + i % 2,
                    LAYOUT_PLAIN);
        g_array_index (cases, Case, cases->len - 1).packed_dtype = dtypes[d];
      }
}

/* Rows that are bfloat16 already, and such results: bit 0 and 1 of i % 3 + 1. */
static void
rounded_cases (GArray *cases)
{
  for (guint i = 0; i < 3 * case_n_lengths; i++)
    {
      gint64     n_in = case_lengths[i % case_n_lengths];
      LinearSize size = { 1 + 5 * i % 67, n_in, case_lengths[3 * i % case_n_lengths] };
      guint      rounded = i % 3 + 1;
      Case      *added;

      add_linear (cases, &size, 8 + i % 8, i % 8, TRAFO_DTYPE_FLOAT32, 2 + i % 2, LAYOUT_PLAIN);
      added = &g_array_index (cases, Case, cases->len - 1);
      added->packed_dtype = TRAFO_DTYPE_BFLOAT16;
      if (rounded & 1)
        added->inputs[0].dtype = TRAFO_DTYPE_BFLOAT16;
      if (rounded & 2)
        added->attrs.linear.dtype = TRAFO_DTYPE_BFLOAT16;
    }
}

/* Parameters that become LLM.int8(), with outliers in every third case; as far off as other integers. */
static void
encoded_cases (GArray *cases)
{
  for (guint i = 0; i < case_n_lengths; i++)
    {
      LinearSize size = { 1 + 7 * i % 150, case_lengths[i], case_lengths[5 * i % case_n_lengths] };
      Case      *added;

      add_linear (cases,
                  &size,
                  8 + i % 8,
                  i % 8,
                  TRAFO_DTYPE_FLOAT32 + i % 3,
                  2 + i % 2,
                  LAYOUT_PLAIN);
      added = &g_array_index (cases, Case, cases->len - 1);
      added->packed_dtype = TRAFO_DTYPE_INT8;
      added->attrs.linear.encoding = TRAFO_WEIGHT_ENCODING_LLM_INT8;
      added->attrs.linear.threshold = i % 3 == 0 ? 0.9f : 6;
    }
}

/* Parameters that become integers beside which x stays what it is. */
static void
int8_cases (GArray *cases)
{
  for (guint i = 0; i < 2 * case_n_lengths; i++)
    {
      LinearSize size = { 1 + 7 * i % 150,
                          case_lengths[i % case_n_lengths],
                          case_lengths[5 * i % case_n_lengths] };

      add_linear (cases, &size, 8 + i % 8, i % 8, TRAFO_DTYPE_FLOAT32, 2 + i % 2, LAYOUT_PLAIN);
      g_array_index (cases, Case, cases->len - 1).attrs.linear.encoding =
          TRAFO_WEIGHT_ENCODING_INT8;
    }
}

/* Parameters that become 4 bits, in every other case with rows that kernels take so. */
static void
cases_4bit (GArray *cases)
{
  static const TrafoWeightEncoding encodings[] = { TRAFO_WEIGHT_ENCODING_NF4,
                                                   TRAFO_WEIGHT_ENCODING_FP4,
                                                   TRAFO_WEIGHT_ENCODING_INT4 };

  for (guint i = 0; i < case_n_lengths; i++)
    {
      gint64     n_in = i % 2 == 0 ? 32 * (1 + i % 9) : case_lengths[i];
      LinearSize size = { 1 + 7 * i % 150, n_in, case_lengths[5 * i % case_n_lengths] };

      for (gsize j = 0; j < G_N_ELEMENTS (encodings); j++)
        {
          add_linear (cases, &size, 8 + i % 8, i % 8, TRAFO_DTYPE_FLOAT32, 2 + i % 2, LAYOUT_PLAIN);
          g_array_index (cases, Case, cases->len - 1).attrs.linear.encoding = encodings[j];
        }
    }
}

void
product_cases (GArray *cases)
{
  matmul_cases (cases);
  linear_cases (cases);
  narrow_cases (cases);
  rounded_cases (cases);
  encoded_cases (cases);
  int8_cases (cases);
  cases_4bit (cases);
}
