/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-builder.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* What is known of a value while a graph is built; dimensions may be symbolic (negative). */
typedef struct
{
  TrafoDType dtype;
  guint      n_dims;
  gint64     dims[TRAFO_MAX_DIMS];
} TrafoValueType;

/* Of TrafoWeightEncoding, NONE among them. */
enum
{
  TRAFO_N_WEIGHT_ENCODINGS = TRAFO_WEIGHT_ENCODING_INT4 + 1
};

typedef struct _TrafoDims TrafoDims;

/* The least that an op has to do, whichever kernel does it. flops are those of products, a
 * multiplication and an addition being two, computed in @dtype; 0: what is moved is what counts.
 * bytes are read or written, every operand's once, weights' as they are stored. */
typedef struct
{
  double     flops;
  double     bytes;
  TrafoDType dtype;
} TrafoOpWork;

/* One row of the op table: all that core knows of an op. It stands in core/graph/ops/NAME.c.
 *
 * mutates: the operands that the op writes, bit i for input i; each is a state.
 * infer: the shape and dtype rule. @attrs may be changed to its normal form. On entry @output holds
 *   what the caller asked for (RESHAPE, BROADCAST, FILL, IOTA, CAST, SLICE's length: its dims or
 *   dtype), on success the type of the result. @dims compares and combines symbolic dimensions.
 * view: ops without a kernel. All dimensions are known, output->shape and dtype are filled in; sets
 *   output->strides, and output->data and offset_bytes to the input's, moved by offset_bytes alone;
 *   core folds that into data in host memory. FALSE if the bytes must be copied first, which is so
 *   only when the input is not contiguous, and for a SLICE that the run's dimensions put outside
 *   its input, which no copy mends.
 * is_row_wise: whether each row along @axis, the last one, of the result is made of nothing but the same
 *   row of each operand, or of one that has no rows; NULL: not.
 * decompose: the same result from simpler ops.
 * gradient: emits, for the gradient @grad of the result, that of each input (0: none).
 * batch: the same op with one more leading axis on the inputs that @batched marks.
 * count_work: how much it is with these operands; NULL: what stands in @work on entry, which is no
 *   flops and every operand's bytes. Operands whose data is NULL cannot be read.
 * reference: plain C, any strides, kept for ever; what every backend is tested against. */
typedef struct _TrafoOp TrafoOp;
struct _TrafoOp
{
  guint16     id; /* TrafoOpId */
  const char *name;
  guint8      min_inputs;
  guint8      max_inputs;
  guint8      mutates;
  gsize       attrs_size_bytes; /* 0: none */

  gboolean (*infer) (TrafoDims            *dims,
                     gpointer              attrs,
                     const TrafoValueType *inputs,
                     guint                 n_inputs,
                     TrafoValueType       *output,
                     GError              **error);
  gboolean (*view) (const void *attrs, const TrafoOperand *input, TrafoOperand *output);
  gboolean (*is_row_wise) (const void *attrs, guint axis);
  TrafoSym (*decompose) (TrafoBuilder   *builder,
                         const void     *attrs,
                         const TrafoSym *inputs,
                         guint           n_inputs);
  gboolean (*gradient) (TrafoBuilder   *builder,
                        const void     *attrs,
                        const TrafoSym *inputs,
                        guint           n_inputs,
                        TrafoSym        output,
                        TrafoSym        grad,
                        TrafoSym       *ret_grads);
  TrafoSym (*batch) (TrafoBuilder   *builder,
                     const void     *attrs,
                     const TrafoSym *inputs,
                     guint           n_inputs,
                     const gboolean *batched);
  void (*count_work) (const TrafoKernelArgs *args, TrafoOpWork *work);
  void (*reference) (const TrafoKernelArgs *args);
};

/* NULL for a number that is no op. */
const TrafoOp *trafo_op_lookup (guint id);

void trafo_op_count_work (const TrafoOp *self, const TrafoKernelArgs *args, TrafoOpWork *ret_work);

/* The rows, one a file. */
#define TRAFO_OP_ROW(name) extern const TrafoOp trafo_op_##name
TRAFO_OP_ROW (input);
TRAFO_OP_ROW (param);
TRAFO_OP_ROW (state);
TRAFO_OP_ROW (fill);
TRAFO_OP_ROW (iota);
TRAFO_OP_ROW (reshape);
TRAFO_OP_ROW (permute);
TRAFO_OP_ROW (slice);
TRAFO_OP_ROW (broadcast);
TRAFO_OP_ROW (copy);
TRAFO_OP_ROW (cast);
TRAFO_OP_ROW (concat);
TRAFO_OP_ROW (gather);
TRAFO_OP_ROW (scatter_add);
TRAFO_OP_ROW (neg);
TRAFO_OP_ROW (sqrt);
TRAFO_OP_ROW (rsqrt);
TRAFO_OP_ROW (exp);
TRAFO_OP_ROW (log);
TRAFO_OP_ROW (tanh);
TRAFO_OP_ROW (erf);
TRAFO_OP_ROW (sigmoid);
TRAFO_OP_ROW (add);
TRAFO_OP_ROW (sub);
TRAFO_OP_ROW (mul);
TRAFO_OP_ROW (div);
TRAFO_OP_ROW (pow);
TRAFO_OP_ROW (maximum);
TRAFO_OP_ROW (minimum);
TRAFO_OP_ROW (compare);
TRAFO_OP_ROW (where);
TRAFO_OP_ROW (sum);
TRAFO_OP_ROW (mean);
TRAFO_OP_ROW (max);
TRAFO_OP_ROW (matmul);
TRAFO_OP_ROW (linear);
TRAFO_OP_ROW (layer_norm);
TRAFO_OP_ROW (softmax);
TRAFO_OP_ROW (activation);
TRAFO_OP_ROW (attention);
TRAFO_OP_ROW (cached_attention);

G_END_DECLS
