/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-load-request-private.h"

TrafoLoadRequest *
trafo_load_request_new (const char *path, const char *task, TrafoLoadOptions *options)
{
  TrafoLoadRequest *self = g_new0 (TrafoLoadRequest, 1);

  self->path = g_strdup (path);
  self->task = g_strdup (task);
  self->options = options != NULL ? g_object_ref (options) : NULL;
  return self;
}

void
trafo_load_request_free (gpointer self)
{
  TrafoLoadRequest *request = self;

  g_free (request->path);
  g_free (request->task);
  g_clear_object (&request->options);
  g_free (request);
}
