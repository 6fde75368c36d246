/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "damage.h"

enum
{
  N_FILES = 2000,
};

static GBytes *
damage (const char *text, gsize size, GRand *rand)
{
  GString *damaged = g_string_new_len (text, size);

  for (gint k = g_rand_int_range (rand, 1, 5); k > 0; k--)
    {
      gint at = g_rand_int_range (rand, 0, damaged->len - 8);

      switch (g_rand_int_range (rand, 0, 3))
        {
        case 0:
          damaged->str[at] = "0129{}[]\",:-a\x80"[g_rand_int_range (rand, 0, 14)];
          break;
        case 1:
          g_string_erase (damaged, at, g_rand_int_range (rand, 1, 8));
          break;
        default:
          g_string_insert_len (damaged, at, text + at, g_rand_int_range (rand, 1, 8));
        }
    }
  return g_string_free_to_bytes (damaged);
}

static void
use (TrafoTokenizer *tokenizer, const char *sample)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding =
      trafo_tokenizer_encode (tokenizer, sample, sample, NULL, &error);
  g_autofree char *decoded = NULL;

  g_assert_true ((encoding == NULL) == (error != NULL));
  if (encoding == NULL)
    return;
  decoded = trafo_tokenizer_decode (tokenizer,
                                    trafo_encoding_get_ids (encoding, NULL),
                                    trafo_encoding_get_n_tokens (encoding),
                                    FALSE,
                                    TRUE,
                                    &error);
  g_assert_true ((decoded == NULL) == (error != NULL));
}

void
damage_test (GType type, const char *fixture, const char *sample)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "tokenizers", fixture, "tokenizer.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gsize size;
  guint n_read = 0;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (type, NULL);
      g_autoptr (GBytes) json = damage (text, size, rand);
      g_autoptr (GError) error = NULL;

      if (trafo_tokenizer_load_json (tokenizer, json, NULL, &error))
        {
          n_read++;
          use (tokenizer, sample);
        }
      else
        g_assert_nonnull (error);
    }
  g_test_message ("%u of %d were read", n_read, N_FILES);
  g_assert_cmpuint (n_read, >, N_FILES / 50);
}
