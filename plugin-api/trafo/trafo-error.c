/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

#include <string.h>

#define MAX_EXCERPT_SIZE_BYTES 200
#define MAX_CHARACTER_SIZE_BYTES 4

/* the hyphens are part of the names */
/* clang-format off */
G_DEFINE_QUARK (trafo-error-quark, trafo_error)
G_DEFINE_QUARK (trafo-plugin-error-quark, trafo_plugin_error)
G_DEFINE_QUARK (trafo-device-error-quark, trafo_device_error)
G_DEFINE_QUARK (trafo-format-error-quark, trafo_format_error)
/* clang-format on */

/**
 * trafo_error_excerpt: (skip)
 * @text: what was found, of any length and perhaps no UTF-8
 *
 * Makes of foreign text what an error's message can quote.
 *
 * The message of a #GError is UTF-8: bindings refuse any other. So bytes that are none are replaced by
 * U+FFFD, and what is longer than 200 bytes is cut between two characters and ends in "…".
 *
 * Returns: (transfer full): UTF-8 of 200 bytes at most, and "…" where @text is cut
 */
char *
trafo_error_excerpt (const char *text)
{
  /* a character that the end of what is looked at divides lies behind the end of what is shown */
  gsize            size_bytes = strnlen (text, MAX_EXCERPT_SIZE_BYTES + MAX_CHARACTER_SIZE_BYTES);
  g_autofree char *valid = g_utf8_make_valid (text, size_bytes);

  if (strlen (valid) <= MAX_EXCERPT_SIZE_BYTES)
    return g_steal_pointer (&valid);
  *g_utf8_find_prev_char (valid, valid + MAX_EXCERPT_SIZE_BYTES + 1) = '\0';
  return g_strconcat (valid, "…", NULL);
}
