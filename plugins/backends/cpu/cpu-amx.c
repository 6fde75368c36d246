/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-amx.h"

#include "simd/amx.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* arch_prctl(2) of Linux 5.16, Documentation/arch/x86/xstate.rst: the tiles' state is large, so a
 * process has to ask for it. */
enum
{
  ARCH_REQ_XCOMP_PERM = 0x1023,
  XFEATURE_XTILEDATA = 18,
};

static gboolean
ask_permission (void)
{
  return syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

/* 64 products of 3 and -2, and 32 of 1 and 1 in bfloat16, in every element. */
static gboolean
computes_right (void)
{
  guint8   unsigned_bytes[AMX_ROWS * AMX_ROW_BYTES];
  gint8    signed_bytes[AMX_ROWS * AMX_ROW_BYTES];
  guint16  halves[AMX_ROWS * AMX_ROW_BYTES / 2];
  gint32   integers[AMX_ROWS * AMX_ROW_BYTES / 4];
  float    floats[AMX_ROWS * AMX_ROW_BYTES / 4];
  gboolean is_right = TRUE;

  memset (unsigned_bytes, 3, sizeof unsigned_bytes);
  memset (signed_bytes, -2, sizeof signed_bytes);
  for (guint i = 0; i < G_N_ELEMENTS (halves); i++)
    halves[i] = 0x3f80;
  amx_configure (&amx_config);
  _tile_zero (0);
  _tile_loadd (1, unsigned_bytes, AMX_ROW_BYTES);
  _tile_loadd (2, signed_bytes, AMX_ROW_BYTES);
  _tile_dpbusd (0, 1, 2);
  _tile_stored (0, integers, AMX_ROW_BYTES);
  _tile_zero (0);
  _tile_loadd (1, halves, AMX_ROW_BYTES);
  _tile_loadd (2, halves, AMX_ROW_BYTES);
  _tile_dpbf16ps (0, 1, 2);
  _tile_stored (0, floats, AMX_ROW_BYTES);
  _tile_release ();
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    is_right &= integers[i] == -6 * 64 && floats[i] == 32;
  return is_right;
}

/* Beside what a fork does, nothing is called that is not a system call: other threads may hold any
 * lock. Without an exit signal the host's handlers of SIGCHLD hear nothing of it. */
static gboolean
try_in_child (void)
{
  long  child = syscall (SYS_clone, 0, NULL, NULL, NULL, NULL);
  int   status = -1;
  pid_t waited;

  if (child == 0)
    {
      syscall (SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
      syscall (SYS_exit_group, ask_permission () && computes_right () ? 0 : 1);
    }
  if (child < 0)
    return FALSE;
  do
    waited = waitpid ((pid_t) child, &status, __WCLONE);
  while (waited < 0 && errno == EINTR);
  return waited == child && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

gboolean
trafo_cpu_try_amx (void)
{
  static gsize tried = 0;

  if (g_once_init_enter (&tried))
    g_once_init_leave (&tried, try_in_child () && ask_permission () ? 2 : 1);
  return tried == 2;
}
