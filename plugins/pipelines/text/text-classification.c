/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The classes of a text, or of a pair of texts: transformers/pipelines/text_classification.py
 * (5.23). Without "top_k" a text gets its best class; a single string then gets a list of one. */
#include "parameters.h"
#include "rows.h"
#include "scores.h"

#define ENCODE_OPTIONS                                                                             \
  "truncation", "max_length", "padding", "add_special_tokens", "padding_side", "truncation_side",  \
      "pad_to_multiple_of", "stride"

typedef void (*Activation) (float *scores, gsize n_scores);

typedef struct
{
  TrafoModel *model;
  gboolean    has_top_k;
  gint64      top_k; /* G_MAXINT64: all; less than 0: all but so many */
  Activation  activation;
  TrafoValue *results;
} Classifier;

static void
keep_scores (float *scores, gsize n_scores)
{
}

static const struct
{
  const char *name;
  Activation  activation;
} activations[] = {
  { "softmax", scores_softmax },
  { "sigmoid", scores_sigmoid },
  { "none", keep_scores },
};

static Activation
find_activation (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (activations); i++)
    if (g_ascii_strcasecmp (activations[i].name, name) == 0)
      return activations[i].activation;
  return NULL;
}

/* What config.json says where the caller says nothing. */
static Activation
choose_activation (TrafoModel *model)
{
  TrafoConfig *config = trafo_model_get_config (model);
  const char  *problem = trafo_config_get_string (config, "problem_type", "");
  gsize        n_labels = 0;
  g_auto (GStrv) labels = trafo_config_get_labels (config, &n_labels);
  Activation given;

  if (g_str_equal (problem, "regression"))
    return keep_scores;
  if (g_str_equal (problem, "multi_label_classification") || n_labels == 1)
    return scores_sigmoid;
  if (g_str_equal (problem, "single_label_classification") || n_labels > 1)
    return scores_softmax;
  given = find_activation (trafo_config_get_string (config, "function_to_apply", NULL));
  return given != NULL ? given : keep_scores;
}

static TrafoValue *
make_class (const char *label, float score)
{
  TrafoValue *item = trafo_value_new_record ();

  trafo_value_set_string (item, "label", label);
  trafo_value_set_double (item, "score", score);
  return item;
}

static gboolean
classify (const Row *row, gpointer data, GError **error)
{
  Classifier *self = data;
  g_autoptr (TrafoTensor) logits = row_get_output (row, "logits", error);
  g_auto (GStrv) labels = NULL;
  g_autofree float *scores = NULL;
  g_autofree guint *order = NULL;
  TrafoValue       *classes;
  gint64            n_classes;
  gsize             n_scores;

  if (logits == NULL)
    return FALSE;
  n_scores = trafo_tensor_get_n_elements (logits);
  labels = scores_get_labels (self->model, n_scores, error);
  if (labels == NULL)
    return FALSE;
  scores = g_memdup2 (trafo_tensor_get_data (logits), n_scores * sizeof *scores);
  self->activation (scores, n_scores);
  if (!self->has_top_k)
    {
      gsize best = scores_argmax (scores, n_scores);

      trafo_value_append (self->results, make_class (labels[best], scores[best]));
      return TRUE;
    }
  order = scores_sort (scores, n_scores);
  classes = trafo_value_new_list ();
  n_classes = self->top_k < 0 ? (gint64) n_scores + self->top_k : self->top_k;
  for (gsize i = 0; i < n_scores && (gint64) i < n_classes; i++)
    trafo_value_append (classes, make_class (labels[order[i]], scores[order[i]]));
  trafo_value_append (self->results, classes);
  return TRUE;
}

/* {"text", "text_pair"}, the latter perhaps null or not there. */
static gboolean
read_record (TrafoValue *input, const char **text, const char **pair, GError **error)
{
  static const char *const names[] = { "text", "text_pair", NULL };
  TrafoValue              *first = trafo_value_get_member (input, names[0]);
  TrafoValue              *second = trafo_value_get_member (input, names[1]);

  if (!text_call_check_members (input, names, error))
    return FALSE;
  *text = first != NULL ? trafo_value_get_string (first) : NULL;
  if (second == NULL || trafo_value_get_kind (second) == TRAFO_VALUE_KIND_NULL)
    return TRUE;
  *pair = trafo_value_get_string (second);
  if (*pair == NULL)
    *text = NULL;
  return TRUE;
}

/* A text, a record, or the older form [[text, text_pair]]; with the parameter "text_pair" if it has no
 * second text. */
static gboolean
read_input (const TextCall *call,
            TrafoValue     *input,
            const char    **text,
            const char    **pair,
            GError        **error)
{
  TrafoValue *inner = trafo_value_get_item (input, 0);
  const char *text_pair = NULL;

  if (!parameters_get_string (call, "text_pair", &text_pair, error))
    return FALSE;
  if (trafo_value_get_kind (input) == TRAFO_VALUE_KIND_STRING)
    *text = trafo_value_get_string (input);
  else if (trafo_value_get_kind (input) == TRAFO_VALUE_KIND_RECORD)
    {
      if (!read_record (input, text, pair, error))
        return FALSE;
    }
  else if (trafo_value_get_n_items (input) == 1 && trafo_value_get_n_items (inner) == 2)
    {
      *text = trafo_value_get_string (trafo_value_get_item (inner, 0));
      *pair = trafo_value_get_string (trafo_value_get_item (inner, 1));
      if (*pair == NULL)
        *text = NULL;
    }
  if (text_pair != NULL && *pair != NULL)
    return parameters_fail (call, "text_pair", "none: the input has one", error);
  if (text_pair != NULL)
    *pair = text_pair;
  /* as transformers takes it, an empty second text is none */
  if (*pair != NULL && **pair == '\0')
    *pair = NULL;
  if (*text != NULL)
    return TRUE;
  return text_call_fail_input (input,
                               "a text or {\"text\": ..., \"text_pair\": ...} for a pair",
                               error);
}

static gboolean
read_parameters (Classifier *self, const TextCall *call, GError **error)
{
  const char *function = NULL;

  self->has_top_k = trafo_value_get_member (call->parameters, "top_k") != NULL;
  self->top_k = G_MAXINT64;
  if (!parameters_get_integer (call, "top_k", -G_MAXINT32, G_MAXINT32, &self->top_k, error) ||
      !parameters_get_string (call, "function_to_apply", &function, error))
    return FALSE;
  self->activation =
      function != NULL ? find_activation (function) : choose_activation (call->model);
  return self->activation != NULL ||
         parameters_fail (call, "function_to_apply", "\"softmax\", \"sigmoid\" or \"none\"", error);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  static const char *const names[] = { ENCODE_OPTIONS, NULL };
  g_autoptr (TrafoEncodeOptions) options = parameters_get_encode_options (call, names, NULL, error);
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (Rows) rows = rows_new ();
  Classifier self = { .model = call->model, .results = results };

  if (options == NULL || !read_parameters (&self, call, error))
    return NULL;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    {
      const char *text = NULL, *pair = NULL;

      if (!read_input (call, text_call_get_item (call, i), &text, &pair, error) ||
          !rows_add (rows, call, i, text, pair, options, error))
        return NULL;
    }
  if (!rows_forward (rows, call, classify, &self, error))
    return NULL;
  if (trafo_value_get_kind (call->inputs) == TRAFO_VALUE_KIND_STRING && !self.has_top_k)
    return g_steal_pointer (&results);
  return text_call_shape (call, g_steal_pointer (&results));
}

TEXT_TASK_DEFINE (TrafoTextClassification,
                  trafo_text_classification,
                  "sequence-classification",
                  "top_k",
                  "function_to_apply",
                  "text_pair",
                  "batch_size",
                  ENCODE_OPTIONS)
