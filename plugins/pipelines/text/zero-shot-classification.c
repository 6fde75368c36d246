/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Which labels, given with the text, follow from it, by a model of natural language inference:
 * transformers/pipelines/zero_shot_classification.py (5.23). Each label makes a pair of the text and
 * a hypothesis. */
#include <string.h>

#include "parameters.h"
#include "rows.h"
#include "scores.h"

typedef struct
{
  char      **labels; /* the candidates */
  guint       n_labels;
  gboolean    is_multi_label;
  gssize      entailment; /* -1: the last logit */
  float      *scores;     /* of the candidates; of entailment or already probabilities */
  guint       n_done;     /* candidates of the input at hand */
  TrafoValue *inputs;
  TrafoValue *results;
} Classifier;

/* "," separates the labels of a string. */
static char **
split_labels (const char *text)
{
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (labels, parts[i]);
  return g_strv_builder_end (labels);
}

/* The label in the place of one {} or of each {0} of a template; {{ and }} are braces. NULL if there is
 * anything else between braces, or what str.format() would want two labels for. */
static char *
make_hypothesis (const char *template, const char *label)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean has_next = FALSE, has_first = FALSE; /* {}, {0} */

  for (const char *at = template; *at != '\0';)
    if (g_str_has_prefix (at, "{{") || g_str_has_prefix (at, "}}"))
      {
        g_string_append_c (text, *at);
        at += 2;
      }
    else if (g_str_has_prefix (at, "{}") || g_str_has_prefix (at, "{0}"))
      {
        gboolean is_next = at[1] == '}';

        if ((is_next && has_next) || (is_next ? has_first : has_next))
          return NULL;
        has_next |= is_next;
        has_first |= !is_next;
        g_string_append (text, label);
        at = strchr (at, '}') + 1;
      }
    else if (*at == '{' || *at == '}')
      return NULL;
    else
      g_string_append_c (text, *at++);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gssize
find_entailment (TrafoModel *model)
{
  g_auto (GStrv) labels = trafo_config_get_labels (trafo_model_get_config (model), NULL);

  for (gsize i = 0; labels != NULL && labels[i] != NULL; i++)
    if (g_ascii_strncasecmp (labels[i], "entail", strlen ("entail")) == 0)
      return i;
  g_message ("The model has no label that begins with \"entail\"; the last one is taken for it.");
  return -1;
}

/* The candidates from the likeliest on; of equal ones the last comes first, as in transformers. */
static void
finish_input (Classifier *self, guint item)
{
  TrafoValue       *record = trafo_value_new_record ();
  TrafoValue       *labels = trafo_value_new_list (), *scores = trafo_value_new_list ();
  guint             n_labels = self->n_labels;
  g_autofree guint *order = NULL;
  g_autofree float *reversed = g_new (float, n_labels);

  if (!self->is_multi_label)
    scores_softmax (self->scores, n_labels);
  for (guint i = 0; i < n_labels; i++)
    reversed[i] = self->scores[n_labels - 1 - i];
  order = scores_sort (reversed, n_labels);
  for (guint i = 0; i < n_labels; i++)
    {
      trafo_value_append (labels, trafo_value_new_string (self->labels[n_labels - 1 - order[i]]));
      trafo_value_append (scores, trafo_value_new_double (reversed[order[i]]));
    }
  trafo_value_set (record, "sequence", trafo_value_ref (trafo_value_get_item (self->inputs, item)));
  trafo_value_set (record, "labels", labels);
  trafo_value_set (record, "scores", scores);
  trafo_value_append (self->results, record);
  self->n_done = 0;
}

static gboolean
classify (const Row *row, gpointer data, GError **error)
{
  Classifier *self = data;
  g_autoptr (TrafoTensor) logits = row_get_output (row, "logits", error);
  const float *values;
  gsize        n_logits, entailment, contradiction;
  float        pair[2];

  if (logits == NULL)
    return FALSE;
  values = trafo_tensor_get_data (logits);
  n_logits = trafo_tensor_get_n_elements (logits);
  entailment = self->entailment >= 0 ? (gsize) self->entailment : n_logits - 1;
  contradiction = entailment == 0 ? n_logits - 1 : 0;
  if (entailment >= n_logits)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "config.json: found 'entailment' as label %" G_GSIZE_FORMAT
                   ", expected less than %" G_GSIZE_FORMAT " as the model has scores",
                   entailment,
                   n_logits);
      return FALSE;
    }
  pair[0] = values[contradiction];
  pair[1] = values[entailment];
  if (self->is_multi_label)
    scores_softmax (pair, 2);
  self->scores[self->n_done++] = pair[1];
  if (row->is_last)
    finish_input (self, row->item);
  return TRUE;
}

/* Of a pair the text alone is cut; one that cannot be cut enough is left whole. */
static gboolean
add_pair (Rows           *rows,
          const TextCall *call,
          guint           item,
          const char     *text,
          const char     *hypothesis,
          GError        **error)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();

  trafo_encode_options_set_truncation (options, TRAFO_TRUNCATION_ONLY_FIRST);
  if (rows_add (rows, call, item, text, hypothesis, options, NULL))
    return TRUE;
  trafo_encode_options_set_truncation (options, TRAFO_TRUNCATION_DO_NOT_TRUNCATE);
  return rows_add (rows, call, item, text, hypothesis, options, error);
}

static gboolean
add_text (Classifier     *self,
          Rows           *rows,
          const TextCall *call,
          guint           item,
          const char *template,
          GError **error)
{
  TrafoValue *input = text_call_get_item (call, item);
  const char *text = trafo_value_get_string (input);

  if (text == NULL || *text == '\0')
    return text_call_fail_input (input, "a text that is not empty", error);
  trafo_value_append (self->inputs, trafo_value_ref (input));
  for (guint i = 0; i < self->n_labels; i++)
    {
      g_autofree char *hypothesis = make_hypothesis (template, self->labels[i]);

      if (!add_pair (rows, call, item, text, hypothesis, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_labels (Classifier *self, const TextCall *call, GError **error)
{
  TrafoValue *given = parameters_get (call, "candidate_labels");
  const char *text = given != NULL ? trafo_value_get_string (given) : NULL;

  if (text != NULL)
    self->labels = split_labels (text);
  else if (!parameters_get_strings (call, "candidate_labels", &self->labels, error))
    return FALSE;
  if (self->labels == NULL || self->labels[0] == NULL)
    return parameters_fail (call, "candidate_labels", "at least one label", error);
  self->n_labels = g_strv_length (self->labels);
  self->scores = g_new (float, self->n_labels);
  self->is_multi_label |= self->n_labels == 1;
  return TRUE;
}

static gboolean
classify_all (Classifier *self, const TextCall *call, GError **error)
{
  g_autoptr (Rows) rows = rows_new ();
  g_autofree char *hypothesis = NULL;
  const char *template = "This example is {}.";

  if (!parameters_get_boolean (call, "multi_label", &self->is_multi_label, error) ||
      !parameters_get_string (call, "hypothesis_template", &template, error) ||
      !read_labels (self, call, error))
    return FALSE;
  hypothesis = make_hypothesis (template, self->labels[0]);
  if (g_strcmp0 (hypothesis, template) == 0 || hypothesis == NULL)
    return parameters_fail (call, "hypothesis_template", "one {} where the label goes", error);
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    if (!add_text (self, rows, call, i, template, error))
      return FALSE;
  return rows_forward (rows, call, classify, self, error);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (TrafoValue) inputs = trafo_value_new_list ();
  Classifier self = {
    .inputs = inputs,
    .results = results,
    .entailment = find_entailment (call->model),
  };
  gboolean is_done = classify_all (&self, call, error);

  g_strfreev (self.labels);
  g_free (self.scores);
  return is_done ? text_call_shape (call, g_steal_pointer (&results)) : NULL;
}

TEXT_TASK_DEFINE (TrafoZeroShotClassification,
                  trafo_zero_shot_classification,
                  "sequence-classification",
                  "candidate_labels",
                  "hypothesis_template",
                  "multi_label",
                  "batch_size")
