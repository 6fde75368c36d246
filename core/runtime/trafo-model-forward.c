/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-forward.h"

#include "trafo-async-call-private.h"
#include "trafo-device-private.h"
#include "trafo-execution-private.h"
#include "trafo-forward-queue-private.h"
#include "trafo-model-eager-private.h"
#include "trafo-model-inputs-private.h"
#include "trafo-model-runtime-private.h"
#include "trafo-packed-inputs-private.h"
#include "trafo-token-budget-private.h"

static void
clear_tensor (gpointer data)
{
  TrafoTensor **tensor = data;

  g_clear_pointer (tensor, trafo_tensor_unref);
}

/* The tensors in the order of the graph's inputs, of their types; NULL for those left out. */
static GArray *
order_inputs (const TrafoGraph *graph,
              TrafoTensorDict  *inputs,
              TrafoTensorDict  *packed,
              GError          **error)
{
  g_autoptr (GArray) ordered = NULL;

  if (!trafo_model_inputs_check (inputs, graph, error))
    return NULL;
  ordered = g_array_sized_new (FALSE, TRUE, sizeof (TrafoTensor *), graph->inputs->len);
  g_array_set_clear_func (ordered, clear_tensor);
  for (guint i = 0; i < graph->inputs->len; i++)
    {
      const TrafoGraphInput *input = g_ptr_array_index (graph->inputs, i);
      const TrafoValueType  *type = &trafo_graph_get_node (graph, input->sym)->type;
      gboolean               is_index = packed != NULL && trafo_packed_inputs_have (input->name);
      TrafoTensorDict       *source = is_index ? packed : inputs;
      TrafoTensor           *converted = NULL;

      if (trafo_tensor_dict_get (source, input->name) != NULL)
        {
          converted = trafo_model_inputs_convert (source, input->name, type, error);
          if (converted == NULL)
            return NULL;
        }
      g_array_append_val (ordered, converted);
    }
  return g_steal_pointer (&ordered);
}

static TrafoTensorDict *
read_outputs (const TrafoGraph *graph, TrafoExecution *execution, GError **error)
{
  g_autoptr (TrafoTensorDict) outputs = trafo_tensor_dict_new ();

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const TrafoGraphOutput *output = g_ptr_array_index (graph->outputs, i);
      g_autoptr (TrafoTensor) tensor = graph->outputs->len == 1
                                           ? trafo_execution_take_output (execution, error)
                                           : trafo_execution_read_output (execution, i, error);

      if (tensor == NULL)
        return NULL;
      trafo_tensor_dict_set (outputs, output->name, tensor);
    }
  return g_steal_pointer (&outputs);
}

static TrafoTensorDict *
run_program (TrafoModel      *self,
             TrafoProgram    *program,
             TrafoTensorDict *inputs,
             TrafoTensorDict *packed,
             GCancellable    *cancellable,
             GError         **error)
{
  const TrafoGraph *graph = trafo_program_get_graph (program);
  g_autoptr (GArray) ordered = order_inputs (graph, inputs, packed, error);
  TrafoTensorDict *outputs = NULL;
  TrafoExecution  *execution;
  gboolean         has_run;

  if (ordered == NULL)
    return NULL;
  execution = trafo_program_acquire (program);
  has_run = trafo_execution_run (execution,
                                 (TrafoTensor *const *) (gpointer) ordered->data,
                                 cancellable,
                                 error);
  trafo_model_note_run_bytes (self, trafo_execution_get_peak_bytes (execution));
  if (has_run)
    {
      trafo_model_settle_weights (self);
      outputs = read_outputs (graph, execution, error);
    }
  trafo_program_release (program, execution);
  return outputs;
}

static gboolean
may_pack (TrafoModel *self, const TrafoVariant *variant)
{
  return variant->labels_dtype == TRAFO_DTYPE_NONE && !variant->has_hidden_states &&
         trafo_device_is_host (trafo_model_get_device (self));
}

/* A TrafoForwardFunc. Of one call, the outputs are what its caller gets. */
static TrafoTensorDict *
run_call (TrafoModel         *self,
          const TrafoVariant *variant,
          TrafoTensorDict    *inputs,
          TrafoTensorDict    *joined,
          GCancellable       *cancellable,
          GError            **error)
{
  TrafoTensor   *ids = trafo_tensor_dict_get (inputs, "input_ids");
  TrafoVariant   actual = *variant;
  TrafoProgram  *program;
  TrafoBatchPart whole = { 0 };
  g_autoptr (TrafoTensorDict) packed = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;

  if (joined == NULL && may_pack (self, variant))
    packed = trafo_packed_inputs_new (inputs, NULL);
  actual.is_packed = joined != NULL || packed != NULL;
  program = trafo_model_get_program (self, &actual, error);
  if (program != NULL)
    outputs =
        run_program (self, program, inputs, joined != NULL ? joined : packed, cancellable, error);
  if (outputs == NULL || packed == NULL)
    return g_steal_pointer (&outputs);
  whole.n_texts = trafo_tensor_get_dim (ids, 0);
  whole.length = trafo_tensor_get_dim (ids, 1);
  return trafo_joined_batch_cut (trafo_program_get_graph (program), outputs, &whole, error);
}

/* The graph of the variant without padding; NULL where there is none, or it does not compile. */
static const TrafoGraph *
get_packed_graph (TrafoModel *self, const TrafoVariant *variant, TrafoTokenBudget *ret_budget)
{
  TrafoVariant      packed = *variant;
  TrafoProgram     *program;
  const TrafoGraph *graph;

  packed.is_packed = TRUE;
  program = trafo_model_get_program (self, &packed, NULL);
  graph = program != NULL ? trafo_program_get_graph (program) : NULL;
  return graph != NULL && trafo_token_budget_init (ret_budget, graph) ? graph : NULL;
}

/* Whether others that run the model wait for this call. Whatever else it turns out to be, it is short. */
static gboolean
may_join (TrafoForwardCall *call)
{
  return may_pack (call->model, &call->variant) && trafo_model_computes_texts_apart (call->model) &&
         trafo_packed_inputs_count (call->inputs, &call->n_tokens) &&
         call->n_tokens <= TRAFO_TOKEN_BUDGET;
}

/* The rest of what has to be so, looked at by those alone who find somebody there. */
static gboolean
can_join (TrafoForwardCall *call)
{
  TrafoTokenBudget budget;

  call->graph = get_packed_graph (call->model, &call->variant, &budget);
  return call->graph != NULL && trafo_model_inputs_check (call->inputs, call->graph, NULL) &&
         trafo_joined_batch_takes (call->inputs, &call->part);
}

/**
 * trafo_model_forward:
 * @self: a loaded model
 * @inputs: int64 tensors (other integer types are converted): "input_ids" (batch, sequence) and,
 *   as the model has them, "attention_mask", "token_type_ids", "position_ids" of the same shape;
 *   "labels" or "start_positions" and "end_positions" ask for a loss
 * @output_hidden_states: whether hidden_states.0 (the embeddings), .1, ... are wanted too
 * @cancellable: (nullable): a cancellable, looked at between ops, and while others are waited for
 * @error: return location for an error
 *
 * Runs the model once. Any number of threads may do so at the same time. Those who come while a run
 * is under way are run together when it is done, where that changes no number: on a host, without a
 * loss and hidden states, with an attention_mask that shows each text's first token, up to some two
 * thousand tokens. What is not so runs beside the others.
 *
 * An attention_mask is 1 where a token counts and 0 where it is padding. Any other number is an error:
 * it would mean 1 to the attention of all models, and another position to some.
 *
 * What stands at tokens that the mask hides means nothing, and mostly is not computed: there the first
 * token's values of the text are repeated. It is computed, as transformers does, where hidden states
 * or a loss are asked for.
 *
 * Returns: (transfer full) (nullable): float32 tensors named as in Hugging Face's outputs: "logits",
 *   "start_logits", "last_hidden_state", "pooler_output", "loss", or %NULL with an error of the
 *   domains %TRAFO_ERROR, %TRAFO_DEVICE_ERROR or %G_IO_ERROR
 */
TrafoTensorDict *
trafo_model_forward (TrafoModel      *self,
                     TrafoTensorDict *inputs,
                     gboolean         output_hidden_states,
                     GCancellable    *cancellable,
                     GError         **error)
{
  TrafoForwardCall   call = { self, run_call, .inputs = inputs, .cancellable = cancellable };
  TrafoForwardQueue *queue;
  TrafoTensorDict   *outputs;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  queue = trafo_model_get_forward_queue (self, error);
  if (queue == NULL)
    return NULL;
  trafo_model_inputs_get_variant (inputs, output_hidden_states, &call.variant);
  if (!may_join (&call))
    return run_call (self, &call.variant, inputs, NULL, cancellable, error);
  if (!trafo_forward_queue_try_begin (queue))
    return can_join (&call) ? trafo_forward_queue_run (queue, &call, error)
                            : run_call (self, &call.variant, inputs, NULL, cancellable, error);
  outputs = run_call (self, &call.variant, inputs, NULL, cancellable, error);
  trafo_forward_queue_end (queue);
  return outputs;
}

/**
 * trafo_model_choose_batch_size:
 * @self: a loaded model
 * @n_tokens: (array length=n_texts): how many tokens each text has
 * @n_texts: how many texts there are
 *
 * How many of the texts, from the first on, to give [method@Trafo.Model.forward] as one batch: as many
 * as have some two thousand tokens together, since more of them are no faster, and fewer where the
 * outputs would be large.
 *
 * Such a batch costs what its tokens cost without padding, and each text's numbers are those that it has
 * alone.
 *
 * Returns: the number, at least 1; 0 where that is not so, as on devices that compute padding too
 */
guint
trafo_model_choose_batch_size (TrafoModel *self, const guint *n_tokens, guint n_texts)
{
  TrafoVariant     variant = { .has_mask = TRUE };
  TrafoTokenBudget budget;
  guint            n = 0;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), 0);
  if (n_texts <= 1) /* compiles nothing for what has no company */
    return n_texts;
  if (trafo_model_get_forward_queue (self, NULL) == NULL || !may_pack (self, &variant) ||
      !trafo_model_computes_texts_apart (self) ||
      get_packed_graph (self, &variant, &budget) == NULL)
    return 0;
  while (n < n_texts && trafo_token_budget_add (&budget, 1, n_tokens[n], n_tokens[n]))
    n++;
  return n;
}

/**
 * trafo_model_forward_eager:
 * @self: a loaded model
 * @inputs: as in [method@Trafo.Model.forward]
 * @output_hidden_states: whether hidden states are wanted too
 * @error: return location for an error
 *
 * Runs the model once, each op as soon as build() writes it: nothing is fused, packed or kept.
 *
 * Slow, and made for comparing: what [method@Trafo.Model.forward] compiles must give the same.
 *
 * Returns: (transfer full) (nullable): as [method@Trafo.Model.forward]
 */
TrafoTensorDict *
trafo_model_forward_eager (TrafoModel      *self,
                           TrafoTensorDict *inputs,
                           gboolean         output_hidden_states,
                           GError         **error)
{
  TrafoModelSource *source;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  source = trafo_model_get_source (self, error);
  if (source == NULL)
    return NULL;
  return trafo_model_eager_run (self,
                                source,
                                trafo_model_get_device (self),
                                inputs,
                                output_hidden_states,
                                error);
}

typedef struct
{
  TrafoTensorDict *inputs;
  gboolean         output_hidden_states;
} ForwardRequest;

static void
forward_request_free (gpointer data)
{
  ForwardRequest *request = data;

  trafo_tensor_dict_unref (request->inputs);
  g_free (request);
}

static gpointer
forward (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  ForwardRequest *request = data;

  return trafo_model_forward (source,
                              request->inputs,
                              request->output_hidden_states,
                              cancellable,
                              error);
}

static const TrafoAsyncCall forward_call = { forward,
                                             forward_request_free,
                                             (GDestroyNotify) trafo_tensor_dict_unref };

/**
 * trafo_model_forward_async:
 * @self: a loaded model
 * @inputs: as in [method@Trafo.Model.forward]
 * @output_hidden_states: whether hidden states are wanted too
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Runs the model once, without blocking.
 */
void
trafo_model_forward_async (TrafoModel         *self,
                           TrafoTensorDict    *inputs,
                           gboolean            output_hidden_states,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  ForwardRequest *request;

  g_return_if_fail (TRAFO_IS_MODEL (self));
  g_return_if_fail (inputs != NULL);
  request = g_new0 (ForwardRequest, 1);
  request->inputs = trafo_tensor_dict_ref (inputs);
  request->output_hidden_states = output_hidden_states;
  trafo_async_call_start (&forward_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_model_forward_finish:
 * @self: a loaded model
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Model.forward_async] began.
 *
 * Returns: (transfer full) (nullable): as [method@Trafo.Model.forward]
 */
TrafoTensorDict *
trafo_model_forward_finish (TrafoModel *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&forward_call, self, result, error);
}
