/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fake-device.h"

#include <string.h>

#include "trafo-builder-private.h"
#include "trafo-philox-private.h"

static gsize
count_bytes (const TrafoOperand *operand)
{
  gsize n = trafo_dtype_get_size (operand->dtype);

  for (guint i = 0; i < operand->n_dims; i++)
    n *= operand->shape[i];
  return n;
}

static guint
host_n_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return ((FakeDevice *) args->device)->n_tasks;
}

/* The weight as pack() below leaves it, for the reference. */
static void
unpack (TrafoOperand *weight, gboolean is_in_out)
{
  guint  n_axis = is_in_out ? 1 : 0;
  gint64 n_in = weight->shape[1 - n_axis];

  if (weight->layout != TRAFO_LAYOUT_PACKED)
    return;
  weight->layout = TRAFO_LAYOUT_STRIDED;
  weight->data = (float *) weight->data + (weight->shape[n_axis] - 1) * n_in;
  weight->strides[n_axis] = -n_in;
  weight->strides[1 - n_axis] = 1;
}

static void
run_reference (TrafoKernelArgs *args)
{
  if (args->op == TRAFO_OP_LINEAR)
    unpack (&args->inputs[1], ((const TrafoLinearAttrs *) args->attrs)->is_in_out);
  trafo_op_lookup (args->op)->reference (args);
}

static void
wait_for_others (FakeDevice *self, gint n_others)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (g_atomic_int_get (&self->n_others) < n_others && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&self->n_others), ==, n_others);
  g_atomic_int_set (&self->n_others, 0);
}

static void
pause_for (const FakeDevice *self)
{
  for (volatile guint i = 0; i < self->spin; i++)
    ;
}

static void
cancel (const FakeDevice *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
}

/* Each task computes all of the result, so that it reads every byte of the operands, and writes its
 * share: a missing barrier cannot go unseen. */
static void
host_run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  FakeDevice        *self = args->device;
  gsize              size_bytes = count_bytes (&args->output);
  g_autofree guint8 *result = g_malloc0 (MAX (size_bytes, 1));
  TrafoKernelArgs    own = *args;
  gsize              begin = size_bytes * task / n_tasks, end = size_bytes * (task + 1) / n_tasks;

  own.output.data = result;
  run_reference (&own);
  cancel (self);
  pause_for (self);
  if (self->waits && task == 0)
    wait_for_others (self, (gint) n_tasks - 1);
  memcpy ((guint8 *) args->output.data + begin, result + begin, end - begin);
  if (scratch != NULL)
    memset (scratch, task, 8);
  if (self->waits && task > 0)
    g_atomic_int_inc (&self->n_others);
}

/* The same in two stages: what tasks wrote into shared memory becomes the output, whose share one task of the
 * second stage does. */
static void
host_run_first (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  TrafoKernelArgs own = *args;

  own.output.data = args->shared;
  host_run (&own, task, n_tasks, scratch);
}

static void
host_finish (const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  gsize size_bytes = count_bytes (&args->output);
  gsize begin = size_bytes * task / n_tasks, end = size_bytes * (task + 1) / n_tasks;

  memcpy ((guint8 *) args->output.data + begin, (const guint8 *) args->shared + begin, end - begin);
}

static guint
host_n_finish_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return ((FakeDevice *) args->device)->n_finish_tasks;
}

static gsize
host_shared_size (const TrafoKernelArgs *args, guint n_threads)
{
  return count_bytes (&args->output);
}

/* Rows in two pieces, as even and odd tasks have them. */
static gsize
host_task_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  gsize n_rows = trafo_operand_count_rows (&args->output), n_pieces = MIN (n_tasks, 2);

  *ret_end = n_rows * (task % n_pieces + 1) / n_pieces;
  return n_rows * (task % n_pieces) / n_pieces;
}

/* The same, or a lie that must keep a norm from following. */
static gsize
host_said_rows (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end)
{
  const FakeDevice *self = args->device;
  gsize             n_rows = trafo_operand_count_rows (&args->output);
  gsize             begin = host_task_rows (args, task, n_tasks, ret_end);
  gboolean          is_last = task == n_tasks - 1;

  if (self->rows == FAKE_ROWS_EMPTY && is_last)
    *ret_end = begin;
  else if (self->rows == FAKE_ROWS_OVERLAPPING && is_last)
    ++*ret_end;
  else if (self->rows == FAKE_ROWS_MISSING)
    *ret_end = MIN (*ret_end, n_rows - 1);
  else if (self->rows == FAKE_ROWS_BEYOND && *ret_end == n_rows)
    ++*ret_end;
  return begin;
}

/* Columns of the rows that the task has. */
static void
host_run_columns (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  guint n_pieces = MIN (n_tasks, 2), n_sharing = (n_tasks - task % n_pieces - 1) / n_pieces + 1;
  gsize n = (gsize) args->output.shape[args->output.n_dims - 1], row_end;
  gsize begin = n * (task / n_pieces) / n_sharing, end = n * (task / n_pieces + 1) / n_sharing;
  g_autofree float *result = g_malloc0 (MAX (count_bytes (&args->output), 1));
  TrafoKernelArgs   own = *args;

  own.output.data = result;
  run_reference (&own);
  cancel (args->device);
  pause_for (args->device);
  for (gsize i = host_task_rows (args, task, n_tasks, &row_end); i < row_end; i++)
    memcpy ((float *) args->output.data + i * n + begin,
            result + i * n + begin,
            (end - begin) * sizeof *result);
}

static void
narrow_to_rows (TrafoOperand *operand, gsize begin, gsize end)
{
  gint64 n = operand->shape[operand->n_dims - 1];

  g_assert_true (trafo_operand_is_row_major (operand));
  operand->data = (float *) operand->data + begin * (gsize) n;
  operand->n_dims = 2;
  operand->shape[0] = (gint64) (end - begin);
  operand->shape[1] = operand->strides[0] = n;
  operand->strides[1] = 1;
}

/* Reads no other rows, which may not be there yet. */
static void
host_run_rows (const TrafoKernelArgs *args, gsize begin, gsize end)
{
  TrafoKernelArgs own = *args;

  g_atomic_int_inc (&((FakeDevice *) args->device)->n_followed);
  narrow_to_rows (&own.output, begin, end);
  narrow_to_rows (&own.inputs[0], begin, end);
  if (own.n_inputs > 3)
    narrow_to_rows (&own.inputs[3], begin, end);
  pause_for (args->device);
  run_reference (&own);
}

static guint
host_n_norm_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  guint n_tasks = ((FakeDevice *) args->device)->n_norm_tasks;

  return n_tasks > 0 ? n_tasks : MIN (host_n_tasks (args, n_threads), 2);
}

static gsize
host_scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return 8;
}

/* A kernel that splits, and one that does not: which an op gets depends on its number, so that
 * programs mix both. */
static const TrafoKernel split_kernel = {
  .struct_size = sizeof split_kernel,
  .name = "fake-split",
  .scratch_size = host_scratch_size,
  .n_tasks = host_n_tasks,
  .run = host_run,
};
static const TrafoKernel whole_kernel = {
  .struct_size = sizeof whole_kernel,
  .name = "fake-whole",
  .run = host_run,
};
static const TrafoKernel staged_kernel = {
  .struct_size = sizeof staged_kernel,
  .name = "fake-staged",
  .scratch_size = host_scratch_size,
  .n_tasks = host_n_tasks,
  .run = host_run_first,
  .shared_size = host_shared_size,
  .n_finish_tasks = host_n_finish_tasks,
  .finish = host_finish,
};
/* What may be followed, and layer norms, which may follow and may be followed themselves. */
static const TrafoKernel columns_kernel = {
  .struct_size = sizeof columns_kernel,
  .name = "fake-columns",
  .n_tasks = host_n_tasks,
  .run = host_run_columns,
  .task_rows = host_said_rows,
};
static const TrafoKernel rows_kernel = {
  .struct_size = sizeof rows_kernel,
  .name = "fake-rows",
  .scratch_size = host_scratch_size,
  .n_tasks = host_n_norm_tasks,
  .run = host_run,
  .run_rows = host_run_rows,
};
static const TrafoKernel leading_rows_kernel = {
  .struct_size = sizeof leading_rows_kernel,
  .name = "fake-leading-rows",
  .n_tasks = host_n_tasks,
  .run = host_run_columns,
  .task_rows = host_said_rows,
  .run_rows = host_run_rows,
};
static const TrafoKernel *const columns_kernels[] = { &columns_kernel };
static const TrafoKernel *const rows_kernels[] = { &rows_kernel };
static const TrafoKernel *const leading_rows_kernels[] = { &leading_rows_kernel };
static const TrafoKernel *const split_kernels[] = { &split_kernel };
static const TrafoKernel *const staged_kernels[] = { &staged_kernel };
static const TrafoKernel *const whole_kernels[] = { &whole_kernel };

static gboolean
has_kernel (const FakeDevice *self, guint16 op)
{
  for (gsize i = 0; self->missing != NULL && self->missing[i] != 0; i++)
    if (self->missing[i] == op)
      return FALSE;
  return trafo_op_lookup (op) != NULL && trafo_op_lookup (op)->reference != NULL;
}

static const TrafoKernel *const *
host_list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  const FakeDevice *self = device;

  *ret_n_kernels = has_kernel (self, op);
  if (self->follows && (op == TRAFO_OP_LINEAR || op == TRAFO_OP_CACHED_ATTENTION))
    return columns_kernels;
  if (self->follows && op == TRAFO_OP_LAYER_NORM)
    return self->norms_lead ? leading_rows_kernels : rows_kernels;
  if (op == TRAFO_OP_MUL || op == TRAFO_OP_SUM)
    return whole_kernels;
  return self->n_finish_tasks > 0 ? staged_kernels : split_kernels;
}

static gsize
packed_size (gpointer device, const TrafoWeight *weight)
{
  for (guint i = 0; i < weight->n_parts; i++)
    if (weight->parts[i].dtype != TRAFO_DTYPE_FLOAT32)
      return 0;
  return weight->n_out * weight->n_in * sizeof (float);
}

static guint
pack_n_tasks (gpointer device, const TrafoWeight *weight)
{
  return weight->n_parts;
}

/* Part @task: row n of the whole weight becomes row N - 1 - n, always [N, K]. */
static void
pack (gpointer device, const TrafoWeight *weight, gpointer destination, guint task)
{
  FakeDevice         *self = device;
  const TrafoOperand *part = &weight->parts[task];
  guint               n_axis = weight->is_in_out ? 1 : 0;
  gint64              first = 0;

  for (guint i = 0; i < task; i++)
    first += weight->parts[i].shape[n_axis];
  for (gint64 n = 0; n < part->shape[n_axis]; n++)
    for (gint64 k = 0; k < weight->n_in; k++)
      ((float *) destination)[(weight->n_out - 1 - first - n) * weight->n_in + k] =
          ((const float *) part->data)[n * part->strides[n_axis] + k * part->strides[1 - n_axis]];
  g_atomic_int_inc (&self->n_packed);
  g_atomic_int_set (&self->is_in_out, weight->is_in_out);
}

static const char *
packed_layout (gpointer device)
{
  return ((FakeDevice *) device)->layout;
}

static const TrafoDeviceOps host_ops = {
  .struct_size = sizeof host_ops,
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = host_list_kernels,
};
static const TrafoDeviceOps packing_host_ops = {
  .struct_size = sizeof packing_host_ops,
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = host_list_kernels,
  .packed_size = packed_size,
  .pack_n_tasks = pack_n_tasks,
  .pack = pack,
  .packed_layout = packed_layout,
};

TrafoDevice *
fake_host_device_new (FakeDevice *self)
{
  const TrafoDeviceOps *ops = self->packs ? &packing_host_ops : &host_ops;

  return trafo_device_new ("fake", TRAFO_DEVICE_KIND_CPU, "references", 0, ops, self, NULL);
}

typedef struct
{
  gsize   size_bytes;
  guint8 *memory;
} Buffer;

static TrafoStatus
count_call (FakeDevice *self, TrafoMessage *message)
{
  if (++self->n_calls != self->fail_at)
    return TRAFO_STATUS_OK;
  g_strlcpy (message->text, "as the test wants", sizeof message->text);
  return TRAFO_STATUS_FAILED;
}

static TrafoStatus
buffer_alloc (gpointer         device,
              gsize            size_bytes,
              TrafoBufferUsage usage,
              gpointer        *ret_buffer,
              TrafoMessage    *message)
{
  FakeDevice *self = device;
  TrafoStatus status = count_call (self, message);
  Buffer     *buffer;

  g_assert_cmpuint (size_bytes, >, 0);
  if (status != TRAFO_STATUS_OK)
    return status;
  buffer = g_new0 (Buffer, 1);
  buffer->size_bytes = size_bytes;
  buffer->memory = g_malloc (size_bytes);
  self->n_buffers++;
  *ret_buffer = buffer;
  return TRAFO_STATUS_OK;
}

static void
buffer_free (gpointer device, gpointer buffer)
{
  ((FakeDevice *) device)->n_buffers--;
  g_free (((Buffer *) buffer)->memory);
  g_free (buffer);
}

static TrafoStatus
buffer_write (gpointer      device,
              gpointer      stream,
              gpointer      buffer,
              gsize         offset_bytes,
              gconstpointer source,
              gsize         size_bytes,
              TrafoMessage *message)
{
  Buffer *self = buffer;

  g_assert_nonnull (stream);
  g_assert_cmpuint (size_bytes, >, 0);
  g_assert_cmpuint (offset_bytes + size_bytes, <=, self->size_bytes);
  memcpy (self->memory + offset_bytes, source, size_bytes);
  return count_call (device, message);
}

static TrafoStatus
buffer_read (gpointer      device,
             gpointer      stream,
             gpointer      buffer,
             gsize         offset_bytes,
             gpointer      destination,
             gsize         size_bytes,
             TrafoMessage *message)
{
  Buffer *self = buffer;

  g_assert_nonnull (stream);
  g_assert_cmpuint (offset_bytes + size_bytes, <=, self->size_bytes);
  memcpy (destination, self->memory + offset_bytes, size_bytes);
  return count_call (device, message);
}

static TrafoStatus
stream_new (gpointer device, gpointer *ret_stream, TrafoMessage *message)
{
  FakeDevice *self = device;
  TrafoStatus status = count_call (self, message);

  if (status != TRAFO_STATUS_OK)
    return status;
  self->n_streams++;
  *ret_stream = self;
  return TRAFO_STATUS_OK;
}

static void
stream_free (gpointer device, gpointer stream)
{
  ((FakeDevice *) device)->n_streams--;
}

static TrafoStatus
stream_sync (gpointer device, gpointer stream, TrafoMessage *message)
{
  return count_call (device, message);
}

static void
to_host (TrafoOperand *operand)
{
  Buffer *buffer = operand->data;

  g_assert_cmpuint (operand->offset_bytes + trafo_operand_span_bytes (operand),
                    <=,
                    buffer->size_bytes);
  operand->data = buffer->memory + operand->offset_bytes;
  operand->offset_bytes = 0;
}

static TrafoStatus
enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  TrafoKernelArgs host = *args;

  to_host (&host.output);
  for (guint i = 0; i < host.n_inputs; i++)
    to_host (&host.inputs[i]);
  run_reference (&host);
  return count_call (args->device, message);
}

static const TrafoKernel queue_kernel = {
  .struct_size = sizeof queue_kernel,
  .name = "fake-queue",
  .enqueue = enqueue,
};
static const TrafoKernel *const queue_kernels[] = { &queue_kernel };

static const TrafoKernel *const *
queue_list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = has_kernel (device, op);
  return queue_kernels;
}

static const TrafoDeviceOps queue_ops = {
  .struct_size = sizeof queue_ops,
  .list_kernels = queue_list_kernels,
  .buffer_alloc = buffer_alloc,
  .buffer_free = buffer_free,
  .buffer_write = buffer_write,
  .buffer_read = buffer_read,
  .stream_new = stream_new,
  .stream_free = stream_free,
  .stream_sync = stream_sync,
};

TrafoDevice *
fake_queue_device_new (FakeDevice *self)
{
  return trafo_device_new ("fake:0",
                           TRAFO_DEVICE_KIND_GPU,
                           "references",
                           0,
                           &queue_ops,
                           self,
                           NULL);
}

static gboolean
lookup (gpointer               data,
        const TrafoGraphParam *param,
        guint                  part,
        TrafoOperand          *ret_operand,
        GError               **error)
{
  const char  *name = g_ptr_array_index (param->names, part);
  TrafoTensor *tensor = trafo_tensor_dict_get (data, name);

  if (tensor == NULL)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "there is no '%s'", name);
      return FALSE;
    }
  trafo_tensor_get_operand (tensor, ret_operand);
  return TRUE;
}

void
fake_source_init (TrafoWeightSource *source, TrafoTensorDict *tensors)
{
  *source = (TrafoWeightSource){
    .data = trafo_tensor_dict_ref (tensors),
    .destroy = (GDestroyNotify) trafo_tensor_dict_unref,
    .lookup = lookup,
  };
}

TrafoTensorDict *
fake_parameters_new (const TrafoGraph *graph)
{
  TrafoTensorDict *tensors = trafo_tensor_dict_new ();

  for (guint i = 0; i < graph->params->len; i++)
    {
      const TrafoGraphParam *param = g_ptr_array_index (graph->params, i);
      const TrafoValueType  *type = &trafo_graph_get_node (graph, param->sym)->type;
      const char            *name = g_ptr_array_index (param->names, 0);
      g_autoptr (TrafoTensor) tensor =
          trafo_tensor_new (TRAFO_DTYPE_FLOAT32, type->dims, type->n_dims, NULL);

      trafo_philox_normal (1,
                           g_str_hash (name),
                           1,
                           trafo_tensor_get_data (tensor),
                           trafo_tensor_get_n_elements (tensor));
      trafo_tensor_dict_set (tensors, name, tensor);
    }
  return tensors;
}

TrafoProgram *
fake_compile (TrafoDevice *device, TrafoBuilder *builder, TrafoTensorDict *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoWeights) weights = NULL;
  TrafoWeightSource source;
  TrafoGraph       *graph = trafo_builder_finish (builder, &error);
  TrafoProgram     *program;

  g_assert_no_error (error);
  fake_source_init (&source, parameters);
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  program = trafo_program_compile (graph, weights, &error);
  g_assert_no_error (error);
  return program;
}
