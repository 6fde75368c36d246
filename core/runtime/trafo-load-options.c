/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-load-options.h"

#include "trafo-enum-types.h"

/**
 * TrafoLoadOptions:
 *
 * How from_pretrained() loads a model; the names are Hugging Face's.
 */
struct _TrafoLoadOptions
{
  GObject parent_instance;

  char      *device;
  TrafoDType dtype;
  guint64    seed;
  gboolean   weight_cache;
};

G_DEFINE_FINAL_TYPE (TrafoLoadOptions, trafo_load_options, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DEVICE,
  PROP_DTYPE,
  PROP_SEED,
  PROP_WEIGHT_CACHE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
trafo_load_options_finalize (GObject *object)
{
  g_free (TRAFO_LOAD_OPTIONS (object)->device);
  G_OBJECT_CLASS (trafo_load_options_parent_class)->finalize (object);
}

static void
trafo_load_options_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TrafoLoadOptions *self = TRAFO_LOAD_OPTIONS (object);

  switch (id)
    {
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    case PROP_DTYPE:
      g_value_set_enum (value, self->dtype);
      break;
    case PROP_SEED:
      g_value_set_uint64 (value, self->seed);
      break;
    case PROP_WEIGHT_CACHE:
      g_value_set_boolean (value, self->weight_cache);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
trafo_load_options_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TrafoLoadOptions *self = TRAFO_LOAD_OPTIONS (object);

  switch (id)
    {
    case PROP_DEVICE:
      trafo_load_options_set_device (self, g_value_get_string (value));
      break;
    case PROP_DTYPE:
      trafo_load_options_set_dtype (self, g_value_get_enum (value));
      break;
    case PROP_SEED:
      trafo_load_options_set_seed (self, g_value_get_uint64 (value));
      break;
    case PROP_WEIGHT_CACHE:
      trafo_load_options_set_weight_cache (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
trafo_load_options_class_init (TrafoLoadOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = trafo_load_options_finalize;
  object_class->get_property = trafo_load_options_get_property;
  object_class->set_property = trafo_load_options_set_property;

  /**
   * TrafoLoadOptions:device: (attributes org.gtk.Property.get=trafo_load_options_get_device org.gtk.Property.set=trafo_load_options_set_device)
   *
   * Where the model computes, such as "cpu" or "opencl:0"; %NULL for the best there is. A device
   * that is asked for by name and absent is an error.
   */
  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, flags);

  /**
   * TrafoLoadOptions:dtype: (attributes org.gtk.Property.get=trafo_load_options_get_dtype org.gtk.Property.set=trafo_load_options_set_dtype)
   *
   * The type that the model's linear layers compute with, whatever the files hold; what lies
   * between them is float32. %TRAFO_DTYPE_BFLOAT16 rounds weights and their inputs and adds in
   * float32; %TRAFO_DTYPE_INT8 gives each row of both a scale, its greatest magnitude over 127, and
   * adds integers. %TRAFO_DTYPE_NONE, the default, is float32.
   */
  properties[PROP_DTYPE] =
      g_param_spec_enum ("dtype", NULL, NULL, TRAFO_TYPE_DTYPE, TRAFO_DTYPE_NONE, flags);

  /**
   * TrafoLoadOptions:seed: (attributes org.gtk.Property.get=trafo_load_options_get_seed org.gtk.Property.set=trafo_load_options_set_seed)
   *
   * What the random numbers depend on with which parameters begin that no checkpoint holds: the
   * same seed gives the same model on every machine.
   */
  properties[PROP_SEED] = g_param_spec_uint64 ("seed", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * TrafoLoadOptions:weight-cache: (attributes org.gtk.Property.get=trafo_load_options_get_weight_cache org.gtk.Property.set=trafo_load_options_set_weight_cache)
   *
   * Whether weights that were packed for the device's kernels may be kept on disk and taken from
   * there by later processes, which then start faster and share their memory. The environment
   * variable `TRAFO_WEIGHT_CACHE_MIB` says how much is kept for all models, 16384 MiB if unset and
   * nothing if 0, and `TRAFO_CACHE_DIR` where. After its first run, a model that was packed is
   * written in the background; freeing it waits for that.
   */
  properties[PROP_WEIGHT_CACHE] = g_param_spec_boolean ("weight-cache", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
trafo_load_options_init (TrafoLoadOptions *self)
{
  self->weight_cache = TRUE;
}

/**
 * trafo_load_options_new:
 *
 * Makes options with their defaults.
 *
 * Returns: (transfer full): the options
 */
TrafoLoadOptions *
trafo_load_options_new (void)
{
  return g_object_new (TRAFO_TYPE_LOAD_OPTIONS, NULL);
}

/**
 * trafo_load_options_get_device: (attributes org.gtk.Method.get_property=device)
 * @self: options
 *
 * Where the model computes.
 *
 * Returns: (transfer none) (nullable): a device's name, %NULL for the best there is
 */
const char *
trafo_load_options_get_device (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), NULL);
  return self->device;
}

/**
 * trafo_load_options_set_device: (attributes org.gtk.Method.set_property=device)
 * @self: options
 * @device: (nullable): a device's name, %NULL for the best there is
 *
 * Says where the model computes.
 */
void
trafo_load_options_set_device (TrafoLoadOptions *self, const char *device)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (g_strcmp0 (self->device, device) == 0)
    return;
  g_free (self->device);
  self->device = g_strdup (device);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE]);
}

/**
 * trafo_load_options_get_dtype: (attributes org.gtk.Method.get_property=dtype)
 * @self: options
 *
 * The type the model computes with.
 *
 * Returns: the type, %TRAFO_DTYPE_NONE if the library chooses
 */
TrafoDType
trafo_load_options_get_dtype (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), TRAFO_DTYPE_NONE);
  return self->dtype;
}

/**
 * trafo_load_options_set_dtype: (attributes org.gtk.Method.set_property=dtype)
 * @self: options
 * @dtype: the type, %TRAFO_DTYPE_NONE to let the library choose
 *
 * Says what the model computes with.
 */
void
trafo_load_options_set_dtype (TrafoLoadOptions *self, TrafoDType dtype)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (self->dtype == dtype)
    return;
  self->dtype = dtype;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DTYPE]);
}

/**
 * trafo_load_options_get_seed: (attributes org.gtk.Method.get_property=seed)
 * @self: options
 *
 * What the random numbers depend on.
 *
 * Returns: the seed, 0 if it was never set
 */
guint64
trafo_load_options_get_seed (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), 0);
  return self->seed;
}

/**
 * trafo_load_options_set_seed: (attributes org.gtk.Method.set_property=seed)
 * @self: options
 * @seed: any number
 *
 * Says what the random numbers depend on.
 */
void
trafo_load_options_set_seed (TrafoLoadOptions *self, guint64 seed)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (self->seed == seed)
    return;
  self->seed = seed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEED]);
}

/**
 * trafo_load_options_get_weight_cache: (attributes org.gtk.Method.get_property=weight-cache)
 * @self: options
 *
 * Whether packed weights may be kept on disk.
 *
 * Returns: %TRUE unless it was set otherwise
 */
gboolean
trafo_load_options_get_weight_cache (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->weight_cache;
}

/**
 * trafo_load_options_set_weight_cache: (attributes org.gtk.Method.set_property=weight-cache)
 * @self: options
 * @weight_cache: whether packed weights may be kept on disk
 *
 * Says whether packed weights may be kept on disk and taken from there.
 */
void
trafo_load_options_set_weight_cache (TrafoLoadOptions *self, gboolean weight_cache)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (self->weight_cache == !!weight_cache)
    return;
  self->weight_cache = !!weight_cache;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WEIGHT_CACHE]);
}
