/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <trafo/trafo-error.h>

#include "trafo-load-options.h"

static void
count_notify (GObject *object, GParamSpec *property, gpointer data)
{
  ++*(guint *) data;
}

static void
test_properties (void)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autofree char *device = NULL;
  TrafoDType       dtype;
  guint            n_notified = 0;

  g_assert_null (trafo_load_options_get_device (options));
  g_assert_cmpint (trafo_load_options_get_dtype (options), ==, TRAFO_DTYPE_NONE);
  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  g_object_set (options, "device", "cpu", "dtype", TRAFO_DTYPE_BFLOAT16, NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  trafo_load_options_set_device (options, "cpu");
  trafo_load_options_set_dtype (options, TRAFO_DTYPE_BFLOAT16);
  g_assert_cmpuint (n_notified, ==, 2);
  g_object_get (options, "device", &device, "dtype", &dtype, NULL);
  g_assert_cmpstr (device, ==, "cpu");
  g_assert_cmpint (dtype, ==, TRAFO_DTYPE_BFLOAT16);
  trafo_load_options_set_device (options, trafo_load_options_get_device (options));
  trafo_load_options_set_device (options, NULL);
  g_assert_null (trafo_load_options_get_device (options));
  g_assert_true (trafo_load_options_get_weight_cache (options));
  g_object_set (options, "weight-cache", FALSE, NULL);
  g_assert_false (trafo_load_options_get_weight_cache (options));
}

static void
test_8bit (void)
{
  static const char *const skipped[] = { "lm_head", NULL };
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_auto (GStrv) found = NULL;
  gboolean load_in_8bit;
  double   threshold;
  guint    n_notified = 0;

  g_assert_false (trafo_load_options_get_load_in_8bit (options));
  g_assert_cmpfloat (trafo_load_options_get_llm_int8_threshold (options), ==, 6);
  g_assert_null (trafo_load_options_get_llm_int8_skip_modules (options));
  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  g_object_set (options,
                "load-in-8bit",
                TRUE,
                "llm-int8-threshold",
                0.0,
                "llm-int8-skip-modules",
                skipped,
                NULL);
  g_assert_cmpuint (n_notified, ==, 3);
  trafo_load_options_set_load_in_8bit (options, TRUE);
  trafo_load_options_set_llm_int8_threshold (options, 0);
  g_assert_cmpuint (n_notified, ==, 3);
  g_object_get (options,
                "load-in-8bit",
                &load_in_8bit,
                "llm-int8-threshold",
                &threshold,
                "llm-int8-skip-modules",
                &found,
                NULL);
  g_assert_true (load_in_8bit);
  g_assert_cmpfloat (threshold, ==, 0);
  g_assert_cmpstrv (found, skipped);
  trafo_load_options_set_llm_int8_skip_modules (options, NULL);
  g_assert_null (trafo_load_options_get_llm_int8_skip_modules (options));
}

/* What no model takes is kept until one is loaded, and GObject says nothing. */
static void
test_threshold (void)
{
  static const double thresholds[] = { -1, 1e39, INFINITY, -INFINITY, NAN };
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (thresholds); i++)
    {
      double threshold;

      g_object_set (options, "llm-int8-threshold", thresholds[i], NULL);
      g_object_get (options, "llm-int8-threshold", &threshold, NULL);
      g_assert_true (threshold == thresholds[i] || (isnan (threshold) && isnan (thresholds[i])));
      trafo_load_options_set_llm_int8_threshold (options, 6);
      trafo_load_options_set_llm_int8_threshold (options, thresholds[i]);
      threshold = trafo_load_options_get_llm_int8_threshold (options);
      g_assert_true (threshold == thresholds[i] || (isnan (threshold) && isnan (thresholds[i])));
    }
}

static void
test_int8_weight_only (void)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  gboolean int8_weight_only;
  guint    n_notified = 0;

  g_assert_false (trafo_load_options_get_int8_weight_only (options));
  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  g_object_set (options, "int8-weight-only", TRUE, NULL);
  trafo_load_options_set_int8_weight_only (options, TRUE);
  g_assert_cmpuint (n_notified, ==, 1);
  g_object_get (options, "int8-weight-only", &int8_weight_only, NULL);
  g_assert_true (int8_weight_only);
}

static void
test_int4_weight_only (void)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  gboolean int4_weight_only;
  guint    n_notified = 0;

  g_assert_false (trafo_load_options_get_int4_weight_only (options));
  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  g_object_set (options, "int4-weight-only", TRUE, NULL);
  trafo_load_options_set_int4_weight_only (options, TRUE);
  g_assert_cmpuint (n_notified, ==, 1);
  g_object_get (options, "int4-weight-only", &int4_weight_only, NULL);
  g_assert_true (int4_weight_only);
}

static void
test_4bit (void)
{
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autofree char *type = NULL;
  gboolean         load_in_4bit, use_double_quant;
  guint            n_notified = 0;

  g_assert_false (trafo_load_options_get_load_in_4bit (options));
  g_assert_cmpstr (trafo_load_options_get_bnb_4bit_quant_type (options), ==, "fp4");
  g_assert_false (trafo_load_options_get_bnb_4bit_use_double_quant (options));
  g_signal_connect (options, "notify", G_CALLBACK (count_notify), &n_notified);
  g_object_set (options,
                "load-in-4bit",
                TRUE,
                "bnb-4bit-quant-type",
                "nf4",
                "bnb-4bit-use-double-quant",
                TRUE,
                NULL);
  g_assert_cmpuint (n_notified, ==, 3);
  trafo_load_options_set_load_in_4bit (options, TRUE);
  trafo_load_options_set_bnb_4bit_quant_type (options, "nf4");
  trafo_load_options_set_bnb_4bit_use_double_quant (options, TRUE);
  g_assert_cmpuint (n_notified, ==, 3);
  g_object_get (options,
                "load-in-4bit",
                &load_in_4bit,
                "bnb-4bit-quant-type",
                &type,
                "bnb-4bit-use-double-quant",
                &use_double_quant,
                NULL);
  g_assert_true (load_in_4bit);
  g_assert_cmpstr (type, ==, "nf4");
  g_assert_true (use_double_quant);
  trafo_load_options_set_bnb_4bit_quant_type (options, NULL);
  g_assert_cmpstr (trafo_load_options_get_bnb_4bit_quant_type (options), ==, "fp4");
}

/* Each type in turn, as a menu would: nothing of the one before is left. */
static void
test_quantize (void)
{
  static const struct
  {
    const char *type;
    gboolean    is_8bit;
    const char *quant_type;
    double      threshold;
  } cases[] = {
    { "bnb-nf4", FALSE, "nf4", 6 }, { "int8", TRUE, "fp4", 0 },     { "bnb-int8", TRUE, "fp4", 6 },
    { "int8", TRUE, "fp4", 0 },     { "bnb-fp4", FALSE, "fp4", 6 }, { "int8", TRUE, "fp4", 0 },
  };
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (trafo_load_options_quantize (options, cases[i].type, &error));
      g_assert_no_error (error);
      g_assert_cmpint (trafo_load_options_get_load_in_8bit (options), ==, cases[i].is_8bit);
      g_assert_cmpint (trafo_load_options_get_load_in_4bit (options), ==, !cases[i].is_8bit);
      g_assert_cmpstr (trafo_load_options_get_bnb_4bit_quant_type (options),
                       ==,
                       cases[i].quant_type);
      g_assert_cmpfloat (trafo_load_options_get_llm_int8_threshold (options),
                         ==,
                         cases[i].threshold);
    }
  g_assert_false (trafo_load_options_quantize (options, "Q4_0", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message,
                   ==,
                   "found the quantization \"Q4_0\", expected one of bnb-int8, int8, bnb-nf4, "
                   "bnb-fp4");
  g_assert_cmpfloat (trafo_load_options_get_llm_int8_threshold (options), ==, 0);
}

/* What is listed is what is taken. */
static void
test_list (void)
{
  g_auto (GStrv) types = trafo_load_options_list_quantizations ();

  g_assert_cmpuint (g_strv_length (types), ==, 4);
  for (char **type = types; *type != NULL; type++)
    {
      g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
      g_autoptr (GError) error = NULL;

      g_assert_true (trafo_load_options_quantize (options, *type, &error));
      g_assert_no_error (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-options/properties", test_properties);
  g_test_add_func ("/load-options/8bit", test_8bit);
  g_test_add_func ("/load-options/threshold", test_threshold);
  g_test_add_func ("/load-options/int8-weight-only", test_int8_weight_only);
  g_test_add_func ("/load-options/int4-weight-only", test_int4_weight_only);
  g_test_add_func ("/load-options/4bit", test_4bit);
  g_test_add_func ("/load-options/quantize", test_quantize);
  g_test_add_func ("/load-options/list", test_list);
  return g_test_run ();
}
