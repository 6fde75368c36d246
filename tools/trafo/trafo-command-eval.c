/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "trafo-command.h"
#include "trafo-model-options.h"

enum
{
  DEFAULT_STRIDE = 512, /* of Hugging Face's guide */
};

#define NOT_SET G_MININT
/* Of errors that are not the model's own. */
#define BASE_PREFIX "--kl-base: "

typedef struct
{
  TrafoModelOptions model;
  char            **models;
  char             *file;
  char             *kl_base;
  int               stride;
  int               max_length;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_strfreev (self->models);
  g_free (self->file);
  g_free (self->kl_base);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Sums over all windows. */
typedef struct
{
  TrafoModel *model;
  TrafoModel *base;   /* nullable: what the model is compared with */
  double      loss;   /* of the guide: the mean of a window times one less than its new tokens */
  gint64      n_loss; /* those, which the mean of all is over */
  double      divergence; /* of the base's predictions */
  gint64      n_agreed;   /* of the most likely tokens */
  gint64      n_compared;
} Evaluation;

/* The logits of a window, [tokens, vocabulary]. */
static TrafoTensor *
run_window (TrafoModel *model, const guint32 *ids, gsize n_ids, GError **error)
{
  gint64 shape[] = { 1, (gint64) n_ids };
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);

  if (tensor == NULL)
    return NULL;
  for (gsize i = 0; i < n_ids; i++)
    ((gint64 *) trafo_tensor_get_data (tensor))[i] = ids[i];
  trafo_tensor_dict_set (inputs, "input_ids", tensor);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, error);
  return outputs != NULL ? trafo_tensor_ref (trafo_tensor_dict_get (outputs, "logits")) : NULL;
}

/* What a row of logits is less than the logarithms of its probabilities. */
static double
log_of_sum (const float *logits, gint64 n)
{
  float  greatest = logits[0];
  double sum = 0;

  for (gint64 i = 1; i < n; i++)
    greatest = MAX (greatest, logits[i]);
  for (gint64 i = 0; i < n; i++)
    sum += exp ((double) logits[i] - greatest);
  return greatest + log (sum);
}

static gint64
most_likely (const float *logits, gint64 n)
{
  gint64 best = 0;

  for (gint64 i = 1; i < n; i++)
    if (logits[i] > logits[best])
      best = i;
  return best;
}

static void
compare (Evaluation *self, const float *logits, const float *base, gint64 n)
{
  double log_sum = log_of_sum (logits, n), base_log_sum = log_of_sum (base, n), divergence = 0;

  for (gint64 i = 0; i < n; i++)
    {
      double log_p = base[i] - base_log_sum;

      divergence += exp (log_p) * (log_p - (logits[i] - log_sum));
    }
  self->divergence += divergence;
  self->n_agreed += most_likely (logits, n) == most_likely (base, n);
  self->n_compared++;
}

/* The same of the base. */
static TrafoTensor *
run_base (TrafoModel *base, const guint32 *ids, gsize n_ids, GError **error)
{
  TrafoTensor *logits = run_window (base, ids, n_ids, error);

  if (logits == NULL)
    g_prefix_error (error, BASE_PREFIX);
  return logits;
}

/* @n_new: of the window's last tokens, those that no window before it predicted. */
static gboolean
evaluate_window (Evaluation *self, const guint32 *ids, gsize n_ids, gsize n_new, GError **error)
{
  g_autoptr (TrafoTensor) logits = run_window (self->model, ids, n_ids, error);
  g_autoptr (TrafoTensor) base = NULL;
  gsize  first = MAX (n_ids - n_new, 1);
  gint64 n_vocab;
  double loss = 0;

  if (logits != NULL && self->base != NULL)
    base = run_base (self->base, ids, n_ids, error);
  if (logits == NULL || (self->base != NULL && base == NULL))
    return FALSE;
  n_vocab = trafo_tensor_get_dim (logits, 2);
  if (base != NULL && trafo_tensor_get_dim (base, 2) != n_vocab)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   BASE_PREFIX "found logits of %" G_GINT64_FORMAT
                               " tokens, expected %" G_GINT64_FORMAT " as of the model",
                   trafo_tensor_get_dim (base, 2),
                   n_vocab);
      return FALSE;
    }
  for (gsize i = first; i < n_ids; i++)
    {
      const float *row = (const float *) trafo_tensor_get_data (logits) + (i - 1) * n_vocab;

      loss += log_of_sum (row, n_vocab) - row[ids[i]];
      if (base != NULL)
        compare (self,
                 row,
                 (const float *) trafo_tensor_get_data (base) + (i - 1) * n_vocab,
                 n_vocab);
    }
  if (n_ids > first)
    self->loss += loss / (n_ids - first) * (n_new - 1);
  self->n_loss += n_new - 1;
  return TRUE;
}

/* https://huggingface.co/docs/transformers/perplexity: windows of @max_length tokens, @stride apart, each
 * of which predicts what the one before it did not reach. */
static gboolean
evaluate (Evaluation    *self,
          const guint32 *ids,
          gsize          n_ids,
          gsize          max_length,
          gsize          stride,
          GError       **error)
{
  gsize last_end = 0;

  for (gsize begin = 0; last_end < n_ids; begin += stride)
    {
      gsize end = MIN (begin + max_length, n_ids);

      if (!evaluate_window (self, ids + begin, end - begin, end - last_end, error))
        return FALSE;
      last_end = end;
    }
  return TRUE;
}

static int
print (const TrafoCommand *self, const Evaluation *evaluation, gboolean is_json)
{
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  double perplexity = exp (evaluation->loss / evaluation->n_loss);
  double divergence = evaluation->divergence / MAX (evaluation->n_compared, 1);
  double agreement = (double) evaluation->n_agreed / MAX (evaluation->n_compared, 1);

  trafo_value_set_double (value, "perplexity", perplexity);
  trafo_value_set_double (value, "loss", evaluation->loss / evaluation->n_loss);
  trafo_value_set_integer (value, "n_tokens", evaluation->n_loss);
  if (evaluation->base != NULL)
    {
      trafo_value_set_double (value, "kl_divergence", divergence);
      trafo_value_set_double (value, "top_1_agreement", agreement);
    }
  if (is_json)
    return trafo_command_print_json (self, value);
  printf ("perplexity %.6g over %" G_GINT64_FORMAT " tokens\n", perplexity, evaluation->n_loss);
  if (evaluation->base != NULL)
    printf ("KL divergence %.4g a token, the same most likely token in %.2f %%\n",
            divergence,
            100 * agreement);
  return TRAFO_EXIT_OK;
}

/* The text's ids; at least two. */
static TrafoEncoding *
encode_file (const char *model, const char *file, GError **error)
{
  g_autofree char *text = NULL;
  gsize            length;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  TrafoEncoding *encoding;

  if (!g_file_get_contents (file, &text, &length, error))
    return NULL;
  tokenizer = trafo_auto_tokenizer_from_pretrained (model, NULL, error);
  if (tokenizer == NULL)
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  encoding = trafo_tokenizer_encode_bytes (tokenizer, bytes, NULL, NULL, error);
  if (encoding == NULL || trafo_encoding_get_n_tokens (encoding) > 1)
    return encoding;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: found %" G_GSIZE_FORMAT " tokens, expected 2 or more",
               file,
               trafo_encoding_get_n_tokens (encoding));
  trafo_encoding_unref (encoding);
  return NULL;
}

static gboolean
check_task (const char *folder, GError **error)
{
  const char *task = trafo_model_options_find_task (folder, error);

  if (task == NULL)
    return FALSE;
  if (g_str_equal (task, "causal-lm") || g_str_equal (task, "base"))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s: found a model for %s, expected a causal language model",
               folder,
               task);
  return FALSE;
}

/* As the model, but in float32 unless its own checkpoint is something else. */
static TrafoModel *
load_base (const Options *options, const TrafoCommand *command, GError **error)
{
  const TrafoModelOptions base = { .model = options->kl_base, .device = options->model.device };
  TrafoModel             *model = trafo_model_options_load (&base, command, "causal-lm", error);

  if (model == NULL)
    g_prefix_error (error, BASE_PREFIX);
  return model;
}

static gboolean
find_lengths (const Options *options,
              TrafoModel    *model,
              gsize         *ret_max_length,
              gsize         *ret_stride,
              GError       **error)
{
  gint64 max_length = trafo_config_get_int (trafo_model_get_config (model),
                                            "n_positions|max_position_embeddings",
                                            1024,
                                            1,
                                            G_MAXINT32);

  if (options->max_length > max_length)
    {
      g_set_error (error,
                   TRAFO_USAGE_ERROR,
                   0,
                   "found --max-length %d, expected at most the model's %" G_GINT64_FORMAT,
                   options->max_length,
                   max_length);
      return FALSE;
    }
  *ret_max_length = options->max_length > 0 ? (gsize) options->max_length : (gsize) max_length;
  *ret_stride = MIN ((gsize) options->stride, *ret_max_length);
  return TRUE;
}

static int
eval (const TrafoCommand *self, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoModel) base = NULL;
  Evaluation     evaluation = { 0 };
  const guint32 *ids;
  gsize          n_ids, max_length, stride;

  if (check_task (options->model.model, &error))
    encoding = encode_file (options->model.model, options->file, &error);
  if (encoding != NULL)
    model = trafo_model_options_load (&options->model, self, "causal-lm", &error);
  if (model != NULL && options->kl_base != NULL)
    base = load_base (options, self, &error);
  if (error != NULL || !find_lengths (options, model, &max_length, &stride, &error))
    return trafo_command_fail (self, error);
  evaluation.model = model;
  evaluation.base = base;
  ids = trafo_encoding_get_ids (encoding, &n_ids);
  if (!evaluate (&evaluation, ids, n_ids, max_length, stride, &error))
    return trafo_command_fail (self, error);
  return print (self, &evaluation, options->json);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { .stride = DEFAULT_STRIDE, .max_length = NOT_SET };
  const GOptionEntry entries[] = {
    { "file", 'f', 0, G_OPTION_ARG_FILENAME, &options.file, "Text to predict, UTF-8", "TEXT" },
    { "kl-base",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.kl_base,
      "Compare with what another checkpoint predicts, in float32",
      "MODEL" },
    { "stride", 0, 0, G_OPTION_ARG_INT, &options.stride, "From window to window (512)", "TOKENS" },
    { "max-length",
      0,
      0,
      G_OPTION_ARG_INT,
      &options.max_length,
      "Of a window (the model's)",
      "TOKENS" },
    TRAFO_MODEL_OPTIONS_RUN (options.model),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  options.model.model = g_strdup (trafo_model_options_get_folder (self, options.models));
  if (options.model.model == NULL || !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (options.file == NULL)
    return trafo_command_fail_usage (self, "found no --file TEXT");
  if (options.kl_base != NULL && *options.kl_base == '\0')
    return trafo_command_fail_usage (self, "found --kl-base '', expected a checkpoint's folder");
  if (options.stride < 1)
    return trafo_command_fail_usage (self, "found --stride %d, expected 1 or more", options.stride);
  if (options.max_length < 2 && options.max_length != NOT_SET)
    return trafo_command_fail_usage (self,
                                     "found --max-length %d, expected 2 or more",
                                     options.max_length);
  return eval (self, &options);
}

const TrafoCommand trafo_command_eval = {
  .name = "eval",
  .arguments = "MODEL --file TEXT [--kl-base MODEL] [OPTION...]",
  .summary = "Says how well a model predicts a text, and how much it changed.",
  .examples = "  trafo eval gpt2 --file text.txt\n"
              "  trafo eval gpt2 --load-in-8bit --file text.txt --kl-base gpt2\n",
  .run = run,
};
