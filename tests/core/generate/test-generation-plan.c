/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

#include "trafo-generation-plan-private.h"

/* Between probabilities, which transformers computes in float32. */
#define TOLERANCE 2e-6

/* The parameters of @item, for drawing. */
static TrafoGenerationConfig *
read_config (JsonObject *item)
{
  g_autofree char *json = json_to_string (json_object_get_member (item, "params"), FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "params", &error);
  TrafoGenerationConfig *config;

  g_assert_no_error (error);
  config = trafo_generation_config_new_from_variant (parameters, &error);
  g_assert_no_error (error);
  g_object_set (config, "do-sample", TRUE, NULL);
  return config;
}

static void
check_probabilities (const float *scores, JsonArray *expected)
{
  guint  n = json_array_get_length (expected);
  double largest = -INFINITY, sum = 0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, scores[i]);
  for (guint i = 0; i < n; i++)
    sum += exp (scores[i] - largest);
  for (guint i = 0; i < n; i++)
    {
      double value = json_array_get_double_element (expected, i);

      g_assert_cmpint (scores[i] == -INFINITY, ==, value == 0);
      g_assert_cmpfloat_with_epsilon (exp (scores[i] - largest) / sum, value, TOLERANCE);
    }
}

static void
check_item (JsonObject *item)
{
  JsonArray *logits = json_object_get_array_member (item, "logits");
  JsonArray *tokens = json_object_get_array_member (item, "ids");
  guint      vocab_size = json_array_get_length (logits), n_ids = json_array_get_length (tokens);
  g_autoptr (TrafoGenerationConfig) config = read_config (item);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGenerationPlan) plan =
      trafo_generation_plan_new (config, n_ids, vocab_size, G_MAXSIZE, &error);
  g_autofree gint64 *ids = g_new (gint64, n_ids);
  TrafoLogits        row;

  g_assert_no_error (error);
  g_assert_true (trafo_logits_init (&row, vocab_size, NULL));
  for (guint i = 0; i < vocab_size; i++)
    row.scores[i] = (float) json_array_get_double_element (logits, i);
  for (guint i = 0; i < n_ids; i++)
    ids[i] = json_array_get_int_element (tokens, i);
  trafo_generation_plan_process (plan, &row, ids, n_ids, 0, &error);
  g_assert_no_error (error);
  trafo_logits_spread (&row, vocab_size);
  check_probabilities (row.scores, json_object_get_array_member (item, "expected"));
  trafo_logits_clear (&row);
}

/* tests/data/sampling.json, or the file of TRAFO_TEST_SAMPLING: what transformers leaves of scores. */
static void
test_transformers (void)
{
  g_autofree char *data = g_test_build_filename (G_TEST_DIST, "data", "sampling.json", NULL);
  const char      *other = g_getenv ("TRAFO_TEST_SAMPLING");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *items;

  json_parser_load_from_file (parser, other != NULL ? other : data, &error);
  g_assert_no_error (error);
  items = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (items), >, 0);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_test_message ("case %u", i);
      check_item (json_array_get_object_element (items, i));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/generation-plan/transformers", test_transformers);
  return g_test_run ();
}
