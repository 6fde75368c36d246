/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-assembly-private.h"
#include "trafo-text.h"
#include "trafo-thread-pool-private.h"

enum
{
  MIN_SHARED_BYTES = 1 << 15, /* texts of less are done before other threads are awake */
};

/* One input: a text, and perhaps the second of a pair. */
typedef struct
{
  const char           *texts[2]; /* the second is NULL without a pair */
  gsize                 sizes[2];
  const TrafoTextRange *words; /* of the first, where it comes as words; else NULL */
  gsize                 n_words;
} Input;

static gboolean
fill_run (const TrafoTextEngine *engine,
          TrafoTextScratch      *scratch,
          const Input           *input,
          guint                  index,
          GError               **error)
{
  TrafoTokenRun *run = &scratch->runs[index];
  const char    *text = input->texts[index];
  gsize          size_bytes = input->sizes[index];

  if (input->words == NULL)
    return trafo_token_run_fill (run, engine, scratch, text, size_bytes, error);
  return trafo_token_run_fill_words (run,
                                     engine,
                                     scratch,
                                     text,
                                     size_bytes,
                                     input->words,
                                     input->n_words,
                                     error);
}

static TrafoEncoding *
encode_input (const TrafoTextEngine *engine,
              const TrafoEncodePlan *plan,
              const Input           *input,
              GError               **error)
{
  TrafoTextScratch *scratch = trafo_text_scratch_get ();
  gboolean          is_pair = input->texts[1] != NULL, filled = TRUE;
  TrafoEncoding    *encoding = NULL;

  scratch->runs[1].size_bytes = 0;
  for (guint i = 0; filled && i < (is_pair ? 2 : 1); i++)
    filled = fill_run (engine, scratch, input, i, error);
  if (filled)
    encoding = trafo_assembly_make (engine, plan, scratch->runs, is_pair, error);
  trafo_text_scratch_trim (scratch, MAX (input->sizes[0], input->sizes[1]));
  return encoding;
}

static gboolean
pad_encodings (GPtrArray *encodings, const TrafoEncodePlan *plan, GError **error)
{
  gsize longest = 0, length;

  for (guint i = 0; i < encodings->len; i++)
    longest = MAX (longest, trafo_encoding_get_n_tokens (g_ptr_array_index (encodings, i)));
  if (!trafo_encode_plan_get_padded_length (plan, longest, &length, error))
    return FALSE;
  for (guint i = 0; plan->padding != TRAFO_PADDING_DO_NOT_PAD && i < encodings->len; i++)
    {
      TrafoEncoding *padded = trafo_encoding_pad (g_ptr_array_index (encodings, i),
                                                  length,
                                                  plan->pads_left,
                                                  plan->pad_id,
                                                  error);

      if (padded == NULL)
        return FALSE;
      trafo_encoding_unref (g_ptr_array_index (encodings, i));
      g_ptr_array_index (encodings, i) = padded;
    }
  return TRUE;
}

/* A batch while it is encoded, by several threads. */
typedef struct
{
  const TrafoTextEngine *engine;
  const TrafoEncodePlan *plan;
  const Input           *inputs;
  gsize                  n_inputs;
  TrafoEncoding        **encodings;
  GMutex                 mutex;  /* for what follows */
  gsize                  failed; /* the first input that failed so far, @n_inputs: none */
  GError                *error;
} Batch;

/* Of several errors that of the first text is kept, as one thread would find it. */
static void
keep_error (Batch *self, guint index, GError *error)
{
  g_mutex_lock (&self->mutex);
  if (index < self->failed)
    {
      __atomic_store_n (&self->failed, index, __ATOMIC_RELAXED);
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
    }
  g_mutex_unlock (&self->mutex);
  g_clear_error (&error);
}

static void
encode_nth (gpointer data, guint index)
{
  Batch  *self = data;
  GError *error = NULL;

  if (index > __atomic_load_n (&self->failed, __ATOMIC_RELAXED))
    return;
  self->encodings[index] = encode_input (self->engine, self->plan, &self->inputs[index], &error);
  if (self->encodings[index] == NULL)
    keep_error (self, index, error);
}

static gboolean
is_shared (const Input *inputs, gsize n_inputs)
{
  gsize size_bytes = 0;

  if (n_inputs < 2)
    return FALSE;
  for (gsize i = 0; i < n_inputs && size_bytes < MIN_SHARED_BYTES; i++)
    size_bytes +=
        MIN (inputs[i].sizes[0], MIN_SHARED_BYTES) + MIN (inputs[i].sizes[1], MIN_SHARED_BYTES);
  return size_bytes >= MIN_SHARED_BYTES;
}

static gboolean
encode_all (Batch *self, GError **error)
{
  gsize n_inputs = self->n_inputs;

  g_mutex_init (&self->mutex);
  self->failed = n_inputs;
  if (is_shared (self->inputs, n_inputs))
    trafo_thread_pool_run_tasks (trafo_thread_pool_get_default (), n_inputs, encode_nth, self);
  else
    for (gsize i = 0; i < n_inputs; i++)
      encode_nth (self, i);
  g_mutex_clear (&self->mutex);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  if (n_inputs > 1)
    g_prefix_error (error, "text %" G_GSIZE_FORMAT ": ", self->failed);
  return FALSE;
}

/* Where a text failed, those behind it have none. */
static void
clear_encoding (gpointer data)
{
  if (data != NULL)
    trafo_encoding_unref (data);
}

static GPtrArray *
encode_inputs (TrafoTokenizer     *self,
               const Input        *inputs,
               gsize               n_inputs,
               TrafoEncodeOptions *options,
               GError            **error)
{
  TrafoTextEngine *engine = trafo_text_engine_get (self, error);
  TrafoEncodePlan  plan;
  g_autoptr (GPtrArray) encodings = NULL;
  Batch batch = { engine, &plan, inputs, n_inputs };

  if (engine == NULL || !trafo_encode_plan_make (&plan, engine, options, error))
    return NULL;
  encodings = g_ptr_array_new_full (n_inputs, clear_encoding);
  g_ptr_array_set_size (encodings, n_inputs);
  batch.encodings = (TrafoEncoding **) encodings->pdata;
  if (!encode_all (&batch, error) || !pad_encodings (encodings, &plan, error))
    return NULL;
  return g_steal_pointer (&encodings);
}

static TrafoEncoding *
encode_one (TrafoTokenizer *self, Input input, TrafoEncodeOptions *options, GError **error)
{
  g_autoptr (GPtrArray) encodings = encode_inputs (self, &input, 1, options, error);

  return encodings != NULL ? trafo_encoding_ref (g_ptr_array_index (encodings, 0)) : NULL;
}

/**
 * trafo_tokenizer_encode:
 * @self: a loaded tokenizer
 * @text: the text
 * @pair: (nullable): a second text, to be encoded with the first
 * @options: (nullable): options, %NULL for the defaults
 * @error: return location for an error
 *
 * Turns a text into tokens, as the tokenizers of Hugging Face do.
 *
 * Returns: (transfer full): the tokens; %NULL with %TRAFO_ERROR_INVALID_ARGUMENT if the text is not
 *   valid UTF-8 or the options cannot be met
 */
TrafoEncoding *
trafo_tokenizer_encode (TrafoTokenizer     *self,
                        const char         *text,
                        const char         *pair,
                        TrafoEncodeOptions *options,
                        GError            **error)
{
  Input input = { { text, pair } };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options), NULL);
  input.sizes[0] = strlen (text);
  input.sizes[1] = pair != NULL ? strlen (pair) : 0;
  return encode_one (self, input, options, error);
}

static void
set_text (Input *input, guint index, GBytes *bytes)
{
  const char *text = g_bytes_get_data (bytes, &input->sizes[index]);

  input->texts[index] = text != NULL ? text : "";
}

/**
 * trafo_tokenizer_encode_bytes:
 * @self: a loaded tokenizer
 * @text: the text
 * @pair: (nullable): a second text, to be encoded with the first
 * @options: (nullable): options, %NULL for the defaults
 * @error: return location for an error
 *
 * Like [method@Trafo.Tokenizer.encode], for text that may hold NULs.
 *
 * Returns: (transfer full): the tokens
 */
TrafoEncoding *
trafo_tokenizer_encode_bytes (TrafoTokenizer     *self,
                              GBytes             *text,
                              GBytes             *pair,
                              TrafoEncodeOptions *options,
                              GError            **error)
{
  Input input = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options), NULL);
  set_text (&input, 0, text);
  if (pair != NULL)
    set_text (&input, 1, pair);
  return encode_one (self, input, options, error);
}

static TrafoBatchEncoding *
encode_batch (TrafoTokenizer     *self,
              const Input        *inputs,
              gsize               n_inputs,
              TrafoEncodeOptions *options,
              GError            **error)
{
  g_autoptr (GPtrArray) encodings = encode_inputs (self, inputs, n_inputs, options, error);

  return encodings != NULL ? trafo_batch_encoding_new (encodings) : NULL;
}

static Input *
make_inputs (gsize n_texts, gboolean has_pairs, gsize n_pairs, GError **error)
{
  Input *inputs;

  if (has_pairs && n_pairs != n_texts)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%" G_GSIZE_FORMAT " texts and %" G_GSIZE_FORMAT " pairs, expected as many",
                   n_texts,
                   n_pairs);
      return NULL;
    }
  inputs = n_texts < G_MAXINT ? g_try_new0 (Input, n_texts + 1) : NULL;
  if (inputs == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NO_MEMORY,
                 "no memory for a batch of %" G_GSIZE_FORMAT " texts",
                 n_texts);
  return inputs;
}

/**
 * trafo_tokenizer_encode_batch:
 * @self: a loaded tokenizer
 * @texts: (array zero-terminated=1): the texts
 * @pairs: (array zero-terminated=1) (nullable): as many second texts
 * @options: (nullable): options, %NULL for the defaults
 * @error: return location for an error
 *
 * Turns several texts into tokens; with padding, all to the same length. A large batch is shared by
 * the threads of the library.
 *
 * Returns: (transfer full): the tokens
 */
TrafoBatchEncoding *
trafo_tokenizer_encode_batch (TrafoTokenizer     *self,
                              const char *const  *texts,
                              const char *const  *pairs,
                              TrafoEncodeOptions *options,
                              GError            **error)
{
  g_autofree Input *inputs = NULL;
  gsize             n_texts;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (texts != NULL, NULL);
  g_return_val_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options), NULL);
  n_texts = g_strv_length ((char **) texts);
  inputs = make_inputs (n_texts,
                        pairs != NULL,
                        pairs != NULL ? g_strv_length ((char **) pairs) : 0,
                        error);
  for (gsize i = 0; inputs != NULL && i < n_texts; i++)
    {
      inputs[i].texts[0] = texts[i];
      inputs[i].sizes[0] = strlen (texts[i]);
      inputs[i].texts[1] = pairs != NULL ? pairs[i] : NULL;
      inputs[i].sizes[1] = pairs != NULL ? strlen (pairs[i]) : 0;
    }
  return inputs != NULL ? encode_batch (self, inputs, n_texts, options, error) : NULL;
}

/**
 * trafo_tokenizer_encode_bytes_batch:
 * @self: a loaded tokenizer
 * @texts: (element-type GBytes): the texts
 * @pairs: (element-type GBytes) (nullable): as many second texts
 * @options: (nullable): options, %NULL for the defaults
 * @error: return location for an error
 *
 * Like [method@Trafo.Tokenizer.encode_batch], for texts that may hold NULs.
 *
 * Returns: (transfer full): the tokens
 */
TrafoBatchEncoding *
trafo_tokenizer_encode_bytes_batch (TrafoTokenizer     *self,
                                    GPtrArray          *texts,
                                    GPtrArray          *pairs,
                                    TrafoEncodeOptions *options,
                                    GError            **error)
{
  g_autofree Input *inputs = NULL;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (texts != NULL, NULL);
  g_return_val_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options), NULL);
  inputs = make_inputs (texts->len, pairs != NULL, pairs != NULL ? pairs->len : 0, error);
  for (guint i = 0; inputs != NULL && i < texts->len; i++)
    {
      set_text (&inputs[i], 0, g_ptr_array_index (texts, i));
      if (pairs != NULL)
        set_text (&inputs[i], 1, g_ptr_array_index (pairs, i));
    }
  return inputs != NULL ? encode_batch (self, inputs, texts->len, options, error) : NULL;
}

/* Puts the words one after the other into @text. */
static gboolean
join_words (const char *const *words,
            const char        *delimiter,
            GString           *text,
            GArray            *ranges,
            GError           **error)
{
  gsize delimiter_size = strlen (delimiter);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      gsize          size_bytes = strlen (words[i]), n_before = i > 0 ? delimiter_size : 0;
      TrafoTextRange range;

      if (!trafo_token_run_check_size (size_bytes, error) ||
          !trafo_token_run_check_size (text->len + n_before + size_bytes, error))
        return FALSE;
      g_string_append_len (text, delimiter, n_before);
      range.start = (guint32) text->len;
      g_string_append_len (text, words[i], size_bytes);
      range.end = (guint32) text->len;
      g_array_append_val (ranges, range);
    }
  return TRUE;
}

/**
 * trafo_tokenizer_encode_words:
 * @self: a loaded tokenizer
 * @words: (array zero-terminated=1): the words of a text
 * @delimiter: what the text has between words, such as a space
 * @options: (nullable): options, %NULL for the defaults
 * @error: return location for an error
 *
 * Turns a text that comes as words into tokens, as the tokenizers of Hugging Face do with
 * `is_split_into_words`: each word is a text of its own, whose number the word ids are.
 *
 * Offsets are places in the words joined by @delimiter.
 *
 * Returns: (transfer full): the tokens, of several rows where the text overflows; %NULL with an error
 *   as [method@Trafo.Tokenizer.encode] gives
 */
TrafoBatchEncoding *
trafo_tokenizer_encode_words (TrafoTokenizer     *self,
                              const char *const  *words,
                              const char         *delimiter,
                              TrafoEncodeOptions *options,
                              GError            **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) ranges = g_array_new (TRUE, FALSE, sizeof (TrafoTextRange));
  Input input = { 0 };

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), NULL);
  g_return_val_if_fail (words != NULL && delimiter != NULL, NULL);
  g_return_val_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options), NULL);
  if (!join_words (words, delimiter, text, ranges, error))
    return NULL;
  input.texts[0] = text->str;
  input.sizes[0] = text->len;
  input.words = (const TrafoTextRange *) (gpointer) ranges->data;
  input.n_words = ranges->len;
  return encode_batch (self, &input, 1, options, error);
}
