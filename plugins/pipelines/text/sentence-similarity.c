/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* How near sentences are to a source sentence, by the cosine of their embeddings: the Hub's task of
 * that name, with the inputs and the list of scores that it has there. */
#include <math.h>

#include "parameters.h"

static double
get_cosine (const float *a, const float *b, gsize n)
{
  double product = 0, a_square = 0, b_square = 0;

  for (gsize i = 0; i < n; i++)
    {
      product += (double) a[i] * b[i];
      a_square += (double) a[i] * a[i];
      b_square += (double) b[i] * b[i];
    }
  return a_square > 0 && b_square > 0 ? product / sqrt (a_square * b_square) : 0;
}

/* The sentences that {"source_sentence", "sentences"} names, the source first; or those of a text and
 * the parameter "sentences". */
static char **
read_input (const TextCall *call, TrafoValue *input, GError **error)
{
  static const char *const names[] = { "source_sentence", "sentences", NULL };
  TrafoValue              *source = trafo_value_get_member (input, names[0]);
  TrafoValue              *given = trafo_value_get_member (input, names[1]);
  g_auto (GStrv) sentences = NULL;
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  if (trafo_value_get_kind (input) == TRAFO_VALUE_KIND_STRING)
    {
      source = input;
      if (!parameters_get_strings (call, "sentences", &sentences, error))
        return NULL;
    }
  else if (parameters_get (call, "sentences") != NULL)
    {
      parameters_fail (call, "sentences", "none: the input is a record, which has them", error);
      return NULL;
    }
  else if (given != NULL)
    {
      if (!text_call_check_members (input, names, error))
        return NULL;
      sentences = text_value_dup_strings (given);
    }
  if (source == NULL || trafo_value_get_string (source) == NULL || sentences == NULL)
    {
      text_call_fail_input (input,
                            "{\"source_sentence\": ..., \"sentences\": [...]}, or a text with the "
                            "parameter 'sentences'",
                            error);
      return NULL;
    }
  g_strv_builder_add (all, trafo_value_get_string (source));
  g_strv_builder_addv (all, (const char **) sentences);
  return g_strv_builder_end (all);
}

static TrafoValue *
compare (const TextCall *call, TrafoSentenceEmbedder *embedder, TrafoValue *input, GError **error)
{
  g_auto (GStrv) sentences = read_input (call, input, error);
  g_autoptr (TrafoTensor) vectors = NULL;
  const float *source;
  TrafoValue  *scores;
  gsize        n_values;

  if (sentences != NULL)
    vectors = trafo_sentence_embedder_encode (embedder,
                                              (const char *const *) sentences,
                                              call->cancellable,
                                              error);
  if (vectors == NULL)
    return NULL;
  source = trafo_tensor_get_data (vectors);
  n_values = trafo_tensor_get_dim (vectors, 1);
  scores = trafo_value_new_list ();
  for (gsize i = 1; sentences[i] != NULL; i++)
    trafo_value_append (scores,
                        trafo_value_new_double (
                            get_cosine (source, source + i * n_values, n_values)));
  return scores;
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  g_autoptr (TrafoSentenceEmbedder) embedder =
      trafo_sentence_embedder_new (call->model, call->tokenizer, error);
  g_autoptr (TrafoValue) results = trafo_value_new_list ();

  if (embedder == NULL)
    return NULL;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    {
      TrafoValue *scores = compare (call, embedder, text_call_get_item (call, i), error);

      if (scores == NULL)
        return NULL;
      trafo_value_append (results, scores);
    }
  return text_call_shape (call, g_steal_pointer (&results));
}

TEXT_TASK_DEFINE (TrafoSentenceSimilarity, trafo_sentence_similarity, "base", "sentences")
