/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weights-private.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-4bit-private.h"
#include "trafo-device-private.h"
#include "trafo-encoded-parts-private.h"
#include "trafo-file-table-private.h"
#include "trafo-llm-int8-private.h"
#include "trafo-tensor-private.h"
#include "trafo-weight-memory-private.h"
#include "trafo-weight-packing-private.h"

/* One parameter in one form. */
typedef struct
{
  TrafoOperand operand;
  gpointer copy; /* in the memory below, or for a device with memory of its own until it is there */
  gpointer buffer; /* device memory of our own, or NULL */
  char    *key;    /* in the cache, of what was packed and is not there; else NULL */
  gsize    size_bytes;
} Entry;

struct _TrafoWeights
{
  gatomicrefcount   ref_count;
  TrafoDevice      *device;
  TrafoWeightSource source;
  TrafoDType        dtype; /* of packed weights */
  GMutex            lock;
  GHashTable       *entries; /* "use:name+name" to Entry */
  TrafoWeightMemory memory;  /* on a host */
  gsize             size_bytes;
  TrafoWeightCache *cache;      /* nullable */
  gboolean          is_settled; /* all that is there was seen by the cache after a run */
  GPtrArray        *tables;     /* of TrafoFileTable */
};

TrafoWeightUse
trafo_weight_use_of (const TrafoNode *consumer, guint operand)
{
  const TrafoLinearAttrs *linear = &consumer->attrs.linear;

  if (consumer->op->id == TRAFO_OP_LINEAR && operand == 1)
    return trafo_weight_use_of_linear (linear->encoding, linear->is_in_out);
  if (consumer->op->id == TRAFO_OP_GATHER && operand == 0)
    return TRAFO_WEIGHT_USE_TABLE;
  return TRAFO_WEIGHT_USE_FLOAT;
}

/* What now lives elsewhere need not stay in the mapped file's pages. */
void
trafo_weight_source_release (const TrafoWeightSource *self, const TrafoGraphParam *param)
{
  TrafoOperand part;

  if (self->release == NULL)
    return;
  for (guint i = 0; i < param->names->len; i++)
    if (self->lookup (self->data, param, i, &part, NULL))
      self->release (self->data, &part);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_free (entry);
}

TrafoWeights *
trafo_weights_new (TrafoDevice *device, TrafoDType dtype, const TrafoWeightSource *source)
{
  TrafoWeights *self = g_new0 (TrafoWeights, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->device = g_object_ref (device);
  self->source = *source;
  self->dtype = dtype;
  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  trafo_weight_memory_init (&self->memory);
  self->tables = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_file_table_free);
  return self;
}

TrafoWeights *
trafo_weights_ref (TrafoWeights *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
entry_clear (TrafoWeights *self, Entry *entry)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);

  if (!trafo_device_is_host (self->device))
    free (entry->copy);
  if (entry->buffer != NULL)
    ops->buffer_free (trafo_device_get_handle (self->device), entry->buffer);
}

void
trafo_weights_unref (TrafoWeights *self)
{
  GHashTableIter iter;
  gpointer       entry;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  /* may still read the memory */
  trafo_weight_cache_free (self->cache);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    entry_clear (self, entry);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->tables);
  trafo_weight_memory_clear (&self->memory);
  if (self->source.destroy != NULL)
    self->source.destroy (self->source.data);
  g_object_unref (self->device);
  g_mutex_clear (&self->lock);
  g_free (self);
}

TrafoDevice *
trafo_weights_get_device (TrafoWeights *self)
{
  return self->device;
}

TrafoDType
trafo_weights_get_dtype (TrafoWeights *self)
{
  return self->dtype;
}

gsize
trafo_weights_get_size_bytes (TrafoWeights *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->size_bytes;
}

void
trafo_weights_set_cache (TrafoWeights *self, TrafoWeightCache *cache)
{
  self->cache = cache;
}

static GArray *
list_records (TrafoWeights *self)
{
  GArray        *records = g_array_new (FALSE, FALSE, sizeof (TrafoWeightRecord));
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry      *entry = value;
      TrafoWeightRecord record = { g_strdup (entry->key), entry->copy, entry->size_bytes };

      if (entry->key != NULL)
        g_array_append_val (records, record);
    }
  return records;
}

void
trafo_weights_settle (TrafoWeights *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->cache == NULL || self->is_settled || trafo_weight_cache_is_busy (self->cache))
    return;
  self->is_settled = TRUE;
  trafo_weight_cache_settle (self->cache,
                             trafo_weight_memory_list_segments (&self->memory),
                             list_records (self));
}

/* Moves what was made in host memory to the device's own, where it has any. */
static gboolean
entry_upload (TrafoWeights *self,
              Entry        *entry,
              gconstpointer bytes,
              gsize         size_bytes,
              GError      **error)
{
  entry->buffer = trafo_device_upload (self->device, bytes, size_bytes, error);
  if (entry->buffer == NULL)
    return FALSE;
  entry->operand.data = entry->buffer;
  self->size_bytes += size_bytes;
  g_clear_pointer (&entry->copy, free);
  return TRUE;
}

static gboolean
fail_memory (gsize size_bytes, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " bytes of weights",
               size_bytes);
  return FALSE;
}

static gboolean
entry_alloc (TrafoWeights *self, Entry *entry, gsize size_bytes, GError **error)
{
  gboolean is_host = trafo_device_is_host (self->device);

  entry->copy = is_host ? trafo_weight_memory_take (&self->memory, size_bytes)
                        : trafo_aligned_try_alloc (size_bytes);
  if (entry->copy == NULL)
    return fail_memory (size_bytes, error);
  self->size_bytes += is_host ? size_bytes : 0;
  entry->operand.data = entry->copy;
  return TRUE;
}

/* What an entry that failed has taken last: so much that fails is tried again by each call. */
static void
entry_give_back (TrafoWeights *self, Entry *entry, gsize size_bytes)
{
  if (!trafo_device_is_host (self->device))
    return;
  trafo_weight_memory_give_back (&self->memory, size_bytes);
  self->size_bytes -= size_bytes;
  entry->copy = NULL;
}

/* What a packed weight is made from, in the files that the cache's identity names, and how: @is_in_out is how
 * the parts lie there, of which codes are [N, K] all the same. NULL if there is no cache, or some part is in
 * no file. */
static char *
cache_key (TrafoWeights       *self,
           const TrafoWeight  *weight,
           const TrafoOperand *parts,
           guint               n_parts,
           gboolean            is_in_out)
{
  g_autoptr (GString) key = g_string_new (NULL);

  if (self->cache == NULL || self->source.locate == NULL)
    return NULL;
  g_string_printf (key,
                   "%s %s %u",
                   is_in_out ? "in-out" : "out-in",
                   trafo_weight_packing_name (weight->encoding),
                   weight->block_size);
  for (guint i = 0; i < n_parts; i++)
    {
      const TrafoOperand *part = &parts[i];
      guint               file;
      gsize               offset_bytes;

      if (!self->source.locate (self->source.data, part, &file, &offset_bytes))
        return NULL;
      g_string_append_printf (key,
                              " %u:%" G_GSIZE_FORMAT " %s",
                              file,
                              offset_bytes,
                              trafo_dtype_get_name (part->dtype));
      for (guint j = 0; j < part->n_dims; j++)
        g_string_append_printf (key, "x%" G_GINT64_FORMAT, part->shape[j]);
    }
  return g_string_free (g_steal_pointer (&key), FALSE);
}

static void
set_packed (Entry *entry, const TrafoWeight *weight)
{
  entry->operand.layout = TRAFO_LAYOUT_PACKED;
  entry->operand.dtype = weight->dtype;
}

/* Takes the weight out of the cache; where it is not in it, the entry gets its key for later. */
static gboolean
take_cached (TrafoWeights       *self,
             const TrafoWeight  *weight,
             const TrafoOperand *parts,
             guint               n_parts,
             gboolean            is_in_out,
             gsize               size_bytes,
             Entry              *entry)
{
  g_autofree char *key = cache_key (self, weight, parts, n_parts, is_in_out);
  gconstpointer    found =
      key != NULL ? trafo_weight_cache_lookup (self->cache, key, size_bytes) : NULL;

  if (found == NULL)
    {
      entry->key = g_steal_pointer (&key);
      entry->size_bytes = size_bytes;
      self->is_settled &= entry->key == NULL;
      return FALSE;
    }
  /* only kernels see it, which do not write to weights */
  entry->operand.data = (gpointer) found;
  set_packed (entry, weight);
  return TRUE;
}

static gboolean
make_packed (TrafoWeights          *self,
             const TrafoGraphParam *param,
             const TrafoWeight     *weight,
             TrafoEncodedParts     *encoded,
             gsize                  size_bytes,
             Entry                 *entry,
             GError               **error)
{
  if (!entry_alloc (self, entry, size_bytes, error))
    return FALSE;
  if (!trafo_weight_packing_run (self->device,
                                 &self->source,
                                 param,
                                 weight,
                                 encoded,
                                 entry->copy,
                                 size_bytes,
                                 error))
    {
      entry_give_back (self, entry, size_bytes);
      return FALSE;
    }
  set_packed (entry, weight);
  return trafo_device_is_host (self->device) ||
         entry_upload (self, entry, entry->copy, size_bytes, error);
}

/* Rows of @from as @dtype at @to, @row_bytes apart. */
static void
copy_rows (const TrafoOperand *from, TrafoDType dtype, guint8 *to, gsize row_bytes)
{
  TrafoKernelArgs args = { .struct_size = sizeof args, .op = TRAFO_OP_CAST, .n_inputs = 1 };

  args.inputs[0] = *from;
  args.output = *from;
  args.output.data = to;
  args.output.dtype = dtype;
  trafo_shape_to_strides (from->shape, from->n_dims, args.output.strides);
  args.output.strides[0] = row_bytes / trafo_dtype_get_size (dtype);
  trafo_op_lookup (TRAFO_OP_CAST)->reference (&args);
}

/* All parts below (or, for [in, out] weights, beside) one another, converted to the dtype of @to. */
static void
join_parts (const TrafoOperand *parts, guint n_parts, gboolean is_in_out, const TrafoOperand *to)
{
  gsize   element_bytes = trafo_dtype_get_size (to->dtype);
  gsize   row_bytes = to->n_dims > 0 ? to->strides[0] * element_bytes : 0;
  guint8 *at = to->data;

  for (guint i = 0; i < n_parts; i++)
    {
      copy_rows (&parts[i], to->dtype, at, row_bytes);
      if (is_in_out && parts[i].n_dims == 2)
        at += parts[i].shape[1] * element_bytes;
      else if (parts[i].n_dims > 0)
        at += parts[i].shape[0] * row_bytes;
    }
}

static gboolean
operand_size_bytes (const TrafoOperand *operand, gsize *ret_size_bytes, GError **error)
{
  gint64 n_elements;

  return trafo_shape_check (operand->dtype,
                            operand->shape,
                            operand->n_dims,
                            &n_elements,
                            ret_size_bytes,
                            error);
}

static gboolean
make_plain (TrafoWeights          *self,
            const TrafoGraphParam *param,
            const TrafoOperand    *parts,
            TrafoDType             dtype,
            Entry                 *entry,
            GError               **error)
{
  gsize size_bytes;

  entry->operand.dtype = dtype;
  if (!operand_size_bytes (&entry->operand, &size_bytes, error) ||
      !entry_alloc (self, entry, size_bytes, error))
    return FALSE;
  join_parts (parts, param->names->len, param->is_in_out, &entry->operand);
  return trafo_device_is_host (self->device) ||
         entry_upload (self, entry, entry->copy, size_bytes, error);
}

/* Parts that the device does not pack as they are, such as those of different types, are joined as
 * float32 first. *@ret_is_packed is FALSE if it packs none of these either. */
static gboolean
make_packed_of_joined (TrafoWeights          *self,
                       const TrafoGraphParam *param,
                       TrafoWeight           *weight,
                       Entry                 *entry,
                       gboolean              *ret_is_packed,
                       GError               **error)
{
  TrafoOperand        joined = entry->operand;
  const TrafoOperand *parts = weight->parts;
  guint               n_parts = weight->n_parts;
  gsize               packed_bytes, size_bytes;
  gboolean            is_made = FALSE;

  weight->parts = &joined;
  weight->n_parts = 1;
  packed_bytes = trafo_weight_packing_get_size (self->device, weight);
  *ret_is_packed = packed_bytes > 0;
  if (packed_bytes == 0 ||
      take_cached (self, weight, parts, n_parts, weight->is_in_out, packed_bytes, entry))
    return TRUE;
  if (!operand_size_bytes (&joined, &size_bytes, error))
    return FALSE;
  joined.data = trafo_aligned_try_alloc (size_bytes);
  if (joined.data == NULL)
    return fail_memory (size_bytes, error);
  join_parts (parts, n_parts, weight->is_in_out, &joined);
  is_made = make_packed (self, param, weight, NULL, packed_bytes, entry, error);
  free (joined.data);
  return is_made;
}

static gboolean
make_linear (TrafoWeights          *self,
             const TrafoGraphParam *param,
             const TrafoOperand    *parts,
             gboolean               is_in_out,
             TrafoDType             dtype,
             Entry                 *entry,
             gboolean              *ret_is_packed,
             GError               **error)
{
  TrafoWeight weight = { .struct_size = sizeof weight, .parts = parts };
  gsize       packed_bytes;

  weight.n_parts = param->names->len;
  weight.is_in_out = is_in_out;
  weight.dtype = trafo_weight_packing_choose_dtype (self->device, parts, weight.n_parts, dtype);
  weight.n_out = entry->operand.shape[is_in_out ? 1 : 0];
  weight.n_in = entry->operand.shape[is_in_out ? 0 : 1];
  packed_bytes = trafo_weight_packing_get_size (self->device, &weight);
  *ret_is_packed = packed_bytes > 0;
  if (packed_bytes > 0)
    return take_cached (self, &weight, parts, weight.n_parts, is_in_out, packed_bytes, entry) ||
           make_packed (self, param, &weight, NULL, packed_bytes, entry, error);
  if (weight.n_parts == 1 && parts[0].dtype == TRAFO_DTYPE_FLOAT32)
    return TRUE;
  return make_packed_of_joined (self, param, &weight, entry, ret_is_packed, error);
}

/* For the reference kernel: all integers, then all scales. */
static gboolean
make_unpacked (TrafoWeights *self, const TrafoWeight *weight, Entry *entry, GError **error)
{
  TrafoEncodedPart whole;
  gsize            offset, size_bytes = G_MAXSIZE;
  gint8           *integers;
  float           *scale;

  if (!trafo_llm_int8_layout (weight->n_out, weight->n_in, &offset, &size_bytes))
    return fail_memory (size_bytes, error);
  trafo_encoded_part_set_shapes (&whole, weight->encoding, weight->n_out, weight->n_in, 0);
  entry->operand = whole.codes;
  if (!entry_alloc (self, entry, size_bytes, error))
    return FALSE;
  integers = entry->copy;
  scale = (float *) ((char *) entry->copy + offset);
  for (guint i = 0; i < weight->n_parts; i++)
    {
      gsize n_rows = weight->parts[i].shape[0];

      memcpy (integers, weight->parts[i].data, n_rows * weight->n_in);
      memcpy (scale, weight->scales[i].data, n_rows * sizeof *scale);
      integers += n_rows * weight->n_in;
      scale += n_rows;
    }
  return TRUE;
}

/* Whether a parameter in a mapped file is better copied: biases, and weights of norms, lie all over the file,
 * where each keeps a folio of up to 2 MiB in memory. */
static gboolean
is_small_in_file (TrafoWeights *self, const TrafoOperand *operand)
{
  gsize size_bytes, offset_bytes;
  guint file;

  return trafo_device_is_host (self->device) && self->source.locate != NULL &&
         operand_size_bytes (operand, &size_bytes, NULL) && size_bytes < TRAFO_WEIGHT_SMALL_BYTES &&
         self->source.locate (self->source.data, operand, &file, &offset_bytes);
}

/* @dtype: what a linear layer computes with. @is_kept: the parts stay where they are. */
static gboolean
make_floats (TrafoWeights          *self,
             const TrafoGraphParam *param,
             const TrafoOperand    *parts,
             TrafoWeightUse         use,
             TrafoDType             dtype,
             gboolean               is_kept,
             Entry                 *entry,
             GError               **error)
{
  gboolean is_packed = FALSE;
  gsize    size_bytes;

  if (trafo_weight_use_is_linear (use) && !make_linear (self,
                                                        param,
                                                        parts,
                                                        trafo_weight_use_is_in_out (use),
                                                        dtype,
                                                        entry,
                                                        &is_packed,
                                                        error))
    return FALSE;
  if (is_packed)
    return TRUE;
  dtype = use == TRAFO_WEIGHT_USE_TABLE ? parts[0].dtype : TRAFO_DTYPE_FLOAT32;
  if (param->names->len > 1 || parts[0].dtype != dtype || !is_kept ||
      (!trafo_weight_use_is_linear (use) && is_small_in_file (self, &parts[0])))
    return make_plain (self, param, parts, dtype, entry, error);
  entry->operand = parts[0];
  return trafo_device_is_host (self->device) ||
         (operand_size_bytes (&parts[0], &size_bytes, error) &&
          entry_upload (self, entry, parts[0].data, size_bytes, error));
}

/* Codes that the device does not pack, but for those of LLM.int8(). */
static gboolean
make_decoded (TrafoWeights          *self,
              const TrafoGraphParam *param,
              TrafoEncodedParts     *encoded,
              Entry                 *entry,
              GError               **error)
{
  return trafo_encoded_parts_decode (encoded, error) &&
         make_floats (self,
                      param,
                      encoded->floats,
                      trafo_weight_use_of_linear (TRAFO_WEIGHT_ENCODING_NONE, encoded->is_in_out),
                      TRAFO_DTYPE_FLOAT32,
                      FALSE,
                      entry,
                      error);
}

static gboolean
make_encoded (TrafoWeights          *self,
              const TrafoGraphParam *param,
              const TrafoOperand    *parts,
              TrafoWeightEncoding    encoding,
              gboolean               is_in_out,
              Entry                 *entry,
              GError               **error)
{
  g_auto (TrafoEncodedParts) encoded = { 0 };
  gboolean    is_4bit = trafo_4bit_is_encoding (encoding);
  TrafoWeight weight = { .struct_size = sizeof weight,
                         .n_parts = param->names->len,
                         .parts = encoded.parts,
                         .dtype = is_4bit ? TRAFO_DTYPE_UINT8 : TRAFO_DTYPE_INT8,
                         .encoding = encoding,
                         .scales = encoded.scales };
  gsize       packed_bytes;

  weight.n_out = entry->operand.shape[is_in_out ? 1 : 0];
  weight.n_in = entry->operand.shape[is_in_out ? 0 : 1];
  if (!trafo_encoded_parts_init (&encoded, encoding, &self->source, param, parts, is_in_out, error))
    return FALSE;
  weight.block_size = trafo_encoded_parts_get_block_size (&encoded);
  packed_bytes = trafo_weight_packing_get_size (self->device, &weight);
  if (packed_bytes > 0 &&
      take_cached (self, &weight, parts, weight.n_parts, is_in_out, packed_bytes, entry))
    return TRUE;
  if (!trafo_encoded_parts_fetch (&encoded, &self->source, param, parts, error))
    return FALSE;
  if (packed_bytes > 0)
    return make_packed (self, param, &weight, &encoded, packed_bytes, entry, error);
  if (encoding != TRAFO_WEIGHT_ENCODING_LLM_INT8)
    return make_decoded (self, param, &encoded, entry, error);
  trafo_encoded_parts_make_all (&encoded);
  return trafo_weight_packing_check_encoding (self->device, encoding, error) &&
         make_unpacked (self, &weight, entry, error);
}

static gboolean
make_entry (TrafoWeights          *self,
            const TrafoGraphParam *param,
            TrafoWeightUse         use,
            Entry                 *entry,
            GError               **error)
{
  TrafoOperand        parts[TRAFO_MAX_PARAM_PARTS];
  TrafoWeightEncoding encoding = trafo_weight_use_get_encoding (use);

  for (guint i = 0; i < param->names->len; i++)
    if (!self->source.lookup (self->source.data, param, i, &parts[i], error))
      return FALSE;
  if (encoding == TRAFO_WEIGHT_ENCODING_NONE)
    return make_floats (self, param, parts, use, self->dtype, TRUE, entry, error);
  return make_encoded (self,
                       param,
                       parts,
                       encoding,
                       trafo_weight_use_is_in_out (use),
                       entry,
                       error);
}

static char *
entry_key (const TrafoGraphParam *param, TrafoWeightUse use)
{
  g_autoptr (GString) key = g_string_new (NULL);

  g_string_append_printf (key, "%d", use);
  for (guint i = 0; i < param->names->len; i++)
    g_string_append_printf (key, "\n%s", (char *) g_ptr_array_index (param->names, i));
  return g_string_free (g_steal_pointer (&key), FALSE);
}

static void
add_table (TrafoWeights *self, const TrafoOperand *operand)
{
  TrafoFileTable *table = trafo_file_table_new (&self->source, operand);

  if (table != NULL)
    g_ptr_array_add (self->tables, table);
}

TrafoFileTable *
trafo_weights_find_table (TrafoWeights *self, const TrafoOperand *operand)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->tables->len; i++)
    {
      TrafoFileTable *table = g_ptr_array_index (self->tables, i);

      if (trafo_file_table_is (table, operand))
        return table;
    }
  return NULL;
}

gboolean
trafo_weights_get (TrafoWeights          *self,
                   const TrafoGraphParam *param,
                   const TrafoValueType  *type,
                   TrafoWeightUse         use,
                   TrafoOperand          *ret_operand,
                   GError               **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *key = entry_key (param, use);
  Entry           *entry = g_hash_table_lookup (self->entries, key);

  g_return_val_if_fail (param->names->len <= TRAFO_MAX_PARAM_PARTS, FALSE);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->operand.dtype = type->dtype;
      entry->operand.n_dims = type->n_dims;
      memcpy (entry->operand.shape, type->dims, sizeof type->dims);
      trafo_shape_to_strides (type->dims, type->n_dims, entry->operand.strides);
      if (!make_entry (self, param, use, entry, error))
        {
          entry_clear (self, entry);
          entry_free (entry);
          return FALSE;
        }
      if (entry->copy != NULL || entry->buffer != NULL)
        trafo_weight_source_release (&self->source, param);
      else if (use == TRAFO_WEIGHT_USE_TABLE)
        add_table (self, &entry->operand);
      g_hash_table_insert (self->entries, g_steal_pointer (&key), entry);
    }
  *ret_operand = entry->operand;
  return TRUE;
}
