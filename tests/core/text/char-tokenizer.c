/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "char-tokenizer.h"

#include <string.h>

struct _CharTokenizer
{
  GObject parent_instance;
};

enum
{
  N_IDS = 256,
};

static void char_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CharTokenizer,
                               char_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      char_tokenizer_iface_init))

static gboolean
char_load_model (TrafoTokenizer *self, GBytes *model, const char *origin, GError **error)
{
  return TRUE;
}

static guint
char_get_n_tokens (TrafoTokenizer *self)
{
  return N_IDS;
}

static gint64
char_lookup_token (TrafoTokenizer *self, const char *token, gsize size_bytes)
{
  gunichar point = g_utf8_get_char_validated (token, size_bytes);

  return point < N_IDS && g_unichar_to_utf8 (point, NULL) == (int) size_bytes ? (gint64) point : -1;
}

static char *
char_lookup_id (TrafoTokenizer *self, guint id, gsize *size_bytes)
{
  char *token = g_new0 (char, 7);

  if (id >= N_IDS)
    {
      g_free (token);
      return NULL;
    }
  *size_bytes = g_unichar_to_utf8 (id, token);
  return token;
}

static gboolean
char_tokenize (TrafoTokenizer       *self,
               const char           *text,
               const TrafoTextRange *words,
               gsize                 n_words,
               guint32               first_word,
               TrafoPieceArray      *pieces,
               GError              **error)
{
  for (gsize i = 0; i < n_words; i++)
    for (guint32 at = words[i].start; at < words[i].end;)
      {
        guint32 next = g_utf8_next_char (text + at) - text;

        if (!trafo_piece_array_append (pieces,
                                       (TrafoPiece){ g_utf8_get_char (text + at),
                                                     at,
                                                     next,
                                                     first_word + i },
                                       error))
          return FALSE;
        at = next;
      }
  return TRUE;
}

static void
char_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->load_model = char_load_model;
  iface->get_n_tokens = char_get_n_tokens;
  iface->lookup_token = char_lookup_token;
  iface->lookup_id = char_lookup_id;
  iface->tokenize = char_tokenize;
}

static void
char_tokenizer_class_init (CharTokenizerClass *klass)
{
}

static void
char_tokenizer_init (CharTokenizer *self)
{
}

/* @tokenizer_json: the members but "model", without the braces; must be right. */
TrafoTokenizer *
char_tokenizer_new (const char *tokenizer_json, const char *config)
{
  g_autofree char *text = g_strdup_printf ("{%s%s\"model\":{\"type\":\"Char\"}}",
                                           tokenizer_json,
                                           *tokenizer_json != '\0' ? "," : "");
  g_autoptr (GBytes) json = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) config_json = config != NULL ? g_bytes_new (config, strlen (config)) : NULL;
  g_autoptr (GError) error = NULL;
  TrafoTokenizer *tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);

  trafo_tokenizer_load_json (tokenizer, json, config_json, &error);
  g_assert_no_error (error);
  return tokenizer;
}
