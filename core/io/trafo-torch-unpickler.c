/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What a pickle of weights may name, after torch/_utils.py, torch/_tensor.py and
 * torch/serialization.py of PyTorch 2. Whatever else it names is refused.
 *
 *   collections.OrderedDict (), or, from Python 2, ([[key, value], ...])
 *   torch.Size (tuple)                            torch.device (string, ...)
 *   _codecs.encode (string, "latin1")             bytes
 *   torch._utils._rebuild_tensor (storage, offset, size, stride)
 *   torch._utils._rebuild_tensor_v2 (storage, offset, size, stride, requires_grad, hooks[, metadata])
 *   torch._utils._rebuild_tensor_v3 (..., requires_grad, hooks, dtype[, metadata])
 *   torch._utils._rebuild_parameter (tensor, requires_grad, hooks), ..._with_state (..., state)
 *   torch.nn.parameter.Parameter (tensor[, requires_grad])
 *   torch._tensor._rebuild_from_type_v2 (one of these functions, type, its arguments, state)
 *   torch.FloatStorage and its like, torch.storage.UntypedStorage, torch.float32 and its like
 *
 * A storage is the persistent id ("storage", type, key, location, number of elements), with one
 * more in the legacy format: None, or (key, offset, number) of a part. */
#include "trafo-torch-unpickler-private.h"

#include <string.h>

#include "trafo-json-string-private.h"

/* What PyTorch's own functions take. */
#define MAX_DIMS 64
#define MAX_KEY_SIZE_BYTES 64

static TrafoPickleValue *
fail_arguments (TrafoPickle             *pickle,
                const TrafoPickleGlobal *global,
                const TrafoPickleValue  *arguments)
{
  g_autoptr (GString) kinds = g_string_new (NULL);

  for (guint i = 0; i < MIN (arguments->n_items, 10); i++)
    g_string_append_printf (kinds,
                            "%s%s",
                            i > 0 ? ", " : "",
                            trafo_pickle_value_describe (arguments->items[i]));
  return trafo_pickle_fail (pickle,
                            TRAFO_FORMAT_ERROR_VALUE,
                            "found a call of '%s.%s' with (%s), which it does not take",
                            global->module,
                            global->name,
                            kinds->str);
}

/* Whether the arguments are of the @kinds, a letter each: s storage, i integer, t tuple, d dict,
 * b boolean, g global, x tensor, ? any; those after a | may be absent. */
static gboolean
check_arguments (const TrafoPickleValue *arguments, const char *kinds)
{
  static const struct
  {
    char            letter;
    TrafoPickleKind kind;
  } letters[] = {
    { 's', TRAFO_PICKLE_STORAGE }, { 'i', TRAFO_PICKLE_INTEGER }, { 't', TRAFO_PICKLE_TUPLE },
    { 'd', TRAFO_PICKLE_DICT },    { 'b', TRAFO_PICKLE_BOOLEAN }, { 'g', TRAFO_PICKLE_GLOBAL },
    { 'x', TRAFO_PICKLE_TENSOR },  { 'u', TRAFO_PICKLE_STRING },
  };
  guint    n = 0;
  gboolean is_optional = FALSE;

  for (; *kinds != '\0'; kinds++)
    {
      if (*kinds == '|')
        {
          is_optional = TRUE;
          continue;
        }
      if (n == arguments->n_items)
        return is_optional;
      for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
        if (letters[i].letter == *kinds && letters[i].kind != arguments->items[n]->kind)
          return FALSE;
      n++;
    }
  return n == arguments->n_items;
}

static TrafoPickleValue *
new_object (TrafoPickle *pickle, TrafoPickleKind kind, gpointer object)
{
  TrafoPickleValue *value = trafo_pickle_value_new (pickle, kind);

  if (value != NULL)
    value->object = object;
  return value;
}

/* PyTorch marks tensors whose values are to be conjugated or negated; no weights are. */
static gboolean
has_marks (const TrafoPickleValue *metadata)
{
  for (guint i = 1; metadata->kind == TRAFO_PICKLE_DICT && i < metadata->n_items; i += 2)
    if (metadata->items[i]->kind != TRAFO_PICKLE_BOOLEAN || metadata->items[i]->integer)
      return TRUE;
  return metadata->kind != TRAFO_PICKLE_DICT && metadata->kind != TRAFO_PICKLE_NONE;
}

/* The integers of a tuple, none of them negative; NULL if there are others. */
static gint64 *
read_dims (TrafoPickle *pickle, const TrafoPickleValue *tuple)
{
  gint64 *dims;

  if (tuple->n_items > MAX_DIMS)
    return trafo_pickle_fail (pickle,
                              TRAFO_FORMAT_ERROR_LIMIT,
                              "found a tensor of %u dims, expected at most %d",
                              tuple->n_items,
                              MAX_DIMS);
  dims = trafo_pickle_alloc (pickle, MAX (tuple->n_items, 1) * sizeof *dims);
  for (guint i = 0; i < tuple->n_items && dims != NULL; i++)
    {
      dims[i] = tuple->items[i]->kind == TRAFO_PICKLE_INTEGER ? tuple->items[i]->integer : -1;
      if (dims[i] < 0)
        return trafo_pickle_fail (pickle,
                                  TRAFO_FORMAT_ERROR_VALUE,
                                  "found %s in a shape or strides, expected integers >= 0",
                                  tuple->items[i]->kind == TRAFO_PICKLE_INTEGER
                                      ? "a negative number"
                                      : trafo_pickle_value_describe (tuple->items[i]));
    }
  return dims;
}

/* Sets how many elements there are and where they end; FALSE if that cannot be told in 64 bits. */
static gboolean
measure (TrafoTorchTensor *tensor)
{
  guint64  n_bytes;
  gboolean is_empty = FALSE;

  tensor->n_elements = 1;
  for (guint i = 0; i < tensor->n_dims; i++)
    is_empty = is_empty || tensor->shape[i] == 0;
  tensor->end = tensor->offset;
  if (is_empty)
    {
      tensor->n_elements = 0;
      return TRUE;
    }
  for (guint i = 0; i < tensor->n_dims; i++)
    {
      guint64 length;

      if (!g_uint64_checked_mul (&tensor->n_elements, tensor->n_elements, tensor->shape[i]) ||
          !g_uint64_checked_mul (&length, tensor->shape[i] - 1, tensor->strides[i]) ||
          !g_uint64_checked_add (&tensor->end, tensor->end, length))
        return FALSE;
    }
  return g_uint64_checked_add (&tensor->end, tensor->end, 1) &&
         g_uint64_checked_mul (&n_bytes, tensor->n_elements, tensor->dtype->size_bytes) &&
         n_bytes <= G_MAXINT64;
}

/* @arguments begin with a storage, an offset, a shape and strides. */
static TrafoPickleValue *
new_tensor (TrafoPickle             *pickle,
            const TrafoPickleGlobal *global,
            const TrafoPickleValue  *arguments,
            const TrafoTorchDType   *dtype)
{
  TrafoTorchTensor *tensor = trafo_pickle_alloc (pickle, sizeof *tensor);
  gint64            offset = arguments->items[1]->integer;
  gint64           *shape, *strides;

  if (offset < 0 || arguments->items[2]->n_items != arguments->items[3]->n_items)
    return trafo_pickle_fail (pickle,
                              TRAFO_FORMAT_ERROR_VALUE,
                              "found a tensor of %u dims with %u strides at %" G_GINT64_FORMAT
                              ", expected as many at 0 or later",
                              arguments->items[2]->n_items,
                              arguments->items[3]->n_items,
                              offset);
  if (tensor == NULL)
    return NULL;
  *tensor = (TrafoTorchTensor){
    .storage = arguments->items[0]->object,
    .dtype = dtype,
    .n_dims = arguments->items[2]->n_items,
    .shape = shape = read_dims (pickle, arguments->items[2]),
    .strides = strides = read_dims (pickle, arguments->items[3]),
    .offset = offset,
  };
  if (shape == NULL || strides == NULL)
    return NULL;
  /* such a stride is never taken: without it, views of the same elements have the same */
  for (guint i = 0; i < tensor->n_dims; i++)
    if (shape[i] == 1)
      strides[i] = 0;
  if (!measure (tensor) ||
      (tensor->n_elements > 0 && tensor->end > tensor->storage->size_bytes / dtype->size_bytes))
    return trafo_pickle_fail (pickle,
                              TRAFO_FORMAT_ERROR_VALUE,
                              "found a tensor whose elements do not lie within its storage '%s' "
                              "of %" G_GSIZE_FORMAT " bytes",
                              tensor->storage->key,
                              tensor->storage->size_bytes);
  return new_object (pickle, TRAFO_PICKLE_TENSOR, tensor);
}

static TrafoPickleValue *
rebuild_tensor (TrafoPickle             *pickle,
                const TrafoPickleGlobal *global,
                const TrafoPickleValue  *arguments,
                gpointer                 user_data)
{
  const TrafoPickleValue  *metadata = arguments->n_items == 7 ? arguments->items[6] : NULL;
  const TrafoTorchStorage *storage;

  if (!check_arguments (arguments, global->object) || (metadata != NULL && has_marks (metadata)))
    return fail_arguments (pickle, global, arguments);
  storage = arguments->items[0]->object;
  return new_tensor (pickle, global, arguments, storage->dtype);
}

static gboolean
is_storage_type (const TrafoPickleGlobal *global)
{
  return g_str_has_suffix (global->name, "Storage");
}

static gboolean
is_dtype (const TrafoPickleGlobal *global)
{
  return global->call == NULL && global->object != NULL && !is_storage_type (global);
}

static TrafoPickleValue *
rebuild_tensor_v3 (TrafoPickle             *pickle,
                   const TrafoPickleGlobal *global,
                   const TrafoPickleValue  *arguments,
                   gpointer                 user_data)
{
  const TrafoTorchDType *dtype;

  if (!check_arguments (arguments, global->object) ||
      (arguments->n_items == 8 && has_marks (arguments->items[7])))
    return fail_arguments (pickle, global, arguments);
  dtype = arguments->items[6]->global->object;
  if (!is_dtype (arguments->items[6]->global))
    return fail_arguments (pickle, global, arguments);
  return new_tensor (pickle, global, arguments, dtype);
}

/* A parameter is its tensor, without what else Python set on it; a size is its tuple. */
static TrafoPickleValue *
get_first (TrafoPickle             *pickle,
           const TrafoPickleGlobal *global,
           const TrafoPickleValue  *arguments,
           gpointer                 user_data)
{
  if (!check_arguments (arguments, global->object))
    return fail_arguments (pickle, global, arguments);
  return arguments->items[0];
}

/* A tensor with more set on it by Python. The function is none that calls another in turn, so that
 * this does not recurse. */
static TrafoPickleValue *
rebuild_from_type (TrafoPickle             *pickle,
                   const TrafoPickleGlobal *global,
                   const TrafoPickleValue  *arguments,
                   gpointer                 user_data)
{
  const TrafoPickleGlobal *function;

  if (!check_arguments (arguments, global->object))
    return fail_arguments (pickle, global, arguments);
  function = arguments->items[0]->global;
  if (!g_str_equal (function->module, "torch._utils") || function->call == NULL)
    return fail_arguments (pickle, global, arguments);
  return function->call (pickle, function, arguments->items[2], user_data);
}

static TrafoPickleValue *
build_dict (TrafoPickle             *pickle,
            const TrafoPickleGlobal *global,
            const TrafoPickleValue  *arguments,
            gpointer                 user_data)
{
  TrafoPickleValue       *dict = trafo_pickle_value_new (pickle, TRAFO_PICKLE_DICT);
  const TrafoPickleValue *pairs = arguments->n_items == 1 ? arguments->items[0] : NULL;

  if (arguments->n_items > 1 || (pairs != NULL && pairs->kind != TRAFO_PICKLE_LIST))
    return fail_arguments (pickle, global, arguments);
  for (guint i = 0; dict != NULL && pairs != NULL && i < pairs->n_items; i++)
    {
      const TrafoPickleValue *pair = pairs->items[i];

      if (pair->kind != TRAFO_PICKLE_LIST || pair->n_items != 2)
        return fail_arguments (pickle, global, arguments);
      if (!trafo_pickle_value_append (pickle, dict, pair->items[0]) ||
          !trafo_pickle_value_append (pickle, dict, pair->items[1]))
        return NULL;
    }
  return dict;
}

static TrafoPickleValue *
build_other (TrafoPickle             *pickle,
             const TrafoPickleGlobal *global,
             const TrafoPickleValue  *arguments,
             gpointer                 user_data)
{
  return trafo_pickle_value_new (pickle, TRAFO_PICKLE_OTHER);
}

#define DTYPE(dtype) &trafo_torch_dtypes[TRAFO_TORCH_DTYPE_##dtype]

/* With the kinds of a function's arguments, or with a type. */
static const TrafoPickleGlobal globals[] = {
  { "collections", "OrderedDict", build_dict, NULL },
  { "_codecs", "encode", build_other, NULL },
  { "torch", "Size", get_first, "t" },
  { "torch", "device", build_other, NULL },
  { "torch", "Tensor", NULL, NULL },
  { "torch.nn.parameter", "Parameter", get_first, "x|b" },
  { "torch._utils", "_rebuild_tensor", rebuild_tensor, "sitt" },
  { "torch._utils", "_rebuild_tensor_v2", rebuild_tensor, "sittb?|?" },
  { "torch._utils", "_rebuild_tensor_v3", rebuild_tensor_v3, "sittb?g|?" },
  { "torch._utils", "_rebuild_parameter", get_first, "xb?" },
  { "torch._utils", "_rebuild_parameter_with_state", get_first, "xb??" },
  { "torch._tensor", "_rebuild_from_type_v2", rebuild_from_type, "ggt?" },
  { "torch.storage", "UntypedStorage", NULL, DTYPE (UINT8) },
  { "torch", "ByteStorage", NULL, DTYPE (UINT8) },
  { "torch", "CharStorage", NULL, DTYPE (INT8) },
  { "torch", "BoolStorage", NULL, DTYPE (BOOL) },
  { "torch", "ShortStorage", NULL, DTYPE (INT16) },
  { "torch", "IntStorage", NULL, DTYPE (INT32) },
  { "torch", "LongStorage", NULL, DTYPE (INT64) },
  { "torch", "HalfStorage", NULL, DTYPE (FLOAT16) },
  { "torch", "BFloat16Storage", NULL, DTYPE (BFLOAT16) },
  { "torch", "FloatStorage", NULL, DTYPE (FLOAT32) },
  { "torch", "DoubleStorage", NULL, DTYPE (FLOAT64) },
  { "torch", "ComplexFloatStorage", NULL, DTYPE (COMPLEX64) },
  { "torch", "ComplexDoubleStorage", NULL, DTYPE (COMPLEX128) },
  { "torch", "uint8", NULL, DTYPE (UINT8) },
  { "torch", "int8", NULL, DTYPE (INT8) },
  { "torch", "bool", NULL, DTYPE (BOOL) },
  { "torch", "int16", NULL, DTYPE (INT16) },
  { "torch", "int32", NULL, DTYPE (INT32) },
  { "torch", "int64", NULL, DTYPE (INT64) },
  { "torch", "float16", NULL, DTYPE (FLOAT16) },
  { "torch", "bfloat16", NULL, DTYPE (BFLOAT16) },
  { "torch", "float32", NULL, DTYPE (FLOAT32) },
  { "torch", "float64", NULL, DTYPE (FLOAT64) },
  { "torch", "complex64", NULL, DTYPE (COMPLEX64) },
  { "torch", "complex128", NULL, DTYPE (COMPLEX128) },
  { "torch", "uint16", NULL, DTYPE (UINT16) },
  { "torch", "uint32", NULL, DTYPE (UINT32) },
  { "torch", "uint64", NULL, DTYPE (UINT64) },
  { "torch", "float8_e5m2", NULL, DTYPE (FLOAT8_E5M2) },
  { "torch", "float8_e4m3fn", NULL, DTYPE (FLOAT8_E4M3FN) },
  { "torch", "float8_e8m0fnu", NULL, DTYPE (FLOAT8_E8M0FNU) },
  { "torch", "float8_e4m3fnuz", NULL, DTYPE (FLOAT8_E4M3FNUZ) },
  { "torch", "float8_e5m2fnuz", NULL, DTYPE (FLOAT8_E5M2FNUZ) },
  { NULL, NULL, NULL, NULL },
};

/* The storage of @key, added if it is new. In a file it has one type and size, unless it is empty,
 * which PyTorch then keeps under the same key as any other empty one. */
static TrafoTorchStorage *
intern_storage (TrafoTorchUnpickler   *self,
                const char            *key,
                const TrafoTorchDType *dtype,
                gsize                  size_bytes)
{
  TrafoTorchStorage *known = g_tree_lookup (self->storages, key);
  TrafoTorchStorage *storage;

  if (known != NULL && known->dtype == dtype && known->size_bytes == size_bytes)
    return known;
  if (known != NULL && (known->size_bytes > 0 || size_bytes > 0))
    return trafo_pickle_fail (self->pickle,
                              TRAFO_FORMAT_ERROR_VALUE,
                              "found the storage '%s' as %" G_GSIZE_FORMAT
                              " bytes of %s, expected %" G_GSIZE_FORMAT " of %s as before",
                              key,
                              size_bytes,
                              dtype->name,
                              known->size_bytes,
                              known->dtype->name);
  storage = trafo_pickle_alloc (self->pickle, sizeof *storage);
  if (storage == NULL)
    return NULL;
  *storage = (TrafoTorchStorage){ .key = key, .dtype = dtype, .size_bytes = size_bytes };
  if (known == NULL)
    g_tree_insert (self->storages, (char *) key, storage);
  return storage;
}

/* A part of a storage, as (key, offset, number of elements). */
static TrafoTorchStorage *
new_part (TrafoTorchUnpickler *self, TrafoTorchStorage *whole, const TrafoPickleValue *part)
{
  guint              size_bytes = whole->dtype->size_bytes;
  gsize              n_elements = whole->size_bytes / size_bytes;
  TrafoTorchStorage *storage;

  if (part->kind != TRAFO_PICKLE_TUPLE || !check_arguments (part, "?ii") ||
      part->items[1]->integer < 0 || (guint64) part->items[1]->integer > n_elements ||
      part->items[2]->integer < 0 ||
      (guint64) part->items[2]->integer > n_elements - part->items[1]->integer)
    return trafo_pickle_fail (self->pickle,
                              TRAFO_FORMAT_ERROR_VALUE,
                              "found %s for a part of the storage '%s', expected (key, offset, "
                              "number of elements) within it",
                              trafo_pickle_value_describe (part),
                              whole->key);
  storage = trafo_pickle_alloc (self->pickle, sizeof *storage);
  if (storage != NULL)
    *storage = (TrafoTorchStorage){
      .key = whole->key,
      .dtype = whole->dtype,
      .size_bytes = part->items[2]->integer * size_bytes,
      .whole = whole,
      .offset_bytes = part->items[1]->integer * size_bytes,
    };
  return storage;
}

/* Keys are numbers; others would do if they can stand in a message. */
static gboolean
is_key (const char *key)
{
  gsize size_bytes = 0;

  while (g_ascii_isgraph (key[size_bytes]) && size_bytes < MAX_KEY_SIZE_BYTES)
    size_bytes++;
  return size_bytes > 0 && key[size_bytes] == '\0';
}

static TrafoPickleValue *
load_storage (TrafoPickle             *pickle,
              const TrafoPickleGlobal *unused,
              const TrafoPickleValue  *id,
              gpointer                 user_data)
{
  TrafoTorchUnpickler   *self = user_data;
  const char            *what = NULL, *key = NULL;
  g_autofree char       *shown = NULL;
  const TrafoTorchDType *dtype;
  TrafoTorchStorage     *storage;
  gsize                  size_bytes;

  if (id->kind == TRAFO_PICKLE_TUPLE && id->n_items > 0)
    what = trafo_pickle_value_get_text (id->items[0]);
  if (g_strcmp0 (what, "storage") == 0 &&
      check_arguments (id, self->is_legacy ? "ugu?i?" : "ugu?i"))
    key = trafo_pickle_value_get_text (id->items[2]);
  if (key == NULL || !is_key (key) || !is_storage_type (id->items[1]->global))
    {
      shown = what != NULL ? trafo_json_string_show (what, strlen (what)) : NULL;
      return trafo_pickle_fail (pickle,
                                TRAFO_FORMAT_ERROR_VALUE,
                                "found a persistent id '%s', expected a storage",
                                shown != NULL ? shown : trafo_pickle_value_describe (id));
    }
  dtype = id->items[1]->global->object;
  if (id->items[4]->integer < 0 ||
      !g_size_checked_mul (&size_bytes, id->items[4]->integer, dtype->size_bytes))
    return trafo_pickle_fail (pickle,
                              TRAFO_FORMAT_ERROR_VALUE,
                              "found a storage of %" G_GINT64_FORMAT " elements",
                              id->items[4]->integer);
  storage = intern_storage (self, key, dtype, size_bytes);
  if (storage != NULL && self->is_legacy && id->items[5]->kind != TRAFO_PICKLE_NONE)
    storage = new_part (self, storage, id->items[5]);
  return storage != NULL ? new_object (pickle, TRAFO_PICKLE_STORAGE, storage) : NULL;
}

static gint
compare_keys (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

const guint8 *
trafo_torch_storage_get_data (const TrafoTorchStorage *self)
{
  return self->whole == NULL ? self->data : self->whole->data + self->offset_bytes;
}

TrafoTorchUnpickler *
trafo_torch_unpickler_new (const char *name, gboolean is_legacy)
{
  TrafoTorchUnpickler *self = g_new0 (TrafoTorchUnpickler, 1);

  self->is_legacy = is_legacy;
  self->storages = g_tree_new_full (compare_keys, NULL, NULL, NULL);
  self->pickle = trafo_pickle_new (name, globals, load_storage, self);
  return self;
}

void
trafo_torch_unpickler_free (TrafoTorchUnpickler *self)
{
  if (self == NULL)
    return;
  g_tree_unref (self->storages);
  trafo_pickle_free (self->pickle);
  g_free (self);
}
