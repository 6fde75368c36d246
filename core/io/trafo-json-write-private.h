/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends JSON to a text. Strings, which are UTF-8, are escaped no more than they must be; numbers
 * have the fewest digits that read back the same. */
void trafo_json_write_text (GString *text, const char *string, gsize size_bytes);
void trafo_json_write_string (GString *text, const char *string);
void trafo_json_write_double (GString *text, double number);
/* What trafo_json_to_variant() makes, on lines of their own, two spaces a level. */
void trafo_json_write_variant (GString *text, GVariant *value, guint level);

G_END_DECLS
