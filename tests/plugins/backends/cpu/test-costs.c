/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

/* Which of a linear layer's kernels a tier takes, by its place in the list and by ops/costs.h: borders that
 * were measured. */
typedef struct
{
  guint8      dtype;
  guint8      encoding;
  gint64      few_rows[3]; /* at most, in baseline, AVX2 and AVX-512; 0: any number */
  const char *few, *many;  /* kernels, without their tier */
} Choice;

#define WEIGHT(dtype, encoding) TRAFO_DTYPE_##dtype, TRAFO_WEIGHT_ENCODING_##encoding

static const Choice choices[] = {
  { WEIGHT (FLOAT32, NONE), { 0, 0, 0 }, "linear-float32", NULL },
  { WEIGHT (FLOAT16, NONE), { 4, 44, 48 }, "linear-float32", "linear-widened" },
  { WEIGHT (BFLOAT16, NONE), { 32, 44, 48 }, "linear-float32", "linear-widened" },
  { WEIGHT (INT8, INT8), { 4, 44, 48 }, "linear-float32", "linear-widened" },
  { WEIGHT (UINT8, NF4), { 4, 4, 8 }, "linear-4bit", "linear-4bit-decoded" },
  { WEIGHT (UINT8, FP4), { 4, 4, 8 }, "linear-4bit", "linear-4bit-decoded" },
  { WEIGHT (UINT8, INT4), { 4, 4, 8 }, "linear-4bit", "linear-4bit-decoded" },
  { WEIGHT (INT8, NONE), { 0, 0, 0 }, "linear-narrow", NULL },
  { WEIGHT (INT8, LLM_INT8), { 256, 256, 256 }, "linear-llm-int8-few", "linear-llm-int8" },
};
/* where the tier multiplies it, and does not keep it for float32 */
static const Choice bfloat16_choice = { WEIGHT (BFLOAT16, NONE), { 0 }, "linear-narrow", NULL };

/* As core chooses, for one thread: the first, or what is cheaper of those behind it. */
static const TrafoKernel *
choose (const TrafoCpuKernels *tier, const TrafoKernelArgs *args)
{
  gsize                     n_kernels;
  const TrafoKernel *const *kernels = tier->list_kernels (TRAFO_OP_LINEAR, &n_kernels);
  const TrafoKernel        *best = NULL;

  for (gsize i = 0; i < n_kernels; i++)
    if (!kernels[i]->supports (args))
      continue;
    else if (best == NULL)
      best = kernels[i];
    else if (best->cost != NULL && kernels[i]->cost != NULL &&
             kernels[i]->cost (args, 1) < best->cost (args, 1))
      best = kernels[i];
  return best;
}

/* So few terms that the rows are one block, whatever the second-level cache. */
static const TrafoKernel *
choose_for_rows (const TrafoCpuKernels *tier, const Choice *choice, gint64 n_rows)
{
  enum
  {
    K = 64,
    N = 768,
  };
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs, .encoding = choice->encoding };
  TrafoKernelArgs  args = {
     .struct_size = sizeof args,
     .op = TRAFO_OP_LINEAR,
     .attrs = &attrs,
     .n_inputs = 2,
     .inputs = { { .dtype = TRAFO_DTYPE_FLOAT32,
                   .n_dims = 2,
                   .shape = { n_rows, K },
                   .strides = { K, 1 } },
                 { .dtype = choice->dtype,
                   .n_dims = 2,
                   .shape = { N, K },
                   .layout = TRAFO_LAYOUT_PACKED } },
     .output = { .dtype = TRAFO_DTYPE_FLOAT32,
                 .n_dims = 2,
                 .shape = { n_rows, N },
                 .strides = { N, 1 } },
  };

  return choose (tier, &args);
}

static void
assert_choice (const TrafoCpuKernels *tier, const Choice *choice, gint64 n_rows, gint64 few_rows)
{
  const char        *noun = few_rows == 0 || n_rows <= few_rows ? choice->few : choice->many;
  g_autofree char   *expected = g_strconcat (noun, "-", tier->name, NULL);
  const TrafoKernel *kernel = choose_for_rows (tier, choice, n_rows);

  g_test_message ("dtype %u, encoding %u, %d rows", choice->dtype, choice->encoding, (gint) n_rows);
  g_assert_nonnull (kernel);
  g_assert_cmpstr (kernel->name, ==, expected);
}

/* Tiers above AVX-512 have its costs. */
static gsize
find_column (const TrafoCpuKernels *tier)
{
  if (g_str_equal (tier->name, "baseline"))
    return 0;
  return g_str_equal (tier->name, "avx2") ? 1 : 2;
}

static void
test_choices (gconstpointer data)
{
  static const gint64    n_rows[] = { 1, 8, 9, 64, 512 };
  const TrafoCpuKernels *tier = data;

  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      gboolean is_multiplied =
          choices[i].dtype == TRAFO_DTYPE_BFLOAT16 && !tier->keeps_dtype (TRAFO_DTYPE_BFLOAT16);
      const Choice *choice = is_multiplied ? &bfloat16_choice : &choices[i];
      gint64        few_rows = choice->few_rows[find_column (tier)];

      for (gsize j = 0; j < G_N_ELEMENTS (n_rows); j++)
        assert_choice (tier, choice, n_rows[j], few_rows);
      assert_choice (tier, choice, MAX (few_rows, 1), few_rows);
      assert_choice (tier, choice, few_rows + 1, few_rows);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("costs/choices", test_choices);
  return g_test_run ();
}
