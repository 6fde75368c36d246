/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-added-tokens-private.h"

#include <string.h>

enum
{
  /* The search tries every position anew, so its cost is bounded by the longest pattern. */
  MAX_PATTERN_BYTES = 1024,
};

/* A node of a trie; 0 is no node. @token is an index plus one. */
typedef struct
{
  guint32 child;
  guint32 sibling;
  guint32 token;
  guint8  byte;
} Node;

typedef struct
{
  GArray *nodes; /* of Node; the first is not used */
  guint32 roots[256];
  guint32 empty; /* the token whose pattern has no bytes, as Node.token */
} Trie;

struct _TrafoAddedTokens
{
  TrafoTokenizer        *model; /* not owned: it owns this */
  const TrafoNormalizer *normalizer;
  GArray                *tokens;   /* of TrafoAddedToken */
  TrafoVocabulary       *contents; /* content to index in @tokens */
  GHashTable            *by_id;    /* id to index in @tokens plus one */
  Trie                   tries[2]; /* by TrafoAddedToken.normalized */
  guint                  n_new;    /* tokens that the model lacks */
  gboolean               has_renamed;
  gboolean               splits_special; /* special tokens are text like any other */
  guint64                next_id;        /* of a token that is new */
  guint64                free_id;        /* above the ids of all tokens */
};

static void
clear_token (gpointer data)
{
  TrafoAddedToken *token = data;

  g_free (token->content);
  g_free (token->pattern);
}

/* The tokens on top of @model's vocabulary. */
TrafoAddedTokens *
trafo_added_tokens_new (TrafoTokenizer *model, const TrafoNormalizer *normalizer)
{
  TrafoAddedTokens *self = g_new0 (TrafoAddedTokens, 1);

  self->model = model;
  self->normalizer = normalizer;
  self->tokens = g_array_new (FALSE, TRUE, sizeof (TrafoAddedToken));
  g_array_set_clear_func (self->tokens, clear_token);
  self->contents = trafo_vocabulary_new ();
  self->by_id = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (self->tries); i++)
    self->tries[i].nodes = g_array_new (FALSE, TRUE, sizeof (Node));
  self->next_id = self->free_id = trafo_tokenizer_get_n_tokens (model);
  return self;
}

void
trafo_added_tokens_free (TrafoAddedTokens *self)
{
  g_array_unref (self->tokens);
  trafo_vocabulary_free (self->contents);
  g_hash_table_unref (self->by_id);
  for (guint i = 0; i < G_N_ELEMENTS (self->tries); i++)
    g_array_unref (self->tries[i].nodes);
  g_free (self);
}

static TrafoAddedToken *
get_token (const TrafoAddedTokens *self, guint index)
{
  return &g_array_index (self->tokens, TrafoAddedToken, index);
}

static void
trie_add (Trie *self, const char *pattern, gsize size_bytes, guint32 token)
{
  guint32 node = 0;

  if (size_bytes == 0)
    {
      self->empty = self->empty != 0 ? self->empty : token + 1;
      return;
    }
  if (self->nodes->len == 0)
    g_array_set_size (self->nodes, 1);
  for (gsize i = 0; i < size_bytes; i++)
    {
      guint8  byte = pattern[i];
      guint32 child = i == 0 ? self->roots[byte] : g_array_index (self->nodes, Node, node).child;

      while (child != 0 && g_array_index (self->nodes, Node, child).byte != byte)
        child = g_array_index (self->nodes, Node, child).sibling;
      if (child == 0)
        {
          Node new_node = { .byte = byte };

          if (i > 0)
            new_node.sibling = g_array_index (self->nodes, Node, node).child;
          child = self->nodes->len;
          g_array_append_val (self->nodes, new_node);
          if (i == 0)
            self->roots[byte] = child;
          else
            g_array_index (self->nodes, Node, node).child = child;
        }
      node = child;
    }
  if (g_array_index (self->nodes, Node, node).token == 0)
    g_array_index (self->nodes, Node, node).token = token + 1;
}

/* The longest pattern that the text begins with; its index plus one, 0 for none. */
static guint32
trie_match (const Trie *self, const char *text, gsize size_bytes, gsize *match_size)
{
  const Node *nodes = (const Node *) (gpointer) self->nodes->data;
  guint32     node = self->roots[(guint8) text[0]], found = 0;
  gsize       i = 1;

  while (node != 0)
    {
      if (nodes[node].token != 0)
        {
          found = nodes[node].token;
          *match_size = i;
        }
      if (i == size_bytes)
        break;
      node = nodes[node].child;
      while (node != 0 && nodes[node].byte != (guint8) text[i])
        node = nodes[node].sibling;
      i++;
    }
  return found;
}

static gboolean
normalize_pattern (TrafoAddedTokens *self, TrafoAddedToken *token, GError **error)
{
  TrafoNormalizerScratch scratch = { 0 };
  TrafoAlignedText       text = { token->content, token->size_bytes };
  gboolean               done = TRUE;

  if (token->normalized && self->normalizer != NULL)
    done = trafo_normalizer_apply (self->normalizer, &scratch, &text, error);
  if (done && text.size_bytes > MAX_PATTERN_BYTES)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "an added token of %" G_GSIZE_FORMAT " bytes, at most %d are allowed",
                   text.size_bytes,
                   MAX_PATTERN_BYTES);
      done = FALSE;
    }
  if (done)
    {
      token->pattern = text.size_bytes > 0 ? g_memdup2 (text.text, text.size_bytes) : NULL;
      token->pattern_size = text.size_bytes;
    }
  trafo_normalizer_scratch_clear (&scratch);
  return done;
}

/* A token that neither this nor the model has gets the next free id, whatever the file says: so do
 * the tokenizers of Hugging Face. */
static gboolean
choose_id (TrafoAddedTokens *self, TrafoAddedToken *token, GError **error)
{
  gint64 id = trafo_tokenizer_lookup_token (self->model, token->content, token->size_bytes);

  if (id < 0)
    {
      if (self->next_id > G_MAXUINT32)
        {
          g_set_error (error,
                       TRAFO_FORMAT_ERROR,
                       TRAFO_FORMAT_ERROR_LIMIT,
                       "no id is left for the added token '%s'",
                       token->content);
          return FALSE;
        }
      id = self->next_id++;
      self->n_new++;
    }
  token->id = id;
  self->free_id = MAX (self->free_id, (guint64) id + 1);
  return TRUE;
}

/* The tokens up to here were added together. Of such the new ones get the ids behind the number of the
 * model's tokens, though one of the others may have that id; those that follow get ids above all. */
void
trafo_added_tokens_end_batch (TrafoAddedTokens *self)
{
  self->next_id = self->free_id;
}

/* Takes what @token points to. A token that was added before is changed. */
gboolean
trafo_added_tokens_add (TrafoAddedTokens *self, TrafoAddedToken token, GError **error)
{
  guint32 index = self->tokens->len;

  if (token.size_bytes == 0)
    {
      clear_token (&token);
      return TRUE;
    }
  if (!normalize_pattern (self, &token, error))
    {
      clear_token (&token);
      return FALSE;
    }
  if (self->tokens->len > 0 &&
      trafo_vocabulary_lookup (self->contents, token.content, token.size_bytes, &index))
    {
      TrafoAddedToken *old = get_token (self, index);

      token.id = old->id;
      token.special = token.special || old->special;
      clear_token (old);
      *old = token;
      return TRUE;
    }
  if (!choose_id (self, &token, error) ||
      !trafo_vocabulary_add (self->contents, token.content, token.size_bytes, index, error))
    {
      clear_token (&token);
      return FALSE;
    }
  g_array_append_val (self->tokens, token);
  g_hash_table_insert (self->by_id, GUINT_TO_POINTER (token.id), GUINT_TO_POINTER (index + 1));
  return TRUE;
}

/* All of its members must be there; the id, which choose_id() finds anew, is read for its type. */
static void
read_token (TrafoJsonReader *reader, TrafoAddedToken *token)
{
  static const char *const names[] = { "content", "id",         "single_word", "lstrip",
                                       "rstrip",  "normalized", "special" };
  gboolean *const          flags[] = { NULL,           NULL,           &token->single_word,
                                       &token->lstrip, &token->rstrip, &token->normalized,
                                       &token->special };
  gboolean                 is_there[G_N_ELEMENTS (names)] = { FALSE };
  const char              *key, *content;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (names) && !g_str_equal (key, names[i]))
        i++;
      if (i == G_N_ELEMENTS (names))
        {
          trafo_json_reader_skip (reader);
          continue;
        }
      is_there[i] = TRUE;
      if (flags[i] != NULL)
        *flags[i] = trafo_json_reader_read_boolean (reader);
      else if (i == 1 && trafo_json_reader_read_uint64 (reader) > G_MAXUINT32)
        trafo_json_reader_fail (reader, "the id of an added token is above 4294967295");
      else if (i == 0 && (content = trafo_json_reader_read_string (reader, &token->size_bytes)))
        {
          g_free (token->content);
          token->content = g_memdup2 (content, token->size_bytes + 1);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!is_there[i])
      trafo_json_reader_fail (reader, "an added token lacks its '%s'", names[i]);
}

/* Adds tokenizer.json's "added_tokens". What is wrong with the JSON is the reader's to report. */
gboolean
trafo_added_tokens_read_json (TrafoAddedTokens *self, TrafoJsonReader *reader, GError **error)
{
  trafo_json_reader_begin_array (reader);
  while (trafo_json_reader_next_element (reader))
    {
      TrafoAddedToken token = { 0 };

      read_token (reader, &token);
      if (trafo_json_reader_has_failed (reader))
        {
          clear_token (&token);
          return TRUE;
        }
      if (!trafo_added_tokens_add (self, token, error))
        return FALSE;
    }
  return TRUE;
}

/* Makes the index of the patterns; after the last token was added. Of tokens that the normalizer makes
 * equal the first counts, and a special one before others. */
gboolean
trafo_added_tokens_finish (TrafoAddedTokens *self, GError **error)
{
  if (!trafo_vocabulary_finish (self->contents, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (self->tries); i++)
    {
      g_array_set_size (self->tries[i].nodes, 0);
      memset (self->tries[i].roots, 0, sizeof self->tries[i].roots);
      self->tries[i].empty = 0;
    }
  for (guint i = 0; i < self->tokens->len * 2; i++)
    {
      guint                  index = i % self->tokens->len;
      const TrafoAddedToken *token = get_token (self, index);
      gboolean               is_turn = (token->special != 0) == (i < self->tokens->len);

      self->has_renamed |= trafo_added_token_is_renamed (token);
      if (is_turn)
        trie_add (&self->tries[token->normalized != 0], token->pattern, token->pattern_size, index);
    }
  return TRUE;
}

/* Whether the normalizer makes another text of one of the tokens. */
gboolean
trafo_added_tokens_has_renamed (const TrafoAddedTokens *self)
{
  return self->has_renamed;
}

/* Special tokens are not looked for in texts: split_special_tokens of tokenizer_config.json. */
void
trafo_added_tokens_split_special (TrafoAddedTokens *self)
{
  self->splits_special = TRUE;
}

/* How many tokens the model's vocabulary lacks. */
guint
trafo_added_tokens_get_n_new (const TrafoAddedTokens *self)
{
  return self->n_new;
}

const TrafoAddedToken *
trafo_added_tokens_lookup (const TrafoAddedTokens *self, const char *content, gsize size_bytes)
{
  guint32 index;

  if (self->tokens->len == 0 ||
      !trafo_vocabulary_lookup (self->contents, content, size_bytes, &index))
    return NULL;
  return get_token (self, index);
}

const TrafoAddedToken *
trafo_added_tokens_lookup_id (const TrafoAddedTokens *self, guint32 id)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (id)));

  return index > 0 ? get_token (self, index - 1) : NULL;
}

static guint
get_flags_at (const char *text)
{
  guint32 point;

  trafo_utf8_decode (text, &point);
  return trafo_unicode_get_flags (point);
}

static gboolean
stands_alone (const TrafoAddedTokenSearch *self, gsize start, gsize end)
{
  if (start > 0 && (get_flags_at (g_utf8_prev_char (self->text + start)) & TRAFO_UNICODE_WORD) != 0)
    return FALSE;
  return end == self->size_bytes || (get_flags_at (self->text + end) & TRAFO_UNICODE_WORD) == 0;
}

static gsize
strip_left (const TrafoAddedTokenSearch *self, gsize start)
{
  while (start > self->taken)
    {
      const char *before = g_utf8_prev_char (self->text + start);

      if ((get_flags_at (before) & TRAFO_UNICODE_WHITESPACE) == 0)
        break;
      start = before - self->text;
    }
  return MAX (start, self->taken);
}

/* Remembers how far the white space goes, so that tokens within it do not scan it again. */
static gsize
strip_right (TrafoAddedTokenSearch *self, gsize end)
{
  if (end < self->space_end)
    return self->space_end;
  while (end < self->size_bytes &&
         (get_flags_at (self->text + end) & TRAFO_UNICODE_WHITESPACE) != 0)
    end = g_utf8_next_char (self->text + end) - self->text;
  self->space_end = end;
  return end;
}

/* The next pattern in the text; its index plus one, 0 for none. An empty one, of a token that the
 * normalizer removes, is before every character and at the end, but not where another one ends. */
static guint32
find_pattern (TrafoAddedTokenSearch *self, const Trie *trie, gsize *start, gsize *end)
{
  while (self->position <= self->size_bytes)
    {
      gsize   at = self->position, size = 0;
      guint32 found = 0;

      while (trie->empty == 0 && at < self->size_bytes && trie->roots[(guint8) self->text[at]] == 0)
        at++;
      if (at < self->size_bytes)
        found = trie_match (trie, self->text + at, self->size_bytes - at, &size);
      if (found == 0 && at >= self->empty_from &&
          (at == self->size_bytes || ((guint8) self->text[at] & 0xc0) != 0x80))
        found = trie->empty;
      self->position = at + MAX (size, 1);
      if (size > 0)
        self->empty_from = at + size + 1;
      *start = at;
      *end = at + size;
      if (found != 0)
        return found;
    }
  return 0;
}

/* The next occurrence, leftmost and then longest; NULL if there is none. */
const TrafoAddedToken *
trafo_added_token_search_next (TrafoAddedTokenSearch *self, gsize *start, gsize *end)
{
  const Trie *trie = &self->tokens->tries[self->normalized != 0];
  guint32     found;

  if (trie->nodes->len == 0 && trie->empty == 0)
    return NULL;
  while ((found = find_pattern (self, trie, start, end)) != 0)
    {
      const TrafoAddedToken *token = get_token (self->tokens, found - 1);

      if (token->special && self->tokens->splits_special)
        continue;
      if (token->single_word && !stands_alone (self, *start, *end))
        continue;
      if (token->rstrip)
        *end = strip_right (self, *end);
      if (token->lstrip)
        *start = MIN (strip_left (self, *start), *end);
      self->taken = *end;
      return token;
    }
  return NULL;
}
