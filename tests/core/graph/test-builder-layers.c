/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-eager.h"

#include "trafo-philox-private.h"
#include "trafo-reference-device-private.h"

enum
{
  BATCH = 2,
  LENGTH = 3,
  HEAD_SIZE = 4,
};

static const struct
{
  const char    *name;
  TrafoAttention attention;
  gint64         n_features;
  const char    *message; /* NULL: it works */
} cases[] = {
  { "as many heads each", { .n_heads = 2, .head_size = HEAD_SIZE }, 24, NULL },
  { "causal", { .n_heads = 2, .head_size = HEAD_SIZE, .is_causal = TRUE }, 24, NULL },
  { "shared keys", { .n_heads = 4, .n_kv_heads = 1, .head_size = HEAD_SIZE }, 24, NULL },
  { "a feature too many",
    { .n_heads = 2, .head_size = HEAD_SIZE },
    25,
    "self_attention: found 25 features, expected 24 for 2 heads of queries and 2 of keys and of "
    "values, of size 4" },
};

/* The same attention on the parts, cut here. */
static void
check_against_parts (TrafoBuilder *b, TrafoSym x, const TrafoAttention *attention, TrafoSym y)
{
  gint64   n_kv_heads = attention->n_kv_heads > 0 ? attention->n_kv_heads : attention->n_heads;
  gint64   n_q = attention->n_heads * HEAD_SIZE, n_kv = n_kv_heads * HEAD_SIZE;
  TrafoSym q = trafo_builder_slice (b, x, 2, 0, n_q, 1);
  TrafoSym k = trafo_builder_slice (b, x, 2, n_q, n_kv, 1);
  TrafoSym v = trafo_builder_slice (b, x, 2, n_q + n_kv, n_kv, 1);
  TrafoSym wanted = trafo_builder_attention (b, q, k, v, attention);
  g_autoptr (TrafoTensor) found = trafo_builder_get_value (b, y, NULL);
  g_autoptr (TrafoTensor) expected = trafo_builder_get_value (b, wanted, NULL);

  g_assert_cmpint (trafo_tensor_get_dim (found, 2), ==, n_q);
  g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), ==, 0);
}

static void
test_self_attention (gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  gint64      shape[] = { BATCH, LENGTH, cases[i].n_features };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
  g_autoptr (TrafoTensor) values = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);
  g_autoptr (TrafoTensor) none = NULL;
  g_autoptr (GError) error = NULL;
  TrafoSym x, y;

  trafo_philox_normal (1,
                       i,
                       1,
                       trafo_tensor_get_data (values),
                       trafo_tensor_get_n_elements (values));
  x = trafo_builder_constant (b, values);
  y = trafo_builder_self_attention (b, x, &cases[i].attention);
  if (cases[i].message == NULL)
    {
      check_against_parts (b, x, &cases[i].attention, y);
      return;
    }
  g_assert_cmpuint (y, ==, 0);
  none = trafo_builder_get_value (b, x, &error);
  g_assert_null (none);
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, cases[i].message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/builder-layers/self-attention/%s", cases[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_self_attention);
    }
  return g_test_run ();
}
