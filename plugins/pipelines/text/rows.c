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

static gboolean
add_batch (Rows *self, guint item, TrafoBatchEncoding *batch)
{
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

  return add_batch (self, item, batch);
}

gboolean
rows_add_texts (Rows               *self,
                const TextCall     *call,
                guint               item,
                const char *const  *texts,
                TrafoEncodeOptions *options,
                GError            **error)
{
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (call->tokenizer, texts, NULL, options, error);

  return add_batch (self, item, batch);
}

gboolean
rows_add_words (Rows               *self,
                const TextCall     *call,
                guint               item,
                const char *const  *words,
                const char         *delimiter,
                TrafoEncodeOptions *options,
                GError            **error)
{
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_words (call->tokenizer, words, delimiter, options, error);

  return add_batch (self, item, batch);
}

static gboolean
check_padding (TrafoEncoding *const *encodings, gsize n_rows, gint64 pad_token, GError **error)
{
  gboolean needs_padding = FALSE;

  for (gsize i = 1; i < n_rows; i++)
    needs_padding |=
        trafo_encoding_get_n_tokens (encodings[i]) != trafo_encoding_get_n_tokens (encodings[0]);
  if (!needs_padding || pad_token >= 0)
    return TRUE;
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "found no padding token in the tokenizer, which texts of different length "
                       "need where 'batch_size' is more than 1");
  return FALSE;
}

static TrafoTensorDict *
make_inputs (const Rows     *self,
             const TextCall *call,
             gsize           first,
             gsize           n_rows,
             TrafoSide       padding_side,
             gint64          pad_token,
             GError        **error)
{
  g_auto (GStrv) names = trafo_model_list_inputs (call->model, error);

  if (names == NULL)
    return NULL;
  return trafo_tensor_dict_new_from_encodings ((TrafoEncoding **) self->encodings->pdata + first,
                                               n_rows,
                                               padding_side,
                                               pad_token,
                                               g_strv_contains ((const char *const *) names,
                                                                "token_type_ids"),
                                               error);
}

TrafoTensorDict *
rows_make_inputs (const Rows     *self,
                  const TextCall *call,
                  gsize           first,
                  gsize           n_rows,
                  TrafoSide       padding_side,
                  GError        **error)
{
  TrafoEncoding *const *encodings = (TrafoEncoding **) self->encodings->pdata + first;
  gint64 pad = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);

  if (!check_padding (encodings, n_rows, pad, error))
    return NULL;
  return make_inputs (self, call, first, n_rows, padding_side, pad, error);
}

/* Takes @inputs, which may be NULL with the error. */
static gboolean
forward_batch (const Rows      *self,
               const TextCall  *call,
               TrafoTensorDict *inputs,
               TrafoSide        padding_side,
               gsize            first,
               RowFunc          func,
               gpointer         data,
               GError         **error)
{
  g_autoptr (TrafoTensorDict) owned = inputs;
  g_autoptr (TrafoTensorDict) outputs = NULL;
  TrafoTensor *ids;

  if (inputs != NULL)
    outputs =
        trafo_model_forward (call->model, inputs, self->has_padding, call->cancellable, error);
  if (outputs == NULL)
    return FALSE;
  ids = trafo_tensor_dict_get (inputs, "input_ids");
  for (gsize i = 0; i < (gsize) trafo_tensor_get_dim (ids, 0); i++)
    {
      const guint *item = &g_array_index (self->items, guint, first + i);
      Row          row = { .encoding = g_ptr_array_index (self->encodings, first + i),
                           .item = *item,
                           .is_last = first + i + 1 == self->items->len || item[1] != item[0],
                           .outputs = outputs,
                           .index = i };

      if (padding_side == TRAFO_SIDE_LEFT)
        row.n_before = trafo_tensor_get_dim (ids, 1) - trafo_encoding_get_n_tokens (row.encoding);
      if (!func (&row, data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
hides_first (TrafoEncoding *encoding)
{
  gsize          n_tokens;
  const guint32 *mask = trafo_encoding_get_attention_mask (encoding, &n_tokens);

  return n_tokens == 0 || mask[0] == 0;
}

/* How long the rows are; one whose own padding comes first is too long to stand beside others, with
 * which it would be computed otherwise. */
static guint *
measure (const Rows *self)
{
  guint *lengths = g_new (guint, self->encodings->len);

  for (guint i = 0; i < self->encodings->len; i++)
    {
      TrafoEncoding *encoding = g_ptr_array_index (self->encodings, i);

      lengths[i] = hides_first (encoding) ? G_MAXUINT : trafo_encoding_get_n_tokens (encoding);
    }
  return lengths;
}

/* As many rows as the model says at a time, so that each gets what it gets alone; padding is then of
 * any token. */
static gboolean
forward_all (const Rows *self, const TextCall *call, RowFunc func, gpointer data, GError **error)
{
  g_autofree guint *lengths = measure (self);
  guint             n_rows;

  for (guint first = 0; first < self->encodings->len; first += n_rows)
    {
      n_rows = 1;
      if (!self->has_padding)
        n_rows = trafo_model_choose_batch_size (call->model,
                                                lengths + first,
                                                self->encodings->len - first);
      n_rows = MAX (n_rows, 1);
      if (!forward_batch (self,
                          call,
                          make_inputs (self, call, first, n_rows, TRAFO_SIDE_RIGHT, 0, error),
                          TRAFO_SIDE_RIGHT,
                          first,
                          func,
                          data,
                          error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rows_hide_tokens (const Rows *self)
{
  for (guint i = 0; i < self->encodings->len; i++)
    {
      gsize          n_tokens;
      const guint32 *mask =
          trafo_encoding_get_attention_mask (g_ptr_array_index (self->encodings, i), &n_tokens);

      for (gsize j = 0; j < n_tokens; j++)
        if (mask[j] == 0)
          return TRUE;
    }
  return FALSE;
}

gboolean
rows_has_batch_size (const TextCall *call)
{
  TrafoValue *value = trafo_value_get_member (call->parameters, "batch_size");

  return value != NULL && trafo_value_get_kind (value) != TRAFO_VALUE_KIND_NULL;
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
  TrafoSide padding_side = trafo_tokenizer_get_padding_side (call->tokenizer);
  gsize     batch_size;

  if (!rows_has_batch_size (call))
    return forward_all (self, call, func, data, error);
  if (!rows_get_batch_size (call, &batch_size, error))
    return FALSE;
  for (gsize i = 0; i < self->encodings->len; i += batch_size)
    {
      gsize n_rows = MIN (batch_size, self->encodings->len - i);

      if (!forward_batch (self,
                          call,
                          rows_make_inputs (self, call, i, n_rows, padding_side, error),
                          padding_side,
                          i,
                          func,
                          data,
                          error))
        return FALSE;
    }
  return TRUE;
}

static TrafoTensor *
find_output (const Row *self, const char *name, guint n_dims, GError **error)
{
  TrafoTensor *output = NULL;

  for (guint i = 0; name == NULL && i < trafo_tensor_dict_get_size (self->outputs); i++)
    if (!g_str_has_prefix (trafo_tensor_dict_get_name (self->outputs, i), "hidden_states."))
      name = trafo_tensor_dict_get_name (self->outputs, i);
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
