/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "plugin-folder.h"

#include <string.h>

/* One good plugin, whose only feature is an optimizer. */
typedef struct
{
  char          *folder;
  TrafoRegistry *registry;
  TrafoFeature  *feature;
} Zoo;

static void
set_up (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  zoo->folder = plugin_folder_new ();
  g_free (plugin_folder_add (zoo->folder, "good", "AnimalGood"));
  zoo->registry = plugin_folder_scan (zoo->folder, zoo->folder);
  zoo->feature =
      trafo_registry_lookup (zoo->registry, TRAFO_FEATURE_KIND_OPTIMIZER, "good", &error);
  g_assert_no_error (error);
}

static void
tear_down (Zoo *zoo, gconstpointer unused)
{
  g_object_unref (zoo->feature);
  g_object_unref (zoo->registry);
  plugin_folder_free (zoo->folder);
}

static void
count_change (GObject *feature, GParamSpec *pspec, gpointer data)
{
  guint *n_changes = data;

  *n_changes += 1;
}

static void
test_rank_is_the_plugin_s (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GListModel) features =
      trafo_registry_list_features (zoo->registry, TRAFO_FEATURE_KIND_OPTIMIZER);
  g_autoptr (TrafoFeature) other = g_list_model_get_item (features, 0);
  guint n_changes = 0;

  g_assert_true (other != zoo->feature);
  g_signal_connect (zoo->feature, "notify::rank", G_CALLBACK (count_change), &n_changes);
  trafo_feature_set_rank (zoo->feature, 77);
  trafo_feature_set_rank (zoo->feature, 77);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpint (trafo_feature_get_rank (other), ==, 77);
}

static void
test_answers_to_its_name (Zoo *zoo, gconstpointer unused)
{
  g_assert_true (trafo_feature_answers_to (zoo->feature, "good"));
  g_assert_false (trafo_feature_answers_to (zoo->feature, "goo"));
  g_assert_false (trafo_feature_answers_to (zoo->feature, "GOOD"));
}

static void
test_only_backends_have_devices (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_feature_probe (zoo->feature, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "'good' is a optimizer"));
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GObject *
create_async (const Zoo *zoo, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_feature_create_async (zoo->feature, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return trafo_feature_create_finish (zoo->feature, result, error);
}

static void
test_create_async (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancelled);
  g_assert_null (create_async (zoo, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  object = create_async (zoo, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (TRAFO_IS_OPTIMIZER (object));
  g_assert_cmpint (trafo_plugin_get_state (trafo_feature_get_plugin (zoo->feature)),
                   ==,
                   TRAFO_PLUGIN_STATE_LOADED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/feature/" name, Zoo, NULL, set_up, function, tear_down)
  ADD ("rank-is-the-plugin-s", test_rank_is_the_plugin_s);
  ADD ("answers-to-its-name", test_answers_to_its_name);
  ADD ("only-backends-have-devices", test_only_backends_have_devices);
  ADD ("create-async", test_create_async);
#undef ADD
  return g_test_run ();
}
