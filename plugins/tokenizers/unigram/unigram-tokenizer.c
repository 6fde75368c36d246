/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "unigram-tokenizer.h"

#include "unigram-model.h"

struct _TrafoUnigramTokenizer
{
  GObject parent_instance;

  UnigramModel *model; /* NULL until one is loaded */
};

static void trafo_unigram_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoUnigramTokenizer,
                               trafo_unigram_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      trafo_unigram_tokenizer_iface_init))

static void
take_model (TrafoUnigramTokenizer *self, UnigramModel *model)
{
  g_clear_pointer (&self->model, unigram_model_free);
  self->model = model;
}

static gboolean
unigram_load_model (TrafoTokenizer *tokenizer, GBytes *model, const char *origin, GError **error)
{
  g_autoptr (UnigramModel) loaded = unigram_model_new ();

  if (!unigram_model_read (loaded, model, origin, error))
    return FALSE;
  take_model (TRAFO_UNIGRAM_TOKENIZER (tokenizer), g_steal_pointer (&loaded));
  return TRUE;
}

static guint
unigram_get_n_tokens (TrafoTokenizer *tokenizer)
{
  TrafoUnigramTokenizer *self = TRAFO_UNIGRAM_TOKENIZER (tokenizer);

  return self->model != NULL ? self->model->scores->len : 0;
}

static gint64
unigram_lookup_token (TrafoTokenizer *tokenizer, const char *token, gsize size_bytes)
{
  TrafoUnigramTokenizer *self = TRAFO_UNIGRAM_TOKENIZER (tokenizer);
  guint32                id;

  if (self->model == NULL ||
      !trafo_vocabulary_lookup (self->model->vocabulary, token, size_bytes, &id))
    return -1;
  return id;
}

static char *
unigram_lookup_id (TrafoTokenizer *tokenizer, guint id, gsize *size_bytes)
{
  TrafoUnigramTokenizer *self = TRAFO_UNIGRAM_TOKENIZER (tokenizer);
  const char            *token = NULL;

  if (self->model != NULL)
    token = trafo_vocabulary_lookup_id (self->model->vocabulary, id, size_bytes);
  return token != NULL ? g_memdup2 (token, *size_bytes + 1) : NULL;
}

static gboolean
has_all_bytes (const UnigramModel *self)
{
  guint n_bytes = 0;

  while (n_bytes < G_N_ELEMENTS (self->has_bytes) && self->has_bytes[n_bytes])
    n_bytes++;
  return self->byte_fallback && n_bytes == G_N_ELEMENTS (self->has_bytes);
}

/* Unknown text stays what it is: models/unigram/model.rs. Where all of it becomes bytes, none is
 * unknown, though one of the bytes may have the id. */
static gint64
unigram_get_surface_id (TrafoTokenizer *tokenizer)
{
  TrafoUnigramTokenizer *self = TRAFO_UNIGRAM_TOKENIZER (tokenizer);

  if (self->model == NULL || !self->model->has_unk || has_all_bytes (self->model))
    return -1;
  return self->model->unk_id;
}

static gboolean
unigram_tokenize (TrafoTokenizer       *tokenizer,
                  const char           *text,
                  const TrafoTextRange *words,
                  gsize                 n_words,
                  guint32               first_word,
                  TrafoPieceArray      *pieces,
                  GError              **error)
{
  TrafoUnigramTokenizer *self = TRAFO_UNIGRAM_TOKENIZER (tokenizer);

  if (self->model == NULL)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "the tokenizer has no model yet");
      return FALSE;
    }
  return unigram_model_tokenize (self->model, text, words, n_words, first_word, pieces, error);
}

static void
trafo_unigram_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->load_model = unigram_load_model;
  iface->get_n_tokens = unigram_get_n_tokens;
  iface->lookup_token = unigram_lookup_token;
  iface->lookup_id = unigram_lookup_id;
  iface->get_surface_id = unigram_get_surface_id;
  iface->tokenize = unigram_tokenize;
}

static void
trafo_unigram_tokenizer_finalize (GObject *object)
{
  take_model (TRAFO_UNIGRAM_TOKENIZER (object), NULL);
  G_OBJECT_CLASS (trafo_unigram_tokenizer_parent_class)->finalize (object);
}

static void
trafo_unigram_tokenizer_class_init (TrafoUnigramTokenizerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_unigram_tokenizer_finalize;
}

static void
trafo_unigram_tokenizer_init (TrafoUnigramTokenizer *self)
{
}
