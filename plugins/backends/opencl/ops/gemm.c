/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-launch.h"

/* MATMUL (a [..., M, K], b [..., K, N]) and LINEAR (x [..., K], weight, bias?, residual?),
 * float32, weight and bias of any float type: both are a batch of c = activation (a b + bias) + residual, see gemm.cl. */

#define TILE 64
#define TILE_ITEMS 16
#define GROUP 64
/* Up to here a tile would be mostly empty: each result is a dot product of its own. */
#define MAX_FEW_ROWS 4

/* The blocks of gemm_dense_k and gemm_dense_n for vectors of 16 and of 8 floats, as in gemm.cl. */
typedef struct
{
  gsize rows, columns;
} Block;

static const Block dense_k_blocks[] = { { 6, 4 }, { 4, 3 } };
static const Block dense_n_blocks[] = { { 12, 32 }, { 6, 16 } };

/* Work-items of one group: neighbours share lines of a and b in the cache. */
#define BLOCKS_PER_GROUP_ROW 8
#define BLOCKS_PER_GROUP_COLUMN 16

enum
{
  HAS_BIAS = 1,
  HAS_RESIDUAL = 2
};

/* The rows and columns of a matrix, in elements. */
typedef struct
{
  gint64 row;
  gint64 column;
} Strides;

typedef struct
{
  gint64     m, n, k;
  guint      flags;
  guint      activation;
  Strides    a, b, c, residual;
  OpenclWalk batches; /* c, a, b, residual */

  const TrafoOperand *a_operand, *b_operand, *c_operand, *bias_operand, *residual_operand;
} Gemm;

static gboolean
has_launchable_size (const Gemm *gemm)
{
  return gemm->m <= G_MAXINT32 && gemm->n <= G_MAXINT32 && gemm->k <= G_MAXINT32;
}

/* The strides of the leading axes of @operand, broadcast to those of @output. */
static gboolean
broadcast_leading (const TrafoOperand *operand, const TrafoOperand *output, gint64 *strides)
{
  guint missing = output->n_dims - operand->n_dims;

  for (guint i = 0; i + 2 < output->n_dims; i++)
    {
      gint64 length = i < missing ? 1 : operand->shape[i - missing];

      if (length != 1 && length != output->shape[i])
        return FALSE;
      strides[i] = length == 1 ? 0 : operand->strides[i - missing];
    }
  return TRUE;
}

/* The last two axes of @operand, exchanged if it is transposed. */
static void
get_matrix (const TrafoOperand *operand, gboolean is_transposed, gint64 shape[2], Strides *strides)
{
  guint row = operand->n_dims - (is_transposed ? 1 : 2);
  guint column = operand->n_dims - (is_transposed ? 2 : 1);

  shape[0] = operand->shape[row];
  shape[1] = operand->shape[column];
  strides->row = operand->strides[row];
  strides->column = operand->strides[column];
}

static gboolean
prepare_matmul (const TrafoKernelArgs *args, Gemm *gemm)
{
  const TrafoMatmulAttrs *attrs = args->attrs;
  const TrafoOperand     *a = &args->inputs[0], *b = &args->inputs[1], *c = &args->output;
  gint64                  a_shape[2], b_shape[2], c_shape[2];
  gint64                  leading[4][TRAFO_MAX_DIMS] = { 0 };
  const gint64 *const     strides[] = { leading[0], leading[1], leading[2], leading[3] };

  memset (gemm, 0, sizeof *gemm);
  if (attrs == NULL || args->n_inputs != 2 || a->n_dims < 2 || b->n_dims < 2 ||
      c->n_dims != MAX (a->n_dims, b->n_dims) || !opencl_operand_is (a, TRAFO_DTYPE_FLOAT32) ||
      !opencl_operand_is (b, TRAFO_DTYPE_FLOAT32) || !opencl_operand_is (c, TRAFO_DTYPE_FLOAT32))
    return FALSE;
  get_matrix (a, attrs->transpose_a, a_shape, &gemm->a);
  get_matrix (b, attrs->transpose_b, b_shape, &gemm->b);
  get_matrix (c, FALSE, c_shape, &gemm->c);
  if (a_shape[1] != b_shape[0] || c_shape[0] != a_shape[0] || c_shape[1] != b_shape[1])
    return FALSE;
  gemm->m = a_shape[0];
  gemm->n = b_shape[1];
  gemm->k = a_shape[1];
  gemm->a_operand = a;
  gemm->b_operand = b;
  gemm->c_operand = gemm->bias_operand = gemm->residual_operand = c;
  return has_launchable_size (gemm) && broadcast_leading (c, c, leading[0]) &&
         broadcast_leading (a, c, leading[1]) && broadcast_leading (b, c, leading[2]) &&
         opencl_walk_init (&gemm->batches,
                           c->n_dims - 2,
                           c->shape,
                           G_N_ELEMENTS (strides),
                           strides);
}

/* Takes the innermost dimension of the walk over rows away: it becomes the rows of a matrix. */
static void
split_rows (Gemm *gemm)
{
  OpenclWalk *walk = &gemm->batches;

  gemm->m = walk->shape.s[0];
  gemm->c.row = walk->strides[0].s[0];
  gemm->a.row = walk->strides[1].s[0];
  gemm->residual.row = walk->strides[3].s[0];
  for (guint lane = 0; lane < TRAFO_MAX_DIMS; lane++)
    {
      gboolean is_last = lane + 1 == TRAFO_MAX_DIMS;

      walk->shape.s[lane] = is_last ? 1 : walk->shape.s[lane + 1];
      for (guint i = 0; i < OPENCL_WALK_MAX_OPERANDS; i++)
        walk->strides[i].s[lane] = is_last ? 0 : walk->strides[i].s[lane + 1];
    }
  walk->n_elements /= MAX (gemm->m, 1);
  walk->n_dims = MAX (walk->n_dims, 2) - 1;
}

static gboolean
has_leading_shape (const TrafoOperand *operand, const TrafoOperand *x, gint64 length)
{
  if (!opencl_operand_is (operand, TRAFO_DTYPE_FLOAT32) || operand->n_dims != x->n_dims ||
      operand->shape[x->n_dims - 1] != length)
    return FALSE;
  for (guint i = 0; i + 1 < x->n_dims; i++)
    if (operand->shape[i] != x->shape[i])
      return FALSE;
  return TRUE;
}

/* Puts the optional operands in place, with the output where one is absent; FALSE if they do not
 * fit. */
static gboolean
add_epilogue (const TrafoKernelArgs *args, Gemm *gemm)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *next = &args->inputs[2];

  gemm->bias_operand = gemm->residual_operand = &args->output;
  gemm->activation = attrs->activation;
  if (attrs->has_bias)
    {
      if (!opencl_operand_is_float (next) || next->n_dims != 1 || next->shape[0] != gemm->n)
        return FALSE;
      gemm->bias_operand = next++;
      gemm->flags |= HAS_BIAS;
    }
  if (attrs->has_residual)
    {
      if (!has_leading_shape (next, &args->inputs[0], gemm->n))
        return FALSE;
      gemm->residual_operand = next;
      gemm->residual.column = next->strides[next->n_dims - 1];
      gemm->flags |= HAS_RESIDUAL;
    }
  return TRUE;
}

static gboolean
prepare_linear (const TrafoKernelArgs *args, Gemm *gemm)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *x = &args->inputs[0], *weight = &args->inputs[1], *y = &args->output;
  const gint64            none[TRAFO_MAX_DIMS] = { 0 };
  const gint64           *strides[4] = { y->strides, x->strides, none, NULL };
  gint64                  b_shape[2];

  memset (gemm, 0, sizeof *gemm);
  if (attrs == NULL || attrs->activation > TRAFO_ACTIVATION_SIGMOID ||
      args->n_inputs != 2 + (attrs->has_bias != 0) + (attrs->has_residual != 0) || x->n_dims == 0 ||
      weight->n_dims != 2 || !opencl_operand_is (x, TRAFO_DTYPE_FLOAT32) ||
      !opencl_operand_is_float (weight))
    return FALSE;
  get_matrix (weight, !attrs->is_in_out, b_shape, &gemm->b);
  gemm->k = b_shape[0];
  gemm->n = b_shape[1];
  gemm->a.column = x->strides[x->n_dims - 1];
  gemm->c.column = y->strides[x->n_dims - 1];
  gemm->a_operand = x;
  gemm->b_operand = weight;
  gemm->c_operand = y;
  if (x->shape[x->n_dims - 1] != gemm->k || !has_leading_shape (y, x, gemm->n) ||
      !add_epilogue (args, gemm))
    return FALSE;
  strides[3] = gemm->residual_operand->strides;
  if (!opencl_walk_init (&gemm->batches, x->n_dims - 1, x->shape, G_N_ELEMENTS (strides), strides))
    return FALSE;
  split_rows (gemm);
  return has_launchable_size (gemm);
}

static void
push_gemm (OpenclLaunch *launch, const Gemm *gemm)
{
  opencl_launch_push_uint (launch, gemm->m);
  opencl_launch_push_uint (launch, gemm->n);
  opencl_launch_push_uint (launch, gemm->k);
  opencl_launch_push_uint (launch, gemm->flags);
  opencl_launch_push_uint (launch, gemm->activation);
  opencl_launch_push_uint (launch, gemm->bias_operand->dtype);
  opencl_launch_push_long (launch, gemm->a.row);
  opencl_launch_push_long (launch, gemm->a.column);
  opencl_launch_push_long (launch, gemm->b.row);
  opencl_launch_push_long (launch, gemm->b.column);
  opencl_launch_push_long (launch, gemm->c.row);
  opencl_launch_push_long (launch, gemm->c.column);
  opencl_launch_push_long (launch, gemm->residual.row);
  opencl_launch_push_long (launch, gemm->residual.column);
  opencl_launch_push_long (launch, gemm->bias_operand->strides[0]);
  opencl_launch_push_operand (launch, gemm->c_operand);
  opencl_launch_push_operand (launch, gemm->a_operand);
  opencl_launch_push_operand (launch, gemm->b_operand);
  opencl_launch_push_operand (launch, gemm->bias_operand);
  opencl_launch_push_operand (launch, gemm->residual_operand);
  opencl_launch_push_walk (launch, &gemm->batches, 4);
}

static OpenclProgramId
get_program (const Gemm *gemm)
{
  switch (gemm->b_operand->dtype)
    {
    case TRAFO_DTYPE_FLOAT16:
      return OPENCL_PROGRAM_GEMM_FLOAT16;
    case TRAFO_DTYPE_BFLOAT16:
      return OPENCL_PROGRAM_GEMM_BFLOAT16;
    default:
      return OPENCL_PROGRAM_GEMM;
    }
}

static gsize
round_up (gsize value, gsize unit)
{
  return (value + unit - 1) / unit * unit;
}

static TrafoStatus
enqueue_tiled (const Gemm *gemm, gpointer stream, TrafoMessage *message)
{
  const gsize  local[] = { TILE_ITEMS, TILE_ITEMS, 1 };
  const gsize  global[] = { round_up (gemm->n, TILE) / TILE * TILE_ITEMS,
                            round_up (gemm->m, TILE) / TILE * TILE_ITEMS,
                            gemm->batches.n_elements };
  OpenclLaunch launch;

  opencl_launch_init (&launch, stream, get_program (gemm), "gemm_tiled", message);
  push_gemm (&launch, gemm);
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

static TrafoStatus
enqueue_few_rows (const Gemm *gemm, gpointer stream, TrafoMessage *message)
{
  const gsize  local[] = { GROUP, 1, 1 };
  gboolean     is_dense_along_k = gemm->b.row == 1;
  gsize        n_items = is_dense_along_k ? (gsize) gemm->n * GROUP : round_up (gemm->n, GROUP);
  const gsize  global[] = { n_items, gemm->m, gemm->batches.n_elements };
  OpenclLaunch launch;

  opencl_launch_init (&launch,
                      stream,
                      get_program (gemm),
                      is_dense_along_k ? "gemm_dot" : "gemm_axpy",
                      message);
  push_gemm (&launch, gemm);
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

static TrafoStatus
enqueue_blocks (const Gemm   *gemm,
                const char   *kernel,
                const Block  *block,
                gpointer      stream,
                TrafoMessage *message)
{
  const gsize local[] = { BLOCKS_PER_GROUP_ROW, BLOCKS_PER_GROUP_COLUMN, 1 };
  const gsize global[] = { round_up (round_up (gemm->n, block->columns) / block->columns, local[0]),
                           round_up (round_up (gemm->m, block->rows) / block->rows, local[1]),
                           gemm->batches.n_elements };
  OpenclLaunch launch;

  opencl_launch_init (&launch, stream, get_program (gemm), kernel, message);
  push_gemm (&launch, gemm);
  return opencl_launch_run (&launch, G_N_ELEMENTS (global), global, local);
}

/* On a processor: FALSE if neither of its kernels can read the operands. */
static gboolean
choose_blocks (const Gemm   *gemm,
               guint         vector_width,
               const char  **ret_kernel,
               const Block **ret_block)
{
  guint row = vector_width >= 16 ? 0 : 1;

  if (vector_width == 0)
    return FALSE;
  if (gemm->b.row == 1 && gemm->a.column == 1)
    {
      *ret_kernel = "gemm_dense_k";
      *ret_block = &dense_k_blocks[row];
      return TRUE;
    }
  if (gemm->b.column == 1 && (gsize) gemm->n >= dense_n_blocks[row].columns)
    {
      *ret_kernel = "gemm_dense_n";
      *ret_block = &dense_n_blocks[row];
      return TRUE;
    }
  return FALSE;
}

static TrafoStatus
enqueue (const Gemm *gemm, gpointer stream, TrafoMessage *message)
{
  const OpenclStream *queue = stream;
  const char         *kernel;
  const Block        *block;

  if (gemm->m == 0 || gemm->n == 0 || gemm->batches.n_elements == 0)
    return TRAFO_STATUS_OK;
  if (queue != NULL && choose_blocks (gemm, queue->device->vector_width, &kernel, &block))
    return enqueue_blocks (gemm, kernel, block, stream, message);
  if (gemm->m <= MAX_FEW_ROWS)
    return enqueue_few_rows (gemm, stream, message);
  return enqueue_tiled (gemm, stream, message);
}

static gboolean
matmul_supports (const TrafoKernelArgs *args)
{
  Gemm gemm;

  return prepare_matmul (args, &gemm);
}

static TrafoStatus
matmul_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  Gemm gemm;

  if (!prepare_matmul (args, &gemm))
    return opencl_ops_refuse (args, message);
  return enqueue (&gemm, stream, message);
}

static gboolean
linear_supports (const TrafoKernelArgs *args)
{
  Gemm gemm;

  return prepare_linear (args, &gemm);
}

static TrafoStatus
linear_enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  Gemm gemm;

  if (!prepare_linear (args, &gemm))
    return opencl_ops_refuse (args, message);
  return enqueue (&gemm, stream, message);
}

const TrafoKernel opencl_kernel_matmul = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_MATMUL,
  .name = "matmul-float32-opencl",
  .supports = matmul_supports,
  .enqueue = matmul_enqueue,
};

const TrafoKernel opencl_kernel_linear = {
  .struct_size = sizeof (TrafoKernel),
  .op = TRAFO_OP_LINEAR,
  .name = "linear-float32-opencl",
  .supports = linear_supports,
  .enqueue = linear_enqueue,
};
