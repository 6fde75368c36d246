/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encode-options.h"

#include <trafo/trafo-enum-types.h>

/**
 * TrafoEncodeOptions:
 *
 * How a tokenizer encodes text. The properties have the names and defaults of Hugging Face's
 * tokenizer call.
 */
struct _TrafoEncodeOptions
{
  GObject parent_instance;

  gboolean        add_special_tokens;
  TrafoTruncation truncation;
  guint           max_length;
  guint           stride;
  gboolean        return_overflowing_tokens;
  TrafoPadding    padding;
  TrafoSide       padding_side;
  TrafoSide       truncation_side;
  guint           pad_to_multiple_of;
};

G_DEFINE_FINAL_TYPE (TrafoEncodeOptions, trafo_encode_options, G_TYPE_OBJECT)

enum
{
  PROP_ADD_SPECIAL_TOKENS = 1,
  PROP_TRUNCATION,
  PROP_MAX_LENGTH,
  PROP_STRIDE,
  PROP_RETURN_OVERFLOWING_TOKENS,
  PROP_PADDING,
  PROP_PADDING_SIDE,
  PROP_TRUNCATION_SIDE,
  PROP_PAD_TO_MULTIPLE_OF,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
trafo_encode_options_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TrafoEncodeOptions *self = TRAFO_ENCODE_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_ADD_SPECIAL_TOKENS:
      g_value_set_boolean (value, self->add_special_tokens);
      break;
    case PROP_TRUNCATION:
      g_value_set_enum (value, self->truncation);
      break;
    case PROP_MAX_LENGTH:
      g_value_set_uint (value, self->max_length);
      break;
    case PROP_STRIDE:
      g_value_set_uint (value, self->stride);
      break;
    case PROP_RETURN_OVERFLOWING_TOKENS:
      g_value_set_boolean (value, self->return_overflowing_tokens);
      break;
    case PROP_PADDING:
      g_value_set_enum (value, self->padding);
      break;
    case PROP_PADDING_SIDE:
      g_value_set_enum (value, self->padding_side);
      break;
    case PROP_TRUNCATION_SIDE:
      g_value_set_enum (value, self->truncation_side);
      break;
    case PROP_PAD_TO_MULTIPLE_OF:
      g_value_set_uint (value, self->pad_to_multiple_of);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
trafo_encode_options_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  TrafoEncodeOptions *self = TRAFO_ENCODE_OPTIONS (object);

  switch (prop_id)
    {
    case PROP_ADD_SPECIAL_TOKENS:
      self->add_special_tokens = g_value_get_boolean (value);
      break;
    case PROP_TRUNCATION:
      self->truncation = g_value_get_enum (value);
      break;
    case PROP_MAX_LENGTH:
      self->max_length = g_value_get_uint (value);
      break;
    case PROP_STRIDE:
      self->stride = g_value_get_uint (value);
      break;
    case PROP_RETURN_OVERFLOWING_TOKENS:
      self->return_overflowing_tokens = g_value_get_boolean (value);
      break;
    case PROP_PADDING:
      self->padding = g_value_get_enum (value);
      break;
    case PROP_PADDING_SIDE:
      self->padding_side = g_value_get_enum (value);
      break;
    case PROP_TRUNCATION_SIDE:
      self->truncation_side = g_value_get_enum (value);
      break;
    case PROP_PAD_TO_MULTIPLE_OF:
      self->pad_to_multiple_of = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
boolean_spec (const char *name, const char *blurb, gboolean initial)
{
  return g_param_spec_boolean (name,
                               NULL,
                               blurb,
                               initial,
                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name, const char *blurb)
{
  return g_param_spec_uint (name,
                            NULL,
                            blurb,
                            0,
                            G_MAXINT32,
                            0,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
enum_spec (const char *name, const char *blurb, GType type)
{
  return g_param_spec_enum (name, NULL, blurb, type, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
trafo_encode_options_class_init (TrafoEncodeOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = trafo_encode_options_get_property;
  object_class->set_property = trafo_encode_options_set_property;

  /**
   * TrafoEncodeOptions:add-special-tokens:
   *
   * Whether the special tokens that the model expects are put around the text.
   */
  properties[PROP_ADD_SPECIAL_TOKENS] =
      boolean_spec ("add-special-tokens", "Put special tokens around the text", TRUE);

  /**
   * TrafoEncodeOptions:truncation:
   *
   * What is cut off when there are more tokens than the maximum length.
   */
  properties[PROP_TRUNCATION] = enum_spec ("truncation", "What is cut off", TRAFO_TYPE_TRUNCATION);

  /**
   * TrafoEncodeOptions:max-length:
   *
   * The most tokens of a sequence, special tokens included; 0 is the model's own limit.
   */
  properties[PROP_MAX_LENGTH] = uint_spec ("max-length", "The most tokens of a sequence");

  /**
   * TrafoEncodeOptions:stride:
   *
   * How many tokens an overflowing part shares with the part before it.
   */
  properties[PROP_STRIDE] = uint_spec ("stride", "Tokens that parts share");

  /**
   * TrafoEncodeOptions:return-overflowing-tokens:
   *
   * Whether what is cut off is returned too, in encodings of its own.
   */
  properties[PROP_RETURN_OVERFLOWING_TOKENS] =
      boolean_spec ("return-overflowing-tokens", "Return what is cut off too", FALSE);

  /**
   * TrafoEncodeOptions:padding:
   *
   * How far sequences are padded.
   */
  properties[PROP_PADDING] =
      enum_spec ("padding", "How far sequences are padded", TRAFO_TYPE_PADDING);

  /**
   * TrafoEncodeOptions:padding-side:
   *
   * Where padding is put.
   */
  properties[PROP_PADDING_SIDE] =
      enum_spec ("padding-side", "Where padding is put", TRAFO_TYPE_SIDE);

  /**
   * TrafoEncodeOptions:truncation-side:
   *
   * Where tokens are cut off.
   */
  properties[PROP_TRUNCATION_SIDE] =
      enum_spec ("truncation-side", "Where tokens are cut off", TRAFO_TYPE_SIDE);

  /**
   * TrafoEncodeOptions:pad-to-multiple-of:
   *
   * The padded length is rounded up to a multiple of this; 0 does not round.
   */
  properties[PROP_PAD_TO_MULTIPLE_OF] =
      uint_spec ("pad-to-multiple-of", "What the padded length is a multiple of");

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
trafo_encode_options_init (TrafoEncodeOptions *self)
{
  self->add_special_tokens = TRUE;
}

/**
 * trafo_encode_options_new:
 *
 * Makes options with the defaults: special tokens, no truncation, no padding.
 *
 * Returns: (transfer full): the options
 */
TrafoEncodeOptions *
trafo_encode_options_new (void)
{
  return g_object_new (TRAFO_TYPE_ENCODE_OPTIONS, NULL);
}

/**
 * trafo_encode_options_get_add_special_tokens: (get-property add-special-tokens)
 * @self: options
 *
 * Whether special tokens are put around the text.
 *
 * Returns: %TRUE if they are
 */
gboolean
trafo_encode_options_get_add_special_tokens (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->add_special_tokens;
}

/**
 * trafo_encode_options_set_add_special_tokens: (set-property add-special-tokens)
 * @self: options
 * @add_special_tokens: %TRUE if they are
 *
 * Sets [property@Trafo.EncodeOptions:add-special-tokens].
 */
void
trafo_encode_options_set_add_special_tokens (TrafoEncodeOptions *self, gboolean add_special_tokens)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "add-special-tokens", !!add_special_tokens, NULL);
}

/**
 * trafo_encode_options_get_truncation: (get-property truncation)
 * @self: options
 *
 * What is cut off.
 *
 * Returns: the strategy
 */
TrafoTruncation
trafo_encode_options_get_truncation (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->truncation;
}

/**
 * trafo_encode_options_set_truncation: (set-property truncation)
 * @self: options
 * @truncation: the strategy
 *
 * Sets [property@Trafo.EncodeOptions:truncation].
 */
void
trafo_encode_options_set_truncation (TrafoEncodeOptions *self, TrafoTruncation truncation)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "truncation", truncation, NULL);
}

/**
 * trafo_encode_options_get_max_length: (get-property max-length)
 * @self: options
 *
 * The most tokens of a sequence.
 *
 * Returns: the length in tokens, 0 for the model's own limit
 */
guint
trafo_encode_options_get_max_length (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->max_length;
}

/**
 * trafo_encode_options_set_max_length: (set-property max-length)
 * @self: options
 * @max_length: the length in tokens, 0 for the model's own limit
 *
 * Sets [property@Trafo.EncodeOptions:max-length].
 */
void
trafo_encode_options_set_max_length (TrafoEncodeOptions *self, guint max_length)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "max-length", max_length, NULL);
}

/**
 * trafo_encode_options_get_stride: (get-property stride)
 * @self: options
 *
 * How many tokens parts share.
 *
 * Returns: the number of tokens
 */
guint
trafo_encode_options_get_stride (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->stride;
}

/**
 * trafo_encode_options_set_stride: (set-property stride)
 * @self: options
 * @stride: the number of tokens
 *
 * Sets [property@Trafo.EncodeOptions:stride].
 */
void
trafo_encode_options_set_stride (TrafoEncodeOptions *self, guint stride)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "stride", stride, NULL);
}

/**
 * trafo_encode_options_get_return_overflowing_tokens: (get-property return-overflowing-tokens)
 * @self: options
 *
 * Whether what is cut off is returned too.
 *
 * Returns: %TRUE if it is
 */
gboolean
trafo_encode_options_get_return_overflowing_tokens (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->return_overflowing_tokens;
}

/**
 * trafo_encode_options_set_return_overflowing_tokens: (set-property return-overflowing-tokens)
 * @self: options
 * @return_overflowing_tokens: %TRUE if it is
 *
 * Sets [property@Trafo.EncodeOptions:return-overflowing-tokens].
 */
void
trafo_encode_options_set_return_overflowing_tokens (TrafoEncodeOptions *self,
                                                    gboolean            return_overflowing_tokens)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "return-overflowing-tokens", !!return_overflowing_tokens, NULL);
}

/**
 * trafo_encode_options_get_padding: (get-property padding)
 * @self: options
 *
 * How far sequences are padded.
 *
 * Returns: the strategy
 */
TrafoPadding
trafo_encode_options_get_padding (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->padding;
}

/**
 * trafo_encode_options_set_padding: (set-property padding)
 * @self: options
 * @padding: the strategy
 *
 * Sets [property@Trafo.EncodeOptions:padding].
 */
void
trafo_encode_options_set_padding (TrafoEncodeOptions *self, TrafoPadding padding)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "padding", padding, NULL);
}

/**
 * trafo_encode_options_get_padding_side: (get-property padding-side)
 * @self: options
 *
 * Where padding is put.
 *
 * Returns: the side
 */
TrafoSide
trafo_encode_options_get_padding_side (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->padding_side;
}

/**
 * trafo_encode_options_set_padding_side: (set-property padding-side)
 * @self: options
 * @side: the side
 *
 * Sets [property@Trafo.EncodeOptions:padding-side].
 */
void
trafo_encode_options_set_padding_side (TrafoEncodeOptions *self, TrafoSide side)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "padding-side", side, NULL);
}

/**
 * trafo_encode_options_get_truncation_side: (get-property truncation-side)
 * @self: options
 *
 * Where tokens are cut off.
 *
 * Returns: the side
 */
TrafoSide
trafo_encode_options_get_truncation_side (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->truncation_side;
}

/**
 * trafo_encode_options_set_truncation_side: (set-property truncation-side)
 * @self: options
 * @side: the side
 *
 * Sets [property@Trafo.EncodeOptions:truncation-side].
 */
void
trafo_encode_options_set_truncation_side (TrafoEncodeOptions *self, TrafoSide side)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "truncation-side", side, NULL);
}

/**
 * trafo_encode_options_get_pad_to_multiple_of: (get-property pad-to-multiple-of)
 * @self: options
 *
 * What the padded length is a multiple of.
 *
 * Returns: the number of tokens, 0 for any length
 */
guint
trafo_encode_options_get_pad_to_multiple_of (TrafoEncodeOptions *self)
{
  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), 0);
  return self->pad_to_multiple_of;
}

/**
 * trafo_encode_options_set_pad_to_multiple_of: (set-property pad-to-multiple-of)
 * @self: options
 * @multiple: the number of tokens, 0 for any length
 *
 * Sets [property@Trafo.EncodeOptions:pad-to-multiple-of].
 */
void
trafo_encode_options_set_pad_to_multiple_of (TrafoEncodeOptions *self, guint multiple)
{
  g_return_if_fail (TRAFO_IS_ENCODE_OPTIONS (self));
  g_object_set (self, "pad-to-multiple-of", multiple, NULL);
}
