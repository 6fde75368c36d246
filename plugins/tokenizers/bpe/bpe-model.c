/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Byte-pair encoding (Sennrich, Haddow and Birch 2016) with the options that tokenizers' models/bpe
 * has. Most words are tokens that their own merges lead to: that is found out once for each token,
 * and such a word then costs one look into the vocabulary. */
#include "bpe-model.h"

#include <string.h>

#include "bpe-word.h"

/* Bytes: longer ones are rare. */
#define SHORT_MERGE 64

BpeModel *
bpe_model_new (void)
{
  BpeModel *self = g_new0 (BpeModel, 1);

  self->vocabulary = trafo_vocabulary_new ();
  return self;
}

void
bpe_model_free (BpeModel *self)
{
  trafo_vocabulary_free (self->vocabulary);
  bpe_merges_clear (&self->merges);
  g_free (self->unk_token);
  g_free (self->continuing_subword_prefix);
  g_free (self->end_of_word_suffix);
  g_free (self->wholes);
  bpe_cache_free (self->cache);
  g_free (self);
}

static gboolean
lookup (const BpeModel *self, const char *token, gsize size_bytes, guint32 *id)
{
  return trafo_vocabulary_lookup (self->vocabulary, token, size_bytes, id);
}

static gboolean
set_merge_error (GError **error, guint32 rank, const char *token, gsize size_bytes)
{
  g_autofree char *text = g_strndup (token, size_bytes);
  g_autofree char *shown = trafo_error_excerpt (text);

  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "merge %u: '%s' is not in the vocabulary",
               rank,
               shown);
  return FALSE;
}

/* Both tokens must be in the vocabulary, and so must what they make: the right one goes without the
 * prefix that tells that it continues a word. */
gboolean
bpe_model_add_merge (BpeModel   *self,
                     const char *left,
                     gsize       left_size,
                     const char *right,
                     gsize       right_size,
                     guint32     rank,
                     GError    **error)
{
  gsize prefix_size =
      self->continuing_subword_prefix != NULL ? strlen (self->continuing_subword_prefix) : 0;
  gsize            size;
  g_autofree char *large = NULL;
  char             small[SHORT_MERGE], *joined = small;
  BpeMerge         merge = { .rank = rank };

  if (!lookup (self, left, left_size, &merge.left))
    return set_merge_error (error, rank, left, left_size);
  if (!lookup (self, right, right_size, &merge.right))
    return set_merge_error (error, rank, right, right_size);
  prefix_size = MIN (prefix_size, right_size);
  size = left_size + right_size - prefix_size;
  if (size > sizeof small)
    joined = large = g_try_malloc (size);
  if (joined == NULL)
    {
      g_set_error_literal (error, TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY, "no memory for a merge");
      return FALSE;
    }
  memcpy (joined, left, left_size);
  memcpy (joined + left_size, right + prefix_size, right_size - prefix_size);
  if (!lookup (self, joined, size, &merge.merged))
    return set_merge_error (error, rank, joined, size);
  return bpe_merges_add (&self->merges, merge, error);
}

/* Before the merge is added: what will be looked up. */
void
bpe_model_prefetch_joined_merge (const BpeModel *self, const char *merge, gsize size_bytes)
{
  const char *space = memchr (merge, ' ', size_bytes);
  gsize       left_size = space != NULL ? (gsize) (space - merge) : 0;
  char        joined[SHORT_MERGE];

  if (space == NULL || size_bytes > sizeof joined)
    return;
  memcpy (joined, merge, left_size);
  memcpy (joined + left_size, space + 1, size_bytes - left_size - 1);
  trafo_vocabulary_prefetch (self->vocabulary, merge, left_size);
  trafo_vocabulary_prefetch (self->vocabulary, space + 1, size_bytes - left_size - 1);
  trafo_vocabulary_prefetch (self->vocabulary, joined, size_bytes - 1);
}

/* "a b": one space, which neither token has. */
gboolean
bpe_model_add_joined_merge (BpeModel   *self,
                            const char *merge,
                            gsize       size_bytes,
                            guint32     rank,
                            GError    **error)
{
  const char *end = merge + size_bytes, *space = memchr (merge, ' ', size_bytes);

  if (space == NULL || memchr (space + 1, ' ', end - space - 1) != NULL)
    {
      g_autofree char *text = g_strndup (merge, size_bytes);
      g_autofree char *shown = trafo_error_excerpt (text);

      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "merge %u: '%s', expected two tokens with a space between them",
                   rank,
                   shown);
      return FALSE;
    }
  return bpe_model_add_merge (self, merge, space - merge, space + 1, end - space - 1, rank, error);
}

static void
read_bytes (BpeModel *self)
{
  for (guint i = 0; i < 256; i++)
    {
      char name[8];

      g_snprintf (name, sizeof name, "<0x%02X>", i);
      self->has_bytes[i] = lookup (self, name, strlen (name), &self->byte_ids[i]);
    }
}

static void
read_direct (BpeModel *self)
{
  for (gunichar i = 0; i < BPE_N_DIRECT; i++)
    {
      char text[6];
      gint size = g_unichar_to_utf8 (i, text);

      self->has_direct[i] = lookup (self, text, size, &self->direct_ids[i]);
    }
}

/* Where two tokens share an id, or ids are few and far between, nothing is remembered. */
static void
make_wholes (BpeModel *self)
{
  gsize n_tokens = trafo_vocabulary_get_n_tokens (self->vocabulary), n_ids = 0;

  for (gsize i = 0; i < n_tokens; i++)
    {
      gsize       size, size_by_id;
      guint32     id;
      const char *token = trafo_vocabulary_get_nth (self->vocabulary, i, &size, &id);

      if (trafo_vocabulary_lookup_id (self->vocabulary, id, &size_by_id) != token)
        return;
      n_ids = MAX (n_ids, (gsize) id + 1);
    }
  if (n_ids > n_tokens * 4 + 1024)
    return;
  self->wholes = g_try_malloc0 (n_ids);
  self->n_wholes = n_ids;
}

/* After the last token, and before the first merge. */
gboolean
bpe_model_finish (BpeModel *self, GError **error)
{
  if (!trafo_vocabulary_finish (self->vocabulary, error))
    return FALSE;
  self->has_affixes =
      (self->continuing_subword_prefix != NULL && *self->continuing_subword_prefix != '\0') ||
      (self->end_of_word_suffix != NULL && *self->end_of_word_suffix != '\0');
  self->has_unk = self->unk_token != NULL &&
                  lookup (self, self->unk_token, strlen (self->unk_token), &self->unk_id);
  read_bytes (self);
  read_direct (self);
  make_wholes (self);
  if (self->cache == NULL)
    self->cache = bpe_cache_new ();
  return TRUE;
}

/* The unknown token is written when what follows it is known, for several in a row may be one. */
typedef struct
{
  gboolean is_set;
  guint32  size_bytes;
} Unknown;

static gboolean
flush_unknown (const BpeModel *self, BpeWord *word, Unknown *unknown, GError **error)
{
  gboolean was_set = unknown->is_set;

  unknown->is_set = FALSE;
  return !was_set || bpe_word_add (word, self->unk_id, unknown->size_bytes, error);
}

static gboolean
add_unknown (const BpeModel *self,
             BpeWord        *word,
             Unknown        *unknown,
             guint32         size_bytes,
             GError        **error)
{
  if (self->unk_token == NULL)
    return TRUE;
  if (!self->has_unk)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "a character is unknown, and the vocabulary lacks the unknown token '%s'",
                   self->unk_token);
      return FALSE;
    }
  if (unknown->is_set && self->fuse_unk)
    {
      unknown->size_bytes += size_bytes;
      return TRUE;
    }
  if (!flush_unknown (self, word, unknown, error))
    return FALSE;
  *unknown = (Unknown){ TRUE, size_bytes };
  return TRUE;
}

static gboolean
has_all_bytes (const BpeModel *self, const char *symbol, gsize size_bytes)
{
  for (gsize i = 0; i < size_bytes; i++)
    if (!self->has_bytes[(guint8) symbol[i]])
      return FALSE;
  return TRUE;
}

/* What stands for one character of a word: @symbol, with its affixes, comes from @char_size bytes of
 * the word. An unknown token that waits is not written before bytes, as in tokenizers. */
static gboolean
add_symbol (const BpeModel *self,
            BpeWord        *word,
            Unknown        *unknown,
            const char     *symbol,
            gsize           size_bytes,
            gsize           char_size,
            GError        **error)
{
  guint32 id;

  if (lookup (self, symbol, size_bytes, &id))
    return flush_unknown (self, word, unknown, error) && bpe_word_add (word, id, char_size, error);
  if (!self->byte_fallback || !has_all_bytes (self, symbol, size_bytes))
    return add_unknown (self, word, unknown, char_size, error);
  for (gsize i = 0; i < size_bytes; i++)
    if (!bpe_word_add (word, self->byte_ids[(guint8) symbol[i]], 1, error))
      return FALSE;
  return TRUE;
}

static inline guint
decode (const char *text, guint32 *point)
{
  const guint8 *p = (const guint8 *) text;

  if (p[0] < 0x80)
    return *point = p[0], 1;
  if (p[0] < 0xe0)
    return *point = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu), 2;
  *point = G_MAXUINT32;
  return p[0] < 0xf0 ? 3 : 4;
}

static gboolean
split_plain (const BpeModel *self, const char *text, gsize size, BpeWord *word, GError **error)
{
  Unknown unknown = { FALSE };

  for (gsize i = 0; i < size;)
    {
      guint32  point;
      guint    length = decode (text + i, &point);
      gboolean added;

      if (point < BPE_N_DIRECT && self->has_direct[point] && !unknown.is_set)
        added = bpe_word_add (word, self->direct_ids[point], length, error);
      else
        added = add_symbol (self, word, &unknown, text + i, length, length, error);
      if (!added)
        return FALSE;
      i += length;
    }
  return flush_unknown (self, word, &unknown, error);
}

static gboolean
split_with_affixes (const BpeModel *self,
                    const char     *text,
                    gsize           size,
                    BpeWord        *word,
                    GError        **error)
{
  const char *prefix = self->continuing_subword_prefix, *suffix = self->end_of_word_suffix;
  g_autoptr (GString) symbol = g_string_new (NULL);
  Unknown unknown = { FALSE };

  for (gsize i = 0; i < size;)
    {
      guint32 point;
      guint   length = decode (text + i, &point);

      g_string_assign (symbol, i > 0 && prefix != NULL ? prefix : "");
      g_string_append_len (symbol, text + i, length);
      if (i + length == size && suffix != NULL)
        g_string_append (symbol, suffix);
      if (!add_symbol (self, word, &unknown, symbol->str, symbol->len, length, error))
        return FALSE;
      i += length;
    }
  return flush_unknown (self, word, &unknown, error);
}

/* Splits a word into symbols and merges them. */
static gboolean
merge_word (const BpeModel *self, const char *text, gsize size, BpeWord *word, GError **error)
{
  word->n_symbols = 0;
  return (self->has_affixes ? split_with_affixes (self, text, size, word, error)
                            : split_plain (self, text, size, word, error)) &&
         bpe_word_merge (word, &self->merges, error);
}

/* Symbols may reach beyond the word: the bytes of an affix count one each. Where tokenizers then gives
 * places behind the text, these end with the word, since a place is used to read the text. */
static gboolean
append_symbols (const BpeSymbol *symbols,
                gsize            n_symbols,
                TrafoTextRange   range,
                guint32          index,
                TrafoPieceArray *pieces,
                GError         **error)
{
  guint32 start = range.start;

  for (gsize i = 0; i < n_symbols; i++)
    {
      guint32 end = MIN (start + symbols[i].size_bytes, range.end);

      if (!trafo_piece_array_append (pieces,
                                     (TrafoPiece){ symbols[i].id, start, end, index },
                                     error))
        return FALSE;
      start = end;
    }
  return TRUE;
}

static void
remember_whole (BpeModel *self, const BpeWord *word, guint32 id, gsize size_bytes)
{
  gboolean is_whole = word->n_symbols == 1 && word->symbols[0].id == id &&
                      word->symbols[0].size_bytes == size_bytes;

  __atomic_store_n (&self->wholes[id], is_whole ? BPE_WHOLE_YES : BPE_WHOLE_NO, __ATOMIC_RELAXED);
}

/* A word that is not one token. */
static gboolean
append_word (const BpeModel  *self,
             const char      *text,
             TrafoTextRange   range,
             guint32          index,
             BpeWord         *word,
             TrafoPieceArray *pieces,
             GError         **error)
{
  gsize                size = range.end - range.start;
  const BpeCachedWord *cached = bpe_cache_lookup (self->cache, text + range.start, size);

  if (cached != NULL)
    return append_symbols (cached->symbols, cached->n_symbols, range, index, pieces, error);
  if (!merge_word (self, text + range.start, size, word, error))
    return FALSE;
  bpe_cache_add (self->cache, text + range.start, size, word);
  return append_symbols (word->symbols, word->n_symbols, range, index, pieces, error);
}

gboolean
bpe_model_tokenize (BpeModel             *self,
                    const char           *text,
                    const TrafoTextRange *words,
                    gsize                 n_words,
                    guint32               first_word,
                    TrafoPieceArray      *pieces,
                    GError              **error)
{
  g_auto (BpeWord) word;

  bpe_word_init (&word);
  for (gsize i = 0; i < n_words; i++)
    {
      TrafoTextRange range = words[i];
      gsize          size = range.end - range.start;
      const char    *start = text + range.start;
      guint32        id;
      BpeWhole       whole = BPE_WHOLE_NO;

      if ((self->ignore_merges || self->wholes != NULL) && lookup (self, start, size, &id))
        whole = self->ignore_merges ? BPE_WHOLE_YES
                                    : __atomic_load_n (&self->wholes[id], __ATOMIC_RELAXED);
      if (whole == BPE_WHOLE_YES)
        {
          if (!trafo_piece_array_append (pieces,
                                         (TrafoPiece){ id, range.start, range.end, first_word + i },
                                         error))
            return FALSE;
          continue;
        }
      if (whole == BPE_WHOLE_NO)
        {
          if (!append_word (self, text, range, first_word + i, &word, pieces, error))
            return FALSE;
          continue;
        }
      if (!merge_word (self, start, size, &word, error) ||
          !append_symbols (word.symbols, word.n_symbols, range, first_word + i, pieces, error))
        return FALSE;
      remember_whole (self, &word, id, size);
    }
  return TRUE;
}
