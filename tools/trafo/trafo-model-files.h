/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a file of a model's folder belongs to it beside its weights: configuration, vocabularies,
 * templates, texts. */
gboolean trafo_model_file_is_copied (const char *name);

/* Makes the folder of @output, too. A file is not copied onto itself. */
gboolean trafo_model_file_copy (const char *input, const char *output, GError **error);

G_END_DECLS
