/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Learns merges from words (Sennrich, Haddow and Birch 2016, section 3.2) as BpeTrainer of tokenizers
 * does (models/bpe/trainer.rs), down to what ties and tokens that come about in two ways lead to. What
 * is left to chance there, the order of words, is the order of their bytes here. */
#include "trafo-merge-training-private.h"

#include <stdlib.h>
#include <string.h>

#include "trafo-pair-queue-private.h"
#include "trafo-unicode-private.h"

enum
{
  MERGES_PER_CHECK = 64, /* between looks at the cancellable */
};

/* A token in a word; @n_symbols are the symbols that it was made of. */
typedef struct
{
  guint32 id;
  guint32 n_symbols;
} Symbol;

typedef struct
{
  gsize   start; /* in the symbols */
  guint32 n_symbols;
  gint64  count;
} Word;

typedef struct
{
  const TrafoMergeOptions *options;
  const TrafoWordCount    *counts;
  gsize                    n_words;
  TrafoVocabulary         *vocabulary;
  Word                    *words;
  Symbol                  *symbols;
  TrafoPairQueue           queue;
  GArray                  *merges; /* of TrafoMergePair */
  GString                 *token;  /* memory for one */
} Training;

static gboolean
set_no_memory (const Training *self, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory to learn tokens from %" G_GSIZE_FORMAT " words",
               self->n_words);
  return FALSE;
}

/* The id of a token, which is added if it is new. */
static gboolean
add_token (Training *self, const char *token, gsize size_bytes, guint32 *id, GError **error)
{
  if (trafo_vocabulary_lookup (self->vocabulary, token, size_bytes, id))
    return TRUE;
  *id = trafo_vocabulary_get_n_tokens (self->vocabulary);
  return trafo_vocabulary_add (self->vocabulary, token, size_bytes, *id, error);
}

static gboolean
add_special_tokens (Training *self, GError **error)
{
  const char *const *tokens = self->options->special_tokens;
  guint32            id;

  for (gsize i = 0; tokens != NULL && tokens[i] != NULL; i++)
    if (!add_token (self, tokens[i], strlen (tokens[i]), &id, error))
      return FALSE;
  return TRUE;
}

/* A character of the alphabet. */
typedef struct
{
  guint32 point;
  guint64 count;
} Letter;

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const Letter *x = a, *y = b;

  if (x->count != y->count)
    return x->count < y->count ? -1 : 1;
  return x->point > y->point ? -1 : x->point < y->point;
}

static int
compare_points (gconstpointer a, gconstpointer b)
{
  const Letter *x = a, *y = b;

  return x->point < y->point ? -1 : x->point > y->point;
}

static void
count_letters (const Training *self, guint64 *counts)
{
  guint32 point;

  for (gsize i = 0; i < self->n_words; i++)
    for (gsize at = 0; at < self->counts[i].size_bytes; counts[point] += self->counts[i].count)
      at += trafo_utf8_decode (self->counts[i].text + at, &point);
  for (const char *p = self->options->initial_alphabet; p != NULL && *p != '\0';)
    {
      p += trafo_utf8_decode (p, &point);
      counts[point] = G_MAXUINT64;
    }
}

/* The characters that come, but for the rarest if there are more than the limit. */
static gboolean
add_alphabet (Training *self, GError **error)
{
  g_autofree guint64 *counts = g_try_new0 (guint64, 0x110000);
  g_autoptr (GArray) letters = g_array_new (FALSE, FALSE, sizeof (Letter));
  guint n_removed;

  if (counts == NULL)
    return set_no_memory (self, error);
  count_letters (self, counts);
  for (guint32 point = 0; point < 0x110000; point++)
    if (counts[point] > 0)
      g_array_append_vals (letters, &(Letter){ point, counts[point] }, 1);
  n_removed = letters->len - MIN (letters->len, self->options->limit_alphabet);
  if (n_removed > 0)
    {
      g_array_sort (letters, compare_counts);
      g_array_remove_range (letters, 0, n_removed);
      g_array_sort (letters, compare_points);
    }
  for (guint i = 0; i < letters->len; i++)
    {
      char    text[4];
      guint32 id;
      guint   size = trafo_utf8_encode (g_array_index (letters, Letter, i).point, text);

      if (!add_token (self, text, size, &id, error))
        return FALSE;
    }
  return TRUE;
}

/* The symbol of a character, with its affixes, is added when it comes first; a character that is no
 * token is left out. @known remembers both, by the character and its place in the word. */
static gboolean
find_symbol (Training   *self,
             GHashTable *known,
             const char *text,
             guint       size,
             guint32     point,
             gboolean    is_first,
             gboolean    is_last,
             guint32    *id,
             GError    **error)
{
  const TrafoMergeOptions *options = self->options;
  gpointer                 key = GUINT_TO_POINTER (point << 2 | is_first << 1 | is_last), value;

  if (g_hash_table_lookup_extended (known, key, NULL, &value))
    {
      *id = GPOINTER_TO_UINT (value);
      return TRUE;
    }
  *id = G_MAXUINT32;
  if (trafo_vocabulary_lookup (self->vocabulary, text, size, id))
    {
      g_string_assign (self->token, !is_first && options->prefix != NULL ? options->prefix : "");
      g_string_append_len (self->token, text, size);
      g_string_append (self->token, is_last && options->suffix != NULL ? options->suffix : "");
      if (!add_token (self, self->token->str, self->token->len, id, error))
        return FALSE;
    }
  g_hash_table_insert (known, key, GUINT_TO_POINTER (*id));
  return TRUE;
}

static gboolean
split_word (Training *self, GHashTable *known, const TrafoWordCount *from, Word *to, GError **error)
{
  for (gsize at = 0; at < from->size_bytes;)
    {
      guint32 point, id;
      guint   size = trafo_utf8_decode (from->text + at, &point);

      if (!find_symbol (self,
                        known,
                        from->text + at,
                        size,
                        point,
                        at == 0,
                        at + size == from->size_bytes,
                        &id,
                        error))
        return FALSE;
      if (id != G_MAXUINT32)
        self->symbols[to->start + to->n_symbols++] = (Symbol){ id, 1 };
      at += size;
    }
  return TRUE;
}

static gboolean
split_words (Training *self, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  gsize n_symbols = 0;

  for (gsize i = 0; i < self->n_words; i++)
    n_symbols += self->counts[i].size_bytes;
  self->words = g_try_new (Word, self->n_words + 1);
  self->symbols = g_try_new (Symbol, n_symbols + 1);
  if (self->words == NULL || self->symbols == NULL)
    return set_no_memory (self, error);
  n_symbols = 0;
  for (gsize i = 0; i < self->n_words; i++)
    {
      self->words[i] = (Word){ n_symbols, 0, self->counts[i].count };
      if (!split_word (self, known, &self->counts[i], &self->words[i], error))
        return FALSE;
      n_symbols += self->words[i].n_symbols;
    }
  return TRUE;
}

static inline guint64
get_key (guint32 left, guint32 right)
{
  return (guint64) left << 32 | right;
}

static void
count_pairs (Training *self)
{
  for (gsize i = 0; i < self->n_words; i++)
    {
      const Symbol *symbols = self->symbols + self->words[i].start;

      for (guint32 k = 0; k + 1 < self->words[i].n_symbols; k++)
        trafo_pair_queue_find (&self->queue,
                               get_key (symbols[k].id, symbols[k + 1].id),
                               self->words[i].count,
                               i);
    }
  trafo_pair_queue_flush (&self->queue);
}

/* Two neighbours that a merge made. */
static void
add_neighbours (Training *self, Symbol left, Symbol right, guint32 word)
{
  if ((gsize) left.n_symbols + right.n_symbols < self->options->max_token_length)
    trafo_pair_queue_find (&self->queue,
                           get_key (left.id, right.id),
                           self->words[word].count,
                           word);
}

static void
remove_neighbours (Training *self, Symbol left, Symbol right, guint32 word)
{
  trafo_pair_queue_count (&self->queue, get_key (left.id, right.id), -self->words[word].count);
}

static void
merge_in_word (Training *self, TrafoMergePair pair, guint32 id, guint32 word)
{
  Symbol *symbols = self->symbols + self->words[word].start;
  guint32 n = self->words[word].n_symbols, n_kept = 0;

  for (guint32 i = 0; i < n; i++)
    {
      Symbol first = symbols[i], second, merged;

      if (first.id != pair.left || i + 1 == n || symbols[i + 1].id != pair.right)
        {
          symbols[n_kept++] = first;
          continue;
        }
      second = symbols[++i];
      merged = (Symbol){ id, first.n_symbols + second.n_symbols };
      if (n_kept > 0)
        {
          remove_neighbours (self, symbols[n_kept - 1], first, word);
          add_neighbours (self, symbols[n_kept - 1], merged, word);
        }
      symbols[n_kept++] = merged;
      if (i + 1 < n)
        {
          remove_neighbours (self, second, symbols[i + 1], word);
          add_neighbours (self, merged, symbols[i + 1], word);
        }
    }
  self->words[word].n_symbols = n_kept;
}

/* The token that a pair makes: the right one goes without the prefix. */
static gboolean
join (Training *self, TrafoMergePair pair, guint32 *id, GError **error)
{
  const char *prefix = self->options->prefix;
  gsize       n_prefix = prefix != NULL ? strlen (prefix) : 0, size;
  guint32     same;
  const char *text = trafo_vocabulary_get_nth (self->vocabulary, pair.left, &size, &same);

  g_string_truncate (self->token, 0);
  g_string_append_len (self->token, text, size);
  text = trafo_vocabulary_get_nth (self->vocabulary, pair.right, &size, &same);
  if (n_prefix > size || (n_prefix > 0 && memcmp (text, prefix, n_prefix) != 0))
    n_prefix = 0;
  g_string_append_len (self->token, text + n_prefix, size - n_prefix);
  return add_token (self, self->token->str, self->token->len, id, error);
}

/* Merges the first pair of the queue in all of its words. */
static gboolean
merge_pair (Training *self, const TrafoQueuedPair *top, GError **error)
{
  TrafoMergePair pair = { top->key >> 32, top->key };
  guint32        id;

  if (!join (self, pair, &id, error))
    return FALSE;
  g_array_append_val (self->merges, pair);
  for (guint32 i = 0; i < top->words.n_words; i++)
    merge_in_word (self, pair, id, top->words.words[i]);
  trafo_pair_queue_flush (&self->queue);
  return !self->queue.failed || set_no_memory (self, error);
}

static gboolean
merge_pairs (Training *self, gsize *n_tokens, GCancellable *cancellable, GError **error)
{
  TrafoQueuedPair top;
  gboolean        done = !self->queue.failed || set_no_memory (self, error);

  for (guint i = 0; done; i++)
    {
      gsize    n = trafo_vocabulary_get_n_tokens (self->vocabulary);
      gboolean is_frequent;

      __atomic_store_n (n_tokens, n, __ATOMIC_RELAXED);
      if (i % MERGES_PER_CHECK == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (n >= self->options->vocab_size || !trafo_pair_queue_pop (&self->queue, &top))
        break;
      is_frequent = top.count >= MAX (self->options->min_frequency, 1);
      done = !is_frequent || merge_pair (self, &top, error);
      g_free (top.words.words);
      if (!is_frequent)
        break;
    }
  return done;
}

/* A pair that was merged twice, for its token came about in two ways, keeps its last place. */
static GArray *
remove_repeated (const GArray *merges)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree gint64 *keys = g_new (gint64, merges->len);
  GArray            *kept = g_array_new (FALSE, FALSE, sizeof (TrafoMergePair));

  for (guint i = merges->len; i-- > 0;)
    {
      TrafoMergePair pair = g_array_index (merges, TrafoMergePair, i);

      keys[i] = get_key (pair.left, pair.right);
      if (g_hash_table_add (seen, &keys[i]))
        g_array_append_val (kept, pair);
    }
  for (guint i = 0; i < kept->len / 2; i++)
    {
      TrafoMergePair *a = &g_array_index (kept, TrafoMergePair, i);
      TrafoMergePair *b = &g_array_index (kept, TrafoMergePair, kept->len - 1 - i);
      TrafoMergePair  swapped = *a;

      *a = *b;
      *b = swapped;
    }
  return kept;
}

void
trafo_merge_result_clear (TrafoMergeResult *self)
{
  g_clear_pointer (&self->vocabulary, trafo_vocabulary_free);
  g_clear_pointer (&self->merges, g_array_unref);
}

static gboolean
run (Training *self, gsize *n_tokens, GCancellable *cancellable, GError **error)
{
  if (self->n_words > G_MAXUINT32)
    return set_no_memory (self, error);
  if (!trafo_vocabulary_finish (self->vocabulary, error) || !add_special_tokens (self, error) ||
      !add_alphabet (self, error) || !split_words (self, error))
    return FALSE;
  count_pairs (self);
  return merge_pairs (self, n_tokens, cancellable, error);
}

gboolean
trafo_merge_training_run (const TrafoMergeOptions *options,
                          const TrafoWordCount    *words,
                          gsize                    n_words,
                          gsize                   *n_tokens,
                          TrafoMergeResult        *result,
                          GCancellable            *cancellable,
                          GError                 **error)
{
  Training self = {
    .options = options,
    .counts = words,
    .n_words = n_words,
    .vocabulary = trafo_vocabulary_new (),
    .merges = g_array_new (FALSE, FALSE, sizeof (TrafoMergePair)),
    .token = g_string_new (NULL),
  };
  gboolean done;

  trafo_pair_queue_init (&self.queue);
  done = run (&self, n_tokens, cancellable, error);
  if (done)
    {
      result->vocabulary = g_steal_pointer (&self.vocabulary);
      result->merges = remove_repeated (self.merges);
    }
  g_clear_pointer (&self.vocabulary, trafo_vocabulary_free);
  trafo_pair_queue_clear (&self.queue);
  g_array_unref (self.merges);
  g_string_free (self.token, TRUE);
  g_free (self.words);
  g_free (self.symbols);
  return done;
}
