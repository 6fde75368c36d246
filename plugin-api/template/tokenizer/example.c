/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

/* Each byte is a token, as in ByT5 (Xue et al. 2022, section 3.1): no vocabulary, nothing unknown. */
struct _ExampleTokenizer
{
  GObject parent_instance;
};

#define N_TOKENS 256

static void example_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleTokenizer,
                               example_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      example_tokenizer_iface_init))

/* The description of the model holds nothing that bytes need; it must be JSON all the same. */
static gboolean
example_tokenizer_load_model (TrafoTokenizer *tokenizer,
                              GBytes         *model,
                              const char     *origin,
                              GError        **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (model, origin);

  return trafo_json_reader_finish (reader, error);
}

static guint
example_tokenizer_get_n_tokens (TrafoTokenizer *tokenizer)
{
  return N_TOKENS;
}

static gint64
example_tokenizer_lookup_token (TrafoTokenizer *tokenizer, const char *token, gsize size_bytes)
{
  return size_bytes == 1 ? (guint8) token[0] : -1;
}

static char *
example_tokenizer_lookup_id (TrafoTokenizer *tokenizer, guint id, gsize *size_bytes)
{
  const char byte = id;

  if (id >= N_TOKENS)
    return NULL;
  *size_bytes = 1;
  return g_strndup (&byte, 1);
}

static gboolean
example_tokenizer_tokenize (TrafoTokenizer       *tokenizer,
                            const char           *text,
                            const TrafoTextRange *words,
                            gsize                 n_words,
                            guint32               first_word,
                            TrafoPieceArray      *pieces,
                            GError              **error)
{
  for (gsize i = 0; i < n_words; i++)
    for (guint32 at = words[i].start; at < words[i].end; at++)
      {
        TrafoPiece piece = { (guint8) text[at], at, at + 1, first_word + i };

        if (!trafo_piece_array_append (pieces, piece, error))
          return FALSE;
      }
  return TRUE;
}

static void
example_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->load_model = example_tokenizer_load_model;
  iface->get_n_tokens = example_tokenizer_get_n_tokens;
  iface->lookup_token = example_tokenizer_lookup_token;
  iface->lookup_id = example_tokenizer_lookup_id;
  iface->tokenize = example_tokenizer_tokenize;
}

static void
example_tokenizer_class_init (ExampleTokenizerClass *klass)
{
}

static void
example_tokenizer_init (ExampleTokenizer *self)
{
}
