/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-load-options-private.h"

#include <math.h>
#include <trafo/trafo-error.h>

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
  gboolean   int8_weight_only;
  gboolean   int4_weight_only;
  gboolean   auto_dtype;
  gboolean   load_in_8bit;
  gboolean   load_in_4bit;
  char      *bnb_4bit_quant_type;
  gboolean   bnb_4bit_use_double_quant;
  double     llm_int8_threshold;
  char     **llm_int8_skip_modules;
  guint64    seed;
  gboolean   weight_cache;
};

/* The default of transformers. */
#define LLM_INT8_THRESHOLD 6

/* What trafo_load_options_quantize() takes. */
static const struct
{
  const char *type;
  gboolean    has_outliers;
  const char *type_4bit; /* NULL: 8 bits */
} quantizations[] = {
  { "bnb-int8", TRUE, NULL },
  { "int8", FALSE, NULL },
  { "bnb-nf4", TRUE, "nf4" },
  { "bnb-fp4", TRUE, "fp4" },
};

G_DEFINE_FINAL_TYPE (TrafoLoadOptions, trafo_load_options, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DEVICE,
  PROP_DTYPE,
  PROP_INT8_WEIGHT_ONLY,
  PROP_INT4_WEIGHT_ONLY,
  PROP_AUTO_DTYPE,
  PROP_LOAD_IN_8BIT,
  PROP_LOAD_IN_4BIT,
  PROP_BNB_4BIT_QUANT_TYPE,
  PROP_BNB_4BIT_USE_DOUBLE_QUANT,
  PROP_LLM_INT8_THRESHOLD,
  PROP_LLM_INT8_SKIP_MODULES,
  PROP_SEED,
  PROP_WEIGHT_CACHE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
trafo_load_options_finalize (GObject *object)
{
  TrafoLoadOptions *self = TRAFO_LOAD_OPTIONS (object);

  g_free (self->device);
  g_free (self->bnb_4bit_quant_type);
  g_strfreev (self->llm_int8_skip_modules);
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
    case PROP_INT8_WEIGHT_ONLY:
      g_value_set_boolean (value, self->int8_weight_only);
      break;
    case PROP_INT4_WEIGHT_ONLY:
      g_value_set_boolean (value, self->int4_weight_only);
      break;
    case PROP_AUTO_DTYPE:
      g_value_set_boolean (value, self->auto_dtype);
      break;
    case PROP_LOAD_IN_8BIT:
      g_value_set_boolean (value, self->load_in_8bit);
      break;
    case PROP_LOAD_IN_4BIT:
      g_value_set_boolean (value, self->load_in_4bit);
      break;
    case PROP_BNB_4BIT_QUANT_TYPE:
      g_value_set_string (value, self->bnb_4bit_quant_type);
      break;
    case PROP_BNB_4BIT_USE_DOUBLE_QUANT:
      g_value_set_boolean (value, self->bnb_4bit_use_double_quant);
      break;
    case PROP_LLM_INT8_THRESHOLD:
      g_value_set_double (value, self->llm_int8_threshold);
      break;
    case PROP_LLM_INT8_SKIP_MODULES:
      g_value_set_boxed (value, self->llm_int8_skip_modules);
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
    case PROP_INT8_WEIGHT_ONLY:
      trafo_load_options_set_int8_weight_only (self, g_value_get_boolean (value));
      break;
    case PROP_INT4_WEIGHT_ONLY:
      trafo_load_options_set_int4_weight_only (self, g_value_get_boolean (value));
      break;
    case PROP_AUTO_DTYPE:
      trafo_load_options_set_auto_dtype (self, g_value_get_boolean (value));
      break;
    case PROP_LOAD_IN_8BIT:
      trafo_load_options_set_load_in_8bit (self, g_value_get_boolean (value));
      break;
    case PROP_LOAD_IN_4BIT:
      trafo_load_options_set_load_in_4bit (self, g_value_get_boolean (value));
      break;
    case PROP_BNB_4BIT_QUANT_TYPE:
      trafo_load_options_set_bnb_4bit_quant_type (self, g_value_get_string (value));
      break;
    case PROP_BNB_4BIT_USE_DOUBLE_QUANT:
      trafo_load_options_set_bnb_4bit_use_double_quant (self, g_value_get_boolean (value));
      break;
    case PROP_LLM_INT8_THRESHOLD:
      trafo_load_options_set_llm_int8_threshold (self, g_value_get_double (value));
      break;
    case PROP_LLM_INT8_SKIP_MODULES:
      trafo_load_options_set_llm_int8_skip_modules (self, g_value_get_boxed (value));
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
   * between them is float32. %TRAFO_DTYPE_FLOAT16 rounds weights alone, so that with a checkpoint of
   * float16 the numbers are those of float32; a weight beyond its range, 65504, is an error when it is
   * first used. %TRAFO_DTYPE_BFLOAT16 rounds weights and, where the processor multiplies it, their
   * inputs, and adds in float32; %TRAFO_DTYPE_INT8 gives each row of both a scale, its greatest
   * magnitude over 127, and adds integers. With the latter two, attention may round what it multiplies
   * to bfloat16, and adds in float32. %TRAFO_DTYPE_NONE, the default, is float32.
   */
  properties[PROP_DTYPE] =
      g_param_spec_enum ("dtype", NULL, NULL, TRAFO_TYPE_DTYPE, TRAFO_DTYPE_NONE, flags);

  /**
   * TrafoLoadOptions:int8-weight-only: (attributes org.gtk.Property.get=trafo_load_options_get_int8_weight_only org.gtk.Property.set=trafo_load_options_set_int8_weight_only)
   *
   * Whether %TRAFO_DTYPE_INT8 rounds weights alone: they lie in memory as integers of 8 bits with a float32
   * scale for each output, its greatest magnitude over 127, and are multiplied as float32. Inputs,
   * attention, and the keys and values of a generator stay float32. Beside another dtype it is an error
   * when a model is loaded.
   */
  properties[PROP_INT8_WEIGHT_ONLY] =
      g_param_spec_boolean ("int8-weight-only", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:int4-weight-only: (attributes org.gtk.Property.get=trafo_load_options_get_int4_weight_only org.gtk.Property.set=trafo_load_options_set_int4_weight_only)
   *
   * Whether the weights of linear layers lie in memory as integers of 4 bits, in blocks of 32 inputs of an
   * output, with the numbers of llama.cpp's Q4_0: the element of the greatest magnitude becomes -8, and the
   * scale is rounded to float16. They are multiplied as float32, and inputs stay floats. The output head,
   * what is tied and what llm-int8-skip-modules names stay as dtype says. A checkpoint whose weights are
   * encoded already, or load-in-8bit or load-in-4bit beside it, is an error when a model is loaded.
   */
  properties[PROP_INT4_WEIGHT_ONLY] =
      g_param_spec_boolean ("int4-weight-only", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:auto-dtype: (attributes org.gtk.Property.get=trafo_load_options_get_auto_dtype org.gtk.Property.set=trafo_load_options_set_auto_dtype)
   *
   * Whether from_pretrained() chooses the dtype instead: the fastest on this machine whose outputs
   * deviate by no more than [const@Trafo.DTYPE_CHOICE_MAX_DEVIATION], as [class@Trafo.DTypeChoice]
   * measures it. [func@Trafo.AutoModel.get_dtype_choice] says which and why.
   */
  properties[PROP_AUTO_DTYPE] = g_param_spec_boolean ("auto-dtype", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:load-in-8bit: (attributes org.gtk.Property.get=trafo_load_options_get_load_in_8bit org.gtk.Property.set=trafo_load_options_set_load_in_8bit)
   *
   * Whether linear layers become LLM.int8() (Dettmers et al. 2022), with the numbers of bitsandbytes: a
   * weight is integers of 8 bits and a scale for each output, inputs become integers row by row, and
   * those of their columns that have an outlier are multiplied as floats. The output head, what is tied
   * and what llm-int8-skip-modules names stay as dtype says. A checkpoint that has a
   * quantization_config is loaded as that says instead.
   */
  properties[PROP_LOAD_IN_8BIT] = g_param_spec_boolean ("load-in-8bit", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:load-in-4bit: (attributes org.gtk.Property.get=trafo_load_options_get_load_in_4bit org.gtk.Property.set=trafo_load_options_set_load_in_4bit)
   *
   * Whether the weights of linear layers become 4 bits, with the numbers of bitsandbytes: of 64 elements
   * each, in the order of [outputs, inputs], the greatest magnitude is their scale, and each is one of 16
   * parts of it, as bnb-4bit-quant-type says. Inputs stay floats. What is left out, and which checkpoints,
   * is as with load-in-8bit, beside which it is an error.
   */
  properties[PROP_LOAD_IN_4BIT] = g_param_spec_boolean ("load-in-4bit", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:bnb-4bit-quant-type: (attributes org.gtk.Property.get=trafo_load_options_get_bnb_4bit_quant_type org.gtk.Property.set=trafo_load_options_set_bnb_4bit_quant_type)
   *
   * With load-in-4bit: "fp4", a sign, two bits of exponent and one of mantissa, or "nf4", quantiles of the
   * normal distribution, which weights are nearer to (Dettmers et al. 2023, QLoRA). Another name is an
   * error when a model is loaded.
   */
  properties[PROP_BNB_4BIT_QUANT_TYPE] =
      g_param_spec_string ("bnb-4bit-quant-type", NULL, NULL, "fp4", flags);

  /**
   * TrafoLoadOptions:bnb-4bit-use-double-quant: (attributes org.gtk.Property.get=trafo_load_options_get_bnb_4bit_use_double_quant org.gtk.Property.set=trafo_load_options_set_bnb_4bit_use_double_quant)
   *
   * With load-in-4bit: whether the scales are rounded to 8 bits in their turn, 256 with a scale of their
   * own, which saves 0.4 bits of a weight in the files that are written.
   */
  properties[PROP_BNB_4BIT_USE_DOUBLE_QUANT] =
      g_param_spec_boolean ("bnb-4bit-use-double-quant", NULL, NULL, FALSE, flags);

  /**
   * TrafoLoadOptions:llm-int8-threshold: (attributes org.gtk.Property.get=trafo_load_options_get_llm_int8_threshold org.gtk.Property.set=trafo_load_options_set_llm_int8_threshold)
   *
   * With load-in-8bit: an input of this magnitude or more is an outlier; 0 for none at all. A number
   * below 0, or beyond what float32 holds, is an error when a checkpoint of floats is loaded.
   */
  /* GObject only warns of what is out of range, as a NaN is of any: loading has an error to give */
  properties[PROP_LLM_INT8_THRESHOLD] = g_param_spec_double ("llm-int8-threshold",
                                                             NULL,
                                                             NULL,
                                                             -INFINITY,
                                                             INFINITY,
                                                             LLM_INT8_THRESHOLD,
                                                             flags | G_PARAM_LAX_VALIDATION);

  /**
   * TrafoLoadOptions:llm-int8-skip-modules: (attributes org.gtk.Property.get=trafo_load_options_get_llm_int8_skip_modules org.gtk.Property.set=trafo_load_options_set_llm_int8_skip_modules)
   *
   * With load-in-8bit, load-in-4bit or int4-weight-only: the linear layers that stay as they are, by the beginning or end of their name,
   * as "lm_head", or by a regular expression for its beginning. As in transformers these alone: a
   * list that does not name the output head has it converted, too. %NULL, the default, leaves out the
   * output head, what is tied, and the last layer where it has no bias.
   */
  properties[PROP_LLM_INT8_SKIP_MODULES] =
      g_param_spec_boxed ("llm-int8-skip-modules", NULL, NULL, G_TYPE_STRV, flags);

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
  self->llm_int8_threshold = LLM_INT8_THRESHOLD;
  self->bnb_4bit_quant_type = g_strdup ("fp4");
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

TrafoLoadOptions *
trafo_load_options_copy (TrafoLoadOptions *self)
{
  TrafoLoadOptions *copy = trafo_load_options_new ();

  for (guint i = 1; self != NULL && i < N_PROPS; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (self), properties[i]->name, &value);
      g_object_set_property (G_OBJECT (copy), properties[i]->name, &value);
    }
  return copy;
}

/**
 * trafo_load_options_list_quantizations:
 *
 * What [method@Trafo.LoadOptions.quantize] takes.
 *
 * Returns: (transfer full) (array zero-terminated=1): the types, such as "bnb-nf4"
 */
char **
trafo_load_options_list_quantizations (void)
{
  g_autoptr (GStrvBuilder) types = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (quantizations); i++)
    g_strv_builder_add (types, quantizations[i].type);
  return g_strv_builder_end (types);
}

static void
fail_type (const char *type, GError **error)
{
  g_auto (GStrv) types = trafo_load_options_list_quantizations ();
  g_autofree char *expected = g_strjoinv (", ", types);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found the quantization \"%s\", expected one of %s",
               type,
               expected);
}

/**
 * trafo_load_options_quantize:
 * @self: options
 * @type: one of [func@Trafo.LoadOptions.list_quantizations]
 * @error: return location for an error
 *
 * Asks for weights of linear layers as `trafo quantize --type` writes them: "bnb-int8" for
 * [property@Trafo.LoadOptions:load-in-8bit], "int8" for the same with
 * [property@Trafo.LoadOptions:llm-int8-threshold] 0, which for the others becomes 6, "bnb-nf4" and "bnb-fp4" for
 * [property@Trafo.LoadOptions:load-in-4bit] with that
 * [property@Trafo.LoadOptions:bnb-4bit-quant-type]. Other properties stay as they are.
 *
 * Returns: %TRUE, or %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT for another @type
 */
gboolean
trafo_load_options_quantize (TrafoLoadOptions *self, const char *type, GError **error)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self) && type != NULL, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (quantizations); i++)
    if (g_str_equal (quantizations[i].type, type))
      {
        trafo_load_options_set_load_in_8bit (self, quantizations[i].type_4bit == NULL);
        trafo_load_options_set_load_in_4bit (self, quantizations[i].type_4bit != NULL);
        trafo_load_options_set_bnb_4bit_quant_type (self, quantizations[i].type_4bit);
        if (!quantizations[i].has_outliers)
          trafo_load_options_set_llm_int8_threshold (self, 0);
        else if (self->llm_int8_threshold == 0)
          trafo_load_options_set_llm_int8_threshold (self, LLM_INT8_THRESHOLD);
        return TRUE;
      }
  fail_type (type, error);
  return FALSE;
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
 * trafo_load_options_get_int8_weight_only: (attributes org.gtk.Method.get_property=int8-weight-only)
 * @self: options
 *
 * Whether int8 rounds weights alone.
 *
 * Returns: %TRUE if it does
 */
gboolean
trafo_load_options_get_int8_weight_only (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->int8_weight_only;
}

/**
 * trafo_load_options_set_int8_weight_only: (attributes org.gtk.Method.set_property=int8-weight-only)
 * @self: options
 * @int8_weight_only: whether it does
 *
 * Says whether int8 rounds weights alone.
 */
void
trafo_load_options_set_int8_weight_only (TrafoLoadOptions *self, gboolean int8_weight_only)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  int8_weight_only = int8_weight_only != FALSE;
  if (self->int8_weight_only == int8_weight_only)
    return;
  self->int8_weight_only = int8_weight_only;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INT8_WEIGHT_ONLY]);
}

/**
 * trafo_load_options_get_int4_weight_only: (attributes org.gtk.Method.get_property=int4-weight-only)
 * @self: options
 *
 * Whether the weights of linear layers become integers of 4 bits.
 *
 * Returns: %TRUE if they do
 */
gboolean
trafo_load_options_get_int4_weight_only (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->int4_weight_only;
}

/**
 * trafo_load_options_set_int4_weight_only: (attributes org.gtk.Method.set_property=int4-weight-only)
 * @self: options
 * @int4_weight_only: whether they do
 *
 * Says whether the weights of linear layers become integers of 4 bits.
 */
void
trafo_load_options_set_int4_weight_only (TrafoLoadOptions *self, gboolean int4_weight_only)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  int4_weight_only = int4_weight_only != FALSE;
  if (self->int4_weight_only == int4_weight_only)
    return;
  self->int4_weight_only = int4_weight_only;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INT4_WEIGHT_ONLY]);
}

/**
 * trafo_load_options_get_auto_dtype: (attributes org.gtk.Method.get_property=auto-dtype)
 * @self: options
 *
 * Whether the dtype is chosen by measuring.
 *
 * Returns: whether it is
 */
gboolean
trafo_load_options_get_auto_dtype (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->auto_dtype;
}

/**
 * trafo_load_options_set_auto_dtype: (attributes org.gtk.Method.set_property=auto-dtype)
 * @self: options
 * @auto_dtype: whether the dtype is chosen by measuring
 *
 * Sets whether the dtype is chosen by measuring.
 */
void
trafo_load_options_set_auto_dtype (TrafoLoadOptions *self, gboolean auto_dtype)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  auto_dtype = !!auto_dtype;
  if (self->auto_dtype == auto_dtype)
    return;
  self->auto_dtype = auto_dtype;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTO_DTYPE]);
}

/**
 * trafo_load_options_get_load_in_8bit: (attributes org.gtk.Method.get_property=load-in-8bit)
 * @self: options
 *
 * Whether linear layers become LLM.int8().
 *
 * Returns: %TRUE if they do
 */
gboolean
trafo_load_options_get_load_in_8bit (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->load_in_8bit;
}

/**
 * trafo_load_options_set_load_in_8bit: (attributes org.gtk.Method.set_property=load-in-8bit)
 * @self: options
 * @load_in_8bit: whether they do
 *
 * Says whether linear layers become LLM.int8().
 */
void
trafo_load_options_set_load_in_8bit (TrafoLoadOptions *self, gboolean load_in_8bit)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  load_in_8bit = load_in_8bit != FALSE;
  if (self->load_in_8bit == load_in_8bit)
    return;
  self->load_in_8bit = load_in_8bit;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOAD_IN_8BIT]);
}

/**
 * trafo_load_options_get_load_in_4bit: (attributes org.gtk.Method.get_property=load-in-4bit)
 * @self: options
 *
 * Whether the weights of linear layers become 4 bits.
 *
 * Returns: %TRUE if they do
 */
gboolean
trafo_load_options_get_load_in_4bit (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->load_in_4bit;
}

/**
 * trafo_load_options_set_load_in_4bit: (attributes org.gtk.Method.set_property=load-in-4bit)
 * @self: options
 * @load_in_4bit: whether they do
 *
 * Says whether the weights of linear layers become 4 bits.
 */
void
trafo_load_options_set_load_in_4bit (TrafoLoadOptions *self, gboolean load_in_4bit)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  load_in_4bit = load_in_4bit != FALSE;
  if (self->load_in_4bit == load_in_4bit)
    return;
  self->load_in_4bit = load_in_4bit;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOAD_IN_4BIT]);
}

/**
 * trafo_load_options_get_bnb_4bit_quant_type: (attributes org.gtk.Method.get_property=bnb-4bit-quant-type)
 * @self: options
 *
 * What 4 bits stand for.
 *
 * Returns: (transfer none): "fp4", "nf4", or what was set
 */
const char *
trafo_load_options_get_bnb_4bit_quant_type (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), NULL);
  return self->bnb_4bit_quant_type;
}

/**
 * trafo_load_options_set_bnb_4bit_quant_type: (attributes org.gtk.Method.set_property=bnb-4bit-quant-type)
 * @self: options
 * @bnb_4bit_quant_type: (nullable): "fp4" or "nf4"; %NULL for "fp4"
 *
 * Says what 4 bits stand for.
 */
void
trafo_load_options_set_bnb_4bit_quant_type (TrafoLoadOptions *self, const char *bnb_4bit_quant_type)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (bnb_4bit_quant_type == NULL)
    bnb_4bit_quant_type = "fp4";
  if (g_str_equal (self->bnb_4bit_quant_type, bnb_4bit_quant_type))
    return;
  g_free (self->bnb_4bit_quant_type);
  self->bnb_4bit_quant_type = g_strdup (bnb_4bit_quant_type);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BNB_4BIT_QUANT_TYPE]);
}

/**
 * trafo_load_options_get_bnb_4bit_use_double_quant: (attributes org.gtk.Method.get_property=bnb-4bit-use-double-quant)
 * @self: options
 *
 * Whether the scales of 4 bits are rounded to 8.
 *
 * Returns: %TRUE if they are
 */
gboolean
trafo_load_options_get_bnb_4bit_use_double_quant (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), FALSE);
  return self->bnb_4bit_use_double_quant;
}

/**
 * trafo_load_options_set_bnb_4bit_use_double_quant: (attributes org.gtk.Method.set_property=bnb-4bit-use-double-quant)
 * @self: options
 * @bnb_4bit_use_double_quant: whether they are
 *
 * Says whether the scales of 4 bits are rounded to 8.
 */
void
trafo_load_options_set_bnb_4bit_use_double_quant (TrafoLoadOptions *self,
                                                  gboolean          bnb_4bit_use_double_quant)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  bnb_4bit_use_double_quant = bnb_4bit_use_double_quant != FALSE;
  if (self->bnb_4bit_use_double_quant == bnb_4bit_use_double_quant)
    return;
  self->bnb_4bit_use_double_quant = bnb_4bit_use_double_quant;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BNB_4BIT_USE_DOUBLE_QUANT]);
}

/**
 * trafo_load_options_get_llm_int8_threshold: (attributes org.gtk.Method.get_property=llm-int8-threshold)
 * @self: options
 *
 * The magnitude from which on an input is an outlier.
 *
 * Returns: the threshold, 0 if nothing is an outlier
 */
double
trafo_load_options_get_llm_int8_threshold (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), 0);
  return self->llm_int8_threshold;
}

/**
 * trafo_load_options_set_llm_int8_threshold: (attributes org.gtk.Method.set_property=llm-int8-threshold)
 * @self: options
 * @llm_int8_threshold: 0 or more; 0 if nothing is an outlier
 *
 * Says from which magnitude on an input is an outlier.
 */
void
trafo_load_options_set_llm_int8_threshold (TrafoLoadOptions *self, double llm_int8_threshold)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if (self->llm_int8_threshold == llm_int8_threshold)
    return;
  self->llm_int8_threshold = llm_int8_threshold;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LLM_INT8_THRESHOLD]);
}

/**
 * trafo_load_options_get_llm_int8_skip_modules: (attributes org.gtk.Method.get_property=llm-int8-skip-modules)
 * @self: options
 *
 * The linear layers that stay as they are.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): their names, %NULL for those that
 *   transformers leaves out
 */
const char *const *
trafo_load_options_get_llm_int8_skip_modules (TrafoLoadOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_LOAD_OPTIONS (self), NULL);
  return (const char *const *) self->llm_int8_skip_modules;
}

/**
 * trafo_load_options_set_llm_int8_skip_modules: (attributes org.gtk.Method.set_property=llm-int8-skip-modules)
 * @self: options
 * @llm_int8_skip_modules: (nullable) (array zero-terminated=1): names, %NULL for those that
 *   transformers leaves out
 *
 * Says which linear layers stay as they are.
 */
void
trafo_load_options_set_llm_int8_skip_modules (TrafoLoadOptions  *self,
                                              const char *const *llm_int8_skip_modules)
{
  g_return_if_fail (TRAFO_IS_LOAD_OPTIONS (self));
  if ((char **) llm_int8_skip_modules == self->llm_int8_skip_modules)
    return;
  g_strfreev (self->llm_int8_skip_modules);
  self->llm_int8_skip_modules = g_strdupv ((char **) llm_int8_skip_modules);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LLM_INT8_SKIP_MODULES]);
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
