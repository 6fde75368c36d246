/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands between the quotes of a string literal: text[start] up to text[end - 1]. */
typedef struct
{
  gsize    start;
  gsize    end;
  gboolean has_escape;
} TrafoJsonString;

/* Checks the literal whose opening quote is at text[start - 1]; the closing one is then at
 * text[ret_string->end]. Returns NULL, or what was expected at *ret_offset, which is @size_bytes
 * when the text ends too early. */
const char *trafo_json_string_scan (const char      *text,
                                    gsize            size_bytes,
                                    gsize            start,
                                    TrafoJsonString *ret_string,
                                    gsize           *ret_offset);

/* Writes the checked literal's value, at most end - start bytes, and returns its size. */
gsize trafo_json_string_decode (const char *text, const TrafoJsonString *string, char *value);

/* The beginning of a value in a form fit for a message: no control characters, at most 80 bytes. */
char *trafo_json_string_show (const char *value, gsize size_bytes);

G_END_DECLS
