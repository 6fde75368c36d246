/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Whatever the values are, a getter returns its default or a value of its range, and the config
 * reads back as it was written. */
#include <string.h>
#include <trafo/trafo-config.h>

#include "fuzz.h"

static void
check_getters (TrafoConfig *config, const char *key)
{
  gint64             integer = trafo_config_get_int (config, key, -7, 1, 1000);
  double             number = trafo_config_get_double (config, key, -7, 0, 1);
  const char        *string = trafo_config_get_string (config, key, NULL);
  g_autofree gint64 *integers = NULL;
  gsize              n_integers;

  fuzz_check (integer == -7 || (integer >= 1 && integer <= 1000));
  fuzz_check (number == -7 || (number >= 0 && number <= 1));
  fuzz_check (string == NULL || g_utf8_validate (string, -1, NULL));
  trafo_config_get_boolean (config, key, TRUE);
  integers = trafo_config_get_ints (config, key, 0, 9, &n_integers);
  for (gsize i = 0; i < n_integers; i++)
    fuzz_check (integers[i] >= 0 && integers[i] <= 9);
}

static void
write_and_read (TrafoConfig *config)
{
  g_autofree char *text = trafo_config_to_json (config);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (TrafoConfig) again = trafo_config_new_from_bytes (bytes, "fuzz", NULL);

  fuzz_check (again != NULL);
  fuzz_check (
      g_variant_equal (trafo_config_get_variant (config), trafo_config_get_variant (again)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size_bytes);
  g_autoptr (TrafoConfig) config = trafo_config_new_from_bytes (bytes, "fuzz", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  if (config == NULL)
    return 0;
  check_getters (config, "k");
  check_getters (config, "absent|hidden_size");
  trafo_config_get_model_type (config);
  trafo_config_get_architectures (config);
  labels = trafo_config_get_labels (config, &n_labels);
  fuzz_check (labels == NULL || g_strv_length (labels) == n_labels);
  if (!trafo_config_check (config, &error))
    fuzz_check (g_utf8_validate (error->message, -1, NULL));
  write_and_read (config);
  return 0;
}
