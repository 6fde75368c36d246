/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdlib.h>
#include <string.h>

#include "../../remove-folder.h"
#include "fake-device.h"
#include "trafo-reference-device-private.h"
#include "trafo-weight-packing-private.h"

static const float w0[] = { 1, 2, 3, 4, 5, 6 };
static const float w1[] = { 7, 8, 9 };

static TrafoTensorDict *
make_tensors (void)
{
  TrafoTensorDict *tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) a = trafo_tensor_new_from_floats ((gint64[]){ 2, 3 }, 2, w0, 6, NULL);
  g_autoptr (TrafoTensor) b = trafo_tensor_new_from_floats ((gint64[]){ 1, 3 }, 2, w1, 3, NULL);
  g_autoptr (TrafoTensor) half = trafo_tensor_cast (a, TRAFO_DTYPE_FLOAT16, NULL);
  g_autoptr (TrafoTensor) column =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 1 }, 2, w1, 2, NULL);

  trafo_tensor_dict_set (tensors, "a", a);
  trafo_tensor_dict_set (tensors, "b", b);
  trafo_tensor_dict_set (tensors, "half", half);
  trafo_tensor_dict_set (tensors, "column", column);
  return tensors;
}

typedef struct
{
  const char    *name;
  const char    *parts[2];
  gint64         shape[2];
  gboolean       is_in_out;
  TrafoWeightUse use;
  TrafoDType     dtype;
  float          expected[9]; /* row-major */
  gboolean       is_copied;
} WeightCase;

static const WeightCase cases[] = {
  { "as-it-is",
    { "a" },
    { 2, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_FLOAT,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 4, 5, 6 },
    FALSE },
  { "linear",
    { "a" },
    { 2, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_LINEAR,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 4, 5, 6 },
    FALSE },
  { "widened",
    { "half" },
    { 2, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_FLOAT,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 4, 5, 6 },
    TRUE },
  { "table",
    { "half" },
    { 2, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_TABLE,
    TRAFO_DTYPE_FLOAT16,
    { 1, 2, 3, 4, 5, 6 },
    FALSE },
  { "below",
    { "a", "b" },
    { 3, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_LINEAR,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
    TRUE },
  { "below-mixed",
    { "half", "b" },
    { 3, 3 },
    FALSE,
    TRAFO_WEIGHT_USE_LINEAR,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
    TRUE },
  { "beside",
    { "a", "column" },
    { 2, 4 },
    TRUE,
    TRAFO_WEIGHT_USE_IN_OUT,
    TRAFO_DTYPE_FLOAT32,
    { 1, 2, 3, 7, 4, 5, 6, 8 },
    TRUE },
};

static TrafoGraphParam *
make_param (TrafoGraph *graph, const WeightCase *c, TrafoValueType *type)
{
  TrafoGraphParam *param;

  *type = (TrafoValueType){ TRAFO_DTYPE_FLOAT32, 2, { c->shape[0], c->shape[1] } };
  trafo_graph_append_param (graph, c->parts[0], type, TRAFO_INITIALIZER_ZEROS);
  param = g_ptr_array_index (graph->params, 0);
  param->is_in_out = c->is_in_out;
  if (c->parts[1] != NULL)
    g_ptr_array_add (param->names, g_strdup (c->parts[1]));
  return param;
}

static void
test_forms (gconstpointer data)
{
  const WeightCase *c = data;
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoTensorDict) tensors = make_tensors ();
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  g_autoptr (TrafoTensor) found = NULL;
  g_autoptr (GError) error = NULL;
  TrafoWeightSource source;
  TrafoValueType    type;
  TrafoGraphParam  *param = make_param (graph, c, &type);
  TrafoOperand      operand, again;
  gsize             size_bytes;

  fake_source_init (&source, tensors);
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  trafo_weights_get (weights, param, &type, c->use, &operand, &error);
  g_assert_no_error (error);
  g_assert_cmpint (operand.dtype, ==, c->dtype);
  g_assert_cmpint (operand.layout, ==, TRAFO_LAYOUT_STRIDED);
  found = trafo_tensor_new_from_data (operand.dtype,
                                      operand.shape,
                                      operand.strides,
                                      operand.n_dims,
                                      operand.data,
                                      TRUE,
                                      NULL,
                                      NULL,
                                      NULL);
  g_assert_cmpint (trafo_tensor_get_n_elements (found), ==, c->shape[0] * c->shape[1]);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (found); i++)
    g_assert_cmpfloat (trafo_tensor_get_value (found, i), ==, c->expected[i]);
  size_bytes = trafo_weights_get_size_bytes (weights);
  g_assert_cmpint (size_bytes > 0, ==, c->is_copied);
  trafo_weights_get (weights, param, &type, c->use, &again, &error);
  g_assert_true (operand.data == again.data);
  g_assert_cmpuint (trafo_weights_get_size_bytes (weights), ==, size_bytes);
}

/* One weight that is taken both ways is packed once for each. */
static void
test_both_ways (void)
{
  static const WeightCase c = { "", { "square" }, { 2, 2 } };
  static const float      values[] = { 1, 2, 3, 4 };
  FakeDevice              fake = { .packs = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) square =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 2 }, 2, values, 4, NULL);
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  TrafoWeightSource source;
  TrafoValueType    type;
  TrafoGraphParam  *param = make_param (graph, &c, &type);
  TrafoOperand      rows, columns, plain;

  trafo_tensor_dict_set (tensors, "square", square);
  fake_source_init (&source, tensors);
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  g_assert_true (trafo_weights_get (weights, param, &type, TRAFO_WEIGHT_USE_LINEAR, &rows, NULL));
  g_assert_true (
      trafo_weights_get (weights, param, &type, TRAFO_WEIGHT_USE_IN_OUT, &columns, NULL));
  g_assert_true (trafo_weights_get (weights, param, &type, TRAFO_WEIGHT_USE_FLOAT, &plain, NULL));
  g_assert_cmpint (fake.n_packed, ==, 2);
  g_assert_cmpint (rows.layout, ==, TRAFO_LAYOUT_PACKED);
  g_assert_cmpmem (rows.data, 16, ((const float[]){ 3, 4, 1, 2 }), 16);
  g_assert_cmpmem (columns.data, 16, ((const float[]){ 2, 4, 1, 3 }), 16);
  g_assert_cmpmem (plain.data, 16, values, 16);
}

/* What the device does not pack as it is, is packed as float32. */
static void
test_mixed (void)
{
  static const struct
  {
    WeightCase weight;
    float      expected[9]; /* rows from the last to the first */
  } mixed[] = {
    { { "", { "half", "b" }, { 3, 3 }, FALSE, TRAFO_WEIGHT_USE_LINEAR },
      { 7, 8, 9, 4, 5, 6, 1, 2, 3 } },
    { { "", { "half", "column" }, { 2, 4 }, TRUE, TRAFO_WEIGHT_USE_IN_OUT },
      { 7, 8, 3, 6, 2, 5, 1, 4 } },
    { { "", { "half" }, { 2, 3 }, FALSE, TRAFO_WEIGHT_USE_LINEAR }, { 4, 5, 6, 1, 2, 3 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (mixed); i++)
    {
      const WeightCase *c = &mixed[i].weight;
      FakeDevice        fake = { .packs = TRUE };
      g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
      g_autoptr (TrafoTensorDict) tensors = make_tensors ();
      g_autoptr (TrafoGraph) graph = trafo_graph_new ();
      g_autoptr (TrafoWeights) weights = NULL;
      TrafoWeightSource source;
      TrafoValueType    type;
      TrafoGraphParam  *param = make_param (graph, c, &type);
      TrafoOperand      operand;
      gsize             size_bytes = c->shape[0] * c->shape[1] * sizeof (float);

      fake_source_init (&source, tensors);
      weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
      g_assert_true (trafo_weights_get (weights, param, &type, c->use, &operand, NULL));
      g_assert_cmpint (operand.layout, ==, TRAFO_LAYOUT_PACKED);
      g_assert_cmpmem (operand.data, size_bytes, mixed[i].expected, size_bytes);
    }
}

/* What float16 does not hold is an error that names it, and nothing else is one. */
static void
test_float16_range (void)
{
  static const WeightCase weights_of[] = {
    { "", { "a", "great" }, { 3, 3 }, FALSE, TRAFO_WEIGHT_USE_LINEAR },
    { "", { "half", "great" }, { 3, 3 }, FALSE, TRAFO_WEIGHT_USE_LINEAR }, /* joined first */
    { "", { "great" }, { 1, 3 }, TRUE, TRAFO_WEIGHT_USE_IN_OUT },
  };
  static const float values[] = { 65504, 1, -7e4f };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (weights_of); i++)
    {
      const WeightCase *c = &weights_of[i / 2];
      FakeDevice        fake = { .packs = TRUE };
      g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
      g_autoptr (TrafoTensorDict) tensors = make_tensors ();
      g_autoptr (TrafoTensor) great =
          trafo_tensor_new_from_floats ((gint64[]){ 1, 3 }, 2, values, 3, NULL);
      g_autoptr (TrafoGraph) graph = trafo_graph_new ();
      g_autoptr (TrafoWeights) weights = NULL;
      g_autoptr (GError) error = NULL;
      TrafoDType        dtype = i % 2 == 0 ? TRAFO_DTYPE_FLOAT16 : TRAFO_DTYPE_BFLOAT16;
      TrafoWeightSource source;
      TrafoValueType    type;
      TrafoGraphParam  *param = make_param (graph, c, &type);
      TrafoOperand      operand;
      gsize             size_bytes;

      trafo_tensor_dict_set (tensors, "great", great);
      fake_source_init (&source, tensors);
      weights = trafo_weights_new (device, dtype, &source);
      g_assert_cmpint (trafo_weights_get (weights, param, &type, c->use, &operand, &error),
                       ==,
                       dtype != TRAFO_DTYPE_FLOAT16);
      if (dtype != TRAFO_DTYPE_FLOAT16)
        continue;
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
      /* it may be tried again and again */
      size_bytes = trafo_weights_get_size_bytes (weights);
      g_assert_false (trafo_weights_get (weights, param, &type, c->use, &operand, NULL));
      g_assert_cmpuint (trafo_weights_get_size_bytes (weights), ==, size_bytes);
      g_assert_nonnull (strstr (error->message, "'great' has -70000 at [0, 2]"));
      ((float *) trafo_tensor_get_data (great))[2] = 65519;
      g_clear_error (&error);
      trafo_weights_get (weights, param, &type, c->use, &operand, &error);
      g_assert_no_error (error);
    }
}

/* Each tensor is in a file of its own. */
static gboolean
locate (gpointer data, const TrafoOperand *operand, guint *ret_file, gsize *ret_offset_bytes)
{
  *ret_file = 3;
  *ret_offset_bytes = GPOINTER_TO_SIZE (operand->data);
  return TRUE;
}

/* Takes a weight, keeps it and checks its bytes. Returns how many were packed for that. */
static gint
take_and_save (const char       *folder,
               const char       *layout,
               TrafoTensorDict  *tensors,
               const WeightCase *c,
               gboolean          is_in_files)
{
  const TrafoWeightCachePolicy policy = { folder, G_MAXUINT64, 1 };
  FakeDevice                   fake = { .packs = TRUE, .layout = layout };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  g_autofree char  *identity = trafo_weight_cache_identify (device, TRAFO_DTYPE_FLOAT32, "files");
  TrafoWeightSource source;
  TrafoValueType    type;
  TrafoGraphParam  *param = make_param (graph, c, &type);
  TrafoOperand      operand;
  gsize             size_bytes = c->shape[0] * c->shape[1] * sizeof (float);

  fake_source_init (&source, tensors);
  if (is_in_files)
    source.locate = locate;
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  trafo_weights_set_cache (weights, trafo_weight_cache_new (&policy, identity, NULL, NULL));
  g_assert_true (trafo_weights_get (weights, param, &type, c->use, &operand, NULL));
  g_assert_cmpint (operand.layout, ==, TRAFO_LAYOUT_PACKED);
  g_assert_cmpint (operand.dtype, ==, TRAFO_DTYPE_FLOAT32);
  g_assert_cmpmem (operand.data, size_bytes, c->expected, size_bytes);
  g_assert_cmpuint (trafo_weights_get_size_bytes (weights) > 0, ==, fake.n_packed > 0);
  trafo_weights_settle (weights);
  return fake.n_packed;
}

/* Packed once, then taken from the disk: as it is, of parts, and of parts that are joined first. */
static void
test_cached (void)
{
  static const WeightCase kept[] = {
    { "", { "a" }, { 2, 3 }, FALSE, TRAFO_WEIGHT_USE_LINEAR, 0, { 4, 5, 6, 1, 2, 3 } },
    { "", { "a" }, { 2, 3 }, TRUE, TRAFO_WEIGHT_USE_IN_OUT, 0, { 3, 6, 2, 5, 1, 4 } },
    { "",
      { "a", "b" },
      { 3, 3 },
      FALSE,
      TRAFO_WEIGHT_USE_LINEAR,
      0,
      { 7, 8, 9, 4, 5, 6, 1, 2, 3 } },
    { "",
      { "half", "b" },
      { 3, 3 },
      FALSE,
      TRAFO_WEIGHT_USE_LINEAR,
      0,
      { 7, 8, 9, 4, 5, 6, 1, 2, 3 } },
  };
  g_autofree char *folder = g_dir_make_tmp ("trafo-weights-XXXXXX", NULL);
  g_autoptr (TrafoTensorDict) tensors = make_tensors ();

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_cmpint (take_and_save (folder, "x", tensors, &kept[i], TRUE), >, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_cmpint (take_and_save (folder, "x", tensors, &kept[i], TRUE), ==, 0);
  g_assert_cmpint (take_and_save (folder, "y", tensors, &kept[0], TRUE), >, 0);
  g_assert_cmpint (take_and_save (folder, "x", tensors, &kept[0], FALSE), >, 0);
  remove_folder (folder);
}

/* A device that packs codes as they are. */
static gsize
codes_packed_size (gpointer device, const TrafoWeight *weight)
{
  return weight->dtype == TRAFO_DTYPE_UINT8 ? (gsize) (weight->n_out * weight->n_in / 2) : 0;
}

static guint
codes_pack_n_tasks (gpointer device, const TrafoWeight *weight)
{
  return 1;
}

static void
codes_pack (gpointer device, const TrafoWeight *weight, gpointer destination, guint task)
{
  memcpy (destination, weight->parts[0].data, codes_packed_size (device, weight));
}

static const char *
codes_layout (gpointer device)
{
  return "codes";
}

static const TrafoKernel *const *
list_no_kernels (gpointer device, guint16 op, gsize *n)
{
  *n = 0;
  return NULL;
}

/* The codes of the square weight, out of the cache in @folder if that has them; in the next start it does. */
static void
take_codes (const char *folder, TrafoTensorDict *tensors, TrafoWeightUse use, guint8 codes[512])
{
  static const TrafoDeviceOps  ops = { .struct_size = sizeof ops,
                                       .flags = TRAFO_DEVICE_HOST_MEMORY,
                                       .list_kernels = list_no_kernels,
                                       .packed_size = codes_packed_size,
                                       .pack_n_tasks = codes_pack_n_tasks,
                                       .pack = codes_pack,
                                       .packed_layout = codes_layout };
  static const WeightCase      c = { .parts = { "large" }, .shape = { 32, 32 } };
  const TrafoWeightCachePolicy policy = { folder, G_MAXUINT64, 1 };
  g_autoptr (TrafoDevice) device =
      trafo_device_new ("fake", TRAFO_DEVICE_KIND_CPU, "codes", 0, &ops, NULL, NULL);
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  TrafoWeightSource source;
  TrafoValueType    type;
  TrafoGraphParam  *param = make_param (graph, &c, &type);
  TrafoOperand      operand;

  fake_source_init (&source, tensors);
  source.locate = locate;
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  if (folder != NULL)
    {
      g_autofree char *identity =
          trafo_weight_cache_identify (device, TRAFO_DTYPE_FLOAT32, "files");

      trafo_weights_set_cache (weights, trafo_weight_cache_new (&policy, identity, NULL, NULL));
    }
  g_assert_true (trafo_weights_get (weights, param, &type, use, &operand, NULL));
  memcpy (codes, operand.data, 512);
  trafo_weights_settle (weights);
}

/* Codes lie the same way, whichever way the floats do that they are made of: those of the other way are others. */
static void
test_cached_codes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-weights-XXXXXX", NULL);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) large =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 32, 32 }, 2, NULL);
  guint8 expected[2][512], found[512];

  for (guint i = 0; i < 32 * 32; i++)
    ((float *) trafo_tensor_get_data (large))[i] = (float) (i * 37 % 101) - 50 + i / 100;
  trafo_tensor_dict_set (tensors, "large", large);
  for (guint i = 0; i < 2; i++)
    take_codes (NULL,
                tensors,
                trafo_weight_use_of_linear (TRAFO_WEIGHT_ENCODING_INT4, i),
                expected[i]);
  g_assert_true (memcmp (expected[0], expected[1], 512) != 0);
  for (guint i = 0; i < 4; i++)
    {
      take_codes (folder,
                  tensors,
                  trafo_weight_use_of_linear (TRAFO_WEIGHT_ENCODING_INT4, i % 2),
                  found);
      g_assert_cmpmem (found, 512, expected[i % 2], 512);
    }
  remove_folder (folder);
}

static void
test_not_there (void)
{
  static const WeightCase c = { "", { "absent" }, { 2, 2 } };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoTensorDict) tensors = make_tensors ();
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  TrafoWeightSource source;
  TrafoValueType    type;
  TrafoGraphParam  *param = make_param (graph, &c, &type);
  TrafoOperand      operand;

  fake_source_init (&source, tensors);
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  g_assert_false (
      trafo_weights_get (weights, param, &type, TRAFO_WEIGHT_USE_FLOAT, &operand, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
}

/* A device with memory of its own that has no kernels for integers. */
static void
test_no_kernels (void)
{
  static const TrafoWeightEncoding refused[] = { TRAFO_WEIGHT_ENCODING_LLM_INT8,
                                                 TRAFO_WEIGHT_ENCODING_INT8 };
  FakeDevice                       fake = { 0 };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);
  g_autoptr (TrafoDevice) reference = trafo_reference_device_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (trafo_weight_packing_check_encoding (device, refused[i], &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, trafo_device_get_name (device)));
      g_assert_true (trafo_weight_packing_check_encoding (reference, refused[i], NULL));
    }
  g_assert_true (trafo_weight_packing_check_encoding (device, TRAFO_WEIGHT_ENCODING_NF4, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/weights/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_forms);
    }
  g_test_add_func ("/weights/both-ways", test_both_ways);
  g_test_add_func ("/weights/mixed", test_mixed);
  g_test_add_func ("/weights/float16-range", test_float16_range);
  g_test_add_func ("/weights/cached", test_cached);
  g_test_add_func ("/weights/cached-codes", test_cached_codes);
  g_test_add_func ("/weights/not-there", test_not_there);
  g_test_add_func ("/weights/no-kernels", test_no_kernels);
  return g_test_run ();
}
