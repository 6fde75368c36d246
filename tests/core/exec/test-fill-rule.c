/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-fill-rule-private.h"

/* Rows of two; -9 was there before. */
static const struct
{
  const char   *name;
  TrafoFillRule rule;
  gint64        mask_width; /* 0: no mask */
  gint64        mask[8];
  gint64        expected[6];
} cases[] = {
  { "zeros", TRAFO_FILL_RULE_ZEROS, 0, { 0 }, { 0, 0, 0, 0, 0, 0 } },
  { "positions", TRAFO_FILL_RULE_POSITIONS, 0, { 0 }, { 0, 1, 2, 0, 1, 2 } },
  { "positions-mask", TRAFO_FILL_RULE_POSITIONS, 3, { 0, 1, 1, 1, 1, 0 }, { 0, 1, 2, 0, 1, 2 } },
  { "no-mask", TRAFO_FILL_RULE_MASKED_POSITIONS, 0, { 0 }, { 0, 1, 2, 0, 1, 2 } },
  { "padded", TRAFO_FILL_RULE_MASKED_POSITIONS, 3, { 0, 1, 1, 1, 1, 0 }, { -1, 0, 1, 0, 1, -1 } },
  { "hole", TRAFO_FILL_RULE_MASKED_POSITIONS, 3, { 1, 0, 7, 0, 0, 0 }, { 0, -1, 1, -1, -1, -1 } },
  { "mask-of-another-width",
    TRAFO_FILL_RULE_MASKED_POSITIONS,
    4,
    { 0, 1, 1, 1, 1, 1, 0, 1 },
    { 0, 1, 2, 0, 1, 2 } },
};

static void
test_fill (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64       values[6] = { -9, -9, -9, -9, -9, -9 };
      gint64       shape[] = { 2, cases[i].mask_width };
      TrafoOperand operand = { .data = values,
                               .dtype = TRAFO_DTYPE_INT64,
                               .n_dims = 2,
                               .shape = { 2, 3 },
                               .strides = { 3, 1 } };
      g_autoptr (TrafoTensor) mask = NULL;

      if (cases[i].mask_width > 0)
        mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
      for (gint64 j = 0; j < 2 * cases[i].mask_width; j++)
        ((gint64 *) trafo_tensor_get_data (mask))[j] = cases[i].mask[j];
      trafo_fill_rule_apply (cases[i].rule, &operand, mask);
      g_test_message ("%s", cases[i].name);
      g_assert_cmpmem (values, sizeof values, cases[i].expected, sizeof values);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fill-rule/apply", test_fill);
  return g_test_run ();
}
