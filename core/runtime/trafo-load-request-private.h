/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-load-options.h"

G_BEGIN_DECLS

/* What a call that loads a checkpoint in another thread is asked for. */
typedef struct
{
  char             *path;
  char             *task;    /* NULL where the call takes none */
  TrafoLoadOptions *options; /* a reference, or NULL */
} TrafoLoadRequest;

TrafoLoadRequest *
trafo_load_request_new (const char *path, const char *task, TrafoLoadOptions *options);

/* A GDestroyNotify. */
void trafo_load_request_free (gpointer self);

G_END_DECLS
