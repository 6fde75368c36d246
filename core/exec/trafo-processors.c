/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-processors-private.h"

#include <sched.h>
#include <string.h>

/* The number that @word is; 0 if it is none, such as "max". */
static guint64
parse_number (const char *word)
{
  guint64 number = 0;

  return g_ascii_string_to_unsigned (word, 10, 1, G_MAXUINT32, &number, NULL) ? number : 0;
}

/* The processors that @quota of each @period is, both of one unit; 0 if there is none. */
static guint
round_up (guint64 quota, guint64 period)
{
  return period > 0 ? (guint) ((quota + period - 1) / period) : 0;
}

static guint64
read_number (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? parse_number (g_strstrip (text)) : 0;
}

/* Quota and period in microseconds, "max" being no quota. */
static guint
read_folder_v2 (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "cpu.max", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (g_strstrip (text), " ", 2);
  if (g_strv_length (words) != 2)
    return 0;
  return round_up (parse_number (words[0]), parse_number (words[1]));
}

static guint
read_folder_v1 (const char *folder)
{
  return round_up (read_number (folder, "cpu.cfs_quota_us"),
                   read_number (folder, "cpu.cfs_period_us"));
}

static guint
least (guint a, guint b)
{
  return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Of a group and those it is in. What is not mounted here, as in a container, has no files. */
static guint
read_group (const char *root, const char *group, guint (*read_folder) (const char *folder))
{
  g_autofree char *path = g_strdup (group);
  guint            quota = 0;

  for (char *end = path + strlen (path); end != NULL; end = strrchr (path, '/'))
    {
      g_autofree char *folder = NULL;

      *end = '\0';
      folder = g_build_filename (root, path, NULL);
      quota = least (quota, read_folder (folder));
    }
  return quota;
}

static gboolean
has_word (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (list, ",", -1);

  return g_strv_contains ((const char *const *) words, word);
}

guint
trafo_processors_read_quota (const char *root, const char *membership)
{
  g_autofree char *text = NULL;
  g_autofree char *root_v1 = g_build_filename (root, "cpu", NULL);
  g_auto (GStrv) lines = NULL;
  guint quota = 0;

  if (!g_file_get_contents (membership, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      /* the hierarchy's number, its controllers, the group */
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);

      if (g_strv_length (fields) != 3)
        continue;
      if (*fields[1] == '\0')
        quota = least (quota, read_group (root, fields[2], read_folder_v2));
      else if (has_word (fields[1], "cpu"))
        quota = least (quota, read_group (root_v1, fields[2], read_folder_v1));
    }
  return quota;
}

guint
trafo_processors_count (void)
{
  cpu_set_t set;
  guint     n = g_get_num_processors ();
  guint     quota = trafo_processors_read_quota ("/sys/fs/cgroup", "/proc/self/cgroup");

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    n = CPU_COUNT (&set);
  if (quota > 0)
    n = MIN (n, quota);
  return MAX (n, 1);
}
