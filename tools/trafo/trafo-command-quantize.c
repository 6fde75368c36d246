/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <gio/gio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "trafo-command.h"
#include "trafo-model-files.h"
#include "trafo-model-options.h"
#include "trafo-terminal.h"

typedef struct
{
  char   **paths;
  char    *type;
  gboolean double_quant;
  gboolean dry_run;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->paths);
  g_free (self->type);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What --type takes beside what trafo_load_options_quantize() does. */
static const TrafoDType float_types[] = { TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT16 };

typedef struct
{
  const char *input;
  const char *output; /* NULL: nothing is written */
  const char *type;
  TrafoDType  dtype;        /* what floats become; NONE: weights become codes */
  gboolean    double_quant; /* of 4 bits: the scales become 8 bits */
  TrafoValue *tensors;      /* of records, as trafo_model_measure_quantization() gives them */
  gint64      size_bytes;
  gint64      quantized_size_bytes;
} Quantization;

static double
member (TrafoValue *record, const char *key)
{
  return trafo_value_get_double (trafo_value_get_member (record, key));
}

/* What the checkpoint in @folder takes. */
static gint64
size_of (const char *folder, GError **error)
{
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (folder, NULL, error);

  return checkpoint != NULL ? (gint64) trafo_checkpoint_get_size_bytes (checkpoint) : -1;
}

static gboolean
write_config (const char *input, const char *output, TrafoDType dtype, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (input, error);
  g_autoptr (TrafoConfig) changed = NULL;
  g_autofree char *path = g_build_filename (output, "config.json", NULL);
  g_autofree char *text = NULL;
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);

  if (config == NULL)
    return FALSE;
  g_variant_dict_clear (&values);
  g_variant_dict_init (&values, trafo_config_get_variant (config));
  g_variant_dict_remove (&values, "torch_dtype");
  g_variant_dict_insert (&values, "dtype", "s", trafo_dtype_get_name (dtype));
  changed = trafo_config_new_from_variant (g_variant_dict_end (&values), "config.json", error);
  if (changed == NULL)
    return FALSE;
  text = trafo_config_to_json (changed);
  return g_file_set_contents (path, text, -1, error);
}

static TrafoTensor *
read_tensor (TrafoCheckpoint *checkpoint, const TrafoCheckpointTensor *stored, GError **error)
{
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new (stored->dtype, stored->shape, stored->n_dims, error);

  if (tensor == NULL ||
      !trafo_checkpoint_read (checkpoint, stored, trafo_tensor_get_data (tensor), error))
    return NULL;
  return g_steal_pointer (&tensor);
}

/* NULL if an element is beyond the type's range, which would make it infinite. */
static TrafoValue *
measure_cast (const TrafoCheckpointTensor *stored,
              TrafoTensor                 *before,
              TrafoTensor                 *after,
              GError                     **error)
{
  TrafoValue *record;
  TrafoValue *shape;
  double      greatest = 0, squares = 0, all = 0;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (before); i++)
    {
      double value = trafo_tensor_get_value (before, i);
      double rounded = trafo_tensor_get_value (after, i);
      double difference = isfinite (value) ? fabs (rounded - value) : 0;

      if (!isfinite (difference))
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_UNSUPPORTED,
                       "tensor '%s': found %g, which is infinite in %s, expected a type that holds "
                       "it",
                       stored->name,
                       value,
                       trafo_dtype_get_name (trafo_tensor_get_dtype (after)));
          return NULL;
        }
      greatest = MAX (greatest, difference);
      squares += difference * difference;
      all += isfinite (value) ? value * value : 0;
    }
  record = trafo_value_new_record ();
  shape = trafo_value_new_list ();
  for (guint i = 0; i < stored->n_dims; i++)
    trafo_value_append (shape, trafo_value_new_integer (stored->shape[i]));
  trafo_value_set_string (record, "name", stored->name);
  trafo_value_set (record, "shape", shape);
  trafo_value_set_double (record, "max_error", greatest);
  trafo_value_set_double (record, "relative_rms", all > 0 ? sqrt (squares / all) : 0);
  trafo_value_set_integer (record, "size_bytes", (gint64) stored->size_bytes);
  trafo_value_set_integer (record,
                           "quantized_size_bytes",
                           (gint64) trafo_tensor_get_size_bytes (after));
  return record;
}

/* Weights that are codes have scales, which are floats, too. */
static gboolean
check_floats (const Quantization *self, GError **error)
{
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (self->input, error);

  if (config == NULL)
    return FALSE;
  if (!trafo_config_has (config, "quantization_config"))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s: found a quantization_config in config.json, expected a checkpoint of floats",
               self->input);
  return FALSE;
}

/* Every float becomes one of another type. */
static gboolean
quantize_to_floats (Quantization *self, GError **error)
{
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;

  if (!check_floats (self, error))
    return FALSE;
  checkpoint = trafo_checkpoint_open (self->input, NULL, error);
  if (checkpoint == NULL)
    return FALSE;
  self->tensors = trafo_value_new_list ();
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *stored = trafo_checkpoint_get_tensor (checkpoint, i);
      g_autoptr (TrafoTensor) before = NULL;
      g_autoptr (TrafoTensor) after = NULL;
      TrafoValue *record;

      if (!trafo_dtype_is_float (stored->dtype) || stored->dtype == self->dtype)
        continue;
      before = read_tensor (checkpoint, stored, error);
      if (before != NULL)
        after = trafo_tensor_cast (before, self->dtype, error);
      record = after != NULL ? measure_cast (stored, before, after, error) : NULL;
      if (record == NULL)
        return FALSE;
      trafo_value_append (self->tensors, record);
    }
  return self->output == NULL ||
         (trafo_checkpoint_cast (checkpoint, self->output, self->dtype, NULL, error) &&
          write_config (self->input, self->output, self->dtype, error));
}

/* The weights of linear layers become codes, those of the class that config.json names. */
static gboolean
quantize_to_codes (Quantization *self, const TrafoCommand *command, GError **error)
{
  TrafoModelOptions model_options = { .model = (char *) self->input };
  const char       *task = trafo_model_options_find_task (self->input, error);
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (TrafoModel) model = NULL;

  if (task == NULL)
    return FALSE;
  /* nothing is computed */
  trafo_load_options_set_device (options, "reference");
  trafo_load_options_set_bnb_4bit_use_double_quant (options, self->double_quant);
  model = trafo_auto_model_from_pretrained_quantized_for_task (self->input,
                                                               task,
                                                               self->type,
                                                               options,
                                                               NULL,
                                                               error);
  if (model == NULL)
    return FALSE;
  trafo_model_options_warn (&model_options, command, model);
  self->tensors = trafo_model_measure_quantization (model, NULL, error);
  if (self->tensors == NULL)
    return FALSE;
  if (trafo_value_get_n_items (self->tensors) == 0)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "%s: found no linear layer whose weights are floats, expected some to quantize",
                   self->input);
      return FALSE;
    }
  if (self->output != NULL)
    return trafo_model_save_pretrained (model, self->output, 0, NULL, error);
  self->quantized_size_bytes = (gint64) trafo_model_measure_saved (model, error);
  return self->quantized_size_bytes > 0;
}

/* Tokenizer, templates and the like; what is there already was written for the new weights. */
static gboolean
copy_files (const Quantization *self, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (self->input, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (self->input, name, NULL);
      g_autofree char *to = g_build_filename (self->output, name, NULL);

      if (*name == '.' || !trafo_model_file_is_copied (name) ||
          g_file_test (from, G_FILE_TEST_IS_DIR) || g_file_test (to, G_FILE_TEST_EXISTS))
        continue;
      if (!trafo_model_file_copy (from, to, error))
        return FALSE;
    }
  return TRUE;
}

/* Without a folder that was written the model said what its codes and the rest take; of floats, those
 * that change say what comes of all. */
static gboolean
measure_sizes (Quantization *self, GError **error)
{
  self->size_bytes = size_of (self->input, error);
  if (self->size_bytes < 0)
    return FALSE;
  if (self->output != NULL)
    self->quantized_size_bytes = size_of (self->output, error);
  if (self->output != NULL || self->dtype == TRAFO_DTYPE_NONE)
    return self->quantized_size_bytes >= 0;
  self->quantized_size_bytes = self->size_bytes;
  for (guint i = 0; i < trafo_value_get_n_items (self->tensors); i++)
    {
      TrafoValue *record = trafo_value_get_item (self->tensors, i);

      self->quantized_size_bytes +=
          (gint64) (member (record, "quantized_size_bytes") - member (record, "size_bytes"));
    }
  return TRUE;
}

static char *
format_shape (TrafoValue *shape)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < trafo_value_get_n_items (shape); i++)
    g_string_append_printf (text,
                            "%s%" G_GINT64_FORMAT,
                            i > 0 ? ", " : "",
                            trafo_value_get_integer (trafo_value_get_item (shape, i)));
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static void
print_table (const Quantization *self)
{
  g_autoptr (TrafoTable) table = trafo_table_new ("llrrrr",
                                                  "TENSOR",
                                                  "SHAPE",
                                                  "MAX ERROR",
                                                  "RELATIVE RMS",
                                                  "SIZE",
                                                  "NOW",
                                                  NULL);
  g_autofree char *before = g_format_size (self->size_bytes);
  g_autofree char *after = g_format_size (self->quantized_size_bytes);

  for (guint i = 0; i < trafo_value_get_n_items (self->tensors); i++)
    {
      TrafoValue *record = trafo_value_get_item (self->tensors, i);

      trafo_table_add (table,
                       TRAFO_TERMINAL_STYLE_PLAIN,
                       trafo_terminal_escape (
                           trafo_value_get_string (trafo_value_get_member (record, "name"))),
                       format_shape (trafo_value_get_member (record, "shape")),
                       g_strdup_printf ("%.3g", member (record, "max_error")),
                       g_strdup_printf ("%.3g", member (record, "relative_rms")),
                       g_format_size ((guint64) member (record, "size_bytes")),
                       g_format_size ((guint64) member (record, "quantized_size_bytes")));
    }
  trafo_table_print (table);
  printf ("%u tensors; %s became %s\n", trafo_value_get_n_items (self->tensors), before, after);
}

static int
report (const TrafoCommand *command, const Quantization *self, gboolean is_json)
{
  g_autoptr (TrafoValue) value = NULL;

  if (!is_json)
    {
      print_table (self);
      return TRAFO_EXIT_OK;
    }
  value = trafo_value_new_record ();
  trafo_value_set (value, "tensors", trafo_value_ref (self->tensors));
  trafo_value_set_integer (value, "size_bytes", self->size_bytes);
  trafo_value_set_integer (value, "quantized_size_bytes", self->quantized_size_bytes);
  return trafo_command_print_json (command, value);
}

/* What lies there would be taken for the new checkpoint's, or is the one that is read. */
static gboolean
check_output (const Quantization *self, GError **error)
{
  g_autoptr (GDir) dir = self->output != NULL ? g_dir_open (self->output, 0, NULL) : NULL;
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;

  if (name == NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: found '%s' in it, expected a new or empty folder",
               self->output,
               name);
  return FALSE;
}

static int
quantize (const TrafoCommand *self, Quantization *quantization, gboolean is_json)
{
  g_autoptr (GError) error = NULL;
  gboolean is_done = check_output (quantization, &error);
  int      status;

  if (is_done)
    is_done = quantization->dtype != TRAFO_DTYPE_NONE
                  ? quantize_to_floats (quantization, &error)
                  : quantize_to_codes (quantization, self, &error);
  if (is_done && quantization->output != NULL)
    is_done = copy_files (quantization, &error);
  is_done = is_done && measure_sizes (quantization, &error);
  status = is_done ? report (self, quantization, is_json) : trafo_command_fail (self, error);
  g_clear_pointer (&quantization->tensors, trafo_value_unref);
  return status;
}

/* As text, with commas. */
static char *
list_types (void)
{
  g_auto (GStrv) quantizations = trafo_load_options_list_quantizations ();
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (float_types); i++)
    g_string_append_printf (text, "%s, ", trafo_dtype_get_name (float_types[i]));
  for (char **type = quantizations; *type != NULL; type++)
    g_string_append_printf (text, "%s%s", type > quantizations ? ", " : "", *type);
  return g_string_free (text, FALSE);
}

/* What @type stands for; FALSE if there is none of that name. */
static gboolean
set_type (Quantization *self, const char *type, gboolean *ret_is_4bit)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  self->type = type;
  for (gsize i = 0; i < G_N_ELEMENTS (float_types); i++)
    if (g_str_equal (type, trafo_dtype_get_name (float_types[i])))
      self->dtype = float_types[i];
  if (self->dtype == TRAFO_DTYPE_NONE && !trafo_load_options_quantize (options, type, NULL))
    return FALSE;
  *ret_is_4bit = trafo_load_options_get_load_in_4bit (options);
  return TRUE;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autofree char   *types = list_types ();
  const GOptionEntry entries[] = {
    { "type", 0, 0, G_OPTION_ARG_STRING, &options.type, types, "TYPE" },
    { "bnb-4bit-use-double-quant",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.double_quant,
      "Round the scales of bnb-nf4 and bnb-fp4 to 8 bits",
      NULL },
    { "dry-run",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.dry_run,
      "Write nothing; OUT may be left out",
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.paths, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  Quantization quantization = { 0 };
  guint        n_paths;
  gboolean     is_4bit;

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  n_paths = options.paths != NULL ? g_strv_length (options.paths) : 0;
  if (n_paths != 2 && !(options.dry_run && n_paths == 1))
    return trafo_command_fail_usage (self,
                                     "expected IN and OUT, two folders, or IN with --dry-run");
  quantization.input = options.paths[0];
  quantization.output = options.dry_run ? NULL : options.paths[1];
  quantization.double_quant = options.double_quant;
  if (options.type == NULL)
    return trafo_command_fail_usage (self, "found no --type TYPE, expected one of %s", types);
  if (!set_type (&quantization, options.type, &is_4bit))
    return trafo_command_fail_usage (self,
                                     "found --type %s, expected one of %s",
                                     options.type,
                                     types);
  if (options.double_quant && !is_4bit)
    return trafo_command_fail_usage (self,
                                     "found --bnb-4bit-use-double-quant with --type %s, expected "
                                     "bnb-nf4 or bnb-fp4",
                                     options.type);
  return quantize (self, &quantization, options.json);
}

const TrafoCommand trafo_command_quantize = {
  .name = "quantize",
  .arguments = "IN OUT --type TYPE [--bnb-4bit-use-double-quant] [--dry-run] [--json]",
  .summary = "Makes a model's weights smaller, and says how far they are off.",
  .examples = "  trafo quantize gpt2 gpt2-int8 --type bnb-int8\n"
              "  trafo quantize gpt2 gpt2-nf4 --type bnb-nf4\n"
              "  trafo quantize gpt2 --type bfloat16 --dry-run\n",
  .run = run,
};
