/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-machine-private.h"

#include <string.h>
#include <sys/utsname.h>

static void
append_file (GString *key, const char *filename)
{
  g_autofree char *contents = NULL;

  if (!g_file_get_contents (filename, &contents, NULL, NULL))
    return;
  g_strstrip (contents);
  g_string_append_printf (key, ";%.200s", contents);
}

char *
trafo_machine_dup_driver_key (void)
{
  static const char *const drivers[] = {
    "/sys/module/nvidia/version",
    "/sys/module/amdgpu/version",
    "/sys/module/i915/version",
    "/sys/module/xe/version",
  };
  GString       *key = g_string_new (NULL);
  struct utsname kernel;

  if (uname (&kernel) == 0)
    g_string_append_printf (key, "%s %s", kernel.release, kernel.version);
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    append_file (key, drivers[i]);
  return g_string_free (key, FALSE);
}

char *
trafo_machine_dup_device_key (void)
{
  static const char *const variables[] = {
    "CUDA_VISIBLE_DEVICES",   "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL",  "OCL_ICD_VENDORS",
    "OPENCL_VENDOR_PATH",     "POCL_DEVICES",        "TRAFO_CPU_ISA",
  };
  GString *key = g_string_new (NULL);

  append_file (key, "/proc/sys/kernel/random/boot_id");
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (g_getenv (variables[i]) != NULL)
      g_string_append_printf (key, ";%s=%s", variables[i], g_getenv (variables[i]));
  return g_string_free (key, FALSE);
}

#if defined(__x86_64__) || defined(__i386__)
/* The compiler's own support function asks CPUID and, through XGETBV, the operating system. It
 * takes literals only. */
#define ISA(name)                                                                                  \
  {                                                                                                \
    name, __builtin_cpu_supports (name) != 0                                                       \
  }

static gboolean
has_isa (const char *feature)
{
  const struct
  {
    const char *name;
    gboolean    is_there;
  } table[] = {
    ISA ("sse3"),         ISA ("ssse3"),      ISA ("sse4.1"),     ISA ("sse4.2"),
    ISA ("popcnt"),       ISA ("avx"),        ISA ("avx2"),       ISA ("fma"),
    ISA ("avx512f"),      ISA ("avx512bw"),   ISA ("avx512dq"),   ISA ("avx512vl"),
    ISA ("avx512cd"),     ISA ("avx512vnni"), ISA ("avx512vbmi"), ISA ("avx512vbmi2"),
    ISA ("avx512bitalg"), ISA ("avx512ifma"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (feature, table[i].name) == 0)
      return table[i].is_there;
  return FALSE;
}
#else
static gboolean
has_isa (const char *feature)
{
  return FALSE;
}
#endif

const char *
trafo_machine_find_missing_isa (const char *const *features)
{
  for (guint i = 0; features != NULL && features[i] != NULL; i++)
    if (!has_isa (features[i]))
      return features[i];
  return NULL;
}
