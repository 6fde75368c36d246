/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The file, in the byte order of the machine that wrote it:
 *
 *   header      see Header
 *   table       a GVariant: what the weights were made from and how, then for each its key, where
 *               it begins in the file, and its size
 *   segments    what the weights lie in, each from a multiple of SEGMENT_ALIGN_BYTES on
 *
 * A sum guards header and table alone. The segments were on the disk before the file had its name,
 * so a crash leaves no half of them; a bit that the disk flips later would be seen as little in the
 * checkpoint itself, and to read all at each start is what the file is there to save. */
#include "trafo-weight-file-private.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trafo-atomic-file-private.h"
#include "trafo-large-pages-private.h"
#include "trafo-mapped-file-private.h"
#include "trafo-siphash-private.h"
#include "trafo-tensor-private.h"

#define MAGIC "TRAFOWT1"
#define TABLE_TYPE "(sa(stt))"
#define MAX_TABLE_BYTES ((gsize) 64 << 20)
/* Of a large page: written in large pieces, the system keeps the file in large pages, too. */
#define SEGMENT_ALIGN_BYTES ((gsize) 2 << 20)

typedef struct
{
  char    magic[8];
  guint64 sum; /* of what follows, and the table */
  guint64 table_bytes;
  guint64 size_bytes; /* of the file */
} Header;

struct _TrafoWeightFile
{
  TrafoMappedFile *mapped;
  GVariant        *table;
  GHashTable      *records; /* key, inside the table, to TrafoWeightRecord */
  gsize            data_begin;
};

static guint64
compute_sum (const Header *header, gconstpointer table)
{
  static const TrafoSipKey no_secret = { 0, 0 };
  guint64                  sums[] = { header->table_bytes, header->size_bytes, 0 };

  sums[2] = trafo_siphash (&no_secret, table, header->table_bytes);
  return trafo_siphash (&no_secret, sums, sizeof sums);
}

static gsize
align_segment (gsize size_bytes)
{
  return (size_bytes + SEGMENT_ALIGN_BYTES - 1) & ~(SEGMENT_ALIGN_BYTES - 1);
}

static gboolean
check_owner (TrafoMappedFile *file, GError **error)
{
  struct stat status;

  if (fstat (file->fd, &status) == 0 && status.st_uid == geteuid () &&
      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  return trafo_mapped_file_fail (file,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "found a file that others may have written, expected this user's "
                                 "own");
}

/* Copies, so that what is checked here does not change afterwards. */
static GVariant *
read_table (TrafoMappedFile *file, GError **error)
{
  Header           header;
  g_autofree char *bytes = NULL;
  g_autoptr (GVariant) table = NULL;

  if (!trafo_mapped_file_read (file, 0, &header, sizeof header, error))
    return NULL;
  if (memcmp (header.magic, MAGIC, sizeof header.magic) != 0 ||
      header.size_bytes != file->size_bytes || header.table_bytes > MAX_TABLE_BYTES ||
      align_segment (sizeof header + header.table_bytes) > file->size_bytes)
    {
      trafo_mapped_file_fail (file,
                              TRAFO_FORMAT_ERROR_VALUE,
                              error,
                              "found no header that fits its %" G_GSIZE_FORMAT " bytes",
                              file->size_bytes);
      return NULL;
    }
  bytes = g_try_malloc (MAX (header.table_bytes, 1));
  if (bytes == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for a table of %" G_GUINT64_FORMAT " bytes",
                   (guint64) header.table_bytes);
      return NULL;
    }
  if (!trafo_mapped_file_read (file, sizeof header, bytes, header.table_bytes, error))
    return NULL;
  if (compute_sum (&header, bytes) != header.sum)
    {
      trafo_mapped_file_fail (file,
                              TRAFO_FORMAT_ERROR_VALUE,
                              error,
                              "found the sum %" G_GINT64_MODIFIER
                              "x of its header and table, expected "
                              "%" G_GINT64_MODIFIER "x",
                              compute_sum (&header, bytes),
                              header.sum);
      return NULL;
    }
  table = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE (TABLE_TYPE),
                                                       bytes,
                                                       header.table_bytes,
                                                       FALSE,
                                                       g_free,
                                                       bytes));
  bytes = NULL;
  if (g_variant_is_normal_form (table))
    return g_steal_pointer (&table);
  trafo_mapped_file_fail (file, TRAFO_FORMAT_ERROR_VALUE, error, "its table is not in normal form");
  return NULL;
}

static gboolean
index_records (TrafoWeightFile *self, GError **error)
{
  g_autoptr (GVariant) list = g_variant_get_child_value (self->table, 1);
  gsize size_bytes = self->mapped->size_bytes;

  self->data_begin = align_segment (sizeof (Header) + g_variant_get_size (self->table));
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      const char        *key;
      guint64            begin, length;
      TrafoWeightRecord *record;

      g_variant_get_child (list, i, "(&stt)", &key, &begin, &length);
      if (begin < self->data_begin || begin > size_bytes || length > size_bytes - begin ||
          begin != trafo_align_up (begin))
        return trafo_mapped_file_fail (self->mapped,
                                       TRAFO_FORMAT_ERROR_VALUE,
                                       error,
                                       "found weight '%s' at byte %" G_GUINT64_FORMAT
                                       ", outside of the file or not aligned",
                                       key,
                                       begin);
      record = g_new (TrafoWeightRecord, 1);
      *record = (TrafoWeightRecord){ (char *) key, self->mapped->data + begin, length };
      g_hash_table_replace (self->records, record->key, record);
    }
  return TRUE;
}

static gboolean
check_identity (TrafoWeightFile *self, const char *identity, GError **error)
{
  const char *found;

  g_variant_get_child (self->table, 0, "&s", &found);
  return g_str_equal (found, identity) ||
         trafo_mapped_file_fail (self->mapped,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "found weights of '%s', expected those of '%s'",
                                 found,
                                 identity);
}

TrafoWeightFile *
trafo_weight_file_open (const char *path, const char *identity, GError **error)
{
  g_autoptr (TrafoWeightFile) self = g_new0 (TrafoWeightFile, 1);

  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->mapped = trafo_mapped_file_open (path, path, error);
  if (self->mapped == NULL || !check_owner (self->mapped, error))
    return NULL;
  self->table = read_table (self->mapped, error);
  if (self->table == NULL || !check_identity (self, identity, error) ||
      !index_records (self, error))
    return NULL;
  /* all of it will be read, over and over */
  madvise ((gpointer) self->mapped->data, self->mapped->size_bytes, MADV_HUGEPAGE);
  /* which file was used last, on file systems that do not note it; not the time of modification,
   * by which other processes see that the file is still the same */
  futimens (self->mapped->fd, (const struct timespec[]){ { 0, UTIME_NOW }, { 0, UTIME_OMIT } });
  return g_steal_pointer (&self);
}

void
trafo_weight_file_free (TrafoWeightFile *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->records);
  g_clear_pointer (&self->table, g_variant_unref);
  g_clear_pointer (&self->mapped, trafo_mapped_file_free);
  g_free (self);
}

gsize
trafo_weight_file_get_size_bytes (const TrafoWeightFile *self)
{
  return self->mapped->size_bytes;
}

gconstpointer
trafo_weight_file_lookup (TrafoWeightFile *self, const char *key, gsize size_bytes)
{
  const TrafoWeightRecord *record = g_hash_table_lookup (self->records, key);

  if (record == NULL || record->size_bytes != size_bytes ||
      !trafo_mapped_file_check (self->mapped, NULL))
    return NULL;
  return record->data;
}

void
trafo_weight_file_enlarge_pages (TrafoWeightFile *self, const gint *is_stopped)
{
  gpointer data = (gpointer) self->mapped->data;

  if (!trafo_large_pages_hold (data, self->mapped->size_bytes))
    trafo_large_pages_move (data, self->mapped->size_bytes, is_stopped);
}

static gsize
base_bytes (const TrafoWeightFile *base)
{
  return base != NULL ? base->mapped->size_bytes - base->data_begin : 0;
}

gsize
trafo_weight_file_estimate_bytes (const TrafoWeightFile    *base,
                                  const TrafoWeightSegment *segments,
                                  gsize                     n_segments)
{
  gsize size_bytes = SEGMENT_ALIGN_BYTES + align_segment (base_bytes (base));

  for (gsize i = 0; i < n_segments; i++)
    size_bytes += align_segment (segments[i].size_bytes);
  return size_bytes;
}

/* Where in the file's data a weight will lie. */
static gsize
find_offset (const TrafoWeightRecord  *record,
             const TrafoWeightSegment *segments,
             gsize                     n_segments,
             gsize                     offset)
{
  for (gsize i = 0; i < n_segments; i++)
    {
      gsize within = (gsize) ((const guint8 *) record->data - (const guint8 *) segments[i].data);

      if (within < segments[i].size_bytes)
        return offset + within;
      offset += align_segment (segments[i].size_bytes);
    }
  g_return_val_if_reached (0);
}

/* @data_begin: 0 to learn the table's size, which does not depend on it. */
static GVariant *
make_table (const char               *identity,
            const TrafoWeightFile    *base,
            const TrafoWeightSegment *segments,
            gsize                     n_segments,
            const TrafoWeightRecord  *records,
            gsize                     n_records,
            gsize                     data_begin)
{
  GVariantBuilder builder;
  GHashTableIter  iter;
  gpointer        record;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (TABLE_TYPE));
  g_variant_builder_add (&builder, "s", identity);
  g_variant_builder_open (&builder, G_VARIANT_TYPE ("a(stt)"));
  if (base != NULL)
    {
      g_hash_table_iter_init (&iter, base->records);
      while (g_hash_table_iter_next (&iter, NULL, &record))
        {
          const TrafoWeightRecord *old = record;
          guint64 offset = (const guint8 *) old->data - base->mapped->data - base->data_begin;

          g_variant_builder_add (&builder,
                                 "(stt)",
                                 old->key,
                                 data_begin + offset,
                                 (guint64) old->size_bytes);
        }
    }
  for (gsize i = 0; i < n_records; i++)
    g_variant_builder_add (&builder,
                           "(stt)",
                           records[i].key,
                           (guint64) data_begin + find_offset (&records[i],
                                                               segments,
                                                               n_segments,
                                                               align_segment (base_bytes (base))),
                           (guint64) records[i].size_bytes);
  g_variant_builder_close (&builder);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* In pieces as large as may be: that is what makes the system keep them in large pages. */
static gboolean
write_segment (TrafoAtomicFile *file, gconstpointer data, gsize size_bytes, GError **error)
{
  gsize              n_zeros = align_segment (size_bytes) - size_bytes;
  g_autofree guint8 *zeros = g_malloc0 (MAX (n_zeros, 1));

  return trafo_atomic_file_write (file, data, size_bytes, error) &&
         trafo_atomic_file_write (file, zeros, n_zeros, error);
}

static gboolean
write_head (TrafoAtomicFile *file, GVariant *table, gsize data_bytes, GError **error)
{
  gsize              table_bytes = g_variant_get_size (table);
  gsize              head_bytes = sizeof (Header) + table_bytes;
  g_autofree guint8 *head = g_malloc (head_bytes);
  Header             header = { MAGIC, 0, table_bytes, align_segment (head_bytes) + data_bytes };

  header.sum = compute_sum (&header, g_variant_get_data (table));
  memcpy (head, &header, sizeof header);
  g_variant_store (table, head + sizeof header);
  return write_segment (file, head, head_bytes, error);
}

gboolean
trafo_weight_file_write (const char               *path,
                         const char               *identity,
                         const TrafoWeightFile    *base,
                         const TrafoWeightSegment *segments,
                         gsize                     n_segments,
                         const TrafoWeightRecord  *records,
                         gsize                     n_records,
                         GError                  **error)
{
  g_autoptr (GVariant) draft =
      make_table (identity, base, segments, n_segments, records, n_records, 0);
  gsize data_begin = align_segment (sizeof (Header) + g_variant_get_size (draft));
  g_autoptr (GVariant) table =
      make_table (identity, base, segments, n_segments, records, n_records, data_begin);
  g_autoptr (TrafoAtomicFile) file = trafo_atomic_file_open (path, error);
  gsize data_bytes =
      trafo_weight_file_estimate_bytes (base, segments, n_segments) - SEGMENT_ALIGN_BYTES;

  if (file == NULL || !trafo_atomic_file_make_private (file, error) ||
      !write_head (file, table, data_bytes, error))
    return FALSE;
  if (base != NULL &&
      !write_segment (file, base->mapped->data + base->data_begin, base_bytes (base), error))
    return FALSE;
  for (gsize i = 0; i < n_segments; i++)
    if (!write_segment (file, segments[i].data, segments[i].size_bytes, error))
      return FALSE;
  return trafo_atomic_file_commit (file, error);
}
