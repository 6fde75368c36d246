/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-source-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trafo-builder-private.h"
#include "trafo-tensor-dict-file.h"

#define TEST_TYPE_MODEL (test_model_get_type ())
G_DECLARE_FINAL_TYPE (TestModel, test_model, TEST, MODEL, GObject)

struct _TestModel
{
  GObject parent_instance;
};

static const char *
get_base_prefix (TrafoModel *model)
{
  return "base";
}

static char *
map_name (TrafoModel *model, const char *name)
{
  return g_str_equal (name, "buffer") ? NULL : g_strdup (name);
}

static void
test_model_iface_init (TrafoModelInterface *iface)
{
  iface->get_base_prefix = get_base_prefix;
  iface->map_name = map_name;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestModel,
                               test_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, test_model_iface_init))

static void
test_model_class_init (TestModelClass *klass)
{
}

static void
test_model_init (TestModel *self)
{
}

/* Parameters base.w (2, 3), also known as head.w unless that is @untied; base.LayerNorm.weight,
 * base.LayerNorm.bias (3). */
static TrafoGraph *
make_graph (GHashTable *untied)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  gint64   dims[] = { 2, 3 };
  TrafoSym w = trafo_builder_param (b, "base.w", dims, 2, TRAFO_INITIALIZER_NORMAL), head;

  trafo_builder_set_untied (b, untied);
  head = trafo_builder_tie (b, w, "head.w");
  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "base.LayerNorm", head, 1e-5));
  return trafo_builder_finish (b, NULL);
}

typedef struct
{
  const char *name;
  TrafoDType  dtype;
  guint       n_dims;
  gint64      shape[2];
  float       value; /* of every element */
} Stored;

typedef struct
{
  const char *name;
  Stored      stored[5];
  const char *missing;     /* joined by spaces */
  const char *unexpected;  /* the same */
  float       expected[3]; /* the first element of w, LayerNorm.weight and .bias; 0.125: whatever */
  const char *message;     /* or NULL */
  float       untied;      /* of head.w, where it is a parameter of its own; else 0 */
} SourceCase;

#define W(name, value)                                                                             \
  {                                                                                                \
    name, TRAFO_DTYPE_FLOAT32, 2, { 2, 3 }, value                                                  \
  }
#define V(name, value)                                                                             \
  {                                                                                                \
    name, TRAFO_DTYPE_FLOAT32, 1, { 3 }, value                                                     \
  }

static const SourceCase cases[] = {
  { "all",
    { W ("base.w", 5), V ("base.LayerNorm.weight", 6), V ("base.LayerNorm.bias", 7) },
    "",
    "",
    { 5, 6, 7 } },
  { "without-prefix",
    { W ("w", 5), V ("LayerNorm.weight", 6), V ("LayerNorm.bias", 7) },
    "",
    "",
    { 5, 6, 7 } },
  { "old-names",
    { W ("base.w", 5), V ("base.LayerNorm.gamma", 6), V ("base.LayerNorm.beta", 7) },
    "",
    "",
    { 5, 6, 7 } },
  { "alias-alone",
    { W ("head.w", 5), V ("base.LayerNorm.weight", 6), V ("base.LayerNorm.bias", 7) },
    "",
    "",
    { 5, 6, 7 } },
  { "alias-after",
    { W ("base.w", 5), W ("head.w", 8) },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 },
    NULL,
    8 },
  { "alias-before",
    { W ("head.w", 8), W ("w", 5) },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 },
    NULL,
    8 },
  { "alias-alike",
    { W ("head.w", 5), W ("base.w", 5) },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 } },
  { "alias-of-other-type",
    { W ("base.w", 5), { "head.w", TRAFO_DTYPE_FLOAT16, 2, { 2, 3 }, 5 } },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 } },
  { "alias-of-other-type-differs",
    { W ("base.w", 5), { "head.w", TRAFO_DTYPE_BFLOAT16, 2, { 2, 3 }, 5.5f } },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 },
    NULL,
    5.5f },
  { "alias-of-negative-zero",
    { W ("base.w", 0.0f), W ("head.w", -0.0f) },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 0, 1, 0 } },
  { "alias-of-wrong-shape",
    { W ("base.w", 5), { "head.w", TRAFO_DTYPE_FLOAT32, 2, { 3, 2 }, 5 } },
    NULL,
    NULL,
    { 0 },
    "tensor 'head.w' has shape (3, 2), expected (2, 3)" },
  { "half",
    { { "base.w", TRAFO_DTYPE_FLOAT16, 2, { 2, 3 }, 5 } },
    "base.LayerNorm.bias base.LayerNorm.weight",
    "",
    { 5, 1, 0 } },
  { "nothing",
    { V ("z", 1), V ("a", 1), V ("buffer", 1) },
    "base.LayerNorm.bias base.LayerNorm.weight base.w",
    "a z",
    { 0.125, 1, 0 } },
  { "wrong-shape",
    { { "base.w", TRAFO_DTYPE_FLOAT32, 2, { 3, 2 }, 5 } },
    NULL,
    NULL,
    { 0 },
    "tensor 'base.w' has shape (3, 2), expected (2, 3)" },
  { "wrong-rank",
    { { "base.w", TRAFO_DTYPE_FLOAT32, 1, { 6 }, 5 } },
    NULL,
    NULL,
    { 0 },
    "tensor 'base.w' has shape (6,), expected (2, 3)" },
  { "wrong-dtype",
    { { "base.w", TRAFO_DTYPE_INT32, 2, { 2, 3 }, 5 } },
    NULL,
    NULL,
    { 0 },
    "tensor 'base.w' has type I32, expected F64, F32, F16 or BF16" },
};

static char *
write_checkpoint (const SourceCase *c)
{
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int   file = g_file_open_tmp ("trafo-XXXXXX.safetensors", &path, &error);

  g_assert_no_error (error);
  g_close (file, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (c->stored) && c->stored[i].name != NULL; i++)
    {
      const Stored *s = &c->stored[i];
      g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, s->shape, s->n_dims, NULL);
      g_autoptr (TrafoTensor) cast = NULL;

      for (gint64 j = 0; j < trafo_tensor_get_n_elements (x); j++)
        ((float *) trafo_tensor_get_data (x))[j] = s->value;
      cast = trafo_tensor_cast (x, s->dtype, NULL);
      trafo_tensor_dict_set (tensors, s->name, cast);
    }
  trafo_tensor_dict_save (tensors, path, &error);
  g_assert_no_error (error);
  return path;
}

static const TrafoQuantization no_quantization = { 0 };

static TrafoModelSource *
new_source (TrafoModel       *model,
            const TrafoGraph *graph,
            TrafoCheckpoint  *checkpoint,
            GHashTable       *untied,
            GCancellable     *cancellable,
            GError          **error)
{
  return trafo_model_source_new (model,
                                 graph,
                                 checkpoint,
                                 untied,
                                 &no_quantization,
                                 "base",
                                 0,
                                 cancellable,
                                 error);
}

static void
assert_names (GPtrArray *names, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, i > 0 ? " %s" : "%s", (char *) g_ptr_array_index (names, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static float
first_value (TrafoModelSource *source, const char *name)
{
  TrafoOperand operand;
  g_autoptr (TrafoTensor) x = NULL;

  g_assert_true (trafo_model_source_lookup (source, name, &operand, NULL));
  x = trafo_tensor_new_from_data (operand.dtype,
                                  operand.shape,
                                  operand.strides,
                                  operand.n_dims,
                                  operand.data,
                                  TRUE,
                                  NULL,
                                  NULL,
                                  NULL);
  return trafo_tensor_get_value (x, 0);
}

static void
test_case (gconstpointer data)
{
  static const char *const names[] = { "base.w", "base.LayerNorm.weight", "base.LayerNorm.bias" };
  const SourceCase        *c = data;
  g_autofree char         *path = write_checkpoint (c);
  g_autoptr (TestModel) model = g_object_new (TEST_TYPE_MODEL, NULL);
  g_autoptr (TrafoGraph) graph = make_graph (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, NULL, &error);
  g_autoptr (TrafoModelSource) source = NULL;
  g_autoptr (GHashTable) untied = NULL;

  g_assert_no_error (error);
  untied = trafo_model_source_find_untied (TRAFO_MODEL (model),
                                           graph,
                                           checkpoint,
                                           &no_quantization,
                                           NULL,
                                           &error);
  if (untied != NULL)
    {
      g_assert_no_error (error);
      g_clear_pointer (&graph, trafo_graph_free);
      graph = make_graph (untied);
      source = new_source (TRAFO_MODEL (model), graph, checkpoint, untied, NULL, &error);
    }
  g_unlink (path);
  if (c->message != NULL)
    {
      g_assert_null (source);
      g_assert_nonnull (strstr (error->message, c->message));
      return;
    }
  g_assert_no_error (error);
  assert_names (source->missing, c->missing);
  assert_names (source->unexpected, c->unexpected);
  g_assert_cmpuint (source->n_parameters, ==, c->untied != 0 ? 18 : 12);
  if (c->untied != 0)
    g_assert_cmpfloat (first_value (source, "head.w"), ==, c->untied);
  for (guint i = 0; i < 3; i++)
    if (c->expected[i] != 0.125f)
      g_assert_cmpfloat (first_value (source, names[i]), ==, c->expected[i]);
  g_assert_false (trafo_model_source_lookup (source, "absent", &(TrafoOperand){ 0 }, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
}

/* Between tensors that are there, and between those that are made. */
static void
test_cancel (void)
{
  g_autofree char *path = write_checkpoint (&cases[0]);
  g_autoptr (TestModel) model = g_object_new (TEST_TYPE_MODEL, NULL);
  g_autoptr (TrafoGraph) graph = make_graph (NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (path, NULL, NULL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  TrafoCheckpoint *checkpoints[] = { checkpoint, NULL };

  g_unlink (path);
  g_cancellable_cancel (cancelled);
  for (gsize i = 0; i < G_N_ELEMENTS (checkpoints); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (
          new_source (TRAFO_MODEL (model), graph, checkpoints[i], NULL, cancelled, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* transformers converts to the model's type when it loads. */
static void
test_float64 (void)
{
  static const char header[] =
      "{\"base.w\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,48]}}";
  const guint64 header_bytes = GUINT64_TO_LE (strlen (header));
  const double  values[] = { 1.0 / 3, -1e300, 2, 3, 4, 5 };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (TestModel) model = g_object_new (TEST_TYPE_MODEL, NULL);
  g_autoptr (TrafoGraph) graph = make_graph (NULL);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (TrafoModelSource) source = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  TrafoOperand     operand;

  g_byte_array_append (file, (const guint8 *) &header_bytes, sizeof header_bytes);
  g_byte_array_append (file, (const guint8 *) header, strlen (header));
  g_byte_array_append (file, (const guint8 *) values, sizeof values);
  g_close (g_file_open_tmp ("trafo-XXXXXX.safetensors", &path, NULL), NULL);
  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len, NULL));
  checkpoint = trafo_checkpoint_open (path, NULL, &error);
  g_assert_no_error (error);
  source = new_source (TRAFO_MODEL (model), graph, checkpoint, NULL, NULL, &error);
  g_unlink (path);
  g_assert_no_error (error);
  g_assert_true (trafo_model_source_lookup (source, "base.w", &operand, &error));
  g_assert_cmpint (operand.dtype, ==, TRAFO_DTYPE_FLOAT32);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpfloat (((const float *) operand.data)[i], ==, (float) values[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/model-source/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/model-source/cancel", test_cancel);
  g_test_add_func ("/model-source/float64", test_float64);
  return g_test_run ();
}
