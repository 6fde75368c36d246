/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bindings write ops through TrafoBuilder; its enums alone are theirs to see. */
#ifndef __GI_SCANNER__

/* The op set: its numbers and attribute structs are part of the plugin ABI; ops are only ever
 * appended. Each has one row in core/graph/ops/ with its shape and dtype rule, decomposition and
 * reference kernel; the comment there states the formula. Shapes below: B batch, T query length,
 * S key length, C features, K in-features, N out-features. */
typedef enum
{
  TRAFO_OP_NONE = 0,

  /* Leaves. They have no kernel but FILL and IOTA. */
  TRAFO_OP_INPUT = 1, /* a tensor bound at each run */
  TRAFO_OP_PARAM = 2, /* a tensor of the checkpoint */
  TRAFO_OP_FILL = 3,  /* every element is attrs.value */
  TRAFO_OP_IOTA = 4,  /* the index along the last axis */
  TRAFO_OP_STATE = 5, /* memory bound at each run, which an op may write */

  /* Views: metadata alone, no kernel. */
  TRAFO_OP_RESHAPE = 10,
  TRAFO_OP_PERMUTE = 11,
  TRAFO_OP_SLICE = 12,
  TRAFO_OP_BROADCAST = 13,

  /* Data movement. */
  TRAFO_OP_COPY = 20,        /* (x): contiguous copy of a view */
  TRAFO_OP_CAST = 21,        /* (x): to the output's dtype */
  TRAFO_OP_CONCAT = 22,      /* (x...): along attrs.axis */
  TRAFO_OP_GATHER = 23,      /* (table [n, ...], ids int32 or int64): table[ids] */
  TRAFO_OP_SCATTER_ADD = 24, /* (x [n, ...], ids, y): x with y added at rows ids */

  /* Element-wise, one operand: float types. */
  TRAFO_OP_NEG = 30,
  TRAFO_OP_SQRT = 31,
  TRAFO_OP_RSQRT = 32,
  TRAFO_OP_EXP = 33,
  TRAFO_OP_LOG = 34,
  TRAFO_OP_TANH = 35,
  TRAFO_OP_ERF = 36,
  TRAFO_OP_SIGMOID = 37,

  /* Element-wise, two operands of one dtype, numpy broadcasting. */
  TRAFO_OP_ADD = 50,
  TRAFO_OP_SUB = 51,
  TRAFO_OP_MUL = 52,
  TRAFO_OP_DIV = 53,
  TRAFO_OP_POW = 54,
  TRAFO_OP_MAXIMUM = 55,
  TRAFO_OP_MINIMUM = 56,
  TRAFO_OP_COMPARE = 57, /* bool */
  TRAFO_OP_WHERE = 58,   /* (condition bool, a, b) */

  /* Reductions over attrs.axis, which stays as 1. */
  TRAFO_OP_SUM = 70,
  TRAFO_OP_MEAN = 71,
  TRAFO_OP_MAX = 72,

  TRAFO_OP_MATMUL = 80, /* (a [..., M, K], b [..., K, N]): batched, leading axes broadcast */

  /* Composites: each decomposes into the above where a backend lacks it. */
  /* (x [..., K], float32 or bfloat16, weight [N, K] or [K, N], bias [N]?, residual?) */
  TRAFO_OP_LINEAR = 100,
  TRAFO_OP_LAYER_NORM = 101, /* (x [..., C], weight [C], bias [C], residual?) */
  TRAFO_OP_SOFTMAX = 102,    /* (x): over attrs.axis */
  TRAFO_OP_ACTIVATION = 103, /* (x) */
  TRAFO_OP_ATTENTION = 104,  /* (q [B,T,H*D], k [B,S,Hkv*D], v [B,S,Hkv*D], mask [B,S]?) */

  /* (q [1,N,H*D], k [1,N,Hkv*D], v [1,N,Hkv*D], cache [P,2,Hkv,page tokens,D], page_table int32 [R,W],
   * row_starts int32 [R+1], past_lengths int32 [R]): the new tokens of R sequences side by side, those
   * of sequence r from row_starts[r] on. Their k and v are written into the cache, behind the
   * past_lengths[r] tokens of the pages that page_table[r] lists; each then attends to its sequence up
   * to itself. A cache is float32 or, if a kernel of the device takes it, bfloat16, and a token sees keys
   * and values as the cache has them. On a host a token has the same bits whatever other rows there are,
   * in a row of any number of tokens up to TRAFO_FEW_TOKENS, and in one of any number above. */
  TRAFO_OP_CACHED_ATTENTION = 105,

  TRAFO_N_OPS = 128,
} TrafoOpId;

#endif

/**
 * TrafoActivation:
 * @TRAFO_ACTIVATION_NONE: x
 * @TRAFO_ACTIVATION_GELU: x * (1 + erf (x / sqrt 2)) / 2
 * @TRAFO_ACTIVATION_GELU_TANH: x * (1 + tanh (sqrt (2 / pi) * (x + 0.044715 x^3))) / 2
 * @TRAFO_ACTIVATION_RELU: max (x, 0)
 * @TRAFO_ACTIVATION_SILU: x * sigmoid (x)
 * @TRAFO_ACTIVATION_QUICK_GELU: x * sigmoid (1.702 x)
 * @TRAFO_ACTIVATION_TANH: tanh (x)
 * @TRAFO_ACTIVATION_SIGMOID: 1 / (1 + exp (-x))
 *
 * Activation functions, as in transformers' activations.py.
 */
typedef enum
{
  TRAFO_ACTIVATION_NONE,
  TRAFO_ACTIVATION_GELU,
  TRAFO_ACTIVATION_GELU_TANH,
  TRAFO_ACTIVATION_RELU,
  TRAFO_ACTIVATION_SILU,
  TRAFO_ACTIVATION_QUICK_GELU,
  TRAFO_ACTIVATION_TANH,
  TRAFO_ACTIVATION_SIGMOID,
} TrafoActivation;

#define TRAFO_MAX_DIMS 8
#define TRAFO_MAX_OP_INPUTS 8

/**
 * TrafoComparison:
 * @TRAFO_COMPARE_EQUAL: a == b
 * @TRAFO_COMPARE_NOT_EQUAL: a != b
 * @TRAFO_COMPARE_LESS: a < b
 * @TRAFO_COMPARE_LESS_EQUAL: a <= b
 * @TRAFO_COMPARE_GREATER: a > b
 * @TRAFO_COMPARE_GREATER_EQUAL: a >= b
 *
 * How two elements are compared.
 */
typedef enum
{
  TRAFO_COMPARE_EQUAL,
  TRAFO_COMPARE_NOT_EQUAL,
  TRAFO_COMPARE_LESS,
  TRAFO_COMPARE_LESS_EQUAL,
  TRAFO_COMPARE_GREATER,
  TRAFO_COMPARE_GREATER_EQUAL,
} TrafoComparison;

#ifndef __GI_SCANNER__

/* Attributes. Fixed-width fields, no holes; new fields are appended. */
typedef struct
{
  guint32 struct_size;
  guint32 axis; /* CONCAT, SUM, MEAN, MAX, SOFTMAX: 0 is the first */
} TrafoAxisAttrs;

typedef struct
{
  guint32 struct_size;
  guint32 reserved;
  double  value;
} TrafoFillAttrs;

typedef struct
{
  guint32 struct_size;
  guint32 axes[TRAFO_MAX_DIMS]; /* output axis i is input axis axes[i] */
} TrafoPermuteAttrs;

typedef struct
{
  guint32 struct_size;
  guint32 axis;
  gint64  start; /* a dimension: may be symbolic in a graph; resolved when a kernel sees it */
  gint64  step;
} TrafoSliceAttrs;

typedef struct
{
  guint32 struct_size;
  guint32 comparison; /* TrafoComparison */
} TrafoCompareAttrs;

typedef struct
{
  guint32 struct_size;
  guint8  transpose_a;
  guint8  transpose_b;
  guint8  reserved[2];
} TrafoMatmulAttrs;

/* What a linear layer's weight is kept as.
 *
 * LLM_INT8 is LLM.int8() (Dettmers et al. 2022; bitsandbytes): [N, K] integers of 8 bits, whatever
 * is_in_out says, and for each row a float32 scale, which stands for 127. A kernel rounds x to float16;
 * a column of x with an element of threshold or more is an outlier. Each row of x, without such
 * elements, is rounded to multiples of its greatest magnitude / 127, and the products of the integers
 * of all columns but the outliers' are added; those of the outliers are added as floats. Where no
 * device packed such a weight the scales lie behind the integers, at the next multiple of 64 bytes.
 *
 * NF4 and FP4 (Dettmers et al. 2023, QLoRA; bitsandbytes) are codes of 4 bits, of [N, K] whatever
 * is_in_out says, the first of two in the upper half of a byte. A code stands for one of 16 values:
 *
 *   NF4   -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0,
 *         0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1
 *   FP4   0, 1/192, 2/3, 1, 1/3, 1/2, 1/6, 1/4, and from 8 on the same below 0
 *
 * times the scale of its block, so and so many elements of [N, K] in their order, whose rows a block may
 * cross. x stays what it is. Where no device packed such a weight it is floats, as without encoding.
 *
 * INT8 is [N, K] integers from -127 to 127, whatever is_in_out says, and for each row a float32 scale, which
 * stands for 1. All else is as for 4 bits.
 *
 * INT4 (llama.cpp's Q4_0) is codes of 4 bits as NF4 is; code c stands for the integer c - 8, and scales are what
 * float16 holds. */
typedef enum
{
  TRAFO_WEIGHT_ENCODING_NONE,
  TRAFO_WEIGHT_ENCODING_LLM_INT8,
  TRAFO_WEIGHT_ENCODING_NF4,
  TRAFO_WEIGHT_ENCODING_FP4,
  TRAFO_WEIGHT_ENCODING_INT8,
  TRAFO_WEIGHT_ENCODING_INT4,
} TrafoWeightEncoding;

typedef struct
{
  guint32 struct_size;
  guint32 activation; /* TrafoActivation, applied after the bias, before the residual */
  guint8  is_in_out;  /* the weight is [K, N] (GPT-2's Conv1D), not [N, K] */
  guint8  has_bias;
  guint8  has_residual; /* of the output's shape, added last */
  guint8  encoding;     /* TrafoWeightEncoding of the weight */
  float   threshold;    /* of LLM_INT8's outliers; 0: there are none */
  guint8  dtype;        /* of the result: BFLOAT16; NONE: float32 */
  guint8  reserved[7];
} TrafoLinearAttrs;

typedef struct
{
  guint32 struct_size;
  guint8  has_residual; /* of x's shape, added to x before normalising */
  guint8  reserved[3];
  double  epsilon;
} TrafoLayerNormAttrs;

typedef struct
{
  guint32 struct_size;
  guint32 activation;
} TrafoActivationAttrs;

/* A kernel may treat rows of so many new tokens (decoding) otherwise than longer ones (prompts). */
#define TRAFO_FEW_TOKENS 16

/* CACHED_ATTENTION's too, which is causal and has no mask. A masked score becomes -FLT_MAX, so that a row
 * with every key masked averages all values, as the sum with torch.finfo.min does. Causal: query t sees
 * key s if s <= t + S - T. */
typedef struct
{
  guint32 struct_size;
  guint32 n_heads;
  guint32 n_kv_heads;
  guint32 head_size;
  guint8  is_causal;
  guint8  has_mask;  /* any integer or bool dtype; 0 hides the key */
  guint8  is_ragged; /* where each sequence of the one row starts, not a mask */
  guint8  dtype;     /* BFLOAT16: a kernel may round to it what it multiplies; NONE: it may not */
  guint8  reserved[4];
  double  scale; /* multiplies q . k */
} TrafoAttentionAttrs;

#endif

G_END_DECLS
