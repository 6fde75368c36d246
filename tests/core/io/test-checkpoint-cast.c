/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

static TrafoCheckpoint *
open_checkpoint (const char *path)
{
  g_autoptr (GError) error = NULL;
  TrafoCheckpoint *checkpoint = trafo_checkpoint_open (path, NULL, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* The upper half of float32, rounded to the nearest, to even where two are as near. */
static guint16
to_bfloat16 (guint32 bits)
{
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

static void
assert_is_rounded (const TrafoCheckpointTensor *from, const TrafoCheckpointTensor *to)
{
  const guint8 *floats = from->data, *halves = to->data;
  gsize         n = from->size_bytes / sizeof (guint32);

  g_assert_cmpint (to->dtype, ==, TRAFO_DTYPE_BFLOAT16);
  g_assert_cmpuint (to->size_bytes, ==, n * sizeof (guint16));
  g_assert_cmpmem (to->shape,
                   to->n_dims * sizeof *to->shape,
                   from->shape,
                   from->n_dims * sizeof *from->shape);
  for (gsize i = 0; i < n; i++)
    {
      guint32 wide;
      guint16 narrow;

      memcpy (&wide, floats + i * sizeof wide, sizeof wide);
      memcpy (&narrow, halves + i * sizeof narrow, sizeof narrow);
      g_assert_cmphex (narrow, ==, to_bfloat16 (wide));
    }
}

static void
test_bfloat16 (void)
{
  g_autofree char *input = g_test_build_filename (G_TEST_DIST, "data", "models", "bert-qa", NULL);
  g_autofree char *root = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *output = g_build_filename (root, "out", NULL);
  g_autofree char *file = g_build_filename (output, "model.safetensors", NULL);
  g_autoptr (TrafoCheckpoint) from = open_checkpoint (input);
  g_autoptr (TrafoCheckpoint) to = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_checkpoint_cast (from, output, TRAFO_DTYPE_BFLOAT16, NULL, &error));
  g_assert_no_error (error);
  to = open_checkpoint (output);
  g_assert_cmpuint (trafo_checkpoint_get_n_tensors (to), ==, trafo_checkpoint_get_n_tensors (from));
  g_assert_cmpuint (trafo_checkpoint_get_n_tensors (from), >, 30);
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (from); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (from, i);
      const TrafoCheckpointTensor *cast = trafo_checkpoint_lookup (to, tensor->name);

      g_assert_nonnull (cast);
      g_assert_cmpint (tensor->dtype, ==, TRAFO_DTYPE_FLOAT32);
      assert_is_rounded (tensor, cast);
    }
  g_unlink (file);
  g_rmdir (output);
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

/* Nothing is written. */
static void
test_cancelled (void)
{
  g_autofree char *input = g_test_build_filename (G_TEST_DIST, "data", "models", "bert-qa", NULL);
  g_autofree char *root = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *output = g_build_filename (root, "out", NULL);
  g_autoptr (TrafoCheckpoint) from = open_checkpoint (input);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_checkpoint_cast (from, output, TRAFO_DTYPE_FLOAT16, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/io/checkpoint-cast/bfloat16", test_bfloat16);
  g_test_add_func ("/core/io/checkpoint-cast/cancelled", test_cancelled);
  return g_test_run ();
}
