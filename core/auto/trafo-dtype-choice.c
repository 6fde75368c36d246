/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dtype-choice.h"

#include <math.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

#include "trafo-checkpoint-private.h"
#include "trafo-device-choice.h"
#include "trafo-device-private.h"
#include "trafo-dtype-trial-private.h"
#include "trafo-findings-private.h"

/* float32 is what the others are compared with. float16 is for bounds that bfloat16 does not keep, and
 * for files that hold it. */
static const TrafoDTypeCandidate candidates[] = {
  { TRAFO_DTYPE_FLOAT32, FALSE }, { TRAFO_DTYPE_FLOAT16, FALSE }, { TRAFO_DTYPE_BFLOAT16, FALSE },
  { TRAFO_DTYPE_INT8, FALSE },    { TRAFO_DTYPE_INT8, TRUE },
};

#define N_CANDIDATES G_N_ELEMENTS (candidates)
#define FINDINGS_TYPE "a(dd)"

/* All of common English prose, with numbers, names and marks. */
static const char default_text[] =
    "When the ferry left the harbour at 6:45, forty-one people stood on deck, and none of them had "
    "slept. "
    "Marta counted the lights along the shore until the fog took them; her brother, who had "
    "crossed "
    "these waters since 1987, said that the weather would hold. \"It always does in spring,\" he "
    "laughed. Scientists at the institute disagreed: according to their model, the wind was to "
    "reach "
    "70 km/h by noon. What would you have done? They made coffee, tied down the crates, and waited "
    "for the sun to show which of the two was right.";

/* What a candidate was found to give. */
typedef struct
{
  double seconds;   /* negative where the device, or with these weights nobody, computes in it */
  double deviation; /* from the outputs of float32 */
} Finding;

/**
 * TrafoDTypeChoice:
 *
 * The dtype in which a checkpoint runs fastest on this machine, of those whose outputs deviate
 * from float32's by no more than a bound. Both are measured: the checkpoint is loaded in float32,
 * float16, bfloat16, int8 and int8 of weights alone, and run on a calibration text. What was found is kept in
 * the cache folder, for the same files, device, number of threads and builds.
 */
struct _TrafoDTypeChoice
{
  GObject parent_instance;

  Finding findings[N_CANDIDATES];
  guint   chosen; /* of the candidates */
  double  max_deviation;
};

G_DEFINE_FINAL_TYPE (TrafoDTypeChoice, trafo_dtype_choice, G_TYPE_OBJECT)

static void
trafo_dtype_choice_class_init (TrafoDTypeChoiceClass *klass)
{
}

static void
trafo_dtype_choice_init (TrafoDTypeChoice *self)
{
}

static gboolean
measure_candidate (TrafoDTypeChoice *self,
                   guint             index,
                   const char       *path,
                   const char       *task,
                   TrafoLoadOptions *options,
                   TrafoTensor      *ids,
                   TrafoTensorDict **expected,
                   GCancellable     *cancellable,
                   GError          **error)
{
  g_auto (TrafoDTypeTrial) trial = { 0 };
  g_autoptr (GError) local = NULL;

  if (!trafo_dtype_trial_run (&trial,
                              path,
                              task,
                              options,
                              &candidates[index],
                              ids,
                              cancellable,
                              &local))
    {
      self->findings[index] = (Finding){ -1, INFINITY };
      if (index > 0 && g_error_matches (local, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (index == 0)
    *expected = trafo_tensor_dict_ref (trial.outputs);
  self->findings[index] =
      (Finding){ trial.seconds, trafo_dtype_trial_compare (trial.outputs, *expected) };
  return TRUE;
}

/* One model after the other, so that the memory is never that of two. */
static gboolean
measure (TrafoDTypeChoice *self,
         const char       *path,
         const char       *task,
         TrafoLoadOptions *options,
         const char       *text,
         GCancellable     *cancellable,
         GError          **error)
{
  g_autoptr (TrafoTensor) ids = trafo_dtype_trial_encode (path, text, error);
  g_autoptr (TrafoTensorDict) expected = NULL;

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < N_CANDIDATES; i++)
    if (!measure_candidate (self, i, path, task, options, ids, &expected, cancellable, error))
      return FALSE;
  return TRUE;
}

/* What is measured; NULL if the files cannot be told from others. */
static char *
describe_subject (const char   *path,
                  const char   *task,
                  TrafoDevice  *device,
                  const char   *text,
                  GCancellable *cancellable)
{
  g_autofree char *where = trafo_device_describe_place (device);
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, cancellable, NULL);
  g_autofree char *files = checkpoint != NULL ? trafo_checkpoint_describe_files (checkpoint) : NULL;

  return files != NULL ? g_strdup_printf ("task %s\n%s\ntext %s\n%s", task, where, text, files)
                       : NULL;
}

static gboolean
recall (TrafoDTypeChoice *self, const char *subject, const char *build)
{
  g_autoptr (GVariant) findings = NULL;

  if (subject != NULL && build != NULL)
    findings = trafo_findings_recall ("dtypes", subject, build, G_VARIANT_TYPE (FINDINGS_TYPE));
  if (findings == NULL || g_variant_n_children (findings) != N_CANDIDATES)
    return FALSE;
  for (guint i = 0; i < N_CANDIDATES; i++)
    g_variant_get_child (findings,
                         i,
                         "(dd)",
                         &self->findings[i].seconds,
                         &self->findings[i].deviation);
  return TRUE;
}

static void
remember (TrafoDTypeChoice *self, const char *subject, const char *build)
{
  g_auto (GVariantBuilder) findings = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (FINDINGS_TYPE));

  if (subject == NULL || build == NULL)
    return;
  for (guint i = 0; i < N_CANDIDATES; i++)
    g_variant_builder_add (&findings,
                           "(dd)",
                           self->findings[i].seconds,
                           self->findings[i].deviation);
  trafo_findings_keep ("dtypes", subject, build, g_variant_builder_end (&findings));
}

static gboolean
is_eligible (const TrafoDTypeChoice *self, guint index)
{
  return self->findings[index].seconds >= 0 &&
         self->findings[index].deviation <= self->max_deviation;
}

static void
choose (TrafoDTypeChoice *self)
{
  self->chosen = 0;
  for (guint i = 1; i < N_CANDIDATES; i++)
    if (is_eligible (self, i) && self->findings[i].seconds < self->findings[self->chosen].seconds)
      self->chosen = i;
}

/* Whether a dtype is left to choose. */
static gboolean
check_free (const char *path, TrafoLoadOptions *options, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (path, error);
  const char *found = NULL;

  if (config == NULL)
    return FALSE;
  if (trafo_config_has (config, "quantization_config"))
    found = "a quantization_config in config.json";
  else if (options != NULL && trafo_load_options_get_load_in_8bit (options))
    found = "load_in_8bit";
  else if (options != NULL && trafo_load_options_get_load_in_4bit (options))
    found = "load_in_4bit";
  else if (options != NULL && trafo_load_options_get_int8_weight_only (options))
    found = "int8_weight_only";
  else if (options != NULL && trafo_load_options_get_int4_weight_only (options))
    found = "int4_weight_only";
  if (found == NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found %s, which says how the weights are kept; expected a checkpoint of floats, "
               "whose dtype can be chosen",
               found);
  return FALSE;
}

/**
 * trafo_dtype_choice_new:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for, such as "causal-lm"
 * @options: (nullable): how to load it; device, seed and weight-cache count
 * @text: (nullable): what the dtypes are measured with, UTF-8, its first 128 tokens; %NULL for some
 *   English prose
 * @max_deviation: by what part the outputs may deviate: the root of the mean square of the
 *   differences over that of float32's; [const@Trafo.DTYPE_CHOICE_MAX_DEVIATION] for most purposes
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Measures the dtypes, or recalls what was measured before, and chooses. A causal language model's
 * speed is that of one token, as generation computes it; any other's that of the text.
 *
 * Returns: (transfer full) (nullable): the choice, or %NULL with an error of
 *   [func@Trafo.AutoModel.from_pretrained_for_task], or %TRAFO_ERROR_INVALID_ARGUMENT for a checkpoint
 *   or options that say themselves how weights are kept
 */
TrafoDTypeChoice *
trafo_dtype_choice_new (const char       *path,
                        const char       *task,
                        TrafoLoadOptions *options,
                        const char       *text,
                        double            max_deviation,
                        GCancellable     *cancellable,
                        GError          **error)
{
  g_autoptr (TrafoDTypeChoice) self = NULL;
  g_autoptr (TrafoDevice) device = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *build = NULL;

  g_return_val_if_fail (path != NULL && task != NULL && max_deviation >= 0, NULL);
  if (!check_free (path, options, error))
    return NULL;
  if (text == NULL)
    text = default_text;
  self = g_object_new (TRAFO_TYPE_DTYPE_CHOICE, NULL);
  self->max_deviation = max_deviation;
  device = trafo_device_open (options != NULL ? trafo_load_options_get_device (options) : NULL,
                              cancellable,
                              error);
  if (device == NULL)
    return NULL;
  subject = describe_subject (path, task, device, text, cancellable);
  build = trafo_device_describe_builds (device);
  if (!recall (self, subject, build))
    {
      if (!measure (self, path, task, options, text, cancellable, error))
        return NULL;
      remember (self, subject, build);
    }
  choose (self);
  return g_steal_pointer (&self);
}

/**
 * trafo_dtype_choice_get_dtype:
 * @self: a choice
 *
 * What [property@Trafo.LoadOptions:dtype] should be.
 *
 * Returns: the dtype
 */
TrafoDType
trafo_dtype_choice_get_dtype (TrafoDTypeChoice *self)
{
  g_return_val_if_fail (TRAFO_IS_DTYPE_CHOICE (self), TRAFO_DTYPE_NONE);
  return candidates[self->chosen].dtype;
}

/**
 * trafo_dtype_choice_get_int8_weight_only:
 * @self: a choice
 *
 * What [property@Trafo.LoadOptions:int8-weight-only] should be.
 *
 * Returns: whether int8 was chosen for weights alone
 */
gboolean
trafo_dtype_choice_get_int8_weight_only (TrafoDTypeChoice *self)
{
  g_return_val_if_fail (TRAFO_IS_DTYPE_CHOICE (self), FALSE);
  return candidates[self->chosen].int8_weight_only;
}

static const Finding *
find (TrafoDTypeChoice *self, TrafoDType dtype, gboolean int8_weight_only)
{
  for (guint i = 0; i < N_CANDIDATES; i++)
    if (candidates[i].dtype == dtype && !candidates[i].int8_weight_only == !int8_weight_only &&
        self->findings[i].seconds >= 0)
      return &self->findings[i];
  return NULL;
}

/**
 * trafo_dtype_choice_get_seconds:
 * @self: a choice
 * @dtype: a type
 * @int8_weight_only: whether int8 is of weights alone
 *
 * How long a run took in @dtype: of one token for a causal language model, else of the text.
 *
 * Returns: seconds, the least of some runs; NaN if the device does not compute in @dtype, or it cannot hold the
 *   weights
 */
double
trafo_dtype_choice_get_seconds (TrafoDTypeChoice *self, TrafoDType dtype, gboolean int8_weight_only)
{
  const Finding *found;

  g_return_val_if_fail (TRAFO_IS_DTYPE_CHOICE (self), NAN);
  found = find (self, dtype, int8_weight_only);
  return found != NULL ? found->seconds : NAN;
}

/**
 * trafo_dtype_choice_get_deviation:
 * @self: a choice
 * @dtype: a type
 * @int8_weight_only: whether int8 is of weights alone
 *
 * By what part the outputs for the text deviated in @dtype, the greatest of them if there are more.
 *
 * Returns: the root of the mean square of the differences over that of float32's outputs; NaN if
 *   the device does not compute in @dtype, or it cannot hold the weights
 */
double
trafo_dtype_choice_get_deviation (TrafoDTypeChoice *self,
                                  TrafoDType        dtype,
                                  gboolean          int8_weight_only)
{
  const Finding *found;

  g_return_val_if_fail (TRAFO_IS_DTYPE_CHOICE (self), NAN);
  found = find (self, dtype, int8_weight_only);
  return found != NULL ? found->deviation : NAN;
}

static void
append_name (GString *text, const TrafoDTypeCandidate *candidate)
{
  g_string_append (text, trafo_dtype_get_name (candidate->dtype));
  if (candidate->int8_weight_only)
    g_string_append (text, " of weights alone");
}

/**
 * trafo_dtype_choice_to_string:
 * @self: a choice
 *
 * What was chosen and why, in a line for people.
 *
 * Returns: (transfer full): such as "int8: 4.1 ms a run, deviates by 0.021 (at most 0.05); float32:
 *   17.6 ms, 0; float16: 9.3 ms, 0.0005; bfloat16: 9.2 ms, 0.0031"
 */
char *
trafo_dtype_choice_to_string (TrafoDTypeChoice *self)
{
  g_autoptr (GString) text = NULL;
  const Finding *chosen;

  g_return_val_if_fail (TRAFO_IS_DTYPE_CHOICE (self), NULL);
  chosen = &self->findings[self->chosen];
  text = g_string_new (NULL);
  append_name (text, &candidates[self->chosen]);
  g_string_append_printf (text,
                          ": %.3g ms a run, deviates by %.2g (at most %.2g)",
                          chosen->seconds * 1e3,
                          chosen->deviation,
                          self->max_deviation);
  for (guint i = 0; i < N_CANDIDATES; i++)
    {
      const Finding *other = &self->findings[i];

      if (i == self->chosen)
        continue;
      g_string_append (text, "; ");
      append_name (text, &candidates[i]);
      if (other->seconds < 0)
        g_string_append (text, ": not possible here");
      else
        g_string_append_printf (text,
                                ": %.3g ms, %.2g%s",
                                other->seconds * 1e3,
                                other->deviation,
                                is_eligible (self, i) ? "" : ", too much");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
