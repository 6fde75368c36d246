/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The part of a context that answers a question: transformers/pipelines/question_answering.py (4.57).
 * A long context is read in windows; the probabilities of a window are its own. One answer comes
 * alone, several in a list. */
#include <string.h>

#include "parameters.h"
#include "rows.h"
#include "scores.h"
#include "spans.h"

#define MAX_WINDOW 1000000

typedef struct
{
  char *text;
  char *folded; /* answers that differ by case alone are one */
  float score;
  guint start; /* in code points */
  guint end;
} Answer;

typedef struct
{
  TrafoTokenizer *tokenizer;
  gint64          top_k;
  gint64          max_answer_len;
  gboolean        handle_impossible_answer;
  gboolean        align_to_words;
  gboolean        is_question_first;
  gint64          cls_token; /* -1: none */
  gboolean        is_list;   /* the questions are given as one */
  GPtrArray      *contexts;  /* of char *, one for each question */
  GPtrArray      *answers;   /* of Answer; to the question at hand */
  float           null_score;
  TrafoValue     *results;
} Answerer;

static void
answer_free (gpointer data)
{
  Answer *self = data;

  g_free (self->text);
  g_free (self->folded);
  g_free (self);
}

/* Whether an answer may begin or end at each token: those of the context, and the one that stands for
 * "no answer". */
static gboolean *
find_allowed (const Answerer *self, TrafoEncoding *encoding)
{
  gsize          n_tokens;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);
  const guint32 *mask = trafo_encoding_get_attention_mask (encoding, &n_tokens);
  const gint32  *sequences = trafo_encoding_get_sequence_ids (encoding, &n_tokens);
  gboolean      *allowed = g_new (gboolean, n_tokens);

  for (gsize i = 0; i < n_tokens; i++)
    allowed[i] = mask[i] != 0 && (sequences[i] == (self->is_question_first ? 1 : 0) ||
                                  (gint64) ids[i] == self->cls_token);
  return allowed;
}

/* (transfer full): the probability of each token in one window. */
static float *
get_probabilities (const Row *row, const char *output, const gboolean *allowed, GError **error)
{
  g_autoptr (TrafoTensor) logits = row_get_token_outputs (row, output, error);
  gsize  n_tokens = trafo_encoding_get_n_tokens (row->encoding);
  float *scores;

  if (logits == NULL)
    return NULL;
  scores = g_memdup2 (trafo_tensor_get_data (logits), n_tokens * sizeof *scores);
  for (gsize i = 0; i < n_tokens; i++)
    if (!allowed[i])
      scores[i] = -10000;
  scores_softmax (scores, n_tokens);
  return scores;
}

/* The first or the last token of a word of the context; -1 if there is no such word. */
static gssize
find_word (const Answerer *self, TrafoEncoding *encoding, gint32 word, gboolean is_last)
{
  gsize         n_tokens;
  const gint32 *words = trafo_encoding_get_word_ids (encoding, &n_tokens);
  const gint32 *sequences = trafo_encoding_get_sequence_ids (encoding, &n_tokens);
  gssize        found = -1;

  for (gsize i = 0; i < n_tokens && (is_last || found < 0); i++)
    if (words[i] == word && word >= 0 && sequences[i] == (self->is_question_first ? 1 : 0))
      found = i;
  return found;
}

/* Where a span is in the context, in code points and in bytes. */
typedef struct
{
  guint start, end;
  gsize start_byte, end_byte;
} Place;

static Place
locate (const Answerer *self, TrafoEncoding *encoding, const Span *span)
{
  gsize          n_tokens, first = span->first, last = span->last;
  const gint32  *words = trafo_encoding_get_word_ids (encoding, &n_tokens);
  const guint32 *offsets = trafo_encoding_get_offsets (encoding, &n_tokens);
  const guint32 *bytes = trafo_encoding_get_byte_offsets (encoding, &n_tokens);

  if (self->align_to_words)
    {
      gssize begin = find_word (self, encoding, words[first], FALSE);
      gssize end = find_word (self, encoding, words[last], TRUE);

      if (begin >= 0 && end >= 0)
        {
          first = begin;
          last = end;
        }
    }
  return (Place){
    offsets[2 * first],
    offsets[2 * last + 1],
    bytes[2 * first],
    MAX (bytes[2 * last + 1], bytes[2 * first]),
  };
}

static void
add_answer (Answerer *self, const char *context, const Place *place, float score)
{
  g_autofree char *text =
      g_strndup (context + place->start_byte, place->end_byte - place->start_byte);
  g_autofree char *folded = g_utf8_strdown (text, -1);
  Answer          *answer;

  for (guint i = 0; i < self->answers->len; i++)
    {
      answer = self->answers->pdata[i];
      if (!g_str_equal (answer->folded, folded))
        continue;
      answer->score += score;
      return;
    }
  answer = g_new0 (Answer, 1);
  answer->text = g_steal_pointer (&text);
  answer->folded = g_steal_pointer (&folded);
  answer->score = score;
  answer->start = place->start;
  answer->end = place->end;
  g_ptr_array_add (self->answers, answer);
}

static void
add_spans (Answerer       *self,
           const Row      *row,
           const float    *start,
           const float    *end,
           const gboolean *allowed)
{
  const char *context = self->contexts->pdata[row->item];
  gsize       n_tokens = trafo_encoding_get_n_tokens (row->encoding);
  gsize       n_spans = self->align_to_words ? self->top_k * 2 + 10 : self->top_k;
  g_autoptr (GArray) spans = spans_find (start, end, n_tokens, self->max_answer_len, n_spans);

  for (guint i = 0; i < spans->len; i++)
    {
      const Span *span = &g_array_index (spans, Span, i);
      Place       place;

      if (!allowed[span->first] || !allowed[span->last])
        continue;
      place = locate (self, row->encoding, span);
      add_answer (self, context, &place, span->score);
    }
}

static gint
compare_answers (gconstpointer a, gconstpointer b)
{
  const Answer *left = *(Answer *const *) a, *right = *(Answer *const *) b;

  return left->score > right->score ? -1 : left->score < right->score;
}

static TrafoValue *
answer_to_value (const Answer *answer)
{
  TrafoValue *record = trafo_value_new_record ();

  trafo_value_set_double (record, "score", answer->score);
  trafo_value_set_integer (record, "start", answer->start);
  trafo_value_set_integer (record, "end", answer->end);
  trafo_value_set_string (record, "answer", answer->text);
  return record;
}

/* Ends the question at hand. */
static void
finish_question (Answerer *self)
{
  g_autoptr (TrafoValue) list = trafo_value_new_list ();
  guint n_answers;

  if (self->handle_impossible_answer)
    {
      Answer *none = g_new0 (Answer, 1);

      none->text = g_strdup ("");
      none->folded = g_strdup ("");
      none->score = self->null_score;
      g_ptr_array_add (self->answers, none);
    }
  g_ptr_array_sort (self->answers, compare_answers);
  n_answers = MIN (self->answers->len, self->top_k);
  for (guint i = 0; i < n_answers; i++)
    trafo_value_append (list, answer_to_value (self->answers->pdata[i]));
  trafo_value_append (self->results,
                      trafo_value_ref (n_answers == 1 ? trafo_value_get_item (list, 0) : list));
  g_ptr_array_set_size (self->answers, 0);
  self->null_score = G_MAXFLOAT;
}

static gboolean
answer (const Row *row, gpointer data, GError **error)
{
  Answerer            *self = data;
  g_autofree gboolean *allowed = find_allowed (self, row->encoding);
  g_autofree float    *start = get_probabilities (row, "start_logits", allowed, error);
  g_autofree float    *end = NULL;

  if (start != NULL)
    end = get_probabilities (row, "end_logits", allowed, error);
  if (end == NULL)
    return FALSE;
  self->null_score = MIN (self->null_score, start[0] * end[0]);
  start[0] = end[0] = 0;
  add_spans (self, row, start, end, allowed);
  if (row->is_last)
    finish_question (self);
  return TRUE;
}

/* What is asked at once: one question, or a list of them. */
typedef struct
{
  char   **questions;
  char   **contexts;
  gboolean is_list;
} Inquiry;

static void
inquiry_clear (Inquiry *self)
{
  g_strfreev (self->questions);
  g_strfreev (self->contexts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inquiry, inquiry_clear)

static gboolean
has_empty (char **texts)
{
  return g_strv_contains ((const char *const *) texts, "");
}

/* Each question with its context, or all with the one context that there is. */
static gboolean
inquiry_check (Inquiry *self, TrafoValue *input, GError **error)
{
  guint n_questions = self->questions != NULL ? g_strv_length (self->questions) : 0;
  guint n_contexts = self->contexts != NULL ? g_strv_length (self->contexts) : 0;

  if (n_questions == 0 || n_contexts == 0 || has_empty (self->questions) ||
      has_empty (self->contexts))
    return text_call_fail_input (input,
                                 "{\"question\": ..., \"context\": ...}, neither of them empty",
                                 error);
  if (n_questions == n_contexts || n_contexts == 1)
    return TRUE;
  return text_call_fail_input (input, "one context, or one for each question", error);
}

/* {"question", "context"}, either of them a list or not, or a question with the parameter "context". */
static gboolean
inquiry_read (Inquiry *self, const TextCall *call, TrafoValue *input, GError **error)
{
  static const char *const names[] = { "question", "context", NULL };
  TrafoValue              *question = trafo_value_get_member (input, names[0]);
  TrafoValue              *given = trafo_value_get_member (input, names[1]);
  const char              *context = NULL;

  if (!parameters_get_string (call, "context", &context, error))
    return FALSE;
  if (trafo_value_get_kind (input) == TRAFO_VALUE_KIND_STRING)
    {
      if (context == NULL)
        return parameters_fail (call, "context", "the text that has the answer", error);
      self->questions = text_value_dup_texts (input);
      self->contexts = g_strdupv ((char *[]){ (char *) context, NULL });
    }
  else if (context != NULL)
    return parameters_fail (call, "context", "none: the input has one", error);
  else if (question != NULL && given != NULL)
    {
      if (!text_call_check_members (input, names, error))
        return FALSE;
      self->questions = text_value_dup_texts (question);
      self->contexts = text_value_dup_texts (given);
      self->is_list = trafo_value_get_kind (question) == TRAFO_VALUE_KIND_LIST;
    }
  if (self->is_list && text_call_get_n_items (call) > 1)
    return text_call_fail_input (input, "one question in each of several inputs", error);
  return inquiry_check (self, input, error);
}

static TrafoEncodeOptions *
read_windows (const Answerer *self, const TextCall *call, GError **error)
{
  static const char *const names[] = { "padding", NULL };
  g_autoptr (TrafoEncodeOptions) options = parameters_get_encode_options (call, names, NULL, error);
  guint  model_max_length = trafo_tokenizer_get_model_max_length (call->tokenizer);
  gint64 max_seq_len = model_max_length > 0 ? MIN (model_max_length, 384) : 384;
  gint64 max_question_len = 64, doc_stride;

  /* "max_question_len" has a meaning for slow tokenizers alone */
  if (options == NULL ||
      !parameters_get_integer (call, "max_seq_len", 1, MAX_WINDOW, &max_seq_len, error) ||
      !parameters_get_integer (call, "max_question_len", 1, MAX_WINDOW, &max_question_len, error))
    return NULL;
  doc_stride = MIN (max_seq_len / 2, 128);
  if (!parameters_get_integer (call, "doc_stride", 0, max_seq_len, &doc_stride, error))
    return NULL;
  trafo_encode_options_set_truncation (options,
                                       self->is_question_first ? TRAFO_TRUNCATION_ONLY_SECOND
                                                               : TRAFO_TRUNCATION_ONLY_FIRST);
  trafo_encode_options_set_max_length (options, max_seq_len);
  trafo_encode_options_set_stride (options, doc_stride);
  trafo_encode_options_set_return_overflowing_tokens (options, TRUE);
  return g_steal_pointer (&options);
}

static gboolean
read_parameters (Answerer *self, const TextCall *call, GError **error)
{
  return parameters_get_integer (call, "top_k", 1, G_MAXINT32, &self->top_k, error) &&
         parameters_get_integer (call,
                                 "max_answer_len",
                                 1,
                                 G_MAXINT32,
                                 &self->max_answer_len,
                                 error) &&
         parameters_get_boolean (call,
                                 "handle_impossible_answer",
                                 &self->handle_impossible_answer,
                                 error) &&
         parameters_get_boolean (call, "align_to_words", &self->align_to_words, error);
}

static gboolean
add_input (Answerer           *self,
           Rows               *rows,
           const TextCall     *call,
           TrafoValue         *input,
           TrafoEncodeOptions *options,
           GError            **error)
{
  g_auto (Inquiry) inquiry = { 0 };

  if (!inquiry_read (&inquiry, call, input, error))
    return FALSE;
  self->is_list |= inquiry.is_list;
  for (guint i = 0; inquiry.questions[i] != NULL; i++)
    {
      const char *question = inquiry.questions[i];
      const char *context = inquiry.contexts[inquiry.contexts[1] != NULL ? i : 0];

      if (!rows_add (rows,
                     call,
                     self->contexts->len,
                     self->is_question_first ? question : context,
                     self->is_question_first ? context : question,
                     options,
                     error))
        return FALSE;
      g_ptr_array_add (self->contexts, g_strdup (context));
    }
  return TRUE;
}

static gboolean
answer_all (Answerer *self, const TextCall *call, GError **error)
{
  g_autoptr (TrafoEncodeOptions) options = NULL;
  g_autoptr (Rows) rows = rows_new ();

  if (!read_parameters (self, call, error))
    return FALSE;
  options = read_windows (self, call, error);
  if (options == NULL)
    return FALSE;
  for (guint i = 0; i < text_call_get_n_items (call); i++)
    if (!add_input (self, rows, call, text_call_get_item (call, i), options, error))
      return FALSE;
  return rows_forward (rows, call, answer, self, error);
}

static TrafoValue *
run (const TextCall *call, GError **error)
{
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  g_autoptr (GPtrArray) contexts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (answer_free);
  Answerer self = {
    .tokenizer = call->tokenizer,
    .top_k = 1,
    .max_answer_len = 15,
    .align_to_words = TRUE,
    .is_question_first = trafo_tokenizer_get_padding_side (call->tokenizer) != TRAFO_SIDE_LEFT,
    .cls_token = trafo_tokenizer_get_special_token_id (call->tokenizer, TRAFO_SPECIAL_TOKEN_CLS),
    .contexts = contexts,
    .answers = answers,
    .null_score = G_MAXFLOAT,
    .results = results,
  };

  if (!answer_all (&self, call, error))
    return NULL;
  return trafo_value_ref (text_call_get_n_items (call) == 1 && !self.is_list
                              ? trafo_value_get_item (results, 0)
                              : results);
}

TEXT_TASK_DEFINE (TrafoQuestionAnswering,
                  trafo_question_answering,
                  "question-answering",
                  "context",
                  "top_k",
                  "max_answer_len",
                  "max_seq_len",
                  "max_question_len",
                  "doc_stride",
                  "padding",
                  "handle_impossible_answer",
                  "align_to_words",
                  "batch_size")
