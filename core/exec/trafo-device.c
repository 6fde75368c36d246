/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

#include "trafo-build-id-private.h"
#include "trafo-device-private.h"
#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

gboolean
trafo_device_is_host (TrafoDevice *self)
{
  return (trafo_device_get_ops (self)->flags & TRAFO_DEVICE_HOST_MEMORY) != 0;
}

/* The first function that is not there; NULL if all are. */
static const char *
find_missing (const TrafoDeviceOps *ops)
{
  if (!TRAFO_HAS (ops, list_kernels))
    return "list_kernels";
  if (TRAFO_HAS (ops, packed_size) && !TRAFO_HAS (ops, pack))
    return "pack";
  if ((ops->flags & TRAFO_DEVICE_HOST_MEMORY) != 0)
    return NULL;
  if (!TRAFO_HAS (ops, buffer_alloc) || !TRAFO_HAS (ops, buffer_free))
    return "buffer_alloc or buffer_free";
  if (!TRAFO_HAS (ops, buffer_write) || !TRAFO_HAS (ops, buffer_read))
    return "buffer_write or buffer_read";
  if (!TRAFO_HAS (ops, stream_new) || !TRAFO_HAS (ops, stream_free) ||
      !TRAFO_HAS (ops, stream_sync))
    return "stream_new, stream_free or stream_sync";
  return NULL;
}

gboolean
trafo_device_check_complete (TrafoDevice *self, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self);
  const char           *name = trafo_device_get_name (self);
  const char           *missing = ops != NULL ? find_missing (ops) : "table of functions";

  if (name == NULL || *name == '\0')
    missing = "name";
  if (missing == NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INTERNAL,
               "device '%s' has no %s",
               name != NULL ? name : "",
               missing);
  return FALSE;
}

gboolean
trafo_device_check (TrafoDevice        *self,
                    TrafoStatus         status,
                    const TrafoMessage *message,
                    GError            **error)
{
  static const struct
  {
    TrafoDeviceError code;
    const char      *what;
  } failures[] = {
    [TRAFO_STATUS_UNSUPPORTED] = { TRAFO_DEVICE_ERROR_FAILED, "does not support what was asked" },
    [TRAFO_STATUS_NO_MEMORY] = { TRAFO_DEVICE_ERROR_OUT_OF_MEMORY, "is out of memory" },
    [TRAFO_STATUS_DEVICE_LOST] = { TRAFO_DEVICE_ERROR_LOST, "was lost" },
    [TRAFO_STATUS_FAILED] = { TRAFO_DEVICE_ERROR_FAILED, "failed" },
  };
  guint            i = status;
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;

  if (status == TRAFO_STATUS_OK)
    return TRUE;
  text = g_strndup (message->text, sizeof message->text - 1);
  shown = trafo_error_excerpt (text);
  if (i >= G_N_ELEMENTS (failures))
    i = TRAFO_STATUS_FAILED;
  g_set_error (error,
               TRAFO_DEVICE_ERROR,
               failures[i].code,
               "device %s %s: %s",
               trafo_device_get_name (self),
               failures[i].what,
               shown);
  return FALSE;
}

gpointer
trafo_device_upload (TrafoDevice *self, gconstpointer bytes, gsize size_bytes, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self);
  gpointer              handle = trafo_device_get_handle (self);
  gpointer              buffer = NULL, stream = NULL;
  TrafoMessage          message = { "" };
  TrafoStatus           status;

  /* drivers refuse buffers of no bytes */
  status = ops->buffer_alloc (handle, MAX (size_bytes, 1), TRAFO_BUFFER_WEIGHT, &buffer, &message);
  if (status == TRAFO_STATUS_OK)
    status = ops->stream_new (handle, &stream, &message);
  if (status == TRAFO_STATUS_OK && size_bytes > 0)
    status = ops->buffer_write (handle, stream, buffer, 0, bytes, size_bytes, &message);
  if (stream != NULL)
    ops->stream_free (handle, stream);
  if (trafo_device_check (self, status, &message, error))
    return buffer;
  if (buffer != NULL)
    ops->buffer_free (handle, buffer);
  return NULL;
}

/* A kernel without the functions that its device calls is none. */
static gboolean
takes (const TrafoKernel *kernel, gboolean is_host, const TrafoKernelArgs *args)
{
  if (is_host ? !TRAFO_HAS (kernel, run) : !TRAFO_HAS (kernel, enqueue))
    return FALSE;
  if (TRAFO_HAS (kernel, finish) &&
      (!TRAFO_HAS (kernel, n_finish_tasks) || !TRAFO_HAS (kernel, shared_size)))
    return FALSE;
  return !TRAFO_HAS (kernel, supports) || kernel->supports (args);
}

/* A kernel without a cost is not compared: behind another it is not taken, nor does another behind it take
 * its place. */
guint
trafo_device_list_candidates (TrafoDevice           *self,
                              const TrafoKernelArgs *args,
                              TrafoKernelCandidate  *ret_candidates)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self);
  gboolean              is_host = trafo_device_is_host (self);
  guint n_threads = is_host ? trafo_thread_pool_get_size (trafo_thread_pool_get_default ()) : 1;
  guint n_found = 0;
  gsize n = 0;
  const TrafoKernel *const *kernels =
      ops->list_kernels (trafo_device_get_handle (self), args->op, &n);

  for (gsize i = 0; i < n && n_found < TRAFO_MAX_CANDIDATES; i++)
    {
      gboolean has_cost = TRAFO_HAS (kernels[i], cost);

      if ((n_found > 0 && !has_cost) || !takes (kernels[i], is_host, args))
        continue;
      ret_candidates[n_found].kernel = kernels[i];
      ret_candidates[n_found++].cost_ns = has_cost ? kernels[i]->cost (args, n_threads) : 0;
      if (!has_cost)
        break;
    }
  return n_found;
}

const TrafoKernel *
trafo_device_choose_kernel (TrafoDevice *self, const TrafoKernelArgs *args)
{
  TrafoKernelCandidate candidates[TRAFO_MAX_CANDIDATES];
  guint                n = trafo_device_list_candidates (self, args, candidates), best = 0;

  for (guint i = 1; i < n; i++)
    if (candidates[i].cost_ns < candidates[best].cost_ns)
      best = i;
  return n > 0 ? candidates[best].kernel : NULL;
}

gboolean
trafo_device_has_kernel (TrafoDevice *self, guint op)
{
  gsize n = 0;

  trafo_device_get_ops (self)->list_kernels (trafo_device_get_handle (self), op, &n);
  return n > 0;
}

void
trafo_kernel_split (const TrafoKernel     *kernel,
                    const TrafoKernelArgs *args,
                    guint                  n_threads,
                    TrafoKernelSplit      *ret_split)
{
  *ret_split = (TrafoKernelSplit){ .n_tasks = 1 };
  if (TRAFO_HAS (kernel, n_tasks))
    ret_split->n_tasks = MAX (kernel->n_tasks (args, n_threads), 1);
  if (TRAFO_HAS (kernel, scratch_size))
    ret_split->scratch_bytes = trafo_align_up (kernel->scratch_size (args, n_threads));
  if (TRAFO_HAS (kernel, finish))
    ret_split->n_finish_tasks = MIN (kernel->n_finish_tasks (args, n_threads), ret_split->n_tasks);
  if (ret_split->n_finish_tasks > 0)
    ret_split->shared_bytes = trafo_align_up (kernel->shared_size (args, n_threads));
}

char *
trafo_device_describe_place (TrafoDevice *self)
{
  return g_strdup_printf ("%s\n%s\nthreads %u",
                          trafo_device_get_name (self),
                          trafo_device_get_description (self),
                          trafo_thread_pool_get_size (trafo_thread_pool_get_default ()));
}

char *
trafo_device_describe_builds (TrafoDevice *self)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self);
  g_autofree char *backend = trafo_build_id_find ((gconstpointer) (guintptr) ops->list_kernels);
  g_autofree char *core =
      trafo_build_id_find ((gconstpointer) (guintptr) trafo_device_describe_builds);

  return backend != NULL && core != NULL ? g_strdup_printf ("%s %s", backend, core) : NULL;
}
