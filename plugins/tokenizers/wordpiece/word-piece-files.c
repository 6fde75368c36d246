/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* vocab.txt: one token a line, its id the number of the line from 0; of equal lines the last counts.
 * As BertTokenizer reads it (transformers, models/bert/tokenization_bert.py), which leaves that to
 * tokenizers (models/wordpiece/mod.rs, read_file). */
#include <string.h>

#include "word-piece-tokenizer.h"

/* Less the white space (of Unicode's property White_Space) at the end of the line. */
static gsize
trim_end (const char *line, gsize size_bytes)
{
  while (size_bytes > 0)
    {
      const char *last = g_utf8_find_prev_char (line, line + size_bytes);
      gunichar    point = g_utf8_get_char (last);

      if (!g_unichar_isspace (point) && point != '\v' && point != 0x85)
        break;
      size_bytes = last - line;
    }
  return size_bytes;
}

static gboolean
read_vocabulary (WordPieceModel *model, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *text = NULL;
  gsize            size, start = 0;
  guint32          id = 0;

  /* reading a FIFO would never end */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found a folder or device, expected a regular file",
                   shown);
      return FALSE;
    }
  if (!g_file_get_contents (path, &text, &size, error))
    return FALSE;
  if (!g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_SYNTAX,
                   "%s: not valid UTF-8, or holds a NUL",
                   shown);
      return FALSE;
    }
  for (; start < size; id++)
    {
      const char *end = memchr (text + start, '\n', size - start);
      gsize       length = end != NULL ? (gsize) (end - text) - start : size - start;
      gsize       n_token = trim_end (text + start, length);

      if (!trafo_vocabulary_add (model->vocabulary, text + start, n_token, id, error))
        return FALSE;
      start += length + 1;
    }
  return TRUE;
}

/* Reads vocab.txt into @model; returns a tokenizer.json without the vocabulary. What BERT's class
 * makes of it besides, core knows. */
GBytes *
word_piece_files_load (WordPieceModel *model, const char *folder, GError **error)
{
  static const char text[] = "{\"version\":\"1.0\",\"model\":{\"type\":\"WordPiece\"}}";
  g_autofree char  *path = g_build_filename (folder, "vocab.txt", NULL);

  if (!read_vocabulary (model, path, error))
    return NULL;
  return word_piece_model_finish (model, error) ? g_bytes_new_static (text, strlen (text)) : NULL;
}
