/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "allocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static guint n_allocations;

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_COUNTED FALSE
#else
#define IS_COUNTED TRUE

static void
count (void)
{
  __atomic_add_fetch (&n_allocations, 1, __ATOMIC_RELAXED);
}

void *
malloc (size_t size)
{
  count ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t size)
{
  count ();
  return __libc_realloc (memory, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  count ();
  return __libc_memalign (alignment, size);
}

int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  count ();
  *memory = __libc_memalign (alignment, size);
  return *memory != NULL ? 0 : ENOMEM;
}

void *
mmap (void *at, size_t size, int protection, int flags, int file, off_t offset)
{
  static void *(*next) (void *, size_t, int, int, int, off_t);

  if (next == NULL)
    *(void **) &next = dlsym (RTLD_NEXT, "mmap");
  count ();
  return next (at, size, protection, flags, file, offset);
}
#endif

gboolean
allocations_are_counted (void)
{
  return IS_COUNTED;
}

guint
allocations_get_count (void)
{
  return __atomic_load_n (&n_allocations, __ATOMIC_RELAXED);
}
