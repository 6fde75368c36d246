/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-store-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-error.h>

#define TYPE "a{sas}"

typedef struct
{
  char *folder;
  char *filename; /* in a folder that is not there yet */
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  place->folder = g_dir_make_tmp ("trafo-store-XXXXXX", NULL);
  place->filename = g_build_filename (place->folder, "below", "store", NULL);
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_autofree char *below = g_path_get_dirname (place->filename);

  g_remove (place->filename);
  g_rmdir (below);
  g_rmdir (place->folder);
  g_free (place->filename);
  g_free (place->folder);
}

static GVariant *
new_value (void)
{
  return g_variant_new_parsed ("{'one': ['a', 'b'], 'none': @as [], 'zwei': ['\303\274', '']}");
}

static GVariant *
read_store (const Place *place, GError **error)
{
  return trafo_store_read (place->filename, G_VARIANT_TYPE (TYPE), error);
}

static void
test_value_comes_back (Place *place, gconstpointer unused)
{
  g_autoptr (GVariant) expected = g_variant_ref_sink (new_value ());
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (read_store (place, &error));
  g_assert_no_error (error);
  g_assert_true (trafo_store_write (place->filename, new_value (), &error));
  g_assert_no_error (error);
  value = read_store (place, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_equal (value, expected));
}

static void
check_refused (const Place *place, const char *bytes, gsize size_bytes)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (place->filename, bytes, size_bytes, NULL));
  g_assert_null (read_store (place, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, place->filename));
}

static void
test_damage_is_seen (Place *place, gconstpointer unused)
{
  g_autofree char *bytes = NULL;
  g_autofree char *longer = NULL;
  gsize            size_bytes;

  g_assert_true (trafo_store_write (place->filename, new_value (), NULL));
  g_assert_true (g_file_get_contents (place->filename, &bytes, &size_bytes, NULL));
  for (gsize i = 0; i < size_bytes; i++)
    {
      bytes[i] ^= 1 << i % 8;
      check_refused (place, bytes, size_bytes);
      bytes[i] ^= 1 << i % 8;
      check_refused (place, bytes, i);
    }
  longer = g_malloc0 (size_bytes + 1);
  memcpy (longer, bytes, size_bytes);
  check_refused (place, longer, size_bytes + 1);
}

/* The sum is right, the value is not of the type: an older program wrote it. */
static void
test_other_type (Place *place, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_store_write (place->filename, g_variant_new_string ("no list"), NULL));
  g_assert_null (read_store (place, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
}

static void
test_cannot_write (Place *place, gconstpointer unused)
{
  g_autofree char *impossible = g_build_filename (place->filename, "below-a-file", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_store_write (place->filename, new_value (), NULL));
  g_assert_false (trafo_store_write (impossible, new_value (), &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/store/" name, Place, NULL, set_up, function, tear_down)
  ADD ("value-comes-back", test_value_comes_back);
  ADD ("damage-is-seen", test_damage_is_seen);
  ADD ("other-type", test_other_type);
  ADD ("cannot-write", test_cannot_write);
#undef ADD
  return g_test_run ();
}
