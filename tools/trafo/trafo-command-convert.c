/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trafo-command.h"
#include "trafo-model-files.h"

/* Folders within folders, such as 1_Pooling of Sentence Transformers. */
#define MAX_DEPTH 4

typedef struct
{
  char   **paths;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->paths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What came of it. */
typedef struct
{
  char       *real_output; /* what is there already is no input */
  TrafoValue *files;
  TrafoValue *skipped;
  TrafoValue *tied;
  gint64      n_tensors;
  gint64      size_bytes;
} Conversion;

static gboolean
copy_file (Conversion *self, const char *input, const char *output, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (input);
  g_autoptr (GFile) to = g_file_new_for_path (output);

  if (!g_file_equal (from, to))
    trafo_value_append (self->files, trafo_value_new_string (output));
  return trafo_model_file_copy (input, output, error);
}

/* Writes the weights, and reads what was written to see that it is there. */
static gboolean
convert_weights (Conversion *self, const char *input, const char *output, GError **error)
{
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (input, NULL, error);
  g_autoptr (TrafoCheckpoint) written = NULL;
  g_auto (GStrv) skipped = NULL;
  g_auto (GStrv) files = NULL;

  if (checkpoint == NULL || !trafo_checkpoint_convert (checkpoint, output, NULL, error))
    return FALSE;
  written = trafo_checkpoint_open (output, NULL, error);
  if (written == NULL)
    return FALSE;
  self->n_tensors += trafo_checkpoint_get_n_tensors (written);
  self->size_bytes += trafo_checkpoint_get_size_bytes (written);
  files = trafo_checkpoint_list_files (written);
  for (char **file = files; *file != NULL; file++)
    trafo_value_append (self->files, trafo_value_new_string (*file));
  skipped = trafo_checkpoint_list_skipped (checkpoint);
  for (char **key = skipped; *key != NULL; key++)
    trafo_value_append (self->skipped, trafo_value_new_string (*key));
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const char *name = trafo_checkpoint_get_tensor (checkpoint, i)->name;

      if (trafo_checkpoint_lookup (written, name) == NULL)
        trafo_value_append (self->tied, trafo_value_new_string (name));
    }
  return TRUE;
}

static gboolean convert_folder (Conversion *self,
                                const char *input,
                                const char *output,
                                guint       depth,
                                GError    **error);

/* A file or folder in a folder. */
static gboolean
convert_child (Conversion *self,
               const char *input,
               const char *output,
               const char *name,
               guint       depth,
               GError    **error)
{
  g_autofree char *from = g_build_filename (input, name, NULL);
  g_autofree char *to = g_build_filename (output, name, NULL);
  g_autofree char *real = realpath (from, NULL);

  if (*name == '.' || g_strcmp0 (real, self->real_output) == 0)
    return TRUE;
  if (g_file_test (from, G_FILE_TEST_IS_DIR))
    return depth == MAX_DEPTH || convert_folder (self, from, to, depth + 1, error);
  return !trafo_model_file_is_copied (name) || copy_file (self, from, to, error);
}

static gboolean
convert_folder (Conversion *self,
                const char *input,
                const char *output,
                guint       depth,
                GError    **error)
{
  g_autoptr (GDir) dir = g_dir_open (input, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local_error = NULL;
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  /* only the first folder must have weights */
  if (!convert_weights (self, input, output, &local_error) &&
      (depth == 0 || !g_error_matches (local_error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND)))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (guint i = 0; i < names->len; i++)
    if (!convert_child (self, input, output, names->pdata[i], depth, error))
      return FALSE;
  return TRUE;
}

static void
warn_about (const TrafoCommand *self, TrafoValue *names, const char *what)
{
  guint n_names = trafo_value_get_n_items (names);

  if (n_names > 0)
    trafo_command_warn (self,
                        "%u %s: %s%s",
                        n_names,
                        what,
                        trafo_value_get_string (trafo_value_get_item (names, 0)),
                        n_names > 1 ? ", ..." : "");
}

static int
report (const TrafoCommand *self, Conversion *conversion, gboolean is_json)
{
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  g_autofree char *size = g_format_size (conversion->size_bytes);

  warn_about (self,
              conversion->skipped,
              "values other than tensors of the state dict were left out");
  trafo_value_set (value, "files", conversion->files);
  trafo_value_set_integer (value, "n_tensors", conversion->n_tensors);
  trafo_value_set_integer (value, "size_bytes", conversion->size_bytes);
  trafo_value_set (value, "tied", conversion->tied);
  trafo_value_set (value, "skipped", conversion->skipped);
  if (is_json)
    return trafo_command_print_json (self, value);
  for (guint i = 0; i < trafo_value_get_n_items (conversion->files); i++)
    printf ("%s\n", trafo_value_get_string (trafo_value_get_item (conversion->files, i)));
  printf ("%" G_GINT64_FORMAT " tensors, %s", conversion->n_tensors, size);
  if (trafo_value_get_n_items (conversion->tied) > 0)
    printf ("; %u that are tied to one of these were left out",
            trafo_value_get_n_items (conversion->tied));
  printf ("\n");
  return TRAFO_EXIT_OK;
}

static int
convert (const TrafoCommand *self, const char *input, const char *output, gboolean is_json)
{
  g_autofree char *real_output = realpath (output, NULL);
  g_autoptr (GError) error = NULL;
  Conversion conversion = {
    .real_output = real_output,
    .files = trafo_value_new_list (),
    .skipped = trafo_value_new_list (),
    .tied = trafo_value_new_list (),
  };
  gboolean is_converted = g_file_test (input, G_FILE_TEST_IS_DIR)
                              ? convert_folder (&conversion, input, output, 0, &error)
                              : convert_weights (&conversion, input, output, &error);

  if (is_converted)
    return report (self, &conversion, is_json);
  trafo_value_unref (conversion.files);
  trafo_value_unref (conversion.skipped);
  trafo_value_unref (conversion.tied);
  return trafo_command_fail (self, error);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.paths, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  if (options.paths == NULL || g_strv_length (options.paths) != 2)
    return trafo_command_fail_usage (self, "expected IN and OUT, two files or two folders");
  return convert (self, options.paths[0], options.paths[1], options.json);
}

const TrafoCommand trafo_command_convert = {
  .name = "convert",
  .arguments = "IN OUT [--json]",
  .summary = "Turns weights of PyTorch into safetensors, a file or a model's whole folder.",
  .examples = "  trafo convert pytorch_model.bin model.safetensors\n"
              "  trafo convert old-model new-model\n",
  .run = run,
};
