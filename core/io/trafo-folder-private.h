/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes @path, and what it lies in, unless it is there. */
gboolean trafo_folder_make (const char *path, GError **error);

G_END_DECLS
