/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-file-identity-private.h"

#include <sys/stat.h>

static void
test_every_field_counts (void)
{
  const TrafoFileIdentity base = { 1, 2, 3, 4 };
  const TrafoFileIdentity others[] = {
    { 9, 2, 3, 4 },
    { 1, 9, 3, 4 },
    { 1, 2, 9, 4 },
    { 1, 2, 3, 9 },
  };

  g_assert_true (trafo_file_identity_equal (&base, &base));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (trafo_file_identity_equal (&base, &others[i]));
}

/* Nanoseconds count, and times before 1970 and sizes beyond 4 GiB survive the store. */
static void
test_from_status_through_store (void)
{
  const struct stat status = {
    .st_dev = 0xfe01,
    .st_ino = G_MAXUINT64 - 1,
    .st_size = G_GINT64_CONSTANT (5) << 32,
    .st_mtim = { .tv_sec = -2, .tv_nsec = 999999999 },
  };
  TrafoFileIdentity identity, restored;
  g_autoptr (GVariant) variant = NULL;

  trafo_file_identity_init (&identity, &status);
  g_assert_cmpint (identity.mtime_ns, ==, G_GINT64_CONSTANT (-1000000001));
  g_assert_cmpuint (identity.size_bytes, ==, status.st_size);
  variant = g_variant_ref_sink (trafo_file_identity_to_variant (&identity));
  trafo_file_identity_init_from_variant (&restored, variant);
  g_assert_true (trafo_file_identity_equal (&identity, &restored));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-identity/every-field-counts", test_every_field_counts);
  g_test_add_func ("/file-identity/from-status-through-store", test_from_status_through_store);
  return g_test_run ();
}
