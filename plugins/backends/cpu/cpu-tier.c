/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-tier.h"

#include "cpu-amx.h"

#include <cpuid.h>
#include <string.h>
#include <trafo/trafo-error.h>

/* Intel SDM volume 1, 14.3 and 15.2: a CPUID bit says what the processor can decode, XCR0 which
 * registers the operating system saves; code may run only where both agree. */
enum
{
  XCR0_AVX = 0x06,    /* XMM, YMM */
  XCR0_AVX512 = 0xe6, /* and opmask, ZMM */
  XCR0_AMX = 0x60000, /* TILECFG, TILEDATA */
};

enum
{
  LEAF7_ECX_AVX512_VNNI = 1 << 11,
  LEAF7_EDX_AMX = 1 << 22 | 1 << 24 | 1 << 25, /* BF16, TILE, INT8 */
  LEAF7_1_EAX_AVX512_BF16 = 1 << 5,
};

typedef struct
{
  guint32 leaf1_ecx;
  guint32 leaf7_ebx, leaf7_ecx, leaf7_edx;
  guint32 leaf7_1_eax;
  guint64 xcr0;
} Cpu;

static guint64
read_xcr0 (void)
{
  guint32 low, high;

  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((guint64) high << 32) | low;
}

static Cpu
read_cpu (void)
{
  Cpu     cpu = { 0 };
  guint32 eax, ebx, ecx, edx;

  if (__get_cpuid (1, &eax, &ebx, &ecx, &edx))
    cpu.leaf1_ecx = ecx;
  if (__get_cpuid_count (7, 0, &eax, &ebx, &ecx, &edx))
    {
      cpu.leaf7_ebx = ebx;
      cpu.leaf7_ecx = ecx;
      cpu.leaf7_edx = edx;
    }
  if (__get_cpuid_count (7, 1, &eax, &ebx, &ecx, &edx))
    cpu.leaf7_1_eax = eax;
  if (cpu.leaf1_ecx & bit_OSXSAVE)
    cpu.xcr0 = read_xcr0 ();
  return cpu;
}

static gboolean
has_baseline (const Cpu *cpu)
{
  return TRUE;
}

static gboolean
has_avx2 (const Cpu *cpu)
{
  const guint32 leaf1 = bit_AVX | bit_FMA | bit_F16C;

  return (cpu->leaf1_ecx & leaf1) == leaf1 && (cpu->leaf7_ebx & bit_AVX2) != 0 &&
         (cpu->xcr0 & XCR0_AVX) == XCR0_AVX;
}

static gboolean
has_avx512 (const Cpu *cpu)
{
  const guint32 leaf7 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;

  return has_avx2 (cpu) && (cpu->leaf7_ebx & leaf7) == leaf7 &&
         (cpu->xcr0 & XCR0_AVX512) == XCR0_AVX512;
}

static gboolean
has_avx512_vnni (const Cpu *cpu)
{
  return has_avx512 (cpu) && (cpu->leaf7_ecx & LEAF7_ECX_AVX512_VNNI) != 0;
}

static gboolean
has_avx512_bf16 (const Cpu *cpu)
{
  return has_avx512_vnni (cpu) && (cpu->leaf7_1_eax & LEAF7_1_EAX_AVX512_BF16) != 0;
}

static gboolean
has_amx (const Cpu *cpu)
{
  return has_avx512_bf16 (cpu) && (cpu->leaf7_edx & LEAF7_EDX_AMX) == LEAF7_EDX_AMX &&
         (cpu->xcr0 & XCR0_AMX) == XCR0_AMX && trafo_cpu_try_amx ();
}

/* Best first. */
static const struct
{
  const TrafoCpuKernels *kernels;
  gboolean (*is_runnable) (const Cpu *cpu);
} tiers[TRAFO_CPU_N_TIERS] = {
  { &trafo_cpu_kernels_amx, has_amx },
  { &trafo_cpu_kernels_avx512_bf16, has_avx512_bf16 },
  { &trafo_cpu_kernels_avx512_vnni, has_avx512_vnni },
  { &trafo_cpu_kernels_avx512, has_avx512 },
  { &trafo_cpu_kernels_avx2, has_avx2 },
  { &trafo_cpu_kernels_baseline, has_baseline },
};

gsize
trafo_cpu_list_tiers (const TrafoCpuKernels *ret_tiers[TRAFO_CPU_N_TIERS])
{
  Cpu   cpu = read_cpu ();
  gsize n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (tiers); i++)
    if (tiers[i].is_runnable (&cpu))
      ret_tiers[n++] = tiers[i].kernels;
  return n;
}

static char *
list_names (void)
{
  GString *names = g_string_new (NULL);

  for (gsize i = G_N_ELEMENTS (tiers); i-- > 0;)
    {
      g_string_append (names, tiers[i].kernels->name);
      if (i > 0)
        g_string_append (names, i > 1 ? ", " : " or ");
    }
  return g_string_free (names, FALSE);
}

const TrafoCpuKernels *
trafo_cpu_choose_tier (const char *cap, GError **error)
{
  Cpu              cpu = read_cpu ();
  gsize            first = 0;
  g_autofree char *names = NULL;

  if (cap != NULL && *cap != '\0')
    while (first < G_N_ELEMENTS (tiers) && strcmp (tiers[first].kernels->name, cap) != 0)
      first++;
  for (gsize i = first; i < G_N_ELEMENTS (tiers); i++)
    if (tiers[i].is_runnable (&cpu))
      return tiers[i].kernels;
  names = list_names ();
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "TRAFO_CPU_ISA is '%s', expected %s",
               cap,
               names);
  return NULL;
}

char *
trafo_cpu_get_brand (void)
{
  guint32 words[13] = { 0 };

  for (guint32 i = 0; i < 3; i++)
    if (!__get_cpuid (0x80000002 + i,
                      &words[4 * i],
                      &words[4 * i + 1],
                      &words[4 * i + 2],
                      &words[4 * i + 3]))
      return g_strdup ("x86-64 processor");
  return g_strstrip (g_utf8_make_valid ((const char *) words, -1));
}
