/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../trafo-dims-private.h"
#include "../trafo-op-private.h"

G_BEGIN_DECLS

/* What the shape and dtype rules share. Each check returns FALSE with an error that opens with the
 * op's name and says which operand it found at fault. */

#define TRAFO_RULE_DTYPE(name) (1u << TRAFO_DTYPE_##name)
#define TRAFO_RULE_FLOATS                                                                          \
  (TRAFO_RULE_DTYPE (FLOAT32) | TRAFO_RULE_DTYPE (FLOAT16) | TRAFO_RULE_DTYPE (BFLOAT16))
#define TRAFO_RULE_IDS (TRAFO_RULE_DTYPE (INT32) | TRAFO_RULE_DTYPE (INT64))
#define TRAFO_RULE_INTEGERS                                                                        \
  (TRAFO_RULE_IDS | TRAFO_RULE_DTYPE (INT8) | TRAFO_RULE_DTYPE (UINT8) | TRAFO_RULE_DTYPE (BOOL))
#define TRAFO_RULE_ALL (TRAFO_RULE_FLOATS | TRAFO_RULE_INTEGERS)

/* For is_row_wise: always; and if the op's TrafoAxisAttrs name the last axis. */
gboolean trafo_rule_row_wise (const void *attrs, guint axis);
gboolean trafo_rule_row_wise_along (const void *attrs, guint axis);

gboolean trafo_rule_check_n_inputs (const char *op, guint found, guint expected, GError **error);
gboolean trafo_rule_check_dtype (const char           *op,
                                 const char           *operand,
                                 const TrafoValueType *type,
                                 guint                 allowed,
                                 GError              **error);
gboolean trafo_rule_check_same_dtype (const char           *op,
                                      const TrafoValueType *a,
                                      const TrafoValueType *b,
                                      GError              **error);
gboolean trafo_rule_check_n_dims (const char           *op,
                                  const char           *operand,
                                  TrafoDims            *dims,
                                  const TrafoValueType *type,
                                  guint                 min,
                                  guint                 max,
                                  GError              **error);
gboolean trafo_rule_check_axis (const char *op, guint axis, guint n_dims, GError **error);
/* That @type has the dims of @expected, which come from what @fits names. */
gboolean trafo_rule_check_same_dims (const char           *op,
                                     const char           *operand,
                                     const char           *fits,
                                     TrafoDims            *dims,
                                     const TrafoValueType *type,
                                     const TrafoValueType *expected,
                                     GError              **error);

/* The type that a caller asked for in @output: that its dims exist and its dtype is one. */
gboolean trafo_rule_check_asked (const char           *op,
                                 TrafoDims            *dims,
                                 const TrafoValueType *output,
                                 GError              **error);

/* numpy's broadcasting of all @inputs, to @output's dims alone. */
gboolean trafo_rule_broadcast (const char           *op,
                               TrafoDims            *dims,
                               const TrafoValueType *inputs,
                               guint                 n_inputs,
                               TrafoValueType       *output,
                               GError              **error);

G_END_DECLS
