/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-runtime-private.h"

#include <trafo/trafo-config.h>

#include "trafo-async-call-private.h"
#include "trafo-cache-folder-private.h"
#include "trafo-checkpoint-private.h"
#include "trafo-device-choice.h"
#include "trafo-environment-private.h"
#include "trafo-load-request-private.h"
#include "trafo-passes-private.h"
#include "trafo-profile-private.h"
#include "trafo-weight-packing-private.h"

/* So many tensors may be missing from any checkpoint: a head and a pooler are few, layers are not. */
#define MAX_MISSING 4096

/* On the disk, of all models; TRAFO_WEIGHT_CACHE_MIB says it otherwise. */
#define DEFAULT_WEIGHT_CACHE_MIB 16384
/* What is less is packed in some ten milliseconds. */
#define MIN_WEIGHT_CACHE_BYTES (16 << 20)
#define MIN_FREE_BYTES ((guint64) 2 << 30)

/* What core keeps with a model, whatever class the plugin gave it: the weights, the device, and a
 * program for each variant that was asked for. */
typedef struct
{
  TrafoModel        *model; /* not a reference: the model owns this */
  TrafoConfig       *config;
  char              *task;
  char              *folder;
  char             **input_names;
  TrafoDevice       *device;
  gboolean           int8_weight_only; /* what is not encoded otherwise */
  TrafoQuantization  int4;             /* of weights alone; no encoding without it */
  GHashTable        *int4_weights;     /* what it encodes */
  TrafoModelSource  *source;
  TrafoWeights      *weights;
  TrafoForwardQueue *forward_queue;
  GMutex             lock;       /* guards programs and peak_bytes */
  GHashTable        *programs;   /* variant's bits to TrafoProgram */
  gsize              peak_bytes; /* of a run */
} Runtime;

static void
runtime_free (gpointer data)
{
  Runtime *self = data;

  g_clear_pointer (&self->programs, g_hash_table_unref);
  g_clear_pointer (&self->weights, trafo_weights_unref);
  g_clear_pointer (&self->source, trafo_model_source_free);
  g_clear_pointer (&self->int4_weights, g_hash_table_unref);
  trafo_quantization_clear (&self->int4);
  g_clear_object (&self->device);
  g_clear_object (&self->config);
  trafo_forward_queue_free (self->forward_queue);
  g_mutex_clear (&self->lock);
  g_free (self->task);
  g_free (self->folder);
  g_strfreev (self->input_names);
  g_free (self);
}

static GQuark
runtime_quark (void)
{
  return g_quark_from_static_string ("trafo-model-runtime");
}

static Runtime *
runtime_of (TrafoModel *model)
{
  return g_object_get_qdata (G_OBJECT (model), runtime_quark ());
}

static Runtime *
loaded_runtime_of (TrafoModel *model, GError **error)
{
  Runtime *self = runtime_of (model);

  if (self == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INVALID_ARGUMENT,
                 "%s: the model was not loaded",
                 G_OBJECT_TYPE_NAME (model));
  return self;
}

TrafoModelSource *
trafo_model_get_source (TrafoModel *self, GError **error)
{
  Runtime *runtime = loaded_runtime_of (self, error);

  return runtime != NULL ? runtime->source : NULL;
}

gboolean
trafo_model_computes_texts_apart (TrafoModel *self)
{
  const TrafoModelSource *source = trafo_model_get_source (self, NULL);

  return source->quantization.encoding != TRAFO_WEIGHT_ENCODING_LLM_INT8 ||
         source->quantization.threshold == 0;
}

/* @untied: see trafo_builder_set_untied(). */
static TrafoGraph *
trace (TrafoModel         *model,
       const TrafoVariant *variant,
       GHashTable         *untied,
       guint               max_params,
       GError            **error)
{
  g_autoptr (TrafoBuilder) builder = trafo_builder_new_with (variant, NULL);
  TrafoGraph *graph = NULL;

  trafo_builder_set_untied (builder, untied);
  trafo_builder_set_max_params (builder, max_params);
  if (trafo_builder_build (builder, model, error))
    graph = trafo_builder_finish (builder, error);
  return graph;
}

/* The graph of a program. */
static TrafoGraph *
trace_program (Runtime *self, const TrafoVariant *variant, GError **error)
{
  const TrafoModelSource *source = self->source;
  TrafoGraph             *graph = trace (self->model, variant, source->untied, G_MAXUINT, error);

  if (graph != NULL)
    trafo_pass_encode_weights (graph,
                               source->encoded,
                               source->quantization.encoding,
                               source->quantization.threshold);
  if (graph != NULL)
    trafo_pass_encode_weights (graph, self->int4_weights, self->int4.encoding, 0);
  if (graph != NULL && self->int8_weight_only)
    trafo_pass_encode_weights (graph, NULL, TRAFO_WEIGHT_ENCODING_INT8, 0);
  if (graph != NULL && variant->has_cache)
    graph = trafo_pass_gather_logits (graph, error);
  if (graph != NULL && variant->is_packed)
    graph = trafo_pass_pack_tokens (graph, error);
  return graph;
}

static char **
list_input_names (const TrafoGraph *graph)
{
  char **names = g_new0 (char *, graph->inputs->len + 1);

  for (guint i = 0; i < graph->inputs->len; i++)
    names[i] = g_strdup (((const TrafoGraphInput *) graph->inputs->pdata[i])->name);
  return names;
}

static gboolean
check_loadable (TrafoModel *model, GCancellable *cancellable, GError **error)
{
  if (runtime_of (model) == NULL)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: the model was loaded before, expected one that was not",
               G_OBJECT_TYPE_NAME (model));
  return FALSE;
}

/* The type of the parameters is that of the file; here a wrong one is only named. */
static void
check_config_dtype (TrafoConfig *config)
{
  const char *name = trafo_config_get_string (config, "dtype|torch_dtype", NULL);

  if (name != NULL && !g_str_equal (name, "float64") &&
      !trafo_dtype_is_float (trafo_dtype_from_name (name)))
    trafo_config_fail (config,
                       "'dtype' is \"%s\", expected float32, float16, bfloat16 or float64",
                       name);
}

/* The graph with the parameters that the checkpoint has, which may be fewer ties than the model
 * wants: those that it has not are in *@ret_untied. */
static TrafoGraph *
trace_checkpoint (TrafoModel              *model,
                  TrafoCheckpoint         *checkpoint,
                  const TrafoQuantization *quantization,
                  guint                    max_params,
                  GHashTable             **ret_untied,
                  GCancellable            *cancellable,
                  GError                 **error)
{
  TrafoVariant variant = { 0 };
  g_autoptr (TrafoGraph) graph = trace (model, &variant, NULL, max_params, error);

  if (graph == NULL || checkpoint == NULL)
    return g_steal_pointer (&graph);
  *ret_untied =
      trafo_model_source_find_untied (model, graph, checkpoint, quantization, cancellable, error);
  if (*ret_untied == NULL)
    return NULL;
  if (g_hash_table_size (*ret_untied) == 0)
    return g_steal_pointer (&graph);
  return trace (model, &variant, *ret_untied, max_params, error);
}

/* What config.json says counts before what @options ask for, as in transformers. */
static gboolean
read_quantization (Runtime           *self,
                   TrafoLoadOptions  *options,
                   TrafoQuantization *ret_quantization,
                   GError           **error)
{
  if (!trafo_quantization_read (ret_quantization, self->config, error))
    return FALSE;
  if (ret_quantization->encoding == TRAFO_WEIGHT_ENCODING_NONE && options != NULL &&
      !trafo_quantization_set_options (ret_quantization, options, error))
    return FALSE;
  if (ret_quantization->encoding != TRAFO_WEIGHT_ENCODING_NONE &&
      self->int4.encoding != TRAFO_WEIGHT_ENCODING_NONE)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found int4_weight_only beside weights in another encoding, expected floats");
      return FALSE;
    }
  return trafo_weight_packing_check_encoding (self->device, ret_quantization->encoding, error);
}

/* How weights are made of the checkpoint, and the sizes of its files: what may be of the same contents. */
static char *
describe_weights (Runtime *self, const TrafoQuantization *quantization, TrafoCheckpoint *checkpoint)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text,
                   "encoding %d%s and %d%s\nbytes",
                   quantization->encoding,
                   quantization->is_nested ? " nested" : "",
                   self->int4.encoding,
                   self->int8_weight_only ? " and int8" : "");
  for (guint i = 0; i < trafo_checkpoint_get_n_files (checkpoint); i++)
    g_string_append_printf (text,
                            " %" G_GSIZE_FORMAT,
                            trafo_checkpoint_get_file (checkpoint, i)->size_bytes);
  g_string_append_c (text, '\n');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Where packed weights are kept for later processes, if anywhere. */
static TrafoWeightCache *
open_weight_cache (Runtime                 *self,
                   TrafoDType               dtype,
                   const TrafoQuantization *quantization,
                   TrafoCheckpoint         *checkpoint,
                   GCancellable            *cancellable)
{
  guint64                max_mib = trafo_environment_get_number ("TRAFO_WEIGHT_CACHE_MIB",
                                                  DEFAULT_WEIGHT_CACHE_MIB,
                                                  0,
                                                  G_MAXUINT32);
  g_autofree char       *parent = max_mib > 0 ? trafo_cache_folder_find () : NULL;
  g_autofree char       *folder = NULL;
  g_autofree char       *made_of = NULL;
  g_autofree char       *identity = NULL;
  TrafoWeightCachePolicy policy = { NULL, max_mib << 20, MIN_WEIGHT_CACHE_BYTES, MIN_FREE_BYTES };

  if (parent == NULL)
    return NULL;
  made_of = describe_weights (self, quantization, checkpoint);
  identity = trafo_weight_cache_identify (self->device, dtype, made_of);
  if (identity == NULL)
    return NULL;
  policy.folder = folder = g_build_filename (parent, "weights", NULL);
  return trafo_weight_cache_new (&policy, identity, checkpoint, cancellable);
}

/* @folder: NULL for a model that begins with random weights. */
static gboolean
runtime_load (Runtime          *self,
              const char       *folder,
              TrafoDType        dtype,
              TrafoLoadOptions *options,
              GCancellable     *cancellable,
              GError          **error)
{
  guint64  seed = options != NULL ? trafo_load_options_get_seed (options) : 0;
  gboolean caches_weights = options == NULL || trafo_load_options_get_weight_cache (options);
  g_auto (TrafoQuantization) quantization = { 0 };
  g_autoptr (TrafoGraph) graph = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GHashTable) untied = NULL;
  TrafoWeightSource source;
  gsize             max_params = G_MAXUINT;

  check_config_dtype (self->config);
  if (!trafo_model_configure (self->model, self->config, self->task, error) ||
      !read_quantization (self, options, &quantization, error))
    return FALSE;
  if (folder != NULL)
    checkpoint = trafo_checkpoint_open (folder, cancellable, error);
  if (folder != NULL && checkpoint == NULL)
    return FALSE;
  if (checkpoint != NULL)
    max_params = MIN (trafo_checkpoint_get_n_tensors (checkpoint) + MAX_MISSING, G_MAXUINT);
  graph = trace_checkpoint (self->model,
                            checkpoint,
                            &quantization,
                            max_params,
                            &untied,
                            cancellable,
                            error);
  if (graph == NULL)
    return FALSE;
  self->int4_weights = trafo_quantization_choose (&self->int4, graph, self->task, error);
  if (self->int4_weights == NULL)
    return FALSE;
  self->input_names = list_input_names (graph);
  self->source = trafo_model_source_new (self->model,
                                         graph,
                                         checkpoint,
                                         untied,
                                         &quantization,
                                         self->task,
                                         seed,
                                         cancellable,
                                         error);
  if (self->source == NULL)
    return FALSE;
  trafo_model_source_get (self->source, &source);
  self->weights = trafo_weights_new (self->device, dtype, &source);
  if (caches_weights && checkpoint != NULL)
    trafo_weights_set_cache (self->weights,
                             open_weight_cache (self,
                                                dtype,
                                                &quantization,
                                                checkpoint,
                                                cancellable));
  return TRUE;
}

/* The layers that bitsandbytes would encode: those that count most stay as the dtype says. */
static void
read_int4 (Runtime *self, TrafoLoadOptions *options)
{
  const char *const *skipped;

  if (options == NULL || !trafo_load_options_get_int4_weight_only (options))
    return;
  skipped = trafo_load_options_get_llm_int8_skip_modules (options);
  self->int4.encoding = TRAFO_WEIGHT_ENCODING_INT4;
  self->int4.skip_modules = g_strdupv ((char **) skipped);
}

/* What linear layers compute with, whatever their weights are kept as. */
static gboolean
read_dtype (Runtime *self, TrafoLoadOptions *options, TrafoDType *ret_dtype, GError **error)
{
  TrafoDType dtype = options != NULL ? trafo_load_options_get_dtype (options) : TRAFO_DTYPE_NONE;

  if (dtype == TRAFO_DTYPE_NONE)
    dtype = TRAFO_DTYPE_FLOAT32;
  self->int8_weight_only = options != NULL && trafo_load_options_get_int8_weight_only (options);
  if (self->int8_weight_only && dtype != TRAFO_DTYPE_INT8)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found int8_weight_only beside dtype %s, expected dtype int8",
                   trafo_dtype_get_name (dtype));
      return FALSE;
    }
  *ret_dtype = self->int8_weight_only ? TRAFO_DTYPE_FLOAT32 : dtype;
  return self->int8_weight_only
             ? trafo_weight_packing_check_encoding (self->device, TRAFO_WEIGHT_ENCODING_INT8, error)
             : trafo_weight_packing_check_dtype (self->device, dtype, error);
}

/* Takes @config. */
static gboolean
attach_runtime (TrafoModel       *model,
                TrafoConfig      *config,
                const char       *folder,
                const char       *task,
                TrafoLoadOptions *options,
                GCancellable     *cancellable,
                GError          **error)
{
  g_auto (TrafoPhase) phase = trafo_phase_begin (TRAFO_PHASE_LOAD);
  const char *device = options != NULL ? trafo_load_options_get_device (options) : NULL;
  TrafoDType  dtype;
  Runtime    *self = g_new0 (Runtime, 1);

  g_mutex_init (&self->lock);
  self->forward_queue = trafo_forward_queue_new ();
  self->model = model;
  self->config = config;
  self->task = g_strdup (task);
  self->folder = g_strdup (folder);
  self->programs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) trafo_program_free);
  read_int4 (self, options);
  self->device = trafo_device_open (device, cancellable, error);
  if (self->device == NULL || !read_dtype (self, options, &dtype, error) ||
      !runtime_load (self, folder, dtype, options, cancellable, error))
    {
      runtime_free (self);
      return FALSE;
    }
  g_object_set_qdata_full (G_OBJECT (model), runtime_quark (), self, runtime_free);
  return TRUE;
}

/**
 * trafo_model_load:
 * @self: a model that was not loaded yet
 * @folder: a folder as Hugging Face's save_pretrained() writes it
 * @task: what the model is for: "base", "sequence-classification", "token-classification",
 *   "question-answering", "masked-lm", "causal-lm" or another that the model knows
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads config.json and maps the weights; where packed ones are kept that may be of the same files, those are
 * read once to tell.
 *
 * Tensors that the checkpoint lacks are initialised and listed by
 * [method@Trafo.Model.list_missing_keys]. Most callers want [class@Trafo.AutoModel] instead, which
 * finds the plugin too.
 *
 * Returns: %TRUE if the model can run; else errors of the domains %TRAFO_ERROR, %TRAFO_FORMAT_ERROR,
 *   %TRAFO_DEVICE_ERROR, %TRAFO_PLUGIN_ERROR or %G_IO_ERROR
 */
gboolean
trafo_model_load (TrafoModel       *self,
                  const char       *folder,
                  const char       *task,
                  TrafoLoadOptions *options,
                  GCancellable     *cancellable,
                  GError          **error)
{
  TrafoConfig *config;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  g_return_val_if_fail (folder != NULL && task != NULL, FALSE);
  if (!check_loadable (self, cancellable, error))
    return FALSE;
  config = trafo_config_new_from_folder (folder, error);
  return config != NULL && attach_runtime (self, config, folder, task, options, cancellable, error);
}

/**
 * trafo_model_initialize:
 * @self: a model that was not loaded yet
 * @config: its sizes
 * @task: what the model is for, as in [method@Trafo.Model.load]
 * @options: (nullable): how to load it; the seed is what its weights depend on
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Gives the model random weights, distributed as transformers distributes them.
 *
 * Most callers want [func@Trafo.AutoModel.from_config_for_task] instead, which finds the plugin too.
 *
 * Returns: %TRUE if the model can run; else errors of the domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR,
 *   %TRAFO_PLUGIN_ERROR or %G_IO_ERROR
 */
gboolean
trafo_model_initialize (TrafoModel       *self,
                        TrafoConfig      *config,
                        const char       *task,
                        TrafoLoadOptions *options,
                        GCancellable     *cancellable,
                        GError          **error)
{
  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  g_return_val_if_fail (TRAFO_IS_CONFIG (config) && task != NULL, FALSE);
  if (!check_loadable (self, cancellable, error))
    return FALSE;
  return attach_runtime (self, g_object_ref (config), NULL, task, options, cancellable, error);
}

static gpointer
load (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  TrafoLoadRequest *request = data;
  gboolean          is_loaded =
      trafo_model_load (source, request->path, request->task, request->options, cancellable, error);

  return GINT_TO_POINTER (is_loaded);
}

static const TrafoAsyncCall load_call = { load, trafo_load_request_free, NULL };

/**
 * trafo_model_load_async:
 * @self: a model that was not loaded yet, and that nobody uses meanwhile
 * @folder: a folder as Hugging Face's save_pretrained() writes it
 * @task: as in [method@Trafo.Model.load]
 * @options: (nullable): how to load it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Reads config.json and maps the weights, without blocking.
 */
void
trafo_model_load_async (TrafoModel         *self,
                        const char         *folder,
                        const char         *task,
                        TrafoLoadOptions   *options,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_MODEL (self));
  g_return_if_fail (folder != NULL && task != NULL);
  trafo_async_call_start (&load_call,
                          self,
                          trafo_load_request_new (folder, task, options),
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_model_load_finish:
 * @self: a model
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Model.load_async] began.
 *
 * Returns: as [method@Trafo.Model.load]
 */
gboolean
trafo_model_load_finish (TrafoModel *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, self, result, error) != NULL;
}

/* All that a program is built for, so that no two variants share one. */
static guint
variant_key (const TrafoVariant *variant)
{
  return (variant->is_training != FALSE) | (variant->has_mask != FALSE) << 1 |
         (variant->has_hidden_states != FALSE) << 2 | (variant->has_token_types != FALSE) << 3 |
         (variant->has_cache != FALSE) << 4 | (variant->is_packed != FALSE) << 5 |
         variant->labels_dtype << 6;
}

/* The first to ask compiles; others wait for it. */
static TrafoProgram *
get_program (Runtime *self, const TrafoVariant *variant, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gpointer      key = GUINT_TO_POINTER (variant_key (variant));
  TrafoProgram *program = g_hash_table_lookup (self->programs, key);
  g_auto (TrafoPhase) phase = { NULL, 0, 0 };
  TrafoGraph *graph;

  if (program != NULL)
    return program;
  phase = trafo_phase_begin (TRAFO_PHASE_COMPILE);
  graph = trace_program (self, variant, error);
  if (graph == NULL)
    return NULL;
  program = trafo_program_compile (graph, self->weights, error);
  if (program != NULL)
    g_hash_table_insert (self->programs, key, program);
  return program;
}

TrafoProgram *
trafo_model_get_program (TrafoModel *self, const TrafoVariant *variant, GError **error)
{
  Runtime *runtime = loaded_runtime_of (self, error);

  return runtime != NULL ? get_program (runtime, variant, error) : NULL;
}

TrafoForwardQueue *
trafo_model_get_forward_queue (TrafoModel *self, GError **error)
{
  Runtime *runtime = loaded_runtime_of (self, error);

  return runtime != NULL ? runtime->forward_queue : NULL;
}

void
trafo_model_note_run_bytes (TrafoModel *self, gsize size_bytes)
{
  Runtime *runtime = runtime_of (self);

  g_mutex_lock (&runtime->lock);
  runtime->peak_bytes = MAX (runtime->peak_bytes, size_bytes);
  g_mutex_unlock (&runtime->lock);
}

void
trafo_model_settle_weights (TrafoModel *self)
{
  trafo_weights_settle (runtime_of (self)->weights);
}

/**
 * trafo_model_get_config:
 * @self: a model
 *
 * The configuration it was loaded with.
 *
 * Returns: (transfer none) (nullable): the configuration, %NULL before the model is loaded
 */
TrafoConfig *
trafo_model_get_config (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return runtime != NULL ? runtime->config : NULL;
}

/**
 * trafo_model_get_task:
 * @self: a model
 *
 * What it was loaded for.
 *
 * Returns: (transfer none) (nullable): such as "masked-lm", %NULL before the model is loaded
 */
const char *
trafo_model_get_task (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return runtime != NULL ? runtime->task : NULL;
}

/**
 * trafo_model_get_folder:
 * @self: a model
 *
 * Where it was loaded from.
 *
 * Returns: (transfer none) (type filename) (nullable): a folder, %NULL before the model is loaded and
 *   if it was made from code
 */
const char *
trafo_model_get_folder (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return runtime != NULL ? runtime->folder : NULL;
}

/**
 * trafo_model_list_inputs:
 * @self: a loaded model
 * @error: return location for an error
 *
 * What it takes where nothing is given that it can do without. So BERT has "token_type_ids", and
 * GPT-2, which has a use for them but no need, has not.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, as [method@Trafo.Model.forward]
 *   takes them; %NULL with an error if the model was not loaded
 */
char **
trafo_model_list_inputs (TrafoModel *self, GError **error)
{
  Runtime *runtime;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  runtime = loaded_runtime_of (self, error);
  return runtime != NULL ? g_strdupv (runtime->input_names) : NULL;
}

TrafoDevice *
trafo_model_get_device (TrafoModel *self)
{
  return runtime_of (self)->device;
}

/**
 * trafo_model_get_device_name:
 * @self: a model
 *
 * Where it computes.
 *
 * Returns: (transfer none) (nullable): such as "cpu", %NULL before the model is loaded
 */
const char *
trafo_model_get_device_name (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return runtime != NULL ? trafo_device_get_name (runtime->device) : NULL;
}

static char **
list_keys (GPtrArray *keys)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (keys, i));
  return g_strv_builder_end (builder);
}

/**
 * trafo_model_list_missing_keys:
 * @self: a model
 *
 * The parameters that the checkpoint lacks and that were initialised instead.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names, sorted
 */
char **
trafo_model_list_missing_keys (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return list_keys (runtime != NULL ? runtime->source->missing : NULL);
}

/**
 * trafo_model_list_unexpected_keys:
 * @self: a model
 *
 * The tensors of the checkpoint that the model has no use for.
 *
 * Returns: (transfer full) (array zero-terminated=1): their names in the checkpoint, sorted
 */
char **
trafo_model_list_unexpected_keys (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return list_keys (runtime != NULL ? runtime->source->unexpected : NULL);
}

/**
 * trafo_model_get_n_parameters:
 * @self: a model
 *
 * How many numbers its parameters are, tied ones counted once.
 *
 * Returns: the count, 0 before the model is loaded
 */
guint64
trafo_model_get_n_parameters (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);

  return runtime != NULL ? runtime->source->n_parameters : 0;
}

/**
 * trafo_model_get_peak_bytes:
 * @self: a model
 *
 * The memory that it took so far beyond the mapped files, of the checkpoint and of weights that were
 * packed by an earlier process: packed weights, and the values of the largest run, with the cache
 * where that was of a generation.
 *
 * Returns: bytes
 */
guint64
trafo_model_get_peak_bytes (TrafoModel *self)
{
  Runtime *runtime = runtime_of (self);
  guint64  peak_bytes;

  if (runtime == NULL)
    return 0;
  g_mutex_lock (&runtime->lock);
  peak_bytes = runtime->peak_bytes;
  g_mutex_unlock (&runtime->lock);
  return peak_bytes + trafo_weights_get_size_bytes (runtime->weights);
}
