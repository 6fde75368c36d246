/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-config-private.h"

#include <trafo/trafo-error.h>

#include "trafo-enum-types.h"

/**
 * TrafoGenerationConfig:
 *
 * What generation is asked for, with the names and the defaults of transformers.
 *
 * A parameter that is not set has the value that the checkpoint gives it, else the default. Those
 * without a default read as -1 while they are not set, and setting -1 unsets them. Values of several
 * parts are variants, whose type each property's description has.
 */
struct _TrafoGenerationConfig
{
  GObject   parent_instance;
  GVariant *values[TRAFO_GENERATION_N_PARAMETERS]; /* NULL: not set; of type mv: none */
  GVariant *others;                                /* of a file, for its copy; or NULL */
};

G_DEFINE_FINAL_TYPE (TrafoGenerationConfig, trafo_generation_config, G_TYPE_OBJECT)

/* Properties are numbered from 1. */
#define ID_OF(property) ((property) -1)

static void
take (TrafoGenerationConfig *self, guint id, GVariant *value)
{
  g_clear_pointer (&self->values[id], g_variant_unref);
  self->values[id] = value;
}

gboolean
trafo_generation_config_has (TrafoGenerationConfig *self, guint id)
{
  return self->values[id] != NULL && !g_variant_is_of_type (self->values[id], G_VARIANT_TYPE_MAYBE);
}

double
trafo_generation_config_get_number (TrafoGenerationConfig *self, guint id)
{
  const TrafoGenerationParameter *parameter = trafo_generation_parameter_get (id);
  GVariant                       *value = self->values[id];

  if (value == NULL)
    return parameter->unset;
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_INT64:
      return (double) g_variant_get_int64 (value);
    case G_VARIANT_CLASS_DOUBLE:
      return g_variant_get_double (value);
    case G_VARIANT_CLASS_BOOLEAN:
      return g_variant_get_boolean (value);
    case G_VARIANT_CLASS_STRING:
      return TRAFO_EARLY_STOPPING_NEVER;
    default:
      return parameter->none;
    }
}

gint64
trafo_generation_config_get_integer (TrafoGenerationConfig *self, guint id)
{
  return (gint64) trafo_generation_config_get_number (self, id);
}

GVariant *
trafo_generation_config_get_list (TrafoGenerationConfig *self, guint id)
{
  return trafo_generation_config_has (self, id) ? self->values[id] : NULL;
}

void
trafo_generation_config_set_others (TrafoGenerationConfig *self, GVariant *others)
{
  g_clear_pointer (&self->others, g_variant_unref);
  self->others = g_variant_ref_sink (others);
}

GVariant *
trafo_generation_config_get_others (TrafoGenerationConfig *self)
{
  return self->others;
}

static void
trafo_generation_config_get_property (GObject    *object,
                                      guint       property,
                                      GValue     *value,
                                      GParamSpec *spec)
{
  TrafoGenerationConfig *self = TRAFO_GENERATION_CONFIG (object);
  guint                  id = ID_OF (property);
  GVariant              *list = trafo_generation_config_get_list (self, id);

  switch (trafo_generation_parameter_get (id)->kind)
    {
    case TRAFO_GENERATION_INTEGER:
      g_value_set_int64 (value, trafo_generation_config_get_integer (self, id));
      break;
    case TRAFO_GENERATION_NUMBER:
      g_value_set_double (value, trafo_generation_config_get_number (self, id));
      break;
    case TRAFO_GENERATION_BOOLEAN:
      g_value_set_boolean (value, trafo_generation_config_get_integer (self, id));
      break;
    case TRAFO_GENERATION_BOOLEAN_NEVER:
      g_value_set_enum (value, (int) trafo_generation_config_get_integer (self, id));
      break;
    case TRAFO_GENERATION_STRINGS:
      g_value_take_boxed (value, list != NULL ? g_variant_dup_strv (list, NULL) : NULL);
      break;
    default:
      g_value_set_variant (value, list);
    }
}

/* The variant of a property's value, or NULL where the value unsets it. */
static GVariant *
get_variant (const TrafoGenerationParameter *parameter, const GValue *value)
{
  gboolean     has_default = parameter->unset >= parameter->min;
  const char **strings;
  int          early_stopping;

  switch (parameter->kind)
    {
    case TRAFO_GENERATION_INTEGER:
      if (!has_default && g_value_get_int64 (value) < 0)
        return NULL;
      return g_variant_new_int64 (g_value_get_int64 (value));
    case TRAFO_GENERATION_NUMBER:
      if (!has_default && g_value_get_double (value) < 0)
        return NULL;
      return g_variant_new_double (g_value_get_double (value));
    case TRAFO_GENERATION_BOOLEAN:
      return g_variant_new_boolean (g_value_get_boolean (value));
    case TRAFO_GENERATION_BOOLEAN_NEVER:
      early_stopping = g_value_get_enum (value);
      return early_stopping == TRAFO_EARLY_STOPPING_NEVER ? g_variant_new_string ("never")
                                                          : g_variant_new_boolean (early_stopping);
    case TRAFO_GENERATION_STRINGS:
      strings = g_value_get_boxed (value);
      return strings != NULL ? g_variant_new_strv (strings, -1) : NULL;
    default:
      return g_value_dup_variant (value);
    }
}

static void
trafo_generation_config_set_property (GObject      *object,
                                      guint         property,
                                      const GValue *value,
                                      GParamSpec   *spec)
{
  TrafoGenerationConfig *self = TRAFO_GENERATION_CONFIG (object);
  guint                  id = ID_OF (property);
  g_autoptr (GVariant) variant = get_variant (trafo_generation_parameter_get (id), value);
  g_autoptr (GError) error = NULL;
  GVariant *parsed = NULL;

  if (variant != NULL)
    {
      g_variant_take_ref (variant);
      parsed = trafo_generation_parameter_parse (id, variant, &error);
    }
  if (error != NULL)
    g_warning ("%s", error->message);
  else
    take (self, id, parsed);
}

static void
trafo_generation_config_finalize (GObject *object)
{
  TrafoGenerationConfig *self = TRAFO_GENERATION_CONFIG (object);

  for (guint id = 0; id < TRAFO_GENERATION_N_PARAMETERS; id++)
    take (self, id, NULL);
  g_clear_pointer (&self->others, g_variant_unref);
  G_OBJECT_CLASS (trafo_generation_config_parent_class)->finalize (object);
}

static const GVariantType *
variant_type_of (TrafoGenerationKind kind)
{
  switch (kind)
    {
    case TRAFO_GENERATION_IDS:
      return G_VARIANT_TYPE ("ax");
    case TRAFO_GENERATION_ID_LISTS:
      return G_VARIANT_TYPE ("aax");
    case TRAFO_GENERATION_BIASED_LISTS:
      return G_VARIANT_TYPE ("a(axd)");
    default:
      return G_VARIANT_TYPE ("(xd)");
    }
}

static GParamSpec *
new_spec (const TrafoGenerationParameter *p, const char *name)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_BLURB;
  double            min = MIN (p->min, p->unset);

  switch (p->kind)
    {
    case TRAFO_GENERATION_INTEGER:
      return g_param_spec_int64 (name,
                                 NULL,
                                 p->summary,
                                 (gint64) min,
                                 (gint64) p->max,
                                 (gint64) p->unset,
                                 flags);
    case TRAFO_GENERATION_NUMBER:
      return g_param_spec_double (name, NULL, p->summary, min, p->max, p->unset, flags);
    case TRAFO_GENERATION_BOOLEAN:
      return g_param_spec_boolean (name, NULL, p->summary, p->unset != 0, flags);
    case TRAFO_GENERATION_BOOLEAN_NEVER:
      return g_param_spec_enum (name,
                                NULL,
                                p->summary,
                                TRAFO_TYPE_EARLY_STOPPING,
                                TRAFO_EARLY_STOPPING_FALSE,
                                flags);
    case TRAFO_GENERATION_STRINGS:
      return g_param_spec_boxed (name, NULL, p->summary, G_TYPE_STRV, flags);
    default:
      return g_param_spec_variant (name, NULL, p->summary, variant_type_of (p->kind), NULL, flags);
    }
}

static void
trafo_generation_config_class_init (TrafoGenerationConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = trafo_generation_config_get_property;
  object_class->set_property = trafo_generation_config_set_property;
  object_class->finalize = trafo_generation_config_finalize;
  for (guint id = 0; id < TRAFO_GENERATION_N_PARAMETERS; id++)
    {
      const TrafoGenerationParameter *parameter = trafo_generation_parameter_get (id);
      g_autofree char                *name = g_strdup (parameter->name);

      g_strdelimit (name, "_", '-');
      g_object_class_install_property (object_class, id + 1, new_spec (parameter, name));
    }
}

static void
trafo_generation_config_init (TrafoGenerationConfig *self)
{
}

/**
 * trafo_generation_config_new:
 *
 * Creates a config that sets nothing.
 *
 * Returns: (transfer full): the config
 */
TrafoGenerationConfig *
trafo_generation_config_new (void)
{
  return g_object_new (TRAFO_TYPE_GENERATION_CONFIG, NULL);
}

/**
 * trafo_generation_config_new_from_variant:
 * @parameters: a `a{sv}` of parameters with the names that transformers gives them
 * @error: return location for an error
 *
 * Creates a config of parameters.
 *
 * Returns: (transfer full): the config; %NULL with an error as
 *   [method@Trafo.GenerationConfig.update] gives
 */
TrafoGenerationConfig *
trafo_generation_config_new_from_variant (GVariant *parameters, GError **error)
{
  g_autoptr (TrafoGenerationConfig) self = trafo_generation_config_new ();

  return trafo_generation_config_update (self, parameters, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * trafo_generation_config_copy:
 * @self: a config
 *
 * Creates a config that sets what @self sets.
 *
 * Returns: (transfer full): the copy
 */
TrafoGenerationConfig *
trafo_generation_config_copy (TrafoGenerationConfig *self)
{
  TrafoGenerationConfig *copy = trafo_generation_config_new ();

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self), copy);
  trafo_generation_config_fill (copy, self);
  return copy;
}

static gboolean
update_one (TrafoGenerationConfig *self, const char *name, GVariant *value, GError **error)
{
  guint     id = trafo_generation_parameter_find (name);
  GVariant *parsed;

  if (id < TRAFO_GENERATION_N_PARAMETERS)
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
        parsed = g_variant_ref (value);
      else
        parsed = trafo_generation_parameter_parse (id, value, error);
      if (parsed != NULL)
        take (self, id, parsed);
      return parsed != NULL;
    }
  if (trafo_generation_parameter_is_foreign (name))
    return trafo_generation_parameter_check_foreign (name, value, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "generation has no parameter '%s'",
               name);
  return FALSE;
}

/**
 * trafo_generation_config_update:
 * @self: a config
 * @parameters: a `a{sv}` of parameters with the names that transformers gives them, each of the type
 *   that its property has or of one near it: any integer, a list of any integers
 * @error: return location for an error
 *
 * Sets parameters.
 *
 * One that is Nothing, JSON's null, is turned off, whatever the checkpoint says of it. After an error
 * @self is as it was.
 *
 * Returns: %TRUE if all are set; else %TRAFO_ERROR_INVALID_ARGUMENT for an unknown parameter or a
 *   value that it does not take, %TRAFO_ERROR_UNSUPPORTED for one that only transformers has
 */
gboolean
trafo_generation_config_update (TrafoGenerationConfig *self, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (parameters);
  g_autoptr (TrafoGenerationConfig) updated = NULL;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self), FALSE);
  g_return_val_if_fail (g_variant_is_of_type (given, G_VARIANT_TYPE_VARDICT), FALSE);
  updated = trafo_generation_config_new ();
  g_variant_iter_init (&iter, given);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!update_one (updated, name, owned, error))
        return FALSE;
    }
  trafo_generation_config_fill (updated, self);
  for (guint id = 0; id < TRAFO_GENERATION_N_PARAMETERS; id++)
    take (self, id, g_steal_pointer (&updated->values[id]));
  return TRUE;
}

/**
 * trafo_generation_config_fill:
 * @self: a config
 * @defaults: another, such as a checkpoint's
 *
 * Sets what @self does not set to what @defaults has.
 */
void
trafo_generation_config_fill (TrafoGenerationConfig *self, TrafoGenerationConfig *defaults)
{
  g_return_if_fail (TRAFO_IS_GENERATION_CONFIG (self));
  g_return_if_fail (TRAFO_IS_GENERATION_CONFIG (defaults));
  for (guint id = 0; id < TRAFO_GENERATION_N_PARAMETERS; id++)
    if (self->values[id] == NULL && defaults->values[id] != NULL)
      self->values[id] = g_variant_ref (defaults->values[id]);
  if (self->others == NULL && defaults->others != NULL)
    self->others = g_variant_ref (defaults->others);
}

/**
 * trafo_generation_config_is_set:
 * @self: a config
 * @name: a parameter's name, such as "max_new_tokens"
 *
 * Whether the config, and not a default, has the parameter's value.
 *
 * Returns: %TRUE if it is set
 */
gboolean
trafo_generation_config_is_set (TrafoGenerationConfig *self, const char *name)
{
  guint id;

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self), FALSE);
  id = trafo_generation_parameter_find (name);
  return id < TRAFO_GENERATION_N_PARAMETERS && self->values[id] != NULL;
}

/**
 * trafo_generation_config_unset:
 * @self: a config
 * @name: a parameter's name, such as "max_new_tokens"
 *
 * Leaves the parameter to the checkpoint and to the default.
 */
void
trafo_generation_config_unset (TrafoGenerationConfig *self, const char *name)
{
  guint id;

  g_return_if_fail (TRAFO_IS_GENERATION_CONFIG (self));
  id = trafo_generation_parameter_find (name);
  if (id < TRAFO_GENERATION_N_PARAMETERS)
    take (self, id, NULL);
}

/**
 * trafo_generation_config_to_variant:
 * @self: a config
 *
 * What is set.
 *
 * Returns: (transfer full): a `a{sv}`, as [method@Trafo.GenerationConfig.update] takes it
 */
GVariant *
trafo_generation_config_to_variant (TrafoGenerationConfig *self)
{
  g_auto (GVariantBuilder) set = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_return_val_if_fail (TRAFO_IS_GENERATION_CONFIG (self), NULL);
  for (guint id = 0; id < TRAFO_GENERATION_N_PARAMETERS; id++)
    if (self->values[id] != NULL)
      g_variant_builder_add (&set,
                             "{sv}",
                             trafo_generation_parameter_get (id)->name,
                             self->values[id]);
  return g_variant_ref_sink (g_variant_builder_end (&set));
}
