/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

static TrafoBuilder *
new_builder (void)
{
  return trafo_builder_new_with (NULL, NULL);
}

static void
assert_fails (TrafoBuilder *b, gint code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_builder_has_failed (b));
  g_assert_false (trafo_builder_check (b, &error));
  g_assert_error (error, TRAFO_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("found '%s', expected '%s'", error->message, text);
}

/* Names are the scopes' path; a name that comes again is the same value. */
static void
test_scopes (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  const TrafoGraph *graph = trafo_builder_get_graph (b);
  gint64            dim = 3;
  TrafoSym          a;

  trafo_builder_push_scope (b, "h", 0);
  trafo_builder_push_scope (b, "ln", -1);
  a = trafo_builder_param (b, "weight", &dim, 1, TRAFO_INITIALIZER_ONES);
  g_assert_cmpuint (trafo_builder_param (b, "weight", &dim, 1, TRAFO_INITIALIZER_ONES), ==, a);
  trafo_builder_pop_scope (b);
  g_assert_cmpuint (trafo_builder_param (b, "ln.weight", &dim, 1, TRAFO_INITIALIZER_ONES), ==, a);
  trafo_builder_pop_scope (b);
  g_assert_nonnull (trafo_graph_find_param (graph, "h.0.ln.weight"));
  g_assert_cmpuint (graph->params->len, ==, 1);
  g_assert_cmpuint (trafo_builder_tie (b, a, "other"), ==, a);
  g_assert_cmpuint (trafo_graph_find_param (graph, "other")->sym, ==, a);
  g_assert_cmpuint (trafo_builder_param (b, "other", &dim, 1, TRAFO_INITIALIZER_ONES), ==, a);
}

/* A name that the checkpoint holds with values of its own is no alias; other names still are. */
static void
test_untied (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (GHashTable) untied = g_hash_table_new (g_str_hash, g_str_equal);
  const TrafoGraph *graph = trafo_builder_get_graph (b);
  gint64            dims[] = { 2, 3 };
  TrafoSym          a, head;

  g_hash_table_add (untied, (char *) "head.weight");
  trafo_builder_set_untied (b, untied);
  a = trafo_builder_param (b, "weight", dims, 2, TRAFO_INITIALIZER_NORMAL);
  head = trafo_builder_tie (b, a, "head.weight");
  g_assert_cmpuint (head, !=, a);
  g_assert_cmpuint (trafo_graph_find_param (graph, "head.weight")->sym, ==, head);
  g_assert_cmpint (trafo_builder_get_dim (b, head, 1), ==, 3);
  g_assert_cmpuint (trafo_builder_tie (b, a, "other"), ==, a);
}

/* The first error sticks, with its scope; all that follows is 0 and changes nothing. */
static void
test_first_error (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (GError) error = NULL;
  TrafoSym x = trafo_builder_input_ids (b), y;

  trafo_builder_push_scope (b, "layer", 3);
  y = trafo_builder_exp (b, x);
  g_assert_cmpuint (y, ==, 0);
  assert_fails (b, TRAFO_ERROR_DTYPE, "layer.3: exp: ");
  g_assert_cmpuint (trafo_builder_add (b, x, y), ==, 0);
  g_assert_cmpuint (trafo_builder_reshape (b, y, NULL, 9), ==, 0);
  g_assert_cmpuint (trafo_builder_permute (b, y, NULL, 0), ==, 0);
  g_assert_cmpuint (trafo_builder_slice (b, y, 7, 0, 1, 1), ==, 0);
  g_assert_cmpuint (trafo_builder_select (b, y, 7, 0), ==, 0);
  g_assert_cmpuint (trafo_builder_concat (b, NULL, 0, 0), ==, 0);
  g_assert_cmpuint (trafo_builder_embedding (b, "e", y, 3, 3), ==, 0);
  g_assert_cmpuint (trafo_builder_linear (b, "f", y, 3), ==, 0);
  g_assert_cmpuint (trafo_builder_layer_norm (b, "n", y, 0), ==, 0);
  g_assert_cmpuint (trafo_builder_attention (b, y, y, y, &(TrafoAttention){ 1 }), ==, 0);
  g_assert_cmpuint (trafo_builder_activation (b, y, NULL), ==, 0);
  g_assert_cmpuint (trafo_builder_cross_entropy (b, y, y), ==, 0);
  g_assert_cmpuint (trafo_builder_mean_squared_error (b, y, y), ==, 0);
  g_assert_cmpuint (trafo_builder_binary_cross_entropy (b, y, y), ==, 0);
  g_assert_cmpint (trafo_builder_get_dim (b, y, 0), ==, 0);
  g_assert_cmpint (trafo_builder_get_dtype (b, y), ==, TRAFO_DTYPE_NONE);
  trafo_builder_output (b, "y", y);
  g_assert_cmpuint (trafo_builder_tie (b, y, "t"), ==, 0);
  trafo_builder_fail (b, g_error_new (TRAFO_ERROR, TRAFO_ERROR_INTERNAL, "later"));
  assert_fails (b, TRAFO_ERROR_DTYPE, "layer.3: exp: ");
  g_assert_null (trafo_builder_finish (b, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
}

typedef struct
{
  const char   *name;
  TrafoDType    dtype;
  gsize         n_dims;
  gint64        dims[3];
  TrafoFillRule rule;
  TrafoError    code;
  const char   *message;
} InputCase;

static const InputCase input_cases[] = {
  { "unknown-dim",
    TRAFO_DTYPE_INT64,
    2,
    { TRAFO_DIM_BATCH, -99 },
    TRAFO_FILL_RULE_REQUIRED,
    TRAFO_ERROR_SHAPE,
    "unknown dimension -99" },
  { "smallest-dim",
    TRAFO_DTYPE_INT64,
    1,
    { G_MININT64 },
    TRAFO_FILL_RULE_REQUIRED,
    TRAFO_ERROR_SHAPE,
    "unknown dimension" },
  { "too-large",
    TRAFO_DTYPE_INT64,
    2,
    { G_MAXINT64 / 2, 3 },
    TRAFO_FILL_RULE_REQUIRED,
    TRAFO_ERROR_SHAPE,
    "expected a known type and shape" },
  { "no-dtype",
    TRAFO_DTYPE_NONE,
    1,
    { 3 },
    TRAFO_FILL_RULE_REQUIRED,
    TRAFO_ERROR_SHAPE,
    "of type none" },
  { "nine-dims",
    TRAFO_DTYPE_INT64,
    9,
    { 1 },
    TRAFO_FILL_RULE_REQUIRED,
    TRAFO_ERROR_SHAPE,
    "found 9 axes" },
  { "positions-float",
    TRAFO_DTYPE_FLOAT32,
    1,
    { 3 },
    TRAFO_FILL_RULE_POSITIONS,
    TRAFO_ERROR_DTYPE,
    "expected int64" },
};

static void
test_inputs (gconstpointer data)
{
  const InputCase *c = data;
  g_autoptr (TrafoBuilder) b = new_builder ();
  gint64 dims[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };

  memcpy (dims, c->dims, sizeof c->dims);
  g_assert_cmpuint (trafo_builder_input (b, "x", c->dtype, dims, c->n_dims, c->rule), ==, 0);
  assert_fails (b, c->code, c->message);
}

static void
test_names_again (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (TrafoBuilder) other = new_builder ();
  gint64   three = 3, four = 4;
  TrafoSym x = trafo_builder_input (b, "x", TRAFO_DTYPE_INT64, &three, 1, TRAFO_FILL_RULE_ZEROS);

  g_assert_cmpuint (trafo_builder_input (b,
                                         "x",
                                         TRAFO_DTYPE_INT64,
                                         &three,
                                         1,
                                         TRAFO_FILL_RULE_ZEROS),
                    ==,
                    x);
  trafo_builder_input (b, "x", TRAFO_DTYPE_INT64, &four, 1, TRAFO_FILL_RULE_ZEROS);
  assert_fails (b,
                TRAFO_ERROR_SHAPE,
                "'x' is asked for as int64 of shape (4,), but was int64 of shape (3,) before");
  trafo_builder_param (other, "w", &three, 1, TRAFO_INITIALIZER_ZEROS);
  trafo_builder_param (other, "w", &four, 1, TRAFO_INITIALIZER_ZEROS);
  assert_fails (other, TRAFO_ERROR_SHAPE, "'w' is asked for");
}

/* What reads the outputs by name would find but one of them. */
static void
test_outputs (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  gint64   three = 3;
  TrafoSym x = trafo_builder_param (b, "x", &three, 1, TRAFO_INITIALIZER_ZEROS);

  trafo_builder_output (b, "y", x);
  trafo_builder_output (b, "z", x);
  g_assert_false (trafo_builder_has_failed (b));
  trafo_builder_push_scope (b, "head", -1);
  trafo_builder_output (b, "y", trafo_builder_exp (b, x));
  assert_fails (b, TRAFO_ERROR_INVALID_ARGUMENT, "head: output 'y' is there twice");
}

static void
test_parameters (void)
{
  static const gint64 wrong[][2] = { { TRAFO_DIM_BATCH, 3 }, { -99, 3 }, { G_MAXINT64, 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (TrafoBuilder) b = new_builder ();

      g_assert_cmpuint (trafo_builder_param (b, "w", wrong[i], 2, TRAFO_INITIALIZER_ZEROS), ==, 0);
      assert_fails (b, TRAFO_ERROR_SHAPE, "parameter 'w'");
    }
}

static void
test_activations (void)
{
  static const char *const names[] = { "gelu",       "gelu_new", "relu",
                                       "silu",       "swish",    "tanh",
                                       "quick_gelu", "sigmoid",  "gelu_pytorch_tanh" };
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = trafo_builder_scalar (b, 1, TRAFO_DTYPE_FLOAT32);

  g_assert_cmpuint (trafo_builder_activation (b, x, "linear"), ==, x);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpuint (trafo_builder_activation (b, x, names[i]), >, x);
  g_assert_cmpuint (trafo_builder_activation (b, x, "geluu"), ==, 0);
  assert_fails (b, TRAFO_ERROR_UNSUPPORTED, "'geluu' is unknown");
}

/* A long row of parts goes in steps of as many operands as an op takes. */
static void
test_concat (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym parts[40];
  gint64   dims[] = { 2, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    parts[i] = trafo_builder_fill (b, i, TRAFO_DTYPE_FLOAT32, dims, 2);
  g_assert_cmpint (trafo_builder_get_dim (b, trafo_builder_concat (b, parts, 40, -1), 1), ==, 120);
  g_assert_cmpuint (trafo_builder_concat (b, parts, 1, 0), ==, parts[0]);
  g_assert_cmpuint (trafo_builder_concat (b, parts, 2, 2), ==, 0);
  assert_fails (b, TRAFO_ERROR_SHAPE, "axis 2");
}

static void
test_variants (void)
{
  TrafoVariant variant = { .has_hidden_states = TRUE, .labels_dtype = TRAFO_DTYPE_INT64 };
  g_autoptr (TrafoBuilder) plain = new_builder ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  TrafoSym x = trafo_builder_scalar (b, 1, TRAFO_DTYPE_FLOAT32);

  trafo_builder_hidden_state (b, x);
  trafo_builder_hidden_state (b, x);
  g_assert_cmpuint (trafo_builder_get_graph (b)->outputs->len, ==, 2);
  g_assert_cmpstr (((TrafoGraphOutput *) g_ptr_array_index (trafo_builder_get_graph (b)->outputs,
                                                            1))
                       ->name,
                   ==,
                   "hidden_states.1");
  g_assert_cmpint (trafo_builder_get_labels_dtype (b), ==, TRAFO_DTYPE_INT64);
  x = trafo_builder_scalar (plain, 1, TRAFO_DTYPE_FLOAT32);
  trafo_builder_hidden_state (plain, x);
  g_assert_cmpuint (trafo_builder_dropout (plain, x, 0.5), ==, x);
  g_assert_null (trafo_builder_finish (plain, NULL));
}

/* Twenty thousand parameters by name: found by hash, or this takes minutes. */
static void
test_many_parameters (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  gint64 dim = 1;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *name = g_strdup_printf ("layer.%u.weight", i);

      trafo_builder_param (b, name, &dim, 1, TRAFO_INITIALIZER_ZEROS);
    }
  g_assert_nonnull (trafo_graph_find_param (trafo_builder_get_graph (b), "layer.19999.weight"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder/scopes", test_scopes);
  g_test_add_func ("/builder/untied", test_untied);
  g_test_add_func ("/builder/first-error", test_first_error);
  for (gsize i = 0; i < G_N_ELEMENTS (input_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/builder/inputs/", input_cases[i].name, NULL);

      g_test_add_data_func (path, &input_cases[i], test_inputs);
    }
  g_test_add_func ("/builder/names-again", test_names_again);
  g_test_add_func ("/builder/outputs", test_outputs);
  g_test_add_func ("/builder/parameters", test_parameters);
  g_test_add_func ("/builder/activations", test_activations);
  g_test_add_func ("/builder/concat", test_concat);
  g_test_add_func ("/builder/variants", test_variants);
  g_test_add_func ("/builder/many-parameters", test_many_parameters);
  return g_test_run ();
}
