/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-builder-private.h"
#include "trafo-eager.h"

G_BEGIN_DECLS

/* Where an eager builder finds its leaves. Each returns a reference, or NULL and the error. @type is
 * what the model asks for; dimensions that no earlier input gave a number are negative in it. */
typedef struct
{
  gpointer data;
  TrafoTensor *(*find_input) (gpointer              data,
                              const char           *name,
                              TrafoFillRule         rule,
                              const TrafoValueType *type,
                              GError              **error);
  TrafoTensor *(*find_param) (gpointer data, const char *name, GError **error);
  TrafoTensor *(*find_state) (gpointer data, const char *name, GError **error); /* is written */
} TrafoEagerLeaves;

TrafoBuilder *trafo_builder_new_eager_with (TrafoDevice            *device,
                                            const TrafoVariant     *variant,
                                            const TrafoEagerLeaves *leaves /* nullable */);

G_END_DECLS
