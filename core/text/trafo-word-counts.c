/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-word-counts-private.h"

#include <stdlib.h>
#include <string.h>
#include <trafo/trafo-vocabulary.h>

#include "trafo-thread-pool-private.h"
#include "trafo-token-run-private.h"

enum
{
  PART_BYTES = 1 << 16, /* what a thread takes at a time, up to the end of its last line */
};

/* A word's id in @words is its index in @counts. */
typedef struct
{
  TrafoVocabulary *words;
  guint64         *counts;
  gsize            n_allocated;
} Table;

struct _TrafoWordCounts
{
  Table table;
};

static gboolean
set_no_memory (GError **error, gsize n_words)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " different words",
               n_words);
  return FALSE;
}

static gboolean
table_init (Table *self, GError **error)
{
  *self = (Table){ trafo_vocabulary_new () };
  return trafo_vocabulary_finish (self->words, error);
}

static void
table_clear (Table *self)
{
  g_clear_pointer (&self->words, trafo_vocabulary_free);
  g_clear_pointer (&self->counts, g_free);
}

static gboolean
table_add (Table *self, const char *word, gsize size_bytes, guint64 count, GError **error)
{
  guint32 id;

  if (trafo_vocabulary_lookup (self->words, word, size_bytes, &id))
    {
      self->counts[id] += count;
      return TRUE;
    }
  id = trafo_vocabulary_get_n_tokens (self->words);
  if (id == self->n_allocated)
    {
      gsize    wanted = self->n_allocated * 2 + 1024;
      guint64 *grown = g_try_renew (guint64, self->counts, wanted);

      if (grown == NULL)
        return set_no_memory (error, wanted);
      self->counts = grown;
      self->n_allocated = wanted;
    }
  self->counts[id] = count;
  return trafo_vocabulary_add (self->words, word, size_bytes, id, error);
}

static gboolean
table_merge (Table *self, const Table *other, GError **error)
{
  gsize n_words = trafo_vocabulary_get_n_tokens (other->words);

  for (gsize i = 0; i < n_words; i++)
    {
      gsize       size;
      guint32     id;
      const char *word = trafo_vocabulary_get_nth (other->words, i, &size, &id);

      if (!table_add (self, word, size, other->counts[id], error))
        return FALSE;
    }
  return TRUE;
}

/* The text while its words are counted; workers take parts of it until none is left. */
typedef struct
{
  const TrafoNormalizer   *normalizer;
  const TrafoPreTokenizer *pre_tokenizer;
  const char              *text;
  gsize                    size_bytes;
  guint64                  offset;
  GCancellable            *cancellable;
  Table                   *result;
  GMutex                   mutex; /* for what follows */
  gsize                    next;
  GError                  *error;
} Count;

static gboolean
take_part (Count *self, gsize *start, gsize *end)
{
  gboolean taken;

  g_mutex_lock (&self->mutex);
  taken = self->next < self->size_bytes && self->error == NULL &&
          !g_cancellable_set_error_if_cancelled (self->cancellable, &self->error);
  if (taken)
    {
      gsize       size = MIN (self->size_bytes - self->next, PART_BYTES);
      const char *from = self->text + self->next + size - 1;
      const char *line_end = memchr (from, '\n', self->text + self->size_bytes - from);

      *start = self->next;
      *end = line_end != NULL ? (gsize) (line_end + 1 - self->text) : self->size_bytes;
      self->next = *end;
    }
  g_mutex_unlock (&self->mutex);
  return taken;
}

static gboolean
check_part (const Count *self, gsize start, gsize end, GError **error)
{
  gsize invalid_at;

  if (trafo_utf8_validate (self->text + start, end - start, &invalid_at))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the text is not valid UTF-8: byte 0x%02x at offset %" G_GUINT64_FORMAT,
               (guint8) self->text[start + invalid_at],
               self->offset + start + invalid_at);
  return FALSE;
}

static gboolean
count_line (const Count *self, Table *table, const char *line, gsize size_bytes, GError **error)
{
  TrafoTextScratch     *scratch = trafo_text_scratch_get ();
  TrafoAlignedText      text = { line, size_bytes };
  const TrafoWordArray *words;
  gboolean              done = trafo_token_run_check_size (size_bytes, error) &&
                  trafo_normalizer_apply (self->normalizer, &scratch->normalizer, &text, error) &&
                  trafo_pre_tokenizer_apply (self->pre_tokenizer,
                                             &scratch->pre_tokenizer,
                                             &text,
                                             &words,
                                             error);

  for (gsize i = 0; done && i < words->n_ranges; i++)
    {
      TrafoTextRange range = words->ranges[i];

      done = table_add (table, text.text + range.start, range.end - range.start, 1, error);
    }
  trafo_text_scratch_trim (scratch, size_bytes);
  return done;
}

static gboolean
count_part (const Count *self, Table *table, gsize start, gsize end, GError **error)
{
  if (!check_part (self, start, end, error))
    return FALSE;
  for (gsize at = start; at < end;)
    {
      const char *line = self->text + at;
      const char *line_end = memchr (line, '\n', end - at);
      gsize       size = line_end != NULL ? (gsize) (line_end + 1 - line) : end - at;

      if (!count_line (self, table, line, size, error))
        return FALSE;
      at += size;
    }
  return TRUE;
}

static void
work (gpointer data, guint worker, guint n_workers)
{
  Count   *self = data;
  Table    table;
  GError  *error = NULL;
  gsize    start, end;
  gboolean done = table_init (&table, &error);

  while (done && take_part (self, &start, &end))
    done = count_part (self, &table, start, end, &error);
  g_mutex_lock (&self->mutex);
  if (done && self->error == NULL)
    done = table_merge (self->result, &table, &error);
  if (!done && self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->mutex);
  g_clear_error (&error);
  table_clear (&table);
}

TrafoWordCounts *
trafo_word_counts_new (void)
{
  return g_new0 (TrafoWordCounts, 1);
}

void
trafo_word_counts_free (TrafoWordCounts *self)
{
  table_clear (&self->table);
  g_free (self);
}

gboolean
trafo_word_counts_add (TrafoWordCounts         *self,
                       const TrafoNormalizer   *normalizer,
                       const TrafoPreTokenizer *pre_tokenizer,
                       const char              *text,
                       gsize                    size_bytes,
                       guint64                  offset,
                       GCancellable            *cancellable,
                       GError                 **error)
{
  Count count = {
    .normalizer = normalizer,
    .pre_tokenizer = pre_tokenizer,
    .text = text,
    .size_bytes = size_bytes,
    .offset = offset,
    .cancellable = cancellable,
    .result = &self->table,
  };
  gsize n_parts = size_bytes / PART_BYTES + 1;

  if (self->table.words == NULL && !table_init (&self->table, error))
    return FALSE;
  g_mutex_init (&count.mutex);
  trafo_thread_pool_run (trafo_thread_pool_get_default (), MIN (n_parts, 1024), work, &count);
  g_mutex_clear (&count.mutex);
  if (count.error == NULL)
    return TRUE;
  g_propagate_error (error, count.error);
  return FALSE;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  const TrafoWordCount *x = a, *y = b;
  int                   order = memcmp (x->text, y->text, MIN (x->size_bytes, y->size_bytes));

  if (order != 0)
    return order;
  return x->size_bytes < y->size_bytes ? -1 : x->size_bytes > y->size_bytes;
}

TrafoWordCount *
trafo_word_counts_list (const TrafoWordCounts *self, gsize *n_words, GError **error)
{
  const Table    *table = &self->table;
  gsize           n = table->words != NULL ? trafo_vocabulary_get_n_tokens (table->words) : 0;
  TrafoWordCount *list = g_try_new (TrafoWordCount, n + 1);

  if (list == NULL)
    {
      set_no_memory (error, n);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    {
      gsize   size;
      guint32 id;

      list[i].text = trafo_vocabulary_get_nth (table->words, i, &size, &id);
      list[i].size_bytes = size;
      list[i].count = table->counts[id];
    }
  qsort (list, n, sizeof *list, compare_words);
  *n_words = n;
  return list;
}
