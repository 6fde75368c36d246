/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tokenizer-trainer.h"

#include <string.h>
#include <trafo/trafo-enum-types.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-async-call-private.h"
#include "trafo-byte-alphabet-private.h"
#include "trafo-token-run-private.h"
#include "trafo-trained-tokenizer-private.h"
#include "trafo-word-counts-private.h"

enum
{
  DEFAULT_VOCAB_SIZE = 30000,
  BLOCK_BYTES = 1 << 23, /* read at a time, and whatever is left of a line */
};

/**
 * TrafoTokenizerTrainer:
 *
 * Learns the vocabulary of a tokenizer from text.
 *
 * The properties have the names and defaults of BpeTrainer and WordPieceTrainer of tokenizers, and the
 * vocabulary and merges are theirs. Where those leave something to chance, the order of characters with
 * affixes and which of the rarest characters go, the order of words and characters decides.
 *
 * Text is added first, as much as is wanted; then [method@Trafo.TokenizerTrainer.train] learns, and
 * [method@Trafo.TokenizerTrainer.save] writes a folder for [func@Trafo.AutoTokenizer.from_pretrained].
 * One thread may use a trainer at a time.
 */
struct _TrafoTokenizerTrainer
{
  GObject parent_instance;

  TrafoTokenizerRecipe     recipe;
  TrafoTokenizerComponents components;
  guint                    vocab_size;
  guint64                  min_frequency;
  char                   **special_tokens;
  char                    *unk_token;
  guint                    limit_alphabet;
  char                    *initial_alphabet;
  char                    *continuing_subword_prefix;
  char                    *end_of_word_suffix;
  guint                    max_token_length;

  TrafoNormalizer   *normalizer; /* of the components; NULL until text is added */
  TrafoPreTokenizer *pre_tokenizer;
  TrafoWordCounts   *counts;
  guint64            n_bytes; /* this and the next are read by other threads */
  gsize              n_tokens;
  TrafoMergeResult   result; /* empty until it is trained */
};

G_DEFINE_FINAL_TYPE (TrafoTokenizerTrainer, trafo_tokenizer_trainer, G_TYPE_OBJECT)

enum
{
  PROP_RECIPE = 1,
  PROP_VOCAB_SIZE,
  PROP_MIN_FREQUENCY,
  PROP_SPECIAL_TOKENS,
  PROP_UNK_TOKEN,
  PROP_LIMIT_ALPHABET,
  PROP_INITIAL_ALPHABET,
  PROP_CONTINUING_SUBWORD_PREFIX,
  PROP_END_OF_WORD_SUFFIX,
  PROP_MAX_TOKEN_LENGTH,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static char *
make_byte_alphabet (void)
{
  GString *alphabet = g_string_new (NULL);

  for (guint i = 0; i < 256; i++)
    g_string_append_unichar (alphabet, trafo_byte_alphabet_get_char (i));
  return g_string_free (alphabet, FALSE);
}

static void
set_recipe (TrafoTokenizerTrainer *self, TrafoTokenizerRecipe recipe)
{
  static const char *const        byte_level_tokens[] = { "<|endoftext|>", NULL };
  static const char *const        bpe_tokens[] = { "[UNK]", NULL };
  static const char *const        word_piece_tokens[] = { "[PAD]", "[UNK]",  "[CLS]",
                                                          "[SEP]", "[MASK]", NULL };
  static const char *const *const tokens[] = {
    [TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE] = byte_level_tokens,
    [TRAFO_TOKENIZER_RECIPE_BPE] = bpe_tokens,
    [TRAFO_TOKENIZER_RECIPE_WORD_PIECE] = word_piece_tokens,
  };

  self->recipe = recipe;
  trafo_tokenizer_components_set_recipe (&self->components, recipe);
  self->special_tokens = g_strdupv ((char **) tokens[recipe]);
  if (recipe == TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE)
    self->initial_alphabet = make_byte_alphabet ();
  else
    self->unk_token = g_strdup ("[UNK]");
  if (recipe == TRAFO_TOKENIZER_RECIPE_WORD_PIECE)
    self->continuing_subword_prefix = g_strdup ("##");
}

static char **
get_string (TrafoTokenizerTrainer *self, guint prop_id)
{
  switch (prop_id)
    {
    case PROP_UNK_TOKEN:
      return &self->unk_token;
    case PROP_INITIAL_ALPHABET:
      return &self->initial_alphabet;
    case PROP_CONTINUING_SUBWORD_PREFIX:
      return &self->continuing_subword_prefix;
    case PROP_END_OF_WORD_SUFFIX:
      return &self->end_of_word_suffix;
    default:
      return NULL;
    }
}

static void
trafo_tokenizer_trainer_get_property (GObject    *object,
                                      guint       prop_id,
                                      GValue     *value,
                                      GParamSpec *pspec)
{
  TrafoTokenizerTrainer *self = TRAFO_TOKENIZER_TRAINER (object);
  char                 **string = get_string (self, prop_id);

  if (string != NULL)
    g_value_set_string (value, *string);
  else if (prop_id == PROP_RECIPE)
    g_value_set_enum (value, self->recipe);
  else if (prop_id == PROP_VOCAB_SIZE)
    g_value_set_uint (value, self->vocab_size);
  else if (prop_id == PROP_MIN_FREQUENCY)
    g_value_set_uint64 (value, self->min_frequency);
  else if (prop_id == PROP_SPECIAL_TOKENS)
    g_value_set_boxed (value, self->special_tokens);
  else if (prop_id == PROP_LIMIT_ALPHABET)
    g_value_set_uint (value, self->limit_alphabet);
  else if (prop_id == PROP_MAX_TOKEN_LENGTH)
    g_value_set_uint (value, self->max_token_length);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
trafo_tokenizer_trainer_set_property (GObject      *object,
                                      guint         prop_id,
                                      const GValue *value,
                                      GParamSpec   *pspec)
{
  TrafoTokenizerTrainer *self = TRAFO_TOKENIZER_TRAINER (object);
  char                 **string = get_string (self, prop_id);

  if (string != NULL)
    {
      g_free (*string);
      *string = g_value_dup_string (value);
    }
  else if (prop_id == PROP_RECIPE)
    set_recipe (self, g_value_get_enum (value));
  else if (prop_id == PROP_VOCAB_SIZE)
    self->vocab_size = g_value_get_uint (value);
  else if (prop_id == PROP_MIN_FREQUENCY)
    self->min_frequency = g_value_get_uint64 (value);
  else if (prop_id == PROP_SPECIAL_TOKENS)
    {
      g_strfreev (self->special_tokens);
      self->special_tokens = g_value_dup_boxed (value);
    }
  else if (prop_id == PROP_LIMIT_ALPHABET)
    self->limit_alphabet = g_value_get_uint (value);
  else if (prop_id == PROP_MAX_TOKEN_LENGTH)
    self->max_token_length = g_value_get_uint (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
trafo_tokenizer_trainer_finalize (GObject *object)
{
  TrafoTokenizerTrainer *self = TRAFO_TOKENIZER_TRAINER (object);

  trafo_tokenizer_components_clear (&self->components);
  g_strfreev (self->special_tokens);
  g_free (self->unk_token);
  g_free (self->initial_alphabet);
  g_free (self->continuing_subword_prefix);
  g_free (self->end_of_word_suffix);
  g_clear_pointer (&self->normalizer, trafo_normalizer_free);
  g_clear_pointer (&self->pre_tokenizer, trafo_pre_tokenizer_free);
  trafo_word_counts_free (self->counts);
  trafo_merge_result_clear (&self->result);
  G_OBJECT_CLASS (trafo_tokenizer_trainer_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name, const char *blurb, guint initial)
{
  return g_param_spec_uint (name,
                            NULL,
                            blurb,
                            0,
                            G_MAXUINT,
                            initial,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
install_sizes (void)
{
  /**
   * TrafoTokenizerTrainer:vocab-size:
   *
   * How many tokens are learned, special ones and single characters included.
   */
  properties[PROP_VOCAB_SIZE] = uint_spec ("vocab-size", "Tokens to learn", DEFAULT_VOCAB_SIZE);

  /**
   * TrafoTokenizerTrainer:min-frequency:
   *
   * How often two neighbours must come to be merged.
   */
  properties[PROP_MIN_FREQUENCY] = g_param_spec_uint64 ("min-frequency",
                                                        NULL,
                                                        "How often neighbours must come",
                                                        0,
                                                        G_MAXUINT64,
                                                        0,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TrafoTokenizerTrainer:limit-alphabet:
   *
   * How many characters become tokens, the most frequent ones; 0 is all.
   */
  properties[PROP_LIMIT_ALPHABET] = uint_spec ("limit-alphabet", "Characters to keep", 0);

  /**
   * TrafoTokenizerTrainer:max-token-length:
   *
   * Tokens of so many characters are not made, 0 is no limit. As in tokenizers, two characters are
   * merged whatever the limit.
   */
  properties[PROP_MAX_TOKEN_LENGTH] = uint_spec ("max-token-length", "Limit of characters", 0);
}

static void
install_strings (void)
{
  /**
   * TrafoTokenizerTrainer:special-tokens:
   *
   * Tokens that come first and are never split.
   */
  properties[PROP_SPECIAL_TOKENS] = g_param_spec_boxed ("special-tokens",
                                                        NULL,
                                                        "Tokens that come first",
                                                        G_TYPE_STRV,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  /**
   * TrafoTokenizerTrainer:unk-token:
   *
   * The token for what the vocabulary cannot say; %NULL for none.
   */
  properties[PROP_UNK_TOKEN] = string_spec ("unk-token", "Token for the unknown");

  /**
   * TrafoTokenizerTrainer:initial-alphabet:
   *
   * Characters that are tokens whether they come in the text or not.
   */
  properties[PROP_INITIAL_ALPHABET] = string_spec ("initial-alphabet", "Characters to have");

  /**
   * TrafoTokenizerTrainer:continuing-subword-prefix:
   *
   * What a token begins with that continues a word, such as "##"; %NULL for nothing.
   */
  properties[PROP_CONTINUING_SUBWORD_PREFIX] =
      string_spec ("continuing-subword-prefix", "Begins what continues a word");

  /**
   * TrafoTokenizerTrainer:end-of-word-suffix:
   *
   * What a token ends with that ends a word, such as `</w>`; %NULL for nothing.
   */
  properties[PROP_END_OF_WORD_SUFFIX] = string_spec ("end-of-word-suffix", "Ends a word");
}

static void
trafo_tokenizer_trainer_class_init (TrafoTokenizerTrainerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = trafo_tokenizer_trainer_get_property;
  object_class->set_property = trafo_tokenizer_trainer_set_property;
  object_class->finalize = trafo_tokenizer_trainer_finalize;

  /**
   * TrafoTokenizerTrainer:recipe:
   *
   * What the tokenizer is made of; the other properties begin with what it needs.
   */
  properties[PROP_RECIPE] =
      g_param_spec_enum ("recipe",
                         NULL,
                         "What the tokenizer is made of",
                         TRAFO_TYPE_TOKENIZER_RECIPE,
                         TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  install_sizes ();
  install_strings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
trafo_tokenizer_trainer_init (TrafoTokenizerTrainer *self)
{
  self->vocab_size = DEFAULT_VOCAB_SIZE;
  self->counts = trafo_word_counts_new ();
}

/**
 * trafo_tokenizer_trainer_new:
 * @recipe: what the tokenizer is made of
 *
 * Makes a trainer.
 *
 * Returns: (transfer full): the trainer
 */
TrafoTokenizerTrainer *
trafo_tokenizer_trainer_new (TrafoTokenizerRecipe recipe)
{
  return g_object_new (TRAFO_TYPE_TOKENIZER_TRAINER, "recipe", recipe, NULL);
}

static gboolean
parse (GBytes *text, const char *where, GVariant **value, GError **error)
{
  *value = text != NULL ? trafo_json_to_variant (text, where, error) : NULL;
  return text == NULL || *value != NULL;
}

static gboolean
read_components (TrafoTokenizerTrainer *self, GError **error)
{
  g_autoptr (GVariant) normalizer = NULL;
  g_autoptr (GVariant) pre_tokenizer = NULL;

  if (self->pre_tokenizer != NULL)
    return TRUE;
  if (!parse (self->components.normalizer, "normalizer", &normalizer, error) ||
      !parse (self->components.pre_tokenizer, "pre_tokenizer", &pre_tokenizer, error))
    return FALSE;
  g_clear_pointer (&self->normalizer, trafo_normalizer_free);
  self->normalizer = trafo_normalizer_new (normalizer, "tokenizer.json", error);
  if (self->normalizer != NULL)
    self->pre_tokenizer = trafo_pre_tokenizer_new (pre_tokenizer, "tokenizer.json", error);
  return self->pre_tokenizer != NULL;
}

/**
 * trafo_tokenizer_trainer_set_components:
 * @self: a trainer that has no text yet
 * @tokenizer_json: the text of a tokenizer.json, complete or not
 * @error: return location for an error
 *
 * Replaces the normalizer, pre-tokenizer and decoder of the recipe, as to train a tokenizer like
 * another one. The post-processor is taken if it is byte-level: others name ids of their vocabulary.
 *
 * Returns: %FALSE if the text is broken or says something that is not supported, or there is text
 */
gboolean
trafo_tokenizer_trainer_set_components (TrafoTokenizerTrainer *self,
                                        GBytes                *tokenizer_json,
                                        GError               **error)
{
  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), FALSE);
  g_return_val_if_fail (tokenizer_json != NULL, FALSE);
  if (self->pre_tokenizer == NULL)
    return trafo_tokenizer_components_read (&self->components, tokenizer_json, error) &&
           read_components (self, error);
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "the trainer has components in use, expected them before the first text");
  return FALSE;
}

static gboolean
add_block (TrafoTokenizerTrainer *self,
           const char            *text,
           gsize                  size_bytes,
           GCancellable          *cancellable,
           GError               **error)
{
  if (!trafo_word_counts_add (self->counts,
                              self->normalizer,
                              self->pre_tokenizer,
                              text,
                              size_bytes,
                              self->n_bytes,
                              cancellable,
                              error))
    return FALSE;
  __atomic_add_fetch (&self->n_bytes, size_bytes, __ATOMIC_RELAXED);
  return TRUE;
}

/**
 * trafo_tokenizer_trainer_add_text:
 * @self: a trainer
 * @text: text, of which each line is one for itself; its end is part of it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Counts the words of a text, with all threads.
 *
 * Returns: %FALSE if the text is not valid UTF-8 or memory ran out; some of its words may then have
 *   been counted
 */
gboolean
trafo_tokenizer_trainer_add_text (TrafoTokenizerTrainer *self,
                                  GBytes                *text,
                                  GCancellable          *cancellable,
                                  GError               **error)
{
  gsize       size;
  const char *data;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  data = g_bytes_get_data (text, &size);
  return read_components (self, error) &&
         (size == 0 || add_block (self, data, size, cancellable, error));
}

/* How much of a block is whole lines; all of it at the end of the text. */
static gsize
get_lines_size (const GByteArray *block, gboolean is_end)
{
  const guint8 *line_end = is_end ? NULL : memrchr (block->data, '\n', block->len);

  if (is_end)
    return block->len;
  return line_end != NULL ? (gsize) (line_end + 1 - block->data) : 0;
}

/**
 * trafo_tokenizer_trainer_add_stream:
 * @self: a trainer
 * @stream: where text is read, to its end
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Does what [method@Trafo.TokenizerTrainer.add_text] does with what a stream gives, some MiB at a time.
 *
 * Returns: as [method@Trafo.TokenizerTrainer.add_text], or %FALSE if the stream cannot be read
 */
gboolean
trafo_tokenizer_trainer_add_stream (TrafoTokenizerTrainer *self,
                                    GInputStream          *stream,
                                    GCancellable          *cancellable,
                                    GError               **error)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  gsize n_read = BLOCK_BYTES;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), FALSE);
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), FALSE);
  if (!read_components (self, error))
    return FALSE;
  while (n_read == BLOCK_BYTES)
    {
      guint n_held = block->len;
      gsize n_lines;

      if (n_held > G_MAXUINT / 4 || !trafo_token_run_check_size (n_held, error))
        return FALSE;
      g_byte_array_set_size (block, n_held + BLOCK_BYTES);
      if (!g_input_stream_read_all (stream,
                                    block->data + n_held,
                                    BLOCK_BYTES,
                                    &n_read,
                                    cancellable,
                                    error))
        return FALSE;
      g_byte_array_set_size (block, n_held + n_read);
      n_lines = get_lines_size (block, n_read < BLOCK_BYTES);
      if (n_lines > 0 && !add_block (self, (char *) block->data, n_lines, cancellable, error))
        return FALSE;
      g_byte_array_remove_range (block, 0, n_lines);
    }
  return TRUE;
}

static TrafoMergeOptions
get_merge_options (const TrafoTokenizerTrainer *self)
{
  return (TrafoMergeOptions){
    .vocab_size = self->vocab_size,
    .min_frequency = self->min_frequency,
    .special_tokens = (const char *const *) self->special_tokens,
    .initial_alphabet = self->initial_alphabet,
    .limit_alphabet = self->limit_alphabet > 0 ? self->limit_alphabet : G_MAXSIZE,
    .prefix = self->continuing_subword_prefix,
    .suffix = self->end_of_word_suffix,
    .max_token_length = self->max_token_length > 0 ? self->max_token_length : G_MAXSIZE,
  };
}

static TrafoTrainedTokenizer
get_trained (const TrafoTokenizerTrainer *self, const TrafoMergeOptions *options)
{
  return (TrafoTrainedTokenizer){
    .components = &self->components,
    .is_word_piece = self->recipe == TRAFO_TOKENIZER_RECIPE_WORD_PIECE,
    .unk_token = self->unk_token,
    .options = options,
    .result = &self->result,
  };
}

/**
 * trafo_tokenizer_trainer_train:
 * @self: a trainer
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Learns a vocabulary from the words counted so far.
 *
 * Returns: (transfer full): the tokenizer, as the text of a tokenizer.json
 */
GBytes *
trafo_tokenizer_trainer_train (TrafoTokenizerTrainer *self,
                               GCancellable          *cancellable,
                               GError               **error)
{
  g_autofree TrafoWordCount *words = NULL;
  TrafoMergeOptions          options;
  TrafoTrainedTokenizer      trained;
  gsize                      n_words;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), NULL);
  options = get_merge_options (self);
  trained = get_trained (self, &options);
  words = trafo_word_counts_list (self->counts, &n_words, error);
  trafo_merge_result_clear (&self->result);
  if (words == NULL || !trafo_merge_training_run (&options,
                                                  words,
                                                  n_words,
                                                  &self->n_tokens,
                                                  &self->result,
                                                  cancellable,
                                                  error))
    return NULL;
  return trafo_trained_tokenizer_to_json (&trained);
}

/**
 * trafo_tokenizer_trainer_save:
 * @self: a trainer that has learned a vocabulary
 * @folder: (type filename): a folder, which is made where it is not there
 * @error: return location for an error
 *
 * Writes tokenizer.json and tokenizer_config.json, and the files that came before: vocab.txt, or
 * vocab.json and merges.txt, unless a token does not fit into one.
 *
 * Each file appears complete or not at all.
 *
 * Returns: %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT before the training, or if a file cannot be written
 */
gboolean
trafo_tokenizer_trainer_save (TrafoTokenizerTrainer *self, const char *folder, GError **error)
{
  TrafoMergeOptions     options;
  TrafoTrainedTokenizer trained;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);
  options = get_merge_options (self);
  trained = get_trained (self, &options);
  if (self->result.vocabulary != NULL)
    return trafo_trained_tokenizer_save (&trained, folder, error);
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "the trainer has learned no vocabulary yet");
  return FALSE;
}

/**
 * trafo_tokenizer_trainer_get_n_bytes:
 * @self: a trainer
 *
 * How much text it has counted; any thread may ask at any time.
 *
 * Returns: the number of bytes
 */
guint64
trafo_tokenizer_trainer_get_n_bytes (TrafoTokenizerTrainer *self)
{
  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), 0);
  return __atomic_load_n (&self->n_bytes, __ATOMIC_RELAXED);
}

/**
 * trafo_tokenizer_trainer_get_n_tokens:
 * @self: a trainer
 *
 * How many tokens it has learned; any thread may ask at any time.
 *
 * Returns: the number of tokens
 */
guint64
trafo_tokenizer_trainer_get_n_tokens (TrafoTokenizerTrainer *self)
{
  g_return_val_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self), 0);
  return __atomic_load_n (&self->n_tokens, __ATOMIC_RELAXED);
}

static gpointer
add_stream (gpointer source, gpointer stream, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (trafo_tokenizer_trainer_add_stream (source, stream, cancellable, error));
}

static const TrafoAsyncCall add_stream_call = { add_stream, g_object_unref, NULL };

/**
 * trafo_tokenizer_trainer_add_stream_async:
 * @self: a trainer
 * @stream: where text is read, to its end
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.TokenizerTrainer.add_stream] does, without blocking.
 */
void
trafo_tokenizer_trainer_add_stream_async (TrafoTokenizerTrainer *self,
                                          GInputStream          *stream,
                                          GCancellable          *cancellable,
                                          GAsyncReadyCallback    callback,
                                          gpointer               user_data)
{
  g_return_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self));
  g_return_if_fail (G_IS_INPUT_STREAM (stream));
  trafo_async_call_start (&add_stream_call,
                          self,
                          g_object_ref (stream),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_tokenizer_trainer_add_stream_finish:
 * @self: a trainer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.TokenizerTrainer.add_stream_async] began.
 *
 * Returns: as [method@Trafo.TokenizerTrainer.add_stream]
 */
gboolean
trafo_tokenizer_trainer_add_stream_finish (TrafoTokenizerTrainer *self,
                                           GAsyncResult          *result,
                                           GError               **error)
{
  return trafo_async_call_finish (&add_stream_call, self, result, error) != NULL;
}

static gpointer
train (gpointer source, gpointer request, GCancellable *cancellable, GError **error)
{
  return trafo_tokenizer_trainer_train (source, cancellable, error);
}

static const TrafoAsyncCall train_call = { train, NULL, (GDestroyNotify) g_bytes_unref };

/**
 * trafo_tokenizer_trainer_train_async:
 * @self: a trainer
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.TokenizerTrainer.train] does, without blocking.
 */
void
trafo_tokenizer_trainer_train_async (TrafoTokenizerTrainer *self,
                                     GCancellable          *cancellable,
                                     GAsyncReadyCallback    callback,
                                     gpointer               user_data)
{
  g_return_if_fail (TRAFO_IS_TOKENIZER_TRAINER (self));
  trafo_async_call_start (&train_call, self, NULL, cancellable, callback, user_data);
}

/**
 * trafo_tokenizer_trainer_train_finish:
 * @self: a trainer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.TokenizerTrainer.train_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.TokenizerTrainer.train]
 */
GBytes *
trafo_tokenizer_trainer_train_finish (TrafoTokenizerTrainer *self,
                                      GAsyncResult          *result,
                                      GError               **error)
{
  return trafo_async_call_finish (&train_call, self, result, error);
}
