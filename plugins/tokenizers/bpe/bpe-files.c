/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* vocab.json: {token: id, ...}. merges.txt: a line for each merge, "a b", the first of the lowest
 * rank; lines that begin with "#version" do not count. */
#include "bpe-files.h"

#include <string.h>

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
  return trafo_vocabulary_read_json (model->vocabulary, reader, error) &&
         trafo_json_reader_finish (reader, error) && bpe_model_finish (model, error);
}

static gboolean
read_merges (BpeModel *model, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "merges.txt", NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = read_file (path, error);
  const char *text, *line_end;
  gsize       size, length;
  guint32     rank = 0;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &size);
  for (; size > 0; text += length, size -= length)
    {
      gsize n_merge;

      line_end = memchr (text, '\n', size);
      length = line_end != NULL ? (gsize) (line_end + 1 - text) : size;
      n_merge = line_end != NULL ? length - 1 : length;
      if (line_end != NULL && n_merge > 0 && text[n_merge - 1] == '\r')
        n_merge--;
      if (n_merge >= strlen ("#version") && memcmp (text, "#version", strlen ("#version")) == 0)
        continue;
      if (!bpe_model_add_joined_merge (model, text, n_merge, rank++, error))
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
