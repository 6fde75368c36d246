/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-forward-queue-private.h"

#include <pthread.h>

#include "trafo-tensor-private.h"

struct _TrafoForwardQueue
{
  pthread_mutex_t lock;    /* not GLib's, which ThreadSanitizer does not see; guards what follows */
  GQueue          waiting; /* of Member, oldest first; those of a run stay until it is done */
  gboolean        is_running; /* a call or a batch, outside of the lock */
  guint64         n_runs;
  GPtrArray      *batch; /* of Member: those of the run in hand that have not left */
};

/* A call that waits, on its caller's stack. */
typedef struct
{
  TrafoForwardQueue      *queue;
  const TrafoForwardCall *call;
  TrafoBatchPart          part;
  gboolean                is_apart; /* failed with others: is tried without them */
  gboolean                is_done;
  gboolean                is_joined; /* the outputs are all members' */
  TrafoTensorDict        *outputs;
  GError                 *error;
  GList                   link; /* in waiting */
  pthread_cond_t          changed;
} Member;

TrafoForwardQueue *
trafo_forward_queue_new (void)
{
  TrafoForwardQueue *self = g_new0 (TrafoForwardQueue, 1);

  self->batch = g_ptr_array_new ();
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

void
trafo_forward_queue_free (TrafoForwardQueue *self)
{
  g_ptr_array_unref (self->batch);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

gboolean
trafo_forward_queue_try_begin (TrafoForwardQueue *self)
{
  gboolean is_first;

  pthread_mutex_lock (&self->lock);
  is_first = !self->is_running && self->waiting.length == 0;
  self->is_running |= is_first;
  self->n_runs += is_first;
  pthread_mutex_unlock (&self->lock);
  return is_first;
}

/* The oldest makes the next run. */
static void
wake_next (TrafoForwardQueue *self)
{
  Member *oldest = g_queue_peek_head (&self->waiting);

  if (oldest != NULL && !self->is_running)
    pthread_cond_signal (&oldest->changed);
}

void
trafo_forward_queue_end (TrafoForwardQueue *self)
{
  pthread_mutex_lock (&self->lock);
  self->is_running = FALSE;
  wake_next (self);
  pthread_mutex_unlock (&self->lock);
}

guint64
trafo_forward_queue_get_n_runs (TrafoForwardQueue *self)
{
  guint64 n_runs;

  pthread_mutex_lock (&self->lock);
  n_runs = self->n_runs;
  pthread_mutex_unlock (&self->lock);
  return n_runs;
}

guint
trafo_forward_queue_get_n_waiting (TrafoForwardQueue *self)
{
  guint n_waiting;

  pthread_mutex_lock (&self->lock);
  n_waiting = self->waiting.length;
  pthread_mutex_unlock (&self->lock);
  return n_waiting;
}

/* Takes @error, or NULL. */
static void
complete (Member *self, GError *error)
{
  g_queue_unlink (&self->queue->waiting, &self->link);
  g_ptr_array_remove (self->queue->batch, self);
  self->error = error;
  self->is_done = TRUE;
  pthread_cond_signal (&self->changed);
}

static gboolean
complete_if_cancelled (Member *self)
{
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (self->call->cancellable, &error))
    return FALSE;
  complete (self, error);
  return TRUE;
}

/* Whether one batch has both: the same program, and the same inputs given. */
static gboolean
is_alike (const TrafoForwardCall *a, const TrafoForwardCall *b)
{
  guint n_inputs = trafo_tensor_dict_get_size (a->inputs);

  if (a->graph != b->graph || n_inputs != trafo_tensor_dict_get_size (b->inputs))
    return FALSE;
  for (guint i = 0; i < n_inputs; i++)
    if (trafo_tensor_dict_get (b->inputs, trafo_tensor_dict_get_name (a->inputs, i)) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
add_to_budget (TrafoTokenBudget *budget, const TrafoForwardCall *call)
{
  return trafo_token_budget_add (budget, call->part.n_texts, call->part.length, call->n_tokens);
}

/* The batch of the oldest, and of those behind it that are like it, until one is too many. */
static void
gather (TrafoForwardQueue *self, Member *oldest)
{
  TrafoTokenBudget budget;

  g_ptr_array_set_size (self->batch, 0);
  trafo_token_budget_init (&budget, oldest->call->graph);
  for (GList *link = &oldest->link; link != NULL; link = link->next)
    {
      Member *member = link->data;

      if (!is_alike (oldest->call, member->call) || (member->is_apart && member != oldest))
        continue;
      if (!add_to_budget (&budget, member->call))
        return;
      g_ptr_array_add (self->batch, member);
      if (oldest->is_apart)
        return;
    }
}

/* A copy, so that who is cancelled can leave and take its inputs along. */
static gboolean
join (TrafoForwardQueue *self, TrafoTensorDict **inputs, TrafoTensorDict **packed, GError **error)
{
  guint                        n = self->batch->len;
  g_autofree TrafoTensorDict **members = g_new (TrafoTensorDict *, n);
  g_autofree TrafoBatchPart  **parts = g_new (TrafoBatchPart *, n);

  for (guint i = 0; i < n; i++)
    {
      Member *member = g_ptr_array_index (self->batch, i);

      members[i] = member->call->inputs;
      parts[i] = &member->part;
    }
  return trafo_joined_batch_new (members, parts, n, inputs, packed, error);
}

/* What a run of several made; NULL where it failed. Who is gone is no longer in the batch. */
static void
distribute (TrafoForwardQueue *self, TrafoTensorDict *outputs)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_copy (self->batch, NULL, NULL);

  for (guint i = 0; i < batch->len; i++)
    {
      Member *member = g_ptr_array_index (batch, i);

      member->is_apart = outputs == NULL;
      if (outputs == NULL || complete_if_cancelled (member))
        continue;
      member->is_joined = TRUE;
      member->outputs = trafo_tensor_dict_ref (outputs);
      complete (member, NULL);
    }
}

static void
run_alone (TrafoForwardQueue *self, Member *member)
{
  const TrafoForwardCall *call = member->call;
  GError                 *error = NULL;

  self->is_running = TRUE;
  self->n_runs++;
  pthread_mutex_unlock (&self->lock);
  member->outputs =
      call->run (call->model, &call->variant, call->inputs, NULL, call->cancellable, &error);
  pthread_mutex_lock (&self->lock);
  self->is_running = FALSE;
  complete (member, error);
}

/* Nobody's cancellation ends the run of the others. */
static void
run_joined (TrafoForwardQueue *self, const TrafoForwardCall *call)
{
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoTensorDict) packed = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;

  if (join (self, &inputs, &packed, NULL))
    {
      self->is_running = TRUE;
      self->n_runs++;
      pthread_mutex_unlock (&self->lock);
      outputs = call->run (call->model, &call->variant, inputs, packed, NULL, NULL);
      pthread_mutex_lock (&self->lock);
      self->is_running = FALSE;
    }
  distribute (self, outputs);
}

/* The oldest is in its own batch, so that its inputs are there as long as it runs them. */
static void
lead (Member *self)
{
  gather (self->queue, self);
  if (self->queue->batch->len == 1)
    run_alone (self->queue, self);
  else
    run_joined (self->queue, self->call);
}

static void
wake_cancelled (GCancellable *cancellable, gpointer data)
{
  Member *self = data;

  pthread_mutex_lock (&self->queue->lock);
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->queue->lock);
}

static void
wait_or_lead (Member *self)
{
  TrafoForwardQueue *queue = self->queue;

  pthread_mutex_lock (&queue->lock);
  g_queue_push_tail_link (&queue->waiting, &self->link);
  complete_if_cancelled (self);
  while (!self->is_done)
    {
      if (queue->is_running || queue->waiting.head != &self->link)
        pthread_cond_wait (&self->changed, &queue->lock);
      else
        lead (self);
      if (!self->is_done)
        complete_if_cancelled (self);
    }
  wake_next (queue);
  pthread_mutex_unlock (&queue->lock);
}

/* Its own rows of what was made for all, copied so that the rest is not kept with them. */
static TrafoTensorDict *
copy_part (const Member *self, GError **error)
{
  g_autoptr (TrafoTensorDict) part =
      trafo_joined_batch_cut (self->call->graph, self->outputs, &self->part, error);

  for (guint i = 0; part != NULL && i < trafo_tensor_dict_get_size (part); i++)
    {
      const char *name = trafo_tensor_dict_get_name (part, i);
      g_autoptr (TrafoTensor) copy = trafo_tensor_copy (trafo_tensor_dict_get (part, name), error);

      if (copy == NULL)
        return NULL;
      trafo_tensor_dict_set (part, name, copy);
    }
  return g_steal_pointer (&part);
}

/* The last to let go of what was made for all frees it, which the lock shows ThreadSanitizer. */
static TrafoTensorDict *
take_part (Member *self, GError **error)
{
  TrafoTensorDict *part = copy_part (self, error);

  pthread_mutex_lock (&self->queue->lock);
  g_clear_pointer (&self->outputs, trafo_tensor_dict_unref);
  pthread_mutex_unlock (&self->queue->lock);
  return part;
}

TrafoTensorDict *
trafo_forward_queue_run (TrafoForwardQueue *self, const TrafoForwardCall *call, GError **error)
{
  Member member = { .queue = self, .call = call, .part = call->part };
  gulong handler = 0;

  member.link.data = &member;
  pthread_cond_init (&member.changed, NULL);
  if (call->cancellable != NULL)
    handler = g_cancellable_connect (call->cancellable, G_CALLBACK (wake_cancelled), &member, NULL);
  wait_or_lead (&member);
  if (handler != 0)
    g_cancellable_disconnect (call->cancellable, handler);
  pthread_cond_destroy (&member.changed);
  if (member.error != NULL)
    {
      g_propagate_error (error, member.error);
      return NULL;
    }
  return member.is_joined ? take_part (&member, error) : member.outputs;
}
