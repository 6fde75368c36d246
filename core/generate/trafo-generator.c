/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generator.h"

#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-generation-run-private.h"
#include "trafo-model-generate.h"
#include "trafo-text-buffer-private.h"
#include "trafo-text-streamer.h"

/**
 * TrafoGenerator:
 *
 * Continues texts with a model, again and again: what one generation ran, the next one that begins
 * with the same tokens does not run again.
 *
 * The tokens can be had as they come: by the signals, or one text at a time by
 * [method@Trafo.Generator.next]. One thread at a time may use a generator.
 */
struct _TrafoGenerator
{
  GObject parent_instance;

  TrafoModel            *model;
  TrafoTokenizer        *tokenizer; /* or NULL */
  TrafoGenerationConfig *config;
  TrafoKeptSequences    *kept;
  TrafoGenerationRun    *run;       /* in progress, or NULL */
  GPtrArray             *streamers; /* of TrafoTextStreamer, one a row */
  GArray                *events;    /* of Event, of the last step */
  gboolean               has_ended; /* the streamers have */
  int                    is_busy;   /* atomic */
};

G_DEFINE_FINAL_TYPE (TrafoGenerator, trafo_generator, G_TYPE_OBJECT)

enum
{
  SIGNAL_TOKEN,
  SIGNAL_TEXT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* A new token, or where it is -1 what was left of a row's text. */
typedef struct
{
  guint   row;
  gint64  token;
  GBytes *text; /* or NULL */
} Event;

static void
clear_event (gpointer data)
{
  Event *event = data;

  g_clear_pointer (&event->text, g_bytes_unref);
}

static GArray *
new_events (void)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (Event));

  g_array_set_clear_func (events, clear_event);
  return events;
}

static void
trafo_generator_finalize (GObject *object)
{
  TrafoGenerator *self = TRAFO_GENERATOR (object);

  g_clear_pointer (&self->run, trafo_generation_run_free);
  g_clear_pointer (&self->kept, trafo_kept_sequences_free);
  g_clear_pointer (&self->streamers, g_ptr_array_unref);
  g_clear_pointer (&self->events, g_array_unref);
  g_clear_object (&self->config);
  g_clear_object (&self->tokenizer);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (trafo_generator_parent_class)->finalize (object);
}

static void
trafo_generator_class_init (TrafoGeneratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_generator_finalize;

  /**
   * TrafoGenerator::token:
   * @self: a generator
   * @row: which sequence
   * @token: its new token's id
   *
   * A token was chosen. Not emitted in a beam search, in which no token is certain before the end.
   *
   * It comes in the thread that called [method@Trafo.Generator.generate]; for the asynchronous calls
   * in the main context that was the caller's default.
   */
  signals[SIGNAL_TOKEN] = g_signal_new ("token",
                                        G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST,
                                        0,
                                        NULL,
                                        NULL,
                                        NULL,
                                        G_TYPE_NONE,
                                        2,
                                        G_TYPE_UINT,
                                        G_TYPE_INT64);

  /**
   * TrafoGenerator::text:
   * @self: a generator
   * @row: which sequence
   * @text: its new text, never empty, NULs shown as [method@Trafo.Tokenizer.decode] does
   *
   * Text has become certain. Emitted as [signal@Trafo.Generator::token], if there is a tokenizer.
   */
  signals[SIGNAL_TEXT] = g_signal_new ("text",
                                       G_TYPE_FROM_CLASS (klass),
                                       G_SIGNAL_RUN_LAST,
                                       0,
                                       NULL,
                                       NULL,
                                       NULL,
                                       G_TYPE_NONE,
                                       2,
                                       G_TYPE_UINT,
                                       G_TYPE_STRING);
}

static void
trafo_generator_init (TrafoGenerator *self)
{
  self->streamers = g_ptr_array_new_with_free_func (g_object_unref);
  self->events = new_events ();
}

/**
 * trafo_generator_new:
 * @model: a loaded causal language model
 * @tokenizer: (nullable): its tokenizer, which text and stop strings need
 * @config: (nullable): what is asked for; the checkpoint's config and the defaults have the rest
 * @error: return location for an error
 *
 * Creates a generator. It takes a copy of @config, which [method@Trafo.Generator.get_config] gives.
 *
 * Returns: (transfer full): the generator; %NULL with %TRAFO_ERROR_UNSUPPORTED if the model has no
 *   logits of each token
 */
TrafoGenerator *
trafo_generator_new (TrafoModel            *model,
                     TrafoTokenizer        *tokenizer,
                     TrafoGenerationConfig *config,
                     GError               **error)
{
  TrafoStepScheduler *scheduler;
  TrafoGenerator     *self;

  g_return_val_if_fail (TRAFO_IS_MODEL (model), NULL);
  g_return_val_if_fail (tokenizer == NULL || TRAFO_IS_TOKENIZER (tokenizer), NULL);
  g_return_val_if_fail (config == NULL || TRAFO_IS_GENERATION_CONFIG (config), NULL);
  scheduler = trafo_step_scheduler_get (model, error);
  if (scheduler == NULL)
    return NULL;
  self = g_object_new (TRAFO_TYPE_GENERATOR, NULL);
  self->model = g_object_ref (model);
  self->tokenizer = tokenizer != NULL ? g_object_ref (tokenizer) : NULL;
  self->config =
      config != NULL ? trafo_generation_config_copy (config) : trafo_generation_config_new ();
  self->kept = trafo_kept_sequences_new (scheduler);
  return self;
}

static gboolean
acquire (TrafoGenerator *self, GError **error)
{
  if (g_atomic_int_compare_and_exchange (&self->is_busy, FALSE, TRUE))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the generator is in use by another thread");
  return FALSE;
}

static void
release (TrafoGenerator *self)
{
  g_atomic_int_set (&self->is_busy, FALSE);
}

/* @asked and the checkpoint's part. */
static TrafoGenerationConfig *
complete_config (TrafoGenerator *self, TrafoGenerationConfig *asked, GError **error)
{
  TrafoGenerationConfig *checkpoint = trafo_model_get_generation_config (self->model, error);
  TrafoGenerationConfig *config;

  if (checkpoint == NULL)
    return NULL;
  config = trafo_generation_config_copy (asked);
  trafo_generation_config_fill (config, checkpoint);
  return config;
}

static void
add_token (gpointer data, guint row, gint64 token)
{
  TrafoGenerator *self = data;
  Event           event = { row, token, NULL };

  g_array_append_val (self->events, event);
}

static gboolean
start (TrafoGenerator        *self,
       TrafoTensorDict       *inputs,
       TrafoGenerationConfig *asked,
       gboolean               has_text,
       GError               **error)
{
  g_autoptr (TrafoGenerationConfig) config = complete_config (self, asked, error);
  gsize n_rows;

  if (config == NULL)
    return FALSE;
  g_clear_pointer (&self->run, trafo_generation_run_free);
  g_ptr_array_set_size (self->streamers, 0);
  g_array_set_size (self->events, 0);
  self->has_ended = FALSE;
  self->run = trafo_generation_run_new (self->kept, inputs, config, self->tokenizer, error);
  if (self->run == NULL)
    return FALSE;
  self->run->on_token = add_token;
  self->run->user_data = self;
  n_rows = self->run->search->count_rows (self->run);
  if (has_text && self->tokenizer != NULL && self->run->search == &trafo_token_search)
    for (gsize i = 0; i < n_rows; i++)
      g_ptr_array_add (self->streamers, trafo_text_streamer_new (self->tokenizer, TRUE));
  return TRUE;
}

/* After the last step what is left of each row's text comes out. */
static gboolean
stream (TrafoGenerator *self, GError **error)
{
  for (guint i = 0; i < self->events->len && self->streamers->len > 0; i++)
    {
      Event *event = &g_array_index (self->events, Event, i);

      event->text = trafo_text_streamer_put_bytes (g_ptr_array_index (self->streamers, event->row),
                                                   event->token,
                                                   error);
      if (event->text == NULL)
        return FALSE;
    }
  if (!self->run->is_done || self->has_ended)
    return TRUE;
  self->has_ended = TRUE;
  for (guint row = 0; row < self->streamers->len; row++)
    {
      Event event = { row, -1, NULL };

      event.text = trafo_text_streamer_end_bytes (g_ptr_array_index (self->streamers, row), error);
      if (event.text == NULL)
        return FALSE;
      g_array_append_val (self->events, event);
    }
  return TRUE;
}

static void
emit_text (TrafoGenerator *self, const Event *event)
{
  g_autofree char *text = trafo_text_bytes_to_string (event->text, NULL);

  if (text != NULL)
    g_signal_emit (self, signals[SIGNAL_TEXT], 0, event->row, text);
}

static void
emit (TrafoGenerator *self, const GArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      const Event *event = &g_array_index (events, Event, i);

      if (event->token >= 0)
        g_signal_emit (self, signals[SIGNAL_TOKEN], 0, event->row, event->token);
      if (event->text != NULL && g_bytes_get_size (event->text) > 0)
        emit_text (self, event);
    }
}

typedef struct
{
  TrafoGenerator *generator;
  GArray         *events;
} Announcement;

static gboolean
emit_announced (gpointer data)
{
  Announcement *announcement = data;

  emit (announcement->generator, announcement->events);
  return G_SOURCE_REMOVE;
}

static void
announcement_free (gpointer data)
{
  Announcement *announcement = data;

  g_object_unref (announcement->generator);
  g_array_unref (announcement->events);
  g_free (announcement);
}

/* Signals come where the caller waits for them: NULL is this thread. */
static void
announce (TrafoGenerator *self, GMainContext *context)
{
  Announcement *announcement;
  g_autoptr (GSource) source = NULL;

  if (context == NULL)
    {
      emit (self, self->events);
      return;
    }
  announcement = g_new (Announcement, 1);
  announcement->generator = g_object_ref (self);
  announcement->events = g_steal_pointer (&self->events);
  self->events = new_events ();
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_announced, announcement, announcement_free);
  g_source_attach (source, context);
}

static gboolean
step (TrafoGenerator *self, GCancellable *cancellable, GError **error)
{
  g_array_set_size (self->events, 0);
  return trafo_generation_run_advance (self->run, cancellable, error) && stream (self, error);
}

static gboolean
has_handler (TrafoGenerator *self, guint signal)
{
  return g_signal_has_handler_pending (self, signals[signal], 0, FALSE);
}

static TrafoGenerationResult *
generate (TrafoGenerator        *self,
          TrafoTensorDict       *inputs,
          TrafoGenerationConfig *config,
          GMainContext          *context,
          GCancellable          *cancellable,
          GError               **error)
{
  gboolean               has_text = has_handler (self, SIGNAL_TEXT);
  gboolean               has_signals = has_text || has_handler (self, SIGNAL_TOKEN);
  TrafoGenerationResult *result = NULL;
  gboolean               is_well;

  if (!acquire (self, error))
    return NULL;
  is_well = start (self, inputs, config, has_text, error);
  if (is_well) /* nobody waits for what signals call in this thread */
    self->run->comes_back = !has_signals || context != NULL;
  while (is_well && !self->run->is_done)
    {
      is_well = step (self, cancellable, error);
      if (is_well && has_signals)
        announce (self, context);
    }
  if (is_well)
    result = trafo_generation_run_finish (self->run, error);
  g_clear_pointer (&self->run, trafo_generation_run_free);
  release (self);
  return result;
}

/**
 * trafo_generator_generate:
 * @self: a generator
 * @inputs: as in [method@Trafo.Model.generate]
 * @cancellable: (nullable): a cancellable, looked at between tokens and between ops
 * @error: return location for an error
 *
 * Continues sequences of tokens to their end.
 *
 * Returns: (transfer full): what was written; %NULL with an error as [method@Trafo.Model.generate]
 *   gives
 */
TrafoGenerationResult *
trafo_generator_generate (TrafoGenerator  *self,
                          TrafoTensorDict *inputs,
                          GCancellable    *cancellable,
                          GError         **error)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  g_return_val_if_fail (inputs != NULL, NULL);
  return generate (self, inputs, self->config, NULL, cancellable, error);
}

typedef struct
{
  TrafoTensorDict       *inputs;
  TrafoGenerationConfig *config;
  GMainContext          *context;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  trafo_tensor_dict_unref (request->inputs);
  g_clear_object (&request->config);
  g_main_context_unref (request->context);
  g_free (request);
}

static gpointer
call_generate (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;

  return generate (source, request->inputs, request->config, request->context, cancellable, error);
}

static const TrafoAsyncCall generate_call = { call_generate, request_free, g_object_unref };

/**
 * trafo_generator_generate_async:
 * @self: a generator
 * @inputs: as in [method@Trafo.Model.generate]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context, after all signals
 * @user_data: data for @callback
 *
 * Continues sequences of tokens to their end, without blocking.
 */
void
trafo_generator_generate_async (TrafoGenerator     *self,
                                TrafoTensorDict    *inputs,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  Request *request;

  g_return_if_fail (TRAFO_IS_GENERATOR (self));
  g_return_if_fail (inputs != NULL);
  request = g_new0 (Request, 1);
  request->inputs = trafo_tensor_dict_ref (inputs);
  request->config = trafo_generation_config_copy (self->config);
  request->context = g_main_context_ref_thread_default ();
  trafo_async_call_start (&generate_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_generator_generate_finish:
 * @self: a generator
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Generator.generate_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Generator.generate]
 */
TrafoGenerationResult *
trafo_generator_generate_finish (TrafoGenerator *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&generate_call, self, result, error);
}

static gboolean
check_streamable (TrafoGenerator *self, GError **error)
{
  if (self->streamers->len == 1)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s, expected one sequence, without a beam search, and a tokenizer",
               self->tokenizer == NULL          ? "found no tokenizer"
               : self->run->plan->num_beams > 1 ? "found a beam search"
                                                : "found several sequences");
  g_clear_pointer (&self->run, trafo_generation_run_free);
  return FALSE;
}

/**
 * trafo_generator_begin:
 * @self: a generator with a tokenizer
 * @inputs: as in [method@Trafo.Model.generate], one sequence
 * @error: return location for an error
 *
 * Begins to continue a sequence, whose text [method@Trafo.Generator.next] gives. What was begun before
 * and did not end is given up.
 *
 * Returns: %TRUE if it began; else an error as [method@Trafo.Model.generate] gives, or
 *   %TRAFO_ERROR_UNSUPPORTED for more than one sequence or a beam search
 */
gboolean
trafo_generator_begin (TrafoGenerator *self, TrafoTensorDict *inputs, GError **error)
{
  gboolean has_begun;

  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), FALSE);
  g_return_val_if_fail (inputs != NULL, FALSE);
  if (!acquire (self, error))
    return FALSE;
  has_begun = start (self, inputs, self->config, TRUE, error) && check_streamable (self, error);
  release (self);
  return has_begun;
}

/* The text of the events of a step, NULL if there is none. */
static GBytes *
join_text (TrafoGenerator *self)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  for (guint i = 0; i < self->events->len; i++)
    {
      gsize         size_bytes;
      const guint8 *part =
          g_bytes_get_data (g_array_index (self->events, Event, i).text, &size_bytes);

      g_byte_array_append (text, part, size_bytes);
    }
  return text->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&text)) : NULL;
}

static GBytes *
next (TrafoGenerator *self, GMainContext *context, GCancellable *cancellable, GError **error)
{
  GBytes *text = NULL;

  if (!acquire (self, error))
    return NULL;
  while (text == NULL && self->run != NULL && !self->run->is_done)
    {
      if (!step (self, cancellable, error))
        break;
      text = join_text (self);
      announce (self, context);
    }
  release (self);
  return text;
}

/* Takes @text, which may be NULL. */
static char *
take_string (GBytes *text, GError **error)
{
  g_autoptr (GBytes) owned = text;

  return owned != NULL ? trafo_text_bytes_to_string (owned, error) : NULL;
}

/**
 * trafo_generator_next:
 * @self: a generator that has begun
 * @cancellable: (nullable): a cancellable; after it, or another call, the sequence can go on
 * @error: return location for an error
 *
 * Generates until there is text.
 *
 * Returns: (transfer full) (nullable): the next part of the text, not empty, NULs shown as
 *   [method@Trafo.Tokenizer.decode] does; %NULL at the end, or with an error as
 *   [method@Trafo.Model.generate] gives
 */
char *
trafo_generator_next (TrafoGenerator *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  return take_string (next (self, NULL, cancellable, error), error);
}

/**
 * trafo_generator_next_bytes:
 * @self: a generator that has begun
 * @cancellable: (nullable): a cancellable; after it, or another call, the sequence can go on
 * @error: return location for an error
 *
 * Like [method@Trafo.Generator.next], for text that may hold NULs.
 *
 * Returns: (transfer full) (nullable): the next part of the text, UTF-8, not empty; %NULL at the end,
 *   or with an error as [method@Trafo.Model.generate] gives
 */
GBytes *
trafo_generator_next_bytes (TrafoGenerator *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  return next (self, NULL, cancellable, error);
}

/* Not an asynchronous call like the others: the end is no error, and a text that is there when the
 * call is cancelled must not be lost. */
static void
next_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *text = next (source, data, cancellable, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, text, (GDestroyNotify) g_bytes_unref);
}

/**
 * trafo_generator_next_async:
 * @self: a generator that has begun
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Generates until there is text, without blocking.
 */
void
trafo_generator_next_async (TrafoGenerator     *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, trafo_generator_next_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task,
                        g_main_context_ref_thread_default (),
                        (GDestroyNotify) g_main_context_unref);
  g_task_run_in_thread (task, next_thread);
}

/**
 * trafo_generator_next_finish:
 * @self: a generator that has begun
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Generator.next_async] began.
 *
 * Returns: (transfer full) (nullable): as [method@Trafo.Generator.next]
 */
char *
trafo_generator_next_finish (TrafoGenerator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return take_string (g_task_propagate_pointer (G_TASK (result), error), error);
}

/**
 * trafo_generator_next_bytes_finish:
 * @self: a generator that has begun
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Generator.next_async] began, as
 * [method@Trafo.Generator.next_finish] does, for text that may hold NULs.
 *
 * Returns: (transfer full) (nullable): as [method@Trafo.Generator.next_bytes]
 */
GBytes *
trafo_generator_next_bytes_finish (TrafoGenerator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * trafo_generator_end:
 * @self: a generator that has begun
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Generator.begin] began, whether or not all of it was had.
 *
 * Returns: (transfer full): what was written; %NULL with %TRAFO_ERROR_INVALID_ARGUMENT if nothing was
 *   begun, or %TRAFO_ERROR_NO_MEMORY
 */
TrafoGenerationResult *
trafo_generator_end (TrafoGenerator *self, GError **error)
{
  TrafoGenerationResult *result = NULL;

  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  if (!acquire (self, error))
    return NULL;
  if (self->run != NULL)
    result = trafo_generation_run_finish (self->run, error);
  else
    g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, "no generation was begun");
  g_clear_pointer (&self->run, trafo_generation_run_free);
  release (self);
  return result;
}

/**
 * trafo_generator_forget:
 * @self: a generator
 *
 * Frees what is kept of earlier generations, and gives up what was begun. Does nothing while another
 * thread generates.
 */
void
trafo_generator_forget (TrafoGenerator *self)
{
  g_return_if_fail (TRAFO_IS_GENERATOR (self));
  if (!acquire (self, NULL))
    return;
  g_clear_pointer (&self->run, trafo_generation_run_free);
  trafo_kept_sequences_clear (self->kept);
  release (self);
}

/**
 * trafo_generator_get_model:
 * @self: a generator
 *
 * The model.
 *
 * Returns: (transfer none): the model
 */
TrafoModel *
trafo_generator_get_model (TrafoGenerator *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  return self->model;
}

/**
 * trafo_generator_get_tokenizer:
 * @self: a generator
 *
 * The model's tokenizer.
 *
 * Returns: (transfer none) (nullable): the tokenizer
 */
TrafoTokenizer *
trafo_generator_get_tokenizer (TrafoGenerator *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  return self->tokenizer;
}

/**
 * trafo_generator_get_config:
 * @self: a generator
 *
 * What is asked for; changes hold from the next generation on.
 *
 * Returns: (transfer none): the config
 */
TrafoGenerationConfig *
trafo_generator_get_config (TrafoGenerator *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATOR (self), NULL);
  return self->config;
}
