/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Prints the speed of the kernels of a tier on the shapes of BERT-base, on one thread: the best of
 * many runs.
 *
 *   bench-cpu-kernels [TIER [CASE]], CASE a part of what is printed such as 'bfloat16 128x' */
#include "cpu-tier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <trafo/trafo-kernel.h>

#define SECONDS 0.4

static gpointer
alloc (gsize size_bytes)
{
  gsize    size = (size_bytes + (2 << 20)) & ~((gsize) (2 << 20) - 1);
  gpointer p = aligned_alloc (2 << 20, size);

  if (p == NULL)
    exit (1);
  madvise (p, size, MADV_HUGEPAGE);
  memset (p, 0, size);
  return p;
}

static TrafoOperand
operand (const gint64 *shape)
{
  TrafoOperand o = { .dtype = TRAFO_DTYPE_FLOAT32 };
  gint64       n = 1;

  while (shape[o.n_dims] >= 0)
    {
      o.shape[o.n_dims] = shape[o.n_dims];
      o.n_dims++;
    }
  for (guint i = o.n_dims; i-- > 0;)
    {
      o.strides[i] = n;
      n *= shape[i];
    }
  o.data = alloc ((gsize) n * sizeof (float));
  for (gint64 i = 0; i < n; i++)
    ((float *) o.data)[i] = (float) (i * 7919 % 1024) / 1024 - 0.5f;
  return o;
}
#define OPERAND(...) operand ((const gint64[]){ __VA_ARGS__, -1 })

/* The best time of one run, in seconds. */
static double
best_time (const TrafoKernel *kernel, const TrafoKernelArgs *args)
{
  gpointer scratch = alloc (kernel->scratch_size ? kernel->scratch_size (args, 1) : 0);
  guint    n_tasks = kernel->n_tasks ? kernel->n_tasks (args, 1) : 1;
  double   best = G_MAXDOUBLE, total = 0;

  while (total < SECONDS * G_USEC_PER_SEC)
    {
      gint64 start = g_get_monotonic_time ();
      double time;

      for (guint task = 0; task < n_tasks; task++)
        kernel->run (args, task, n_tasks, scratch);
      time = (double) (g_get_monotonic_time () - start);
      best = MIN (best, time);
      total += time + 1;
    }
  free (scratch);
  return best / G_USEC_PER_SEC;
}

static void
free_operands (TrafoKernelArgs *args)
{
  free (args->output.data);
  for (guint i = 0; i < args->n_inputs; i++)
    free (args->inputs[i].data);
}

/* Of the cases that are wanted: all if NULL. */
static const char *wanted;

/* Returns the best time of the fastest kernel, in seconds. */
static double
report (const TrafoCpuKernels *tier,
        TrafoKernelArgs       *args,
        const char            *what,
        double                 work,
        const char            *unit)
{
  gsize                     n;
  const TrafoKernel *const *kernels = tier->list_kernels (args->op, &n);
  double                    best = G_MAXDOUBLE;

  for (gsize i = 0; i < n; i++)
    {
      double time;

      if (!kernels[i]->supports (args) || (wanted != NULL && strstr (what, wanted) == NULL))
        continue;
      time = best_time (kernels[i], args);
      best = MIN (best, time);
      printf ("%-28s %-32s %9.1f us %9.2f %s\n",
              kernels[i]->name,
              what,
              time * 1e6,
              work / time * 1e-9,
              unit);
      fflush (stdout);
    }
  return best;
}

/* What a weight is kept as. */
typedef struct
{
  const char         *name;
  guint8              dtype;
  TrafoWeightEncoding encoding;
} Kind;

static void
bench_linear (const TrafoCpuKernels *tier,
              const Kind            *kind,
              gint64                 M,
              gint64                 K,
              gint64                 N,
              guint                  activation)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs,
                             .activation = activation,
                             .has_bias = TRUE,
                             .encoding = kind->encoding };
  TrafoOperand     source = OPERAND (N, K);
  TrafoWeight      weight = { .struct_size = sizeof weight,
                              .n_parts = 1,
                              .parts = &source,
                              .dtype = kind->dtype,
                              .encoding = kind->encoding,
                              .n_out = N,
                              .n_in = K };
  guint            block_size = kind->encoding == TRAFO_WEIGHT_ENCODING_INT4 ? 32 : 64;
  TrafoOperand     scales = OPERAND (N * K / block_size + 1);
  TrafoKernelArgs  args = { .struct_size = sizeof args,
                            .op = TRAFO_OP_LINEAR,
                            .n_inputs = 3,
                            .attrs = &attrs,
                            .output = OPERAND (M, N),
                            .inputs = { OPERAND (M, K), source, OPERAND (N) } };
  char             what[64];
  double           pack_time = G_MAXDOUBLE, time;

  if (kind->encoding != TRAFO_WEIGHT_ENCODING_NONE)
    {
      weight.block_size = block_size;
      weight.scales = &scales;
      source.dtype = kind->dtype;
      scales.shape[0] = kind->dtype == TRAFO_DTYPE_UINT8 ? (N * K - 1) / block_size + 1 : N;
    }
  args.inputs[1].layout = TRAFO_LAYOUT_PACKED;
  args.inputs[1].dtype = kind->dtype;
  args.inputs[1].data = alloc (tier->packed_size (&weight));
  for (guint i = 0; i < 5; i++)
    {
      gint64 start = g_get_monotonic_time ();

      for (guint task = 0; task < tier->pack_n_tasks (&weight); task++)
        tier->pack (&weight, args.inputs[1].data, task);
      pack_time = MIN (pack_time, (double) (g_get_monotonic_time () - start));
    }
  g_snprintf (what,
              sizeof what,
              "%s %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT,
              kind->name,
              M,
              K,
              N);
  time = report (tier, &args, what, 2.0 * M * K * N, "GFLOP/s");
  if (M == 1 && wanted == NULL)
    printf ("%62s %9.2f GB/s, pack %.2f GB/s read\n",
            "",
            (double) tier->packed_size (&weight) / time * 1e-9,
            4.0 * K * N / pack_time * 1e-3);
  free (source.data);
  free (scales.data);
  free_operands (&args);
}

static void
bench_attention (const TrafoCpuKernels *tier, guint8 dtype, gint64 T, gint64 S, gboolean is_causal)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = 12,
                                .n_kv_heads = 12,
                                .head_size = 64,
                                .is_causal = is_causal != FALSE,
                                .dtype = dtype,
                                .scale = 0.125 };
  TrafoKernelArgs     args = {
        .struct_size = sizeof args,
        .op = TRAFO_OP_ATTENTION,
        .n_inputs = 3,
        .attrs = &attrs,
        .output = OPERAND (1, T, 768),
        .inputs = { OPERAND (1, T, 768), OPERAND (1, S, 768), OPERAND (1, S, 768) }
  };
  char what[64];

  g_snprintf (what,
              sizeof what,
              "%s 12 heads, %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT "%s",
              trafo_dtype_get_name (dtype),
              T,
              S,
              is_causal ? ", causal" : "");
  report (tier, &args, what, 4.0 * 768 * T * S, "GFLOP/s");
  free_operands (&args);
}

int
main (int argc, char *argv[])
{
  static const gint64 shapes[][2] = { { 768, 2304 }, { 768, 768 }, { 768, 3072 }, { 3072, 768 } };
  static const guint8 dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_BFLOAT16 };
  static const Kind   kinds[] = {
      { "float32", TRAFO_DTYPE_FLOAT32, TRAFO_WEIGHT_ENCODING_NONE },
      { "bfloat16", TRAFO_DTYPE_BFLOAT16, TRAFO_WEIGHT_ENCODING_NONE },
      { "float16", TRAFO_DTYPE_FLOAT16, TRAFO_WEIGHT_ENCODING_NONE },
      { "int8", TRAFO_DTYPE_INT8, TRAFO_WEIGHT_ENCODING_NONE },
      { "int8-weight-only", TRAFO_DTYPE_INT8, TRAFO_WEIGHT_ENCODING_INT8 },
      { "nf4", TRAFO_DTYPE_UINT8, TRAFO_WEIGHT_ENCODING_NF4 },
      { "int4-weight-only", TRAFO_DTYPE_UINT8, TRAFO_WEIGHT_ENCODING_INT4 },
  };
  static const gint64    rows[] = { 1, 4, 128, 1024 };
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);

  wanted = argc > 2 ? argv[2] : NULL;
  for (gsize t = 0; t < n_tiers; t++)
    {
      if (argc > 1 && !g_str_equal (argv[1], tiers[t]->name))
        continue;
      for (gsize d = 0; d < G_N_ELEMENTS (dtypes); d++)
        {
          bench_attention (tiers[t], dtypes[d], 128, 128, FALSE);
          bench_attention (tiers[t], dtypes[d], 512, 512, FALSE);
          bench_attention (tiers[t], dtypes[d], 1024, 1024, FALSE);
          bench_attention (tiers[t], dtypes[d], 1024, 1024, TRUE);
          bench_attention (tiers[t], dtypes[d], 1, 1024, TRUE);
        }
      for (gsize d = 0; d < G_N_ELEMENTS (kinds); d++)
        for (gsize m = 0; m < G_N_ELEMENTS (rows); m++)
          for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
            bench_linear (tiers[t],
                          &kinds[d],
                          rows[m],
                          shapes[i][0],
                          shapes[i][1],
                          i == 2 ? TRAFO_ACTIVATION_GELU : 0);
    }
  return 0;
}
