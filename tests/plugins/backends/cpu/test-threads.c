/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A model's outputs are the same bits with any number of threads. A process has one pool, so each
 * number has a process of its own: this program, told by --outputs where to put them. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

enum
{
  BATCH = 4,
  LENGTH = 32,
  N_IDS = 40, /* fewer than the vocabulary's */
};

static TrafoTensor *
make_ids (gint64 limit)
{
  static const gint64 shape[] = { BATCH, LENGTH };
  gint64              ids[BATCH * LENGTH];
  g_autoptr (GError) error = NULL;
  TrafoTensor *tensor;

  for (guint i = 0; i < BATCH * LENGTH; i++)
    ids[i] = i * 7 % limit;
  tensor = trafo_tensor_new_from_int64s (shape, 2, ids, BATCH * LENGTH, &error);
  g_assert_no_error (error);
  return tensor;
}

static int
write_outputs (const char *folder, const char *filename)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoTensor) ids = make_ids (N_IDS);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  trafo_load_options_set_device (options, "cpu");
  model = trafo_auto_model_from_pretrained_for_task (folder, "base", options, NULL, &error);
  g_assert_no_error (error);
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, TRUE, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < trafo_tensor_dict_get_size (outputs); i++)
    {
      TrafoTensor *output =
          trafo_tensor_dict_get (outputs, trafo_tensor_dict_get_name (outputs, i));

      g_byte_array_append (bytes,
                           trafo_tensor_get_data (output),
                           (guint) trafo_tensor_get_size_bytes (output));
    }
  g_file_set_contents (filename, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  return 0;
}

static GBytes *
run_with_threads (const char *n_threads)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "bert-base", NULL);
  g_autofree char *filename = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize size_bytes;
  gint  fd = g_file_open_tmp ("trafo-outputs-XXXXXX", &filename, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_subprocess_launcher_setenv (launcher, "TRAFO_THREADS", n_threads, TRUE);
  process =
      g_subprocess_launcher_spawn (launcher, &error, program, "--outputs", folder, filename, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
  g_file_get_contents (filename, &contents, &size_bytes, &error);
  g_assert_no_error (error);
  g_unlink (filename);
  return g_bytes_new_take (contents, size_bytes);
}

static void
test_bits (void)
{
  static const char *const others[] = { "2", "3", "7" };
  g_autoptr (GBytes) alone = run_with_threads ("1");

  g_assert_cmpuint (g_bytes_get_size (alone), >=, BATCH * LENGTH * sizeof (float));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GBytes) found = run_with_threads (others[i]);

      g_test_message ("%s threads", others[i]);
      g_assert_true (g_bytes_equal (found, alone));
    }
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--outputs") == 0)
    return write_outputs (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/threads/same-bits", test_bits);
  return g_test_run ();
}
