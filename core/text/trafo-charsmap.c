/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* precompiled_charsmap, in base64; numbers are little-endian:
 *
 *   uint32     size of the trie in bytes
 *   uint32[]   the trie over the bytes of keys, a double array as darts-clone makes it
 *   char[]     replacements, each ended by a NUL; the trie's values are places in here
 *
 * What is replaced follows tokenizers' normalizers/precompiled.rs: a grapheme of fewer than six bytes,
 * all of it, by what the shortest key stands for that it begins with; else each of its characters. */
#include "trafo-charsmap-private.h"

#include <string.h>

enum
{
  MAX_GRAPHEME_BYTES = 5,
};

struct _TrafoCharsmap
{
  guint32 *units;
  gsize    n_units;
  char    *replacements;
  gsize    replacements_size;
};

/* darts-clone's DoubleArrayUnit. */
static inline guint32
get_offset (guint32 unit)
{
  return (unit >> 10) << ((unit & 1u << 9) >> 6);
}

static inline guint32
get_label (guint32 unit)
{
  return unit & (1u << 31 | 0xff);
}

static gboolean
set_wrong (const char *where, const char *what, GError **error)
{
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: 'precompiled_charsmap' %s",
               where,
               what);
  return FALSE;
}

static gboolean
read_data (TrafoCharsmap *self, const guchar *data, gsize size, const char *where, GError **error)
{
  guint32 trie_size;
  gsize   invalid_at;

  if (size < 4)
    return set_wrong (where, "has fewer than 4 bytes", error);
  memcpy (&trie_size, data, 4);
  trie_size = GUINT32_FROM_LE (trie_size);
  if (trie_size == 0 || trie_size % 4 != 0 || trie_size > size - 4)
    return set_wrong (where, "has a trie whose size is not that of its data", error);
  self->n_units = trie_size / 4;
  self->units = g_memdup2 (data + 4, trie_size);
  for (gsize i = 0; i < self->n_units; i++)
    self->units[i] = GUINT32_FROM_LE (self->units[i]);
  self->replacements_size = size - 4 - trie_size;
  self->replacements = g_memdup2 (data + 4 + trie_size, self->replacements_size);
  if (!trafo_utf8_validate (self->replacements, self->replacements_size, &invalid_at))
    return set_wrong (where, "has replacements that are not valid UTF-8", error);
  return TRUE;
}

/* @where begins error messages. */
TrafoCharsmap *
trafo_charsmap_new (const char *base64, const char *where, GError **error)
{
  g_autoptr (TrafoCharsmap) self = g_new0 (TrafoCharsmap, 1);
  gsize              size;
  g_autofree guchar *data = g_base64_decode (base64, &size);

  return read_data (self, data, size, where, error) ? g_steal_pointer (&self) : NULL;
}

void
trafo_charsmap_free (TrafoCharsmap *self)
{
  g_free (self->units);
  g_free (self->replacements);
  g_free (self);
}

/* What the shortest key stands for that @text begins with; FALSE if it begins with none. */
static gboolean
find (const TrafoCharsmap *self,
      const char          *text,
      gsize                size,
      const char         **found,
      gsize               *found_size)
{
  gsize node = get_offset (self->units[0]);

  for (gsize i = 0; i < size && text[i] != '\0'; i++)
    {
      guint32 unit;

      node ^= (guint8) text[i];
      if (node >= self->n_units)
        return FALSE;
      unit = self->units[node];
      if (get_label (unit) != (guint8) text[i])
        return FALSE;
      node ^= get_offset (unit);
      if ((unit >> 8 & 1) == 0)
        continue;
      if (node < self->n_units)
        {
          gsize value = self->units[node] & G_MAXINT32;

          if (value > self->replacements_size ||
              (value < self->replacements_size && (self->replacements[value] & 0xc0) == 0x80))
            return FALSE;
          *found = self->replacements + value;
          *found_size = strnlen (*found, self->replacements_size - value);
          return TRUE;
        }
      return FALSE;
    }
  return FALSE;
}

/* Writes characters and gives them origins by tokenizers' rule: one that replaces takes the origin of
 * the next character of the source, one that is added that of the last one taken. The last character
 * waits, for characters behind it may yet be removed. */
typedef struct
{
  TrafoAlignedTextBuilder *builder;
  const TrafoAlignedText  *source;
  gsize                    at; /* the source up to here is taken */
  gboolean                 is_waiting;
  guint32                  point;
  gssize change; /* above 0: added; else replaces, and that many more are removed */
} Writer;

static void
take (Writer *self)
{
  guint32 point;

  if (self->at < self->source->size_bytes)
    self->at += trafo_utf8_decode (self->source->text + self->at, &point);
}

static void
flush (Writer *self)
{
  guint32 start = self->source->base, end = start;
  gsize   from = self->at, until;

  if (!self->is_waiting)
    return;
  if (self->change <= 0)
    take (self);
  else if (from > 0)
    from = g_utf8_prev_char (self->source->text + from) - self->source->text;
  until = self->at;
  for (gssize i = 0; i > self->change; i--)
    take (self);
  if (until > from)
    trafo_aligned_text_get_origin (self->source, from, until - from, &start, &end);
  trafo_aligned_text_builder_append (self->builder, self->point, start, end);
  self->is_waiting = FALSE;
}

static void
write_char (Writer *self, guint32 point, gssize change)
{
  flush (self);
  self->is_waiting = TRUE;
  self->point = point;
  self->change = change;
}

static void
write_replacement (Writer *self, gsize n_replaced, const char *text, gsize size)
{
  gsize n_written = 0;

  for (gsize i = 0; i < size && !self->builder->failed; n_written++)
    {
      guint32 point;

      i += trafo_utf8_decode (text + i, &point);
      write_char (self, point, n_written >= n_replaced);
    }
  if (n_written < n_replaced && self->is_waiting)
    self->change -= n_replaced - n_written;
}

void
trafo_charsmap_apply (const TrafoCharsmap     *self,
                      const TrafoAlignedText  *text,
                      TrafoAlignedTextBuilder *builder)
{
  Writer      writer = { builder, text };
  const char *found;
  gsize       found_size;

  for (gsize i = 0, end; i < text->size_bytes && !builder->failed; i = end)
    {
      end = i + trafo_unicode_get_grapheme_size (text->text + i, text->size_bytes - i);
      if (end - i <= MAX_GRAPHEME_BYTES &&
          find (self, text->text + i, end - i, &found, &found_size))
        {
          write_replacement (&writer,
                             trafo_utf8_count (text->text + i, end - i),
                             found,
                             found_size);
          continue;
        }
      for (gsize k = i; k < end;)
        {
          guint32 point;
          guint   length = trafo_utf8_decode (text->text + k, &point);

          if (find (self, text->text + k, length, &found, &found_size))
            write_replacement (&writer, 1, found, found_size);
          else
            write_char (&writer, point, 0);
          k += length;
        }
    }
  flush (&writer);
}
