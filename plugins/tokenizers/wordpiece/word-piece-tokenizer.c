/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "word-piece-tokenizer.h"

#include "bert-class.h"

struct _TrafoWordPieceTokenizer
{
  GObject parent_instance;

  WordPieceModel *model;     /* NULL until one is loaded */
  char           *class_unk; /* BERT's class makes the model, with this unknown token; else NULL */
};

static void trafo_word_piece_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoWordPieceTokenizer,
                               trafo_word_piece_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      trafo_word_piece_tokenizer_iface_init))

enum
{
  PROP_0,
  PROP_CONTINUING_SUBWORD_PREFIX,
};

static void
take_model (TrafoWordPieceTokenizer *self, WordPieceModel *model)
{
  g_clear_pointer (&self->model, word_piece_model_free);
  self->model = model;
}

/* As in transformers' BertTokenizer. */
static GVariant *
word_piece_get_default_config (TrafoTokenizer *tokenizer)
{
  return g_variant_new_parsed ("{'unk_token': <'[UNK]'>, 'sep_token': <'[SEP]'>, "
                               "'pad_token': <'[PAD]'>, 'cls_token': <'[CLS]'>, "
                               "'mask_token': <'[MASK]'>, 'do_lower_case': <true>, "
                               "'tokenize_chinese_chars': <true>}");
}

/* Without a tokenizer.json a vocabulary is BERT's. */
static GVariant *
word_piece_set_class (TrafoTokenizer *tokenizer,
                      GVariant       *config,
                      const char     *name,
                      gboolean        has_file)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);

  g_clear_pointer (&self->class_unk, g_free);
  if (has_file && !bert_class_has_name (name))
    return NULL;
  self->class_unk = g_strdup (bert_class_get_unk_token (config));
  return bert_class_new_components (config);
}

static gboolean
word_piece_load_model (TrafoTokenizer *tokenizer, GBytes *model, const char *origin, GError **error)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);
  g_autoptr (WordPieceModel) loaded = word_piece_model_new ();

  if (!word_piece_model_read (loaded, model, self->class_unk, origin, error))
    return FALSE;
  take_model (self, g_steal_pointer (&loaded));
  return TRUE;
}

static GBytes *
word_piece_load_files (TrafoTokenizer *tokenizer,
                       const char     *folder,
                       GVariant       *config,
                       GError        **error)
{
  g_autoptr (WordPieceModel) loaded = word_piece_model_new ();
  g_autoptr (GBytes) text = NULL;

  word_piece_model_set_unk_token (loaded, bert_class_get_unk_token (config));
  text = word_piece_files_load (loaded, folder, error);
  if (text == NULL)
    return NULL;
  take_model (TRAFO_WORD_PIECE_TOKENIZER (tokenizer), g_steal_pointer (&loaded));
  return g_steal_pointer (&text);
}

static guint
word_piece_get_n_tokens (TrafoTokenizer *tokenizer)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);

  return self->model != NULL ? trafo_vocabulary_get_n_tokens (self->model->vocabulary) : 0;
}

static gint64
word_piece_lookup_token (TrafoTokenizer *tokenizer, const char *token, gsize size_bytes)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);
  guint32                  id;

  if (self->model == NULL ||
      !trafo_vocabulary_lookup (self->model->vocabulary, token, size_bytes, &id))
    return -1;
  return id;
}

static char *
word_piece_lookup_id (TrafoTokenizer *tokenizer, guint id, gsize *size_bytes)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);
  const char              *token = NULL;

  if (self->model != NULL)
    token = trafo_vocabulary_lookup_id (self->model->vocabulary, id, size_bytes);
  return token != NULL ? g_memdup2 (token, *size_bytes + 1) : NULL;
}

static gboolean
word_piece_tokenize (TrafoTokenizer       *tokenizer,
                     const char           *text,
                     const TrafoTextRange *words,
                     gsize                 n_words,
                     guint32               first_word,
                     TrafoPieceArray      *pieces,
                     GError              **error)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (tokenizer);

  if (self->model == NULL)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "the tokenizer has no model yet");
      return FALSE;
    }
  return word_piece_model_tokenize (self->model, text, words, n_words, first_word, pieces, error);
}

static void
trafo_word_piece_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->get_default_config = word_piece_get_default_config;
  iface->set_class = word_piece_set_class;
  iface->load_model = word_piece_load_model;
  iface->load_files = word_piece_load_files;
  iface->get_n_tokens = word_piece_get_n_tokens;
  iface->lookup_token = word_piece_lookup_token;
  iface->lookup_id = word_piece_lookup_id;
  iface->tokenize = word_piece_tokenize;
}

static void
trafo_word_piece_tokenizer_finalize (GObject *object)
{
  TrafoWordPieceTokenizer *self = TRAFO_WORD_PIECE_TOKENIZER (object);

  take_model (self, NULL);
  g_free (self->class_unk);
  G_OBJECT_CLASS (trafo_word_piece_tokenizer_parent_class)->finalize (object);
}

static void
trafo_word_piece_tokenizer_get_property (GObject    *object,
                                         guint       id,
                                         GValue     *value,
                                         GParamSpec *pspec)
{
  WordPieceModel *model = TRAFO_WORD_PIECE_TOKENIZER (object)->model;

  if (id == PROP_CONTINUING_SUBWORD_PREFIX)
    g_value_set_string (value, model != NULL ? model->prefix : NULL);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
trafo_word_piece_tokenizer_class_init (TrafoWordPieceTokenizerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = trafo_word_piece_tokenizer_finalize;
  object_class->get_property = trafo_word_piece_tokenizer_get_property;
  g_object_class_install_property (object_class,
                                   PROP_CONTINUING_SUBWORD_PREFIX,
                                   g_param_spec_string ("continuing-subword-prefix",
                                                        NULL,
                                                        NULL,
                                                        NULL,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
trafo_word_piece_tokenizer_init (TrafoWordPieceTokenizer *self)
{
}
