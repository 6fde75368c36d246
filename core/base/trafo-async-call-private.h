/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What stands behind each pair of _async and _finish: a call that blocks, made in another thread.
 * The callback runs in the main context that was the default one of the thread that started. */
typedef struct
{
  /* NULL with an error set, or the result; a call that gives none returns GINT_TO_POINTER (TRUE).
   * It is not made if @cancellable was cancelled before; one that ends well in spite of it has its
   * result. */
  gpointer (*run) (gpointer source, gpointer request, GCancellable *cancellable, GError **error);
  GDestroyNotify free_request; /* NULL where start gets no request */
  GDestroyNotify free_result;
} TrafoAsyncCall;

/* @source: (nullable): a GObject, kept until the end; @request: (transfer full): what run gets. */
void trafo_async_call_start (const TrafoAsyncCall *self,
                             gpointer              source,
                             gpointer              request,
                             GCancellable         *cancellable,
                             GAsyncReadyCallback   callback,
                             gpointer              user_data);

/* (transfer full): what run returned; NULL with its error. */
gpointer trafo_async_call_finish (const TrafoAsyncCall *self,
                                  gpointer              source,
                                  GAsyncResult         *result,
                                  GError              **error);

G_END_DECLS
