/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "byte-tokenizer.h"

#include <trafo/trafo.h>

TrafoTokenizer *
byte_tokenizer_new (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-untied", NULL);
  g_autoptr (GError) error = NULL;
  TrafoTokenizer *tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);

  g_assert_no_error (error);
  return tokenizer;
}
