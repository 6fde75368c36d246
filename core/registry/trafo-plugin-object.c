/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-enum-types.h>

#include "trafo-plugin-object.h"

#include "trafo-feature-private.h"
#include "trafo-plugin-facts-private.h"
#include "trafo-plugin-module-private.h"
#include "trafo-plugin-object-private.h"

#include <errno.h>
#include <sys/stat.h>
#include <trafo/trafo-error.h>

/**
 * TrafoPlugin:
 *
 * One file with features, or a file that was taken for one and why it is not.
 *
 * Everything but the state is read from the file without running its code.
 */
struct _TrafoPlugin
{
  GObject parent_instance;

  /* constant */
  char              *filename;
  char              *fallback_name;
  TrafoFileIdentity  identity;
  GVariant          *facts; /* NULL if the file is no plugin */
  TrafoVerdicts     *verdicts;
  TrafoPluginFeature features[TRAFO_PLUGIN_MAX_FEATURES];
  guint              n_features;

  GMutex           load_lock; /* held while the plugin is tried and opened */
  GMutex           lock;      /* held for moments, over what follows */
  TrafoPluginState state;
  GError          *error; /* why it is REJECTED or QUARANTINED */
  GType            types[TRAFO_PLUGIN_MAX_FEATURES];
};

enum
{
  PROP_0,
  PROP_FILENAME,
  PROP_NAME,
  PROP_VERSION,
  PROP_LICENSE,
  PROP_DESCRIPTION,
  PROP_ABI_MAJOR,
  PROP_ABI_MINOR,
  PROP_STATE,
  PROP_REASON,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TrafoPlugin, trafo_plugin, G_TYPE_OBJECT)

static void
trafo_plugin_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TrafoPlugin *self = TRAFO_PLUGIN (object);

  switch (id)
    {
    case PROP_FILENAME:
      g_value_set_string (value, self->filename);
      break;
    case PROP_NAME:
      g_value_set_string (value, trafo_plugin_get_name (self));
      break;
    case PROP_VERSION:
      g_value_set_string (value, trafo_plugin_get_version (self));
      break;
    case PROP_LICENSE:
      g_value_set_string (value, trafo_plugin_get_license (self));
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, trafo_plugin_get_description (self));
      break;
    case PROP_ABI_MAJOR:
      g_value_set_uint (value, trafo_plugin_get_abi_major (self));
      break;
    case PROP_ABI_MINOR:
      g_value_set_uint (value, trafo_plugin_get_abi_minor (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, trafo_plugin_get_state (self));
      break;
    case PROP_REASON:
      g_value_take_string (value, trafo_plugin_dup_reason (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
trafo_plugin_finalize (GObject *object)
{
  TrafoPlugin *self = TRAFO_PLUGIN (object);

  for (guint i = 0; i < self->n_features; i++)
    g_variant_unref (self->features[i].metadata);
  g_clear_pointer (&self->facts, g_variant_unref);
  g_clear_pointer (&self->verdicts, trafo_verdicts_unref);
  g_clear_error (&self->error);
  g_free (self->filename);
  g_free (self->fallback_name);
  g_mutex_clear (&self->load_lock);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (trafo_plugin_parent_class)->finalize (object);
}

static GParamSpec *
string_property (const char *name)
{
  return g_param_spec_string (name,
                              NULL,
                              NULL,
                              NULL,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static GParamSpec *
uint_property (const char *name)
{
  return g_param_spec_uint (name,
                            NULL,
                            NULL,
                            0,
                            G_MAXUINT16,
                            0,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
trafo_plugin_class_init (TrafoPluginClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = trafo_plugin_get_property;
  object_class->finalize = trafo_plugin_finalize;

  /**
   * TrafoPlugin:filename:
   *
   * The file; %NULL for a plugin that is linked into the program.
   */
  properties[PROP_FILENAME] = string_property ("filename");
  /**
   * TrafoPlugin:name:
   *
   * The plugin's name; the file's, where that is all that is known.
   */
  properties[PROP_NAME] = string_property ("name");
  /**
   * TrafoPlugin:version:
   *
   * The plugin's version.
   */
  properties[PROP_VERSION] = string_property ("version");
  /**
   * TrafoPlugin:license:
   *
   * Its licence, an SPDX expression.
   */
  properties[PROP_LICENSE] = string_property ("license");
  /**
   * TrafoPlugin:description:
   *
   * What it is, in one line.
   */
  properties[PROP_DESCRIPTION] = string_property ("description");
  /**
   * TrafoPlugin:abi-major:
   *
   * The plugin ABI that it was built for.
   */
  properties[PROP_ABI_MAJOR] = uint_property ("abi-major");
  /**
   * TrafoPlugin:abi-minor:
   *
   * The plugin ABI that it was built for.
   */
  properties[PROP_ABI_MINOR] = uint_property ("abi-minor");
  /**
   * TrafoPlugin:state:
   *
   * How far the plugin has come. It may change in any thread that uses the plugin.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state",
                         NULL,
                         NULL,
                         TRAFO_TYPE_PLUGIN_STATE,
                         TRAFO_PLUGIN_STATE_UNTRIED,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  /**
   * TrafoPlugin:reason:
   *
   * Why it is rejected or quarantined, else %NULL.
   */
  properties[PROP_REASON] = string_property ("reason");
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
trafo_plugin_init (TrafoPlugin *self)
{
  g_mutex_init (&self->load_lock);
  g_mutex_init (&self->lock);
}

/* The descriptions of the features are places in the facts. */
static void
take_features (TrafoPlugin *self)
{
  g_autoptr (GVariant) features = NULL;

  features = g_variant_get_child_value (self->facts, TRAFO_PLUGIN_FACTS_FEATURES);
  self->n_features = MIN (g_variant_n_children (features), TRAFO_PLUGIN_MAX_FEATURES);
  for (guint i = 0; i < self->n_features; i++)
    {
      TrafoPluginFeature *feature = &self->features[i];
      guchar              kind;

      g_variant_get_child (features,
                           i,
                           "(y&s&si@a{sv})",
                           &kind,
                           &feature->name,
                           &feature->type_name,
                           &feature->rank,
                           &feature->metadata);
      feature->kind = kind;
    }
}

TrafoPlugin *
trafo_plugin_new (const char              *filename,
                  const TrafoFileIdentity *identity,
                  GVariant                *facts,
                  const GError            *error,
                  TrafoVerdicts           *verdicts)
{
  TrafoPlugin *self = g_object_new (TRAFO_TYPE_PLUGIN, NULL);

  self->filename = g_strdup (filename);
  self->identity = *identity;
  if (verdicts != NULL)
    self->verdicts = trafo_verdicts_ref (verdicts);
  if (facts != NULL)
    {
      self->facts = g_variant_ref (facts);
      /* strings of a GVariant stay where they are only once it is serialised */
      g_variant_get_data (self->facts);
      take_features (self);
    }
  else
    {
      self->fallback_name = g_path_get_basename (filename);
      self->state = TRAFO_PLUGIN_STATE_REJECTED;
      self->error = g_error_copy (error);
    }
  return self;
}

TrafoPlugin *
trafo_plugin_new_static (const TrafoPluginDescriptor *descriptor, GError **error)
{
  const TrafoFileIdentity none = { 0 };
  g_autoptr (GBytes) text = g_bytes_new_static (descriptor->text, strlen (descriptor->text));
  g_autoptr (GVariant) facts = trafo_plugin_facts_from_text (text, descriptor->name, error);
  g_autoptr (TrafoPlugin) self = NULL;

  if (facts == NULL)
    return NULL;
  self = trafo_plugin_new (NULL, &none, facts, NULL, NULL);
  if (!trafo_plugin_module_register (descriptor, descriptor->name, facts, self->types, error))
    return NULL;
  self->state = TRAFO_PLUGIN_STATE_LOADED;
  return g_steal_pointer (&self);
}

/**
 * trafo_plugin_new_from_file:
 * @filename: (type filename): a file
 *
 * Reads what a file says about itself, outside of any registry.
 *
 * None of its code runs. A file that is no plugin gives one in the state
 * %TRAFO_PLUGIN_STATE_REJECTED, with the reason.
 *
 * Returns: (transfer full): the plugin
 */
TrafoPlugin *
trafo_plugin_new_from_file (const char *filename)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = NULL;
  TrafoFileIdentity identity = { 0 };

  g_return_val_if_fail (filename != NULL, NULL);
  facts = trafo_plugin_facts_read (filename, &identity, &error);
  return trafo_plugin_new (filename, &identity, facts, error, NULL);
}

const TrafoFileIdentity *
trafo_plugin_get_identity (TrafoPlugin *self)
{
  return &self->identity;
}

guint
trafo_plugin_get_n_features (TrafoPlugin *self)
{
  return self->n_features;
}

const TrafoPluginFeature *
trafo_plugin_get_feature (TrafoPlugin *self, guint index)
{
  return &self->features[index];
}

gint
trafo_plugin_get_rank (TrafoPlugin *self, guint index)
{
  return g_atomic_int_get (&self->features[index].rank);
}

void
trafo_plugin_set_rank (TrafoPlugin *self, guint index, gint rank)
{
  g_atomic_int_set (&self->features[index].rank, rank);
}

gboolean
trafo_plugin_has_backend (TrafoPlugin *self)
{
  for (guint i = 0; i < self->n_features; i++)
    if (self->features[i].kind == TRAFO_FEATURE_KIND_BACKEND)
      return TRUE;
  return FALSE;
}

GType
trafo_plugin_get_feature_type (TrafoPlugin *self, guint index)
{
  return trafo_plugin_get_state (self) == TRAFO_PLUGIN_STATE_LOADED ? self->types[index] : 0;
}

static const char *
get_fact (TrafoPlugin *self, gsize index)
{
  const char *value;

  if (self->facts == NULL)
    return "";
  g_variant_get_child (self->facts, index, "&s", &value);
  return value;
}

static guint
get_number (TrafoPlugin *self, gsize index)
{
  guint16 value = 0;

  if (self->facts != NULL)
    g_variant_get_child (self->facts, index, "q", &value);
  return value;
}

/**
 * trafo_plugin_get_filename:
 * @self: a plugin
 *
 * The file that it is in.
 *
 * Returns: (transfer none) (nullable) (type filename): the file, %NULL for a plugin that is linked
 *   into the program
 */
const char *
trafo_plugin_get_filename (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return self->filename;
}

/**
 * trafo_plugin_get_name:
 * @self: a plugin
 *
 * Its name.
 *
 * Returns: (transfer none): the name; the file's, where that is all that is known
 */
const char *
trafo_plugin_get_name (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return self->facts != NULL ? get_fact (self, TRAFO_PLUGIN_FACTS_NAME) : self->fallback_name;
}

/**
 * trafo_plugin_get_version:
 * @self: a plugin
 *
 * Its version.
 *
 * Returns: (transfer none): the version, "" if unknown
 */
const char *
trafo_plugin_get_version (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return get_fact (self, TRAFO_PLUGIN_FACTS_VERSION);
}

/**
 * trafo_plugin_get_license:
 * @self: a plugin
 *
 * Its licence.
 *
 * Returns: (transfer none): an SPDX expression, "" if unknown
 */
const char *
trafo_plugin_get_license (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return get_fact (self, TRAFO_PLUGIN_FACTS_LICENSE);
}

/**
 * trafo_plugin_get_description:
 * @self: a plugin
 *
 * What it is.
 *
 * Returns: (transfer none): one line, "" if unknown
 */
const char *
trafo_plugin_get_description (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return get_fact (self, TRAFO_PLUGIN_FACTS_DESCRIPTION);
}

/**
 * trafo_plugin_get_abi_major:
 * @self: a plugin
 *
 * The plugin ABI that it was built for.
 *
 * Returns: the major number, 0 if unknown
 */
guint
trafo_plugin_get_abi_major (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), 0);
  return get_number (self, TRAFO_PLUGIN_FACTS_ABI_MAJOR);
}

/**
 * trafo_plugin_get_abi_minor:
 * @self: a plugin
 *
 * The plugin ABI that it was built for.
 *
 * Returns: the minor number, 0 if unknown
 */
guint
trafo_plugin_get_abi_minor (TrafoPlugin *self)
{
  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), 0);
  return get_number (self, TRAFO_PLUGIN_FACTS_ABI_MINOR);
}

/**
 * trafo_plugin_get_state:
 * @self: a plugin
 *
 * How far it has come.
 *
 * Returns: the state
 */
TrafoPluginState
trafo_plugin_get_state (TrafoPlugin *self)
{
  TrafoPluginState state;

  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), TRAFO_PLUGIN_STATE_REJECTED);
  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

/* TRUE, with a copy, if there is an error. */
static gboolean
copy_error (TrafoPlugin *self, GError **ret_error)
{
  gboolean has_error;

  g_mutex_lock (&self->lock);
  has_error = self->error != NULL;
  if (has_error)
    g_propagate_error (ret_error, g_error_copy (self->error));
  g_mutex_unlock (&self->lock);
  return has_error;
}

/**
 * trafo_plugin_dup_reason:
 * @self: a plugin
 *
 * Why it is rejected or quarantined.
 *
 * Returns: (transfer full) (nullable): the reason, which begins with the file's name
 */
char *
trafo_plugin_dup_reason (TrafoPlugin *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  return copy_error (self, &error) ? g_strdup (error->message) : NULL;
}

/**
 * trafo_plugin_list_features:
 * @self: a plugin
 *
 * What it brings.
 *
 * Returns: (transfer full): a #GListModel of #TrafoFeature, empty for a file that is no plugin
 */
GListModel *
trafo_plugin_list_features (TrafoPlugin *self)
{
  GListStore *features;

  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), NULL);
  features = g_list_store_new (TRAFO_TYPE_FEATURE);
  for (guint i = 0; i < self->n_features; i++)
    {
      g_autoptr (TrafoFeature) feature = trafo_feature_new (self, i);

      g_list_store_append (features, feature);
    }
  return G_LIST_MODEL (features);
}

static void
notify_state (TrafoPlugin *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASON]);
}

void
trafo_plugin_reject (TrafoPlugin *self, const GError *error)
{
  gboolean is_open;

  g_mutex_lock (&self->lock);
  is_open = self->state == TRAFO_PLUGIN_STATE_LOADED;
  if (!is_open)
    {
      self->state = g_error_matches (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_QUARANTINED)
                        ? TRAFO_PLUGIN_STATE_QUARANTINED
                        : TRAFO_PLUGIN_STATE_REJECTED;
      g_clear_error (&self->error);
      self->error = g_error_copy (error);
    }
  g_mutex_unlock (&self->lock);
  if (!is_open)
    notify_state (self);
}

/* A plugin that is open, or that something else speaks against, stays as it is. */
static void
set_ready (TrafoPlugin *self)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = self->state == TRAFO_PLUGIN_STATE_UNTRIED;
  if (is_new)
    self->state = TRAFO_PLUGIN_STATE_READY;
  g_mutex_unlock (&self->lock);
  if (is_new)
    notify_state (self);
}

void
trafo_plugin_apply_verdict (TrafoPlugin *self, const TrafoExamination *examination)
{
  g_autoptr (GError) error = NULL;

  if (examination->verdict == TRAFO_VERDICT_GOOD)
    set_ready (self);
  if (examination->verdict != TRAFO_VERDICT_REJECTED &&
      examination->verdict != TRAFO_VERDICT_QUARANTINED)
    return;
  /* a plugin that was rejected named its file itself */
  if (examination->verdict == TRAFO_VERDICT_QUARANTINED)
    g_set_error (&error,
                 TRAFO_PLUGIN_ERROR,
                 TRAFO_PLUGIN_ERROR_QUARANTINED,
                 "%s: %s",
                 self->filename,
                 examination->reason);
  else
    g_set_error_literal (&error, TRAFO_PLUGIN_ERROR, examination->code, examination->reason);
  trafo_plugin_reject (self, error);
}

void
trafo_plugin_release (TrafoPlugin *self)
{
  gboolean was_quarantined;

  g_mutex_lock (&self->lock);
  was_quarantined = self->state == TRAFO_PLUGIN_STATE_QUARANTINED;
  if (was_quarantined)
    {
      self->state = TRAFO_PLUGIN_STATE_UNTRIED;
      g_clear_error (&self->error);
    }
  g_mutex_unlock (&self->lock);
  if (was_quarantined)
    notify_state (self);
}

/* FALSE only if the caller cancelled. */
static gboolean
examine (TrafoPlugin      *self,
         TrafoExamination *examination,
         GCancellable     *cancellable,
         GError          **error)
{
  examination->filename = self->filename;
  examination->identity = self->identity;
  examination->with_devices = trafo_plugin_has_backend (self);
  if (!trafo_verdicts_examine (self->verdicts, examination, 1, FALSE, cancellable, error))
    return FALSE;
  trafo_plugin_apply_verdict (self, examination);
  return TRUE;
}

static gboolean
check_unchanged (TrafoPlugin *self, GError **error)
{
  TrafoFileIdentity identity;
  struct stat       status;

  if (stat (self->filename, &status) != 0)
    {
      g_set_error (error,
                   TRAFO_PLUGIN_ERROR,
                   TRAFO_PLUGIN_ERROR_NOT_FOUND,
                   "%s: %s",
                   self->filename,
                   g_strerror (errno));
      return FALSE;
    }
  trafo_file_identity_init (&identity, &status);
  if (trafo_file_identity_equal (&identity, &self->identity))
    return TRUE;
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_INVALID,
               "%s: changed since it was found; scan again",
               self->filename);
  return FALSE;
}

/* With the load lock held. */
static gboolean
open_here (TrafoPlugin *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  GType types[TRAFO_PLUGIN_MAX_FEATURES] = { 0 };

  if (!check_unchanged (self, &local) ||
      !trafo_plugin_module_open (self->filename, self->facts, types, &local))
    {
      trafo_plugin_reject (self, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_features; i++)
    self->types[i] = types[i];
  self->state = TRAFO_PLUGIN_STATE_LOADED;
  g_mutex_unlock (&self->lock);
  notify_state (self);
  return TRUE;
}

static gboolean
try_and_open (TrafoPlugin *self, GCancellable *cancellable, GError **error)
{
  TrafoExamination examination = { 0 };
  gboolean         is_cancelled;

  if (trafo_plugin_get_state (self) == TRAFO_PLUGIN_STATE_LOADED)
    return TRUE;
  if (copy_error (self, error))
    return FALSE;
  if (self->verdicts != NULL)
    {
      is_cancelled = !examine (self, &examination, cancellable, error);
      trafo_examination_clear (&examination);
      if (is_cancelled || copy_error (self, error))
        return FALSE;
    }
  return open_here (self, error);
}

/**
 * trafo_plugin_load:
 * @self: a plugin
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens the plugin in this process, for good, which runs its code.
 *
 * A plugin of a registry is tried in another process first, unless that was done before, and does
 * not get into this one if it crashes or hangs there. One from trafo_plugin_new_from_file() is
 * opened directly.
 *
 * Fails with %TRAFO_PLUGIN_ERROR and the reason that [method@Trafo.Plugin.dup_reason] gives.
 *
 * Returns: %TRUE if the plugin is open
 */
gboolean
trafo_plugin_load (TrafoPlugin *self, GCancellable *cancellable, GError **error)
{
  gboolean is_open;

  g_return_val_if_fail (TRAFO_IS_PLUGIN (self), FALSE);
  g_mutex_lock (&self->load_lock);
  is_open = try_and_open (self, cancellable, error);
  g_mutex_unlock (&self->load_lock);
  return is_open;
}

GVariant *
trafo_plugin_probe_devices (TrafoPlugin  *self,
                            gboolean     *ret_is_known,
                            GCancellable *cancellable,
                            GError      **error)
{
  TrafoExamination examination = { 0 };
  g_autoptr (GVariant) devices = NULL;

  *ret_is_known = TRUE;
  if (copy_error (self, error))
    return NULL;
  if (self->verdicts != NULL && !examine (self, &examination, cancellable, error))
    return NULL;
  if (examination.devices != NULL && g_variant_n_children (examination.devices) > 0)
    devices = g_variant_ref (examination.devices);
  else if (examination.verdict == TRAFO_VERDICT_UNKNOWN)
    *ret_is_known = FALSE;
  else if (!copy_error (self, error))
    g_set_error (error,
                 TRAFO_DEVICE_ERROR,
                 TRAFO_DEVICE_ERROR_UNAVAILABLE,
                 "%s",
                 examination.device_reason != NULL ? examination.device_reason
                                                   : "it offers no device");
  trafo_examination_clear (&examination);
  return g_steal_pointer (&devices);
}
