/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-feature.h"

G_BEGIN_DECLS

/* The feature number @index of a plugin; any number of these may stand for the same one. */
TrafoFeature *trafo_feature_new (TrafoPlugin *plugin, guint index);

G_END_DECLS
