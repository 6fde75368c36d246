/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* vocab.json: {token: id, ...}. merges.txt: a line for each merge, "a b", the first of the lowest
 * rank; lines that begin with "#version" do not count. */
#include "bpe-files.h"

#include <string.h>

/* What a token and its id take in vocab.json, about. */
#define TOKEN_BYTES 24
/* What a line of merges.txt takes, about. */
#define MERGE_BYTES 10
/* How far ahead of what is read memory is asked for: what a look into it takes, over what one that need not
 * wait takes. */
#define LINES_AHEAD 8

static GBytes *
read_file (const char *path, GError **error)
{
  char *text;
  gsize size;

  return g_file_get_contents (path, &text, &size, error) ? g_bytes_new_take (text, size) : NULL;
}

static gboolean
read_vocabulary (BpeModel *model, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "vocab.json", NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) text = read_file (path, error);
  g_autoptr (TrafoJsonReader) reader = NULL;

  if (text == NULL)
    return FALSE;
  reader = trafo_json_reader_new (text, shown);
  return trafo_vocabulary_reserve (model->vocabulary,
                                   g_bytes_get_size (text) / TOKEN_BYTES,
                                   error) &&
         trafo_vocabulary_read_json (model->vocabulary, reader, error) &&
         trafo_json_reader_finish (reader, error) && bpe_model_finish (model, error);
}

/* What is left to read. */
typedef struct
{
  const char *text;
  gsize       size;
} Lines;

/* The next line that counts, without its end. */
static gboolean
next_line (Lines *lines, const char **ret_line, gsize *ret_size)
{
  while (lines->size > 0)
    {
      const char *line = lines->text, *end = memchr (line, '\n', lines->size);
      gsize       length = end != NULL ? (gsize) (end + 1 - line) : lines->size;
      gsize       size = end != NULL ? length - 1 : length;

      lines->text += length;
      lines->size -= length;
      if (end != NULL && size > 0 && line[size - 1] == '\r')
        size--;
      if (size >= strlen ("#version") && memcmp (line, "#version", strlen ("#version")) == 0)
        continue;
      *ret_line = line;
      *ret_size = size;
      return TRUE;
    }
  return FALSE;
}

static void
prefetch_line (const BpeModel *model, Lines *ahead)
{
  const char *line;
  gsize       size;

  if (next_line (ahead, &line, &size))
    bpe_model_prefetch_joined_merge (model, line, size);
}

static gboolean
read_merges (BpeModel *model, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "merges.txt", NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = read_file (path, error);
  const char *line;
  Lines       lines, ahead;
  gsize       size;
  guint32     rank = 0;

  if (bytes == NULL)
    return FALSE;
  lines.text = g_bytes_get_data (bytes, &lines.size);
  if (!bpe_merges_reserve (&model->merges, lines.size / MERGE_BYTES, error))
    return FALSE;
  ahead = lines;
  for (guint i = 0; i < LINES_AHEAD; i++)
    prefetch_line (model, &ahead);
  while (next_line (&lines, &line, &size))
    {
      prefetch_line (model, &ahead);
      if (!bpe_model_add_joined_merge (model, line, size, rank++, error))
        {
          g_prefix_error (error, "%s: ", shown);
          return FALSE;
        }
    }
  return TRUE;
}

/* Reads both files into @model; returns a tokenizer.json without the vocabulary. */
GBytes *
bpe_files_load (BpeModel *model, const char *folder, GError **error)
{
  static const char text[] = "{\"version\":\"1.0\",\"model\":{\"type\":\"BPE\"}}";

  if (!read_vocabulary (model, folder, error) || !read_merges (model, folder, error))
    return NULL;
  return g_bytes_new_static (text, strlen (text));
}
