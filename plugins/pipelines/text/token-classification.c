/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The labels of tokens, words or entities: transformers/pipelines/token_classification.py (5.23). With
 * "stride" a long text is read in windows that overlap by so many tokens; with "is_split_into_words"
 * it comes as words, and is they joined by "delimiter". */
#include <string.h>

#include "entities.h"
#include "parameters.h"
#include "rows.h"
#include "scores.h"

typedef struct
{
  TrafoTokenizer *tokenizer;
  TrafoModel     *model;
  TrafoValue     *inputs; /* a list of texts */
  Aggregation     aggregation;
  char          **ignore_labels;
  gboolean        is_split; /* into words */
  const char     *delimiter;
  char           *prefix; /* of tokens that continue a word, or NULL */
  gint64          unk_token;
  GPtrArray      *entities; /* of the input at hand */
  guint           n_windows;
  TrafoValue     *results;
} Tagger;

static const char *const aggregations[] = {
  [AGGREGATION_NONE] = "none",       [AGGREGATION_SIMPLE] = "simple", [AGGREGATION_FIRST] = "first",
  [AGGREGATION_AVERAGE] = "average", [AGGREGATION_MAX] = "max",
};

/* Whether the character at @at and the one before it are no spaces, at neither end of the text. */
static gboolean
is_inside_word (const char *text, gsize at)
{
  return at > 0 && text[at] != ' ' && g_utf8_prev_char (text + at)[0] != ' ';
}

static gboolean
is_subword (const Tagger *self, const char *text, const guint32 *bytes, const Token *token)
{
  if (self->prefix != NULL)
    return (gsize) g_utf8_strlen (token->word, -1) != token->end - token->start;
  return is_inside_word (text, bytes[0]);
}

static Token
make_token (const Tagger *self, const char *text, TrafoEncoding *encoding, gsize i)
{
  gsize          n_tokens;
  guint32        id = trafo_encoding_get_ids (encoding, &n_tokens)[i];
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, &n_tokens) + 2 * i;
  const guint32 *bytes = trafo_encoding_get_byte_offsets (encoding, &n_tokens) + 2 * i;
  Token          token = { .index = i, .start = offsets[0], .end = offsets[1] };

  token.word = trafo_tokenizer_id_to_token (self->tokenizer, id);
  if (token.word == NULL)
    token.word = g_strdup ("");
  token.is_subword = is_subword (self, text, bytes, &token);
  if ((gint64) id != self->unk_token)
    return token;
  g_free (token.word);
  token.word = g_strndup (text + bytes[0], bytes[1] - bytes[0]);
  token.is_subword = FALSE;
  return token;
}

/* The tokens that are not special. */
static GArray *
make_tokens (const Tagger *self, const Row *row, const float *scores, gsize n_labels)
{
  const char    *text = trafo_value_get_string (trafo_value_get_item (self->inputs, row->item));
  GArray        *tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  gsize          n_tokens;
  const guint32 *is_special = trafo_encoding_get_special_tokens_mask (row->encoding, &n_tokens);

  g_array_set_clear_func (tokens, token_clear);
  for (gsize i = 0; i < n_tokens; i++)
    if (!is_special[i])
      {
        Token token = make_token (self, text, row->encoding, i);

        token.scores = scores + i * n_labels;
        g_array_append_val (tokens, token);
      }
  return tokens;
}

static TrafoValue *
entity_to_value (const Entity *entity)
{
  TrafoValue *item = trafo_value_new_record ();

  trafo_value_set_string (item, entity->is_group ? "entity_group" : "entity", entity->label);
  trafo_value_set_double (item, "score", entity->score);
  if (!entity->is_group)
    trafo_value_set_integer (item, "index", entity->index);
  trafo_value_set_string (item, "word", entity->word);
  trafo_value_set_integer (item, "start", entity->start);
  trafo_value_set_integer (item, "end", entity->end);
  return item;
}

/* Ends the input at hand. */
static void
finish_input (Tagger *self)
{
  TrafoValue *list = trafo_value_new_list ();

  if (self->n_windows > 1)
    self->entities = entities_resolve_overlaps (self->entities);
  for (guint i = 0; i < self->entities->len; i++)
    trafo_value_append (list, entity_to_value (self->entities->pdata[i]));
  trafo_value_append (self->results, list);
  g_ptr_array_set_size (self->entities, 0);
  self->n_windows = 0;
}

static gboolean
tag (const Row *row, gpointer data, GError **error)
{
  Tagger *self = data;
  g_autoptr (TrafoTensor) logits = row_get_token_outputs (row, "logits", error);
  g_autofree float *scores = NULL;
  g_auto (GStrv) labels = NULL;
  g_autoptr (GArray) tokens = NULL;
  g_autoptr (GPtrArray) entities = NULL;
  gsize n_tokens = trafo_encoding_get_n_tokens (row->encoding), n_labels;

  if (logits == NULL)
    return FALSE;
  n_labels = trafo_tensor_get_dim (logits, trafo_tensor_get_n_dims (logits) - 1);
  labels = scores_get_labels (self->model, n_labels, error);
  if (labels == NULL)
    return FALSE;
  scores = g_memdup2 (trafo_tensor_get_data (logits), n_tokens * n_labels * sizeof *scores);
  for (gsize i = 0; i < n_tokens; i++)
    scores_softmax (scores + i * n_labels, n_labels);
  tokens = make_tokens (self, row, scores, n_labels);
  entities = entities_aggregate (tokens,
                                 self->aggregation,
                                 (const char *const *) labels,
                                 self->tokenizer,
                                 error);
  if (entities == NULL)
    return FALSE;
  for (guint i = 0; i < entities->len; i++)
    if (!g_strv_contains ((const char *const *) self->ignore_labels,
                          ((Entity *) entities->pdata[i])->label))
      g_ptr_array_add (self->entities, g_steal_pointer (&entities->pdata[i]));
  self->n_windows++;
  if (row->is_last)
    finish_input (self);
  return TRUE;
}

static gboolean
read_aggregation (Tagger *self, const TextCall *call, GError **error)
{
  const char *name = "none";

  if (!parameters_get_string (call, "aggregation_strategy", &name, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (aggregations); i++)
    if (g_ascii_strcasecmp (aggregations[i], name) == 0)
      {
        self->aggregation = i;
        return TRUE;
      }
  return parameters_fail (call,
                          "aggregation_strategy",
                          "\"none\", \"simple\", \"first\", \"average\" or \"max\"",
                          error);
}

static gboolean
read_words_parameters (Tagger *self, const TextCall *call, GError **error)
{
  if (parameters_get (call, "offset_mapping") != NULL)
    return parameters_fail (call,
                            "offset_mapping",
                            "none: the tokenizer knows where tokens are",
                            error);
  return parameters_get_boolean (call, "is_split_into_words", &self->is_split, error) &&
         parameters_get_string (call, "delimiter", &self->delimiter, error);
}

static gboolean
read_stride (const TextCall *call, const Tagger *self, TrafoEncodeOptions *options, GError **error)
{
  guint  max_length = trafo_tokenizer_get_model_max_length (call->tokenizer);
  gint64 stride = -1;

  if (max_length > 0)
    trafo_encode_options_set_truncation (options, TRAFO_TRUNCATION_LONGEST_FIRST);
  if (!parameters_get_integer (call,
                               "stride",
                               0,
                               max_length > 0 ? max_length - 1 : G_MAXINT32,
                               &stride,
                               error))
    return FALSE;
  if (stride < 0)
    return TRUE;
  if (parameters_get (call, "aggregation_strategy") != NULL &&
      self->aggregation == AGGREGATION_NONE)
    return parameters_fail (call, "aggregation_strategy", "another one with 'stride'", error);
  trafo_encode_options_set_stride (options, stride);
  trafo_encode_options_set_return_overflowing_tokens (options, TRUE);
  trafo_encode_options_set_padding (options, TRAFO_PADDING_LONGEST);
  return TRUE;
}

static gboolean
add_text (Tagger             *self,
          Rows               *rows,
          const TextCall     *call,
          TrafoValue         *input,
          TrafoEncodeOptions *options,
          GError            **error)
{
  const char *text = trafo_value_get_string (input);
  guint       item = trafo_value_get_n_items (self->inputs);

  if (text == NULL)
    return text_call_fail_input (input, "a text", error);
  trafo_value_append (self->inputs, trafo_value_ref (input));
  return rows_add (rows, call, item, text, NULL, options, error);
}

static gboolean
add_words (Tagger             *self,
           Rows               *rows,
           const TextCall     *call,
           TrafoValue         *input,
           TrafoEncodeOptions *options,
           GError            **error)
{
  g_auto (GStrv) words = text_value_dup_strings (input);
  g_autofree char *text = NULL;
  guint            item = trafo_value_get_n_items (self->inputs);

  if (words == NULL || words[0] == NULL)
    return text_call_fail_input (input, "a list of words", error);
  text = g_strjoinv (self->delimiter, words);
  trafo_value_append (self->inputs, trafo_value_new_string (text));
  return rows_add_words (rows,
                         call,
                         item,
                         (const char *const *) words,
                         self->delimiter,
                         options,
                         error);
}

/* Words that are in no list of their own are one text. */
static gboolean
is_one_text (const Tagger *self, const TextCall *call)
{
  for (guint i = 0; self->is_split && i < text_call_get_n_items (call); i++)
    if (trafo_value_get_kind (text_call_get_item (call, i)) != TRAFO_VALUE_KIND_LIST)
      return TRUE;
  return FALSE;
}

static gboolean
add_all (Tagger             *self,
         Rows               *rows,
         const TextCall     *call,
         TrafoEncodeOptions *options,
         GError            **error)
{
  gboolean is_added = TRUE;

  if (is_one_text (self, call))
    return add_words (self, rows, call, call->inputs, options, error);
  for (guint i = 0; is_added && i < text_call_get_n_items (call); i++)
    is_added = self->is_split
                   ? add_words (self, rows, call, text_call_get_item (call, i), options, error)
                   : add_text (self, rows, call, text_call_get_item (call, i), options, error);
  return is_added;
}

static gboolean
tag_all (Tagger *self, const TextCall *call, GError **error)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (Rows) rows = rows_new ();

  if (!read_words_parameters (self, call, error) || !read_aggregation (self, call, error) ||
      !parameters_get_strings (call, "ignore_labels", &self->ignore_labels, error) ||
      !read_stride (call, self, options, error) || !add_all (self, rows, call, options, error))
    return FALSE;
  return rows_forward (rows, call, tag, self, error);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  static const char *const outside[] = { "O", NULL };
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (TrafoValue) inputs = trafo_value_new_list ();
  Tagger self = {
    .tokenizer = call->tokenizer,
    .model = call->model,
    .inputs = inputs,
    .ignore_labels = g_strdupv ((char **) outside),
    .delimiter = " ",
    .prefix = trafo_tokenizer_dup_continuing_subword_prefix (call->tokenizer),
    .unk_token = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_UNK),
    .entities = entities_new (),
    .results = results,
  };
  gboolean is_done = tag_all (&self, call, error);

  g_strfreev (self.ignore_labels);
  g_free (self.prefix);
  g_ptr_array_unref (self.entities);
  return is_done ? text_call_shape (call, g_steal_pointer (&results)) : NULL;
}

TEXT_TASK_DEFINE (TrafoTokenClassification,
                  trafo_token_classification,
                  "token-classification",
                  "aggregation_strategy",
                  "ignore_labels",
                  "stride",
                  "is_split_into_words",
                  "delimiter",
                  "offset_mapping",
                  "batch_size")
