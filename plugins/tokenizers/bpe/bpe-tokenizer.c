/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "bpe-tokenizer.h"

#include "bpe-class.h"
#include "bpe-files.h"

typedef struct
{
  BpeModel *model;            /* NULL until one is loaded */
  gboolean  is_made_by_class; /* the file's options do not count */
} TrafoBpeTokenizerPrivate;

struct _TrafoRobertaTokenizer
{
  TrafoBpeTokenizer parent_instance;
};

static void trafo_bpe_tokenizer_iface_init (TrafoTokenizerInterface *iface);
static void trafo_roberta_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TrafoBpeTokenizer,
                         trafo_bpe_tokenizer,
                         G_TYPE_OBJECT,
                         G_ADD_PRIVATE (TrafoBpeTokenizer)
                             G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                    trafo_bpe_tokenizer_iface_init))

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoRobertaTokenizer,
                               trafo_roberta_tokenizer,
                               TRAFO_TYPE_BPE_TOKENIZER,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      trafo_roberta_tokenizer_iface_init))

static BpeModel *
get_model (TrafoTokenizer *tokenizer)
{
  TrafoBpeTokenizerPrivate *self =
      trafo_bpe_tokenizer_get_instance_private (TRAFO_BPE_TOKENIZER (tokenizer));

  return self->model;
}

static void
take_model (TrafoTokenizer *tokenizer, BpeModel *model)
{
  TrafoBpeTokenizerPrivate *self =
      trafo_bpe_tokenizer_get_instance_private (TRAFO_BPE_TOKENIZER (tokenizer));

  g_clear_pointer (&self->model, bpe_model_free);
  self->model = model;
}

/* As in transformers' GPT2Tokenizer. */
static GVariant *
bpe_get_default_config (TrafoTokenizer *tokenizer)
{
  return g_variant_new_parsed ("{'unk_token': <'<|endoftext|>'>, 'bos_token': <'<|endoftext|>'>, "
                               "'eos_token': <'<|endoftext|>'>}");
}

/* As in transformers' RobertaTokenizer. */
static GVariant *
roberta_get_default_config (TrafoTokenizer *tokenizer)
{
  return g_variant_new_parsed ("{'unk_token': <'<unk>'>, 'bos_token': <'<s>'>, "
                               "'eos_token': <'</s>'>, 'sep_token': <'</s>'>, "
                               "'cls_token': <'<s>'>, 'pad_token': <'<pad>'>, "
                               "'mask_token': <'<mask>'>}");
}

static gboolean
set_made_by_class (TrafoTokenizer *tokenizer, gboolean is_made_by_class)
{
  TrafoBpeTokenizerPrivate *self =
      trafo_bpe_tokenizer_get_instance_private (TRAFO_BPE_TOKENIZER (tokenizer));

  self->is_made_by_class = is_made_by_class;
  return is_made_by_class;
}

static GVariant *
bpe_set_class (TrafoTokenizer *tokenizer, GVariant *config, const char *name, gboolean has_file)
{
  return set_made_by_class (tokenizer, !has_file || bpe_class_is_gpt2 (name))
             ? bpe_class_new_gpt2_components (config)
             : NULL;
}

static GVariant *
roberta_set_class (TrafoTokenizer *tokenizer, GVariant *config, const char *name, gboolean has_file)
{
  return set_made_by_class (tokenizer, !has_file || bpe_class_is_roberta (name))
             ? bpe_class_new_roberta_components (config)
             : NULL;
}

static gboolean
bpe_load_model (TrafoTokenizer *tokenizer, GBytes *model, const char *origin, GError **error)
{
  TrafoBpeTokenizerPrivate *self =
      trafo_bpe_tokenizer_get_instance_private (TRAFO_BPE_TOKENIZER (tokenizer));
  g_autoptr (BpeModel) loaded = bpe_model_new ();

  if (!bpe_model_read (loaded, model, self->is_made_by_class, origin, error))
    return FALSE;
  take_model (tokenizer, g_steal_pointer (&loaded));
  return TRUE;
}

static GBytes *
bpe_load_files (TrafoTokenizer *tokenizer, const char *folder, GVariant *config, GError **error)
{
  g_autoptr (BpeModel) loaded = bpe_model_new ();
  g_autoptr (GBytes) text = bpe_files_load (loaded, folder, error);

  if (text == NULL)
    return NULL;
  take_model (tokenizer, g_steal_pointer (&loaded));
  return g_steal_pointer (&text);
}

static guint
bpe_get_n_tokens (TrafoTokenizer *tokenizer)
{
  BpeModel *model = get_model (tokenizer);

  return model != NULL ? trafo_vocabulary_get_n_tokens (model->vocabulary) : 0;
}

static gint64
bpe_lookup_token (TrafoTokenizer *tokenizer, const char *token, gsize size_bytes)
{
  BpeModel *model = get_model (tokenizer);
  guint32   id;

  if (model == NULL || !trafo_vocabulary_lookup (model->vocabulary, token, size_bytes, &id))
    return -1;
  return id;
}

static char *
bpe_lookup_id (TrafoTokenizer *tokenizer, guint id, gsize *size_bytes)
{
  BpeModel   *model = get_model (tokenizer);
  const char *token = NULL;

  if (model != NULL)
    token = trafo_vocabulary_lookup_id (model->vocabulary, id, size_bytes);
  return token != NULL ? g_memdup2 (token, *size_bytes + 1) : NULL;
}

static gboolean
bpe_tokenize (TrafoTokenizer       *tokenizer,
              const char           *text,
              const TrafoTextRange *words,
              gsize                 n_words,
              guint32               first_word,
              TrafoPieceArray      *pieces,
              GError              **error)
{
  BpeModel *model = get_model (tokenizer);

  if (model == NULL)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "the tokenizer has no model yet");
      return FALSE;
    }
  return bpe_model_tokenize (model, text, words, n_words, first_word, pieces, error);
}

static void
trafo_bpe_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->get_default_config = bpe_get_default_config;
  iface->set_class = bpe_set_class;
  iface->load_model = bpe_load_model;
  iface->load_files = bpe_load_files;
  iface->get_n_tokens = bpe_get_n_tokens;
  iface->lookup_token = bpe_lookup_token;
  iface->lookup_id = bpe_lookup_id;
  iface->tokenize = bpe_tokenize;
}

static void
trafo_roberta_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->get_default_config = roberta_get_default_config;
  iface->set_class = roberta_set_class;
}

static void
trafo_bpe_tokenizer_finalize (GObject *object)
{
  take_model (TRAFO_TOKENIZER (object), NULL);
  G_OBJECT_CLASS (trafo_bpe_tokenizer_parent_class)->finalize (object);
}

static void
trafo_bpe_tokenizer_class_init (TrafoBpeTokenizerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_bpe_tokenizer_finalize;
}

static void
trafo_bpe_tokenizer_init (TrafoBpeTokenizer *self)
{
}

static void
trafo_roberta_tokenizer_class_init (TrafoRobertaTokenizerClass *klass)
{
}

static void
trafo_roberta_tokenizer_init (TrafoRobertaTokenizer *self)
{
}
