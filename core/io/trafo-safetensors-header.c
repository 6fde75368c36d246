/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The header is one JSON object, with white space before and after it allowed:
 *
 *   {
 *     "__metadata__": { string: string, ... },      optional, may be null
 *     NAME: {
 *       "dtype": "F32",                             one of trafo-safetensors-dtype.c
 *       "shape": [2, 3],                            unsigned; [] is a scalar
 *       "data_offsets": [begin, end]                in bytes, from the end of the header
 *     },
 *     ...
 *   }
 *
 * Sorted by their offsets, the tensors cover the data from its first byte to its last, without
 * gap or overlap; a tensor without elements lies where its neighbours meet. The product of the
 * dims, from left to right, must not overflow 64 bits, and times the bits of the type is just
 * 8 * (end - begin).
 *
 * Stricter than the reference (safetensors 0.8.0), which also takes: a tensor written as an array
 * ["F32", [2, 3], [0, 24]] and a dtype as an object {"F32": null}, any key that comes twice, but for
 * the three above (the last wins), a NUL in a name or in the metadata, a dim of 2^63 or more beside
 * one of 0, more than 65536 entries of metadata. Values nested 128 deep in a field that nobody reads
 * are taken here and not there. */
#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-json-string-private.h"
#include "trafo-safetensors-private.h"

#define MAX_METADATA 65536

typedef struct
{
  TrafoJsonReader     *reader;
  TrafoCheckpointFile *file;
  const guint8        *data;
  gsize                data_size_bytes;
  gsize                n_allocated;
  char                *next_name; /* in memory that has room for all of them */
} Parser;

/* What was read of one tensor. */
typedef struct
{
  const TrafoSafetensorsDType *dtype;
  gint64                       shape[TRAFO_MAX_DIMS];
  guint                        n_dims;
  guint64                      n_elements;
  guint64                      begin;
  guint64                      end;
  gboolean                     has_shape;
  gboolean                     has_offsets;
} Entry;

static void
read_dtype (Parser *parser, Entry *entry)
{
  gsize       size_bytes;
  const char *name = trafo_json_reader_read_string (parser->reader, &size_bytes);

  if (name == NULL)
    return;
  if (strlen (name) == size_bytes)
    entry->dtype = trafo_safetensors_dtype_from_name (name);
  if (entry->dtype == NULL)
    {
      g_autofree char *shown = trafo_json_string_show (name, size_bytes);

      trafo_json_reader_fail (parser->reader, "found the unknown dtype '%s'", shown);
    }
}

static void
read_shape (Parser *parser, Entry *entry)
{
  TrafoJsonReader *reader = parser->reader;

  entry->has_shape = TRUE;
  entry->n_elements = 1;
  trafo_json_reader_begin_array (reader);
  while (trafo_json_reader_next_element (reader))
    {
      guint64 dim = trafo_json_reader_read_uint64 (reader);

      if (!g_uint64_checked_mul (&entry->n_elements, entry->n_elements, dim))
        trafo_json_reader_fail (reader, "found a shape of more than 2^64 elements");
      else if (dim > G_MAXINT64)
        trafo_json_reader_fail (reader, "found a dim above 2^63 - 1");
      if (entry->n_dims < TRAFO_MAX_DIMS)
        entry->shape[entry->n_dims] = dim;
      entry->n_dims++;
    }
}

static void
read_offsets (Parser *parser, Entry *entry)
{
  TrafoJsonReader *reader = parser->reader;
  guint64         *offsets[] = { &entry->begin, &entry->end };
  guint            n_offsets = 0;

  entry->has_offsets = TRUE;
  trafo_json_reader_begin_array (reader);
  while (trafo_json_reader_next_element (reader))
    if (n_offsets < 2)
      *offsets[n_offsets++] = trafo_json_reader_read_uint64 (reader);
    else
      trafo_json_reader_fail (reader, "found a third data offset, expected [begin, end]");
  if (n_offsets < 2)
    trafo_json_reader_fail (reader, "found %u data offsets, expected [begin, end]", n_offsets);
  if (entry->begin > entry->end || entry->end > parser->data_size_bytes)
    trafo_json_reader_fail (reader,
                            "found data offsets [%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                            "], expected begin <= end <= %" G_GSIZE_FORMAT,
                            entry->begin,
                            entry->end,
                            parser->data_size_bytes);
}

/* Whether the fields are all there and fit each other. */
static void
check_entry (Parser *parser, const Entry *entry, const char *name, gsize name_size_bytes)
{
  g_autofree char *shown = NULL;
  guint64          n_bits;

  if (trafo_json_reader_has_failed (parser->reader))
    return;
  if (entry->dtype != NULL && entry->has_shape && entry->has_offsets &&
      g_uint64_checked_mul (&n_bits, entry->n_elements, entry->dtype->n_bits) && n_bits % 8 == 0 &&
      n_bits / 8 == entry->end - entry->begin)
    return;
  shown = trafo_json_string_show (name, name_size_bytes);
  if (entry->dtype == NULL || !entry->has_shape || !entry->has_offsets)
    trafo_json_reader_fail (parser->reader,
                            "found tensor '%s' without '%s'",
                            shown,
                            entry->dtype == NULL ? "dtype"
                            : !entry->has_shape  ? "shape"
                                                 : "data_offsets");
  else
    trafo_json_reader_fail (parser->reader,
                            "found tensor '%s' with %" G_GUINT64_FORMAT
                            " bytes of data, expected %" G_GUINT64_FORMAT " elements of %u bits",
                            shown,
                            entry->end - entry->begin,
                            entry->n_elements,
                            entry->dtype->n_bits);
}

static gboolean
reserve_tensor (Parser *parser)
{
  TrafoCheckpointFile   *file = parser->file;
  gsize                  n_allocated = parser->n_allocated + parser->n_allocated / 2 + 64;
  TrafoCheckpointTensor *tensors;

  if (file->n_tensors < parser->n_allocated)
    return TRUE;
  tensors = g_try_realloc_n (file->tensors, n_allocated, sizeof *tensors);
  if (tensors == NULL)
    {
      trafo_json_reader_fail (parser->reader, "out of memory for the list of tensors");
      return FALSE;
    }
  file->tensors = tensors;
  parser->n_allocated = n_allocated;
  return TRUE;
}

static void
read_tensor (Parser *parser, const char *name, gsize name_size_bytes)
{
  TrafoJsonReader       *reader = parser->reader;
  TrafoCheckpointTensor *tensor;
  Entry                  entry = { 0 };
  const char            *key;
  gsize                  key_size_bytes;

  if (memchr (name, '\0', name_size_bytes) != NULL)
    trafo_json_reader_fail (reader, "found a tensor name that holds a NUL");
  if (trafo_json_reader_has_failed (reader) || !reserve_tensor (parser))
    return;
  name = memcpy (parser->next_name, name, name_size_bytes + 1);
  parser->next_name += name_size_bytes + 1;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, &key_size_bytes)) != NULL)
    if (g_str_equal (key, "dtype") && key_size_bytes == 5)
      read_dtype (parser, &entry);
    else if (g_str_equal (key, "shape") && key_size_bytes == 5)
      read_shape (parser, &entry);
    else if (g_str_equal (key, "data_offsets") && key_size_bytes == 12)
      read_offsets (parser, &entry);
    else
      trafo_json_reader_skip (reader);
  check_entry (parser, &entry, name, name_size_bytes);
  if (trafo_json_reader_has_failed (reader))
    return;

  tensor = &parser->file->tensors[parser->file->n_tensors++];
  *tensor = (TrafoCheckpointTensor){
    .name = name,
    .dtype_name = entry.dtype->name,
    .dtype = entry.n_dims <= TRAFO_MAX_DIMS ? entry.dtype->dtype : TRAFO_DTYPE_NONE,
    .n_dims = entry.n_dims,
    .data = parser->data + entry.begin,
    .size_bytes = entry.end - entry.begin,
    .file = parser->file->mapped->name,
  };
  memcpy (tensor->shape, entry.shape, sizeof tensor->shape);
}

/* A copy of a string that is to be kept; NULL, with the error set, where it cannot be. */
static char *
keep_string (TrafoJsonReader *reader, const char *string)
{
  gsize size_bytes = strlen (string) + 1;
  char *copy = g_try_malloc (size_bytes);

  if (copy == NULL)
    trafo_json_reader_fail (reader, "out of memory for the metadata");
  else
    memcpy (copy, string, size_bytes);
  return copy;
}

static void
read_metadata (Parser *parser)
{
  TrafoJsonReader *reader = parser->reader;
  GHashTable      *metadata = parser->file->metadata;
  const char      *string;

  if (trafo_json_reader_read_null (reader))
    return;
  trafo_json_reader_begin_object (reader);
  while ((string = trafo_json_reader_next_member (reader, NULL)) != NULL)
    {
      g_autofree char *key = keep_string (reader, string);
      g_autofree char *value = NULL;

      if (g_hash_table_size (metadata) == MAX_METADATA)
        trafo_json_reader_fail (reader, "found more than %d entries of metadata", MAX_METADATA);
      string = trafo_json_reader_read_string (reader, NULL);
      if (string == NULL)
        return;
      value = keep_string (reader, string);
      if (key != NULL && value != NULL)
        g_hash_table_insert (metadata, g_steal_pointer (&key), g_steal_pointer (&value));
    }
}

static gint
compare_tensors (gconstpointer a, gconstpointer b)
{
  const TrafoCheckpointTensor *left = a;
  const TrafoCheckpointTensor *right = b;

  if (left->data != right->data)
    return left->data < right->data ? -1 : 1;
  if (left->size_bytes != right->size_bytes)
    return left->size_bytes < right->size_bytes ? -1 : 1;
  /* names are stored in the order of the text */
  return left->name < right->name ? -1 : left->name > right->name;
}

/* Sorts by offset, which is the order that most files have already, and checks that the tensors
 * cover the data. */
static gboolean
check_cover (Parser *parser, GError **error)
{
  TrafoCheckpointFile *file = parser->file;
  const guint8        *expected = parser->data;
  const char          *name = NULL;
  gsize                i = 1;

  while (i < file->n_tensors && compare_tensors (&file->tensors[i - 1], &file->tensors[i]) < 0)
    i++;
  if (i < file->n_tensors)
    qsort (file->tensors, file->n_tensors, sizeof *file->tensors, compare_tensors);
  for (i = 0; i < file->n_tensors; i++)
    {
      name = file->tensors[i].name;
      if (file->tensors[i].data != expected)
        {
          g_autofree char *shown = trafo_json_string_show (name, strlen (name));

          g_set_error (error,
                       TRAFO_FORMAT_ERROR,
                       TRAFO_FORMAT_ERROR_VALUE,
                       "%s: found tensor '%s' at byte %" G_GSIZE_FORMAT
                       " of the data, expected it at %" G_GSIZE_FORMAT
                       ", where the one before it ends",
                       file->mapped->name,
                       shown,
                       (gsize) ((const guint8 *) file->tensors[i].data - parser->data),
                       (gsize) (expected - parser->data));
          return FALSE;
        }
      expected += file->tensors[i].size_bytes;
    }
  if (expected == parser->data + parser->data_size_bytes)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: found %" G_GSIZE_FORMAT " bytes of data, expected the %" G_GSIZE_FORMAT
               " that the tensors take",
               file->mapped->name,
               parser->data_size_bytes,
               (gsize) (expected - parser->data));
  return FALSE;
}

gboolean
trafo_safetensors_header_parse (TrafoCheckpointFile *file,
                                GBytes              *header,
                                gsize                data_offset,
                                GError             **error)
{
  g_autofree char *origin = g_strconcat (file->mapped->name, ": header", NULL);
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (header, origin);
  Parser parser = {
    .reader = reader,
    .file = file,
    .data = file->mapped->data + data_offset,
    .data_size_bytes = file->mapped->size_bytes - data_offset,
  };
  const char *key;
  gsize       size_bytes;

  /* a name and its NUL take less than the name and its quotes did */
  parser.next_name = trafo_checkpoint_file_try_alloc (file, MAX (g_bytes_get_size (header), 1));
  if (parser.next_name == NULL)
    trafo_json_reader_fail (reader, "out of memory for the names of the tensors");
  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, &size_bytes)) != NULL)
    if (g_str_equal (key, "__metadata__") && size_bytes == strlen ("__metadata__"))
      read_metadata (&parser);
    else
      read_tensor (&parser, key, size_bytes);
  return trafo_json_reader_finish (reader, error) && check_cover (&parser, error);
}
