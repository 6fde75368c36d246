/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-execution-private.h"

#include <string.h>

#include "trafo-autotune-private.h"
#include "trafo-device-private.h"
#include "trafo-fill-rule-private.h"
#include "trafo-host-run-private.h"
#include "trafo-kernel-findings-private.h"
#include "trafo-recording-private.h"
#include "trafo-tensor-private.h"

/* A smaller output is cheap to copy, and the arena stays. */
#define MIN_TAKEN_BYTES ((gsize) 1 << 20)

/* @dims: those of @type, as far as they are known. */
static gboolean
shape_error (const char           *name,
             const TrafoTensor    *tensor,
             const TrafoGraph     *graph,
             const TrafoValueType *type,
             const gint64         *dims,
             GError              **error)
{
  gsize            n_dims;
  const gint64    *shape = trafo_tensor_get_shape (tensor, &n_dims);
  g_autofree char *found = trafo_shape_to_string (shape, n_dims);
  g_autofree char *expected = trafo_dims_to_string (graph->dims, dims, type->n_dims);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "input '%s' is %s of shape %s, expected %s of shape %s",
               name,
               trafo_dtype_get_name (trafo_tensor_get_dtype (tensor)),
               found,
               trafo_dtype_get_name (type->dtype),
               expected);
  return FALSE;
}

/* Takes the slots' values from one input's shape. */
static gboolean
read_slots (TrafoExecution        *self,
            const TrafoGraphInput *input,
            const TrafoTensor     *tensor,
            gint64                *slots,
            GError               **error)
{
  const TrafoGraph     *graph = self->program->graph;
  const TrafoValueType *type = &trafo_graph_get_node (graph, input->sym)->type;
  gint64                dims[TRAFO_MAX_DIMS];

  for (guint i = 0; i < type->n_dims; i++)
    {
      gint64 dim = type->dims[i];

      dims[i] = dim < 0 && dim >= -TRAFO_N_SLOTS && slots[-dim - 1] >= 0 ? slots[-dim - 1] : dim;
    }
  if (trafo_tensor_get_dtype (tensor) != type->dtype ||
      trafo_tensor_get_n_dims (tensor) != type->n_dims)
    return shape_error (input->name, tensor, graph, type, dims, error);
  for (guint i = 0; i < type->n_dims; i++)
    {
      gint64 found = trafo_tensor_get_dim (tensor, i);
      gint64 dim = type->dims[i];

      if (dim < 0 && dim >= -TRAFO_N_SLOTS)
        {
          if (slots[-dim - 1] < 0)
            slots[-dim - 1] = found;
          dim = slots[-dim - 1];
        }
      if (dim >= 0 && dim != found)
        return shape_error (input->name, tensor, graph, type, dims, error);
    }
  return TRUE;
}

static gboolean
find_slots (TrafoExecution *self, TrafoTensor *const *inputs, gint64 *slots, GError **error)
{
  const TrafoGraph *graph = self->program->graph;

  for (guint i = 0; i < TRAFO_N_SLOTS; i++)
    slots[i] = -1;
  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);

      if (inputs[i] != NULL && !read_slots (self, input, inputs[i], slots, error))
        return FALSE;
      if (inputs[i] == NULL && input->rule == TRAFO_FILL_RULE_REQUIRED)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "input '%s' is missing",
                       input->name);
          return FALSE;
        }
    }
  for (guint i = 0; i < TRAFO_N_SLOTS; i++)
    slots[i] = MAX (slots[i], 0);
  return TRUE;
}

/* Sums and products of slots, such as batch + 1, say what an input must be only now. */
static gboolean
check_shapes (TrafoExecution *self, TrafoTensor *const *inputs, GError **error)
{
  const TrafoGraph *graph = self->program->graph;

  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);
      const TrafoValueType  *type = &trafo_graph_get_node (graph, input->sym)->type;
      const TrafoOperand    *value = &self->values[input->sym];

      for (guint j = 0; inputs[i] != NULL && j < type->n_dims; j++)
        if (trafo_tensor_get_dim (inputs[i], j) != value->shape[j])
          return shape_error (input->name, inputs[i], graph, type, value->shape, error);
    }
  return TRUE;
}

/* Row-major elements of @tensor to @to; inputs are small, ids and masks. */
static void
copy_input (const TrafoTensor *tensor, guint8 *to)
{
  TrafoKernelArgs args = { .struct_size = sizeof args, .op = TRAFO_OP_COPY, .n_inputs = 1 };

  if (trafo_tensor_is_contiguous (tensor))
    {
      memcpy (to, trafo_tensor_get_data (tensor), trafo_tensor_get_size_bytes (tensor));
      return;
    }
  trafo_tensor_get_operand (tensor, &args.inputs[0]);
  args.output = args.inputs[0];
  args.output.data = to;
  trafo_shape_to_strides (args.output.shape, args.output.n_dims, args.output.strides);
  trafo_op_lookup (TRAFO_OP_COPY)->reference (&args);
}

static gboolean
bind_input (TrafoExecution        *self,
            const TrafoGraphInput *input,
            const TrafoTensor     *tensor,
            const TrafoTensor     *mask,
            GError               **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  const TrafoOperand   *value = &self->values[input->sym];
  gsize                 size_bytes = trafo_operand_span_bytes (value);
  guint8               *to = self->program->is_host ? value->data : self->staging;
  TrafoOperand          bound = *value;
  TrafoMessage          message = { "" };
  TrafoStatus           status;

  if (size_bytes == 0)
    return TRUE;
  bound.data = to;
  bound.offset_bytes = 0;
  if (tensor != NULL)
    copy_input (tensor, to);
  else
    trafo_fill_rule_apply (input->rule, &bound, mask);
  if (!trafo_graph_input_check (input, &bound, error))
    return FALSE;
  if (self->program->is_host)
    return TRUE;
  status = ops->buffer_write (trafo_device_get_handle (self->program->device),
                              self->stream,
                              self->arena,
                              value->offset_bytes,
                              to,
                              size_bytes,
                              &message);
  return trafo_device_check (self->program->device, status, &message, error);
}

/* What is behind a task of a step that is followed, and how long that takes if somebody wants to know. */
static void
run_follower (TrafoExecution *self, const TrafoStep *step, guint task, guint worker)
{
  gint64 begin_ns = self->recording != NULL ? trafo_profile_now () : 0;

  trafo_execution_run_follower (self, step, task);
  if (G_UNLIKELY (self->recording != NULL))
    trafo_recording_get_span (self->recording, worker, step + 1 - self->steps, FALSE)->end_ns +=
        trafo_profile_now () - begin_ns;
}

static inline void
run_step (TrafoExecution *self, TrafoStep *step, guint worker, guint n_workers)
{
  gpointer scratch = (guint8 *) self->scratch + worker * self->scratch_bytes;
  guint    task = worker;

  if (step->kernel == NULL)
    {
      if (worker == 0 && step->n_tasks > 0)
        step->run (&step->args);
      return;
    }
  for (; task < step->n_tasks; task = trafo_take_task (&step->n_taken, step->n_tasks, n_workers))
    {
      step->kernel->run (&step->args, task, step->n_tasks, scratch);
      if (step->is_followed)
        run_follower (self, step, task, worker);
      /* the last to come sees what all others wrote */
      if (step->n_finish_tasks == 1 && __atomic_sub_fetch (&step->n_left, 1, __ATOMIC_ACQ_REL) == 0)
        step->kernel->finish (&step->args, 0, 1);
    }
}

/* The second stage of a step of several tasks, once all have done the first. */
static inline void
finish_step (TrafoExecution *self, const TrafoStep *step, guint worker, guint n_workers)
{
  for (guint task = worker; task < step->n_finish_tasks; task += n_workers)
    step->kernel->finish (&step->args, task, step->n_finish_tasks);
}

/* What a worker did of the step that follows is shown behind what it did of this one. */
static void
divide_span (TrafoSpan *span, TrafoSpan *following)
{
  gint64 time_ns = following->end_ns;

  if (time_ns == 0)
    return;
  following->end_ns = span->end_ns;
  span->end_ns -= time_ns;
  following->begin_ns = span->end_ns;
}

/* The same with the times of those who take part. */
static void
record_step (TrafoExecution *self, guint i, gboolean is_finish, guint worker, guint n_workers)
{
  TrafoStep *step = &self->steps[i];
  TrafoSpan *span = trafo_recording_get_span (self->recording, worker, i, is_finish);

  if (worker >= (is_finish ? step->n_finish_tasks : step->n_tasks))
    return;
  if (worker == 0 && !is_finish)
    {
      self->recording->n_running = n_workers;
      trafo_recording_count (self->recording, self, i);
      if (step->is_followed)
        trafo_recording_count (self->recording, self, i + 1);
    }
  span->begin_ns = trafo_profile_now ();
  if (is_finish)
    finish_step (self, step, worker, n_workers);
  else
    run_step (self, step, worker, n_workers);
  span->end_ns = trafo_profile_now ();
  if (step->is_followed)
    divide_span (span, trafo_recording_get_span (self->recording, worker, i + 1, FALSE));
}

/* What every worker does: the whole program, its share of each step. Worker 0 looks for a
 * cancellation and says at which barrier all stop, before it arrives there; alone, it stops at any
 * step. */
static void
run_steps (gpointer data, guint worker, guint n_workers)
{
  TrafoExecution *self = data;
  guint           n_barriers = 0;

  for (guint i = 0; i < self->n_steps; i++)
    {
      TrafoStep *step = &self->steps[i];

      if (step->is_follower)
        continue;
      if (step->needs_barrier || n_workers == 1)
        {
          n_barriers++;
          if (worker == 0 && self->cancellable != NULL &&
              g_cancellable_is_cancelled (self->cancellable))
            __atomic_store_n (&self->stop_at, n_barriers, __ATOMIC_RELAXED);
          trafo_barrier_wait (&self->barrier, n_workers);
          if (__atomic_load_n (&self->stop_at, __ATOMIC_RELAXED) == n_barriers)
            return;
        }
      if (G_UNLIKELY (self->recording != NULL))
        record_step (self, i, FALSE, worker, n_workers);
      else
        run_step (self, step, worker, n_workers);
      if (step->n_finish_tasks < 2)
        continue;
      trafo_barrier_wait (&self->barrier, n_workers);
      if (G_UNLIKELY (self->recording != NULL))
        record_step (self, i, TRUE, worker, n_workers);
      else
        finish_step (self, step, worker, n_workers);
    }
}

/* What is queued may still use the execution's memory: no run ends before it is done. */
static gboolean
finish_queue (TrafoExecution *self, gboolean done, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  gpointer              handle = trafo_device_get_handle (self->program->device);
  TrafoMessage          message = { "" };
  TrafoStatus           status = ops->stream_sync (handle, self->stream, &message);

  return trafo_device_check (self->program->device, status, &message, done ? error : NULL) && done;
}

/* What a step on the host wrote into its operands goes back to where they lie. */
static TrafoStatus
write_back (TrafoExecution        *self,
            const TrafoStep       *step,
            const TrafoKernelArgs *host,
            TrafoMessage          *message)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  gpointer              handle = trafo_device_get_handle (self->program->device);
  guint                 written = 1 | (guint) step->mutates << 1;
  TrafoStatus           status = TRAFO_STATUS_OK;

  for (guint i = 0; written >> i != 0 && status == TRAFO_STATUS_OK; i++)
    {
      const TrafoOperand *from = i == 0 ? &host->output : &host->inputs[i - 1];
      const TrafoOperand *to = i == 0 ? &step->args.output : &step->args.inputs[i - 1];
      gsize               size_bytes = trafo_operand_span_bytes (to);

      if ((written >> i & 1) != 0 && size_bytes > 0)
        status = ops->buffer_write (handle,
                                    self->stream,
                                    to->data,
                                    to->offset_bytes,
                                    from->data,
                                    size_bytes,
                                    message);
    }
  return status;
}

/* A step that the device has no kernel for: its operands come to the host and what it writes goes
 * back. Strides are kept, so each operand's whole span is moved. */
static gboolean
run_on_host (TrafoExecution *self, const TrafoStep *step, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  gpointer              handle = trafo_device_get_handle (self->program->device);
  TrafoKernelArgs       args = step->args;
  guint8               *at = self->staging;
  TrafoMessage          message = { "" };
  TrafoStatus           status = TRAFO_STATUS_OK;
  gsize                 size_bytes;

  for (guint i = 0; i < args.n_inputs && status == TRAFO_STATUS_OK; i++)
    {
      TrafoOperand *input = &args.inputs[i];

      size_bytes = trafo_operand_span_bytes (input);
      if (size_bytes > 0)
        status = ops->buffer_read (handle,
                                   self->stream,
                                   input->data,
                                   input->offset_bytes,
                                   at,
                                   size_bytes,
                                   &message);
      input->data = at;
      input->offset_bytes = 0;
      at += trafo_align_up (size_bytes);
    }
  args.output.data = at;
  args.output.offset_bytes = 0;
  if (status == TRAFO_STATUS_OK)
    {
      step->run (&args);
      status = write_back (self, step, &args, &message);
    }
  return trafo_device_check (self->program->device, status, &message, error);
}

static gboolean
enqueue_step (TrafoExecution *self, const TrafoStep *step, GError **error)
{
  TrafoMessage message = { "" };
  TrafoStatus  status;

  if (step->kernel == NULL)
    return run_on_host (self, step, error);
  status = step->kernel->enqueue (&step->args, self->stream, &message);
  return trafo_device_check (self->program->device, status, &message, error);
}

/* Waits for the step, whose time is not known otherwise. */
static gboolean
record_queued_step (TrafoExecution *self, guint i, GError **error)
{
  TrafoSpan *span = trafo_recording_get_span (self->recording, 0, i, FALSE);
  gboolean   done;

  trafo_recording_count (self->recording, self, i);
  span->begin_ns = trafo_profile_now ();
  done = finish_queue (self, enqueue_step (self, &self->steps[i], error), error);
  span->end_ns = trafo_profile_now ();
  return done;
}

static gboolean
enqueue_steps (TrafoExecution *self, GError **error)
{
  for (guint i = 0; i < self->n_steps; i++)
    {
      const TrafoStep *step = &self->steps[i];
      gboolean         done = TRUE;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (self->recording != NULL && step->n_tasks > 0)
        done = record_queued_step (self, i, error);
      else if (step->n_tasks > 0)
        done = enqueue_step (self, step, error);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

static gboolean
bind_inputs (TrafoExecution *self, TrafoTensor *const *inputs, GError **error)
{
  g_auto (TrafoPhase) phase = trafo_phase_begin (TRAFO_PHASE_BIND);
  const TrafoGraph  *graph = self->program->graph;
  const TrafoTensor *mask = NULL;

  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);

      if (g_str_equal (input->name, "attention_mask"))
        mask = inputs[i];
    }
  for (guint i = 0; i < graph->inputs->len; i++)
    if (!bind_input (self, g_ptr_array_index (graph->inputs, i), inputs[i], mask, error))
      return FALSE;
  return TRUE;
}

/* Plans, if the inputs' shapes are not those of the last run, and puts everything in its place. */
static gboolean
prepare (TrafoExecution *self, TrafoTensor *const *inputs, GError **error)
{
  gint64 slots[TRAFO_N_SLOTS];

  if (!find_slots (self, inputs, slots, error))
    return FALSE;
  if (!self->is_resolved || memcmp (slots, self->slots, sizeof slots) != 0)
    {
      memcpy (self->slots, slots, sizeof slots);
      if (!trafo_execution_resolve (self, error))
        return FALSE;
    }
  return check_shapes (self, inputs, error) && trafo_execution_restore_arena (self, error) &&
         trafo_execution_place_states (self, error) && bind_inputs (self, inputs, error);
}

static gboolean
run_alone (TrafoExecution *self, const TrafoStep *step, GError **error)
{
  const TrafoKernel *kernel = step->kernel;
  gboolean           is_open = step->is_open;
  TrafoHostRun       run;

  /* a step before it may have been the same */
  if (is_open)
    kernel = trafo_autotune_recall (self->program->device, &step->args, &is_open);
  if (is_open)
    return trafo_autotune_measure (self->program->device, &step->args, error);
  if (kernel == NULL)
    {
      step->run (&step->args);
      return TRUE;
    }
  if (!trafo_host_run_init (&run, kernel, &step->args, error))
    return FALSE;
  trafo_host_run (&run);
  trafo_host_run_clear (&run);
  return TRUE;
}

/* Step by step, so that those whose fastest kernel is not known can be tried on their real operands. The
 * next run of the same shapes is planned with what was found. */
static gboolean
tune_plan (TrafoExecution *self, GError **error)
{
  self->is_resolved = FALSE;
  for (guint i = 0; i < self->n_steps; i++)
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
        (self->steps[i].n_tasks > 0 && !run_alone (self, &self->steps[i], error)))
      return FALSE;
  trafo_kernel_findings_save (self->program->device);
  return TRUE;
}

static gboolean
run_plan (TrafoExecution *self, GError **error)
{
  if (!self->program->is_host)
    return finish_queue (self, enqueue_steps (self, error), error);
  if (self->is_open)
    return tune_plan (self, error);
  for (guint i = 0; i < self->n_steps; i++)
    {
      self->steps[i].n_taken = 0;
      self->steps[i].n_left = self->steps[i].n_tasks;
    }
  trafo_execution_reset_rows (self);
  trafo_thread_pool_run (trafo_thread_pool_get_default (), self->n_workers, run_steps, self);
  if (self->stop_at == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the run was cancelled");
  return FALSE;
}

static gboolean
record_plan (TrafoExecution *self, TrafoProfile *profile, GError **error)
{
  TrafoPhase phase = { g_object_ref (profile), TRAFO_PHASE_OPS, 0 };
  gboolean   done;

  trafo_recording_start (self, profile);
  phase.begin_ns = trafo_profile_now ();
  done = run_plan (self, error);
  trafo_phase_end (&phase);
  trafo_recording_stop (self);
  return done;
}

/* What went wrong while rows of tables were read, which fails the run. */
static gboolean
take_read_error (TrafoExecution *self, GError **error)
{
  if (self->read_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->read_error));
  return FALSE;
}

gboolean
trafo_execution_run (TrafoExecution     *self,
                     TrafoTensor *const *inputs,
                     GCancellable       *cancellable,
                     GError            **error)
{
  g_auto (TrafoPhase) phase = trafo_phase_begin (TRAFO_PHASE_RUN);
  gboolean done;

  if (!prepare (self, inputs, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  self->cancellable = cancellable;
  self->stop_at = 0;
  done = phase.profile != NULL ? record_plan (self, phase.profile, error) : run_plan (self, error);
  return take_read_error (self, done ? error : NULL) && done;
}

static const TrafoOperand *
output_of (const TrafoExecution *self, guint i)
{
  const TrafoGraphOutput *output = g_ptr_array_index (self->program->graph->outputs, i);

  return &self->values[output->sym];
}

gconstpointer
trafo_execution_peek_output (const TrafoExecution *self, guint i)
{
  const TrafoOperand *value = output_of (self, i);

  return self->program->is_host && trafo_operand_is_row_major (value) ? value->data : NULL;
}

static gboolean
read_buffer (TrafoExecution *self, const TrafoOperand *value, gpointer to, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->program->device);
  TrafoMessage          message = { "" };
  TrafoStatus           status;

  status = ops->buffer_read (trafo_device_get_handle (self->program->device),
                             self->stream,
                             value->data,
                             value->offset_bytes,
                             to,
                             trafo_operand_span_bytes (value),
                             &message);
  return trafo_device_check (self->program->device, status, &message, error);
}

gboolean
trafo_execution_copy_output (TrafoExecution *self, guint i, TrafoTensor *to, GError **error)
{
  const TrafoOperand *value = output_of (self, i);
  gsize               size_bytes = trafo_operand_span_bytes (value);
  g_autoptr (TrafoTensor) view = NULL;
  g_autofree guint8 *host = NULL;

  if (size_bytes == 0)
    return TRUE;
  if (!self->program->is_host && trafo_operand_is_row_major (value))
    return read_buffer (self, value, trafo_tensor_get_data (to), error);
  if (!self->program->is_host)
    {
      host = g_try_malloc (size_bytes);
      if (host == NULL)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_NO_MEMORY,
                       "no memory for %" G_GSIZE_FORMAT " bytes of a result",
                       size_bytes);
          return FALSE;
        }
      if (!read_buffer (self, value, host, error))
        return FALSE;
    }
  view = trafo_tensor_new_from_data (value->dtype,
                                     value->shape,
                                     value->strides,
                                     value->n_dims,
                                     host != NULL ? host : value->data,
                                     TRUE,
                                     NULL,
                                     NULL,
                                     error);
  if (view == NULL)
    return FALSE;
  copy_input (view, trafo_tensor_get_data (to));
  return TRUE;
}

TrafoTensor *
trafo_execution_read_output (TrafoExecution *self, guint i, GError **error)
{
  const TrafoOperand *value = output_of (self, i);
  g_autoptr (TrafoTensor) result = NULL;

  result = trafo_tensor_new (value->dtype, value->shape, value->n_dims, error);
  if (result == NULL || !trafo_execution_copy_output (self, i, result, error))
    return NULL;
  return g_steal_pointer (&result);
}

TrafoTensor *
trafo_execution_take_output (TrafoExecution *self, GError **error)
{
  const TrafoOperand *value = output_of (self, 0);
  const guint8       *at = value->data, *arena = self->arena;
  gsize               size_bytes = trafo_operand_span_bytes (value);

  if (!self->program->is_host || !trafo_operand_is_row_major (value) ||
      size_bytes < MIN_TAKEN_BYTES || size_bytes < self->arena_capacity_bytes / 2 || at < arena ||
      at >= arena + self->arena_capacity_bytes)
    return trafo_execution_read_output (self, 0, error);
  self->taken_arena = g_steal_pointer (&self->arena);
  self->arena_capacity_bytes = 0;
  return trafo_tensor_new_from_data (value->dtype,
                                     value->shape,
                                     NULL,
                                     value->n_dims,
                                     value->data,
                                     FALSE,
                                     self->taken_arena,
                                     free,
                                     error);
}

gsize
trafo_execution_get_peak_bytes (const TrafoExecution *self)
{
  return self->arena_capacity_bytes + self->scratch_capacity_bytes + self->staging_capacity_bytes;
}

guint
trafo_execution_get_n_barriers (const TrafoExecution *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_steps; i++)
    n += (self->steps[i].needs_barrier ? 1 : 0) + (self->steps[i].n_finish_tasks > 1 ? 1 : 0);
  return n;
}

GVariant *
trafo_execution_get_placement (const TrafoExecution *self)
{
  GVariantBuilder builder;
  const char     *device = trafo_device_get_name (self->program->device);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < self->n_steps; i++)
    {
      const TrafoStep *step = &self->steps[i];

      g_variant_builder_add (&builder,
                             "(sss)",
                             trafo_op_lookup (step->args.op)->name,
                             step->kernel != NULL ? step->kernel->name : "reference",
                             step->kernel != NULL ? device : "host");
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
