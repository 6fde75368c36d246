/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dtype-trial-private.h"

#include <math.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-load-options-private.h"
#include "trafo-model-forward.h"
#include "trafo-text.h"

enum
{
  MAX_TOKENS = 128,
  MIN_RUNS = 3,
};

/* A trial's runs go on for so long, after those that there are at least. */
#define TRIAL_MICROSECONDS 200000

/* For a checkpoint without a tokenizer: ids that are all different, as long as the vocabulary has them. */
static void
fill_ids (gint64 *ids, gsize n_ids, gint64 n_vocab)
{
  for (gsize i = 0; i < n_ids; i++)
    ids[i] = (gint64) (i * 7919 + 1) % n_vocab;
}

static TrafoTensor *
new_ids (gsize n_ids, GError **error)
{
  gint64 shape[] = { 1, (gint64) n_ids };

  return trafo_tensor_new (TRAFO_DTYPE_INT64, shape, G_N_ELEMENTS (shape), error);
}

TrafoTensor *
trafo_dtype_trial_encode (const char *path, const char *text, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (path, error);
  g_autoptr (TrafoTokenizer) tokenizer = trafo_auto_tokenizer_from_pretrained (path, NULL, NULL);
  g_autoptr (TrafoEncoding) encoding = NULL;
  const guint32 *ids = NULL;
  gsize          n_ids = MAX_TOKENS;
  gint64         n_positions, n_vocab;
  TrafoTensor   *tensor;

  if (config == NULL)
    return NULL;
  n_positions = trafo_config_get_int (config,
                                      "n_positions|max_position_embeddings",
                                      MAX_TOKENS,
                                      1,
                                      G_MAXINT32);
  n_vocab = trafo_config_get_int (config, "vocab_size", MAX_TOKENS, 1, G_MAXINT32);
  if (tokenizer != NULL)
    encoding = trafo_tokenizer_encode (tokenizer, text, NULL, NULL, error);
  if (tokenizer != NULL && encoding == NULL)
    return NULL;
  if (encoding != NULL)
    ids = trafo_encoding_get_ids (encoding, &n_ids);
  n_ids = MIN (n_ids, (gsize) MIN (n_positions, MAX_TOKENS));
  if (n_ids == 0)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found no token in the calibration text");
      return NULL;
    }
  tensor = new_ids (n_ids, error);
  if (tensor == NULL)
    return NULL;
  if (ids == NULL)
    fill_ids (trafo_tensor_get_data (tensor), n_ids, n_vocab);
  for (gsize i = 0; ids != NULL && i < n_ids; i++)
    ((gint64 *) trafo_tensor_get_data (tensor))[i] = ids[i];
  return tensor;
}

static TrafoTensorDict *
run (TrafoModel *model, TrafoTensor *ids, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  return trafo_model_forward (model, inputs, FALSE, cancellable, error);
}

/* The best of some runs, in seconds; negative with an error. */
static double
time_runs (TrafoModel *model, TrafoTensor *ids, GCancellable *cancellable, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < MIN_RUNS || g_get_monotonic_time () - begin < TRIAL_MICROSECONDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (TrafoTensorDict) outputs = run (model, ids, cancellable, error);

      if (outputs == NULL)
        return -1;
      best = MIN (best, (g_get_monotonic_time () - start) * 1e-6);
    }
  return best;
}

gboolean
trafo_dtype_trial_run (TrafoDTypeTrial           *self,
                       const char                *path,
                       const char                *task,
                       TrafoLoadOptions          *options,
                       const TrafoDTypeCandidate *candidate,
                       TrafoTensor               *ids,
                       GCancellable              *cancellable,
                       GError                   **error)
{
  g_autoptr (TrafoLoadOptions) copy = trafo_load_options_copy (options);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoTensor) timed = NULL;

  trafo_load_options_set_auto_dtype (copy, FALSE);
  trafo_load_options_set_dtype (copy, candidate->dtype);
  trafo_load_options_set_int8_weight_only (copy, candidate->int8_weight_only);
  /* to write what is packed takes time from the runs, and most candidates are not taken */
  trafo_load_options_set_weight_cache (copy, FALSE);
  model = trafo_auto_model_from_pretrained_for_task (path, task, copy, cancellable, error);
  if (model != NULL)
    self->outputs = run (model, ids, cancellable, error);
  if (self->outputs == NULL)
    return FALSE;
  timed = g_str_equal (task, "causal-lm") ? trafo_tensor_slice (ids, 1, 0, 1, 1, error)
                                          : trafo_tensor_ref (ids);
  self->seconds = timed != NULL ? time_runs (model, timed, cancellable, error) : -1;
  return self->seconds >= 0;
}

void
trafo_dtype_trial_clear (TrafoDTypeTrial *self)
{
  g_clear_pointer (&self->outputs, trafo_tensor_dict_unref);
}

static double
compare_tensors (TrafoTensor *found, TrafoTensor *expected)
{
  gint64       n = trafo_tensor_get_n_elements (expected);
  const float *a, *b;
  double       differences = 0, squares = 0;

  if (found == NULL || trafo_tensor_get_n_elements (found) != n ||
      trafo_tensor_get_dtype (found) != TRAFO_DTYPE_FLOAT32 ||
      trafo_tensor_get_dtype (expected) != TRAFO_DTYPE_FLOAT32)
    return INFINITY;
  a = trafo_tensor_get_data (found);
  b = trafo_tensor_get_data (expected);
  for (gint64 i = 0; i < n; i++)
    {
      differences += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      squares += (double) b[i] * b[i];
    }
  if (differences == 0)
    return 0;
  return isnan (differences) || squares == 0 ? INFINITY : sqrt (differences / squares);
}

double
trafo_dtype_trial_compare (TrafoTensorDict *found, TrafoTensorDict *expected)
{
  double greatest = 0;

  for (guint i = 0; i < trafo_tensor_dict_get_size (expected); i++)
    {
      const char *name = trafo_tensor_dict_get_name (expected, i);

      greatest = MAX (greatest,
                      compare_tensors (trafo_tensor_dict_get (found, name),
                                       trafo_tensor_dict_get (expected, name)));
    }
  return greatest;
}
