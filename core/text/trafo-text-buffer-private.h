/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* Text that grows without aborting: when memory runs out, or more than the limit would be held,
 * it says so at the end. */
typedef struct
{
  char    *text;
  gsize    size_bytes;
  gsize    allocated;
  gboolean failed;
} TrafoTextBuffer;

void    trafo_text_buffer_append (TrafoTextBuffer *self, const char *text, gsize size_bytes);
void    trafo_text_buffer_remove (TrafoTextBuffer *self, gsize size_bytes);
void    trafo_text_buffer_replace (TrafoTextBuffer *self,
                                   gsize            from,
                                   const char      *pattern,
                                   const char      *replacement);
char   *trafo_text_buffer_finish (TrafoTextBuffer *self, GError **error);
GBytes *trafo_text_buffer_finish_bytes (TrafoTextBuffer *self, GError **error);
char   *trafo_text_bytes_to_string (GBytes *text, GError **error);
void    trafo_text_buffer_clear (TrafoTextBuffer *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoTextBuffer, trafo_text_buffer_clear)

G_END_DECLS
