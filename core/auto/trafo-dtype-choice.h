/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-dtype.h>

#include "trafo-load-options.h"

G_BEGIN_DECLS

/**
 * TRAFO_DTYPE_CHOICE_MAX_DEVIATION:
 *
 * What outputs may deviate by if nobody says otherwise: the root of the mean square of their
 * differences is this part of that of float32's outputs.
 */
#define TRAFO_DTYPE_CHOICE_MAX_DEVIATION 0.05

#define TRAFO_TYPE_DTYPE_CHOICE (trafo_dtype_choice_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoDTypeChoice, trafo_dtype_choice, TRAFO, DTYPE_CHOICE, GObject)

TRAFO_API TrafoDTypeChoice *trafo_dtype_choice_new (const char       *path,
                                                    const char       *task,
                                                    TrafoLoadOptions *options,
                                                    const char       *text,
                                                    double            max_deviation,
                                                    GCancellable     *cancellable,
                                                    GError          **error);
TRAFO_API TrafoDType        trafo_dtype_choice_get_dtype (TrafoDTypeChoice *self);
TRAFO_API gboolean          trafo_dtype_choice_get_int8_weight_only (TrafoDTypeChoice *self);
TRAFO_API double            trafo_dtype_choice_get_seconds (TrafoDTypeChoice *self,
                                                            TrafoDType        dtype,
                                                            gboolean          int8_weight_only);
TRAFO_API double            trafo_dtype_choice_get_deviation (TrafoDTypeChoice *self,
                                                              TrafoDType        dtype,
                                                              gboolean          int8_weight_only);
TRAFO_API char             *trafo_dtype_choice_to_string (TrafoDTypeChoice *self);

G_END_DECLS
