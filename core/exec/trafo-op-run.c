/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-op-run-private.h"

#include "trafo-execution-private.h"
#include "trafo-host-run-private.h"
#include "trafo-tensor-private.h"

gboolean
trafo_op_broadcasts (guint op)
{
  return op >= TRAFO_OP_ADD && op <= TRAFO_OP_WHERE;
}

static gboolean
run_on_host (const TrafoKernel *kernel, const TrafoKernelArgs *args, GError **error)
{
  TrafoHostRun run;

  if (!trafo_host_run_init (&run, kernel, args, error))
    return FALSE;
  trafo_host_run (&run);
  trafo_host_run_clear (&run);
  return TRUE;
}

/* Reads back what the kernel wrote. */
static TrafoStatus
read_results (TrafoDevice           *device,
              gpointer               stream,
              guint                  mutates,
              const TrafoKernelArgs *args,
              const TrafoKernelArgs *host,
              TrafoMessage          *message)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  guint                 written = 1 | mutates << 1;
  TrafoStatus           status = TRAFO_STATUS_OK;

  for (guint i = 0; written >> i != 0 && status == TRAFO_STATUS_OK; i++)
    {
      const TrafoOperand *from = i == 0 ? &args->output : &args->inputs[i - 1];
      const TrafoOperand *to = i == 0 ? &host->output : &host->inputs[i - 1];
      gsize               size_bytes = trafo_operand_span_bytes (to);

      if ((written >> i & 1) != 0 && size_bytes > 0)
        status = ops->buffer_read (trafo_device_get_handle (device),
                                   stream,
                                   from->data,
                                   0,
                                   to->data,
                                   size_bytes,
                                   message);
    }
  return status;
}

/* Puts every operand into a buffer of its own. */
static gboolean
run_on_queue (TrafoDevice           *device,
              const TrafoKernel     *kernel,
              guint                  mutates,
              const TrafoKernelArgs *host,
              GError               **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  gpointer              handle = trafo_device_get_handle (device);
  TrafoKernelArgs       args = *host;
  TrafoOperand         *operands[TRAFO_MAX_OP_INPUTS + 1];
  gpointer              stream = NULL;
  TrafoMessage          message = { "" };
  TrafoStatus           status = TRAFO_STATUS_OK;
  guint                 n = args.n_inputs + 1, n_uploaded = 0;
  gboolean              done = FALSE;

  for (guint i = 0; i < n; i++)
    operands[i] = i == 0 ? &args.output : &args.inputs[i - 1];
  for (; n_uploaded < n; n_uploaded++)
    {
      TrafoOperand *operand = operands[n_uploaded];

      operand->data =
          trafo_device_upload (device, operand->data, trafo_operand_span_bytes (operand), error);
      if (operand->data == NULL)
        break;
    }
  if (n_uploaded == n)
    {
      status = ops->stream_new (handle, &stream, &message);
      if (status == TRAFO_STATUS_OK)
        status = kernel->enqueue (&args, stream, &message);
      if (status == TRAFO_STATUS_OK)
        status = ops->stream_sync (handle, stream, &message);
      if (status == TRAFO_STATUS_OK)
        status = read_results (device, stream, mutates, &args, host, &message);
      done = trafo_device_check (device, status, &message, error);
    }
  if (stream != NULL)
    ops->stream_free (handle, stream);
  for (guint i = 0; i < n_uploaded; i++)
    ops->buffer_free (handle, operands[i]->data);
  return done;
}

gboolean
trafo_op_run (const TrafoOp      *op,
              const TrafoAttrs   *attrs,
              TrafoDevice        *device,
              TrafoTensor *const *inputs,
              guint               n_inputs,
              TrafoTensor        *output,
              GError            **error)
{
  TrafoKernelArgs    args = { .struct_size = sizeof args, .op = op->id, .n_inputs = n_inputs };
  const TrafoKernel *kernel;

  args.attrs = op->attrs_size_bytes > 0 ? attrs : NULL;
  args.device = trafo_device_get_handle (device);
  trafo_tensor_get_operand (output, &args.output);
  for (guint i = 0; i < n_inputs; i++)
    {
      trafo_tensor_get_operand (inputs[i], &args.inputs[i]);
      if (trafo_op_broadcasts (op->id))
        trafo_operand_broadcast (&args.inputs[i], &args.output);
    }
  if (trafo_tensor_get_n_elements (output) == 0)
    return TRUE;
  kernel = trafo_device_choose_kernel (device, &args);
  if (kernel == NULL)
    {
      op->reference (&args);
      return TRUE;
    }
  return trafo_device_is_host (device) ? run_on_host (kernel, &args, error)
                                       : run_on_queue (device, kernel, op->mutates, &args, error);
}
