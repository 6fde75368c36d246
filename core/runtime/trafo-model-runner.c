/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-runner-private.h"

#include <string.h>

#include "trafo-builder-private.h"
#include "trafo-model-runtime.h"

/* A sequence is its tokens, from the first on; each step runs the whole of it again. */
struct _TrafoModelRunner
{
  TrafoModel *model;
  gsize       vocab_size;
  gsize       max_length;
  GPtrArray  *sequences; /* of GArray of gint64; NULL where a number is free */
  GArray     *logits;    /* of float */
};

static gboolean
read_sizes (TrafoModelRunner *self, GError **error)
{
  TrafoVariant variant = { 0 };
  g_autoptr (TrafoBuilder) builder = trafo_builder_new_with (&variant, NULL);
  g_autoptr (TrafoGraph) graph = NULL;
  const TrafoGraphInput *positions;

  if (!trafo_builder_build (builder, self->model, error))
    return FALSE;
  graph = trafo_builder_finish (builder, error);
  if (graph == NULL)
    return FALSE;
  positions = trafo_graph_find_input (graph, "position_ids");
  self->max_length = G_MAXSIZE;
  if (positions != NULL && positions->max_value != G_MAXINT64)
    self->max_length = positions->max_value + 1;
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      const TrafoValueType   *type = &trafo_graph_get_node (graph, output->sym)->type;

      if (g_str_equal (output->name, "logits") && type->n_dims == 3 && type->dims[2] > 0)
        self->vocab_size = type->dims[2];
    }
  if (self->vocab_size > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s: the model has no logits of each token, which generation needs",
               G_OBJECT_TYPE_NAME (self->model));
  return FALSE;
}

static void
sequence_free (gpointer sequence)
{
  if (sequence != NULL)
    g_array_unref (sequence);
}

TrafoModelRunner *
trafo_model_runner_new (TrafoModel *model, GError **error)
{
  g_autoptr (TrafoModelRunner) self = g_new0 (TrafoModelRunner, 1);

  self->model = g_object_ref (model);
  self->sequences = g_ptr_array_new_with_free_func (sequence_free);
  self->logits = g_array_new (FALSE, FALSE, sizeof (float));
  return read_sizes (self, error) ? g_steal_pointer (&self) : NULL;
}

void
trafo_model_runner_free (TrafoModelRunner *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->model);
  g_ptr_array_unref (self->sequences);
  g_array_unref (self->logits);
  g_free (self);
}

gsize
trafo_model_runner_get_vocab_size (const TrafoModelRunner *self)
{
  return self->vocab_size;
}

gsize
trafo_model_runner_get_max_length (const TrafoModelRunner *self)
{
  return self->max_length;
}

gboolean
trafo_model_runner_reserve (TrafoModelRunner *self, guint n_sequences, gsize length, GError **error)
{
  return TRUE;
}

static GArray *
sequence_of (const TrafoModelRunner *self, guint sequence)
{
  return g_ptr_array_index (self->sequences, sequence);
}

/* Takes @tokens. */
static guint
add_sequence (TrafoModelRunner *self, GArray *tokens)
{
  for (guint i = 0; i < self->sequences->len; i++)
    if (g_ptr_array_index (self->sequences, i) == NULL)
      {
        g_ptr_array_index (self->sequences, i) = tokens;
        return i;
      }
  g_ptr_array_add (self->sequences, tokens);
  return self->sequences->len - 1;
}

guint
trafo_model_runner_begin (TrafoModelRunner *self)
{
  return add_sequence (self, g_array_new (FALSE, FALSE, sizeof (gint64)));
}

guint
trafo_model_runner_fork (TrafoModelRunner *self, guint sequence)
{
  return add_sequence (self, g_array_copy (sequence_of (self, sequence)));
}

void
trafo_model_runner_release (TrafoModelRunner *self, guint sequence)
{
  sequence_free (g_ptr_array_index (self->sequences, sequence));
  g_ptr_array_index (self->sequences, sequence) = NULL;
}

gsize
trafo_model_runner_get_length (const TrafoModelRunner *self, guint sequence)
{
  return sequence_of (self, sequence)->len;
}

void
trafo_model_runner_truncate (TrafoModelRunner *self, guint sequence, gsize length)
{
  if (length < sequence_of (self, sequence)->len)
    g_array_set_size (sequence_of (self, sequence), length);
}

void
trafo_model_runner_reorder (TrafoModelRunner *self,
                            const guint      *sequences,
                            const guint      *parents,
                            guint             n)
{
  g_autoptr (GPtrArray) copies = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (copies, g_array_copy (sequence_of (self, sequences[parents[i]])));
  for (guint i = 0; i < n; i++)
    {
      sequence_free (g_ptr_array_index (self->sequences, sequences[i]));
      g_ptr_array_index (self->sequences, sequences[i]) = g_ptr_array_index (copies, i);
    }
}

static gboolean
run_row (TrafoModelRunner     *self,
         const TrafoRunnerRow *row,
         GCancellable         *cancellable,
         GError              **error)
{
  GArray      *tokens = sequence_of (self, row->sequence);
  gint64       shape[] = { 1, tokens->len };
  const float *logits;
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;

  ids = trafo_tensor_new_from_int64s (shape,
                                      2,
                                      (const gint64 *) (gpointer) tokens->data,
                                      tokens->len,
                                      error);
  if (ids == NULL)
    return FALSE;
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (self->model, inputs, FALSE, cancellable, error);
  if (outputs == NULL)
    return FALSE;
  logits = trafo_tensor_get_data (trafo_tensor_dict_get (outputs, "logits"));
  g_array_append_vals (self->logits,
                       logits + (tokens->len - row->n_logits) * self->vocab_size,
                       row->n_logits * self->vocab_size);
  return TRUE;
}

static gboolean
check_length (const TrafoModelRunner *self, gsize length, GError **error)
{
  if (length <= self->max_length)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "a sequence of %" G_GSIZE_FORMAT " tokens, expected at most %" G_GSIZE_FORMAT
               ", the positions of the model",
               length,
               self->max_length);
  return FALSE;
}

const float *
trafo_model_runner_step (TrafoModelRunner     *self,
                         const TrafoRunnerRow *rows,
                         guint                 n_rows,
                         GCancellable         *cancellable,
                         GError              **error)
{
  gboolean done = TRUE;
  guint    n_run = 0;

  g_array_set_size (self->logits, 0);
  for (; n_run < n_rows && done; n_run++)
    {
      GArray *tokens = sequence_of (self, rows[n_run].sequence);

      g_array_append_vals (tokens, rows[n_run].tokens, rows[n_run].n_tokens);
      done = check_length (self, tokens->len, error) &&
             run_row (self, &rows[n_run], cancellable, error);
    }
  for (guint i = 0; i < n_run && !done; i++)
    {
      GArray *tokens = sequence_of (self, rows[i].sequence);

      g_array_set_size (tokens, tokens->len - rows[i].n_tokens);
    }
  return done ? (const float *) (gpointer) self->logits->data : NULL;
}
