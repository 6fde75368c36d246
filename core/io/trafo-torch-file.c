/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-torch-file-private.h"

#include <string.h>

#include "trafo-file-signature-private.h"
#include "trafo-json-string-private.h"
#include "trafo-safetensors-private.h"

#define MAX_TENSORS (1 << 20)
#define MAX_NAMES_SIZE_BYTES ((gsize) 64 << 20)
/* Of what is skipped, that many are told by name. */
#define MAX_SKIPPED 1000

/* Python's pickles begin with 0x80 and one of the numbers up to this. */
#define MAX_PROTOCOL 5

#define STATE_DICT "state_dict"

/* The dict that holds the tensors. */
static const TrafoPickleValue *
find_state_dict (const TrafoPickleValue *value)
{
  for (guint i = 0; i + 1 < value->n_items; i += 2)
    if (g_strcmp0 (trafo_pickle_value_get_text (value->items[i]), STATE_DICT) == 0 &&
        value->items[i + 1]->kind == TRAFO_PICKLE_DICT)
      return value->items[i + 1];
  return value;
}

static void
skip (TrafoCheckpointFile *file, const TrafoPickleValue *key)
{
  const char *name = trafo_pickle_value_get_text (key);

  if (file->skipped->len == MAX_SKIPPED)
    return;
  g_ptr_array_add (file->skipped,
                   name != NULL ? trafo_json_string_show (name, strlen (name))
                                : g_strdup (trafo_pickle_value_describe (key)));
}

static char *
show_key (const TrafoPickleValue *key)
{
  g_autofree char *text = NULL;

  if (key->kind == TRAFO_PICKLE_INTEGER)
    return g_strdup_printf ("%" G_GINT64_FORMAT, key->integer);
  if (key->kind != TRAFO_PICKLE_STRING)
    return g_strdup (trafo_pickle_value_describe (key));
  text = trafo_json_string_show (key->text, key->n_items);
  return g_strdup_printf ("'%s'", text);
}

/* A tensor that cannot be asked for would be lost. */
static gboolean
check_key (TrafoCheckpointFile *file, const TrafoPickleValue *key, GError **error)
{
  g_autofree char *found = NULL;

  if (trafo_pickle_value_get_text (key) != NULL)
    return TRUE;
  found = show_key (key);
  return trafo_mapped_file_fail (file->mapped,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 error,
                                 "found a tensor whose name is %s, expected UTF-8 without a NUL",
                                 found);
}

/* Allocates the list of tensors and, for the caller to fill, their names. */
static gboolean
reserve (TrafoCheckpointFile *file, const TrafoPickleValue *dict, char **ret_names, GError **error)
{
  gsize n_tensors = 0, names_size_bytes = 0;

  for (guint i = 0; i + 1 < dict->n_items; i += 2)
    if (dict->items[i + 1]->kind == TRAFO_PICKLE_TENSOR)
      {
        if (!check_key (file, dict->items[i], error))
          return FALSE;
        n_tensors++;
        names_size_bytes += (gsize) dict->items[i]->n_items + 1;
      }
  if (n_tensors > MAX_TENSORS || names_size_bytes > MAX_NAMES_SIZE_BYTES)
    return trafo_mapped_file_fail (file->mapped,
                                   TRAFO_FORMAT_ERROR_LIMIT,
                                   error,
                                   "found %" G_GSIZE_FORMAT
                                   " tensors with names of %" G_GSIZE_FORMAT
                                   " bytes, expected at most %d and %" G_GSIZE_FORMAT,
                                   n_tensors,
                                   names_size_bytes,
                                   MAX_TENSORS,
                                   MAX_NAMES_SIZE_BYTES);
  file->tensors = g_try_malloc_n (MAX (n_tensors, 1), sizeof *file->tensors);
  *ret_names = trafo_checkpoint_file_try_alloc (file, MAX (names_size_bytes, 1));
  if (file->tensors != NULL && *ret_names != NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "%s: out of memory for %" G_GSIZE_FORMAT " tensors",
               file->mapped->name,
               n_tensors);
  return FALSE;
}

static gboolean
add_tensor (TrafoCheckpointFile *file,
            const char          *name,
            TrafoTorchTensor    *tensor,
            TrafoTorchCopies    *copies,
            GError             **error)
{
  const TrafoSafetensorsDType *dtype = trafo_safetensors_dtype_from_name (tensor->dtype->name);
  const guint8                *data = trafo_torch_copies_get (copies, name, tensor, error);
  TrafoCheckpointTensor       *added = &file->tensors[file->n_tensors];

  if (data == NULL)
    return FALSE;
  *added = (TrafoCheckpointTensor){
    .name = name,
    .dtype_name = tensor->dtype->name,
    .dtype = dtype != NULL && tensor->n_dims <= TRAFO_MAX_DIMS ? dtype->dtype : TRAFO_DTYPE_NONE,
    .n_dims = tensor->n_dims,
    .data = data,
    .size_bytes = tensor->n_elements * tensor->dtype->size_bytes,
    .file = file->mapped->name,
  };
  memcpy (added->shape,
          tensor->shape,
          MIN (tensor->n_dims, TRAFO_MAX_DIMS) * sizeof *tensor->shape);
  file->n_tensors++;
  return TRUE;
}

gboolean
trafo_torch_file_take (TrafoCheckpointFile    *file,
                       const TrafoPickleValue *value,
                       TrafoTorchCopies       *copies,
                       GError                **error)
{
  const TrafoPickleValue *dict;
  char                   *next_name = NULL;

  if (value->kind != TRAFO_PICKLE_DICT)
    return trafo_mapped_file_fail (file->mapped,
                                   TRAFO_FORMAT_ERROR_VALUE,
                                   error,
                                   "found %s, expected a dict of tensors",
                                   trafo_pickle_value_describe (value));
  dict = find_state_dict (value);
  if (!reserve (file, dict, &next_name, error))
    return FALSE;
  for (guint i = 0; dict != value && i + 1 < value->n_items; i += 2)
    if (value->items[i + 1] != dict)
      skip (file, value->items[i]);
  for (guint i = 0; i + 1 < dict->n_items; i += 2)
    {
      const TrafoPickleValue *key = dict->items[i];
      const char             *name = next_name;

      if (dict->items[i + 1]->kind != TRAFO_PICKLE_TENSOR)
        {
          skip (file, key);
          continue;
        }
      memcpy (next_name, key->text, (gsize) key->n_items + 1);
      next_name += (gsize) key->n_items + 1;
      if (!add_tensor (file, name, dict->items[i + 1]->object, copies, error))
        return FALSE;
    }
  return TRUE;
}

TrafoCheckpointFile *
trafo_torch_file_open (const char   *path,
                       const char   *name,
                       GCancellable *cancellable,
                       GError      **error)
{
  g_autoptr (TrafoCheckpointFile) self = trafo_checkpoint_file_new (path, name, error);
  guint8      start[TRAFO_FILE_SIGNATURE_SIZE_BYTES];
  gsize       n_start;
  gboolean    is_read;
  const char *found;

  if (self == NULL)
    return NULL;
  n_start = MIN (self->mapped->size_bytes, sizeof start);
  if (!trafo_mapped_file_read (self->mapped, 0, start, n_start, error))
    return NULL;
  if (n_start >= 4 && memcmp (start, "PK\003\004", 4) == 0)
    is_read = trafo_torch_archive_read (self, cancellable, error);
  else if (n_start >= 2 && start[0] == 0x80 && start[1] <= MAX_PROTOCOL)
    is_read = trafo_torch_legacy_read (self, cancellable, error);
  else
    {
      found = trafo_file_signature_describe (start, n_start);
      is_read = trafo_mapped_file_fail (self->mapped,
                                        TRAFO_FORMAT_ERROR_UNKNOWN,
                                        error,
                                        "found %s, expected weights that torch.save() wrote",
                                        found != NULL ? found : "an unknown format");
    }
  return is_read ? g_steal_pointer (&self) : NULL;
}
