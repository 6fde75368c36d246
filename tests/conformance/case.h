/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"

G_BEGIN_DECLS

/* How an operand lies in the tensor that it is a view of. */
typedef enum
{
  LAYOUT_PLAIN,    /* row-major, nothing else */
  LAYOUT_OFFSET,   /* columns from the middle of wider rows, as q, k and v of one buffer */
  LAYOUT_STEP,     /* every other column */
  LAYOUT_GAPS,     /* every other row along the first axis, from the second on */
  LAYOUT_PERMUTED, /* the axes in reverse order */
  LAYOUT_REPEATED, /* the first axis with stride 0 */
  N_LAYOUTS,
} Layout;

typedef enum
{
  VALUES_UNIT,     /* -1 to 1; integers -100 to 100; bool 0 or 1 */
  VALUES_WIDE,     /* -8 to 8 */
  VALUES_POSITIVE, /* 0.001 to 8 */
  VALUES_SPECIAL,  /* NaN, infinities, zeros, huge and small; integers with their extremes */
  VALUES_LARGE,    /* -10000 to 10000 */
  VALUES_OFFSET,   /* 999 to 1001 */
  VALUES_CONSTANT, /* 3 */
  VALUES_TINY,     /* -1e-5 to 1e-5 */
  VALUES_TIES,     /* few different numbers, so that many are equal */
  VALUES_INDEX,    /* integers from 0 below the limit */
  VALUES_WILD,     /* the same, some outside */
  VALUES_MASK,     /* 0, or anything else the dtype has */
  VALUES_ZERO,
  VALUES_DISTINCT, /* integers below the limit, a power of two, none of them twice */
  VALUES_SHORT,    /* -1 to 1 in steps of 1/128, all of which bfloat16 has */
  VALUES_STARTS,   /* integers from 0 up to the limit, in equal steps as far as that goes */
} Values;

typedef struct
{
  TrafoDType dtype;
  guint      n_dims;
  gint64     shape[TRAFO_MAX_DIMS];
  Layout     layout;
  Values     values;
  gint64     limit;    /* VALUES_INDEX, VALUES_WILD */
  gboolean   is_param; /* of the program, so that the device may pack it */
} CaseOperand;

/* One op with operands and attributes. */
typedef struct
{
  guint          op;
  TrafoAttrs     attrs;
  guint          n_inputs;
  CaseOperand    inputs[TRAFO_MAX_OP_INPUTS];
  gboolean       has_wanted;
  TrafoValueType wanted;       /* what the result is asked to be, where the op takes that */
  TrafoDType     packed_dtype; /* of parameters that the device packs; NONE for float32 */
  guint          number;       /* in the list: the seed of its values */
} Case;

/* Appends a case with no operands; it lives until the next one is appended. */
Case *case_append (GArray *cases, guint op);

/* Returns the operand, for layout and values to be set. */
CaseOperand *case_add_operand (Case *self, TrafoDType dtype, const gint64 *shape, guint n_dims);

char *case_to_string (const Case *self);

/* The tensor that operand @i is a view of, and the operand as a view of that in a builder. */
TrafoTensor *case_make_tensor (const Case *self, guint i);
TrafoSym     case_operand_view (TrafoBuilder *b, const CaseOperand *operand, TrafoSym tensor);

/* The shapes that all element-wise ops are tried with: every edge of a vector, 0-d to 5-d. */
typedef struct
{
  guint  n_dims;
  gint64 dims[TRAFO_MAX_DIMS];
} CaseShape;

extern const CaseShape case_shapes[];
extern const guint     case_n_shapes;
extern const gint64    case_lengths[];
extern const guint     case_n_lengths;

/* Which layout the @i-th of a series gets: each in turn, but none that the shape cannot have. */
Layout case_nth_layout (guint i, guint n_dims);

/* Fill a list with the cases of a family of ops. */
void elementwise_cases (GArray *cases);
void movement_cases (GArray *cases);
void reduction_cases (GArray *cases);
void product_cases (GArray *cases);
void attention_cases (GArray *cases);

G_END_DECLS
