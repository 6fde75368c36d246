/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-json-reader.h>

#include "trafo-json-string-private.h"

G_BEGIN_DECLS

/* The tokens of a JSON text, and the first thing found wrong with it. */
typedef struct
{
  const char *data;
  gsize       size_bytes;
  gsize       position;
  char       *origin;
  GError     *error;
} TrafoJsonText;

/* Each sets the error unless there is one: "ORIGIN: byte OFFSET: MESSAGE". */
void trafo_json_text_set_error (TrafoJsonText   *text,
                                TrafoFormatError code,
                                gsize            offset,
                                const char      *format,
                                ...) G_GNUC_PRINTF (4, 5);
void trafo_json_text_set_no_memory (TrafoJsonText *text);
/* The text does not go on at @offset as it must. */
void trafo_json_text_set_unexpected (TrafoJsonText *text, gsize offset, const char *expected);
/* The number from the position to @end is not one that the caller can take. */
void trafo_json_text_set_out_of_range (TrafoJsonText *text, gsize end, const char *expected);

void trafo_json_text_skip_space (TrafoJsonText *text);
/* The byte after white space, or -1 at the end. */
int trafo_json_text_peek (TrafoJsonText *text);
/* The type of the value after white space, NONE on error; *ret_end is its end, but not for strings
 * and containers. */
TrafoJsonType trafo_json_text_scan_type (TrafoJsonText *text, gsize *ret_end);
/* The literal whose opening quote is at the position. */
gboolean trafo_json_text_scan_string (TrafoJsonText *text, TrafoJsonString *ret_string);

G_END_DECLS
