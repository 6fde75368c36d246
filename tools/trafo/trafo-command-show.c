/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-plugin-report.h"
#include "trafo-tensor-table.h"
#include "trafo-terminal.h"

typedef struct
{
  char   **models;
  gboolean has_tensors;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->models);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The string at "model.type" of a tokenizer.json, or NULL. */
static char *
read_tokenizer_type (const char *folder)
{
  g_autofree char *filename = g_build_filename (folder, "tokenizer.json", NULL);
  gboolean         is_regular = g_file_test (filename, G_FILE_TEST_IS_REGULAR);
  g_autoptr (GMappedFile) file = is_regular ? g_mapped_file_new (filename, FALSE, NULL) : NULL;
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (TrafoJsonReader) reader = NULL;
  const char *key;

  if (bytes == NULL)
    return NULL;
  reader = trafo_json_reader_new (bytes, filename);
  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (!g_str_equal (key, "model"))
      trafo_json_reader_skip (reader);
    else
      {
        trafo_json_reader_begin_object (reader);
        while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
          if (g_str_equal (key, "type"))
            return g_strdup (trafo_json_reader_read_string (reader, NULL));
          else
            trafo_json_reader_skip (reader);
      }
  return NULL;
}

static gboolean
has_file (const char *folder, const char *name)
{
  g_autofree char *filename = g_build_filename (folder, name, NULL);

  return g_file_test (filename, G_FILE_TEST_EXISTS);
}

/* What turns text into ids, and the file that says so; NULL if there is nothing. */
static TrafoValue *
tokenizer_value (const char *folder)
{
  g_autofree char *type = read_tokenizer_type (folder);
  const char      *file = NULL;
  TrafoValue      *tokenizer;

  if (has_file (folder, "tokenizer.json"))
    file = "tokenizer.json";
  else if (has_file (folder, "vocab.txt"))
    {
      file = "vocab.txt";
      type = g_strdup ("WordPiece");
    }
  else if (has_file (folder, "vocab.json") && has_file (folder, "merges.txt"))
    {
      file = "vocab.json";
      type = g_strdup ("BPE");
    }
  else
    return trafo_value_new_null ();
  tokenizer = trafo_value_new_record ();
  trafo_value_set_string (tokenizer, "type", type);
  trafo_value_set_string (tokenizer, "file", file);
  return tokenizer;
}

static TrafoValue *
tensor_value (const TrafoCheckpointTensor *tensor)
{
  TrafoValue *value = trafo_value_new_record ();
  TrafoValue *shape = trafo_value_new_list ();

  for (guint i = 0; i < MIN (tensor->n_dims, TRAFO_MAX_DIMS); i++)
    trafo_value_append (shape, trafo_value_new_integer (tensor->shape[i]));
  trafo_value_set_string (value, "name", tensor->name);
  trafo_value_set_string (value, "dtype", tensor->dtype_name);
  trafo_value_set (value, "shape", shape);
  trafo_value_set_integer (value, "size_bytes", tensor->size_bytes);
  trafo_value_set_string (value, "file", tensor->file);
  return value;
}

/* Of all tensors of numbers with a fraction; buffers of positions and masks are none. */
static guint64
count_parameters (TrafoCheckpoint *checkpoint)
{
  guint64 n_parameters = 0;

  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      if (trafo_dtype_is_float (tensor->dtype))
        n_parameters += tensor->size_bytes / trafo_dtype_get_size (tensor->dtype);
    }
  return n_parameters;
}

static TrafoValue *
show_value (const char *folder, TrafoConfig *config, TrafoCheckpoint *checkpoint)
{
  g_auto (GStrv) files = trafo_checkpoint_list_files (checkpoint);
  const char *const *architectures = trafo_config_get_architectures (config);
  TrafoValue        *value = trafo_value_new_record ();
  TrafoValue        *tensors = trafo_value_new_list ();

  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    trafo_value_append (tensors, tensor_value (trafo_checkpoint_get_tensor (checkpoint, i)));
  trafo_value_set_string (value, "path", folder);
  trafo_value_set_string (value, "model_type", trafo_config_get_model_type (config));
  trafo_value_set (value,
                   "architectures",
                   architectures != NULL ? trafo_value_new_strings (architectures)
                                         : trafo_value_new_list ());
  trafo_value_set (value,
                   "config",
                   trafo_value_new_from_variant (trafo_config_get_variant (config)));
  trafo_value_set (value, "tokenizer", tokenizer_value (folder));
  trafo_value_set_integer (value, "n_parameters", count_parameters (checkpoint));
  trafo_value_set_integer (value, "size_bytes", trafo_checkpoint_get_size_bytes (checkpoint));
  trafo_value_set (value, "files", trafo_value_new_strings ((const char *const *) files));
  trafo_value_set (value, "tensors", tensors);
  return value;
}

static void
print_line (const char *key, const char *text)
{
  g_autofree char *shown_key = trafo_terminal_escape (key);
  g_autofree char *shown_text = trafo_terminal_escape (text);

  printf ("%s%-24s%s %s\n",
          trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_HEADING),
          shown_key,
          trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN),
          shown_text);
}

static char *
format_count (guint64 count)
{
  if (count >= 1000000000)
    return g_strdup_printf ("%.2f billion", count / 1e9);
  if (count >= 1000000)
    return g_strdup_printf ("%.1f million", count / 1e6);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, count);
}

/* The sizes and choices that config.json names, in its own words; the long ones are for --json. */
static void
print_config (TrafoValue *config)
{
  for (guint i = 0; i < trafo_value_get_n_items (config); i++)
    {
      TrafoValue      *member = trafo_value_get_item (config, i);
      TrafoValueKind   kind = trafo_value_get_kind (member);
      const char      *key = trafo_value_get_key (config, i);
      g_autofree char *text = NULL;

      if (kind == TRAFO_VALUE_KIND_LIST || kind == TRAFO_VALUE_KIND_RECORD ||
          kind == TRAFO_VALUE_KIND_NULL || *key == '_' || g_str_equal (key, "model_type"))
        continue;
      text = kind == TRAFO_VALUE_KIND_STRING ? g_strdup (trafo_value_get_string (member))
                                             : trafo_value_to_json (member);
      print_line (key, text);
    }
}

static int
print_text (TrafoValue *value, TrafoCheckpoint *checkpoint, gboolean has_tensors)
{
  TrafoValue      *tokenizer = trafo_value_get_member (value, "tokenizer");
  g_autofree char *architectures =
      trafo_value_to_json (trafo_value_get_member (value, "architectures"));
  g_autofree char *n_parameters =
      format_count (trafo_value_get_integer (trafo_value_get_member (value, "n_parameters")));
  g_autofree char *size =
      g_format_size (trafo_value_get_integer (trafo_value_get_member (value, "size_bytes")));
  g_autofree char *files = trafo_value_to_json (trafo_value_get_member (value, "files"));

  print_line ("model_type", trafo_report_get_string (value, "model_type"));
  print_line ("architectures", architectures);
  print_config (trafo_value_get_member (value, "config"));
  print_line ("tokenizer",
              trafo_value_get_kind (tokenizer) == TRAFO_VALUE_KIND_RECORD
                  ? trafo_report_get_string (tokenizer, "type")
                  : "none");
  print_line ("parameters", n_parameters);
  print_line ("size", size);
  print_line ("files", files);
  printf ("\n");
  trafo_tensor_table_print (checkpoint, has_tensors);
  return TRAFO_EXIT_OK;
}

static int
show (const TrafoCommand *self, const Options *options, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, &error);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (TrafoValue) value = NULL;

  if (config == NULL)
    return trafo_command_fail (self, error);
  checkpoint = trafo_checkpoint_open (folder, NULL, &error);
  if (checkpoint == NULL)
    return trafo_command_fail (self, error);
  value = show_value (folder, config, checkpoint);
  if (options->json)
    return trafo_command_print_json (self, value);
  return print_text (value, checkpoint, options->has_tensors);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "tensors", 0, 0, G_OPTION_ARG_NONE, &options.has_tensors, "One line for each tensor", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  const char *folder;

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  folder = trafo_model_options_get_folder (self, options.models);
  return folder != NULL ? show (self, &options, folder) : TRAFO_EXIT_USAGE;
}

const TrafoCommand trafo_command_show = {
  .name = "show",
  .arguments = "MODEL [--tensors] [--json]",
  .summary = "Shows what is in a checkpoint: configuration, tokenizer, tensors.",
  .examples = "  trafo show bert-base-uncased\n"
              "  trafo show --tensors bert-base-uncased\n",
  .run = run,
};
