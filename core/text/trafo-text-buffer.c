/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-buffer-private.h"

#include <string.h>

enum
{
  MAX_SIZE_BYTES = 1 << 30,
};

void
trafo_text_buffer_append (TrafoTextBuffer *self, const char *text, gsize size_bytes)
{
  if (self->failed || size_bytes > MAX_SIZE_BYTES - self->size_bytes)
    {
      self->failed = TRUE;
      return;
    }
  if (self->size_bytes + size_bytes >= self->allocated)
    {
      gsize wanted = (self->size_bytes + size_bytes) * 2 + 64;
      char *grown = g_try_realloc (self->text, wanted);

      if (grown == NULL)
        {
          self->failed = TRUE;
          return;
        }
      self->text = grown;
      self->allocated = wanted;
    }
  memcpy (self->text + self->size_bytes, text, size_bytes);
  self->size_bytes += size_bytes;
}

/* The first @size_bytes. */
void
trafo_text_buffer_remove (TrafoTextBuffer *self, gsize size_bytes)
{
  if (size_bytes == 0)
    return;
  self->size_bytes -= size_bytes;
  memmove (self->text, self->text + size_bytes, self->size_bytes);
}

/* Replaces every @pattern from the byte @from on; @replacement is not the longer one. */
void
trafo_text_buffer_replace (TrafoTextBuffer *self,
                           gsize            from,
                           const char      *pattern,
                           const char      *replacement)
{
  gsize       n_pattern = strlen (pattern), n_replacement = strlen (replacement), to;
  const char *match;

  if (self->failed || self->size_bytes <= from)
    return;
  match = memmem (self->text + from, self->size_bytes - from, pattern, n_pattern);
  if (match == NULL)
    return;
  to = match - self->text;
  while (match != NULL)
    {
      const char *next;

      memcpy (self->text + to, replacement, n_replacement);
      to += n_replacement;
      from = match - self->text + n_pattern;
      next = memmem (self->text + from, self->size_bytes - from, pattern, n_pattern);
      match = next != NULL ? next : self->text + self->size_bytes;
      memmove (self->text + to, self->text + from, match - self->text - from);
      to += match - self->text - from;
      match = next;
    }
  self->size_bytes = to;
}

/* The text, NUL-terminated; the buffer is empty then. */
char *
trafo_text_buffer_finish (TrafoTextBuffer *self, GError **error)
{
  trafo_text_buffer_append (self, "", 1);
  if (self->failed)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for a text of more than %" G_GSIZE_FORMAT
                   " bytes, or it exceeds %d bytes",
                   self->size_bytes,
                   MAX_SIZE_BYTES);
      return NULL;
    }
  self->size_bytes = self->allocated = 0;
  return g_steal_pointer (&self->text);
}

void
trafo_text_buffer_clear (TrafoTextBuffer *self)
{
  g_clear_pointer (&self->text, g_free);
  self->size_bytes = self->allocated = 0;
}
