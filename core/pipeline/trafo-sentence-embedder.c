/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-sentence-embedder.h"

#include <string.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-batch-tensors.h"
#include "trafo-load-request-private.h"
#include "trafo-model-forward.h"
#include "trafo-sentence-modules-private.h"
#include "trafo-text.h"

/* As in sentence-transformers, where the model does not say how many texts are best. */
#define BATCH_SIZE 32

/* So many texts are tokenized at a time; enough for a batch of short ones. */
#define CHUNK_SIZE 256

/**
 * TrafoSentenceEmbedder:
 *
 * Turns texts into vectors that are near each other where the texts mean alike.
 *
 * It reads checkpoints of sentence-transformers and gives what they give there: the states of the
 * last layer, pooled as 1_Pooling/config.json says, and what the modules Dense and Normalize that
 * modules.json lists make of that. Texts begin with the checkpoint's default prompt. A checkpoint
 * without modules.json is pooled by the mean over tokens and not scaled.
 */
struct _TrafoSentenceEmbedder
{
  GObject parent_instance;

  TrafoModel           *model;
  TrafoTokenizer       *tokenizer;
  TrafoSentenceModules *modules;
  TrafoEncodeOptions   *encode_options;
  gsize                 hidden_size;
  gsize                 dimension;
};

G_DEFINE_FINAL_TYPE (TrafoSentenceEmbedder, trafo_sentence_embedder, G_TYPE_OBJECT)

static void
trafo_sentence_embedder_finalize (GObject *object)
{
  TrafoSentenceEmbedder *self = TRAFO_SENTENCE_EMBEDDER (object);

  g_clear_object (&self->model);
  g_clear_object (&self->tokenizer);
  g_clear_object (&self->encode_options);
  g_clear_pointer (&self->modules, trafo_sentence_modules_free);
  G_OBJECT_CLASS (trafo_sentence_embedder_parent_class)->finalize (object);
}

static void
trafo_sentence_embedder_class_init (TrafoSentenceEmbedderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_sentence_embedder_finalize;
}

static void
trafo_sentence_embedder_init (TrafoSentenceEmbedder *self)
{
}

/* What modules.json says or, else, the tokenizer; never more than the model has positions for. */
static guint
choose_max_length (TrafoSentenceEmbedder *self, TrafoConfig *config)
{
  guint max_length = self->modules->max_seq_length;
  guint n_positions =
      trafo_config_get_int (config, "max_position_embeddings|n_positions", 0, 0, G_MAXINT32);

  if (max_length == 0)
    max_length = trafo_tokenizer_get_model_max_length (self->tokenizer);
  if (max_length == 0 || (n_positions > 0 && n_positions < max_length))
    max_length = n_positions;
  return max_length;
}

/* That each layer behind the pooling takes what the one before it gives. */
static gboolean
chain_layers (TrafoSentenceEmbedder *self, GError **error)
{
  self->dimension = self->modules->n_poolings * self->hidden_size;
  for (guint i = 0; i < self->modules->layers->len; i++)
    {
      const TrafoSentenceDense *dense = self->modules->layers->pdata[i];

      if (dense != NULL && dense->in_features != self->dimension)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_SHAPE,
                       "%s: found a Dense of 'in_features' %zu, expected %zu, the size of the "
                       "vector "
                       "before it",
                       self->modules->transformer_folder,
                       dense->in_features,
                       self->dimension);
          return FALSE;
        }
      self->dimension = dense != NULL ? dense->out_features : self->dimension;
    }
  return TRUE;
}

/* Once there are the model, the tokenizer and the modules. */
static gboolean
embedder_prepare (TrafoSentenceEmbedder *self, GError **error)
{
  TrafoConfig *config = trafo_model_get_config (self->model);
  guint        max_length;

  self->hidden_size = trafo_config_get_int (config, "hidden_size|dim|n_embd", 768, 1, G_MAXINT32);
  max_length = choose_max_length (self, config);
  self->encode_options = trafo_encode_options_new ();
  trafo_encode_options_set_max_length (self->encode_options, max_length);
  trafo_encode_options_set_truncation (self->encode_options,
                                       max_length > 0 ? TRAFO_TRUNCATION_LONGEST_FIRST
                                                      : TRAFO_TRUNCATION_DO_NOT_TRUNCATE);
  return trafo_config_check (config, error) && chain_layers (self, error);
}

static gboolean
embedder_load (TrafoSentenceEmbedder *self,
               TrafoLoadOptions      *options,
               GCancellable          *cancellable,
               GError               **error)
{
  const char *folder = self->modules->transformer_folder;

  self->tokenizer = trafo_auto_tokenizer_from_pretrained (folder, cancellable, error);
  if (self->tokenizer == NULL)
    return FALSE;
  self->model = trafo_auto_model_from_pretrained (folder, options, cancellable, error);
  return self->model != NULL && embedder_prepare (self, error);
}

/**
 * trafo_sentence_embedder_new:
 * @model: a model that was loaded from a checkpoint's folder, for the task "base"
 * @tokenizer: its tokenizer
 * @error: return location for an error
 *
 * Makes an embedder of what is loaded already.
 *
 * Returns: (transfer full): the embedder; %NULL with %TRAFO_ERROR_UNSUPPORTED for modules other
 *   than Transformer, Pooling, Normalize, Dense and Dropout, %TRAFO_ERROR_INVALID_ARGUMENT for a model that has no
 *   folder, or another error of the folder's modules.json
 */
TrafoSentenceEmbedder *
trafo_sentence_embedder_new (TrafoModel *model, TrafoTokenizer *tokenizer, GError **error)
{
  g_autoptr (TrafoSentenceEmbedder) self = g_object_new (TRAFO_TYPE_SENTENCE_EMBEDDER, NULL);

  g_return_val_if_fail (TRAFO_IS_MODEL (model), NULL);
  g_return_val_if_fail (TRAFO_IS_TOKENIZER (tokenizer), NULL);
  if (trafo_model_get_folder (model) == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: the model was not loaded from a folder, which says how to embed",
                   G_OBJECT_TYPE_NAME (model));
      return NULL;
    }
  self->modules = trafo_sentence_modules_read (trafo_model_get_folder (model), error);
  if (self->modules == NULL)
    return NULL;
  self->model = g_object_ref (model);
  self->tokenizer = g_object_ref (tokenizer);
  return embedder_prepare (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * trafo_sentence_embedder_new_from_pretrained:
 * @path: a folder as sentence-transformers or Hugging Face's save_pretrained() writes it
 * @options: (nullable): how to load the model
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint with its tokenizer.
 *
 * Returns: (transfer full): the embedder; %NULL with %TRAFO_ERROR_UNSUPPORTED for modules other
 *   than Transformer, Pooling, Normalize, Dense and Dropout, or an error as
 *   [func@Trafo.AutoModel.from_pretrained] and [func@Trafo.AutoTokenizer.from_pretrained] give
 */
TrafoSentenceEmbedder *
trafo_sentence_embedder_new_from_pretrained (const char       *path,
                                             TrafoLoadOptions *options,
                                             GCancellable     *cancellable,
                                             GError          **error)
{
  g_autoptr (TrafoSentenceEmbedder) self = g_object_new (TRAFO_TYPE_SENTENCE_EMBEDDER, NULL);

  g_return_val_if_fail (path != NULL, NULL);
  self->modules = trafo_sentence_modules_read (path, error);
  if (self->modules == NULL || !embedder_load (self, options, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gpointer
load (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  TrafoLoadRequest *request = data;

  return trafo_sentence_embedder_new_from_pretrained (request->path,
                                                      request->options,
                                                      cancellable,
                                                      error);
}

static const TrafoAsyncCall load_call = { load, trafo_load_request_free, g_object_unref };

/**
 * trafo_sentence_embedder_new_from_pretrained_async:
 * @path: as in [ctor@Trafo.SentenceEmbedder.new_from_pretrained]
 * @options: (nullable): how to load the model
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Loads a checkpoint with its tokenizer, without blocking.
 */
void
trafo_sentence_embedder_new_from_pretrained_async (const char         *path,
                                                   TrafoLoadOptions   *options,
                                                   GCancellable       *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer            user_data)
{
  g_return_if_fail (path != NULL);
  trafo_async_call_start (&load_call,
                          NULL,
                          trafo_load_request_new (path, NULL, options),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_sentence_embedder_new_from_pretrained_finish: (constructor)
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.SentenceEmbedder.new_from_pretrained_async] began.
 *
 * Returns: (transfer full): as [ctor@Trafo.SentenceEmbedder.new_from_pretrained]
 */
TrafoSentenceEmbedder *
trafo_sentence_embedder_new_from_pretrained_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}

/* One vector, from one row of the states. */
static void
pool_row (TrafoSentenceEmbedder *self,
          const float           *states,
          const gint64          *mask,
          gsize                  n_tokens,
          float                 *result)
{
  gsize             size = self->modules->n_poolings * self->hidden_size;
  g_autofree float *vector = g_new (float, size);

  for (guint i = 0; i < self->modules->n_poolings; i++)
    trafo_pooling_apply (self->modules->poolings[i],
                         states,
                         mask,
                         n_tokens,
                         self->hidden_size,
                         vector + i * self->hidden_size);
  for (guint i = 0; i < self->modules->layers->len; i++)
    {
      const TrafoSentenceDense *dense = self->modules->layers->pdata[i];
      g_autofree float         *before = NULL;

      if (dense == NULL)
        {
          trafo_pooling_normalize (vector, size);
          continue;
        }
      before = g_steal_pointer (&vector);
      size = dense->out_features;
      vector = g_new (float, size);
      trafo_sentence_dense_apply (dense, before, vector);
    }
  memcpy (result, vector, size * sizeof *vector);
}

/* The states of the last layer, (batch, sequence, hidden), float32 without gaps. */
static TrafoTensor *
compute_states (TrafoSentenceEmbedder *self,
                TrafoTensorDict       *batch,
                GCancellable          *cancellable,
                GError               **error)
{
  g_autoptr (TrafoTensorDict) outputs =
      trafo_model_forward (self->model, batch, FALSE, cancellable, error);
  TrafoTensor *states;

  if (outputs == NULL)
    return NULL;
  states = trafo_tensor_dict_get (outputs, "last_hidden_state");
  if (states != NULL && trafo_tensor_get_n_dims (states) == 3 &&
      trafo_tensor_get_dtype (states) == TRAFO_DTYPE_FLOAT32 &&
      trafo_tensor_get_dim (states, 2) == (gint64) self->hidden_size)
    return trafo_tensor_contiguous (states, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INTERNAL,
               "the model has no float32 output 'last_hidden_state' of 3 dims, the last one %zu",
               self->hidden_size);
  return NULL;
}

/* Texts that were turned into tokens, and where their vectors belong. */
typedef struct
{
  TrafoEncoding **encodings;
  guint          *lengths; /* in tokens */
  const guint    *order;   /* places in the result */
  guint           n_texts;
} Chunk;

/* How many texts from @first on are a batch, and its tensors. Where padding is not computed, it is of any
 * token; else it is as the tokenizer has it. */
static TrafoTensorDict *
make_batch (TrafoSentenceEmbedder *self,
            const Chunk           *chunk,
            guint                  first,
            guint                 *ret_n_texts,
            GError               **error)
{
  guint     n_left = chunk->n_texts - first;
  guint     n_texts = trafo_model_choose_batch_size (self->model, chunk->lengths + first, n_left);
  TrafoSide padding_side = TRAFO_SIDE_RIGHT;
  gint64    padding_id = 0;

  if (n_texts == 0)
    {
      n_texts = MIN (n_left, BATCH_SIZE);
      padding_side = trafo_tokenizer_get_padding_side (self->tokenizer);
      padding_id = trafo_tokenizer_get_special_token_id (self->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
    }
  *ret_n_texts = n_texts;
  return trafo_tensor_dict_new_from_encodings (chunk->encodings + first,
                                               n_texts,
                                               padding_side,
                                               padding_id,
                                               TRUE,
                                               error);
}

static gboolean
encode_batch (TrafoSentenceEmbedder *self,
              TrafoTensorDict       *batch,
              const guint           *order,
              float                 *result,
              GCancellable          *cancellable,
              GError               **error)
{
  g_autoptr (TrafoTensor) states = compute_states (self, batch, cancellable, error);
  const gint64 *mask;
  gsize         n_tokens, size = trafo_sentence_embedder_get_dimension (self);

  if (states == NULL)
    return FALSE;
  mask = trafo_tensor_get_data (trafo_tensor_dict_get (batch, "attention_mask"));
  n_tokens = trafo_tensor_get_dim (states, 1);
  for (gint64 i = 0; i < trafo_tensor_get_dim (states, 0); i++)
    pool_row (self,
              (const float *) trafo_tensor_get_data (states) + i * n_tokens * self->hidden_size,
              mask + i * n_tokens,
              n_tokens,
              result + order[i] * size);
  return TRUE;
}

static gboolean
encode_batches (TrafoSentenceEmbedder *self,
                const Chunk           *chunk,
                float                 *result,
                GCancellable          *cancellable,
                GError               **error)
{
  guint n_texts;

  for (guint first = 0; first < chunk->n_texts; first += n_texts)
    {
      g_autoptr (TrafoTensorDict) batch = make_batch (self, chunk, first, &n_texts, error);

      if (batch == NULL || g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !encode_batch (self, batch, chunk->order + first, result, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* @texts: no more than CHUNK_SIZE. */
static gboolean
encode_chunk (TrafoSentenceEmbedder *self,
              const char *const     *texts,
              const guint           *order,
              float                 *result,
              GCancellable          *cancellable,
              GError               **error)
{
  g_autoptr (TrafoBatchEncoding) rows =
      trafo_tokenizer_encode_batch (self->tokenizer, texts, NULL, self->encode_options, error);
  TrafoEncoding *encodings[CHUNK_SIZE];
  guint          lengths[CHUNK_SIZE];
  Chunk          chunk = { encodings, lengths, order, 0 };

  if (rows == NULL)
    return FALSE;
  for (; texts[chunk.n_texts] != NULL; chunk.n_texts++)
    {
      encodings[chunk.n_texts] = trafo_batch_encoding_get_row (rows, chunk.n_texts);
      lengths[chunk.n_texts] = trafo_encoding_get_n_tokens (encodings[chunk.n_texts]);
    }
  return encode_batches (self, &chunk, result, cancellable, error);
}

typedef struct
{
  const char *text;
  gsize       size_bytes;
  guint       index;
} Entry;

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;

  if (left->size_bytes != right->size_bytes)
    return left->size_bytes > right->size_bytes ? -1 : 1;
  return left->index < right->index ? -1 : left->index > right->index;
}

/* What the prompt and do_lower_case ask for; NULL where they do not. */
static char **
prepare_texts (TrafoSentenceEmbedder *self, const char *const *texts)
{
  const char *prompt = self->modules->prompt != NULL ? self->modules->prompt : "";
  char      **prepared;

  if (!self->modules->do_lower_case && *prompt == '\0')
    return NULL;
  prepared = g_new0 (char *, g_strv_length ((char **) texts) + 1);
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      g_autofree char *text = g_strconcat (prompt, texts[i], NULL);

      prepared[i] =
          self->modules->do_lower_case ? g_utf8_strdown (text, -1) : g_steal_pointer (&text);
    }
  return prepared;
}

/* The longest texts first, so that those of a batch have about the same length. */
static Entry *
sort_texts (const char *const *texts, guint n_texts)
{
  Entry *entries = g_new (Entry, n_texts);

  for (guint i = 0; i < n_texts; i++)
    entries[i] = (Entry){ texts[i], strlen (texts[i]), i };
  if (n_texts > 1)
    qsort (entries, n_texts, sizeof *entries, compare_entries);
  return entries;
}

/**
 * trafo_sentence_embedder_encode:
 * @self: an embedder
 * @texts: (array zero-terminated=1): texts, UTF-8
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Computes the vectors of texts, as many at a time as [method@Trafo.Model.choose_batch_size] says, or 32.
 *
 * A text with more tokens than [method@Trafo.SentenceEmbedder.get_max_seq_length] is cut. Any
 * number of threads may do so at the same time.
 *
 * Returns: (transfer full): float32 (texts, dimension) in host memory; %NULL with an error of the
 *   domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR or %G_IO_ERROR
 */
TrafoTensor *
trafo_sentence_embedder_encode (TrafoSentenceEmbedder *self,
                                const char *const     *texts,
                                GCancellable          *cancellable,
                                GError               **error)
{
  guint  n_texts = g_strv_length ((char **) texts);
  gint64 shape[] = { n_texts, trafo_sentence_embedder_get_dimension (self) };
  g_auto (GStrv) prepared = prepare_texts (self, texts);
  g_autofree Entry *entries =
      sort_texts (prepared != NULL ? (const char *const *) prepared : texts, n_texts);
  g_autoptr (TrafoTensor) result = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 2, error);

  if (result == NULL)
    return NULL;
  for (guint first = 0; first < n_texts; first += CHUNK_SIZE)
    {
      const char *chunk[CHUNK_SIZE + 1] = { NULL };
      guint       order[CHUNK_SIZE];

      for (guint i = 0; i < CHUNK_SIZE && first + i < n_texts; i++)
        {
          chunk[i] = entries[first + i].text;
          order[i] = entries[first + i].index;
        }
      if (!encode_chunk (self, chunk, order, trafo_tensor_get_data (result), cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&result);
}

static gpointer
encode (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  return trafo_sentence_embedder_encode (source, data, cancellable, error);
}

static const TrafoAsyncCall encode_call = { encode,
                                            (GDestroyNotify) g_strfreev,
                                            (GDestroyNotify) trafo_tensor_unref };

/**
 * trafo_sentence_embedder_encode_async:
 * @self: an embedder
 * @texts: (array zero-terminated=1): texts, UTF-8
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Computes the vectors of texts, without blocking.
 */
void
trafo_sentence_embedder_encode_async (TrafoSentenceEmbedder *self,
                                      const char *const     *texts,
                                      GCancellable          *cancellable,
                                      GAsyncReadyCallback    callback,
                                      gpointer               user_data)
{
  g_return_if_fail (TRAFO_IS_SENTENCE_EMBEDDER (self));
  g_return_if_fail (texts != NULL);
  trafo_async_call_start (&encode_call,
                          self,
                          g_strdupv ((char **) texts),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_sentence_embedder_encode_finish:
 * @self: an embedder
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.SentenceEmbedder.encode_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.SentenceEmbedder.encode]
 */
TrafoTensor *
trafo_sentence_embedder_encode_finish (TrafoSentenceEmbedder *self,
                                       GAsyncResult          *result,
                                       GError               **error)
{
  return trafo_async_call_finish (&encode_call, self, result, error);
}

/**
 * trafo_sentence_embedder_get_model:
 * @self: an embedder
 *
 * The model that computes the states.
 *
 * Returns: (transfer none): the model
 */
TrafoModel *
trafo_sentence_embedder_get_model (TrafoSentenceEmbedder *self)
{
  return self->model;
}

/**
 * trafo_sentence_embedder_get_tokenizer:
 * @self: an embedder
 *
 * The tokenizer.
 *
 * Returns: (transfer none): the tokenizer
 */
TrafoTokenizer *
trafo_sentence_embedder_get_tokenizer (TrafoSentenceEmbedder *self)
{
  return self->tokenizer;
}

/**
 * trafo_sentence_embedder_get_max_seq_length:
 * @self: an embedder
 *
 * How many tokens of a text count, special ones among them.
 *
 * Returns: the number, 0 for no limit
 */
guint
trafo_sentence_embedder_get_max_seq_length (TrafoSentenceEmbedder *self)
{
  return trafo_encode_options_get_max_length (self->encode_options);
}

/**
 * trafo_sentence_embedder_get_dimension:
 * @self: an embedder
 *
 * The size of a vector.
 *
 * Returns: the number of elements
 */
guint
trafo_sentence_embedder_get_dimension (TrafoSentenceEmbedder *self)
{
  return self->dimension;
}

/**
 * trafo_sentence_embedder_has_modules:
 * @self: an embedder
 *
 * Whether the checkpoint says how its vectors are made. If not, they are means over tokens.
 *
 * Returns: %TRUE if it has a modules.json
 */
gboolean
trafo_sentence_embedder_has_modules (TrafoSentenceEmbedder *self)
{
  return self->modules->is_given;
}
