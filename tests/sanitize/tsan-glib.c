/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* GLib's locks are futexes and its hand-overs atomics, in a library that was not built for
 * ThreadSanitizer, which therefore sees none of the order they make. This library is loaded before
 * GLib and tells it. Only order that GLib documents is told: a race in our code is still one. It is
 * loaded into every program that a test starts, a linker or Python too, and so needs no library. */

#include <dlfcn.h>
#include <gio/gio.h>
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

#pragma weak __tsan_acquire
#pragma weak __tsan_release
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock
#pragma weak __tsan_mutex_destroy
#pragma weak __tsan_func_entry
#pragma weak __tsan_func_exit

/* What the compiler calls in a function that it built for ThreadSanitizer. */
extern void __tsan_func_entry (void *pc);
extern void __tsan_func_exit (void);

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

EXPORT void
g_mutex_lock (GMutex *mutex)
{
  NEXT (g_mutex_lock);
  TELL (__tsan_mutex_pre_lock, mutex, 0);
  next (mutex);
  TELL (__tsan_mutex_post_lock, mutex, 0, 0);
}

EXPORT gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean is_locked;

  NEXT (g_mutex_trylock);
  TELL (__tsan_mutex_pre_lock, mutex, __tsan_mutex_try_lock);
  is_locked = next (mutex);
  TELL (__tsan_mutex_post_lock,
        mutex,
        __tsan_mutex_try_lock | (is_locked ? 0 : __tsan_mutex_try_lock_failed),
        0);
  return is_locked;
}

EXPORT void
g_mutex_unlock (GMutex *mutex)
{
  NEXT (g_mutex_unlock);
  TELL (__tsan_mutex_pre_unlock, mutex, 0);
  next (mutex);
  TELL (__tsan_mutex_post_unlock, mutex, 0);
}

EXPORT void
g_mutex_clear (GMutex *mutex)
{
  NEXT (g_mutex_clear);
  TELL (__tsan_mutex_destroy, mutex, 0);
  next (mutex);
}

EXPORT void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  NEXT (g_cond_wait);
  TELL (__tsan_mutex_pre_unlock, mutex, 0);
  TELL (__tsan_mutex_post_unlock, mutex, 0);
  next (cond, mutex);
  TELL (__tsan_mutex_pre_lock, mutex, 0);
  TELL (__tsan_mutex_post_lock, mutex, 0, 0);
}

EXPORT gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean was_signalled;

  NEXT (g_cond_wait_until);
  TELL (__tsan_mutex_pre_unlock, mutex, 0);
  TELL (__tsan_mutex_post_unlock, mutex, 0);
  was_signalled = next (cond, mutex, end_time);
  TELL (__tsan_mutex_pre_lock, mutex, 0);
  TELL (__tsan_mutex_post_lock, mutex, 0, 0);
  return was_signalled;
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

typedef struct
{
  GFunc    function;
  gpointer data;
} PoolWork;

static void
run_pool_work (gpointer item, gpointer data)
{
  PoolWork *work = data;

  TELL (__tsan_acquire, item);
  work->function (item, work->data);
}

/* Pools live as long as the program, as what they do does. GTask has one. */
EXPORT GThreadPool *
g_thread_pool_new (GFunc    function,
                   gpointer data,
                   gint     max_threads,
                   gboolean is_exclusive,
                   GError **error)
{
  PoolWork *work = malloc (sizeof *work);

  NEXT (g_thread_pool_new);
  if (work == NULL)
    return NULL;
  *work = (PoolWork){ .function = function, .data = data };
  return next (run_pool_work, work, max_threads, is_exclusive, error);
}

EXPORT gboolean
g_thread_pool_push (GThreadPool *pool, gpointer item, GError **error)
{
  NEXT (g_thread_pool_push);
  TELL (__tsan_release, item);
  return next (pool, item, error);
}

EXPORT void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  NEXT (g_task_return_pointer);
  TELL (__tsan_release, task);
  next (task, result, destroy);
}

EXPORT void
g_task_return_boolean (GTask *task, gboolean result)
{
  NEXT (g_task_return_boolean);
  TELL (__tsan_release, task);
  next (task, result);
}

EXPORT void
g_task_return_error (GTask *task, GError *error)
{
  NEXT (g_task_return_error);
  TELL (__tsan_release, task);
  next (task, error);
}

/* What is attached is run in an iteration of the context: a task's callback, too. The context's own
 * lists, which its lock guards by calls within the library, are told by this function's name. */
EXPORT guint
g_source_attach (GSource *source, GMainContext *context)
{
  guint id;

  NEXT (g_source_attach);
  TELL (__tsan_release, context != NULL ? context : g_main_context_default ());
  TELL (__tsan_func_entry, (char *) g_source_attach + 1);
  id = next (source, context);
  TELL (__tsan_func_exit, );
  return id;
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

EXPORT gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  NEXT (g_task_propagate_pointer);
  TELL (__tsan_acquire, task);
  TELL (__tsan_acquire, g_task_get_context (task));
  return next (task, error);
}

EXPORT gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  NEXT (g_task_propagate_boolean);
  TELL (__tsan_acquire, task);
  TELL (__tsan_acquire, g_task_get_context (task));
  return next (task, error);
}
