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
  if (size_bytes == 0)
    return;
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

static gboolean
check (const TrafoTextBuffer *self, GError **error)
{
  if (!self->failed)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for a text of more than %" G_GSIZE_FORMAT
               " bytes, or it exceeds %d bytes",
               self->size_bytes,
               MAX_SIZE_BYTES);
  return FALSE;
}

/* A string cannot hold a NUL: U+2400 shows where one is. */
static void
show_nuls (TrafoTextBuffer *self)
{
  g_auto (TrafoTextBuffer) shown = { .failed = self->failed };
  const char *p = self->text, *end, *nul;

  if (self->size_bytes == 0 || memchr (p, '\0', self->size_bytes) == NULL)
    return;
  end = p + self->size_bytes;
  for (; (nul = memchr (p, '\0', end - p)) != NULL; p = nul + 1)
    {
      trafo_text_buffer_append (&shown, p, nul - p);
      trafo_text_buffer_append (&shown, "\342\220\200", 3);
    }
  trafo_text_buffer_append (&shown, p, end - p);
  trafo_text_buffer_clear (self);
  *self = shown;
  shown = (TrafoTextBuffer){ 0 };
}

/* The text, NUL-terminated; the buffer is empty then. */
char *
trafo_text_buffer_finish (TrafoTextBuffer *self, GError **error)
{
  show_nuls (self);
  trafo_text_buffer_append (self, "", 1);
  if (!check (self, error))
    return NULL;
  self->size_bytes = self->allocated = 0;
  return g_steal_pointer (&self->text);
}

/* The text as it is; the buffer is empty then. */
GBytes *
trafo_text_buffer_finish_bytes (TrafoTextBuffer *self, GError **error)
{
  gsize size_bytes = self->size_bytes;

  if (!check (self, error))
    return NULL;
  if (size_bytes == 0)
    return g_bytes_new_static ("", 0);
  self->size_bytes = self->allocated = 0;
  return g_bytes_new_take (g_steal_pointer (&self->text), size_bytes);
}

/* The string for a text that may hold NULs. */
char *
trafo_text_bytes_to_string (GBytes *text, GError **error)
{
  g_auto (TrafoTextBuffer) buffer = { 0 };

  trafo_text_buffer_append (&buffer, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  return trafo_text_buffer_finish (&buffer, error);
}

void
trafo_text_buffer_clear (TrafoTextBuffer *self)
{
  g_clear_pointer (&self->text, g_free);
  self->size_bytes = self->allocated = 0;
}
