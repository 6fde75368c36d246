/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-vocabulary.h>

#include "word-piece-trie.h"

G_BEGIN_DECLS

#define TRAFO_TYPE_WORD_PIECE_TOKENIZER (trafo_word_piece_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (TrafoWordPieceTokenizer,
                      trafo_word_piece_tokenizer,
                      TRAFO,
                      WORD_PIECE_TOKENIZER,
                      GObject)

/* The model, once it is read. */
typedef struct
{
  TrafoVocabulary *vocabulary;
  WordPieceTrie   *initial;    /* tokens that may begin a word: all of them */
  WordPieceTrie   *continuing; /* those with the prefix, without it */
  char            *unk_token;
  char            *prefix;
  guint64          max_input_chars_per_word;
  gboolean         has_unk;
  guint32          unk_id;
} WordPieceModel;

WordPieceModel *word_piece_model_new (void);
void            word_piece_model_free (WordPieceModel *self);
void            word_piece_model_set_unk_token (WordPieceModel *self, const char *token);
gboolean        word_piece_model_read (WordPieceModel *self,
                                       GBytes         *text,
                                       const char     *class_unk,
                                       const char     *origin,
                                       GError        **error);
gboolean        word_piece_model_finish (WordPieceModel *self, GError **error);
gboolean        word_piece_model_tokenize (const WordPieceModel *self,
                                           const char           *text,
                                           const TrafoTextRange *words,
                                           gsize                 n_words,
                                           guint32               first_word,
                                           TrafoPieceArray      *pieces,
                                           GError              **error);

/* The files that BERT checkpoints had before tokenizer.json. */
GBytes *word_piece_files_load (WordPieceModel *model, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WordPieceModel, word_piece_model_free)

G_END_DECLS
