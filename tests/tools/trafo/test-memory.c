/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What the program needs at most: of a checkpoint large enough that a second copy would show, and of a
 * long text. */
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <trafo/trafo.h>
#include <unistd.h>

enum
{
  BEYOND_WEIGHTS_BYTES = 40 << 20,
  TOKENIZE_BYTES = 200 << 20,
};

static char *
folder_of_model (void)
{
  return g_build_filename (g_getenv ("TRAFO_TEST_FOLDER"), "model", NULL);
}

/* Nearly all of it is the table of words, which masked language modelling uses twice. */
static void
test_make (void)
{
  static const char json[] =
      "{\"model_type\": \"bert\", \"vocab_size\": 80000, \"hidden_size\": 256,"
      " \"num_hidden_layers\": 1, \"num_attention_heads\": 4, \"intermediate_size\": 64}";
  g_autofree char *folder = folder_of_model ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (json, sizeof json - 1);
  g_autoptr (TrafoConfig) config = trafo_config_new_from_bytes (bytes, "config.json", &error);
  g_autoptr (TrafoModel) model = NULL;

  g_assert_no_error (error);
  model = trafo_auto_model_from_config_for_task (config, "masked-lm", NULL, NULL, &error);
  g_assert_no_error (error);
  trafo_model_save_pretrained (model, folder, 0, NULL, &error);
  g_assert_no_error (error);
}

/* This process stays small: a child starts with the peak of its parent. */
static gint64
measure_peak_bytes (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  struct rusage usage;
  int           status;
  GPid          pid;

  g_spawn_async (NULL,
                 (char **) argv,
                 NULL,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                 NULL,
                 NULL,
                 &pid,
                 &error);
  g_assert_no_error (error);
  g_assert_cmpint (wait4 (pid, &status, 0, &usage), ==, pid);
  g_assert_cmpint (status, ==, 0);
  return (gint64) usage.ru_maxrss * 1024;
}

static gint64
measure_forward (const char *auto_class)
{
  g_autofree char *folder = folder_of_model ();
  const char      *argv[] = { g_getenv ("TRAFO_PROGRAM"),
                              "forward",
                              "--model",
                              folder,
                              "--ids",
                              "[[1, 2]]",
                              "--auto-class",
                              auto_class,
                              "--device",
                              "cpu",
                              NULL };

  return measure_peak_bytes (argv);
}

static void
test_peak (void)
{
  static const char *const classes[] = { "AutoModel", "AutoModelForMaskedLM" };
  g_autofree char         *model = folder_of_model ();
  g_autofree char         *weights = g_build_filename (model, "model.safetensors", NULL);
  GStatBuf                 status;

  g_test_trap_subprocess ("/memory/forward/subprocess/make", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
  g_assert_cmpint (g_stat (weights, &status), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    g_assert_cmpint (measure_forward (classes[i]), <=, status.st_size + BEYOND_WEIGHTS_BYTES);
}

/* 1 MiB of text of which every byte is a token, as JSON and as a table. It is nine arguments, for
 * one may have 128 KiB. */
static void
test_tokenize (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("TRAFO_TEST_FOLDER"), "vocab", NULL);
  g_autofree char *vocab = g_build_filename (folder, "vocab.txt", NULL);
  g_autofree char *config = g_build_filename (folder, "tokenizer_config.json", NULL);
  g_autofree char *text = g_strnfill ((1 << 20) / 9 + 1, '[');
  const char      *argv[] = { g_getenv ("TRAFO_PROGRAM"),
                              "tokenize",
                              "--model",
                              folder,
                              text,
                              text,
                              text,
                              text,
                              text,
                              text,
                              text,
                              text,
                              text,
                              "--json",
                              NULL };

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (vocab, "[\n", -1, NULL));
  g_assert_true (
      g_file_set_contents (config, "{\"tokenizer_class\": \"BertTokenizer\"}", -1, NULL));
  g_assert_cmpint (measure_peak_bytes (argv), <=, TOKENIZE_BYTES);
  argv[G_N_ELEMENTS (argv) - 2] = NULL;
  g_assert_cmpint (measure_peak_bytes (argv), <=, TOKENIZE_BYTES);
}

static void
remove_folder (const char *folder)
{
  static const char *const names[] = { "model/model.safetensors",
                                       "model/config.json",
                                       "model",
                                       "vocab/vocab.txt",
                                       "vocab/tokenizer_config.json",
                                       "vocab",
                                       "" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    {
      folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
      g_setenv ("TRAFO_TEST_FOLDER", folder, TRUE);
    }
  g_test_add_func ("/memory/forward", test_peak);
  g_test_add_func ("/memory/tokenize", test_tokenize);
  g_test_add_func ("/memory/forward/subprocess/make", test_make);
  status = g_test_run ();
  if (folder != NULL)
    remove_folder (folder);
  return status;
}
