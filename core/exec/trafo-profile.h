/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-macros.h>

#include "trafo-value.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_PROFILE (trafo_profile_get_type ())

TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoProfile, trafo_profile, TRAFO, PROFILE, GObject)

TRAFO_API TrafoProfile *trafo_profile_new (void);
TRAFO_API gboolean      trafo_profile_start (TrafoProfile *self, GError **error);
TRAFO_API void          trafo_profile_stop (TrafoProfile *self);
TRAFO_API gboolean      trafo_profile_measure_peaks (TrafoProfile *self, GError **error);
TRAFO_API TrafoValue   *trafo_profile_to_value (TrafoProfile *self);
TRAFO_API gboolean      trafo_profile_save_trace (TrafoProfile *self,
                                                  const char   *filename,
                                                  GError      **error);

G_END_DECLS
