/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-tokenizer.h>

/**
 * TrafoTokenizer:
 *
 * Turns text into the ids of a vocabulary and back.
 *
 * A tokenizer plugin implements the interface; [method@Trafo.Tokenizer.load] makes an object of it
 * ready for use.
 */
G_DEFINE_INTERFACE (TrafoTokenizer, trafo_tokenizer, G_TYPE_OBJECT)

static void
trafo_tokenizer_default_init (TrafoTokenizerInterface *iface)
{
}

/**
 * trafo_piece_array_grow: (skip)
 * @self: a full array
 * @error: return location for an error
 *
 * Makes room for more pieces.
 *
 * Returns: %FALSE if memory ran out
 */
gboolean
trafo_piece_array_grow (TrafoPieceArray *self, GError **error)
{
  gsize       wanted = self->n_allocated * 2 + 256, size;
  TrafoPiece *grown = NULL;

  if (g_size_checked_mul (&size, wanted, sizeof *grown))
    grown = g_try_realloc (self->pieces, size);
  if (grown == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for %" G_GSIZE_FORMAT " tokens",
                   wanted);
      return FALSE;
    }
  self->pieces = grown;
  self->n_allocated = wanted;
  return TRUE;
}

/* Repairs a result that breaks the contract: failure without a reason, success with one. */
static gboolean
check_result (TrafoTokenizer *self,
              const char     *function,
              gboolean        succeeded,
              GError         *local,
              GError        **error)
{
  if (succeeded && local == NULL)
    return TRUE;
  if (local == NULL)
    g_set_error (&local,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INTERNAL,
                 "%s: %s() failed without a reason",
                 G_OBJECT_TYPE_NAME (self),
                 function);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
check_has (TrafoTokenizer *self, const char *function, gboolean has, GError **error)
{
  if (!has)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_UNSUPPORTED,
                 "%s does not implement %s()",
                 G_OBJECT_TYPE_NAME (self),
                 function);
  return has;
}

/**
 * trafo_tokenizer_get_default_config: (virtual get_default_config)
 * @self: a tokenizer
 *
 * The members of tokenizer_config.json that hold where the file lacks them.
 *
 * Returns: (transfer full) (nullable): a dictionary `a{sv}`
 */
GVariant *
trafo_tokenizer_get_default_config (TrafoTokenizer *self)
{
  TrafoTokenizerInterface *iface;
  GVariant                *config;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  config = iface->get_default_config != NULL ? iface->get_default_config (self) : NULL;
  if (config == NULL)
    return NULL;
  g_variant_take_ref (config);
  if (!g_variant_is_of_type (config, G_VARIANT_TYPE_VARDICT))
    g_clear_pointer (&config, g_variant_unref);
  return config;
}

/**
 * trafo_tokenizer_set_class: (virtual set_class)
 * @self: a tokenizer that has loaded nothing yet
 * @config: tokenizer_config.json, completed with the defaults, as a dictionary `a{sv}`
 * @name: (nullable): the "tokenizer_class" of @config, else the model_type of config.json
 * @has_file: whether there is a tokenizer.json
 *
 * Tells the class that a checkpoint names; without a tokenizer.json it is the tokenizer's own, whatever
 * is named.
 *
 * Returns: (transfer full) (nullable): what that class makes in place of tokenizer.json's components,
 *   a dictionary `a{sv}`; %NULL if it takes more than the vocabulary from the file
 */
GVariant *
trafo_tokenizer_set_class (TrafoTokenizer *self,
                           GVariant       *config,
                           const char     *name,
                           gboolean        has_file)
{
  TrafoTokenizerInterface *iface;
  GVariant                *components;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  components = iface->set_class != NULL ? iface->set_class (self, config, name, has_file) : NULL;
  if (components == NULL)
    return NULL;
  g_variant_take_ref (components);
  if (!g_variant_is_of_type (components, G_VARIANT_TYPE_VARDICT))
    g_clear_pointer (&components, g_variant_unref);
  return components;
}

/**
 * trafo_tokenizer_load_model: (virtual load_model)
 * @self: a tokenizer
 * @model: the text of tokenizer.json's member "model"
 * @origin: the file it is from, for errors
 * @error: return location for an error
 *
 * Reads the model and its vocabulary.
 *
 * Returns: %FALSE if the text is no such model
 */
gboolean
trafo_tokenizer_load_model (TrafoTokenizer *self, GBytes *model, const char *origin, GError **error)
{
  TrafoTokenizerInterface *iface;
  GError                  *local = NULL;
  gboolean                 loaded;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  if (!check_has (self, "load_model", iface->load_model != NULL, error))
    return FALSE;
  loaded = iface->load_model (self, model, origin, &local);
  return check_result (self, "load_model", loaded, local, error);
}

/**
 * trafo_tokenizer_load_files: (virtual load_files)
 * @self: a tokenizer
 * @folder: a checkpoint without tokenizer.json
 * @config: tokenizer_config.json, completed with the defaults, as a dictionary `a{sv}`
 * @error: return location for an error
 *
 * Reads the vocabulary from files of the model's own.
 *
 * Returns: (transfer full) (nullable): the text of a tokenizer.json for the rest, its "model"
 *   without a vocabulary; %NULL on error
 */
GBytes *
trafo_tokenizer_load_files (TrafoTokenizer *self,
                            const char     *folder,
                            GVariant       *config,
                            GError        **error)
{
  TrafoTokenizerInterface *iface;
  g_autoptr (GBytes) text = NULL;
  GError *local = NULL;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  if (!check_has (self, "load_files", iface->load_files != NULL, error))
    return NULL;
  text = iface->load_files (self, folder, config, &local);
  if (!check_result (self, "load_files", text != NULL, local, error))
    return NULL;
  return g_steal_pointer (&text);
}

/**
 * trafo_tokenizer_get_n_tokens: (virtual get_n_tokens)
 * @self: a tokenizer
 *
 * The size of the model's own vocabulary, added tokens left out.
 *
 * Returns: how many tokens
 */
guint
trafo_tokenizer_get_n_tokens (TrafoTokenizer *self)
{
  TrafoTokenizerInterface *iface;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), 0);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  return iface->get_n_tokens != NULL ? iface->get_n_tokens (self) : 0;
}

/**
 * trafo_tokenizer_lookup_token: (virtual lookup_token)
 * @self: a tokenizer
 * @token: a token, not NUL-terminated
 * @size_bytes: its size
 *
 * Looks up a token in the model's own vocabulary.
 *
 * Returns: its id, -1 if there is no such token
 */
gint64
trafo_tokenizer_lookup_token (TrafoTokenizer *self, const char *token, gsize size_bytes)
{
  TrafoTokenizerInterface *iface;
  gint64                   id = -1;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), -1);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  if (iface->lookup_token != NULL)
    id = iface->lookup_token (self, token, size_bytes);
  return id >= 0 && id <= G_MAXUINT32 ? id : -1;
}

/**
 * trafo_tokenizer_lookup_id: (virtual lookup_id)
 * @self: a tokenizer
 * @id: an id
 * @size_bytes: (out) (optional): return location for the token's size, for a token may hold NULs
 *
 * Looks up an id in the model's own vocabulary.
 *
 * Returns: (transfer full) (nullable): the token, %NULL if there is no such id
 */
char *
trafo_tokenizer_lookup_id (TrafoTokenizer *self, guint id, gsize *size_bytes)
{
  TrafoTokenizerInterface *iface;
  gsize                    unused;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  if (iface->lookup_id == NULL)
    return NULL;
  return iface->lookup_id (self, id, size_bytes != NULL ? size_bytes : &unused);
}

/**
 * trafo_tokenizer_get_surface_id: (virtual get_surface_id) (skip)
 * @self: a tokenizer
 *
 * The id whose tokens read as the text that they came from.
 *
 * Returns: the id, -1 if there is none
 */
gint64
trafo_tokenizer_get_surface_id (TrafoTokenizer *self)
{
  TrafoTokenizerInterface *iface;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), -1);
  iface = TRAFO_TOKENIZER_GET_IFACE (self);
  return iface->get_surface_id != NULL ? iface->get_surface_id (self) : -1;
}

/* A plugin may not hand out tokens from outside the text. */
static gboolean
check_pieces (TrafoTokenizer        *self,
              const TrafoPieceArray *pieces,
              gsize                  first_piece,
              guint32                first_word,
              const TrafoTextRange  *words,
              gsize                  n_words,
              GError               **error)
{
  for (gsize i = first_piece; i < pieces->n_pieces; i++)
    {
      TrafoPiece piece = pieces->pieces[i];
      gsize      word = piece.word - first_word;

      if (piece.word >= first_word && word < n_words && piece.start >= words[word].start &&
          piece.start <= piece.end && piece.end <= words[word].end)
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INTERNAL,
                   "%s: tokenize() gave the piece [%u, %u) of word %u of %" G_GSIZE_FORMAT
                   ", which lies outside it",
                   G_OBJECT_TYPE_NAME (self),
                   piece.start,
                   piece.end,
                   piece.word,
                   n_words);
      return FALSE;
    }
  return TRUE;
}

/**
 * trafo_tokenizer_tokenize: (skip)
 * @self: a tokenizer
 * @text: valid UTF-8, normalized
 * @words: its words
 * @n_words: how many
 * @first_word: the index that the first of them gets in @pieces
 * @pieces: where the tokens are appended
 * @error: return location for an error
 *
 * Splits words into the pieces of the model's vocabulary.
 *
 * Returns: %FALSE if a word has no token, memory ran out, or the plugin broke its contract
 */
gboolean
trafo_tokenizer_tokenize (TrafoTokenizer       *self,
                          const char           *text,
                          const TrafoTextRange *words,
                          gsize                 n_words,
                          guint32               first_word,
                          TrafoPieceArray      *pieces,
                          GError              **error)
{
  TrafoTokenizerInterface *iface = TRAFO_TOKENIZER_GET_IFACE (self);
  gsize                    first_piece = pieces->n_pieces;
  GError                  *local = NULL;
  gboolean                 done;

  if (!check_has (self, "tokenize", iface->tokenize != NULL, error))
    return FALSE;
  done = iface->tokenize (self, text, words, n_words, first_word, pieces, &local);
  return check_result (self, "tokenize", done, local, error) &&
         check_pieces (self, pieces, first_piece, first_word, words, n_words, error);
}
