/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin-descriptor.h>

G_BEGIN_DECLS

/* What the environment says about which plugins and features are used:
 *
 *   TRAFO_PLUGIN_RANK     "cuda:0,model/bert:300,cpu:PRIMARY": ranks by feature name, with or
 *                         without the kind
 *   TRAFO_PLUGIN_DISABLE  globs, separated by commas: plugins of these names are not used
 *   TRAFO_PLUGIN_SELECT   globs: only plugins of these names are used */
typedef struct _TrafoPluginChoice TrafoPluginChoice;

TrafoPluginChoice *trafo_plugin_choice_new_from_environment (void);
void               trafo_plugin_choice_free (TrafoPluginChoice *self);

/* Why a plugin is not to be used; NULL if it is. */
const char *trafo_plugin_choice_find_objection (TrafoPluginChoice *self, const char *plugin_name);

/* The rank of a feature whose own rank is @rank. */
gint trafo_plugin_choice_get_rank (TrafoPluginChoice *self,
                                   TrafoFeatureKind   kind,
                                   const char        *name,
                                   gint               rank);

/* A variable that is set to "help" has the names printed that it chooses among: those of the plugins
 * or, as "kind/name", of the features. */
gboolean trafo_plugin_choice_asks_help (TrafoPluginChoice *self);
void     trafo_plugin_choice_print_help (TrafoPluginChoice *self,
                                         const char *const *plugin_names,
                                         const char *const *feature_names);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPluginChoice, trafo_plugin_choice_free)

G_END_DECLS
