/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-plugin.h>
#include <trafo/trafo.h>

/* Three optimizers that are linked into this program. */
static void
optimizer_init (TrafoOptimizerInterface *iface)
{
}

#define DEFINE_OPTIMIZER(TypeName, type_name)                                                      \
  typedef struct                                                                                   \
  {                                                                                                \
    GObject parent_instance;                                                                       \
  } TypeName;                                                                                      \
  typedef struct                                                                                   \
  {                                                                                                \
    GObjectClass parent_class;                                                                     \
  } TypeName##Class;                                                                               \
  GType type_name##_get_type (void);                                                               \
  G_DEFINE_TYPE_WITH_CODE (TypeName,                                                               \
                           type_name,                                                              \
                           G_TYPE_OBJECT,                                                          \
                           G_IMPLEMENT_INTERFACE (TRAFO_TYPE_OPTIMIZER, optimizer_init))           \
  static void type_name##_init (TypeName *self) {}                                                 \
  static void type_name##_class_init (TypeName##Class *klass) {}

DEFINE_OPTIMIZER (TestAlpha, test_alpha)
DEFINE_OPTIMIZER (TestBeta, test_beta)
DEFINE_OPTIMIZER (TestGamma, test_gamma)

TRAFO_PLUGIN_DEFINE (alpha,
                     "1.2.3",
                     "MIT",
                     "the first",
                     TRAFO_PLUGIN_OPTIMIZER ("alpha",
                                             TestAlpha,
                                             test_alpha,
                                             TRAFO_RANK_PRIMARY,
                                             TRAFO_ANSWERS_TO ("adamw")))
TRAFO_PLUGIN_DEFINE (beta,
                     "1.2.3",
                     "MIT",
                     "two in one",
                     TRAFO_PLUGIN_OPTIMIZER ("beta",
                                             TestBeta,
                                             test_beta,
                                             TRAFO_RANK_SECONDARY,
                                             TRAFO_ANSWERS_TO ("sgd", "adamw")),
                     TRAFO_PLUGIN_OPTIMIZER ("gamma",
                                             TestGamma,
                                             test_gamma,
                                             TRAFO_RANK_NONE,
                                             TRAFO_ANSWERS_TO ("lion")))

static TrafoRegistry *
new_static_registry (void)
{
  const char *const path[] = { NULL };
  TrafoRegistry    *registry = trafo_registry_new (path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_registry_add_static (registry, &trafo_plugin_beta_descriptor, &error));
  g_assert_no_error (error);
  g_assert_true (trafo_registry_add_static (registry, &trafo_plugin_alpha_descriptor, &error));
  g_assert_no_error (error);
  return registry;
}

static void
check_found (TrafoRegistry *registry, const char *answers_to, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoFeature) feature =
      trafo_registry_find (registry, TRAFO_FEATURE_KIND_OPTIMIZER, answers_to, &error);

  if (expected == NULL)
    {
      g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
      g_assert_null (feature);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (trafo_feature_get_name (feature), ==, expected);
}

static void
test_best_rank_wins (void)
{
  g_autoptr (TrafoRegistry) registry = new_static_registry ();
  g_autoptr (TrafoFeature) beta = NULL;

  check_found (registry, "adamw", "alpha");
  check_found (registry, "sgd", "beta");
  check_found (registry, "beta", "beta");
  /* rank 0: not even by its own name */
  check_found (registry, "lion", NULL);
  check_found (registry, "gamma", NULL);
  beta = trafo_registry_lookup (registry, TRAFO_FEATURE_KIND_OPTIMIZER, "beta", NULL);
  trafo_feature_set_rank (beta, TRAFO_RANK_PRIMARY + 1);
  check_found (registry, "adamw", "beta");
  /* equal ranks: by name */
  trafo_feature_set_rank (beta, TRAFO_RANK_PRIMARY);
  check_found (registry, "adamw", "alpha");
}

/* Whoever named a folder that was not looked through reads why his plugin is not there. */
static void
test_error_tells_what_was_skipped (void)
{
  const char *const path[] = { "/nonexistent", "/dev/null/x", NULL };
  g_autoptr (TrafoRegistry) registry = trafo_registry_new (path, NULL);
  g_autoptr (GError) error = NULL;

  trafo_registry_scan (registry, NULL, NULL);
  g_assert_null (trafo_registry_find (registry, TRAFO_FEATURE_KIND_MODEL, "bert", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "searched: /nonexistent (skipped: "));
  g_assert_nonnull (strstr (error->message, ", /dev/null/x (skipped: "));
}

static void
test_error_tells_what_there_is (void)
{
  g_autoptr (TrafoRegistry) registry = new_static_registry ();
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_registry_find (registry, TRAFO_FEATURE_KIND_OPTIMIZER, "adafactor", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "optimizer for 'adafactor'"));
  g_assert_nonnull (strstr (error->message, "'alpha', 'beta', 'gamma'"));
}

static void
test_feature_makes_its_object (void)
{
  g_autoptr (TrafoRegistry) registry = new_static_registry ();
  g_autoptr (TrafoFeature) feature =
      trafo_registry_lookup (registry, TRAFO_FEATURE_KIND_OPTIMIZER, "beta", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = trafo_feature_create (feature, NULL, &error);
  TrafoPlugin *plugin = trafo_feature_get_plugin (feature);
  g_autoptr (GVariant) metadata = g_variant_ref (trafo_feature_get_metadata (feature));
  g_autofree const char **names = NULL;

  g_assert_no_error (error);
  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (object, test_beta_get_type ()));
  g_assert_cmpstr (trafo_plugin_get_version (plugin), ==, "1.2.3");
  g_assert_cmpstr (trafo_plugin_get_license (plugin), ==, "MIT");
  g_assert_cmpstr (trafo_plugin_get_description (plugin), ==, "two in one");
  g_assert_cmpuint (trafo_plugin_get_abi_minor (plugin), ==, TRAFO_ABI_MINOR);
  g_assert_cmpint (trafo_plugin_get_state (plugin), ==, TRAFO_PLUGIN_STATE_LOADED);
  g_assert_true (g_variant_lookup (metadata, "answers_to", "^a&s", &names));
  g_assert_cmpstr (names[0], ==, "sgd");
  g_assert_cmpstr (names[1], ==, "adamw");
  g_assert_null (names[2]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry-features/best-rank-wins", test_best_rank_wins);
  g_test_add_func ("/registry-features/error-tells-what-there-is", test_error_tells_what_there_is);
  g_test_add_func ("/registry-features/error-tells-what-was-skipped",
                   test_error_tells_what_was_skipped);
  g_test_add_func ("/registry-features/feature-makes-its-object", test_feature_makes_its_object);
  return g_test_run ();
}
