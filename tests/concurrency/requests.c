/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "requests.h"

#include <string.h>

/* Large enough for several threads to share a run. */
static TrafoModel *
make_model (const char *model_type, const char *options, const char *task)
{
  g_autoptr (GBytes) json = g_bytes_new_static (options, strlen (options));
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (TrafoConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  TrafoModel *model = NULL;

  variant = trafo_json_to_variant (json, "options", &error);
  g_assert_no_error (error);
  config = trafo_auto_config_for_model (model_type, variant, &error);
  g_assert_no_error (error);
  model = trafo_auto_model_from_config_for_task (config, task, NULL, NULL, &error);
  g_assert_no_error (error);
  return model;
}

static TrafoTokenizer *
load_tokenizer (const char *name)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", name, NULL);
  g_autoptr (GError) error = NULL;
  TrafoTokenizer *tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);

  g_assert_no_error (error);
  return tokenizer;
}

Host *
host_new (void)
{
  Host            *self = g_new0 (Host, 1);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;

  self->encoder =
      make_model ("bert",
                  "{\"vocab_size\": 78, \"hidden_size\": 64, \"intermediate_size\": 128,"
                  " \"num_hidden_layers\": 2, \"num_attention_heads\": 4}",
                  "base");
  self->decoder = make_model ("gpt2",
                              "{\"vocab_size\": 119, \"n_embd\": 64, \"n_layer\": 2, \"n_head\": 4,"
                              " \"bos_token_id\": 0, \"eos_token_id\": 0}",
                              "causal-lm");
  self->words = load_tokenizer ("tiny-bert");
  self->bytes = load_tokenizer ("gpt2-untied");
  folder = g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  self->embedder = trafo_sentence_embedder_new_from_pretrained (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  self->features = trafo_pipeline_new ("feature-extraction", self->encoder, self->words, &error);
  g_assert_no_error (error);
  self->writer = trafo_pipeline_new ("text-generation", self->decoder, self->bytes, &error);
  g_assert_no_error (error);
  return self;
}

void
host_free (Host *self)
{
  g_object_unref (self->features);
  g_object_unref (self->writer);
  g_object_unref (self->embedder);
  g_object_unref (self->encoder);
  g_object_unref (self->decoder);
  g_object_unref (self->words);
  g_object_unref (self->bytes);
  g_free (self);
}

/* (1 + size % 3, 1 + 9 * size) tokens; the last row of several is padded. */
static TrafoTensorDict *
make_ids (guint size)
{
  gint64 shape[] = { 1 + size % 3, 1 + 9 * size };
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  g_autoptr (TrafoTensor) mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  gint64          *id = trafo_tensor_get_data (ids), *visible = trafo_tensor_get_data (mask);
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();
  gint64           n = shape[0] * shape[1];

  for (gint64 i = 0; i < n; i++)
    {
      id[i] = 1 + (i * 7 + size) % 70;
      visible[i] = shape[0] == 1 || i < n - shape[1] / 2;
    }
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  return inputs;
}

/* One text of 3 * size + 1 words and another of one. */
static char **
make_texts (guint size)
{
  static const char *const words[] = { "the", "cat", "sat", "on", "a", "mat", "in", "Paris" };
  g_autoptr (GString) text = g_string_new (NULL);
  char **texts = g_new0 (char *, 3);

  for (guint i = 0; i <= 3 * size; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", words[(i + size) % 8]);
  texts[0] = g_strdup (text->str);
  texts[1] = g_strdup (words[size % 8]);
  return texts;
}

static GVariant *
make_text_variant (guint size)
{
  g_auto (GStrv) texts = make_texts (size);

  return g_variant_ref_sink (g_variant_new_string (texts[0]));
}

static void
append_tensor (GByteArray *bytes, const TrafoTensor *tensor)
{
  g_byte_array_append (bytes, trafo_tensor_get_data (tensor), trafo_tensor_get_size_bytes (tensor));
}

/* Takes @tensor, which may be NULL. */
static GBytes *
bytes_of_tensor (TrafoTensor *tensor)
{
  GByteArray *bytes;

  if (tensor == NULL)
    return NULL;
  bytes = g_byte_array_new ();
  append_tensor (bytes, tensor);
  trafo_tensor_unref (tensor);
  return g_byte_array_free_to_bytes (bytes);
}

/* Takes @tensors, which may be NULL. */
static GBytes *
bytes_of_tensors (TrafoTensorDict *tensors)
{
  GByteArray *bytes;

  if (tensors == NULL)
    return NULL;
  bytes = g_byte_array_new ();
  for (guint i = 0; i < trafo_tensor_dict_get_size (tensors); i++)
    append_tensor (bytes, trafo_tensor_dict_get (tensors, trafo_tensor_dict_get_name (tensors, i)));
  trafo_tensor_dict_unref (tensors);
  return g_byte_array_free_to_bytes (bytes);
}

/* Takes @batch, which may be NULL. */
static GBytes *
bytes_of_batch (TrafoBatchEncoding *batch)
{
  GByteArray *bytes;

  if (batch == NULL)
    return NULL;
  bytes = g_byte_array_new ();
  for (gsize i = 0; i < trafo_batch_encoding_get_n_rows (batch); i++)
    {
      TrafoEncoding *row = trafo_batch_encoding_get_row (batch, i);
      gsize          n;
      const guint32 *ids = trafo_encoding_get_ids (row, &n);

      g_byte_array_append (bytes, (const guint8 *) ids, n * sizeof *ids);
    }
  trafo_batch_encoding_unref (batch);
  return g_byte_array_free_to_bytes (bytes);
}

/* Takes @result, which may be NULL. */
static GBytes *
bytes_of_generation (TrafoGenerationResult *result)
{
  GByteArray *bytes;

  if (result == NULL)
    return NULL;
  bytes = g_byte_array_new ();
  for (guint i = 0; i < trafo_generation_result_get_n_sequences (result); i++)
    {
      gsize         n;
      const gint64 *tokens = trafo_generation_result_get_new_tokens (result, i, &n);

      g_byte_array_append (bytes, (const guint8 *) tokens, n * sizeof *tokens);
    }
  g_object_unref (result);
  return g_byte_array_free_to_bytes (bytes);
}

/* Takes @value, which may be NULL. */
static GBytes *
bytes_of_value (TrafoValue *value)
{
  char *json;

  if (value == NULL)
    return NULL;
  json = trafo_value_to_json (value);
  trafo_value_unref (value);
  return g_bytes_new_take (json, strlen (json));
}

static GBytes *
run_forward (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = make_ids (size);

  return bytes_of_tensors (
      trafo_model_forward (host->encoder, inputs, size % 2 == 0, cancellable, error));
}

static void
start_forward (Host               *host,
               guint               size,
               GCancellable       *cancellable,
               GAsyncReadyCallback callback,
               gpointer            data)
{
  g_autoptr (TrafoTensorDict) inputs = make_ids (size);

  trafo_model_forward_async (host->encoder, inputs, size % 2 == 0, cancellable, callback, data);
}

static GBytes *
finish_forward (GObject *source, GAsyncResult *result, GError **error)
{
  return bytes_of_tensors (trafo_model_forward_finish (TRAFO_MODEL (source), result, error));
}

static GBytes *
run_embed (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) texts = make_texts (size);

  return bytes_of_tensor (trafo_sentence_embedder_encode (host->embedder,
                                                          (const char *const *) texts,
                                                          cancellable,
                                                          error));
}

static void
start_embed (Host               *host,
             guint               size,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            data)
{
  g_auto (GStrv) texts = make_texts (size);

  trafo_sentence_embedder_encode_async (host->embedder,
                                        (const char *const *) texts,
                                        cancellable,
                                        callback,
                                        data);
}

static GBytes *
finish_embed (GObject *source, GAsyncResult *result, GError **error)
{
  return bytes_of_tensor (
      trafo_sentence_embedder_encode_finish (TRAFO_SENTENCE_EMBEDDER (source), result, error));
}

static GBytes *
run_encode (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) texts = make_texts (size);

  return bytes_of_batch (
      trafo_tokenizer_encode_batch (host->words, (const char *const *) texts, NULL, NULL, error));
}

static void
start_encode (Host               *host,
              guint               size,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            data)
{
  g_auto (GStrv) texts = make_texts (size);

  trafo_tokenizer_encode_batch_async (host->words,
                                      (const char *const *) texts,
                                      NULL,
                                      NULL,
                                      cancellable,
                                      callback,
                                      data);
}

static GBytes *
finish_encode (GObject *source, GAsyncResult *result, GError **error)
{
  return bytes_of_batch (
      trafo_tokenizer_encode_batch_finish (TRAFO_TOKENIZER (source), result, error));
}

/* Drawn, greedy, and the best of three beams in turn. */
static TrafoGenerationConfig *
make_generation (guint size)
{
  static const char *const options[] = {
    "{\"do_sample\": true, \"seed\": 3, \"max_new_tokens\": 12}",
    "{\"max_new_tokens\": 12}",
    "{\"num_beams\": 3, \"max_new_tokens\": 6}",
  };
  const char *json = options[size % G_N_ELEMENTS (options)];
  g_autoptr (GBytes) bytes = g_bytes_new_static (json, strlen (json));
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "options", NULL);
  g_autoptr (GError) error = NULL;
  TrafoGenerationConfig *config = trafo_generation_config_new_from_variant (parameters, &error);

  g_assert_no_error (error);
  return config;
}

/* The longest have no padding on the right, which generation refuses. */
static TrafoTensorDict *
make_prompt (guint size)
{
  g_autoptr (TrafoTensorDict) ids = make_ids (size);
  TrafoTensorDict *prompt = trafo_tensor_dict_new ();

  trafo_tensor_dict_set (prompt, "input_ids", trafo_tensor_dict_get (ids, "input_ids"));
  return prompt;
}

static GBytes *
run_generate (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = make_prompt (size);
  g_autoptr (TrafoGenerationConfig) config = make_generation (size);

  return bytes_of_generation (
      trafo_model_generate (host->decoder, inputs, config, NULL, cancellable, error));
}

static void
start_generate (Host               *host,
                guint               size,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            data)
{
  g_autoptr (TrafoTensorDict) inputs = make_prompt (size);
  g_autoptr (TrafoGenerationConfig) config = make_generation (size);

  trafo_model_generate_async (host->decoder, inputs, config, NULL, cancellable, callback, data);
}

static GBytes *
finish_generate (GObject *source, GAsyncResult *result, GError **error)
{
  return bytes_of_generation (trafo_model_generate_finish (TRAFO_MODEL (source), result, error));
}

static GBytes *
run_features (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) text = make_text_variant (size);

  return bytes_of_value (trafo_pipeline_run (host->features, text, NULL, cancellable, error));
}

static void
start_features (Host               *host,
                guint               size,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            data)
{
  g_autoptr (GVariant) text = make_text_variant (size);

  trafo_pipeline_run_async (host->features, text, NULL, cancellable, callback, data);
}

static GVariant *
make_writing (void)
{
  GVariantDict parameters;

  g_variant_dict_init (&parameters, NULL);
  g_variant_dict_insert (&parameters, "max_new_tokens", "x", (gint64) 10);
  g_variant_dict_insert (&parameters, "do_sample", "b", FALSE);
  return g_variant_ref_sink (g_variant_dict_end (&parameters));
}

static GBytes *
run_write (Host *host, guint size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) text = make_text_variant (size);
  g_autoptr (GVariant) parameters = make_writing ();

  return bytes_of_value (trafo_pipeline_run (host->writer, text, parameters, cancellable, error));
}

static void
start_write (Host               *host,
             guint               size,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            data)
{
  g_autoptr (GVariant) text = make_text_variant (size);
  g_autoptr (GVariant) parameters = make_writing ();

  trafo_pipeline_run_async (host->writer, text, parameters, cancellable, callback, data);
}

static GBytes *
finish_pipeline (GObject *source, GAsyncResult *result, GError **error)
{
  return bytes_of_value (trafo_pipeline_run_finish (TRAFO_PIPELINE (source), result, error));
}

const RequestKind request_kinds[N_REQUEST_KINDS] = {
  { "forward", TRUE, run_forward, start_forward, finish_forward },
  { "embed", TRUE, run_embed, start_embed, finish_embed },
  { "encode", FALSE, run_encode, start_encode, finish_encode },
  { "generate", TRUE, run_generate, start_generate, finish_generate },
  { "feature-extraction", TRUE, run_features, start_features, finish_pipeline },
  { "text-generation", TRUE, run_write, start_write, finish_pipeline },
};
