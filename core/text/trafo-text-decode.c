/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-text-engine-private.h"
#include "trafo-text.h"

/* Fills @tokens, whose text is then that of the ids. */
static gboolean
decode (TrafoTokenizer *self,
        const guint32  *ids,
        gsize           n_ids,
        gboolean        skip_special_tokens,
        gboolean        clean_up_tokenization_spaces,
        TrafoTokenList *tokens,
        GError        **error)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self, error);
  g_autoptr (TrafoTextDecoding) decoding = NULL;

  if (engine == NULL)
    return FALSE;
  for (gsize i = 0; i < n_ids && !tokens->text.failed; i++)
    trafo_text_engine_append_token (engine, tokens, ids[i], skip_special_tokens);
  decoding = trafo_text_decoding_new (engine->decoder);
  if (!trafo_text_decoding_push (decoding, tokens, TRUE, error))
    return FALSE;
  if (clean_up_tokenization_spaces && trafo_text_engine_may_clean_up (engine))
    trafo_text_clean_up (&tokens->text, 0);
  return TRUE;
}

/**
 * trafo_tokenizer_decode:
 * @self: a loaded tokenizer
 * @ids: (array length=n_ids): ids of tokens
 * @n_ids: how many
 * @skip_special_tokens: whether special tokens are left out
 * @clean_up_tokenization_spaces: whether spaces before English punctuation and contractions are
 *   taken out; has no effect for BPE, as in transformers 5
 * @error: return location for an error
 *
 * Turns tokens into text. Ids that the vocabulary lacks are left out.
 *
 * A string cannot hold a NUL, which byte-level tokens can make: here as wherever a string of decoded
 * text is returned, "␀" (U+2400) stands in its place. The function of the same name with "_bytes",
 * [method@Trafo.Tokenizer.decode_bytes], gives the text as it is.
 *
 * Returns: (transfer full): the text; %NULL if it would exceed 1 GiB
 */
char *
trafo_tokenizer_decode (TrafoTokenizer *self,
                        const guint32  *ids,
                        gsize           n_ids,
                        gboolean        skip_special_tokens,
                        gboolean        clean_up_tokenization_spaces,
                        GError        **error)
{
  g_auto (TrafoTokenList) tokens = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (ids != NULL || n_ids == 0, NULL);
  if (!decode (self, ids, n_ids, skip_special_tokens, clean_up_tokenization_spaces, &tokens, error))
    return NULL;
  return trafo_text_buffer_finish (&tokens.text, error);
}

/**
 * trafo_tokenizer_decode_bytes:
 * @self: a loaded tokenizer
 * @ids: (array length=n_ids): ids of tokens
 * @n_ids: how many
 * @skip_special_tokens: as of [method@Trafo.Tokenizer.decode]
 * @clean_up_tokenization_spaces: the same
 * @error: return location for an error
 *
 * Like [method@Trafo.Tokenizer.decode], for text that may hold NULs.
 *
 * Returns: (transfer full): the text, UTF-8; %NULL if it would exceed 1 GiB
 */
GBytes *
trafo_tokenizer_decode_bytes (TrafoTokenizer *self,
                              const guint32  *ids,
                              gsize           n_ids,
                              gboolean        skip_special_tokens,
                              gboolean        clean_up_tokenization_spaces,
                              GError        **error)
{
  g_auto (TrafoTokenList) tokens = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (ids != NULL || n_ids == 0, NULL);
  if (!decode (self, ids, n_ids, skip_special_tokens, clean_up_tokenization_spaces, &tokens, error))
    return NULL;
  return trafo_text_buffer_finish_bytes (&tokens.text, error);
}

/* Decodes @tokens to the text of @list. */
static gboolean
join (TrafoTokenizer *self, const char *const *tokens, TrafoTokenList *list, GError **error)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self, error);
  g_autoptr (TrafoTextDecoding) decoding = NULL;

  if (engine == NULL)
    return FALSE;
  for (gsize i = 0; tokens[i] != NULL && !list->text.failed; i++)
    trafo_token_list_append (list, tokens[i], strlen (tokens[i]));
  decoding = trafo_text_decoding_new (engine->decoder);
  return trafo_text_decoding_push (decoding, list, TRUE, error);
}

/**
 * trafo_tokenizer_convert_tokens_to_string:
 * @self: a loaded tokenizer
 * @tokens: (array zero-terminated=1): tokens, as the vocabulary writes them, or any other texts
 * @error: return location for an error
 *
 * Joins tokens as decoding does.
 *
 * Returns: (transfer full): the text, NULs shown as [method@Trafo.Tokenizer.decode] does; %NULL if it
 *   would exceed 1 GiB
 */
char *
trafo_tokenizer_convert_tokens_to_string (TrafoTokenizer    *self,
                                          const char *const *tokens,
                                          GError           **error)
{
  g_auto (TrafoTokenList) list = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (tokens != NULL, NULL);
  return join (self, tokens, &list, error) ? trafo_text_buffer_finish (&list.text, error) : NULL;
}

/**
 * trafo_tokenizer_convert_tokens_to_string_bytes:
 * @self: a loaded tokenizer
 * @tokens: (array zero-terminated=1): tokens, as the vocabulary writes them, or any other texts
 * @error: return location for an error
 *
 * Like [method@Trafo.Tokenizer.convert_tokens_to_string], for text that may hold NULs.
 *
 * Returns: (transfer full): the text, UTF-8; %NULL if it would exceed 1 GiB
 */
GBytes *
trafo_tokenizer_convert_tokens_to_string_bytes (TrafoTokenizer    *self,
                                                const char *const *tokens,
                                                GError           **error)
{
  g_auto (TrafoTokenList) list = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (tokens != NULL, NULL);
  return join (self, tokens, &list, error) ? trafo_text_buffer_finish_bytes (&list.text, error)
                                           : NULL;
}

/**
 * trafo_tokenizer_token_to_id:
 * @self: a loaded tokenizer
 * @token: a token, as the vocabulary writes it
 *
 * Looks up a token.
 *
 * Returns: its id, -1 if there is no such token
 */
gint64
trafo_tokenizer_token_to_id (TrafoTokenizer *self, const char *token)
{
  const TrafoTextEngine *engine;
  const TrafoAddedToken *added = NULL;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), -1);
  g_return_val_if_fail (token != NULL, -1);
  engine = trafo_text_engine_get (self, NULL);
  if (engine != NULL)
    added = trafo_added_tokens_lookup (engine->added_tokens, token, strlen (token));
  return added != NULL ? added->id : trafo_tokenizer_lookup_token (self, token, strlen (token));
}

static gboolean
append_token (TrafoTokenizer *self, guint id, TrafoTextBuffer *text)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self, NULL);
  g_autofree char       *token = NULL;
  gsize                  size;

  if (engine != NULL)
    token = trafo_text_engine_get_token (engine, id, &size);
  if (token != NULL)
    trafo_text_buffer_append (text, token, size);
  return token != NULL;
}

/**
 * trafo_tokenizer_id_to_token:
 * @self: a loaded tokenizer
 * @id: an id
 *
 * Looks up an id.
 *
 * Returns: (transfer full) (nullable): the token, NULs shown as [method@Trafo.Tokenizer.decode] does;
 *   %NULL if there is no such id
 */
char *
trafo_tokenizer_id_to_token (TrafoTokenizer *self, guint id)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  return append_token (self, id, &text) ? trafo_text_buffer_finish (&text, NULL) : NULL;
}

/**
 * trafo_tokenizer_id_to_token_bytes:
 * @self: a loaded tokenizer
 * @id: an id
 *
 * Like [method@Trafo.Tokenizer.id_to_token], for text that may hold NULs.
 *
 * Returns: (transfer full) (nullable): the token, UTF-8; %NULL if there is no such id
 */
GBytes *
trafo_tokenizer_id_to_token_bytes (TrafoTokenizer *self, guint id)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  return append_token (self, id, &text) ? trafo_text_buffer_finish_bytes (&text, NULL) : NULL;
}

/**
 * trafo_tokenizer_get_vocab_size:
 * @self: a loaded tokenizer
 * @with_added_tokens: whether tokens are counted that were added to the model's vocabulary
 *
 * The size of the vocabulary.
 *
 * Returns: how many tokens
 */
guint
trafo_tokenizer_get_vocab_size (TrafoTokenizer *self, gboolean with_added_tokens)
{
  const TrafoTextEngine *engine;
  guint                  n_tokens;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), 0);
  engine = trafo_text_engine_get (self, NULL);
  n_tokens = trafo_tokenizer_get_n_tokens (self);
  if (engine != NULL && with_added_tokens)
    n_tokens += trafo_added_tokens_get_n_new (engine->added_tokens);
  return n_tokens;
}

/**
 * trafo_tokenizer_get_special_token:
 * @self: a loaded tokenizer
 * @token: which token
 *
 * The text of a special token.
 *
 * Returns: (nullable): the token, %NULL if the tokenizer has none
 */
const char *
trafo_tokenizer_get_special_token (TrafoTokenizer *self, TrafoSpecialToken token)
{
  const TrafoTextEngine *engine;
  const char            *content;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail ((guint) token < TRAFO_N_SPECIAL_TOKENS, NULL);
  engine = trafo_text_engine_get (self, NULL);
  content = engine != NULL ? engine->config->special[token].content : NULL;
  return content != NULL && trafo_tokenizer_token_to_id (self, content) >= 0 ? content : NULL;
}

/**
 * trafo_tokenizer_get_special_token_id:
 * @self: a loaded tokenizer
 * @token: which token
 *
 * The id of a special token.
 *
 * Returns: the id, -1 if the tokenizer has no such token
 */
gint64
trafo_tokenizer_get_special_token_id (TrafoTokenizer *self, TrafoSpecialToken token)
{
  const char *content = trafo_tokenizer_get_special_token (self, token);

  return content != NULL ? trafo_tokenizer_token_to_id (self, content) : -1;
}

/**
 * trafo_tokenizer_is_special_id:
 * @self: a loaded tokenizer
 * @id: an id
 *
 * Whether decoding leaves a token out when it skips special tokens.
 *
 * Returns: %TRUE if it does
 */
gboolean
trafo_tokenizer_is_special_id (TrafoTokenizer *self, guint id)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  engine = trafo_text_engine_get (self, NULL);
  return engine != NULL && trafo_text_engine_is_special_id (engine, id);
}

/**
 * trafo_tokenizer_dup_continuing_subword_prefix:
 * @self: a loaded tokenizer
 *
 * What begins a token that continues a word: the plugin's property "continuing-subword-prefix".
 *
 * Returns: (transfer full) (nullable): such as "##", %NULL if tokens do not show it so
 */
char *
trafo_tokenizer_dup_continuing_subword_prefix (TrafoTokenizer *self)
{
  GParamSpec *pspec;
  char       *prefix = NULL;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), "continuing-subword-prefix");
  if (pspec == NULL || !G_IS_PARAM_SPEC_STRING (pspec))
    return NULL;
  g_object_get (self, "continuing-subword-prefix", &prefix, NULL);
  if (prefix != NULL && *prefix == '\0')
    g_clear_pointer (&prefix, g_free);
  return prefix;
}

/**
 * trafo_tokenizer_get_n_added_tokens:
 * @self: a loaded tokenizer
 * @is_pair: whether two texts are encoded together
 *
 * How many special tokens encoding puts around the text.
 *
 * Returns: the number of tokens
 */
guint
trafo_tokenizer_get_n_added_tokens (TrafoTokenizer *self, gboolean is_pair)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), 0);
  engine = trafo_text_engine_get (self, NULL);
  if (engine == NULL)
    return 0;
  return is_pair ? engine->post_processor->pair.n_added : engine->post_processor->single.n_added;
}

/**
 * trafo_tokenizer_get_model_max_length:
 * @self: a loaded tokenizer
 *
 * The most tokens that the model takes, from tokenizer_config.json.
 *
 * Returns: the length in tokens, 0 if there is no limit
 */
guint
trafo_tokenizer_get_model_max_length (TrafoTokenizer *self)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), 0);
  engine = trafo_text_engine_get (self, NULL);
  return engine != NULL ? MAX (engine->config->model_max_length, 0) : 0;
}

/**
 * trafo_tokenizer_get_padding_side:
 * @self: a loaded tokenizer
 *
 * Where padding is put unless the options say otherwise.
 *
 * Returns: the side
 */
TrafoSide
trafo_tokenizer_get_padding_side (TrafoTokenizer *self)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), TRAFO_SIDE_RIGHT);
  engine = trafo_text_engine_get (self, NULL);
  return engine != NULL ? engine->config->padding_side : TRAFO_SIDE_RIGHT;
}

/**
 * trafo_tokenizer_get_truncation_side:
 * @self: a loaded tokenizer
 *
 * Where tokens are cut off unless the options say otherwise.
 *
 * Returns: the side
 */
TrafoSide
trafo_tokenizer_get_truncation_side (TrafoTokenizer *self)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), TRAFO_SIDE_RIGHT);
  engine = trafo_text_engine_get (self, NULL);
  return engine != NULL ? engine->config->truncation_side : TRAFO_SIDE_RIGHT;
}

/**
 * trafo_tokenizer_get_clean_up_tokenization_spaces:
 * @self: a loaded tokenizer
 *
 * Whether decoding cleans up spaces where the caller has no opinion.
 *
 * Returns: what tokenizer_config.json says, %FALSE without
 */
gboolean
trafo_tokenizer_get_clean_up_tokenization_spaces (TrafoTokenizer *self)
{
  const TrafoTextEngine *engine;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  engine = trafo_text_engine_get (self, NULL);
  return engine != NULL && engine->config->clean_up_tokenization_spaces;
}
