/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-plugin-object.h"
#include "trafo-verdicts-private.h"

G_BEGIN_DECLS

/* One feature, as the file describes it. */
typedef struct
{
  TrafoFeatureKind kind;
  const char      *name;
  const char      *type_name;
  gint             rank; /* only through trafo_plugin_get_rank() and _set_rank() */
  GVariant        *metadata;
} TrafoPluginFeature;

/* Either @facts or @error, which says why the file is no plugin. @verdicts: NULL opens the plugin
 * without trying it in another process. */
TrafoPlugin *trafo_plugin_new (const char              *filename,
                               const TrafoFileIdentity *identity,
                               GVariant                *facts,
                               const GError            *error,
                               TrafoVerdicts           *verdicts);

/* A plugin that is linked into the program; @error: its table is broken. */
TrafoPlugin *trafo_plugin_new_static (const TrafoPluginDescriptor *descriptor, GError **error);

const TrafoFileIdentity  *trafo_plugin_get_identity (TrafoPlugin *self);
guint                     trafo_plugin_get_n_features (TrafoPlugin *self);
const TrafoPluginFeature *trafo_plugin_get_feature (TrafoPlugin *self, guint index);
gint                      trafo_plugin_get_rank (TrafoPlugin *self, guint index);
void                      trafo_plugin_set_rank (TrafoPlugin *self, guint index, gint rank);
gboolean                  trafo_plugin_has_backend (TrafoPlugin *self);

/* The feature's type once the plugin is loaded, else 0. */
GType trafo_plugin_get_feature_type (TrafoPlugin *self, guint index);

/* Ends in REJECTED or QUARANTINED; @error is copied. A loaded plugin stays loaded. */
void trafo_plugin_reject (TrafoPlugin *self, const GError *error);
/* What trying the plugin in another process found. */
void trafo_plugin_apply_verdict (TrafoPlugin *self, const TrafoExamination *examination);
/* A quarantined plugin may be tried again. */
void trafo_plugin_release (TrafoPlugin *self);

/* Looks for devices, in another process or from the records; NULL: there is none or the plugin
 * cannot be used. @ret_is_known: FALSE if nobody could be asked. */
GVariant *trafo_plugin_probe_devices (TrafoPlugin  *self,
                                      gboolean     *ret_is_known,
                                      GCancellable *cancellable,
                                      GError      **error);

G_END_DECLS
