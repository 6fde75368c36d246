/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number of processors that affinity and the quotas of this process's control groups leave it. */
guint trafo_processors_count (void);

/* The least quota of the control groups that @membership, a file as /proc/self/cgroup, names, and of those
 * they are in, in whole processors, rounded up; 0 if there is none. @root: where their hierarchies are
 * mounted, of version 2 itself, of version 1 a folder "cpu" (Linux, admin-guide/cgroup-v2.rst and
 * scheduler/sched-bwc.rst). */
guint trafo_processors_read_quota (const char *root, const char *membership);

G_END_DECLS
