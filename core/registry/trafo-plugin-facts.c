/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-facts-private.h"

#include "trafo-plugin-section-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>

#define MAX_NAME_BYTES 64
#define MAX_RANK 1000000

static const char *const kind_names[TRAFO_N_FEATURE_KINDS] = {
  [TRAFO_FEATURE_KIND_BACKEND] = "backend",     [TRAFO_FEATURE_KIND_MODEL] = "model",
  [TRAFO_FEATURE_KIND_TOKENIZER] = "tokenizer", [TRAFO_FEATURE_KIND_OPTIMIZER] = "optimizer",
  [TRAFO_FEATURE_KIND_PIPELINE] = "pipeline",
};

const char *
trafo_feature_kind_get_name (TrafoFeatureKind kind)
{
  return (guint) kind < TRAFO_N_FEATURE_KINDS ? kind_names[kind] : NULL;
}

gboolean
trafo_feature_kind_from_name (const char *name, TrafoFeatureKind *ret_kind)
{
  for (guint i = 0; i < TRAFO_N_FEATURE_KINDS; i++)
    if (g_strcmp0 (name, kind_names[i]) == 0)
      {
        *ret_kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean fail (const char *filename, GError **error, int code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static gboolean
fail (const char *filename, GError **error, int code, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list          args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TRAFO_PLUGIN_ERROR, code, "%s: %s", filename, what);
  return FALSE;
}

/* Names end up in symbols, environment variables and messages. */
static gboolean
is_name (const char *name, gboolean is_symbol)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME_BYTES || (is_symbol && g_ascii_isdigit (name[0])))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' &&
        (is_symbol || (name[i] != '-' && name[i] != '.')))
      return FALSE;
  return TRUE;
}

/* A string member of @object, which must be there; @where names the object in messages. */
static const char *
get_string (GVariant   *object,
            const char *key,
            const char *where,
            const char *filename,
            GError    **error)
{
  const char *value;

  if (g_variant_lookup (object, key, "&s", &value))
    return value;
  fail (filename,
        error,
        TRAFO_PLUGIN_ERROR_INVALID,
        "%s has no string '%s' in its description",
        where,
        key);
  return NULL;
}

/* A list of strings, which all metadata are; NULL for anything else. The result is floating. */
static GVariant *
read_list (GVariant *value)
{
  GVariantBuilder strings;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return NULL;
  g_variant_builder_init (&strings, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) item = NULL;

      g_variant_get_child (value, i, "v", &item);
      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
        {
          g_variant_builder_clear (&strings);
          return NULL;
        }
      g_variant_builder_add_value (&strings, item);
    }
  return g_variant_builder_end (&strings);
}

/* Every member of a feature but those that all features have. The result is floating. */
static GVariant *
read_metadata (GVariant *feature, const char *filename, GError **error)
{
  static const char *const common[] = { "kind", "name", "type", "rank", NULL };
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  g_variant_iter_init (&iter, feature);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;
      GVariant *list;

      if (g_strv_contains (common, key))
        continue;
      list = read_list (value);
      if (list == NULL)
        {
          fail (filename,
                error,
                TRAFO_PLUGIN_ERROR_INVALID,
                "'%s' in its description has type %s, expected an array of strings",
                key,
                g_variant_get_type_string (value));
          return NULL;
        }
      g_variant_builder_add (&builder, "{sv}", key, list);
    }
  return g_variant_builder_end (&builder);
}

static gboolean
read_feature (GVariantBuilder *features, GVariant *feature, const char *filename, GError **error)
{
  const char      *kind_name = get_string (feature, "kind", "a feature", filename, error);
  const char      *name, *type_name;
  TrafoFeatureKind kind;
  GVariant        *metadata;
  gint64           rank;

  if (kind_name == NULL ||
      (name = get_string (feature, "name", "a feature", filename, error)) == NULL ||
      (type_name = get_string (feature, "type", name, filename, error)) == NULL)
    return FALSE;
  if (!trafo_feature_kind_from_name (kind_name, &kind))
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "feature '%s' is of the unknown kind '%s'",
                 name,
                 kind_name);
  if (!is_name (name, FALSE) || !is_name (type_name, TRUE) || strlen (type_name) < 3)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "'%s' of type '%s' is not a name of a feature",
                 name,
                 type_name);
  if (!g_variant_lookup (feature, "rank", "x", &rank) || rank < 0 || rank > MAX_RANK)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "feature '%s' has no rank between 0 and %d",
                 name,
                 MAX_RANK);
  if ((metadata = read_metadata (feature, filename, error)) == NULL)
    return FALSE;
  g_variant_builder_add (features,
                         "(yssi@a{sv})",
                         (guchar) kind,
                         name,
                         type_name,
                         (gint32) rank,
                         metadata);
  return TRUE;
}

/* A plugin has one backend at most, for its devices are found plugin by plugin, and no two features
 * of one kind and name. */
static gboolean
check_features (GVariant *features, const char *filename, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < g_variant_n_children (features); i++)
    {
      const char *name;
      guchar      kind;
      gboolean    is_backend;

      g_variant_get_child (features, i, "(y&s&sia{sv})", &kind, &name, NULL, NULL, NULL);
      is_backend = kind == TRAFO_FEATURE_KIND_BACKEND;
      if (!g_hash_table_add (seen, g_strdup_printf ("%u/%s", kind, is_backend ? "" : name)))
        return fail (filename,
                     error,
                     TRAFO_PLUGIN_ERROR_INVALID,
                     "its %s '%s' is one too many",
                     trafo_feature_kind_get_name (kind),
                     name);
    }
  return TRUE;
}

/* The result is not floating. */
static GVariant *
read_features (GVariant *description, const char *filename, GError **error)
{
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) checked = NULL;
  g_auto (GVariantBuilder) features = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(yssia{sv})"));
  gsize n;

  list = g_variant_lookup_value (description, "features", G_VARIANT_TYPE ("av"));
  n = list != NULL ? g_variant_n_children (list) : 0;
  if (n == 0 || n > TRAFO_PLUGIN_MAX_FEATURES)
    {
      fail (filename,
            error,
            TRAFO_PLUGIN_ERROR_INVALID,
            "it describes %" G_GSIZE_FORMAT " features, expected 1 to %d",
            n,
            TRAFO_PLUGIN_MAX_FEATURES);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) feature = NULL;

      g_variant_get_child (list, i, "v", &feature);
      if (!g_variant_is_of_type (feature, G_VARIANT_TYPE_VARDICT))
        fail (filename, error, TRAFO_PLUGIN_ERROR_INVALID, "a feature is not a JSON object");
      else if (read_feature (&features, feature, filename, error))
        continue;
      return NULL;
    }
  checked = g_variant_ref_sink (g_variant_builder_end (&features));
  return check_features (checked, filename, error) ? g_steal_pointer (&checked) : NULL;
}

/* The JSON behind the first line "trafo-plugin VERSION MAJOR.MINOR\n", which is checked before the
 * rest is even looked at, so that a plugin of another ABI is named as such, however its description
 * is written. */
static GBytes *
check_first_line (GBytes *text, const char *filename, GError **error)
{
  gsize            size_bytes;
  const char      *start = g_bytes_get_data (text, &size_bytes);
  const char      *end = size_bytes > 0 ? memchr (start, '\n', MIN (size_bytes, 64)) : NULL;
  g_autofree char *line = end != NULL ? g_strndup (start, end - start) : NULL;
  guint            version, major, minor;
  int              n_read = 0;

  if (line == NULL ||
      sscanf (line, TRAFO_PLUGIN_TEXT_MAGIC " %5u %5u.%5u%n", &version, &major, &minor, &n_read) !=
          3 ||
      line[n_read] != '\0')
    fail (filename,
          error,
          TRAFO_PLUGIN_ERROR_INVALID,
          "its section %s does not begin with '%s VERSION ABI'",
          TRAFO_PLUGIN_SECTION,
          TRAFO_PLUGIN_TEXT_MAGIC);
  else if (major != TRAFO_ABI_MAJOR || minor != TRAFO_ABI_MINOR ||
           version != TRAFO_PLUGIN_TEXT_VERSION)
    fail (filename,
          error,
          TRAFO_PLUGIN_ERROR_ABI,
          "built for plugin ABI %u.%u (description %u), this is ABI %d.%d (description %d); while "
          "the ABI is 0.N both must be equal",
          major,
          minor,
          version,
          TRAFO_ABI_MAJOR,
          TRAFO_ABI_MINOR,
          TRAFO_PLUGIN_TEXT_VERSION);
  else
    return g_bytes_new_from_bytes (text, end + 1 - start, size_bytes - (end + 1 - start));
  return NULL;
}

static GVariant *
read_description (GBytes *json, const char *filename, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) description = trafo_json_to_variant (json, filename, &local);

  if (description != NULL && g_variant_is_of_type (description, G_VARIANT_TYPE_VARDICT))
    return g_steal_pointer (&description);
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_INVALID,
               "%s%s",
               local != NULL ? local->message : filename,
               local != NULL ? "" : ": its description is not a JSON object");
  return NULL;
}

GVariant *
trafo_plugin_facts_from_text (GBytes *text, const char *filename, GError **error)
{
  g_autoptr (GBytes) json = check_first_line (text, filename, error);
  g_autoptr (GVariant) description = NULL;
  g_autoptr (GVariant) features = NULL;
  const char *name, *version, *license, *summary;

  if (json == NULL || (description = read_description (json, filename, error)) == NULL)
    return NULL;
  if ((name = get_string (description, "name", "it", filename, error)) == NULL ||
      (version = get_string (description, "version", "it", filename, error)) == NULL ||
      (license = get_string (description, "license", "it", filename, error)) == NULL ||
      (summary = get_string (description, "description", "it", filename, error)) == NULL)
    return NULL;
  if (!is_name (name, TRUE))
    {
      fail (filename, error, TRAFO_PLUGIN_ERROR_INVALID, "'%s' is not a name of a plugin", name);
      return NULL;
    }
  if ((features = read_features (description, filename, error)) == NULL)
    return NULL;
  return g_variant_ref_sink (g_variant_new ("(ssssqq@a(yssia{sv}))",
                                            name,
                                            version,
                                            license,
                                            summary,
                                            (guint16) TRAFO_ABI_MAJOR,
                                            (guint16) TRAFO_ABI_MINOR,
                                            features));
}

/* Somebody else who can write the file could make this process run anything. */
static gboolean
check_file (const struct stat *status, const char *filename, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return fail (filename, error, TRAFO_PLUGIN_ERROR_INVALID, "not a regular file");
  if ((status->st_mode & S_IWOTH) != 0)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "writable by everyone (mode %04o)",
                 (guint) status->st_mode & 07777);
  return TRUE;
}

GVariant *
trafo_plugin_facts_read (const char *filename, TrafoFileIdentity *ret_identity, GError **error)
{
  g_autoptr (GBytes) text = NULL;
  struct stat status;
  int         fd;

  /* not to hang on a FIFO, nor to get a terminal */
  fd = g_open (filename, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
  if (fd < 0 || fstat (fd, &status) != 0)
    {
      fail (filename,
            error,
            TRAFO_PLUGIN_ERROR_INVALID,
            "cannot be opened: %s",
            g_strerror (errno));
      if (fd >= 0)
        g_close (fd, NULL);
      return NULL;
    }
  trafo_file_identity_init (ret_identity, &status);
  if (check_file (&status, filename, error))
    text = trafo_plugin_section_read (fd, status.st_size, filename, error);
  g_close (fd, NULL);
  return text != NULL ? trafo_plugin_facts_from_text (text, filename, error) : NULL;
}
