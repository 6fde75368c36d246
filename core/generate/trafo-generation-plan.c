/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-plan-private.h"

#include <math.h>
#include <trafo/trafo-error.h>

static void
biases_free (TrafoSequenceBias *biases, gsize n_biases)
{
  for (gsize i = 0; i < n_biases; i++)
    g_free (biases[i].ids);
  g_free (biases);
}

void
trafo_generation_plan_free (TrafoGenerationPlan *self)
{
  biases_free (self->biases, self->n_biases);
  biases_free (self->bad_words, self->n_bad_words);
  g_clear_pointer (&self->forced_eos, g_array_unref);
  g_clear_pointer (&self->suppress, g_array_unref);
  g_clear_pointer (&self->begin_suppress, g_array_unref);
  g_clear_pointer (&self->eos, g_array_unref);
  g_strfreev (self->stop_strings);
  g_free (self);
}

static gboolean
contains (const GArray *ids, gint64 id)
{
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == id)
      return TRUE;
  return FALSE;
}

gboolean
trafo_generation_plan_is_end (const TrafoGenerationPlan *self, gint64 token)
{
  return contains (self->eos, token);
}

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

gsize
trafo_generation_plan_get_n_candidates (const TrafoGenerationPlan *self)
{
  return MAX (2, 1 + (self->eos != NULL ? self->eos->len : 0)) * self->num_beams;
}

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* Each id of the list once; NULL where the list is not given, or empty. */
static GArray *
get_ids (TrafoGenerationConfig *config, guint id)
{
  GVariant *list = trafo_generation_config_get_list (config, id);
  gsize     n_ids;
  g_autoptr (GArray) ids = NULL;
  const gint64 *given;

  if (list == NULL)
    return NULL;
  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  given = g_variant_get_fixed_array (list, &n_ids, sizeof *given);
  for (gsize i = 0; i < n_ids; i++)
    if (!contains (ids, given[i]))
      g_array_append_val (ids, given[i]);
  return ids->len > 0 ? g_steal_pointer (&ids) : NULL;
}

static gboolean
is_same (const TrafoSequenceBias *a, const TrafoSequenceBias *b)
{
  return a->n_ids == b->n_ids && memcmp (a->ids, b->ids, a->n_ids * sizeof *a->ids) == 0;
}

/* A sequence that is there already gets the new bias: the last one counts. Biases of one token come
 * first, which is the order in which transformers sums them. */
static void
add_bias (GArray *biases, GVariant *sequence, double bias)
{
  gsize             n_ids;
  const gint64     *ids = g_variant_get_fixed_array (sequence, &n_ids, sizeof *ids);
  TrafoSequenceBias added = { (gint64 *) ids, n_ids, (float) bias };

  for (guint i = 0; i < biases->len; i++)
    if (is_same (&g_array_index (biases, TrafoSequenceBias, i), &added))
      {
        g_array_index (biases, TrafoSequenceBias, i).bias = added.bias;
        return;
      }
  added.ids = g_memdup2 (ids, n_ids * sizeof *ids);
  if (n_ids == 1)
    g_array_prepend_val (biases, added);
  else
    g_array_append_val (biases, added);
}

static gboolean
check_biases (const TrafoSequenceBias *biases,
              gsize                    n_biases,
              gsize                    vocab_size,
              const char              *name,
              GError                 **error)
{
  for (gsize i = 0; i < n_biases; i++)
    for (gsize k = 0; k < biases[i].n_ids; k++)
      if ((gsize) biases[i].ids[k] >= vocab_size)
        return fail (error,
                     "found token %" G_GINT64_FORMAT " in %s, expected less than the vocabulary's "
                     "size, %" G_GSIZE_FORMAT,
                     biases[i].ids[k],
                     name,
                     vocab_size);
  return TRUE;
}

static gboolean
read_biases (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  GVariant *list = trafo_generation_config_get_list (config, TRAFO_GENERATION_SEQUENCE_BIAS);
  GArray   *biases = g_array_new (FALSE, FALSE, sizeof (TrafoSequenceBias));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) sequence = NULL;
      double bias;

      g_variant_get_child (list, i, "(@axd)", &sequence, &bias);
      add_bias (biases, sequence, bias);
    }
  self->n_biases = biases->len;
  self->biases = (TrafoSequenceBias *) (gpointer) g_array_free (biases, FALSE);
  return check_biases (self->biases, self->n_biases, self->vocab_size, "sequence_bias", error);
}

/* A bias of -inf; what is but an end token is left out. */
static gboolean
read_bad_words (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  GVariant *list = trafo_generation_config_get_list (config, TRAFO_GENERATION_BAD_WORDS_IDS);
  GArray   *biases = g_array_new (FALSE, FALSE, sizeof (TrafoSequenceBias));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) sequence = g_variant_get_child_value (list, i);
      gint64 first;

      g_variant_get_child (sequence, 0, "x", &first);
      if (g_variant_n_children (sequence) > 1 || !contains (self->eos, first))
        add_bias (biases, sequence, -INFINITY);
    }
  self->n_bad_words = biases->len;
  self->bad_words = (TrafoSequenceBias *) (gpointer) g_array_free (biases, FALSE);
  return check_biases (self->bad_words,
                       self->n_bad_words,
                       self->vocab_size,
                       "bad_words_ids",
                       error);
}

/* Without any length of the user's or the checkpoint's, the default counts new tokens. */
static gboolean
read_lengths (TrafoGenerationPlan   *self,
              TrafoGenerationConfig *config,
              gsize                  max_positions,
              GError               **error)
{
  gint64 max_new = trafo_generation_config_get_integer (config, TRAFO_GENERATION_MAX_NEW_TOKENS);
  gint64 max_length = trafo_generation_config_get_integer (config, TRAFO_GENERATION_MAX_LENGTH);
  gint64 min_new = trafo_generation_config_get_integer (config, TRAFO_GENERATION_MIN_NEW_TOKENS);

  self->max_length = max_length;
  if (max_new > 0)
    self->max_length = self->prompt_length + max_new;
  else if (!trafo_generation_config_has (config, TRAFO_GENERATION_MAX_LENGTH))
    self->max_length = MIN (self->prompt_length + max_length, max_positions);
  self->min_new_tokens = MAX (min_new, 0);
  self->min_length = trafo_generation_config_get_integer (config, TRAFO_GENERATION_MIN_LENGTH);
  if (min_new >= 0)
    self->min_length = self->prompt_length + min_new;
  if (self->prompt_length < self->max_length)
    return TRUE;
  return fail (error,
               "found prompts of %" G_GSIZE_FORMAT " tokens, expected fewer than max_length, which "
               "is %" G_GSIZE_FORMAT "; max_new_tokens counts new tokens alone",
               self->prompt_length,
               self->max_length);
}

static gboolean
read_mode (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  self->do_sample = trafo_generation_config_get_integer (config, TRAFO_GENERATION_DO_SAMPLE);
  self->use_cache = trafo_generation_config_get_integer (config, TRAFO_GENERATION_USE_CACHE);
  self->num_beams = trafo_generation_config_get_integer (config, TRAFO_GENERATION_NUM_BEAMS);
  self->num_return_sequences =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_NUM_RETURN_SEQUENCES);
  self->early_stopping =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_EARLY_STOPPING);
  self->length_penalty =
      trafo_generation_config_get_number (config, TRAFO_GENERATION_LENGTH_PENALTY);
  self->output_scores =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_OUTPUT_SCORES);
  self->output_logits =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_OUTPUT_LOGITS);
  if (self->num_beams == 1 && !self->do_sample && self->num_return_sequences > 1)
    return fail (error,
                 "found num_return_sequences = %" G_GSIZE_FORMAT ", expected 1: without do_sample "
                 "or num_beams all would be the same",
                 self->num_return_sequences);
  if (self->num_beams > 1 &&
      trafo_generation_plan_get_n_candidates (self) / self->num_beams > self->vocab_size)
    return fail (error,
                 "found a vocabulary of %" G_GSIZE_FORMAT
                 " tokens, expected more for a beam search",
                 self->vocab_size);
  if (self->num_beams > 1 && self->num_return_sequences > self->num_beams)
    return fail (error,
                 "found num_return_sequences = %" G_GSIZE_FORMAT ", expected at most num_beams, "
                 "which is %" G_GSIZE_FORMAT,
                 self->num_return_sequences,
                 self->num_beams);
  return TRUE;
}

/* A beam search guesses nothing, nor does one of transformers, which warns of that. */
static gboolean
read_lookup (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  gint64 ngram_size =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_MAX_MATCHING_NGRAM_SIZE);

  self->max_matching_ngram_size = ngram_size > 0 ? ngram_size : 2;
  if (self->num_beams > 1 ||
      !trafo_generation_config_has (config, TRAFO_GENERATION_PROMPT_LOOKUP_NUM_TOKENS))
    return TRUE;
  self->prompt_lookup_num_tokens =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_PROMPT_LOOKUP_NUM_TOKENS);
  if (self->num_return_sequences > 1)
    return fail (error,
                 "found num_return_sequences = %" G_GSIZE_FORMAT
                 ", expected 1 with prompt_lookup_num_tokens",
                 self->num_return_sequences);
  if (!self->use_cache)
    return fail (error, "prompt_lookup_num_tokens needs use_cache = true");
  return TRUE;
}

static gboolean
read_processing (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  GVariant *decay =
      trafo_generation_config_get_list (config, TRAFO_GENERATION_EXPONENTIAL_DECAY_LENGTH_PENALTY);

  self->encoder_repetition_penalty =
      trafo_generation_config_get_number (config, TRAFO_GENERATION_ENCODER_REPETITION_PENALTY);
  self->repetition_penalty =
      trafo_generation_config_get_number (config, TRAFO_GENERATION_REPETITION_PENALTY);
  self->no_repeat_ngram_size =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_NO_REPEAT_NGRAM_SIZE);
  self->encoder_no_repeat_ngram_size =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_ENCODER_NO_REPEAT_NGRAM_SIZE);
  self->forced_bos_token =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_FORCED_BOS_TOKEN_ID);
  self->forced_eos = get_ids (config, TRAFO_GENERATION_FORCED_EOS_TOKEN_ID);
  self->remove_invalid_values =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_REMOVE_INVALID_VALUES);
  self->suppress = get_ids (config, TRAFO_GENERATION_SUPPRESS_TOKENS);
  self->begin_suppress = get_ids (config, TRAFO_GENERATION_BEGIN_SUPPRESS_TOKENS);
  self->renormalize_logits =
      trafo_generation_config_get_integer (config, TRAFO_GENERATION_RENORMALIZE_LOGITS);
  self->has_decay = decay != NULL;
  if (decay != NULL)
    g_variant_get (decay, "(xd)", &self->decay_start, &self->decay_factor);
  if (decay != NULL && self->eos == NULL)
    return fail (error, "exponential_decay_length_penalty needs an eos_token_id; there is none");
  if (self->repetition_penalty == 0 || self->encoder_repetition_penalty == 0)
    return fail (error,
                 "found %s = 0, expected more",
                 self->repetition_penalty == 0 ? "repetition_penalty"
                                               : "encoder_repetition_penalty");
  return read_biases (self, config, error) && read_bad_words (self, config, error);
}

static gboolean
read_drawing (TrafoGenerationPlan *self, TrafoGenerationConfig *config, GError **error)
{
  gsize  n_ends = self->eos != NULL ? self->eos->len : 1;
  gint64 seed = trafo_generation_config_get_integer (config, TRAFO_GENERATION_SEED);

  self->temperature = trafo_generation_config_get_number (config, TRAFO_GENERATION_TEMPERATURE);
  self->top_h = trafo_generation_config_get_number (config, TRAFO_GENERATION_TOP_H);
  self->top_k = trafo_generation_config_get_integer (config, TRAFO_GENERATION_TOP_K);
  self->top_p = trafo_generation_config_get_number (config, TRAFO_GENERATION_TOP_P);
  self->min_p = trafo_generation_config_get_number (config, TRAFO_GENERATION_MIN_P);
  self->typical_p = trafo_generation_config_get_number (config, TRAFO_GENERATION_TYPICAL_P);
  self->epsilon_cutoff =
      trafo_generation_config_get_number (config, TRAFO_GENERATION_EPSILON_CUTOFF);
  self->eta_cutoff = trafo_generation_config_get_number (config, TRAFO_GENERATION_ETA_CUTOFF);
  /* so that a beam search has a token left that does not end the sequence */
  self->min_tokens_to_keep = self->num_beams > 1 ? n_ends + 1 : 1;
  self->seed = seed >= 0 ? (guint64) seed : g_random_int () & G_MAXINT32;
  if (!self->do_sample)
    return TRUE;
  if (self->temperature == 0)
    return fail (error,
                 "found temperature = 0, expected more: without do_sample the likeliest token is "
                 "taken");
  if (self->top_h == 0 || self->typical_p == 0)
    return fail (error, "found %s = 0, expected more", self->top_h == 0 ? "top_h" : "typical_p");
  return TRUE;
}

/* Tokens that are to come and may not leave nothing to choose from. */
static gboolean
check_forced (const TrafoGenerationPlan *self, GError **error)
{
  gboolean has_free = self->forced_eos == NULL || self->suppress == NULL;

  for (guint i = 0; !has_free && i < self->forced_eos->len; i++)
    has_free = !contains (self->suppress, g_array_index (self->forced_eos, gint64, i));
  if (!has_free || contains (self->suppress, self->forced_bos_token))
    return fail (error,
                 "all tokens of %s are in suppress_tokens too",
                 has_free ? "forced_bos_token_id" : "forced_eos_token_id");
  for (guint i = 0; self->forced_eos != NULL && i < self->forced_eos->len; i++)
    if ((gsize) g_array_index (self->forced_eos, gint64, i) >= self->vocab_size)
      return fail (error,
                   "found forced_eos_token_id = %" G_GINT64_FORMAT ", expected less than the "
                   "vocabulary's size, %" G_GSIZE_FORMAT,
                   g_array_index (self->forced_eos, gint64, i),
                   self->vocab_size);
  if (self->forced_bos_token >= (gint64) self->vocab_size)
    return fail (error,
                 "found forced_bos_token_id = %" G_GINT64_FORMAT ", expected less than the "
                 "vocabulary's size, %" G_GSIZE_FORMAT,
                 self->forced_bos_token,
                 self->vocab_size);
  return TRUE;
}

TrafoGenerationPlan *
trafo_generation_plan_new (TrafoGenerationConfig *config,
                           gsize                  prompt_length,
                           gsize                  vocab_size,
                           gsize                  max_positions,
                           GError               **error)
{
  g_autoptr (TrafoGenerationPlan) self = g_new0 (TrafoGenerationPlan, 1);
  GVariant *strings = trafo_generation_config_get_list (config, TRAFO_GENERATION_STOP_STRINGS);

  self->prompt_length = prompt_length;
  self->vocab_size = vocab_size;
  self->eos = get_ids (config, TRAFO_GENERATION_EOS_TOKEN_ID);
  self->pad_token = trafo_generation_config_get_integer (config, TRAFO_GENERATION_PAD_TOKEN_ID);
  if (self->pad_token < 0 && self->eos != NULL)
    self->pad_token = g_array_index (self->eos, gint64, 0);
  self->max_time = trafo_generation_config_get_number (config, TRAFO_GENERATION_MAX_TIME);
  self->stop_strings = strings != NULL ? g_variant_dup_strv (strings, NULL) : NULL;
  if (!read_mode (self, config, error) || !read_lookup (self, config, error) ||
      !read_lengths (self, config, max_positions, error) ||
      !read_processing (self, config, error) || !read_drawing (self, config, error) ||
      !check_forced (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
