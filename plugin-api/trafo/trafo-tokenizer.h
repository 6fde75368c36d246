/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/**
 * TrafoTextRange:
 * @start: the first byte
 * @end: the byte after the last
 *
 * A part of a text.
 */
typedef struct
{
  guint32 start;
  guint32 end;
} TrafoTextRange;

/**
 * TrafoPiece:
 * @id: the token
 * @start: its first byte in the normalized text
 * @end: the byte after its last
 * @word: the index of the word that it is a piece of
 *
 * One token of a text.
 */
typedef struct
{
  guint32 id;
  guint32 start;
  guint32 end;
  guint32 word;
} TrafoPiece;

/**
 * TrafoPieceArray:
 * @pieces: (array length=n_pieces): the pieces
 * @n_pieces: how many there are
 * @n_allocated: how many fit before the array must grow
 *
 * Where a tokenizer plugin writes the tokens; see trafo_piece_array_append().
 */
typedef struct
{
  TrafoPiece *pieces;
  gsize       n_pieces;
  gsize       n_allocated;
} TrafoPieceArray;

TRAFO_API gboolean trafo_piece_array_grow (TrafoPieceArray *self, GError **error);

/**
 * trafo_piece_array_append: (skip)
 * @self: the array
 * @piece: a piece
 * @error: return location for an error
 *
 * Adds one piece.
 *
 * Returns: %FALSE if memory ran out
 */
static inline gboolean
trafo_piece_array_append (TrafoPieceArray *self, TrafoPiece piece, GError **error)
{
  if (G_UNLIKELY (self->n_pieces == self->n_allocated) && !trafo_piece_array_grow (self, error))
    return FALSE;
  self->pieces[self->n_pieces++] = piece;
  return TRUE;
}

#define TRAFO_TYPE_TOKENIZER (trafo_tokenizer_get_type ())
TRAFO_API
G_DECLARE_INTERFACE (TrafoTokenizer, trafo_tokenizer, TRAFO, TOKENIZER, GObject)

/**
 * TrafoTokenizerInterface:
 * @g_iface: the parent interface
 * @get_default_config: the members of tokenizer_config.json that hold where the file lacks them, as
 *   a dictionary `a{sv}`: "unk_token" and the like; may be %NULL
 * @load_model: reads the text of tokenizer.json's member "model", vocabulary and all; @origin names
 *   the file in errors
 * @load_files: reads the vocabulary from files of the model's own in @folder, for a checkpoint
 *   without tokenizer.json, and returns the text of a tokenizer.json whose "model" holds the type
 *   alone; @config is tokenizer_config.json, completed by @get_default_config. May be %NULL
 * @get_n_tokens: how many tokens the vocabulary has
 * @lookup_token: finds a token's id; -1 if there is no such token
 * @lookup_id: finds an id's token, of @size_bytes bytes; %NULL if there is no such id
 * @get_surface_id: the id whose tokens read as the text that they came from, not as the vocabulary
 *   has them, as the unknown token of SentencePiece's models does; -1 for none. May be %NULL: none
 * @tokenize: splits each word of @text, valid UTF-8, into pieces and appends them; @word of
 *   a piece is the index in @words plus @first_word. Called by several threads at a time
 * @set_class: tells, before anything is loaded, tokenizer_config.json, completed by
 *   @get_default_config, and the class that the checkpoint names: the "tokenizer_class" there, else the
 *   model_type of config.json, else %NULL. If that class takes nothing but the vocabulary from
 *   tokenizer.json, returns what it makes itself: a dictionary `a{sv}` with any of "normalizer",
 *   "pre_tokenizer", "decoder" and "post_processor", each as in tokenizer.json. The class has none of
 *   those that are not there, but the file's post-processor; the library adds "cls" and "sep" with their
 *   ids to one that lacks them. %NULL if the class reads the file as it is. May be %NULL: every class
 *   does
 *
 * What a tokenizer plugin implements: the model that splits a word into the pieces of its
 * vocabulary. Normalizing, splitting into words, special tokens, truncation, padding and decoding
 * are the same for every tokenizer and done by the library.
 *
 * One whose tokens show that they continue a word, as "##ing" does, says how in a readable property
 * "continuing-subword-prefix", a string.
 */
struct _TrafoTokenizerInterface
{
  GTypeInterface g_iface;

  GVariant *(*get_default_config) (TrafoTokenizer *self);
  gboolean (*load_model) (TrafoTokenizer *self, GBytes *model, const char *origin, GError **error);
  GBytes *(*load_files) (TrafoTokenizer *self,
                         const char     *folder,
                         GVariant       *config,
                         GError        **error);
  guint (*get_n_tokens) (TrafoTokenizer *self);
  gint64 (*lookup_token) (TrafoTokenizer *self, const char *token, gsize size_bytes);
  char *(*lookup_id) (TrafoTokenizer *self, guint id, gsize *size_bytes);
  gint64 (*get_surface_id) (TrafoTokenizer *self);
  gboolean (*tokenize) (TrafoTokenizer       *self,
                        const char           *text,
                        const TrafoTextRange *words,
                        gsize                 n_words,
                        guint32               first_word,
                        TrafoPieceArray      *pieces,
                        GError              **error);
  GVariant *(*set_class) (TrafoTokenizer *self,
                          GVariant       *config,
                          const char     *name,
                          gboolean        has_file);
};

/* The seam that core calls plugins through: what a plugin left out is an error, and so is a result
 * that breaks the contract. */
TRAFO_API GVariant *trafo_tokenizer_get_default_config (TrafoTokenizer *self);
TRAFO_API GVariant *trafo_tokenizer_set_class (TrafoTokenizer *self,
                                               GVariant       *config,
                                               const char     *name,
                                               gboolean        has_file);
TRAFO_API gboolean  trafo_tokenizer_load_model (TrafoTokenizer *self,
                                                GBytes         *model,
                                                const char     *origin,
                                                GError        **error);
TRAFO_API GBytes   *trafo_tokenizer_load_files (TrafoTokenizer *self,
                                                const char     *folder,
                                                GVariant       *config,
                                                GError        **error);
TRAFO_API guint     trafo_tokenizer_get_n_tokens (TrafoTokenizer *self);
TRAFO_API gint64    trafo_tokenizer_lookup_token (TrafoTokenizer *self,
                                                  const char     *token,
                                                  gsize           size_bytes);
TRAFO_API char     *trafo_tokenizer_lookup_id (TrafoTokenizer *self, guint id, gsize *size_bytes);
TRAFO_API gint64    trafo_tokenizer_get_surface_id (TrafoTokenizer *self);
TRAFO_API gboolean  trafo_tokenizer_tokenize (TrafoTokenizer       *self,
                                              const char           *text,
                                              const TrafoTextRange *words,
                                              gsize                 n_words,
                                              guint32               first_word,
                                              TrafoPieceArray      *pieces,
                                              GError              **error);

G_END_DECLS
