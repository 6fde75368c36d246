/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-config.h>

#include <math.h>
#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-checkpoint-files-private.h"
#include "trafo-json-write-private.h"
#include "trafo-mapped-file-private.h"

#define FILE_NAME "config.json"
#define MAX_SIZE_BYTES ((gsize) 16 << 20)
/* Also keeps a hostile num_labels from filling the memory with LABEL_0, LABEL_1, ... */
#define MAX_LABELS 1000000

/**
 * TrafoConfig:
 *
 * The config.json of a checkpoint: all its keys and values, known or not, as they are in the file.
 *
 * The getters, which model plugins use, keep the first error until [method@Trafo.Config.check]
 * reports and forgets it.
 */
struct _TrafoConfig
{
  GObject    parent_instance;
  GVariant  *variant; /* a{sv}, serialised, so that strings in it stay where they are */
  char      *origin;
  char     **architectures;
  GMutex     mutex;
  GError    *error;    /* guarded by mutex */
  GPtrArray *defaults; /* of GVariant {sv}: what was read and is not there; guarded by mutex */
};

G_DEFINE_FINAL_TYPE (TrafoConfig, trafo_config, G_TYPE_OBJECT)

static void
trafo_config_finalize (GObject *object)
{
  TrafoConfig *self = TRAFO_CONFIG (object);

  g_clear_pointer (&self->variant, g_variant_unref);
  g_ptr_array_unref (self->defaults);
  g_clear_pointer (&self->architectures, g_strfreev);
  g_clear_error (&self->error);
  g_free (self->origin);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (trafo_config_parent_class)->finalize (object);
}

static void
trafo_config_class_init (TrafoConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_config_finalize;
}

static void
trafo_config_init (TrafoConfig *self)
{
  g_mutex_init (&self->mutex);
  self->defaults = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
}

/* The value of the first of the keys in "KEY|KEY|..." that is there and not null; *ret_key, if it
 * is there, is its key. */
static GVariant *
lookup (TrafoConfig *self, const char *keys, char **ret_key)
{
  g_auto (GStrv) names = g_strsplit (keys, "|", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (self->variant, names[i], NULL);

      if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
        continue;
      *ret_key = g_strdup (names[i]);
      return g_steal_pointer (&value);
    }
  return NULL;
}

/* Keeps what is read where a key is absent: the first value that is asked for, under the first of
 * the keys in "KEY|KEY|...". A null is as good as absent, and stays. */
static void
keep_default (TrafoConfig *self, const char *keys, GVariant *value)
{
  g_autofree char *key = g_strndup (keys, strcspn (keys, "|"));
  g_autoptr (GVariant) entry = g_variant_ref_sink (g_variant_new ("{sv}", key, value));
  g_autoptr (GVariant) null = g_variant_lookup_value (self->variant, key, NULL);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->defaults->len; i++)
    {
      g_autoptr (GVariant) kept =
          g_variant_get_child_value (g_ptr_array_index (self->defaults, i), 0);

      if (g_str_equal (g_variant_get_string (kept, NULL), key))
        return;
    }
  if (null == NULL)
    g_ptr_array_add (self->defaults, g_steal_pointer (&entry));
}

/* A value in the form of the file, shortened to a message's length. */
static char *
show_value (GVariant *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return g_strdup ("an object");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return g_strdup ("an array");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) &&
      !isfinite (g_variant_get_double (value)))
    return g_strdup_printf ("%g", g_variant_get_double (value));
  trafo_json_write_variant (text, value, 0);
  return trafo_error_excerpt (text->str);
}

static void
fail_value (TrafoConfig *self, const char *key, GVariant *value, const char *expected)
{
  g_autofree char *shown = show_value (value);

  trafo_config_fail (self, "'%s' is %s, expected %s", key, shown, expected);
}

/* The strings of an array, or NULL if there is anything else in it. */
static char **
dup_strings (GVariant *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (array == NULL || !g_variant_is_of_type (array, G_VARIANT_TYPE ("av")))
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (array); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (array, i);
      g_autoptr (GVariant) string = g_variant_get_variant (child);

      if (!g_variant_is_of_type (string, G_VARIANT_TYPE_STRING))
        return NULL;
      g_strv_builder_add (builder, g_variant_get_string (string, NULL));
    }
  return g_strv_builder_end (builder);
}

/**
 * trafo_config_new_from_variant:
 * @variant: a dictionary of type a{sv}, of values as trafo_json_to_variant() makes them
 * @origin: what to call it in messages, such as a file name
 * @error: return location for an error
 *
 * Creates a config from values that are not in a file.
 *
 * Returns: (transfer full): the config; %NULL with %TRAFO_FORMAT_ERROR_VALUE if @variant is not a
 *   dictionary
 */
TrafoConfig *
trafo_config_new_from_variant (GVariant *variant, const char *origin, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (variant);
  g_autoptr (GVariant) architectures = NULL;
  g_autoptr (TrafoConfig) self = NULL;

  if (!g_variant_is_of_type (owned, G_VARIANT_TYPE_VARDICT))
    {
      g_autofree char *shown = show_value (owned);

      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: found %s, expected an object",
                   origin,
                   shown);
      return NULL;
    }
  self = g_object_new (TRAFO_TYPE_CONFIG, NULL);
  self->origin = g_strdup (origin);
  self->variant = g_steal_pointer (&owned);
  g_variant_get_data (self->variant);
  architectures = g_variant_lookup_value (self->variant, "architectures", NULL);
  self->architectures = dup_strings (architectures);
  return g_steal_pointer (&self);
}

/**
 * trafo_config_new_from_bytes:
 * @bytes: the text of a config.json
 * @origin: what to call it in messages, such as a file name
 * @error: return location for an error
 *
 * Creates a config from its text.
 *
 * Returns: (transfer full): the config; %NULL with the errors of trafo_json_to_variant(), or
 *   %TRAFO_FORMAT_ERROR_VALUE if the text is not an object
 */
TrafoConfig *
trafo_config_new_from_bytes (GBytes *bytes, const char *origin, GError **error)
{
  g_autoptr (GVariant) variant = trafo_json_to_variant (bytes, origin, error);

  return variant != NULL ? trafo_config_new_from_variant (variant, origin, error) : NULL;
}

/**
 * trafo_config_new_from_folder:
 * @folder: (type filename): the folder of a checkpoint
 * @error: return location for an error
 *
 * Creates a config from the config.json in @folder, of at most 16 MiB.
 *
 * Returns: (transfer full): the config; %NULL with the errors of
 *   [ctor@Trafo.Config.new_from_bytes], %TRAFO_ERROR_NOT_FOUND if there is no such folder, or of
 *   #GIOErrorEnum if the file cannot be read
 */
TrafoConfig *
trafo_config_new_from_folder (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, FILE_NAME, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = NULL;

  if (!trafo_checkpoint_folder_check (folder, error))
    return NULL;
  bytes = trafo_mapped_file_load (path, shown, MAX_SIZE_BYTES, error);
  return bytes != NULL ? trafo_config_new_from_bytes (bytes, shown, error) : NULL;
}

/**
 * trafo_config_get_variant:
 * @self: a config
 *
 * All keys and values.
 *
 * Returns: (transfer none): a dictionary of type a{sv}, as trafo_json_to_variant() makes it
 */
GVariant *
trafo_config_get_variant (TrafoConfig *self)
{
  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  return self->variant;
}

/**
 * trafo_config_get_model_type:
 * @self: a config
 *
 * The kind of model, such as "bert", by which its plugin is found.
 *
 * Returns: (transfer none) (nullable): the model_type, %NULL if there is none
 */
const char *
trafo_config_get_model_type (TrafoConfig *self)
{
  const char *model_type = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  g_variant_lookup (self->variant, "model_type", "&s", &model_type);
  return model_type;
}

/**
 * trafo_config_get_architectures:
 * @self: a config
 *
 * The names of the classes that the checkpoint was saved from, such as "BertForMaskedLM".
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the names, %NULL if there are none
 */
const char *const *
trafo_config_get_architectures (TrafoConfig *self)
{
  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  return (const char *const *) self->architectures;
}

/**
 * trafo_config_complete:
 * @self: a config
 *
 * The config with every default that a getter returned, as a model's configure() asks for them:
 * what transformers' configuration classes hold.
 *
 * Returns: (transfer full): a config with @self's keys, and behind them those left out
 */
TrafoConfig *
trafo_config_complete (TrafoConfig *self)
{
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  for (gsize i = 0; i < g_variant_n_children (self->variant); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (self->variant, i);

      g_variant_builder_add_value (&all, entry);
    }
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->defaults->len; i++)
    g_variant_builder_add_value (&all, g_ptr_array_index (self->defaults, i));
  g_mutex_unlock (&self->mutex);
  return trafo_config_new_from_variant (g_variant_builder_end (&all), self->origin, NULL);
}

/**
 * trafo_config_to_json:
 * @self: a config
 *
 * The text of a config.json with all keys in their order.
 *
 * Returns: (transfer full): JSON, indented, with a newline at its end
 */
char *
trafo_config_to_json (TrafoConfig *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  trafo_json_write_variant (text, self->variant, 0);
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

/**
 * trafo_config_has:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 *
 * Whether a key is there with a value other than null.
 *
 * Returns: %TRUE if it is
 */
gboolean
trafo_config_has (TrafoConfig *self, const char *key)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), FALSE);
  value = lookup (self, key, &found);
  return value != NULL;
}

/* Whether a value is an integer of the range; fails with the message if not. */
static gboolean
take_int (TrafoConfig *self,
          const char  *key,
          GVariant    *value,
          gint64       min,
          gint64       max,
          gint64      *ret_integer)
{
  g_autofree char *expected = NULL;
  gint64           integer;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    {
      integer = g_variant_get_int64 (value);
      if (integer >= min && integer <= max)
        {
          *ret_integer = integer;
          return TRUE;
        }
    }
  expected =
      g_strdup_printf ("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
  fail_value (self, key, value, expected);
  return FALSE;
}

/**
 * trafo_config_get_int:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 * @default_value: the value where the key is absent or null
 * @min: the smallest value allowed
 * @max: the largest value allowed
 *
 * An integer. Any other type, also 1.0, is an error, as is a value out of range.
 *
 * Returns: the value, or @default_value
 */
gint64
trafo_config_get_int (TrafoConfig *self,
                      const char  *key,
                      gint64       default_value,
                      gint64       min,
                      gint64       max)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) value = NULL;
  gint64 integer = default_value;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), default_value);
  value = lookup (self, key, &found);
  if (value != NULL)
    take_int (self, found, value, min, max, &integer);
  else
    keep_default (self, key, g_variant_new_int64 (default_value));
  return integer;
}

/**
 * trafo_config_get_double:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 * @default_value: the value where the key is absent or null
 * @min: the smallest value allowed
 * @max: the largest value allowed
 *
 * A number, with or without fraction.
 *
 * Returns: the value, or @default_value
 */
double
trafo_config_get_double (TrafoConfig *self,
                         const char  *key,
                         double       default_value,
                         double       min,
                         double       max)
{
  g_autofree char *found = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GVariant) value = NULL;
  double   number = default_value;
  gboolean is_number = TRUE;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), default_value);
  value = lookup (self, key, &found);
  if (value == NULL)
    {
      keep_default (self, key, g_variant_new_double (default_value));
      return default_value;
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    number = g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    number = g_variant_get_uint64 (value);
  else
    is_number = FALSE;
  /* so written that a NaN is out of range */
  if (is_number && number >= min && number <= max)
    return number;
  expected = g_strdup_printf ("a number from %g to %g", min, max);
  fail_value (self, found, value, expected);
  return default_value;
}

/**
 * trafo_config_get_boolean:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 * @default_value: the value where the key is absent or null
 *
 * True or false; 0 and 1 are taken, too.
 *
 * Returns: the value, or @default_value
 */
gboolean
trafo_config_get_boolean (TrafoConfig *self, const char *key, gboolean default_value)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), default_value);
  value = lookup (self, key, &found);
  if (value == NULL)
    {
      keep_default (self, key, g_variant_new_boolean (default_value));
      return default_value;
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) &&
      (g_variant_get_int64 (value) == 0 || g_variant_get_int64 (value) == 1))
    return g_variant_get_int64 (value) == 1;
  fail_value (self, found, value, "true or false");
  return default_value;
}

/**
 * trafo_config_get_string:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 * @default_value: (nullable): the value where the key is absent or null
 *
 * A string.
 *
 * Returns: (transfer none) (nullable): the value, which lives as long as @self, or @default_value
 */
const char *
trafo_config_get_string (TrafoConfig *self, const char *key, const char *default_value)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), default_value);
  value = lookup (self, key, &found);
  if (value == NULL && default_value != NULL)
    keep_default (self, key, g_variant_new_string (default_value));
  if (value == NULL)
    return default_value;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_get_string (value, NULL);
  fail_value (self, found, value, "a string");
  return default_value;
}

/**
 * trafo_config_get_ints:
 * @self: a config
 * @key: a key, or several as in "KEY|KEY"
 * @min: the smallest value allowed
 * @max: the largest value allowed
 * @ret_n_values: (out): the number of values
 *
 * A list of integers; one integer alone is taken as a list of one, as in eos_token_id.
 *
 * Returns: (transfer full) (nullable) (array length=ret_n_values): the values; %NULL where the key
 *   is absent, null, empty or not such a list
 */
gint64 *
trafo_config_get_ints (TrafoConfig *self,
                       const char  *key,
                       gint64       min,
                       gint64       max,
                       gsize       *ret_n_values)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 integer;

  *ret_n_values = 0;
  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  value = lookup (self, key, &found);
  if (value == NULL)
    return NULL;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    {
      if (!take_int (self, found, value, min, max, &integer))
        return NULL;
      g_array_append_val (values, integer);
    }
  else
    for (gsize i = 0; i < g_variant_n_children (value); i++)
      {
        g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
        g_autoptr (GVariant) element = g_variant_get_variant (child);

        if (!take_int (self, found, element, min, max, &integer))
          return NULL;
        g_array_append_val (values, integer);
      }
  return g_array_steal (values, ret_n_values);
}

/* The labels "0", "1", ... of an id2label; NULL, with the error kept, if they are not all there. */
static char **
dup_labels (TrafoConfig *self, GVariant *id2label)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) labels = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char  *id;
  GVariant    *label;

  g_variant_iter_init (&iter, id2label);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &label))
    {
      if (g_variant_is_of_type (label, G_VARIANT_TYPE_STRING))
        g_hash_table_insert (labels, (char *) id, (char *) g_variant_get_string (label, NULL));
      else
        fail_value (self, "id2label", label, "strings as labels");
      /* it points into the serialised whole, as do the strings */
      g_variant_unref (label);
    }
  for (gsize i = 0; i < g_variant_n_children (id2label); i++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, i);
      const char      *found = g_hash_table_lookup (labels, key);

      if (found == NULL)
        {
          trafo_config_fail (self,
                             "'id2label' has no label for %s, expected one for each of 0 to "
                             "%" G_GSIZE_FORMAT,
                             key,
                             g_variant_n_children (id2label) - 1);
          return NULL;
        }
      g_strv_builder_add (builder, found);
    }
  return g_strv_builder_end (builder);
}

/**
 * trafo_config_get_token_id:
 * @self: a config
 * @key: a key, such as "pad_token_id"
 * @default_value: the value where the key is absent
 *
 * The id of a special token. A null says that there is none, other than elsewhere.
 *
 * Returns: the id, -1 for none, or @default_value
 */
gint64
trafo_config_get_token_id (TrafoConfig *self, const char *key, gint64 default_value)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), default_value);
  value = g_variant_lookup_value (self->variant, key, NULL);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return -1;
  if (value == NULL && default_value < 0) /* none is no default to be written */
    return default_value;
  return trafo_config_get_int (self, key, default_value, -1, G_MAXINT32);
}

/**
 * trafo_config_get_labels:
 * @self: a config
 * @ret_n_labels: (out) (optional): the number of labels
 *
 * The names of a classifier's classes: the labels in id2label, or else LABEL_0, LABEL_1, ... up to
 * num_labels, which is 2 by default.
 *
 * Returns: (transfer full) (nullable) (array length=ret_n_labels zero-terminated=1): the labels,
 *   %NULL where the values are not as they should be
 */
char **
trafo_config_get_labels (TrafoConfig *self, gsize *ret_n_labels)
{
  g_autofree char *found = NULL;
  g_autoptr (GVariant) id2label = NULL;
  char **labels;
  gint64 n_labels;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), NULL);
  id2label = lookup (self, "id2label", &found);
  if (id2label != NULL && g_variant_is_of_type (id2label, G_VARIANT_TYPE_VARDICT))
    labels = dup_labels (self, id2label);
  else
    {
      if (id2label != NULL)
        fail_value (self, "id2label", id2label, "an object");
      n_labels = trafo_config_get_int (self, "num_labels", 2, 0, MAX_LABELS);
      labels = g_new0 (char *, n_labels + 1);
      for (gint64 i = 0; i < n_labels; i++)
        labels[i] = g_strdup_printf ("LABEL_%" G_GINT64_FORMAT, i);
    }
  if (ret_n_labels != NULL)
    *ret_n_labels = labels != NULL ? g_strv_length (labels) : 0;
  return labels;
}

/**
 * trafo_config_get_problem:
 * @self: a config
 *
 * What the labels of a text are, by problem_type.
 *
 * Returns: the problem, %TRAFO_PROBLEM_INFERRED where the key is absent or null
 */
TrafoProblem
trafo_config_get_problem (TrafoConfig *self)
{
  static const char *const names[] = {
    [TRAFO_PROBLEM_REGRESSION] = "regression",
    [TRAFO_PROBLEM_SINGLE_LABEL_CLASSIFICATION] = "single_label_classification",
    [TRAFO_PROBLEM_MULTI_LABEL_CLASSIFICATION] = "multi_label_classification",
  };
  const char *text = trafo_config_get_string (self, "problem_type", NULL);

  for (gsize i = 1; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      return i;
  if (text != NULL)
    trafo_config_fail (self,
                       "'problem_type' is '%s', expected regression, single_label_classification "
                       "or multi_label_classification",
                       text);
  return TRAFO_PROBLEM_INFERRED;
}

/**
 * trafo_config_set_default:
 * @self: a config
 * @key: a key
 * @value: an integer, number, boolean or string
 *
 * Says what stands for a key that the caller does not read itself, for
 * [method@Trafo.Config.complete].
 */
void
trafo_config_set_default (TrafoConfig *self, const char *key, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);

  g_return_if_fail (TRAFO_IS_CONFIG (self));
  keep_default (self, key, owned);
}

/**
 * trafo_config_fail: (skip)
 * @self: a config
 * @format: as for printf()
 * @...: the arguments
 *
 * Keeps an error that the caller found, unless one is kept already. The origin is put before it.
 */
void
trafo_config_fail (TrafoConfig *self, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&self->mutex);
  if (self->error == NULL)
    self->error =
        g_error_new (TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT, "%s: %s", self->origin, message);
  g_mutex_unlock (&self->mutex);
}

/**
 * trafo_config_check:
 * @self: a config
 * @error: return location for an error
 *
 * Reports the first error that a getter or trafo_config_fail() kept since the last check, and
 * forgets it.
 *
 * Returns: %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT if there was one
 */
gboolean
trafo_config_check (TrafoConfig *self, GError **error)
{
  GError *kept;

  g_return_val_if_fail (TRAFO_IS_CONFIG (self), FALSE);
  g_mutex_lock (&self->mutex);
  kept = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->mutex);
  if (kept == NULL)
    return TRUE;
  g_propagate_error (error, kept);
  return FALSE;
}
