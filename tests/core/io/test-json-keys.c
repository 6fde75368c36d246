/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-keys-private.h"

#include <string.h>

#define N_VALUES 40

/* Writes the key at the end of the text, spelt in one of two ways: "k12" or "\\u006b12". */
static TrafoJsonKeyResult
add (TrafoJsonKeys *keys, GString *text, gsize first, guint value, gboolean is_escaped)
{
  g_autofree char *decoded = g_strdup_printf ("k%u", value);
  gsize            start = text->len + 1, offset;
  TrafoJsonString  string;

  g_string_append_printf (text, "\"%s%u\"", is_escaped ? "\\u006b" : "k", value);
  g_assert_null (trafo_json_string_scan (text->str, text->len, start, &string, &offset));
  return trafo_json_keys_add (keys, first, text->str, &string, decoded, strlen (decoded));
}

/* Objects within objects, opened, filled and closed at random, beside a hash table for each. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GString) text = g_string_new (NULL);
  TrafoJsonKeys keys;
  gsize         firsts[12] = { 0 };
  GHashTable   *models[12] = { g_hash_table_new (NULL, NULL) };
  guint         depth = 0, n_duplicates = 0;

  trafo_json_keys_init (&keys);
  for (guint i = 0; i < 100000; i++)
    {
      guint what = g_rand_int_range (rand, 0, 20);

      if (what == 0 && depth + 1 < G_N_ELEMENTS (firsts))
        {
          firsts[++depth] = keys.n_keys;
          models[depth] = g_hash_table_new (NULL, NULL);
        }
      else if (what == 1 && depth > 0)
        {
          trafo_json_keys_pop (&keys, firsts[depth]);
          g_hash_table_unref (models[depth--]);
        }
      else
        {
          guint    value = g_rand_int_range (rand, 0, N_VALUES);
          gboolean is_new = g_hash_table_add (models[depth], GUINT_TO_POINTER (value + 1));

          g_assert_cmpint (add (&keys, text, firsts[depth], value, i % 2),
                           ==,
                           is_new ? TRAFO_JSON_KEY_NEW : TRAFO_JSON_KEY_DUPLICATE);
          n_duplicates += !is_new;
        }
    }
  g_assert_cmpuint (n_duplicates, >, 1000);
  trafo_json_keys_pop (&keys, 0);
  g_assert_cmpuint (keys.n_keys, ==, 0);
  g_assert_cmpuint (keys.n_used_slots, ==, 0);
  for (guint i = 0; i <= depth; i++)
    g_hash_table_unref (models[i]);
  trafo_json_keys_clear (&keys);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-keys/random", test_random);
  return g_test_run ();
}
