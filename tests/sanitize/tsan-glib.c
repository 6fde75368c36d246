/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* GLib's locks are futexes and its counts of references atomics, in libraries that were not built
 * for ThreadSanitizer, which therefore sees none of the order they make. This library is loaded
 * before them and tells it. Only order that GLib documents is told: a race in our code is still one.
 *
 * GLib calls its own locks without the dynamic linker, for its queues and main contexts: so the
 * three functions of GMutex, on which its conditions, thread pools and tasks stand, are made to
 * jump to those here. The library is loaded into every program that a test starts, a linker or
 * Python too, and so does without the sanitizer's. */

#include <dlfcn.h>
#include <errno.h>
#include <glib.h>
#include <linux/futex.h>
#include <sanitizer/tsan_interface.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "the jump is one of x86-64"
#endif

#pragma weak __tsan_acquire
#pragma weak __tsan_release
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock

#define TELL(function, ...)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (function != NULL)                                                                          \
      function (__VA_ARGS__);                                                                      \
  }                                                                                                \
  G_STMT_END

/* The function that this one stands before. */
#define NEXT(name)                                                                                 \
  static typeof (&(name)) next;                                                                    \
                                                                                                   \
  if (__atomic_load_n (&next, __ATOMIC_ACQUIRE) == NULL)                                           \
  __atomic_store_n (&next, (typeof (&(name))) dlsym (RTLD_NEXT, #name), __ATOMIC_RELEASE)

#define EXPORT __attribute__ ((visibility ("default")))

#undef g_once_init_enter
#undef g_once_init_leave

/* A GMutex's word, as in GLib since 2.74: what waits for it may be in either's hands. */
enum
{
  FREE,
  OWNED,
  CONTENDED,
};

static void
call_futex (guint *word, int operation, guint value)
{
  int saved = errno;

  syscall (SYS_futex, word, operation, value, NULL, NULL, 0);
  errno = saved;
}

static gboolean
take (guint *word)
{
  guint expected = FREE;

  return __atomic_compare_exchange_n (word,
                                      &expected,
                                      OWNED,
                                      FALSE,
                                      __ATOMIC_ACQUIRE,
                                      __ATOMIC_RELAXED);
}

static void
lock (GMutex *mutex)
{
  TELL (__tsan_mutex_pre_lock, mutex, 0);
  if (!take (mutex->i))
    while (__atomic_exchange_n (mutex->i, CONTENDED, __ATOMIC_ACQUIRE) != FREE)
      call_futex (mutex->i, FUTEX_WAIT_PRIVATE, CONTENDED);
  TELL (__tsan_mutex_post_lock, mutex, 0, 0);
}

static gboolean
try_lock (GMutex *mutex)
{
  gboolean is_locked;

  TELL (__tsan_mutex_pre_lock, mutex, __tsan_mutex_try_lock);
  is_locked = take (mutex->i);
  TELL (__tsan_mutex_post_lock,
        mutex,
        __tsan_mutex_try_lock | (is_locked ? 0 : __tsan_mutex_try_lock_failed),
        0);
  return is_locked;
}

static void
unlock (GMutex *mutex)
{
  TELL (__tsan_mutex_pre_unlock, mutex, 0);
  if (__atomic_exchange_n (mutex->i, FREE, __ATOMIC_RELEASE) == CONTENDED)
    call_futex (mutex->i, FUTEX_WAKE_PRIVATE, 1);
  TELL (__tsan_mutex_post_unlock, mutex, 0);
}

/* Makes @function jump to @own. */
static void
divert (gpointer function, gpointer own)
{
  guint8 jump[14] = { 0xff, 0x25 }; /* jmp *0(%rip), and there: */
  gsize  page = sysconf (_SC_PAGESIZE);
  char  *start = (char *) ((gsize) function / page * page);

  memcpy (&jump[6], &own, sizeof own);
  if (mprotect (start, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
    _exit (99);
  memcpy (function, jump, sizeof jump);
  mprotect (start, 2 * page, PROT_READ | PROT_EXEC);
}

__attribute__ ((constructor)) static void
divert_locks (void)
{
  divert (g_mutex_lock, lock);
  divert (g_mutex_trylock, try_lock);
  divert (g_mutex_unlock, unlock);
}

/* The fast path of g_once_init_enter() is inline: an acquire of the word that this releases. */
EXPORT gboolean
g_once_init_enter (volatile void *location)
{
  gboolean is_first;

  NEXT (g_once_init_enter);
  is_first = next (location);
  TELL (__tsan_acquire, (void *) location);
  return is_first;
}

EXPORT void
g_once_init_leave (volatile void *location, gsize result)
{
  NEXT (g_once_init_leave);
  TELL (__tsan_release, (void *) location);
  next (location, result);
}

/* Who gives up the last reference frees what others wrote: a task's context, in GLib's own thread. */
EXPORT void
g_main_context_unref (GMainContext *context)
{
  NEXT (g_main_context_unref);
  TELL (__tsan_release, context);
  TELL (__tsan_acquire, context);
  next (context);
}
