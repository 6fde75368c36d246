/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-findings-private.h"

#include "../../remove-folder.h"

#define TYPE "as"

typedef struct
{
  char *folder;
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  place->folder = g_dir_make_tmp ("trafo-findings-XXXXXX", NULL);
  g_setenv ("TRAFO_CACHE_DIR", place->folder, TRUE);
  trafo_findings_keep ("kind", "subject", "conditions", g_variant_new_parsed ("['a', 'b']"));
}

static void
tear_down (Place *place, gconstpointer unused)
{
  remove_folder (place->folder);
  g_free (place->folder);
}

static gboolean
is_kept (const char *kind, const char *subject, const char *conditions, const char *type)
{
  g_autoptr (GVariant) value =
      trafo_findings_recall (kind, subject, conditions, G_VARIANT_TYPE (type));

  return value != NULL;
}

static void
test_value_comes_back (Place *place, gconstpointer unused)
{
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed ("['a', 'b']"));
  g_autoptr (GVariant) value =
      trafo_findings_recall ("kind", "subject", "conditions", G_VARIANT_TYPE (TYPE));

  g_assert_nonnull (value);
  g_assert_true (g_variant_equal (value, expected));
}

static void
test_others_are_not_meant (Place *place, gconstpointer unused)
{
  g_assert_false (is_kept ("other", "subject", "conditions", TYPE));
  g_assert_false (is_kept ("kind", "other", "conditions", TYPE));
  g_assert_false (is_kept ("kind", "subject", "other", TYPE));
  g_assert_false (is_kept ("kind", "subject", "conditions", "a{ss}"));
  g_assert_true (is_kept ("kind", "subject", "conditions", TYPE));
}

/* One file a subject, whatever the conditions were. */
static void
test_replaced (Place *place, gconstpointer unused)
{
  g_autofree char *kind = g_build_filename (place->folder, "kind", NULL);
  g_autoptr (GDir) files = NULL;

  trafo_findings_keep ("kind", "subject", "new", g_variant_new_parsed ("['c']"));
  g_assert_false (is_kept ("kind", "subject", "conditions", TYPE));
  g_assert_true (is_kept ("kind", "subject", "new", TYPE));
  files = g_dir_open (kind, 0, NULL);
  g_assert_nonnull (g_dir_read_name (files));
  g_assert_null (g_dir_read_name (files));
}

static void
test_spoiled (Place *place, gconstpointer unused)
{
  g_autofree char *kind = g_build_filename (place->folder, "kind", NULL);
  g_autoptr (GDir) files = g_dir_open (kind, 0, NULL);
  g_autofree char *file = g_build_filename (kind, g_dir_read_name (files), NULL);
  g_autofree char *contents = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (file, &contents, &size, NULL));
  for (gsize i = 0; i < size; i++)
    {
      contents[i] ^= 0x10;
      g_assert_true (g_file_set_contents (file, contents, (gssize) size, NULL));
      g_assert_false (is_kept ("kind", "subject", "conditions", TYPE));
      contents[i] ^= 0x10;
      g_assert_true (g_file_set_contents (file, contents, (gssize) i, NULL));
      g_assert_false (is_kept ("kind", "subject", "conditions", TYPE));
    }
  trafo_findings_keep ("kind", "subject", "conditions", g_variant_new_parsed ("['d']"));
  g_assert_true (is_kept ("kind", "subject", "conditions", TYPE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/findings/" name, Place, NULL, set_up, function, tear_down)
  ADD ("value-comes-back", test_value_comes_back);
  ADD ("others-are-not-meant", test_others_are_not_meant);
  ADD ("replaced", test_replaced);
  ADD ("spoiled", test_spoiled);
#undef ADD
  return g_test_run ();
}
