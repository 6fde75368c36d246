/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-file-identity-private.h"

#include <trafo/trafo-plugin-descriptor.h>

G_BEGIN_DECLS

/* What a plugin's file says about itself, checked, as one GVariant that the registry's cache holds
 * as it is: name, version, license, description, ABI major and minor, and per feature its kind,
 * name, type name, rank and metadata. */
#define TRAFO_PLUGIN_FACTS_TYPE "(ssssqqa(yssia{sv}))"

enum
{
  TRAFO_PLUGIN_FACTS_NAME,
  TRAFO_PLUGIN_FACTS_VERSION,
  TRAFO_PLUGIN_FACTS_LICENSE,
  TRAFO_PLUGIN_FACTS_DESCRIPTION,
  TRAFO_PLUGIN_FACTS_ABI_MAJOR,
  TRAFO_PLUGIN_FACTS_ABI_MINOR,
  TRAFO_PLUGIN_FACTS_FEATURES,
};

/* "backend" and so on; NULL, or FALSE, if there is none. */
const char *trafo_feature_kind_get_name (TrafoFeatureKind kind);
gboolean    trafo_feature_kind_from_name (const char *name, TrafoFeatureKind *ret_kind);

/* Opens and reads a file without running its code. @ret_identity is set as soon as the file is
 * open. Errors: TRAFO_PLUGIN_ERROR_INVALID and _ABI. The results are not floating. */
GVariant *
trafo_plugin_facts_read (const char *filename, TrafoFileIdentity *ret_identity, GError **error);
GVariant *trafo_plugin_facts_from_text (GBytes *text, const char *filename, GError **error);

G_END_DECLS
