/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-tokenizer.h>

/* A plugin that breaks the contract in the way that @fault names. */
typedef enum
{
  FAULT_NOTHING_IMPLEMENTED,
  FAULT_NO_REASON,
  FAULT_REASON_OF_SUCCESS,
  FAULT_PIECE_OUTSIDE,
  FAULT_PIECE_REVERSED,
  FAULT_WRONG_WORD,
} Fault;

#define BAD_TYPE_TOKENIZER (bad_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (BadTokenizer, bad_tokenizer, BAD, TOKENIZER, GObject)

struct _BadTokenizer
{
  GObject parent_instance;
};

static Fault fault;

static gboolean
bad_load_model (TrafoTokenizer *self, GBytes *model, const char *origin, GError **error)
{
  if (fault == FAULT_REASON_OF_SUCCESS)
    g_set_error_literal (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE, "a reason");
  return fault != FAULT_NO_REASON;
}

static gboolean
bad_tokenize (TrafoTokenizer       *self,
              const char           *text,
              const TrafoTextRange *words,
              gsize                 n_words,
              guint32               first_word,
              TrafoPieceArray      *pieces,
              GError              **error)
{
  TrafoPiece piece = { 0, words[0].start, words[0].end, first_word };

  if (fault == FAULT_PIECE_OUTSIDE)
    piece.end += 1;
  else if (fault == FAULT_PIECE_REVERSED)
    piece.start = piece.end + 1;
  else if (fault == FAULT_WRONG_WORD)
    piece.word += n_words;
  return trafo_piece_array_append (pieces, piece, error) && fault != FAULT_NO_REASON;
}

static void
bad_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->load_model = bad_load_model;
  iface->tokenize = bad_tokenize;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BadTokenizer,
                               bad_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      bad_tokenizer_iface_init))

static void
bad_tokenizer_class_init (BadTokenizerClass *klass)
{
}

static void
bad_tokenizer_init (BadTokenizer *self)
{
}

static void
check_tokenize (TrafoTokenizer *tokenizer, Fault with, gboolean expected)
{
  TrafoPieceArray pieces = { 0 };
  TrafoTextRange  word = { 1, 3 };
  g_autoptr (GError) error = NULL;

  fault = with;
  g_assert_cmpint (trafo_tokenizer_tokenize (tokenizer, "abcd", &word, 1, 5, &pieces, &error),
                   ==,
                   expected);
  if (!expected)
    g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL);
  g_free (pieces.pieces);
}

static void
test_tokenize (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (BAD_TYPE_TOKENIZER, NULL);

  check_tokenize (tokenizer, FAULT_NOTHING_IMPLEMENTED, TRUE);
  check_tokenize (tokenizer, FAULT_NO_REASON, FALSE);
  check_tokenize (tokenizer, FAULT_PIECE_OUTSIDE, FALSE);
  check_tokenize (tokenizer, FAULT_PIECE_REVERSED, FALSE);
  check_tokenize (tokenizer, FAULT_WRONG_WORD, FALSE);
}

static void
test_load (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (BAD_TYPE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;

  fault = FAULT_NO_REASON;
  g_assert_false (trafo_tokenizer_load_model (tokenizer, NULL, "file", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL);
  g_clear_error (&error);
  fault = FAULT_REASON_OF_SUCCESS;
  g_assert_false (trafo_tokenizer_load_model (tokenizer, NULL, "file", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
}

static void
test_nothing_implemented (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (BAD_TYPE_TOKENIZER, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tokenizer_load_files (tokenizer, "/", NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_null (trafo_tokenizer_get_default_config (tokenizer));
  g_assert_cmpuint (trafo_tokenizer_get_n_tokens (tokenizer), ==, 0);
  g_assert_cmpint (trafo_tokenizer_lookup_token (tokenizer, "a", 1), ==, -1);
  g_assert_null (trafo_tokenizer_lookup_id (tokenizer, 0, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/tokenize", test_tokenize);
  g_test_add_func ("/tokenizer/load", test_load);
  g_test_add_func ("/tokenizer/nothing-implemented", test_nothing_implemented);
  return g_test_run ();
}
