/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rows.h"

#include "parameters.h"

#define MAX_BATCH_SIZE 65536

Rows *
rows_new (void)
{
  Rows *self = g_new0 (Rows, 1);

  self->encodings = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_encoding_unref);
  self->items = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

void
rows_free (Rows *self)
{
  g_ptr_array_unref (self->encodings);
  g_array_unref (self->items);
  g_free (self);
}

gboolean
rows_add (Rows               *self,
          const TextCall     *call,
          guint               item,
          const char         *text,
          const char         *pair,
          TrafoEncodeOptions *options,
          GError            **error)
{
  const char *const texts[] = { text, NULL };
  const char *const pairs[] = { pair, NULL };
  g_autoptr (TrafoBatchEncoding) batch = trafo_tokenizer_encode_batch (call->tokenizer,
                                                                       texts,
                                                                       pair != NULL ? pairs : NULL,
                                                                       options,
                                                                       error);

  if (batch == NULL)
    return FALSE;
  for (gsize i = 0; i < trafo_batch_encoding_get_n_rows (batch); i++)
    {
      g_ptr_array_add (self->encodings,
                       trafo_encoding_ref (trafo_batch_encoding_get_row (batch, i)));
      g_array_append_val (self->items, item);
    }
  return TRUE;
}

/* Some rows of equal length, or padded to one. */
typedef struct
{
  TrafoEncoding **encodings;
  gsize           n_rows;
  gsize           length;
  gint64          pad_token;
  gboolean        is_left_padded;
} Batch;

typedef const guint32 *(*Column) (TrafoEncoding *encoding, gsize *n_tokens);

static gsize
count_before (const Batch *self, gsize n_tokens)
{
  return self->is_left_padded ? self->length - n_tokens : 0;
}

/* (rows, length), int64; @ret_has_any, if not NULL, tells whether an element of a row is not 0. */
static TrafoTensor *
make_column (const Batch *self,
             Column       column,
             gint64       padding,
             gboolean    *ret_has_any,
             GError     **error)
{
  gint64       shape[] = { self->n_rows, self->length };
  TrafoTensor *tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  gint64      *out = tensor != NULL ? trafo_tensor_get_data (tensor) : NULL;
  gboolean     has_any = FALSE;

  for (gsize i = 0; out != NULL && i < self->n_rows; i++, out += self->length)
    {
      gsize          n_tokens;
      const guint32 *values = column (self->encodings[i], &n_tokens);
      gsize          n_before = count_before (self, n_tokens);

      for (gsize j = 0; j < self->length; j++)
        {
          gboolean is_token = j >= n_before && j - n_before < n_tokens;

          out[j] = is_token ? values[j - n_before] : padding;
          has_any |= is_token && out[j] != 0;
        }
    }
  if (ret_has_any != NULL)
    *ret_has_any = has_any;
  return tensor;
}

/* @ret_takes: whether the model has a use for segments by itself. */
static gboolean
takes_types (TrafoModel *model, gboolean *ret_takes, GError **error)
{
  g_auto (GStrv) names = trafo_model_list_inputs (model, error);

  *ret_takes = names != NULL && g_strv_contains ((const char *const *) names, "token_type_ids");
  return names != NULL;
}

static TrafoTensorDict *
batch_make_inputs (const Batch *self, TrafoModel *model, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  g_autoptr (TrafoTensor) types = NULL;
  gboolean has_types, takes_them = FALSE;

  ids = make_column (self, trafo_encoding_get_ids, self->pad_token, NULL, error);
  if (ids != NULL)
    mask = make_column (self, trafo_encoding_get_attention_mask, 0, NULL, error);
  if (mask != NULL)
    types = make_column (self, trafo_encoding_get_type_ids, 0, &has_types, error);
  if (types == NULL || (has_types && !takes_types (model, &takes_them, error)))
    return NULL;
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  /* zeros are what a model with segments assumes */
  if (takes_them)
    trafo_tensor_dict_set (inputs, "token_type_ids", types);
  return g_steal_pointer (&inputs);
}

static gboolean
batch_init (Batch          *self,
            const TextCall *call,
            TrafoEncoding **encodings,
            gsize           n_rows,
            gboolean        is_left_padded,
            GError        **error)
{
  gboolean needs_padding = FALSE;

  *self = (Batch){
    .encodings = encodings,
    .n_rows = n_rows,
    .is_left_padded = is_left_padded,
  };
  for (gsize i = 0; i < n_rows; i++)
    self->length = MAX (self->length, trafo_encoding_get_n_tokens (encodings[i]));
  for (gsize i = 0; i < n_rows; i++)
    needs_padding |= trafo_encoding_get_n_tokens (encodings[i]) != self->length;
  self->pad_token = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  if (!needs_padding || self->pad_token >= 0)
    return TRUE;
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "found no padding token in the tokenizer, which texts of different length "
                       "need where 'batch_size' is more than 1");
  return FALSE;
}

static gboolean
forward_batch (const Rows     *self,
               const TextCall *call,
               gsize           first,
               gsize           n_rows,
               RowFunc         func,
               gpointer        data,
               GError        **error)
{
  TrafoEncoding **encodings = (TrafoEncoding **) self->encodings->pdata + first;
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;
  const guint *items = &g_array_index (self->items, guint, first);
  gboolean is_left_padded = trafo_tokenizer_get_padding_side (call->tokenizer) == TRAFO_SIDE_LEFT;
  Batch    batch;

  if (!batch_init (&batch, call, encodings, n_rows, is_left_padded, error))
    return FALSE;
  inputs = batch_make_inputs (&batch, call->model, error);
  if (inputs != NULL)
    outputs = trafo_model_forward (call->model, inputs, FALSE, call->cancellable, error);
  if (outputs == NULL)
    return FALSE;
  for (gsize i = 0; i < n_rows; i++)
    {
      Row row = { .encoding = encodings[i], .item = items[i], .outputs = outputs, .index = i };

      row.is_last = first + i + 1 == self->items->len || items[i + 1] != items[i];
      row.n_before = count_before (&batch, trafo_encoding_get_n_tokens (encodings[i]));
      if (!func (&row, data, error))
        return FALSE;
    }
  return TRUE;
}

TrafoTensorDict *
rows_make_inputs (const Rows     *self,
                  const TextCall *call,
                  gsize           first,
                  gsize           n_rows,
                  gboolean        is_left_padded,
                  GError        **error)
{
  TrafoEncoding **encodings = (TrafoEncoding **) self->encodings->pdata + first;
  Batch           batch;

  if (!batch_init (&batch, call, encodings, n_rows, is_left_padded, error))
    return NULL;
  return batch_make_inputs (&batch, call->model, error);
}

gboolean
rows_get_batch_size (const TextCall *call, gsize *batch_size, GError **error)
{
  gint64 value = 1;

  if (!parameters_get_integer (call, "batch_size", 1, MAX_BATCH_SIZE, &value, error))
    return FALSE;
  *batch_size = value;
  return TRUE;
}

gboolean
rows_forward (const Rows *self, const TextCall *call, RowFunc func, gpointer data, GError **error)
{
  gsize batch_size;

  if (!rows_get_batch_size (call, &batch_size, error))
    return FALSE;
  for (gsize i = 0; i < self->encodings->len; i += batch_size)
    if (!forward_batch (self,
                        call,
                        i,
                        MIN (batch_size, self->encodings->len - i),
                        func,
                        data,
                        error))
      return FALSE;
  return TRUE;
}

static TrafoTensor *
find_output (const Row *self, const char *name, guint n_dims, GError **error)
{
  TrafoTensor *output = NULL;

  if (name == NULL && trafo_tensor_dict_get_size (self->outputs) > 0)
    name = trafo_tensor_dict_get_name (self->outputs, 0);
  if (name != NULL)
    output = trafo_tensor_dict_get (self->outputs, name);
  if (output != NULL && trafo_tensor_get_n_dims (output) >= n_dims)
    return output;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INTERNAL,
               "found no output '%s' of the model with %u dims or more",
               name != NULL ? name : "",
               n_dims);
  return NULL;
}

static TrafoTensor *
as_floats (TrafoTensor *tensor, GError **error)
{
  g_autoptr (TrafoTensor) contiguous = trafo_tensor_contiguous (tensor, error);

  if (contiguous == NULL || trafo_tensor_get_dtype (contiguous) == TRAFO_DTYPE_FLOAT32)
    return g_steal_pointer (&contiguous);
  return trafo_tensor_cast (contiguous, TRAFO_DTYPE_FLOAT32, error);
}

TrafoTensor *
row_get_output (const Row *self, const char *name, GError **error)
{
  TrafoTensor *output = find_output (self, name, 2, error);
  g_autoptr (TrafoTensor) row = NULL;

  if (output != NULL)
    row = trafo_tensor_select (output, 0, self->index, error);
  return row != NULL ? as_floats (row, error) : NULL;
}

TrafoTensor *
row_get_token_outputs (const Row *self, const char *name, GError **error)
{
  TrafoTensor *output = find_output (self, name, 2, error);
  gint64       n_tokens = trafo_encoding_get_n_tokens (self->encoding);
  g_autoptr (TrafoTensor) row = NULL;
  g_autoptr (TrafoTensor) tokens = NULL;

  if (output != NULL)
    row = trafo_tensor_select (output, 0, self->index, error);
  if (row != NULL)
    tokens = trafo_tensor_slice (row, 0, self->n_before, n_tokens, 1, error);
  return tokens != NULL ? as_floats (tokens, error) : NULL;
}
