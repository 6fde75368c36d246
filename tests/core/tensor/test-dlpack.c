/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dlpack.h"

/* DLManagedTensor as https://dmlc.github.io/dlpack/latest/c_api.html lays it out. */
typedef struct _Managed Managed;
struct _Managed
{
  gpointer data;
  gint32   device_type;
  gint32   device_id;
  gint32   n_dims;
  guint8   code;
  guint8   bits;
  guint16  lanes;
  gint64  *shape;
  gint64  *strides;
  guint64  offset_bytes;
  gpointer context;
  void (*deleter) (Managed *self);
};

/* DLManagedTensorVersioned as it is laid out there. */
typedef struct _Versioned Versioned;
struct _Versioned
{
  guint32  major, minor;
  gpointer context;
  void (*deleter) (Versioned *self);
  guint64  flags;
  gpointer data;
  gint32   device_type;
  gint32   device_id;
  gint32   n_dims;
  guint8   code;
  guint8   bits;
  guint16  lanes;
  gint64  *shape;
  gint64  *strides;
  guint64  offset_bytes;
};

static TrafoTensor *
new_read_only (void)
{
  static const gint32 values[] = { 7, 8, 9 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (values, sizeof values);

  return trafo_tensor_new_from_bytes (TRAFO_DTYPE_INT32, (gint64[]){ 3 }, 1, bytes, NULL);
}

/* Without flags it cannot be said, so it is refused, as numpy does. */
static void
test_read_only (void)
{
  g_autoptr (TrafoTensor) x = new_read_only ();
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tensor_to_dlpack (x, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

static void
test_versioned_export (void)
{
  g_autoptr (TrafoTensor) writable = trafo_tensor_new (TRAFO_DTYPE_UINT8, NULL, 0, NULL);
  g_autoptr (TrafoTensor) x = new_read_only ();

  for (guint i = 0; i < 4; i++)
    {
      gboolean   is_read_only = i & 1, is_copied = i >> 1;
      Versioned *found = trafo_tensor_to_dlpack_versioned (is_read_only ? x : writable, is_copied);

      g_assert_cmpuint (found->major, ==, 1);
      g_assert_cmpuint (found->minor, ==, 0);
      g_assert_cmpuint (found->flags, ==, i);
      g_assert_cmpint (found->device_type, ==, 1);
      g_assert_cmpint (found->n_dims, ==, is_read_only ? 1 : 0);
      g_assert_cmpint (found->code, ==, is_read_only ? 0 : 1);
      g_assert_cmpint (found->bits, ==, is_read_only ? 32 : 8);
      found->deleter (found);
    }
}

static void
test_versioned_round_trip (void)
{
  g_autoptr (TrafoTensor) writable = trafo_tensor_new (TRAFO_DTYPE_UINT8, NULL, 0, NULL);
  g_autoptr (TrafoTensor) x = new_read_only ();
  g_autoptr (TrafoTensor) y =
      trafo_tensor_new_from_dlpack_versioned (trafo_tensor_to_dlpack_versioned (x, FALSE), NULL);
  g_autoptr (TrafoTensor) again =
      trafo_tensor_new_from_dlpack_versioned (trafo_tensor_to_dlpack_versioned (writable, FALSE),
                                              NULL);

  g_assert_true (trafo_tensor_get_data (y) == trafo_tensor_get_data (x));
  g_assert_cmpfloat (trafo_tensor_max_difference (x, y), ==, 0);
  g_assert_true (trafo_tensor_is_read_only (y));
  g_assert_false (trafo_tensor_is_read_only (again));
}

static void
count_versioned_delete (Versioned *self)
{
  ++*(guint *) self->context;
}

/* Of another major version nothing but the deleter is known. */
static void
test_other_version (void)
{
  guint     n_calls = 0;
  Versioned managed = { .major = 2, .context = &n_calls, .deleter = count_versioned_delete };
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_tensor_new_from_dlpack_versioned (&managed, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "found DLPack version 2.0, expected 1");
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
count_delete (Managed *self)
{
  ++*(guint *) self->context;
}

static void
test_export (void)
{
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_BFLOAT16, (gint64[]){ 2, 3 }, 2, NULL);
  TrafoTensor *turned = trafo_tensor_permute (x, (guint[]){ 1, 0 }, 2, NULL);
  Managed     *managed = trafo_tensor_to_dlpack (turned, NULL);

  trafo_tensor_unref (turned);
  g_assert_true (managed->data == trafo_tensor_get_data (x));
  g_assert_cmpint (managed->device_type, ==, 1);
  g_assert_cmpint (managed->n_dims, ==, 2);
  g_assert_cmpint (managed->code, ==, 4);
  g_assert_cmpint (managed->bits, ==, 16);
  g_assert_cmpint (managed->lanes, ==, 1);
  g_assert_cmpint (managed->shape[0], ==, 3);
  g_assert_cmpint (managed->strides[0], ==, 1);
  g_assert_cmpint (managed->strides[1], ==, 3);
  managed->deleter (managed);
}

static void
test_round_trip (void)
{
  for (guint dtype = TRAFO_DTYPE_FLOAT32; dtype < TRAFO_N_DTYPES; dtype++)
    {
      g_autoptr (TrafoTensor) x = trafo_tensor_new (dtype, (gint64[]){ 2 }, 1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) y =
          trafo_tensor_new_from_dlpack (trafo_tensor_to_dlpack (x, NULL), &error);

      g_assert_no_error (error);
      g_assert_cmpint (trafo_tensor_get_dtype (y), ==, dtype);
      g_assert_true (trafo_tensor_get_data (y) == trafo_tensor_get_data (x));
    }
}

typedef struct
{
  const char *name;
  gint32      device_type;
  gint32      n_dims;
  guint8      code, bits;
  guint16     lanes;
  gint64      first_dim;
  gint        code_expected; /* TrafoError, or -1 for success */
} ImportCase;

static const ImportCase import_cases[] = {
  { "right", 1, 2, 2, 32, 1, 2, -1 },
  { "cuda", 2, 2, 2, 32, 1, 2, TRAFO_ERROR_UNSUPPORTED },
  { "float64", 1, 2, 2, 64, 1, 2, TRAFO_ERROR_DTYPE },
  { "lanes", 1, 2, 2, 32, 4, 2, TRAFO_ERROR_DTYPE },
  { "complex", 1, 2, 5, 64, 1, 2, TRAFO_ERROR_DTYPE },
  { "nine-dims", 1, 9, 2, 32, 1, 1, TRAFO_ERROR_SHAPE },
  { "fewer-than-no-dims", 1, -1, 2, 32, 1, 1, TRAFO_ERROR_UNSUPPORTED },
  { "negative-dim", 1, 2, 2, 32, 1, -2, TRAFO_ERROR_SHAPE },
};

static void
test_import (gconstpointer data)
{
  const ImportCase *c = data;
  static float      values[] = { 9, 1, 2, 3, 4, 5, 6 };
  gint64            shape[9] = { c->first_dim, 3, 1, 1, 1, 1, 1, 1, 1 };
  guint             n_calls = 0;
  Managed           managed = { .data = values,
                                .device_type = c->device_type,
                                .n_dims = c->n_dims,
                                .code = c->code,
                                .bits = c->bits,
                                .lanes = c->lanes,
                                .shape = shape,
                                .offset_bytes = 4,
                                .context = &n_calls,
                                .deleter = count_delete };
  g_autoptr (GError) error = NULL;
  TrafoTensor *x = trafo_tensor_new_from_dlpack (&managed, &error);

  if (c->code_expected >= 0)
    {
      g_assert_null (x);
      g_assert_error (error, TRAFO_ERROR, c->code_expected);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_true (trafo_tensor_get_data (x) == &values[1]);
      g_assert_cmpfloat (trafo_tensor_get_value (x, 5), ==, 6);
      g_assert_cmpuint (n_calls, ==, 0);
      trafo_tensor_unref (x);
    }
  g_assert_cmpuint (n_calls, ==, 1);
}

/* Strides that go backwards are kept, an address that is not aligned is copied from. */
static void
test_odd_memory (void)
{
  static float values[] = { 1, 2, 3, 4 };
  gint64       shape[] = { 3 }, strides[] = { -1 };
  guint        n_calls = 0;
  Managed      managed = { .data = &values[2],
                           .device_type = 1,
                           .n_dims = 1,
                           .code = 2,
                           .bits = 32,
                           .lanes = 1,
                           .shape = shape,
                           .strides = strides,
                           .context = &n_calls,
                           .deleter = count_delete };
  TrafoTensor *x = trafo_tensor_new_from_dlpack (&managed, NULL);
  g_autoptr (TrafoTensor) copy = NULL;

  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (x, i), ==, 3 - i);
  trafo_tensor_unref (x);
  managed.strides = NULL;
  managed.data = (guint8 *) values + 2;
  copy = trafo_tensor_new_from_dlpack (&managed, NULL);
  g_assert_cmpuint (n_calls, ==, 2);
  g_assert_cmpuint (trafo_tensor_get_address (copy) % 4, ==, 0);
  g_assert_cmpmem (trafo_tensor_get_data (copy), 12, (guint8 *) values + 2, 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dlpack/export", test_export);
  g_test_add_func ("/dlpack/round-trip", test_round_trip);
  g_test_add_func ("/dlpack/read-only", test_read_only);
  g_test_add_func ("/dlpack/versioned-export", test_versioned_export);
  g_test_add_func ("/dlpack/versioned-round-trip", test_versioned_round_trip);
  g_test_add_func ("/dlpack/other-version", test_other_version);
  for (gsize i = 0; i < G_N_ELEMENTS (import_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/dlpack/import/", import_cases[i].name, NULL);

      g_test_add_data_func (path, &import_cases[i], test_import);
    }
  g_test_add_func ("/dlpack/odd-memory", test_odd_memory);
  return g_test_run ();
}
