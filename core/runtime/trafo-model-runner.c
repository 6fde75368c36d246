/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-runner-private.h"

#include <string.h>

#include "trafo-kv-cache-private.h"
#include "trafo-model-runtime-private.h"

/* What a runner gives the program in each step. */
typedef enum
{
  INPUT_IDS,
  POSITION_IDS,
  PAGE_TABLE,
  ROW_STARTS,
  PAST_LENGTHS,
  LOGITS_TO_KEEP,
  N_INPUTS,
} Input;

static const char *const input_names[N_INPUTS] = {
  [INPUT_IDS] = "input_ids",   [POSITION_IDS] = "position_ids", [PAGE_TABLE] = "page_table",
  [ROW_STARTS] = "row_starts", [PAST_LENGTHS] = "past_lengths", [LOGITS_TO_KEEP] = "logits_to_keep",
};

/* What a step comes to. */
typedef struct
{
  gint64 n_tokens;
  gint64 n_logits;
  gint64 n_rows;
} StepSize;

struct _TrafoModelRunner
{
  TrafoModel     *model;
  TrafoProgram   *program;   /* the model's */
  TrafoExecution *execution; /* our own while we live */
  TrafoKvCache   *cache;
  GPtrArray
       *tensors; /* of TrafoTensor, by the graph's inputs; NULL: as the input's fill rule says */
  gint  numbers[N_INPUTS]; /* in tensors; -1: the program has no such input */
  guint logits_number;     /* in the graph's outputs */
  TrafoTensor *logits;     /* where the program's own cannot be read in place */
  gsize        vocab_size;
  gsize        max_length;
  gsize        noted_bytes; /* what the model was told that we take */
  gsize        n_pages;     /* the width of the page table, which is part of the plan */
  guint64      n_run;
  guint64      n_steps;
  StepSize     step; /* that was prepared */
};

static gboolean
find_logits (TrafoModelRunner *self, const TrafoGraph *graph, GError **error)
{
  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      const TrafoValueType   *type = &trafo_graph_get_node (graph, output->sym)->type;

      if (!g_str_equal (output->name, "logits") || type->n_dims != 3 ||
          type->dims[1] != TRAFO_DIM_LOGITS || type->dims[2] <= 0)
        continue;
      if (type->dtype != TRAFO_DTYPE_FLOAT32)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_UNSUPPORTED,
                       "the model's logits are %s, expected float32",
                       trafo_dtype_get_name (type->dtype));
          return FALSE;
        }
      self->logits_number = i;
      self->vocab_size = (gsize) type->dims[2];
      return TRUE;
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "the model has no logits of each token, which generation needs");
  return FALSE;
}

static void
tensor_free (gpointer tensor)
{
  if (tensor != NULL)
    trafo_tensor_unref (tensor);
}

static void
find_inputs (TrafoModelRunner *self, const TrafoGraph *graph)
{
  self->tensors = g_ptr_array_new_with_free_func (tensor_free);
  g_ptr_array_set_size (self->tensors, graph->inputs->len);
  for (guint i = 0; i < N_INPUTS; i++)
    self->numbers[i] = -1;
  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);

      for (guint j = 0; j < N_INPUTS; j++)
        if (g_str_equal (input->name, input_names[j]))
          self->numbers[j] = i;
      if (g_str_equal (input->name, input_names[POSITION_IDS]) && input->max_value != G_MAXINT64)
        self->max_length = (gsize) input->max_value + 1;
    }
}

static TrafoKvCache *
make_cache (TrafoDevice *device, const TrafoGraph *graph)
{
  g_autofree TrafoValueType *types = g_new0 (TrafoValueType, graph->states->len);

  for (guint i = 0; i < graph->states->len; i++)
    {
      const TrafoGraphState *state = g_ptr_array_index (graph->states, i);

      types[i] = trafo_graph_get_node (graph, state->sym)->type;
    }
  return trafo_kv_cache_new (device, types, graph->states->len);
}

TrafoModelRunner *
trafo_model_runner_new (TrafoModel *model, GError **error)
{
  g_autoptr (TrafoModelRunner) self = g_new0 (TrafoModelRunner, 1);
  TrafoVariant      variant = { .has_cache = TRUE };
  const TrafoGraph *graph;

  self->model = g_object_ref (model);
  self->max_length = G_MAXSIZE;
  self->program = trafo_model_get_program (model, &variant, error);
  if (self->program == NULL)
    return NULL;
  graph = trafo_program_get_graph (self->program);
  find_inputs (self, graph);
  self->cache = make_cache (trafo_program_get_device (self->program), graph);
  if (!find_logits (self, graph, error))
    return NULL;
  self->execution = trafo_program_acquire (self->program);
  return g_steal_pointer (&self);
}

void
trafo_model_runner_free (TrafoModelRunner *self)
{
  if (self == NULL)
    return;
  if (self->execution != NULL)
    trafo_program_release (self->program, self->execution);
  trafo_kv_cache_free (self->cache);
  g_clear_pointer (&self->tensors, g_ptr_array_unref);
  g_clear_pointer (&self->logits, trafo_tensor_unref);
  g_object_unref (self->model);
  g_free (self);
}

TrafoModel *
trafo_model_runner_get_model (const TrafoModelRunner *self)
{
  return self->model;
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

static void
note_bytes (TrafoModelRunner *self)
{
  gsize size_bytes = trafo_execution_get_peak_bytes (self->execution) +
                     trafo_kv_cache_get_size_bytes (self->cache);

  if (size_bytes <= self->noted_bytes)
    return;
  self->noted_bytes = size_bytes;
  trafo_model_note_run_bytes (self->model, size_bytes);
}

gsize
trafo_model_runner_get_page_tokens (const TrafoModelRunner *self)
{
  return trafo_kv_cache_get_page_tokens (self->cache);
}

gsize
trafo_model_runner_count_pages (const TrafoModelRunner *self, gsize n_tokens)
{
  return trafo_kv_cache_count_pages (self->cache, n_tokens);
}

gsize
trafo_model_runner_get_page_bytes (const TrafoModelRunner *self)
{
  return trafo_kv_cache_get_page_bytes (self->cache);
}

gboolean
trafo_model_runner_reserve (TrafoModelRunner *self, gsize n_pages, gsize length, GError **error)
{
  gboolean is_reserved;

  self->n_pages = MAX (self->n_pages, trafo_kv_cache_count_pages (self->cache, length));
  is_reserved = trafo_kv_cache_reserve (self->cache, n_pages, error);
  note_bytes (self);
  return is_reserved;
}

guint
trafo_model_runner_begin (TrafoModelRunner *self)
{
  return trafo_kv_cache_begin (self->cache);
}

guint
trafo_model_runner_fork (TrafoModelRunner *self, guint sequence)
{
  return trafo_kv_cache_fork (self->cache, sequence);
}

void
trafo_model_runner_release (TrafoModelRunner *self, guint sequence)
{
  trafo_kv_cache_release (self->cache, sequence);
}

guint64
trafo_model_runner_get_n_run (const TrafoModelRunner *self)
{
  return self->n_run;
}

guint64
trafo_model_runner_get_n_steps (const TrafoModelRunner *self)
{
  return self->n_steps;
}

guint
trafo_model_runner_get_n_barriers (const TrafoModelRunner *self)
{
  return trafo_execution_get_n_barriers (self->execution);
}

gsize
trafo_model_runner_get_length (const TrafoModelRunner *self, guint sequence)
{
  return trafo_kv_cache_get_length (self->cache, sequence);
}

void
trafo_model_runner_truncate (TrafoModelRunner *self, guint sequence, gsize length)
{
  trafo_kv_cache_truncate (self->cache, sequence, length);
}

void
trafo_model_runner_reorder (TrafoModelRunner *self,
                            const guint      *sequences,
                            const guint      *parents,
                            guint             n)
{
  trafo_kv_cache_reorder (self->cache, sequences, parents, n);
}

static gboolean
check_row (const TrafoModelRunner *self, const TrafoRunnerRow *row, GError **error)
{
  gsize length;

  if (!trafo_kv_cache_contains (self->cache, row->sequence) || row->n_tokens == 0 ||
      row->n_logits > row->n_tokens)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found a row of %u tokens and %u logits for sequence %u, expected at least one "
                   "token, no more logits, and a sequence that was begun",
                   row->n_tokens,
                   row->n_logits,
                   row->sequence);
      return FALSE;
    }
  length = trafo_kv_cache_get_length (self->cache, row->sequence) + row->n_tokens;
  if (length <= MIN (self->max_length, G_MAXINT32))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found a sequence of %" G_GSIZE_FORMAT " tokens, expected at most %" G_GSIZE_FORMAT
               ", which the model has positions for",
               length,
               MIN (self->max_length, G_MAXINT32));
  return FALSE;
}

/* Checks the rows and makes room for their tokens. The page table grows in large steps, since each
 * is a plan of its own. */
static gboolean
extend_rows (TrafoModelRunner     *self,
             const TrafoRunnerRow *rows,
             guint                 n_rows,
             StepSize             *ret_size,
             GError              **error)
{
  StepSize size = { .n_rows = n_rows };

  for (guint i = 0; i < n_rows; i++)
    {
      gsize n_pages;

      if (!check_row (self, &rows[i], error) ||
          !trafo_kv_cache_extend (self->cache, rows[i].sequence, rows[i].n_tokens, error))
        return FALSE;
      n_pages = trafo_kv_cache_count_pages (self->cache,
                                            trafo_model_runner_get_length (self, rows[i].sequence) +
                                                rows[i].n_tokens);
      if (n_pages > self->n_pages)
        self->n_pages = MAX (n_pages, 2 * self->n_pages);
      size.n_tokens += rows[i].n_tokens;
      size.n_logits += rows[i].n_logits;
    }
  *ret_size = size;
  if (size.n_tokens > 0 && size.n_tokens <= G_MAXINT32)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found a step of %" G_GINT64_FORMAT " tokens, expected 1 to %d",
               size.n_tokens,
               G_MAXINT32);
  return FALSE;
}

/* A tensor of this shape for an input: the last step's, if that had it. Without the input, nothing. */
static gboolean
fit_input (TrafoModelRunner *self,
           Input             input,
           TrafoDType        dtype,
           const gint64     *shape,
           guint             n_dims,
           GError          **error)
{
  TrafoTensor **tensor;
  gboolean      fits;

  if (self->numbers[input] < 0)
    return TRUE;
  tensor = (TrafoTensor **) &g_ptr_array_index (self->tensors, self->numbers[input]);
  fits = *tensor != NULL;
  for (guint i = 0; i < n_dims && fits; i++)
    fits = trafo_tensor_get_dim (*tensor, i) == shape[i];
  if (fits)
    return TRUE;
  g_clear_pointer (tensor, trafo_tensor_unref);
  *tensor = trafo_tensor_new (dtype, shape, n_dims, error);
  return *tensor != NULL;
}

static gboolean
fit_inputs (TrafoModelRunner *self, const StepSize *size, GError **error)
{
  gint64 tokens[] = { 1, size->n_tokens }, table[] = { size->n_rows, (gint64) self->n_pages };
  gint64 n_starts = size->n_rows + 1;

  return fit_input (self, INPUT_IDS, TRAFO_DTYPE_INT64, tokens, 2, error) &&
         fit_input (self, POSITION_IDS, TRAFO_DTYPE_INT64, tokens, 2, error) &&
         fit_input (self, PAGE_TABLE, TRAFO_DTYPE_INT32, table, 2, error) &&
         fit_input (self, ROW_STARTS, TRAFO_DTYPE_INT32, &n_starts, 1, error) &&
         fit_input (self, PAST_LENGTHS, TRAFO_DTYPE_INT32, &size->n_rows, 1, error) &&
         fit_input (self, LOGITS_TO_KEEP, TRAFO_DTYPE_INT32, &size->n_logits, 1, error);
}

/* The elements of an input; NULL where the program has none. */
static gpointer
input_data (TrafoModelRunner *self, Input input)
{
  if (self->numbers[input] < 0)
    return NULL;
  return trafo_tensor_get_data (g_ptr_array_index (self->tensors, self->numbers[input]));
}

static void
fill_tokens (TrafoModelRunner *self, const TrafoRunnerRow *rows, guint n_rows)
{
  gint64 *ids = input_data (self, INPUT_IDS), *positions = input_data (self, POSITION_IDS);
  gint32 *kept = input_data (self, LOGITS_TO_KEEP);
  gint32  n_tokens = 0;

  for (guint i = 0; i < n_rows; i++)
    {
      const TrafoRunnerRow *row = &rows[i];
      gsize                 past = trafo_model_runner_get_length (self, row->sequence);

      if (ids != NULL)
        memcpy (ids + n_tokens, row->tokens, row->n_tokens * sizeof *ids);
      for (guint j = 0; j < row->n_tokens && positions != NULL; j++)
        positions[n_tokens + j] =
            (gint64) past + j + (past + j >= row->shift_from ? row->shift : 0);
      n_tokens += row->n_tokens;
      for (guint j = row->n_logits; j > 0; j--)
        *kept++ = n_tokens - j;
    }
}

static void
fill_rows (TrafoModelRunner *self, const TrafoRunnerRow *rows, guint n_rows)
{
  gint32 *table = input_data (self, PAGE_TABLE), *past = input_data (self, PAST_LENGTHS);
  gint32 *starts = input_data (self, ROW_STARTS);

  if (table == NULL || past == NULL || starts == NULL)
    return;
  starts[0] = 0;
  for (guint i = 0; i < n_rows; i++)
    {
      guint         n_pages;
      const gint32 *pages = trafo_kv_cache_get_pages (self->cache, rows[i].sequence, &n_pages);

      n_pages = MIN (n_pages, self->n_pages);
      memcpy (table, pages, n_pages * sizeof *table);
      memset (table + n_pages, 0, (self->n_pages - n_pages) * sizeof *table);
      table += self->n_pages;
      past[i] = (gint32) trafo_model_runner_get_length (self, rows[i].sequence);
      starts[i + 1] = starts[i] + (gint32) rows[i].n_tokens;
    }
}

static gboolean
bind_cache (TrafoModelRunner *self, GError **error)
{
  guint n_states = trafo_program_get_graph (self->program)->states->len;

  for (guint i = 0; i < n_states; i++)
    if (!trafo_execution_bind_state (self->execution,
                                     i,
                                     trafo_kv_cache_get_state (self->cache, i),
                                     error))
      return FALSE;
  return TRUE;
}

/* In place where the program's memory can be read. */
static const float *
read_logits (TrafoModelRunner *self, const StepSize *size, GError **error)
{
  const float *logits = trafo_execution_peek_output (self->execution, self->logits_number);
  gint64       shape[] = { 1, size->n_logits, (gint64) self->vocab_size };

  if (logits != NULL)
    return logits;
  if (self->logits == NULL || trafo_tensor_get_dim (self->logits, 1) != size->n_logits)
    {
      g_clear_pointer (&self->logits, trafo_tensor_unref);
      self->logits = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, error);
    }
  if (self->logits == NULL ||
      !trafo_execution_copy_output (self->execution, self->logits_number, self->logits, error))
    return NULL;
  return trafo_tensor_get_data (self->logits);
}

gboolean
trafo_model_runner_prepare (TrafoModelRunner     *self,
                            const TrafoRunnerRow *rows,
                            guint                 n_rows,
                            GError              **error)
{
  if (!extend_rows (self, rows, n_rows, &self->step, error) ||
      !fit_inputs (self, &self->step, error))
    return FALSE;
  fill_tokens (self, rows, n_rows);
  fill_rows (self, rows, n_rows);
  return bind_cache (self, error);
}

const float *
trafo_model_runner_run (TrafoModelRunner *self, GCancellable *cancellable, GError **error)
{
  gboolean is_run = trafo_execution_run (self->execution,
                                         (TrafoTensor *const *) self->tensors->pdata,
                                         cancellable,
                                         error);

  note_bytes (self);
  if (!is_run)
    return NULL;
  trafo_model_settle_weights (self->model);
  return read_logits (self, &self->step, error);
}

void
trafo_model_runner_append (TrafoModelRunner *self, const TrafoRunnerRow *rows, guint n_rows)
{
  self->n_run += self->step.n_tokens;
  self->n_steps++;
  for (guint i = 0; i < n_rows; i++)
    trafo_kv_cache_append (self->cache, rows[i].sequence, rows[i].n_tokens);
}

const float *
trafo_model_runner_step (TrafoModelRunner     *self,
                         const TrafoRunnerRow *rows,
                         guint                 n_rows,
                         GCancellable         *cancellable,
                         GError              **error)
{
  const float *logits;

  if (!trafo_model_runner_prepare (self, rows, n_rows, error))
    return NULL;
  logits = trafo_model_runner_run (self, cancellable, error);
  if (logits != NULL)
    trafo_model_runner_append (self, rows, n_rows);
  return logits;
}
