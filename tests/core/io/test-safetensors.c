/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <trafo/trafo.h>
#include <unistd.h>

#include "trafo-safetensors-private.h"

/* Written by the reference implementation: tests/tools/make_safetensors.py. */
static const char *const reference_files[] = {
  "dtypes.safetensors", "names.safetensors",  "nine-dims.safetensors",
  "none.safetensors",   "shapes.safetensors",
};

static char *folder;
static char *path;

static GBytes *
load (const char *file)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize size_bytes;

  g_file_get_contents (file, &contents, &size_bytes, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, size_bytes);
}

static GBytes *
load_reference (const char *name)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "io", name, NULL);

  return load (file);
}

/* Opens what @data is the contents of. */
static TrafoCheckpoint *
open_data (gconstpointer data, gsize size_bytes, GError **error)
{
  int fd;

  /* truncated instead, it would be written to the disk when it is closed */
  g_unlink (path);
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size_bytes), ==, size_bytes);
  close (fd);
  return trafo_checkpoint_open (path, NULL, error);
}

static TrafoCheckpoint *
open_parts (const char *header, gsize data_size_bytes, GError **error)
{
  gsize            header_size_bytes = strlen (header);
  guint64          n = GUINT64_TO_LE (header_size_bytes);
  g_autofree char *contents = g_malloc0 (8 + header_size_bytes + data_size_bytes);

  memcpy (contents, &n, 8);
  memcpy (contents + 8, header, header_size_bytes);
  return open_data (contents, 8 + header_size_bytes + data_size_bytes, error);
}

#define T(dtype, shape, begin, end)                                                                \
  "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

static void
test_accepts (void)
{
  static const struct
  {
    const char *header;
    gsize       data_size_bytes;
    gsize       n_tensors;
  } cases[] = {
    { "{}", 0, 0 },
    { " {}\n\t\r ", 0, 0 },
    { "{\"__metadata__\":{}}", 0, 0 },
    { "{\"__metadata__\":null}", 0, 0 },
    { "{\"a\":" T ("F32", "[]", 0, 4) "}", 4, 1 },
    { "{\"a\":" T ("F32", "[2,3]", 0, 24) "}", 24, 1 },
    { "{\"b\":" T ("U8", "[1]", 2, 3) ",\"a\":" T ("F16", "[1]", 0, 2) "}", 3, 2 },
    { "{\"a\":" T ("U8", "[0]", 0, 0) ",\"b\":" T ("U8", "[4]", 0, 4) "}", 4, 2 },
    { "{\"b\":" T ("U8", "[4]", 0, 4) ",\"a\":" T ("U8", "[0]", 0, 0) ",\"c\":" T ("I64",
                                                                                   "[2,0]",
                                                                                   4,
                                                                                   4) "}",
      4,
      3 },
    { "{\"a\":" T ("U8", "[0,9223372036854775807,9223372036854775807]", 0, 0) "}", 0, 1 },
    { "{\"a\":" T ("F4", "[2]", 0, 1) "}", 1, 1 },
    { "{\"a\":" T ("F6_E2M3", "[4]", 0, 3) "}", 3, 1 },
    { "{\"a\":" T ("F64", "[1,1,1,1,1,1,1,1,1,1]", 0, 8) "}", 8, 1 },
    { "{\"a\":{\"extra\":[{}],\"data_offsets\":[0,1],\"shape\":[1],\"dtype\":\"U8\"}}", 1, 1 },
    { "{\"\":" T ("U8", "[1]", 0, 1) "}", 1, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint =
          open_parts (cases[i].header, cases[i].data_size_bytes, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (trafo_checkpoint_get_n_tensors (checkpoint), ==, cases[i].n_tensors);
      g_assert_cmpuint (trafo_checkpoint_get_size_bytes (checkpoint), ==, cases[i].data_size_bytes);
    }
}

static void
test_refuses (void)
{
  static const struct
  {
    const char *header;
    gsize       data_size_bytes;
    const char *message; /* a part of it */
  } cases[] = {
    { "", 0, "found the end of the text" },
    { "[]", 0, "found an array, expected an object" },
    { "{}x", 0, "found 'x', expected the end" },
    { "\xef\xbb\xbf{}", 0, "byte order mark" },
    { "{}", 1, "found 1 bytes of data, expected the 0" },
    { "{\"a\":" T ("F32", "[1]", 0, 4) "}", 5, "found 5 bytes of data, expected the 4" },
    { "{\"a\":" T ("F32", "[1]", 0, 4) "}", 3, "found data offsets [0, 4], expected" },
    { "{\"a\":" T ("F32", "[1]", 1, 5) "}", 5, "'a' at byte 1 of the data, expected it at 0" },
    { "{\"a\":" T ("U8", "[2]", 0, 2) ",\"b\":" T ("U8", "[2]", 1, 3) "}",
      3,
      "'b' at byte 1 of the data, expected it at 2" },
    { "{\"a\":" T ("U8", "[2]", 0, 2) ",\"b\":" T ("U8", "[2]", 3, 5) "}",
      5,
      "'b' at byte 3 of the data, expected it at 2" },
    { "{\"a\":" T ("U8", "[0]", 1, 1) ",\"b\":" T ("U8", "[2]", 0, 2) "}",
      2,
      "'a' at byte 1 of the data, expected it at 2" },
    { "{\"a\":" T ("U8", "[2]", 2, 0) "}", 2, "found data offsets [2, 0]" },
    { "{\"a\":" T ("F32", "[2]", 0, 4) "}", 4, "with 4 bytes of data, expected 2 elements" },
    { "{\"a\":" T ("F4", "[1]", 0, 0) "}", 0, "expected 1 elements of 4 bits" },
    { "{\"a\":" T ("U8", "[9223372036854775807,9223372036854775807,0]", 0, 0) "}",
      0,
      "more than 2^64 elements" },
    { "{\"a\":" T ("F32", "[4611686018427387904,2]", 0, 0) "}", 0, "expected 9223372036854775808" },
    { "{\"a\":" T ("U8", "[0,18446744073709551615]", 0, 0) "}", 0, "above 2^63" },
    { "{\"a\":" T ("U8", "[18446744073709551616]", 0, 0) "}", 0, "unsigned integer of 64 bits" },
    { "{\"a\":" T ("U8", "[-1]", 0, 1) "}", 1, "found -1, expected an unsigned" },
    { "{\"a\":" T ("U8", "[1.0]", 0, 1) "}", 1, "expected an integer" },
    { "{\"a\":" T ("U8", "[1e0]", 0, 1) "}", 1, "expected an integer" },
    { "{\"a\":" T ("U8", "[null]", 0, 1) "}", 1, "found null, expected an integer" },
    { "{\"a\":" T ("U8", "1", 0, 1) "}", 1, "found an integer, expected an array" },
    { "{\"a\":" T ("f32", "[1]", 0, 4) "}", 4, "unknown dtype 'f32'" },
    { "{\"a\":" T ("F32\\u0000", "[1]", 0, 4) "}", 4, "unknown dtype" },
    { "{\"a\":" T ("F128", "[1]", 0, 16) "}", 16, "unknown dtype 'F128'" },
    { "{\"a\":{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "expected a string" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1, "found 1 data offsets" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,1]}}", 1, "third data offset" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 0, "tensor 'a' without 'data_offsets'" },
    { "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "tensor 'a' without 'shape'" },
    { "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor 'a' without 'dtype'" },
    { "{\"a\":[\"U8\",[1],[0,1]]}", 1, "found an array, expected an object" },
    { "{\"a\":null}", 0, "found null, expected an object" },
    { "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
      1,
      "'dtype' a second time" },
    { "{\"a\":" T ("U8", "[1]", 0, 1) ",\"a\":" T ("U8", "[1]", 0, 1) "}", 1, "'a' a second time" },
    { "{\"a\\u0000\":" T ("U8", "[1]", 0, 1) "}", 1, "holds a NUL" },
    { "{\"\\ud800\":" T ("U8", "[1]", 0, 1) "}", 1, "surrogates" },
    { "{\"__metadata__\":{\"a\":1}}", 0, "found an integer, expected a string" },
    { "{\"__metadata__\":[]}", 0, "found an array, expected an object" },
    { "{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}", 0, "'a' a second time" },
    { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "'__metadata__' a second time" },
    { "{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0, "holds a NUL" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint =
          open_parts (cases[i].header, cases[i].data_size_bytes, &error);

      g_test_message ("%s", cases[i].message);
      g_assert_null (checkpoint);
      g_assert_true (error->domain == TRAFO_FORMAT_ERROR);
      g_assert_true (g_str_has_prefix (error->message, path));
      if (strstr (error->message, cases[i].message) == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_size_of_header (void)
{
  static const struct
  {
    guint64 n;
    gsize   file_size_bytes;
    gint    code;
  } cases[] = {
    { 0, 8, TRAFO_FORMAT_ERROR_TRUNCATED },
    { 2, 8, TRAFO_FORMAT_ERROR_TRUNCATED },
    { 2, 9, TRAFO_FORMAT_ERROR_TRUNCATED },
    { 100000000, 64, TRAFO_FORMAT_ERROR_TRUNCATED },
    { 100000001, 64, TRAFO_FORMAT_ERROR_LIMIT },
    { G_MAXUINT64, 64, TRAFO_FORMAT_ERROR_LIMIT },
    { G_MAXUINT64 - 7, 64, TRAFO_FORMAT_ERROR_LIMIT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char    contents[64] = "12345678{}";
      guint64 n = GUINT64_TO_LE (cases[i].n);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint = NULL;

      memcpy (contents, &n, 8);
      checkpoint = open_data (contents, cases[i].file_size_bytes, &error);
      g_assert_null (checkpoint);
      g_assert_error (error, TRAFO_FORMAT_ERROR, cases[i].code);
    }
}

/* No part of a file passes for the file, and nothing may follow it. */
static void
test_every_cut (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reference_files); i++)
    {
      g_autoptr (GBytes) bytes = load_reference (reference_files[i]);
      gsize            size_bytes;
      const char      *data = g_bytes_get_data (bytes, &size_bytes);
      g_autofree char *longer = g_malloc0 (size_bytes + 1);
      g_autoptr (TrafoCheckpoint) checkpoint = NULL;

      for (gsize cut = 0; cut < size_bytes; cut++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_null (open_data (data, cut, &error));
          g_assert_true (error->domain == TRAFO_FORMAT_ERROR);
        }
      memcpy (longer, data, size_bytes);
      g_assert_null (open_data (longer, size_bytes + 1, NULL));
      checkpoint = open_data (data, size_bytes, NULL);
      g_assert_nonnull (checkpoint);
    }
}

static void
test_dtypes (void)
{
  static const struct
  {
    const char *name;
    const char *dtype_name;
    TrafoDType  dtype;
    gsize       size_bytes;
  } cases[] = {
    { "tensor.float32", "F32", TRAFO_DTYPE_FLOAT32, 24 },
    { "tensor.float16", "F16", TRAFO_DTYPE_FLOAT16, 12 },
    { "tensor.bfloat16", "BF16", TRAFO_DTYPE_BFLOAT16, 12 },
    { "tensor.int8", "I8", TRAFO_DTYPE_INT8, 6 },
    { "tensor.int32", "I32", TRAFO_DTYPE_INT32, 24 },
    { "tensor.int64", "I64", TRAFO_DTYPE_INT64, 48 },
    { "tensor.bool", "BOOL", TRAFO_DTYPE_BOOL, 6 },
    { "tensor.uint8", "U8", TRAFO_DTYPE_UINT8, 6 },
    { "tensor.float64", "F64", TRAFO_DTYPE_NONE, 48 },
    { "tensor.int16", "I16", TRAFO_DTYPE_NONE, 12 },
    { "tensor.float8_e4m3fn", "F8_E4M3", TRAFO_DTYPE_NONE, 6 },
    { "tensor.float4_e2m1fn_x2", "F4", TRAFO_DTYPE_NONE, 6 },
  };
  g_autoptr (GBytes) bytes = load_reference ("dtypes.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint =
      open_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trafo_checkpoint_get_n_tensors (checkpoint), ==, 20);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_lookup (checkpoint, cases[i].name);

      g_assert_nonnull (tensor);
      g_assert_cmpstr (tensor->dtype_name, ==, cases[i].dtype_name);
      g_assert_cmpint (tensor->dtype, ==, cases[i].dtype);
      g_assert_cmpuint (tensor->size_bytes, ==, cases[i].size_bytes);
      for (gsize j = 0; j < tensor->size_bytes; j++)
        g_assert_cmpuint (((const guint8 *) tensor->data)[j], ==, j);
    }
}

static void
test_shapes (void)
{
  g_autoptr (GBytes) bytes = load_reference ("shapes.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint =
      open_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  const TrafoCheckpointTensor *tensor;

  g_assert_no_error (error);
  tensor = trafo_checkpoint_lookup (checkpoint, "scalar");
  g_assert_cmpuint (tensor->n_dims, ==, 0);
  tensor = trafo_checkpoint_lookup (checkpoint, "empty.2");
  g_assert_cmpuint (tensor->n_dims, ==, 3);
  g_assert_cmpint (tensor->shape[0], ==, 3);
  g_assert_cmpint (tensor->shape[1], ==, 0);
  g_assert_cmpint (tensor->shape[2], ==, 5);
  tensor = trafo_checkpoint_lookup (checkpoint, "eight");
  g_assert_cmpuint (tensor->n_dims, ==, 8);
  g_assert_cmpint (tensor->shape[7], ==, 2);
  g_assert_cmpint (tensor->dtype, ==, TRAFO_DTYPE_UINT8);
  g_assert_cmpstr (trafo_checkpoint_get_metadata (checkpoint, "note"), ==, "é \"quoted\"\n");
  g_assert_null (trafo_checkpoint_get_metadata (checkpoint, "absent"));
}

/* More dims than a tensor here can have do not keep the others from being read. */
static void
test_nine_dims (void)
{
  g_autoptr (GBytes) bytes = load_reference ("nine-dims.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint =
      open_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  const TrafoCheckpointTensor *tensor;

  g_assert_no_error (error);
  tensor = trafo_checkpoint_lookup (checkpoint, "nine");
  g_assert_cmpuint (tensor->n_dims, ==, 9);
  g_assert_cmpint (tensor->dtype, ==, TRAFO_DTYPE_NONE);
  g_assert_cmpstr (tensor->dtype_name, ==, "U8");
  g_assert_false (trafo_safetensors_save (path, tensor, 1, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
}

/* What the reference implementation wrote, read and written again, is the same file. */
static void
test_save (void)
{
  static const struct
  {
    const char *name;
    const char *key; /* of its metadata */
  } cases[] = {
    { "dtypes.safetensors", NULL },
    { "names.safetensors", "format" },
    { "none.safetensors", NULL },
    { "shapes.safetensors", "note" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) expected = load_reference (cases[i].name);
      g_autoptr (GBytes) written = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (TrafoCheckpoint) checkpoint = NULL;
      g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (TrafoCheckpointTensor));

      checkpoint =
          open_data (g_bytes_get_data (expected, NULL), g_bytes_get_size (expected), &error);
      g_assert_no_error (error);
      if (cases[i].key != NULL)
        g_hash_table_insert (metadata,
                             (char *) cases[i].key,
                             (char *) trafo_checkpoint_get_metadata (checkpoint, cases[i].key));
      /* in the opposite order, over the very file that is being read */
      for (gsize j = trafo_checkpoint_get_n_tensors (checkpoint); j-- > 0;)
        g_array_append_vals (tensors, trafo_checkpoint_get_tensor (checkpoint, j), 1);
      trafo_safetensors_save (path,
                              (const TrafoCheckpointTensor *) tensors->data,
                              tensors->len,
                              cases[i].key != NULL ? metadata : NULL,
                              &error);
      g_assert_no_error (error);
      written = load (path);
      g_assert_cmpmem (g_bytes_get_data (written, NULL),
                       g_bytes_get_size (written),
                       g_bytes_get_data (expected, NULL),
                       g_bytes_get_size (expected));
    }
}

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_files = 0;

  while (g_dir_read_name (dir) != NULL)
    n_files++;
  return n_files;
}

static void
test_save_refuses (void)
{
  static const float          values[2] = { 1, 2 };
  const TrafoCheckpointTensor good = {
    .name = "a",
    .dtype = TRAFO_DTYPE_FLOAT32,
    .n_dims = 1,
    .shape = { 2 },
    .data = values,
    .size_bytes = sizeof values,
  };
  TrafoCheckpointTensor pair[2] = { good, good };
  g_autofree char      *missing = g_build_filename (folder, "missing", "x.safetensors", NULL);
  g_autofree char      *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_false (trafo_safetensors_save (path, pair, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  pair[1].name = "b";
  pair[1].shape[0] = 3;
  g_assert_false (trafo_safetensors_save (path, pair, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_clear_error (&error);

  pair[1] = good;
  pair[1].name = "__metadata__";
  g_assert_false (trafo_safetensors_save (path, pair, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "found a tensor named '__metadata__', which"));
  g_clear_error (&error);

  pair[1].name = "b\xff";
  g_assert_false (trafo_safetensors_save (path, pair, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (
      strstr (error->message, "found a tensor named 'b\xef\xbf\xbd', expected UTF-8"));
  g_clear_error (&error);

  pair[1] = good;
  pair[1].name = "b";
  pair[1].dtype = TRAFO_DTYPE_NONE;
  g_assert_false (trafo_safetensors_save (path, pair, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
  g_clear_error (&error);

  g_assert_false (trafo_safetensors_save (missing, &good, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  /* what was there is still there, and nothing else */
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_cmpuint (count_files (), ==, 1);
}

/* As a full disk does, a limit stops the writing half-way: the old file stays, of the new one
 * nothing is left. */
static void
test_save_stopped (void)
{
  static const guint8         data[4096];
  const TrafoCheckpointTensor tensor = {
    .name = "a",
    .dtype = TRAFO_DTYPE_UINT8,
    .n_dims = 1,
    .shape = { sizeof data },
    .data = data,
    .size_bytes = sizeof data,
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  struct rlimit    old, small;

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (trafo_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_cmpuint (count_files (), ==, 1);
  g_assert_true (trafo_safetensors_save (path, &tensor, 1, NULL, NULL));
  g_assert_cmpuint (count_files (), ==, 1);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  path = g_build_filename (folder, "x.safetensors", NULL);
  g_test_add_func ("/safetensors/accepts", test_accepts);
  g_test_add_func ("/safetensors/refuses", test_refuses);
  g_test_add_func ("/safetensors/size-of-header", test_size_of_header);
  g_test_add_func ("/safetensors/every-cut", test_every_cut);
  g_test_add_func ("/safetensors/dtypes", test_dtypes);
  g_test_add_func ("/safetensors/shapes", test_shapes);
  g_test_add_func ("/safetensors/nine-dims", test_nine_dims);
  g_test_add_func ("/safetensors/save", test_save);
  g_test_add_func ("/safetensors/save-refuses", test_save_refuses);
  g_test_add_func ("/safetensors/save-stopped", test_save_stopped);
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return result;
}
