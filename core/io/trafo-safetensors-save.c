/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Writes what safetensors' own writer writes, byte for byte: the metadata first, then the tensors by
 * falling place of their dtype in trafo-safetensors-dtype.c, which aligns the data, and then by
 * name; compact JSON, filled up with spaces to a multiple of 8. Its order of metadata with several
 * keys is random; ours is by key. */
#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-atomic-file-private.h"
#include "trafo-json-write-private.h"
#include "trafo-safetensors-private.h"

#define ALIGNMENT 8
#define MAX_HEADER_SIZE_BYTES 100000000

typedef struct
{
  const TrafoCheckpointTensor *tensor;
  const TrafoSafetensorsDType *dtype;
} Entry;

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *left = a;
  const Entry *right = b;

  if (left->dtype != right->dtype)
    return left->dtype > right->dtype ? -1 : 1;
  return strcmp (left->tensor->name, right->tensor->name);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
check_name (const char *path, const char *name, GError **error)
{
  gboolean         is_reserved = g_str_equal (name, "__metadata__");
  g_autofree char *shown = NULL;

  if (!is_reserved && g_utf8_validate (name, -1, NULL))
    return TRUE;
  shown = trafo_error_excerpt (name);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: found a tensor named '%s', %s",
               path,
               shown,
               is_reserved ? "which in safetensors is the name of what is said of the file"
                           : "expected UTF-8");
  return FALSE;
}

/* Whether shape, dtype and size fit each other. */
static gboolean
check_entry (const char *path, const Entry *entry, GError **error)
{
  const TrafoCheckpointTensor *tensor = entry->tensor;
  guint64                      n_bits = entry->dtype->n_bits;
  gboolean                     is_valid = tensor->n_dims <= TRAFO_MAX_DIMS;

  for (guint i = 0; is_valid && i < tensor->n_dims; i++)
    is_valid =
        tensor->shape[i] >= 0 && g_uint64_checked_mul (&n_bits, n_bits, (guint64) tensor->shape[i]);
  if (is_valid && n_bits % 8 == 0 && n_bits / 8 == tensor->size_bytes)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: found tensor '%s' of %s with %u dims in %" G_GSIZE_FORMAT
               " bytes, expected the shape to fit the size",
               path,
               tensor->name,
               entry->dtype->name,
               tensor->n_dims,
               tensor->size_bytes);
  return FALSE;
}

/* The tensors in the order of the file. */
static Entry *
sort_entries (const char                  *path,
              const TrafoCheckpointTensor *tensors,
              gsize                        n_tensors,
              GError                     **error)
{
  g_autofree Entry *entries = g_new0 (Entry, n_tensors + 1);

  for (gsize i = 0; i < n_tensors; i++)
    {
      const char *dtype_name = tensors[i].dtype_name;

      if (!check_name (path, tensors[i].name, error))
        return NULL;
      if (dtype_name == NULL)
        dtype_name = trafo_safetensors_dtype_get_name (tensors[i].dtype);
      entries[i].tensor = &tensors[i];
      entries[i].dtype = dtype_name != NULL ? trafo_safetensors_dtype_from_name (dtype_name) : NULL;
      if (entries[i].dtype == NULL)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_DTYPE,
                       "%s: found tensor '%s' of dtype %s, which safetensors do not have",
                       path,
                       tensors[i].name,
                       dtype_name != NULL ? dtype_name : "none");
          return NULL;
        }
      if (!check_entry (path, &entries[i], error))
        return NULL;
    }
  qsort (entries, n_tensors, sizeof *entries, compare_entries);
  return g_steal_pointer (&entries);
}

static void
append_metadata (GString *header, GHashTable *metadata)
{
  g_autofree const char **keys = NULL;
  guint                   n_keys;

  keys = (const char **) g_hash_table_get_keys_as_array (metadata, &n_keys);
  qsort (keys, n_keys, sizeof *keys, compare_keys);
  g_string_append (header, "\"__metadata__\":{");
  for (guint i = 0; i < n_keys; i++)
    {
      g_string_append (header, i > 0 ? "," : "");
      trafo_json_write_string (header, keys[i]);
      g_string_append_c (header, ':');
      trafo_json_write_string (header, g_hash_table_lookup (metadata, keys[i]));
    }
  g_string_append_c (header, '}');
}

static void
append_entry (GString *header, const Entry *entry, guint64 offset)
{
  trafo_json_write_string (header, entry->tensor->name);
  g_string_append_printf (header, ":{\"dtype\":\"%s\",\"shape\":[", entry->dtype->name);
  for (guint i = 0; i < entry->tensor->n_dims; i++)
    g_string_append_printf (header,
                            "%s%" G_GINT64_FORMAT,
                            i > 0 ? "," : "",
                            entry->tensor->shape[i]);
  g_string_append_printf (header,
                          "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          offset,
                          offset + entry->tensor->size_bytes);
}

/* The header with its size before it; NULL if it would be larger than readers take, or a name comes
 * twice. */
static GString *
new_header (const char  *path,
            const Entry *entries,
            gsize        n_entries,
            GHashTable  *metadata,
            GError     **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) header = g_string_new ("12345678{");
  guint64 offset = 0;
  guint64 size_bytes;

  if (metadata != NULL)
    append_metadata (header, metadata);
  for (gsize i = 0; i < n_entries; i++)
    {
      g_string_append (header, i > 0 || metadata != NULL ? "," : "");
      append_entry (header, &entries[i], offset);
      offset += entries[i].tensor->size_bytes;
      if (g_hash_table_add (names, (char *) entries[i].tensor->name))
        continue;
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found two tensors of the name '%s'",
                   path,
                   entries[i].tensor->name);
      return NULL;
    }
  g_string_append_c (header, '}');
  while (header->len % ALIGNMENT != 0)
    g_string_append_c (header, ' ');
  size_bytes = header->len - sizeof size_bytes;
  if (size_bytes > MAX_HEADER_SIZE_BYTES)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "%s: found a header of %" G_GUINT64_FORMAT " bytes, expected at most %d",
                   path,
                   size_bytes,
                   MAX_HEADER_SIZE_BYTES);
      return NULL;
    }
  size_bytes = GUINT64_TO_LE (size_bytes);
  memcpy (header->str, &size_bytes, sizeof size_bytes);
  return g_steal_pointer (&header);
}

gboolean
trafo_safetensors_save (const char                  *path,
                        const TrafoCheckpointTensor *tensors,
                        gsize                        n_tensors,
                        GHashTable                  *metadata,
                        GError                     **error)
{
  g_autofree char  *shown = g_filename_display_name (path);
  g_autofree Entry *entries = sort_entries (shown, tensors, n_tensors, error);
  g_autoptr (GString) header = NULL;
  g_autoptr (TrafoAtomicFile) file = NULL;

  if (entries == NULL)
    return FALSE;
  header = new_header (shown, entries, n_tensors, metadata, error);
  if (header == NULL)
    return FALSE;
  file = trafo_atomic_file_open (path, error);
  if (file == NULL || !trafo_atomic_file_write (file, header->str, header->len, error))
    return FALSE;
  for (gsize i = 0; i < n_tensors; i++)
    if (!trafo_atomic_file_write (file,
                                  entries[i].tensor->data,
                                  entries[i].tensor->size_bytes,
                                  error))
      return FALSE;
  return trafo_atomic_file_commit (file, error);
}
