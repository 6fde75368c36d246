/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* generation_config.json: one object of parameters. Nulls are as good as absent. Keys that
 * transformers does not know either, it keeps for others; so they are, and the file's copy has them. */
#include <trafo/trafo-json-reader.h>

#include "trafo-atomic-file-private.h"
#include "trafo-generation-config-private.h"
#include "trafo-json-write-private.h"
#include "trafo-mapped-file-private.h"

#define FILE_NAME "generation_config.json"
#define MAX_SIZE_BYTES ((gsize) 16 << 20)

static gboolean
is_null (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE);
}

/* The parameters among @members; of a file of generation's own the rest too. */
static TrafoGenerationConfig *
read_members (GVariant *members, gboolean is_own, const char *origin, GError **error)
{
  g_auto (GVariantBuilder) taken = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (GVariantBuilder) others = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter           iter;
  const char            *name;
  GVariant              *value;
  TrafoGenerationConfig *self;

  g_variant_iter_init (&iter, members);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      guint    id = trafo_generation_parameter_find (name);
      gboolean is_ours = id < TRAFO_GENERATION_N_PARAMETERS && id != TRAFO_GENERATION_SEED;
      gboolean is_checked = is_own && trafo_generation_parameter_is_foreign (name);

      if ((is_ours || is_checked) && !is_null (value))
        g_variant_builder_add (&taken, "{sv}", name, value);
      if (is_own && !is_ours && !is_null (value))
        g_variant_builder_add (&others, "{sv}", name, value);
    }
  self = trafo_generation_config_new_from_variant (g_variant_builder_end (&taken), error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", origin);
  else if (is_own)
    trafo_generation_config_set_others (self, g_variant_builder_end (&others));
  return self;
}

/**
 * trafo_generation_config_new_from_folder:
 * @folder: (type filename): a folder as Hugging Face's save_pretrained() writes it
 * @error: return location for an error
 *
 * Creates a config of the checkpoint's generation_config.json; without one, of the parameters in its
 * config.json.
 *
 * Returns: (transfer full): the config; %NULL with an error of %TRAFO_FORMAT_ERROR or %G_IO_ERROR, or
 *   as [method@Trafo.GenerationConfig.update] gives
 */
TrafoGenerationConfig *
trafo_generation_config_new_from_folder (const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GVariant) members = NULL;
  g_autoptr (TrafoConfig) config = NULL;

  g_return_val_if_fail (folder != NULL, NULL);
  path = g_build_filename (folder, FILE_NAME, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      config = trafo_config_new_from_folder (folder, error);
      return config != NULL ? trafo_generation_config_new_from_model_config (config, error) : NULL;
    }
  shown = g_filename_display_name (path);
  text = trafo_mapped_file_load (path, shown, MAX_SIZE_BYTES, error);
  members = text != NULL ? trafo_json_to_variant (text, shown, error) : NULL;
  if (members == NULL)
    return NULL;
  if (g_variant_is_of_type (members, G_VARIANT_TYPE_VARDICT))
    return read_members (members, TRUE, shown, error);
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: the file is no object",
               shown);
  return NULL;
}

/* Keys of transformers alone have other meanings there: output_attentions is a model's. */
TrafoGenerationConfig *
trafo_generation_config_new_from_model_config (TrafoConfig *config, GError **error)
{
  return read_members (trafo_config_get_variant (config), FALSE, "config.json", error);
}

/* Tuples are lists in JSON; a list of one token is written as transformers does, as one number. */
static GVariant *
to_json_value (GVariant *value)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  gint64 id;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("ax")) && g_variant_n_children (value) == 1)
    {
      g_variant_get_child (value, 0, "x", &id);
      return g_variant_ref_sink (g_variant_new_int64 (id));
    }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_TUPLE) &&
      !g_variant_is_of_type (value, G_VARIANT_TYPE ("a(axd)")))
    return g_variant_ref (value);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      gboolean is_sequence = g_variant_is_of_type (child, G_VARIANT_TYPE ("ax"));
      g_autoptr (GVariant) json = is_sequence ? g_variant_ref (child) : to_json_value (child);

      g_variant_builder_add (&list, "v", json);
    }
  return g_variant_ref_sink (g_variant_builder_end (&list));
}

static void
add_members (GVariantBuilder *members, GVariant *added)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_variant_iter_init (&iter, added);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      g_autoptr (GVariant) json = to_json_value (value);

      if (!g_str_equal (name, "seed"))
        g_variant_builder_add (members, "{sv}", name, json);
    }
}

/**
 * trafo_generation_config_to_json:
 * @self: a config
 *
 * What is set, and what else its file had, as the text of a generation_config.json.
 *
 * Returns: (transfer full): JSON
 */
char *
trafo_generation_config_to_json (TrafoGenerationConfig *self)
{
  g_autoptr (GVariant) set = NULL;
  g_autoptr (GVariant) written = NULL;
  g_auto (GVariantBuilder) members = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self), NULL);
  set = trafo_generation_config_to_variant (self);
  if (trafo_generation_config_get_others (self) != NULL)
    add_members (&members, trafo_generation_config_get_others (self));
  add_members (&members, set);
  written = g_variant_ref_sink (g_variant_builder_end (&members));
  trafo_json_write_variant (text, written, 0);
  g_string_append_c (text, '\n');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * trafo_generation_config_save:
 * @self: a config
 * @folder: (type filename): a folder
 * @error: return location for an error
 *
 * Writes what is set, but for the seed, as the folder's generation_config.json.
 *
 * Returns: %TRUE if the file is complete; else an error of %G_FILE_ERROR or %G_IO_ERROR
 */
gboolean
trafo_generation_config_save (TrafoGenerationConfig *self, const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *json = NULL;
  g_autoptr (TrafoAtomicFile) file = NULL;

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self) && folder != NULL, FALSE);
  path = g_build_filename (folder, FILE_NAME, NULL);
  json = trafo_generation_config_to_json (self);
  file = trafo_atomic_file_open (path, error);
  return file != NULL && trafo_atomic_file_write (file, json, strlen (json), error) &&
         trafo_atomic_file_commit (file, error);
}
