/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-step-scheduler-private.h"

#include <pthread.h>
#include <time.h>

#include "trafo-model-runtime-private.h"
#include "trafo-shared-prefixes-private.h"

/* A step of so many tokens computes about as fast as any larger one, and others wait for it. */
#define MAX_STEP_TOKENS 512
#define MAX_CACHE_BYTES ((gsize) 1 << 30)

/* Such a part of the cache's pages may hold prompts for those that begin alike. */
#define PREFIX_PART 4

/* How long a step waits for those who may come back soon; far less than a step is worth. */
#define GRACE_MICROSECONDS 300

/* Of those who generate, each is present (it chooses from its logits and comes back), waits for a step,
 * or is away (with its caller). Where nobody is present, who went away has had a moment to come back,
 * and no step is being made, somebody who waits makes one; so a single request makes its own at once
 * and wakes nobody. */
struct _TrafoStepScheduler
{
  gint              n_refs; /* under registry_lock */
  TrafoModelRunner *runner;
  pthread_mutex_t   lock; /* not GLib's, which ThreadSanitizer does not see; guards what follows */
  GQueue            waiting; /* of TrafoStepRequest, oldest first */
  guint             n_present;
  guint             n_away;     /* since the last step was begun */
  guint64           n_led;      /* steps that were begun */
  gint64            grace_end;  /* for those who are away, in microseconds */
  gboolean          is_running; /* a step, outside of the lock */
  gsize             n_promised; /* pages, to all that were admitted */
  gsize             max_tokens;
  gsize             max_pages;
  gboolean          is_alone; /* a step is of one request, for company would change its numbers */
  TrafoSharedPrefixes prefixes;
  GPtrArray          *batch; /* of TrafoStepRequest: those of the step in hand */
  GPtrArray          *works; /* of TrafoStepWork: theirs */
  GArray             *rows;  /* of TrafoRunnerRow */
};

struct _TrafoStepRequest
{
  TrafoStepScheduler *scheduler;
  gsize               n_pages; /* that it may come to */
  gsize               length;
  gboolean            is_admitted; /* its pages are promised */
  gboolean            is_present;
  gboolean            is_away;
  guint64             away_since; /* in steps that were begun */
  gboolean            is_apart;   /* failed with others: is tried without them */
  gboolean            is_done;
  GList               link; /* in waiting */
  TrafoStepWork       work;
  GCancellable       *cancellable;
  const float        *logits;
  GError             *error;
  pthread_cond_t      changed;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;

static GQuark
scheduler_quark (void)
{
  return g_quark_from_static_string ("trafo-step-scheduler");
}

TrafoStepScheduler *
trafo_step_scheduler_new (TrafoModel *model, GError **error)
{
  TrafoModelRunner   *runner = trafo_model_runner_new (model, error);
  TrafoStepScheduler *self;

  if (runner == NULL)
    return NULL;
  self = g_new0 (TrafoStepScheduler, 1);
  self->n_refs = 1;
  self->runner = runner;
  self->is_alone = !trafo_model_computes_texts_apart (model);
  self->max_tokens = MAX_STEP_TOKENS;
  self->max_pages = MAX_CACHE_BYTES / MAX (trafo_model_runner_get_page_bytes (runner), 1);
  trafo_shared_prefixes_init (&self->prefixes, runner);
  self->batch = g_ptr_array_new ();
  self->works = g_ptr_array_new ();
  self->rows = g_array_new (FALSE, FALSE, sizeof (TrafoRunnerRow));
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

/* The model's, with a reference, or NULL. */
static TrafoStepScheduler *
look_up (TrafoModel *model)
{
  TrafoStepScheduler *self = g_object_get_qdata (G_OBJECT (model), scheduler_quark ());

  if (self != NULL)
    self->n_refs++;
  return self;
}

/* Compiled outside of the lock, which is there for all models. */
TrafoStepScheduler *
trafo_step_scheduler_get (TrafoModel *model, GError **error)
{
  TrafoStepScheduler *self, *made;

  pthread_mutex_lock (&registry_lock);
  self = look_up (model);
  pthread_mutex_unlock (&registry_lock);
  if (self != NULL)
    return self;
  made = trafo_step_scheduler_new (model, error);
  if (made == NULL)
    return NULL;
  pthread_mutex_lock (&registry_lock);
  self = look_up (model);
  if (self == NULL)
    g_object_set_qdata (G_OBJECT (model), scheduler_quark (), made);
  pthread_mutex_unlock (&registry_lock);
  if (self == NULL)
    return made;
  trafo_step_scheduler_unref (made);
  return self;
}

void
trafo_step_scheduler_unref (TrafoStepScheduler *self)
{
  GObject *model;
  gboolean is_last;

  if (self == NULL)
    return;
  model = G_OBJECT (trafo_model_runner_get_model (self->runner));
  pthread_mutex_lock (&registry_lock);
  is_last = --self->n_refs == 0;
  if (is_last && g_object_get_qdata (model, scheduler_quark ()) == self)
    g_object_set_qdata (model, scheduler_quark (), NULL);
  pthread_mutex_unlock (&registry_lock);
  if (!is_last)
    return;
  trafo_shared_prefixes_clear (&self->prefixes);
  trafo_model_runner_free (self->runner);
  g_ptr_array_unref (self->batch);
  g_ptr_array_unref (self->works);
  g_array_unref (self->rows);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
trafo_step_scheduler_set_bounds (TrafoStepScheduler *self, gsize max_tokens, gsize max_pages)
{
  pthread_mutex_lock (&self->lock);
  self->max_tokens = max_tokens;
  self->max_pages = max_pages;
  pthread_mutex_unlock (&self->lock);
}

TrafoModel *
trafo_step_scheduler_get_model (const TrafoStepScheduler *self)
{
  return trafo_model_runner_get_model (self->runner);
}

gsize
trafo_step_scheduler_get_vocab_size (const TrafoStepScheduler *self)
{
  return trafo_model_runner_get_vocab_size (self->runner);
}

gsize
trafo_step_scheduler_get_max_length (const TrafoStepScheduler *self)
{
  return trafo_model_runner_get_max_length (self->runner);
}

/* Sequences may come and go while a step of others is run: only their numbers change. */
guint
trafo_step_scheduler_begin (TrafoStepScheduler *self)
{
  guint sequence;

  pthread_mutex_lock (&self->lock);
  sequence = trafo_model_runner_begin (self->runner);
  pthread_mutex_unlock (&self->lock);
  return sequence;
}

guint
trafo_step_scheduler_fork (TrafoStepScheduler *self, guint sequence)
{
  guint fork;

  pthread_mutex_lock (&self->lock);
  fork = trafo_model_runner_fork (self->runner, sequence);
  pthread_mutex_unlock (&self->lock);
  return fork;
}

void
trafo_step_scheduler_release (TrafoStepScheduler *self, guint sequence)
{
  pthread_mutex_lock (&self->lock);
  trafo_model_runner_release (self->runner, sequence);
  pthread_mutex_unlock (&self->lock);
}

gsize
trafo_step_scheduler_get_length (TrafoStepScheduler *self, guint sequence)
{
  gsize length;

  pthread_mutex_lock (&self->lock);
  length = trafo_model_runner_get_length (self->runner, sequence);
  pthread_mutex_unlock (&self->lock);
  return length;
}

void
trafo_step_scheduler_truncate (TrafoStepScheduler *self, guint sequence, gsize length)
{
  pthread_mutex_lock (&self->lock);
  trafo_model_runner_truncate (self->runner, sequence, length);
  pthread_mutex_unlock (&self->lock);
}

void
trafo_step_scheduler_reorder (TrafoStepScheduler *self,
                              const guint        *sequences,
                              const guint        *parents,
                              guint               n)
{
  pthread_mutex_lock (&self->lock);
  trafo_model_runner_reorder (self->runner, sequences, parents, n);
  pthread_mutex_unlock (&self->lock);
}

/* What is left must be run as a prompt is, and so must what was kept: the same numbers whether or not
 * anything was. */
gsize
trafo_step_scheduler_recall (TrafoStepScheduler *self,
                             guint               sequence,
                             const gint64       *tokens,
                             gsize               n_tokens)
{
  gsize length;

  pthread_mutex_lock (&self->lock);
  length = trafo_shared_prefixes_recall (&self->prefixes,
                                         sequence,
                                         tokens,
                                         n_tokens,
                                         TRAFO_STEP_MIN_PIECE);
  pthread_mutex_unlock (&self->lock);
  return length;
}

void
trafo_step_scheduler_remember (TrafoStepScheduler *self,
                               guint               sequence,
                               const gint64       *tokens,
                               gsize               n_tokens)
{
  /* a prompt among others is no part of a prompt alone where company changes numbers */
  if (n_tokens < TRAFO_STEP_MIN_PIECE || self->is_alone)
    return;
  pthread_mutex_lock (&self->lock);
  trafo_shared_prefixes_remember (&self->prefixes,
                                  sequence,
                                  tokens,
                                  n_tokens,
                                  self->max_pages / PREFIX_PART);
  pthread_mutex_unlock (&self->lock);
}

guint64
trafo_step_scheduler_get_n_run (TrafoStepScheduler *self)
{
  guint64 n_run;

  pthread_mutex_lock (&self->lock);
  n_run = trafo_model_runner_get_n_run (self->runner);
  pthread_mutex_unlock (&self->lock);
  return n_run;
}

guint64
trafo_step_scheduler_get_n_steps (TrafoStepScheduler *self)
{
  guint64 n_steps;

  pthread_mutex_lock (&self->lock);
  n_steps = trafo_model_runner_get_n_steps (self->runner);
  pthread_mutex_unlock (&self->lock);
  return n_steps;
}

guint
trafo_step_scheduler_get_n_waiting (TrafoStepScheduler *self)
{
  guint n_waiting;

  pthread_mutex_lock (&self->lock);
  n_waiting = self->waiting.length;
  pthread_mutex_unlock (&self->lock);
  return n_waiting;
}

TrafoStepRequest *
trafo_step_request_new (TrafoStepScheduler *scheduler, guint n_sequences, gsize length)
{
  TrafoStepRequest  *self = g_new0 (TrafoStepRequest, 1);
  gsize              n_pages = trafo_model_runner_count_pages (scheduler->runner, length);
  pthread_condattr_t attributes;

  self->scheduler = scheduler;
  self->length = length;
  if (!g_size_checked_mul (&self->n_pages, n_pages, n_sequences))
    self->n_pages = G_MAXSIZE;
  self->link.data = self;
  trafo_step_work_init (&self->work);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  return self;
}

/* Where nobody else will make the next step, the oldest that waits does. */
static void
wake_next (TrafoStepScheduler *self)
{
  TrafoStepRequest *oldest = g_queue_peek_head (&self->waiting);

  if (oldest != NULL && !self->is_running && self->n_present == 0)
    pthread_cond_signal (&oldest->changed);
}

static void
set_place (TrafoStepRequest *self, gboolean is_present, gboolean is_away)
{
  TrafoStepScheduler *scheduler = self->scheduler;

  if (self->is_away && self->away_since == scheduler->n_led)
    scheduler->n_away--;
  scheduler->n_present += is_present - self->is_present;
  scheduler->n_away += is_away;
  self->is_present = is_present;
  self->is_away = is_away;
  self->away_since = scheduler->n_led;
}

void
trafo_step_request_pause (TrafoStepRequest *self)
{
  TrafoStepScheduler *scheduler = self->scheduler;

  pthread_mutex_lock (&scheduler->lock);
  if (self->is_present)
    {
      set_place (self, FALSE, TRUE);
      scheduler->grace_end = g_get_monotonic_time () + GRACE_MICROSECONDS;
      wake_next (scheduler);
    }
  pthread_mutex_unlock (&scheduler->lock);
}

void
trafo_step_request_free (TrafoStepRequest *self)
{
  TrafoStepScheduler *scheduler;

  if (self == NULL)
    return;
  scheduler = self->scheduler;
  pthread_mutex_lock (&scheduler->lock);
  set_place (self, FALSE, FALSE);
  if (self->is_admitted)
    scheduler->n_promised -= self->n_pages;
  wake_next (scheduler);
  pthread_mutex_unlock (&scheduler->lock);
  trafo_step_work_clear (&self->work);
  pthread_cond_destroy (&self->changed);
  g_free (self);
}

/* Takes @error, or NULL. After a failure the sequences are as they were. */
static void
complete (TrafoStepRequest *self, GError *error)
{
  TrafoStepScheduler *scheduler = self->scheduler;

  g_queue_unlink (&scheduler->waiting, &self->link);
  for (guint i = 0; i < self->work.n_rows && error != NULL; i++)
    {
      guint sequence = self->work.rows[i].sequence;
      gsize length = trafo_model_runner_get_length (scheduler->runner, sequence);

      trafo_model_runner_truncate (scheduler->runner,
                                   sequence,
                                   length - g_array_index (self->work.n_run, guint, i));
    }
  self->error = error;
  self->is_apart = FALSE;
  self->is_done = TRUE;
  set_place (self, error == NULL, FALSE);
  pthread_cond_signal (&self->changed);
}

static gboolean
complete_if_cancelled (TrafoStepRequest *self)
{
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    return FALSE;
  complete (self, error);
  return TRUE;
}

static gsize
add_pages (gsize n_pages, gsize n_more)
{
  gsize sum;

  return g_size_checked_add (&sum, n_pages, n_more) ? sum : G_MAXSIZE;
}

/* Promises the pages of a request, unless they are too many beside others that are being run. Prompts
 * that are kept make room for it. */
static gboolean
admit (TrafoStepRequest *self, gboolean has_others)
{
  TrafoStepScheduler *scheduler = self->scheduler;
  gsize               n_pages = add_pages (scheduler->n_promised, self->n_pages);
  GError             *error = NULL;

  if (self->is_admitted)
    return TRUE;
  if (n_pages > scheduler->max_pages && has_others)
    return FALSE;
  while (add_pages (n_pages, scheduler->prefixes.n_pages) > scheduler->max_pages &&
         trafo_shared_prefixes_drop (&scheduler->prefixes))
    ;
  n_pages = add_pages (n_pages, scheduler->prefixes.n_pages);
  if (!trafo_model_runner_reserve (scheduler->runner, n_pages, self->length, &error))
    {
      complete (self, error);
      return TRUE;
    }
  scheduler->n_promised += self->n_pages;
  self->is_admitted = TRUE;
  return TRUE;
}

/* Puts those into the batch who take part in the next step: all that wait, but that none overtakes one
 * that is to be admitted, and that one which is apart is so. */
static void
gather (TrafoStepScheduler *self)
{
  gboolean has_admitted = FALSE, is_full = FALSE;
  GList   *next;

  g_ptr_array_set_size (self->batch, 0);
  g_ptr_array_set_size (self->works, 0);
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    has_admitted |= ((TrafoStepRequest *) link->data)->is_admitted;
  for (GList *link = self->waiting.head; link != NULL; link = next)
    {
      TrafoStepRequest *request = link->data;

      next = link->next;
      if (complete_if_cancelled (request) || (is_full && !request->is_admitted) ||
          ((request->is_apart || self->is_alone) && self->batch->len > 0))
        continue;
      if (!admit (request, has_admitted))
        is_full = TRUE;
      if (!request->is_admitted)
        continue;
      has_admitted = TRUE;
      g_ptr_array_add (self->batch, request);
      g_ptr_array_add (self->works, &request->work);
      if (request->is_apart || self->is_alone)
        break;
    }
}

/* What a step made of its requests; @logits is NULL where it failed, with @error. */
static void
distribute (TrafoStepScheduler *self, const float *logits, GError *error)
{
  gsize vocab_size = trafo_model_runner_get_vocab_size (self->runner);

  for (guint i = 0; i < self->batch->len; i++)
    {
      TrafoStepRequest *request = g_ptr_array_index (self->batch, i);
      TrafoStepWork    *work = &request->work;

      if (logits == NULL && self->batch->len == 1)
        complete (request, g_error_copy (error));
      else if (logits == NULL)
        request->is_apart = TRUE;
      else
        {
          trafo_step_work_advance (work);
          request->logits = logits + work->n_logits_before * vocab_size;
          if (!complete_if_cancelled (request) && trafo_step_work_is_done (work))
            complete (request, NULL);
        }
    }
}

/* Makes one step for all that wait. A step of one is cancelled with it. */
static void
lead (TrafoStepScheduler *self)
{
  const float *logits = NULL;
  g_autoptr (GError) error = NULL;
  TrafoStepRequest     *first;
  const TrafoRunnerRow *rows;

  self->n_led++;
  self->n_away = 0;
  gather (self);
  if (self->batch->len == 0)
    return;
  first = g_ptr_array_index (self->batch, 0);
  trafo_step_batch_fill (self->rows,
                         (TrafoStepWork **) self->works->pdata,
                         self->works->len,
                         self->max_tokens);
  rows = (const TrafoRunnerRow *) (gpointer) self->rows->data;
  if (trafo_model_runner_prepare (self->runner, rows, self->rows->len, &error))
    {
      self->is_running = TRUE;
      pthread_mutex_unlock (&self->lock);
      logits = trafo_model_runner_run (self->runner,
                                       self->batch->len == 1 ? first->cancellable : NULL,
                                       &error);
      pthread_mutex_lock (&self->lock);
      self->is_running = FALSE;
      if (logits != NULL)
        trafo_model_runner_append (self->runner, rows, self->rows->len);
    }
  distribute (self, logits, error);
}

static void
wait_grace (TrafoStepRequest *self)
{
  gint64          end = self->scheduler->grace_end;
  struct timespec time = { .tv_sec = end / G_USEC_PER_SEC, .tv_nsec = end % G_USEC_PER_SEC * 1000 };

  pthread_cond_timedwait (&self->changed, &self->scheduler->lock, &time);
}

const float *
trafo_step_request_run (TrafoStepRequest     *self,
                        const TrafoRunnerRow *rows,
                        guint                 n_rows,
                        GCancellable         *cancellable,
                        GError              **error)
{
  TrafoStepScheduler *scheduler = self->scheduler;

  pthread_mutex_lock (&scheduler->lock);
  set_place (self, FALSE, FALSE);
  trafo_step_work_begin (&self->work, rows, n_rows);
  self->cancellable = cancellable;
  self->is_done = FALSE;
  g_queue_push_tail_link (&scheduler->waiting, &self->link);
  while (!self->is_done)
    if (scheduler->is_running || scheduler->n_present > 0)
      pthread_cond_wait (&self->changed, &scheduler->lock);
    else if (scheduler->n_away > 0 && g_get_monotonic_time () < scheduler->grace_end)
      wait_grace (self);
    else
      lead (scheduler);
  wake_next (scheduler);
  pthread_mutex_unlock (&scheduler->lock);
  if (self->error == NULL)
    return self->logits;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return NULL;
}
