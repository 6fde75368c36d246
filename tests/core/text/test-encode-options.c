/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

static void
test_defaults (void)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();

  g_assert_true (trafo_encode_options_get_add_special_tokens (options));
  g_assert_cmpint (trafo_encode_options_get_truncation (options), ==, TRAFO_TRUNCATION_AUTO);
  g_assert_cmpuint (trafo_encode_options_get_max_length (options), ==, 0);
  g_assert_cmpuint (trafo_encode_options_get_stride (options), ==, 0);
  g_assert_false (trafo_encode_options_get_return_overflowing_tokens (options));
  g_assert_cmpint (trafo_encode_options_get_padding (options), ==, TRAFO_PADDING_DO_NOT_PAD);
  g_assert_cmpint (trafo_encode_options_get_padding_side (options), ==, TRAFO_SIDE_DEFAULT);
  g_assert_cmpint (trafo_encode_options_get_truncation_side (options), ==, TRAFO_SIDE_DEFAULT);
  g_assert_cmpuint (trafo_encode_options_get_pad_to_multiple_of (options), ==, 0);
}

/* Each property is written and read back, to values that are not the defaults. */
static void
test_properties (void)
{
  g_autoptr (TrafoEncodeOptions) options = g_object_new (TRAFO_TYPE_ENCODE_OPTIONS,
                                                         "add-special-tokens",
                                                         FALSE,
                                                         "truncation",
                                                         TRAFO_TRUNCATION_ONLY_SECOND,
                                                         "max-length",
                                                         5,
                                                         "stride",
                                                         2,
                                                         "return-overflowing-tokens",
                                                         TRUE,
                                                         "padding",
                                                         TRAFO_PADDING_MAX_LENGTH,
                                                         "padding-side",
                                                         TRAFO_SIDE_LEFT,
                                                         "truncation-side",
                                                         TRAFO_SIDE_RIGHT,
                                                         "pad-to-multiple-of",
                                                         8,
                                                         NULL);
  GObjectClass *class = G_OBJECT_GET_CLASS (options);
  guint                   n_props;
  g_autofree GParamSpec **props = g_object_class_list_properties (class, &n_props);

  g_assert_cmpuint (n_props, ==, 9);
  for (guint i = 0; i < n_props; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (options), props[i]->name, &value);
      g_assert_false (g_param_value_defaults (props[i], &value));
    }
  trafo_encode_options_set_stride (options, 7);
  g_assert_cmpuint (trafo_encode_options_get_stride (options), ==, 7);
}

/* As a parameter 0 would be a length, which transformers cuts to: it is not "none". */
static void
test_no_length (void)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (GVariant) zero = g_variant_ref_sink (g_variant_new_parsed ("{'max_length': <0>}"));
  g_autoptr (GVariant) one = g_variant_ref_sink (g_variant_new_parsed ("{'max_length': <1>}"));
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_encode_options_update (options, zero, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "from 1 to"));
  g_assert_true (trafo_encode_options_update (options, one, NULL));
  g_assert_cmpuint (trafo_encode_options_get_max_length (options), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encode-options/defaults", test_defaults);
  g_test_add_func ("/encode-options/properties", test_properties);
  g_test_add_func ("/encode-options/no-length", test_no_length);
  return g_test_run ();
}
