/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-processors-private.h"

#include <glib/gstdio.h>

typedef struct
{
  const char *name;
  const char *membership;
  const char *files[8]; /* pairs of a path below the root and what it holds */
  guint       expected;
} QuotaCase;

static const QuotaCase quota_cases[] = {
  { "none", "0::/\n", { "cpu.max", "max 100000\n" }, 0 },
  { "container", "0::/\n", { "cpu.max", "200000 100000\n" }, 2 },
  { "rounded-up", "0::/\n", { "cpu.max", "150000 100000\n" }, 2 },
  { "service",
    "0::/system.slice/a.service\n",
    { "system.slice/a.service/cpu.max", "300000 100000\n" },
    3 },
  { "slice-is-less",
    "0::/a.slice/b.service\n",
    { "a.slice/cpu.max", "100000 100000\n", "a.slice/b.service/cpu.max", "400000 100000\n" },
    1 },
  { "not-mounted", "0::/docker/x\n", { "cpu.max", "50000 100000\n" }, 1 },
  { "version-1",
    "5:cpu,cpuacct:/a\n2:memory:/b\n",
    { "cpu/a/cpu.cfs_quota_us", "500000\n", "cpu/a/cpu.cfs_period_us", "100000\n" },
    5 },
  { "version-1-none",
    "5:cpu,cpuacct:/a\n",
    { "cpu/a/cpu.cfs_quota_us", "-1\n", "cpu/a/cpu.cfs_period_us", "100000\n" },
    0 },
  { "others-only",
    "4:cpuset:/a\n",
    { "cpu/a/cpu.cfs_quota_us", "500000\n", "cpu/a/cpu.cfs_period_us", "100000\n" },
    0 },
  { "broken", "0:\nx\n0::/\n", { "cpu.max", "100000\n" }, 0 },
  { "no-period", "0::/\n", { "cpu.max", "100000 0\n" }, 0 },
};

static void
write_file (const char *root, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_folder (child);
    }
  g_remove (path);
}

static void
test_quota (gconstpointer data)
{
  const QuotaCase *c = data;
  g_autofree char *root = g_dir_make_tmp ("trafo-processors-XXXXXX", NULL);
  g_autofree char *membership = g_build_filename (root, "membership", NULL);

  g_assert_true (g_file_set_contents (membership, c->membership, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (c->files) && c->files[i] != NULL; i += 2)
    write_file (root, c->files[i], c->files[i + 1]);
  g_assert_cmpuint (trafo_processors_read_quota (root, membership), ==, c->expected);
  remove_folder (root);
  g_assert_cmpuint (trafo_processors_read_quota (root, membership), ==, 0);
}

static void
test_count (void)
{
  g_assert_cmpuint (trafo_processors_count (), >=, 1);
  g_assert_cmpuint (trafo_processors_count (), <=, g_get_num_processors ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (quota_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/processors/quota/", quota_cases[i].name, NULL);

      g_test_add_data_func (path, &quota_cases[i], test_quota);
    }
  g_test_add_func ("/processors/count", test_count);
  return g_test_run ();
}
