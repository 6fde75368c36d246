/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The likeliest tokens in the place of each mask: transformers/pipelines/fill_mask.py (5.23). A text
 * with several masks gets a list for each; a list of one text gets what the text alone would. */
#include <math.h>

#include "parameters.h"
#include "rows.h"
#include "scores.h"

typedef struct
{
  TrafoTokenizer *tokenizer;
  guint32         mask_token;
  gint64          pad_token; /* -1: none */
  gsize           top_k;
  GArray         *targets; /* of guint32, or NULL: all tokens */
  TrafoValue     *results;
} Filler;

static GBytes *
decode (const Filler *self, const guint32 *ids, gsize n_ids, gboolean skip_special, GError **error)
{
  return trafo_tokenizer_decode_bytes (self->tokenizer,
                                       ids,
                                       n_ids,
                                       skip_special,
                                       trafo_tokenizer_get_clean_up_tokenization_spaces (
                                           self->tokenizer),
                                       error);
}

/* The text with @token in the place of one mask, without padding. */
static GBytes *
decode_sequence (const Filler  *self,
                 TrafoEncoding *encoding,
                 gsize          place,
                 guint32        token,
                 gboolean       skip_special,
                 GError       **error)
{
  gsize               n_tokens, n_kept = 0;
  const guint32      *ids = trafo_encoding_get_ids (encoding, &n_tokens);
  g_autofree guint32 *kept = g_new (guint32, n_tokens);

  for (gsize i = 0; i < n_tokens; i++)
    {
      guint32 id = i == place ? token : ids[i];

      if ((gint64) id != self->pad_token)
        kept[n_kept++] = id;
    }
  return decode (self, kept, n_kept, skip_special, error);
}

static TrafoValue *
make_proposition (const Filler  *self,
                  TrafoEncoding *encoding,
                  gsize          place,
                  guint32        token,
                  float          score,
                  gboolean       is_single,
                  GError       **error)
{
  g_autoptr (GBytes) token_text = decode (self, &token, 1, FALSE, error);
  g_autoptr (GBytes) sequence = NULL;
  TrafoValue *item;

  if (token_text != NULL)
    sequence = decode_sequence (self, encoding, place, token, is_single, error);
  if (sequence == NULL)
    return NULL;
  item = trafo_value_new_record ();
  trafo_value_set_double (item, "score", score);
  trafo_value_set_integer (item, "token", token);
  trafo_value_set (item, "token_str", trafo_value_new_string_bytes (token_text));
  trafo_value_set (item, "sequence", trafo_value_new_string_bytes (sequence));
  return item;
}

/* The propositions for one mask. */
static TrafoValue *
fill_place (const Filler  *self,
            TrafoEncoding *encoding,
            gsize          place,
            const float   *logits,
            gsize          n_logits,
            gboolean       is_single,
            GError       **error)
{
  g_autofree float *scores = g_memdup2 (logits, n_logits * sizeof *logits);
  g_autofree guint *order = NULL;
  gsize             n_candidates = self->targets != NULL ? self->targets->len : n_logits;
  g_autoptr (TrafoValue) propositions = trafo_value_new_list ();

  scores_softmax (scores, n_logits);
  for (gsize i = 0; self->targets != NULL && i < n_candidates; i++)
    {
      /* sorted and each there once, so that no score is overwritten before it is read */
      guint32 target = g_array_index (self->targets, guint32, i);

      scores[i] = target < n_logits ? scores[target] : 0;
    }
  order = scores_sort (scores, n_candidates);
  for (gsize i = 0; i < MIN (self->top_k, n_candidates); i++)
    {
      guint32 token =
          self->targets != NULL ? g_array_index (self->targets, guint32, order[i]) : order[i];
      TrafoValue *item =
          make_proposition (self, encoding, place, token, scores[order[i]], is_single, error);

      if (item == NULL)
        return NULL;
      trafo_value_append (propositions, item);
    }
  return g_steal_pointer (&propositions);
}

static gsize
count_masks (const Filler *self, TrafoEncoding *encoding)
{
  gsize          n_tokens, n_masks = 0;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);

  for (gsize i = 0; i < n_tokens; i++)
    n_masks += ids[i] == self->mask_token;
  return n_masks;
}

static gboolean
fill (const Row *row, gpointer data, GError **error)
{
  Filler        *self = data;
  gsize          n_tokens, n_logits, n_masks = count_masks (self, row->encoding);
  const guint32 *ids = trafo_encoding_get_ids (row->encoding, &n_tokens);
  g_autoptr (TrafoTensor) logits = row_get_token_outputs (row, "logits", error);
  g_autoptr (TrafoValue) places = trafo_value_new_list ();

  if (logits == NULL)
    return FALSE;
  n_logits = trafo_tensor_get_n_elements (logits) / n_tokens;
  for (gsize i = 0; i < n_tokens; i++)
    {
      const float *at = (const float *) trafo_tensor_get_data (logits) + i * n_logits;
      TrafoValue  *propositions;

      if (ids[i] != self->mask_token)
        continue;
      propositions = fill_place (self, row->encoding, i, at, n_logits, n_masks == 1, error);
      if (propositions == NULL)
        return FALSE;
      trafo_value_append (places, propositions);
    }
  trafo_value_append (self->results,
                      trafo_value_ref (n_masks == 1 ? trafo_value_get_item (places, 0) : places));
  return TRUE;
}

/* The token of a target, or else the first of its tokens; -1 if there is none. */
static gint64
find_target (const Filler *self, const char *target, GError **error)
{
  gint64         id = trafo_tokenizer_token_to_id (self->tokenizer, target);
  gsize          n_tokens;
  const guint32 *ids;
  g_autoptr (TrafoEncodeOptions) options = NULL;
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autofree char *token = NULL;

  if (id >= 0)
    return id;
  options = trafo_encode_options_new ();
  trafo_encode_options_set_add_special_tokens (options, FALSE);
  encoding = trafo_tokenizer_encode (self->tokenizer, target, NULL, options, error);
  if (encoding == NULL)
    return -1;
  ids = trafo_encoding_get_ids (encoding, &n_tokens);
  token = n_tokens > 0 ? trafo_tokenizer_id_to_token (self->tokenizer, ids[0]) : NULL;
  if (token != NULL)
    g_message ("The target '%s' is not in the vocabulary; '%s' stands for it.", target, token);
  else
    g_message ("The target '%s' is not in the vocabulary and left out.", target);
  return token != NULL ? (gint64) ids[0] : -1;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

static gboolean
contains (GArray *ids, guint32 id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, guint32, i) == id)
      return TRUE;
  return FALSE;
}

static gboolean
read_targets (Filler *self, const TextCall *call, GError **error)
{
  g_auto (GStrv) targets = NULL;

  if (!parameters_get_strings (call, "targets", &targets, error))
    return FALSE;
  if (targets == NULL)
    return TRUE;
  self->targets = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize i = 0; targets[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;
      gint64  id = find_target (self, targets[i], &local);
      guint32 target = id;

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (id >= 0 && !contains (self->targets, target))
        g_array_append_val (self->targets, target);
    }
  g_array_sort (self->targets, compare_ids);
  return self->targets->len > 0 ||
         parameters_fail (call, "targets", "at least one word of the vocabulary", error);
}

static gboolean
filler_init (Filler *self, const TextCall *call, GError **error)
{
  gint64 mask = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_MASK);
  gint64 top_k = 5;
  guint  n_tokens = trafo_tokenizer_get_vocab_size (call->tokenizer, TRUE);

  self->tokenizer = call->tokenizer;
  self->pad_token = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  if (mask < 0)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "the tokenizer has no mask token, which fill-mask needs");
      return FALSE;
    }
  self->mask_token = mask;
  if (!read_targets (self, call, error) ||
      !parameters_get_integer (call,
                               "top_k",
                               0,
                               self->targets != NULL ? G_MAXINT32 : n_tokens,
                               &top_k,
                               error))
    return FALSE;
  self->top_k = top_k;
  return TRUE;
}

static gboolean
add_text (const Filler       *self,
          Rows               *rows,
          const TextCall     *call,
          guint               item,
          TrafoEncodeOptions *options,
          GError            **error)
{
  TrafoValue *input = text_call_get_item (call, item);
  const char *text = trafo_value_get_string (input);
  guint       n_rows = rows->encodings->len;

  if (text == NULL)
    return text_call_fail_input (input, "a text", error);
  if (!rows_add (rows, call, item, text, NULL, options, error))
    return FALSE;
  for (guint i = n_rows; i < rows->encodings->len; i++)
    if (count_masks (self, rows->encodings->pdata[i]) == 0)
      {
        g_autofree char *shown = trafo_error_excerpt (text);

        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "found no mask in the text '%s', expected '%s' at least once",
                     shown,
                     trafo_tokenizer_get_special_token (self->tokenizer, TRAFO_SPECIAL_TOKEN_MASK));
        return FALSE;
      }
  return TRUE;
}

static TrafoValue *
fill_all (Filler *self, const TextCall *call, GError **error)
{
  static const char *const none[] = { NULL };
  g_autoptr (TrafoEncodeOptions) options =
      parameters_get_encode_options (call, none, "tokenizer_kwargs", error);
  g_autoptr (Rows) rows = rows_new ();

  if (options == NULL || !filler_init (self, call, error))
    return NULL;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    if (!add_text (self, rows, call, i, options, error))
      return NULL;
  if (!rows_forward (rows, call, fill, self, error))
    return NULL;
  return trafo_value_ref (
      text_call_get_n_items (call) == 1 ? trafo_value_get_item (self->results, 0) : self->results);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  Filler      self = { .results = results };
  TrafoValue *result = fill_all (&self, call, error);

  g_clear_pointer (&self.targets, g_array_unref);
  return result;
}

TEXT_TASK_DEFINE (TrafoFillMask,
                  trafo_fill_mask,
                  "masked-lm",
                  "top_k",
                  "targets",
                  "tokenizer_kwargs",
                  "batch_size")
