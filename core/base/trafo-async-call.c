/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-async-call-private.h"

static void
run_in_thread (GTask *task, gpointer source, gpointer request, GCancellable *cancellable)
{
  const TrafoAsyncCall *self = g_task_get_source_tag (task);
  GError               *error = NULL;
  gpointer              result;

  if (g_task_return_error_if_cancelled (task))
    return;
  result = self->run (source, request, cancellable, &error);
  if (result != NULL)
    g_task_return_pointer (task, result, self->free_result);
  else
    g_task_return_error (task, error);
}

void
trafo_async_call_start (const TrafoAsyncCall *self,
                        gpointer              source,
                        gpointer              request,
                        GCancellable         *cancellable,
                        GAsyncReadyCallback   callback,
                        gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, (gpointer) self);
  /* what a call did stands: GTask would say cancelled instead, and drop the result */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, request, self->free_request);
  g_task_run_in_thread (task, run_in_thread);
}

gpointer
trafo_async_call_finish (const TrafoAsyncCall *self,
                         gpointer              source,
                         GAsyncResult         *result,
                         GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, (gpointer) self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
