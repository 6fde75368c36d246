/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What a model writes after a text: transformers/pipelines/text_generation.py (5.23). Parameters that
 * are not of the pipeline are of generation. Chats are refused: they need a template, which is a
 * program of its own. */
#include "parameters.h"
#include "rows.h"

typedef enum
{
  RETURN_TENSORS,
  RETURN_NEW_TEXT,
  RETURN_FULL_TEXT,
} ReturnType;

typedef struct
{
  const TextCall        *call;
  TrafoGenerationConfig *config;
  const char            *prefix;
  gsize                  prefix_length; /* tokens */
  gboolean               is_cut;        /* handle_long_generation: "hole" */
  ReturnType             return_type;
  gboolean               skip_special_tokens;
  gboolean               clean_up_tokenization_spaces;
  TrafoValue            *results;
} Writer;

#define NOT_FOR_TEXTS "none: chats are not supported"
#define NOT_RETURNED "false: the text alone is returned"

/* What is not of generation alone, and what is expected instead of those that are of no use here: they
 * are for chats, or for outputs beside the text. "max_length" is of generation, too. */
static const struct
{
  const char *name;
  const char *expected; /* NULL: it is supported */
} own_parameters[] = {
  { "return_full_text", NULL },
  { "return_tensors", NULL },
  { "return_text", NULL },
  { "return_type", NULL },
  { "prefix", NULL },
  { "clean_up_tokenization_spaces", NULL },
  { "stop_sequence", NULL },
  { "handle_long_generation", NULL },
  { "skip_special_tokens", NULL },
  { "truncation", NULL },
  { "padding", NULL },
  { "tokenizer_encode_kwargs", NULL },
  { "batch_size", NULL },
  { "add_special_tokens", NULL },
  { "tools", NOT_FOR_TEXTS },
  { "documents", NOT_FOR_TEXTS },
  { "continue_final_message", NOT_FOR_TEXTS },
  { "return_dict_in_generate", NOT_RETURNED },
  { "output_scores", NOT_RETURNED },
  { "output_logits", NOT_RETURNED },
};

static gboolean
is_own (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_parameters); i++)
    if (g_str_equal (own_parameters[i].name, name))
      return TRUE;
  return FALSE;
}

/* False asks for nothing, as null does. */
static gboolean
refuse_unsupported (const TextCall *call, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_parameters); i++)
    {
      TrafoValue *given = parameters_get (call, own_parameters[i].name);
      gboolean    is_false = given != NULL &&
                          trafo_value_get_kind (given) == TRAFO_VALUE_KIND_BOOLEAN &&
                          !trafo_value_get_boolean (given);

      if (own_parameters[i].expected != NULL && given != NULL && !is_false)
        return parameters_fail (call, own_parameters[i].name, own_parameters[i].expected, error);
    }
  return TRUE;
}

static gboolean
read_return_type (Writer *self, const TextCall *call, GError **error)
{
  gint64   type = RETURN_FULL_TEXT;
  gboolean is_full_text = TRUE, is_tensors = FALSE, is_text = TRUE;
  gboolean has_text = parameters_get (call, "return_text") != NULL;
  gboolean has_tensors = parameters_get (call, "return_tensors") != NULL;
  gboolean has_full_text = parameters_get (call, "return_full_text") != NULL;

  if (!parameters_get_integer (call, "return_type", 0, RETURN_FULL_TEXT, &type, error) ||
      !parameters_get_boolean (call, "return_full_text", &is_full_text, error) ||
      !parameters_get_boolean (call, "return_tensors", &is_tensors, error) ||
      !parameters_get_boolean (call, "return_text", &is_text, error))
    return FALSE;
  if (!is_text)
    return parameters_fail (call,
                            "return_text",
                            "true: 'return_tensors' asks for ids alone",
                            error);
  if (has_text && type == RETURN_TENSORS)
    return parameters_fail (call, "return_text", "none with a 'return_type' of 0, ids", error);
  self->return_type = type;
  if (parameters_get (call, "return_type") != NULL)
    return TRUE;
  if (has_text && (has_full_text || has_tensors))
    return parameters_fail (call,
                            "return_text",
                            "none with 'return_full_text' or 'return_tensors'",
                            error);
  if (has_tensors && has_full_text)
    return parameters_fail (call, "return_tensors", "none with 'return_full_text'", error);
  if (has_tensors)
    self->return_type = RETURN_TENSORS;
  else
    self->return_type = is_full_text ? RETURN_FULL_TEXT : RETURN_NEW_TEXT;
  return TRUE;
}

/* The texts of "stop_sequence", which are "stop_strings" in generation; NULL if there are none. */
static gboolean
read_stop_sequence (const TextCall *call, char ***texts, GError **error)
{
  if (!parameters_get_strings (call, "stop_sequence", texts, error))
    return FALSE;
  if (*texts == NULL || (**texts != NULL && !g_strv_contains ((const char *const *) *texts, "")))
    return TRUE;
  return parameters_fail (call, "stop_sequence", "a string, not empty, or a list of them", error);
}

/* What is given for generation. */
static TrafoGenerationConfig *
read_given (const TextCall *call, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) chosen = NULL;
  g_auto (GStrv) stop_sequence = NULL;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  if (!read_stop_sequence (call, &stop_sequence, error))
    return NULL;
  g_variant_iter_init (&iter, call->given);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!is_own (name))
        g_variant_dict_insert_value (&dict, name, value);
    }
  if (stop_sequence != NULL)
    g_variant_dict_insert (&dict, "stop_strings", "^as", stop_sequence);
  chosen = g_variant_ref_sink (g_variant_dict_end (&dict));
  return trafo_generation_config_new_from_variant (chosen, error);
}

/* The pipeline's defaults, for what neither the caller nor the checkpoint says; @set has both. */
static GVariant *
make_defaults (const TextCall *call, TrafoGenerationConfig *set)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64   pad = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  gboolean is_sampled = TRUE;

  if (!trafo_generation_config_is_set (set, "max_new_tokens") &&
      !trafo_generation_config_is_set (set, "max_length"))
    g_variant_dict_insert (&dict, "max_new_tokens", "x", (gint64) 256);
  if (trafo_generation_config_is_set (set, "do_sample"))
    g_object_get (set, "do-sample", &is_sampled, NULL);
  else
    g_variant_dict_insert (&dict, "do_sample", "b", TRUE);
  if (is_sampled && !trafo_generation_config_is_set (set, "temperature"))
    g_variant_dict_insert (&dict, "temperature", "d", 0.7);
  if (pad >= 0 && !trafo_generation_config_is_set (set, "pad_token_id"))
    g_variant_dict_insert (&dict, "pad_token_id", "x", pad);
  return g_variant_dict_end (&dict);
}

/* A length of prompt and new tokens together has to have room for the prefix. */
static gboolean
add_prefix_length (const Writer *self, const char *length, const char *new_tokens, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64 value;

  if (self->prefix_length == 0 || !trafo_generation_config_is_set (self->config, length) ||
      trafo_generation_config_is_set (self->config, new_tokens))
    return TRUE;
  g_object_get (self->config, length, &value, NULL);
  g_variant_dict_insert (&dict, length, "x", value + (gint64) self->prefix_length);
  return trafo_generation_config_update (self->config, g_variant_dict_end (&dict), error);
}

static gboolean
read_config (Writer *self, const TextCall *call, GError **error)
{
  TrafoGenerationConfig *of_checkpoint;

  of_checkpoint = trafo_model_get_generation_config (call->model, error);
  if (of_checkpoint != NULL)
    self->config = read_given (call, error);
  if (self->config == NULL)
    return FALSE;
  trafo_generation_config_fill (self->config, of_checkpoint);
  return trafo_generation_config_update (self->config, make_defaults (call, self->config), error) &&
         add_prefix_length (self, "max_length", "max_new_tokens", error) &&
         add_prefix_length (self, "min_length", "min_new_tokens", error);
}

static gboolean
read_prefix (Writer *self, const TextCall *call, GError **error)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (TrafoEncoding) encoding = NULL;
  TrafoConfig *config = trafo_model_get_config (call->model);
  gboolean     add_special_tokens = FALSE;

  self->prefix = trafo_config_get_string (config, "prefix", "");
  if (!parameters_get_string (call, "prefix", &self->prefix, error) ||
      !parameters_get_boolean (call, "add_special_tokens", &add_special_tokens, error))
    return FALSE;
  if (*self->prefix == '\0')
    return TRUE;
  trafo_encode_options_set_add_special_tokens (options, add_special_tokens);
  encoding = trafo_tokenizer_encode (call->tokenizer, self->prefix, NULL, options, error);
  if (encoding == NULL)
    return FALSE;
  self->prefix_length = trafo_encoding_get_n_tokens (encoding);
  return TRUE;
}

static gboolean
read_parameters (Writer *self, const TextCall *call, GError **error)
{
  const char *long_generation = NULL;

  self->skip_special_tokens = TRUE;
  self->clean_up_tokenization_spaces =
      trafo_tokenizer_get_clean_up_tokenization_spaces (call->tokenizer);
  if (!refuse_unsupported (call, error) || !read_return_type (self, call, error) ||
      !parameters_get_boolean (call, "skip_special_tokens", &self->skip_special_tokens, error) ||
      !parameters_get_boolean (call,
                               "clean_up_tokenization_spaces",
                               &self->clean_up_tokenization_spaces,
                               error) ||
      !parameters_get_string (call, "handle_long_generation", &long_generation, error))
    return FALSE;
  if (long_generation != NULL && !g_str_equal (long_generation, "hole"))
    return parameters_fail (call, "handle_long_generation", "\"hole\"", error);
  self->is_cut = long_generation != NULL;
  return read_prefix (self, call, error) && read_config (self, call, error);
}

/* How many of @n_tokens tokens of a prompt leave room for what is to be written. */
static gboolean
count_kept (const Writer *self, gint64 n_tokens, gint64 *n_kept, GError **error)
{
  gint64 max_length = trafo_tokenizer_get_model_max_length (self->call->tokenizer);
  gint64 n_new;

  if (trafo_generation_config_is_set (self->config, "max_new_tokens"))
    g_object_get (self->config, "max-new-tokens", &n_new, NULL);
  else
    {
      g_object_get (self->config, "max-length", &n_new, NULL);
      n_new -= n_tokens;
    }
  *n_kept = n_tokens;
  if (max_length == 0 || (n_new >= 0 && n_tokens + n_new <= max_length))
    return TRUE;
  *n_kept = max_length - n_new;
  if (n_new >= 0 && *n_kept > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found %" G_GINT64_FORMAT " new tokens for a model that takes %" G_GINT64_FORMAT
               ", expected room for some of the prompt's %" G_GINT64_FORMAT
               " ('handle_long_generation')",
               n_new,
               max_length,
               n_tokens);
  return FALSE;
}

/* The last tokens of the prompts in a batch, as many as there is room for. */
static TrafoTensorDict *
cut_inputs (const Writer *self, TrafoTensorDict *inputs, GError **error)
{
  g_autoptr (TrafoTensorDict) cut = trafo_tensor_dict_new ();
  gint64 length = trafo_tensor_get_dim (trafo_tensor_dict_get (inputs, "input_ids"), 1), n_kept;

  if (!self->is_cut)
    return trafo_tensor_dict_ref (inputs);
  if (!count_kept (self, length, &n_kept, error))
    return NULL;
  for (guint i = 0; i < trafo_tensor_dict_get_size (inputs); i++)
    {
      const char *name = trafo_tensor_dict_get_name (inputs, i);
      g_autoptr (TrafoTensor) rest = trafo_tensor_slice (trafo_tensor_dict_get (inputs, name),
                                                         1,
                                                         length - n_kept,
                                                         n_kept,
                                                         1,
                                                         error);
      g_autoptr (TrafoTensor) contiguous =
          rest != NULL ? trafo_tensor_contiguous (rest, error) : NULL;

      if (contiguous == NULL)
        return NULL;
      trafo_tensor_dict_set (cut, name, contiguous);
    }
  return g_steal_pointer (&cut);
}

/* @prompt and @text, in one. */
static TrafoValue *
make_text (const char *prompt, GBytes *text)
{
  g_autoptr (GByteArray) joined = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  gsize         size_bytes;
  const guint8 *data = g_bytes_get_data (text, &size_bytes);

  g_byte_array_append (joined, (const guint8 *) prompt, strlen (prompt));
  g_byte_array_append (joined, data, size_bytes);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&joined));
  return trafo_value_new_string_bytes (bytes);
}

/* One record: the ids of the whole sequence, or its text behind the prompt. */
static TrafoValue *
make_record (const Writer *self,
             const char   *prompt,
             const gint64 *tokens,
             gsize         n_tokens,
             gsize         n_prompt,
             GError      **error)
{
  g_autoptr (TrafoValue) record = trafo_value_new_record ();
  g_autofree guint32 *ids = g_new (guint32, n_tokens + 1);
  g_autoptr (GBytes) text = NULL;
  TrafoValue *list;

  if (self->return_type == RETURN_TENSORS)
    {
      list = trafo_value_new_list ();
      for (gsize i = 0; i < n_tokens; i++)
        trafo_value_append (list, trafo_value_new_integer (tokens[i]));
      trafo_value_set (record, "generated_token_ids", list);
      return g_steal_pointer (&record);
    }
  for (gsize i = n_prompt; i < n_tokens; i++)
    ids[i - n_prompt] = tokens[i];
  text = trafo_tokenizer_decode_bytes (self->call->tokenizer,
                                       ids,
                                       n_tokens - n_prompt,
                                       self->skip_special_tokens,
                                       self->clean_up_tokenization_spaces,
                                       error);
  if (text == NULL)
    return NULL;
  trafo_value_set (record,
                   "generated_text",
                   make_text (self->return_type == RETURN_FULL_TEXT ? prompt : "", text));
  return g_steal_pointer (&record);
}

/* A list for each prompt of a batch, of a record for each sequence. */
static gboolean
add_results (Writer                *self,
             TrafoGenerationResult *result,
             guint                  first,
             guint                  n_prompts,
             gsize                  n_prompt_tokens,
             GError               **error)
{
  TrafoTensor  *sequences = trafo_generation_result_get_sequences (result);
  const gint64 *tokens = trafo_tensor_get_data (sequences);
  gsize         n_tokens = trafo_tensor_get_dim (sequences, 1);
  guint         n_each = trafo_generation_result_get_n_sequences (result) / n_prompts;

  for (guint i = 0; i < n_prompts; i++)
    {
      const char *prompt = trafo_value_get_string (text_call_get_item (self->call, first + i));
      TrafoValue *records = trafo_value_new_list ();

      trafo_value_append (self->results, records);
      for (guint j = 0; j < n_each; j++, tokens += n_tokens)
        {
          TrafoValue *record = make_record (self, prompt, tokens, n_tokens, n_prompt_tokens, error);

          if (record == NULL)
            return FALSE;
          trafo_value_append (records, record);
        }
    }
  return TRUE;
}

static gboolean
write_batch (Writer *self, const Rows *rows, guint first, guint n_rows, GError **error)
{
  g_autoptr (TrafoTensorDict) all = NULL;
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoGenerationResult) result = NULL;
  TrafoTensor *ids;

  /* without any token the model begins by itself */
  if (n_rows == 1 && trafo_encoding_get_n_tokens (rows->encodings->pdata[first]) == 0)
    inputs = trafo_tensor_dict_new ();
  else
    all = rows_make_inputs (rows, self->call, first, n_rows, TRAFO_SIDE_LEFT, error);
  if (all != NULL)
    inputs = cut_inputs (self, all, error);
  if (inputs == NULL)
    return FALSE;
  result = trafo_model_generate (self->call->model,
                                 inputs,
                                 self->config,
                                 self->call->tokenizer,
                                 self->call->cancellable,
                                 error);
  if (result == NULL)
    return FALSE;
  ids = trafo_tensor_dict_get (inputs, "input_ids");
  return add_results (self,
                      result,
                      first,
                      n_rows,
                      ids != NULL ? trafo_tensor_get_dim (ids, 1) : 0,
                      error);
}

/* Up to "batch_size" prompts, and none that is empty but alone. */
static guint
count_batch (const Rows *rows, guint first, gsize batch_size)
{
  guint n_rows = 0;

  while (n_rows < batch_size && first + n_rows < rows->encodings->len &&
         trafo_encoding_get_n_tokens (rows->encodings->pdata[first + n_rows]) > 0)
    n_rows++;
  return MAX (n_rows, 1);
}

static gboolean
add_prompts (const Writer *self, Rows *rows, const TextCall *call, GError **error)
{
  static const char *const names[] = { "add_special_tokens",
                                       "truncation",
                                       "padding",
                                       "max_length",
                                       NULL };
  g_autoptr (TrafoEncodeOptions) options =
      parameters_get_encode_options (call, names, "tokenizer_encode_kwargs", error);

  if (options == NULL)
    return FALSE;
  trafo_encode_options_set_padding_side (options, TRAFO_SIDE_LEFT);
  /* what overflows is not gone on from, asked for or not */
  trafo_encode_options_set_return_overflowing_tokens (options, FALSE);
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    {
      TrafoValue      *input = text_call_get_item (call, i);
      const char      *text = trafo_value_get_string (input);
      g_autofree char *prompt = text != NULL ? g_strconcat (self->prefix, text, NULL) : NULL;

      if (prompt == NULL)
        return text_call_fail_input (input, "a text: chats are not supported", error);
      if (!rows_add (rows, call, i, prompt, NULL, options, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_all (Writer *self, const TextCall *call, GError **error)
{
  g_autoptr (Rows) rows = rows_new ();
  gsize batch_size;
  guint n_rows;

  if (!rows_get_batch_size (call, &batch_size, error) || !read_parameters (self, call, error) ||
      !add_prompts (self, rows, call, error))
    return FALSE;
  for (guint i = 0; i < rows->encodings->len; i += n_rows)
    {
      n_rows = count_batch (rows, i, batch_size);
      if (!write_batch (self, rows, i, n_rows, error))
        return FALSE;
    }
  return TRUE;
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  Writer   self = { .call = call, .results = results };
  gboolean is_done = write_all (&self, call, error);

  g_clear_object (&self.config);
  return is_done ? text_call_shape (call, g_steal_pointer (&results)) : NULL;
}

TEXT_TASK_DEFINE_WITH_PARAMETERS (TrafoTextGeneration, trafo_text_generation, "causal-lm", NULL)
