/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "runner.h"

#include <string.h>

#include "rows.h"
#include "tolerance.h"
#include "trafo-4bit-private.h"
#include "trafo-device-private.h"
#include "trafo-eager-private.h"
#include "trafo-execution-private.h"
#include "trafo-int8-private.h"
#include "trafo-op-run-private.h"
#include "trafo-reference-device-private.h"
#include "trafo-tensor-private.h"
#include "trafo-weight-packing-private.h"

Runner *
runner_new (TrafoDevice *device)
{
  Runner *self = g_new0 (Runner, 1);

  self->device = g_object_ref (device);
  self->reference = trafo_reference_device_new ();
  self->kernels = g_hash_table_new (NULL, NULL);
  self->split = g_hash_table_new (NULL, NULL);
  return self;
}

void
runner_free (Runner *self)
{
  g_object_unref (self->device);
  g_object_unref (self->reference);
  g_hash_table_unref (self->kernels);
  g_hash_table_unref (self->split);
  g_free (self);
}

/* One case on its way to a result. */
typedef struct
{
  const Case    *op_case;
  const TrafoOp *op;
  gboolean       decomposes;
  TrafoTensor   *tensors[TRAFO_MAX_OP_INPUTS]; /* what the operands are views of */
  TrafoSym       operands[TRAFO_MAX_OP_INPUTS];
  const char    *kernel; /* NULL: the reference */
} Run;

static void
run_clear (Run *self)
{
  for (guint i = 0; i < self->op_case->n_inputs; i++)
    trafo_tensor_unref (self->tensors[i]);
}

/* What codes of @weight stand for, [N, K]. */
static void
round_4bit (TrafoWeightEncoding encoding,
            const TrafoOperand *weight,
            gboolean            is_in_out,
            float              *values)
{
  gsize              n = (gsize) (weight->shape[0] * weight->shape[1]);
  guint              block_size = trafo_4bit_get_block_size (encoding);
  gsize              n_blocks = trafo_4bit_count_blocks (n, block_size);
  g_autofree guint8 *codes = g_malloc (n / 2 + 1);
  g_autofree float  *scales = g_new (float, n_blocks);
  Trafo4BitCodes     decoded = { encoding, codes, scales, block_size };

  trafo_4bit_encode (encoding, weight, is_in_out, 0, n_blocks, codes, scales);
  trafo_4bit_decode (&decoded, 0, n, values);
}

static void
round_int8 (const TrafoOperand *weight, gboolean is_in_out, float *values)
{
  gint64 n_out = weight->shape[is_in_out ? 1 : 0], n_in = weight->shape[is_in_out ? 0 : 1];
  g_autofree gint8 *integers = g_new (gint8, n_out * n_in);
  g_autofree float *scales = g_new (float, n_out);

  trafo_int8_encode (weight, is_in_out, 0, n_out, integers, scales);
  for (gint64 i = 0; i < n_out * n_in; i++)
    values[i] = (float) integers[i] * scales[i / n_in];
}

/* Weights of 4 bits and of integers alone begin as floats that those stand for, so that they round nothing. */
static void
round_weight (const Case *op_case, TrafoTensor *tensor)
{
  TrafoWeightEncoding encoding = (TrafoWeightEncoding) op_case->attrs.linear.encoding;
  gboolean            is_in_out = op_case->attrs.linear.is_in_out;
  float              *elements = trafo_tensor_get_data (tensor);
  gsize               n = (gsize) trafo_tensor_get_n_elements (tensor), n_in;
  g_autofree float   *values = g_new (float, n);
  TrafoOperand        weight;

  trafo_tensor_get_operand (tensor, &weight);
  n_in = (gsize) weight.shape[is_in_out ? 0 : 1];
  if (encoding == TRAFO_WEIGHT_ENCODING_INT8)
    round_int8 (&weight, is_in_out, values);
  else
    round_4bit (encoding, &weight, is_in_out, values);
  for (gsize i = 0; i < n; i++)
    elements[is_in_out ? i % n_in * (n / n_in) + i / n_in : i] = values[i];
}

static void
run_init (Run *self, const Case *op_case, gboolean decomposes)
{
  *self =
      (Run){ .op_case = op_case, .op = trafo_op_lookup (op_case->op), .decomposes = decomposes };
  for (guint i = 0; i < op_case->n_inputs; i++)
    self->tensors[i] = case_make_tensor (op_case, i);
  if (op_case->op == TRAFO_OP_LINEAR &&
      (trafo_4bit_is_encoding (op_case->attrs.linear.encoding) ||
       op_case->attrs.linear.encoding == TRAFO_WEIGHT_ENCODING_INT8))
    round_weight (op_case, self->tensors[1]);
}

static TrafoSym
append_leaf (Run *self, TrafoBuilder *b, guint i)
{
  const CaseOperand *operand = &self->op_case->inputs[i];
  g_autofree char   *name = g_strdup_printf ("x%u", i);
  const gint64      *shape;
  gsize              n_dims;

  shape = trafo_tensor_get_shape (self->tensors[i], &n_dims);
  if ((self->op->mutates >> i & 1) != 0)
    return trafo_builder_append_state (b, name, operand->dtype, shape, n_dims);
  if (trafo_builder_get_executor (b) != NULL)
    return trafo_builder_constant (b, self->tensors[i]);
  if (operand->is_param)
    return trafo_builder_append_param (b, name, shape, n_dims, TRAFO_INITIALIZER_ZEROS);
  return trafo_builder_input (b, name, operand->dtype, shape, n_dims, TRAFO_FILL_RULE_REQUIRED);
}

static TrafoSym
append_all (Run *self, TrafoBuilder *b)
{
  const Case *op_case = self->op_case;

  for (guint i = 0; i < op_case->n_inputs; i++)
    self->operands[i] = case_operand_view (b, &op_case->inputs[i], append_leaf (self, b, i));
  if (self->decomposes)
    return self->op->decompose (b, &op_case->attrs, self->operands, op_case->n_inputs);
  return trafo_builder_append (b,
                               op_case->op,
                               self->op->attrs_size_bytes > 0 ? &op_case->attrs : NULL,
                               self->operands,
                               op_case->n_inputs,
                               op_case->has_wanted ? &op_case->wanted : NULL);
}

static void
note_kernel (Runner *self, const TrafoKernel *kernel)
{
  if (kernel != NULL)
    g_hash_table_add (self->kernels, (gpointer) kernel);
}

/* Which kernel eager execution took: asked once more, with the same operands. */
static void
note_eager (Runner *self, Run *run, TrafoBuilder *b, TrafoTensor *result)
{
  TrafoKernelArgs    args = { .struct_size = sizeof args, .op = run->op_case->op };
  const TrafoKernel *kernel;

  if (run->decomposes || run->op->view != NULL || trafo_tensor_get_n_elements (result) == 0)
    return;
  args.n_inputs = run->op_case->n_inputs;
  args.attrs = run->op->attrs_size_bytes > 0 ? &run->op_case->attrs : NULL;
  args.device = trafo_device_get_handle (self->device);
  trafo_tensor_get_operand (result, &args.output);
  for (guint i = 0; i < args.n_inputs; i++)
    {
      g_autoptr (TrafoTensor) operand = trafo_builder_get_value (b, run->operands[i], NULL);

      trafo_tensor_get_operand (operand, &args.inputs[i]);
      if (trafo_op_broadcasts (args.op))
        trafo_operand_broadcast (&args.inputs[i], &args.output);
    }
  kernel = trafo_device_choose_kernel (self->device, &args);
  run->kernel = kernel != NULL ? kernel->name : NULL;
  note_kernel (self, kernel);
}

static TrafoTensor *
find_state (gpointer data, const char *name, GError **error)
{
  Run *run = data;

  return trafo_tensor_ref (run->tensors[g_ascii_strtoull (name + 1, NULL, 10)]);
}

/* What the op writes, it writes into the tensors of the run. */
static TrafoBuilder *
new_eager (TrafoDevice *device, Run *run)
{
  TrafoEagerLeaves leaves = { .data = run, .find_state = find_state };

  return trafo_builder_new_eager_with (device, NULL, &leaves);
}

static TrafoTensor *
run_eagerly (Runner *self, Run *run, GError **error)
{
  g_autoptr (TrafoBuilder) b = new_eager (self->device, run);
  TrafoSym y = append_all (run, b);
  g_autoptr (TrafoTensor) result = trafo_builder_get_value (b, y, error);

  if (result == NULL)
    return NULL;
  note_eager (self, run, b, result);
  return trafo_tensor_contiguous (result, error);
}

/* What the reference makes of the case, and how far from it a result may be. */
static TrafoTensor *
run_reference (Runner     *self,
               const Case *op_case,
               gboolean    decomposes,
               Run        *ret_run,
               Tolerance  *ret_tolerance)
{
  g_autoptr (TrafoBuilder) b = new_eager (self->reference, ret_run);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) view = NULL;
  TrafoTensor *operands[TRAFO_MAX_OP_INPUTS];
  TrafoTensor *result;

  run_init (ret_run, op_case, FALSE);
  view = trafo_builder_get_value (b, append_all (ret_run, b), &error);
  if (error != NULL)
    {
      g_autofree char *text = case_to_string (op_case);

      g_error ("no case for the rules of its op: %s: %s", text, error->message);
    }
  for (guint i = 0; i < op_case->n_inputs; i++)
    {
      g_autoptr (TrafoTensor) operand = trafo_builder_get_value (b, ret_run->operands[i], &error);

      operands[i] = trafo_tensor_contiguous (operand, &error);
    }
  g_assert_no_error (error);
  *ret_tolerance = (decomposes ? tolerance_of_decomposition
                               : tolerance_of) (op_case, operands, trafo_tensor_get_dtype (view));
  for (guint i = 0; i < op_case->n_inputs; i++)
    trafo_tensor_unref (operands[i]);
  result = trafo_tensor_contiguous (view, &error);
  g_assert_no_error (error);
  return result;
}

static gboolean
find_tensor (gpointer               data,
             const TrafoGraphParam *param,
             guint                  part,
             TrafoOperand          *ret_operand,
             GError               **error)
{
  TrafoTensor *const *tensors = data;
  const char         *name = g_ptr_array_index (param->names, part);

  trafo_tensor_get_operand (tensors[g_ascii_strtoull (name + 1, NULL, 10)], ret_operand);
  return TRUE;
}

static TrafoProgram *
compile (TrafoDevice        *device,
         TrafoBuilder       *b,
         TrafoDType          packed_dtype,
         TrafoTensor *const *tensors,
         GError            **error)
{
  TrafoWeightSource source = { .data = (gpointer) tensors, .lookup = find_tensor };
  g_autoptr (TrafoWeights) weights = trafo_weights_new (device, packed_dtype, &source);
  TrafoGraph *graph = trafo_builder_finish (b, error);

  return graph != NULL ? trafo_program_compile (graph, weights, error) : NULL;
}

static gboolean
run_once (TrafoProgram       *program,
          TrafoExecution     *execution,
          TrafoTensor *const *tensors,
          GError            **error)
{
  const TrafoGraph *graph = trafo_program_get_graph (program);
  TrafoTensor      *inputs[TRAFO_MAX_OP_INPUTS] = { NULL };

  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);

      inputs[i] = tensors[g_ascii_strtoull (input->name + 1, NULL, 10)];
    }
  return trafo_execution_run (execution, inputs, NULL, error);
}

/* Runs the last step anew by @kernel for some number of threads, its tasks in reverse order, over poison:
 * the bits must be those of the program's own run. */
static gboolean
repeat_step (Runner *self, const TrafoStep *step, const TrafoKernel *kernel, guint n_threads)
{
  gsize           size_bytes = trafo_operand_span_bytes (&step->args.output);
  guint           n_tasks = kernel->n_tasks != NULL ? kernel->n_tasks (&step->args, n_threads) : 1;
  gsize           scratch_bytes = 0, shared_bytes = 0;
  guint           n_finish_tasks = 0;
  gpointer        scratch;
  TrafoKernelArgs args = step->args;
  g_autofree guint8 *before = g_memdup2 (step->args.output.data, size_bytes);
  gboolean           is_same;

  if (kernel->finish != NULL)
    n_finish_tasks = kernel->n_finish_tasks (&step->args, n_threads);
  if (n_finish_tasks > 0)
    shared_bytes = kernel->shared_size (&step->args, n_threads);
  args.shared = n_finish_tasks > 0 ? trafo_aligned_try_alloc (shared_bytes) : NULL;
  if (kernel->scratch_size != NULL)
    scratch_bytes = kernel->scratch_size (&step->args, n_threads);
  scratch = trafo_aligned_try_alloc (MAX (scratch_bytes, 1));
  if (n_tasks > 1)
    g_hash_table_add (self->split, (gpointer) kernel);
  memset (step->args.output.data, 0xa5, size_bytes);
  for (guint task = n_tasks; task-- > 0;)
    {
      /* what a task leaves in its scratch is nothing to the next */
      memset (scratch, 0xff, scratch_bytes);
      kernel->run (&args, task, n_tasks, scratch);
    }
  for (guint task = n_finish_tasks; task-- > 0;)
    kernel->finish (&args, task, n_finish_tasks);
  is_same = memcmp (before, step->args.output.data, size_bytes) == 0;
  free (scratch);
  free (args.shared);
  return is_same;
}

static gboolean
check_threads (Runner *self, const TrafoStep *step, const TrafoKernel *kernel, GError **error)
{
  static const guint n_threads[] = { 1, 2, 3, 7 };

  note_kernel (self, kernel);
  for (guint i = 0; i < G_N_ELEMENTS (n_threads); i++)
    if (!repeat_step (self, step, kernel, n_threads[i]))
      {
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INTERNAL,
                     "other bits by %s with %u threads than in the program",
                     kernel->name,
                     n_threads[i]);
        return FALSE;
      }
    else
      {
        const char *broken = rows_explain (step, kernel, n_threads[i]);

        if (broken == NULL)
          continue;
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INTERNAL,
                     "%s by %s with %u threads",
                     broken,
                     kernel->name,
                     n_threads[i]);
        return FALSE;
      }
  return TRUE;
}

/* By the kernel that was chosen, and by those that were too expensive for that. */
static gboolean
check_last_step (Runner *self, TrafoExecution *execution, GError **error)
{
  const TrafoStep     *last = &execution->steps[execution->n_steps - 1];
  TrafoKernelCandidate candidates[TRAFO_MAX_CANDIDATES];
  guint                n;

  if (!execution->program->is_host || execution->n_steps == 0 || last->kernel == NULL ||
      last->n_tasks == 0)
    return TRUE;
  n = trafo_device_list_candidates (self->device, &last->args, candidates);
  for (guint i = 0; i < n; i++)
    if (!check_threads (self, last, candidates[i].kernel, error))
      return FALSE;
  return TRUE;
}

static TrafoTensor *
read_same_twice (Runner             *self,
                 TrafoProgram       *program,
                 TrafoExecution     *execution,
                 TrafoTensor *const *tensors,
                 GError            **error)
{
  g_autoptr (TrafoTensor) first = NULL;
  g_autoptr (TrafoTensor) second = NULL;

  if (!run_once (program, execution, tensors, error))
    return NULL;
  first = trafo_execution_read_output (execution, 0, error);
  if (first == NULL || !check_last_step (self, execution, error) ||
      !run_once (program, execution, tensors, error))
    return NULL;
  second = trafo_execution_read_output (execution, 0, error);
  if (second == NULL)
    return NULL;
  if (memcmp (trafo_tensor_get_data (first),
              trafo_tensor_get_data (second),
              trafo_tensor_get_size_bytes (first)) != 0)
    {
      g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL, "other bits in the second run");
      return NULL;
    }
  return g_steal_pointer (&first);
}

/* Lends the execution what the op writes: in buffers, where the device has memory of its own. */
static gboolean
bind_states (Runner *self, Run *run, TrafoExecution *execution, gpointer *buffers, GError **error)
{
  const TrafoGraph *graph = trafo_program_get_graph (execution->program);

  for (guint i = 0; i < graph->states->len; i++)
    {
      const TrafoGraphState *state = g_ptr_array_index (graph->states, i);
      TrafoOperand           memory;

      trafo_tensor_get_operand (run->tensors[g_ascii_strtoull (state->name + 1, NULL, 10)],
                                &memory);
      if (!trafo_device_is_host (self->device))
        {
          buffers[i] = trafo_device_upload (self->device,
                                            memory.data,
                                            trafo_operand_span_bytes (&memory),
                                            error);
          memory.data = buffers[i];
        }
      if (memory.data == NULL || !trafo_execution_bind_state (execution, i, &memory, error))
        return FALSE;
    }
  return TRUE;
}

static void
read_back_states (Runner *self, Run *run, TrafoExecution *execution, gpointer *buffers)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);
  const TrafoGraph     *graph = trafo_program_get_graph (execution->program);
  gpointer              handle = trafo_device_get_handle (self->device);

  for (guint i = 0; i < graph->states->len; i++)
    {
      const TrafoGraphState *state = g_ptr_array_index (graph->states, i);
      TrafoTensor           *tensor = run->tensors[g_ascii_strtoull (state->name + 1, NULL, 10)];
      TrafoMessage           message = { "" };

      if (buffers[i] == NULL)
        continue;
      g_assert_cmpint (ops->buffer_read (handle,
                                         execution->stream,
                                         buffers[i],
                                         0,
                                         trafo_tensor_get_data (tensor),
                                         trafo_tensor_get_size_bytes (tensor),
                                         &message),
                       ==,
                       TRAFO_STATUS_OK);
      ops->buffer_free (handle, buffers[i]);
    }
}

static void
note_steps (Runner *self, Run *run, const TrafoExecution *execution)
{
  for (guint i = 0; i < execution->n_steps; i++)
    if (execution->steps[i].n_tasks > 0)
      {
        note_kernel (self, execution->steps[i].kernel);
        run->kernel = execution->steps[i].kernel != NULL ? execution->steps[i].kernel->name : NULL;
      }
}

static TrafoTensor *
run_compiled (Runner *self, Run *run, GError **error)
{
  TrafoVariant variant = { 0 };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  g_autoptr (TrafoProgram) program = NULL;
  TrafoExecution *execution;
  TrafoTensor    *result = NULL;
  gpointer        buffers[TRAFO_MAX_OP_INPUTS] = { NULL };
  TrafoDType      packed_dtype = run->op_case->packed_dtype;

  trafo_builder_output (b, "y", append_all (run, b));
  if (packed_dtype == TRAFO_DTYPE_NONE ||
      !trafo_weight_packing_check_dtype (self->device, packed_dtype, NULL))
    packed_dtype = TRAFO_DTYPE_FLOAT32;
  program = compile (self->device, b, packed_dtype, run->tensors, error);
  if (program == NULL)
    return NULL;
  execution = trafo_program_acquire (program);
  if (bind_states (self, run, execution, buffers, error))
    result = read_same_twice (self, program, execution, run->tensors, error);
  read_back_states (self, run, execution, buffers);
  note_steps (self, run, execution);
  trafo_program_release (program, execution);
  return result;
}

/* What an op writes into its operands is copied, never computed. */
static char *
explain_states (const Run *found, const Run *expected)
{
  for (guint i = 0; i < found->op_case->n_inputs; i++)
    if ((found->op->mutates >> i & 1) != 0 &&
        memcmp (trafo_tensor_get_data (found->tensors[i]),
                trafo_tensor_get_data (expected->tensors[i]),
                trafo_tensor_get_size_bytes (found->tensors[i])) != 0)
      return g_strdup_printf ("other bits in operand %u afterwards", i);
  return NULL;
}

/* Whether the device takes the encoding that the case wants, if any. */
static gboolean
can_encode (const Runner *self, const Case *op_case)
{
  TrafoWeightEncoding encoding = op_case->op == TRAFO_OP_LINEAR
                                     ? (TrafoWeightEncoding) op_case->attrs.linear.encoding
                                     : TRAFO_WEIGHT_ENCODING_NONE;

  return trafo_weight_packing_check_encoding (self->device, encoding, NULL);
}

/* Whether the device takes rows and a result of the types that the case wants beside packed weights. No pass
 * asks for others. */
static gboolean
can_round (const Runner *self, const Case *op_case)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs };
  TrafoKernelArgs  args = { .struct_size = sizeof args,
                            .op = TRAFO_OP_LINEAR,
                            .n_inputs = 2,
                            .attrs = &attrs,
                            .device = trafo_device_get_handle (self->device),
                            .output.dtype = TRAFO_DTYPE_FLOAT32 };

  if (op_case->op != TRAFO_OP_LINEAR || op_case->packed_dtype != TRAFO_DTYPE_BFLOAT16 ||
      !trafo_weight_packing_check_dtype (self->device, op_case->packed_dtype, NULL))
    return TRUE;
  attrs.dtype = op_case->attrs.linear.dtype;
  if (attrs.dtype != TRAFO_DTYPE_NONE)
    args.output.dtype = attrs.dtype;
  args.inputs[0].dtype = (guint8) op_case->inputs[0].dtype;
  args.inputs[1].dtype = (guint8) op_case->packed_dtype;
  args.inputs[1].layout = TRAFO_LAYOUT_PACKED;
  return trafo_device_choose_kernel (self->device, &args) != NULL;
}

gboolean
runner_check (Runner *self, const Case *op_case, Way way)
{
  static const char *const names[] = { "eager",
                                       "compiled",
                                       "decomposed",
                                       "compiled decomposition" };
  gboolean                 decomposes = way == WAY_DECOMPOSED || way == WAY_COMPILED_DECOMPOSITION;
  Run                      run, reference;
  Tolerance                tolerance;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) expected = NULL;
  g_autoptr (TrafoTensor) found = NULL;
  g_autofree char *failure = NULL;
  g_autofree char *text = NULL;

  if (!can_encode (self, op_case) || !can_round (self, op_case))
    return TRUE;
  expected = run_reference (self, op_case, decomposes, &reference, &tolerance);
  run_init (&run, op_case, decomposes);
  found = way == WAY_EAGER || way == WAY_DECOMPOSED ? run_eagerly (self, &run, &error)
                                                    : run_compiled (self, &run, &error);
  failure =
      found != NULL ? tolerance_explain (&tolerance, found, expected) : g_strdup (error->message);
  if (failure == NULL)
    failure = explain_states (&run, &reference);
  run_clear (&run);
  run_clear (&reference);
  if (failure == NULL)
    return TRUE;
  text = case_to_string (op_case);
  g_test_message ("%s, %s on %s by %s: %s",
                  text,
                  names[way],
                  trafo_device_get_name (self->device),
                  run.kernel != NULL ? run.kernel : "the reference",
                  failure);
  return FALSE;
}

enum
{
  N_PARTS = 3,
  N_IN = 33,
};

static TrafoTensor *
make_values (TrafoDType dtype, const gint64 *shape, guint n_dims, guint number)
{
  Case op_case = { .number = number };

  case_add_operand (&op_case, dtype, shape, n_dims);
  return case_make_tensor (&op_case, 0);
}

/* x0 through three layers, as q, k and v: x1 and x2, x3 and x4, x5 and x6 are weight and bias. */
static void
append_merged (TrafoBuilder *b, TrafoTensor *const *tensors, gboolean is_in_out)
{
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs, .has_bias = TRUE };
  TrafoSym         syms[1 + 2 * N_PARTS];

  attrs.is_in_out = is_in_out;
  for (guint i = 0; i < G_N_ELEMENTS (syms); i++)
    {
      g_autofree char *name = g_strdup_printf ("x%u", i);
      gsize            n_dims;
      const gint64    *shape = trafo_tensor_get_shape (tensors[i], &n_dims);

      if (trafo_builder_get_executor (b) != NULL)
        syms[i] = trafo_builder_constant (b, tensors[i]);
      else if (i == 0)
        syms[i] = trafo_builder_input (b,
                                       name,
                                       TRAFO_DTYPE_FLOAT32,
                                       shape,
                                       n_dims,
                                       TRAFO_FILL_RULE_REQUIRED);
      else
        syms[i] = trafo_builder_append_param (b, name, shape, n_dims, TRAFO_INITIALIZER_ZEROS);
    }
  for (guint i = 0; i < N_PARTS; i++)
    {
      TrafoSym         inputs[] = { syms[0], syms[1 + 2 * i], syms[2 + 2 * i] };
      TrafoSym         y = trafo_builder_append (b, TRAFO_OP_LINEAR, &attrs, inputs, 3, NULL);
      g_autofree char *name = g_strdup_printf ("y%u", i);

      trafo_builder_output (b, name, y);
    }
}

static gboolean
compare_outputs (Runner             *self,
                 TrafoProgram       *program,
                 TrafoTensor *const *tensors,
                 TrafoBuilder       *expected)
{
  const Tolerance   tolerance = { .relative = 1e-5, .absolute = 1e-5 };
  const TrafoGraph *graph = trafo_builder_get_graph (expected);
  TrafoExecution   *execution = trafo_program_acquire (program);
  Run               run = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_same = TRUE;

  run_once (program, execution, tensors, &error);
  g_assert_no_error (error);
  note_steps (self, &run, execution);
  for (guint i = 0; i < N_PARTS; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      g_autoptr (TrafoTensor) found = trafo_execution_read_output (execution, i, &error);
      g_autoptr (TrafoTensor) right = trafo_builder_get_value (expected, output->sym, &error);
      g_autofree char *failure = tolerance_explain (&tolerance, found, right);

      if (failure != NULL)
        g_test_message ("merged layers, output %u by %s: %s", i, run.kernel, failure);
      is_same = is_same && failure == NULL;
    }
  trafo_program_release (program, execution);
  return is_same;
}

gboolean
runner_check_merged (Runner *self, guint n_rows, gboolean is_in_out, TrafoDType dtype)
{
  static const gint64 n_out[N_PARTS] = { 17, 64, 5 };
  TrafoVariant        variant = { 0 };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&variant, NULL);
  g_autoptr (TrafoBuilder) reference = trafo_builder_new_eager (self->reference);
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  TrafoTensor *tensors[1 + 2 * N_PARTS];
  gboolean     is_same;

  tensors[0] = make_values (TRAFO_DTYPE_FLOAT32, (gint64[]){ n_rows, N_IN }, 2, 0);
  for (guint i = 0; i < N_PARTS; i++)
    {
      gint64 shape[] = { is_in_out ? N_IN : n_out[i], is_in_out ? n_out[i] : N_IN };

      tensors[1 + 2 * i] = make_values (dtype, shape, 2, 1 + 2 * i);
      tensors[2 + 2 * i] = make_values (dtype, &n_out[i], 1, 2 + 2 * i);
    }
  append_merged (b, tensors, is_in_out);
  append_merged (reference, tensors, is_in_out);
  program = compile (self->device, b, TRAFO_DTYPE_FLOAT32, tensors, &error);
  g_assert_no_error (error);
  is_same = compare_outputs (self, program, tensors, reference);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    trafo_tensor_unref (tensors[i]);
  return is_same;
}

static void
append_untested (Runner *self, const TrafoKernel *kernel, GPtrArray *lines)
{
  if (!g_hash_table_contains (self->kernels, kernel))
    g_ptr_array_add (lines, g_strdup_printf ("kernel %s was never run", kernel->name));
  else if (trafo_device_is_host (self->device) && kernel->n_tasks != NULL &&
           !g_hash_table_contains (self->split, kernel))
    g_ptr_array_add (lines, g_strdup_printf ("kernel %s never had two tasks", kernel->name));
}

GPtrArray *
runner_list_untested (Runner *self, guint *ret_n_kernels)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);
  GPtrArray            *lines = g_ptr_array_new_with_free_func (g_free);

  *ret_n_kernels = 0;
  for (guint16 op = 1; op < TRAFO_N_OPS; op++)
    {
      gsize                     n = 0;
      const TrafoKernel *const *kernels =
          ops->list_kernels (trafo_device_get_handle (self->device), op, &n);

      for (gsize i = 0; i < n; i++)
        append_untested (self, kernels[i], lines);
      *ret_n_kernels += n;
    }
  return lines;
}
