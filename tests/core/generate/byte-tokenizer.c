/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "byte-tokenizer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

/* As the alphabet of byte-level models writes them: Ġ is a space, Ċ a line's end, ä½ł the three bytes
 * of 你. */
static const char *const words[] = { "<|end|>", "st",     "op", "stop", "opera", "sto", "pper",
                                     "las",     "topper", "to", "pped", "at",    "Ġof", "ä½",
                                     "ł",       "Ġ",      "Ċ",  "Ã",    "©",     "©x" };

static const char *
get_token (guint id, char buffer[2])
{
  if (id < G_N_ELEMENTS (words))
    return words[id];
  if (id - G_N_ELEMENTS (words) > '~' - '!')
    return NULL;
  buffer[0] = '!' + (id - G_N_ELEMENTS (words));
  buffer[1] = '\0';
  return buffer;
}

gint64
byte_tokenizer_find (const char *text)
{
  char buffer[2];

  for (guint id = 0; id < BYTE_TOKENIZER_SIZE; id++)
    if (g_strcmp0 (get_token (id, buffer), text) == 0)
      return id;
  g_assert_not_reached ();
}

static char *
make_json (void)
{
  GString *json = g_string_new ("{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, "
                                "\"added_tokens\": [{\"id\": 0, \"content\": \"<|end|>\", "
                                "\"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
                                "\"normalized\": false, \"special\": true}], \"normalizer\": null, "
                                "\"pre_tokenizer\": {\"type\": \"ByteLevel\", "
                                "\"add_prefix_space\": false, \"trim_offsets\": true, "
                                "\"use_regex\": true}, \"post_processor\": null, \"decoder\": "
                                "{\"type\": \"ByteLevel\"}, \"model\": {\"type\": \"BPE\", "
                                "\"merges\": [], \"vocab\": {");

  for (guint id = 0; id < BYTE_TOKENIZER_SIZE; id++)
    {
      char             buffer[2];
      const char      *token = get_token (id, buffer);
      g_autofree char *other = g_strdup_printf ("other%u", id);
      gboolean         is_escaped = token != NULL && strpbrk (token, "\"\\") != NULL;

      g_string_append_printf (json,
                              "%s\"%s%s\": %u",
                              id > 0 ? ", " : "",
                              is_escaped ? "\\" : "",
                              token != NULL ? token : other,
                              id);
    }
  g_string_append (json, "}}}");
  return g_string_free (json, FALSE);
}

TrafoTokenizer *
byte_tokenizer_new (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *json = make_json ();
  g_autoptr (GError) error = NULL;
  TrafoTokenizer *tokenizer;

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return tokenizer;
}
