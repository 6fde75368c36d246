/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Every op on every kind of operand, on one device of a backend, against the reference.
 *
 * Usage: conformance-backend [DEVICE]... -- names as trafo_device_open() takes them; none: the
 * devices of all backends. A device that the machine lacks is skipped with the reason. The
 * environment variable TRAFO_CPU_ISA, if set, must name the tier that runs, else that is a skip.
 * With TRAFO_TEST_EVERY=N each Nth case of an op is run, for a sanitizer that is slow. */

#include <locale.h>
#include <string.h>

#include "runner.h"
#include "slowdown.h"
#include "trafo-device-choice.h"
#include "trafo-registry.h"

enum
{
  MAX_MESSAGES = 5, /* per test: the first are enough to see what is wrong */
};

typedef struct
{
  Runner *runner;
  guint   op;
  Way     way;
} OpTest;

static GArray    *all_cases;
static GPtrArray *all_runners;
static GPtrArray *all_tests; /* GLib does not free the data of tests that -p leaves out */
static guint      n_tests_added;
static guint      n_tests_run;
static guint64    every;

static GArray *
make_cases (void)
{
  GArray *cases = g_array_new (FALSE, TRUE, sizeof (Case));

  elementwise_cases (cases);
  movement_cases (cases);
  reduction_cases (cases);
  product_cases (cases);
  attention_cases (cases);
  return cases;
}

static void
test_op (gconstpointer data)
{
  const OpTest *test = data;
  guint         n_cases = 0, n_run = 0, n_wrong = 0;

  for (guint i = 0; i < all_cases->len && n_wrong < MAX_MESSAGES; i++)
    {
      const Case *op_case = &g_array_index (all_cases, Case, i);

      if (op_case->op != test->op || n_cases++ % every != 0)
        continue;
      n_run++;
      n_wrong += !runner_check (test->runner, op_case, test->way);
    }
  n_tests_run++;
  g_test_message ("%u cases of %u", n_run, n_cases);
  g_assert_cmpuint (n_run, >, 0);
  if (n_wrong > 0)
    g_test_fail ();
}

static void
test_merged (gconstpointer data)
{
  Runner  *runner = (Runner *) data;
  gboolean is_same = TRUE;

  for (guint dtype = TRAFO_DTYPE_FLOAT32; dtype <= TRAFO_DTYPE_BFLOAT16; dtype++)
    for (guint is_in_out = 0; is_in_out < 2; is_in_out++)
      for (guint n_rows = 1; n_rows <= 17; n_rows += 4)
        is_same = runner_check_merged (runner, n_rows, is_in_out, dtype) && is_same;
  if (!is_same)
    g_test_fail ();
}

/* A kernel that no case reaches is one that nobody tests. */
static void
test_coverage (gconstpointer data)
{
  guint n_kernels;
  g_autoptr (GPtrArray) untested = NULL;

  if (n_tests_run < n_tests_added || every > 1)
    {
      g_test_skip ("not all cases of all ops were run");
      return;
    }
  untested = runner_list_untested ((Runner *) data, &n_kernels);
  g_test_message ("%u kernels, %u not tested enough", n_kernels, untested->len);
  for (guint i = 0; i < untested->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (untested, i));
  if (untested->len > 0)
    g_test_fail ();
}

static void
add_op_tests (Runner *runner, const char *device, guint op)
{
  static const char *const names[] = { "eager",
                                       "compiled",
                                       "decomposed",
                                       "compiled-decomposition" };
  const TrafoOp           *row = trafo_op_lookup (op);

  for (guint way = 0; way < N_WAYS; way++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s", device, row->name, names[way]);
      OpTest           test = { runner, op, way };
      gpointer         data;

      if (way >= WAY_DECOMPOSED && row->decompose == NULL)
        continue;
      data = g_memdup2 (&test, sizeof test);
      g_ptr_array_add (all_tests, data);
      g_test_add_data_func (path, data, test_op);
      n_tests_added++;
    }
}

static void
add_device_tests (TrafoDevice *device)
{
  Runner          *runner = runner_new (device);
  const char      *name = trafo_device_get_name (device);
  g_autofree char *merged = g_strdup_printf ("/%s/linear/merged", name);
  g_autofree char *coverage = g_strdup_printf ("/%s/kernels/coverage", name);

  g_ptr_array_add (all_runners, runner);
  g_test_message ("%s: %s", name, trafo_device_get_description (device));
  for (guint op = TRAFO_OP_FILL; op < TRAFO_N_OPS; op++)
    if (trafo_op_lookup (op) != NULL && op != TRAFO_OP_STATE)
      add_op_tests (runner, name, op);
  g_test_add_data_func (merged, runner, test_merged);
  g_test_add_data_func (coverage, runner, test_coverage);
}

static void
test_skipped (gconstpointer data)
{
  g_test_skip (data);
}

static void
add_skip (const char *name, const char *reason)
{
  g_autofree char *path = g_strdup_printf ("/%s", name);

  g_test_add_data_func_full (path, g_strdup (reason), test_skipped, g_free);
}

static void
add_by_name (const char *name)
{
  const char *tier = g_getenv ("TRAFO_CPU_ISA");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open (name, NULL, &error);
  g_autofree char *kernels = g_strdup_printf ("(%s kernels)", tier);

  if (device == NULL)
    add_skip (name, error->message);
  else if (strcmp (name, "cpu") == 0 && tier != NULL &&
           strstr (trafo_device_get_description (device), kernels) == NULL)
    add_skip (name, "this machine does not run the tier that TRAFO_CPU_ISA names");
  else
    add_device_tests (device);
}

static void
add_all (void)
{
  g_autoptr (GListModel) features =
      trafo_registry_list_features (trafo_registry_get_default (), TRAFO_FEATURE_KIND_BACKEND);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      add_by_name (trafo_feature_get_name (feature));
    }
}

int
main (int argc, char **argv)
{
  int status;

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  every = get_every ();
  all_cases = make_cases ();
  all_tests = g_ptr_array_new_with_free_func (g_free);
  all_runners = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  for (gint i = 1; i < argc; i++)
    add_by_name (argv[i]);
  if (argc == 1)
    add_all ();
  status = g_test_run ();
  g_ptr_array_unref (all_tests);
  g_ptr_array_unref (all_runners);
  g_array_unref (all_cases);
  return status;
}
