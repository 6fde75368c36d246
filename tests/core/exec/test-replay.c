/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fake-device.h"
#include "random-graph.h"
#include "trafo-reference-device-private.h"

/* A run with a shape that was seen before allocates nothing: these take the place of libc's, and
 * count. */
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

static TrafoProgram *
make_program (TrafoDevice *device)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;

  random_graph_build (b, 11, 30);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  return fake_compile (device, b, parameters);
}

/* How many allocations @n_runs runs make, whose shapes take turns. */
static guint
count_runs (TrafoExecution *execution, TrafoTensor *const *inputs, guint n_inputs, guint n_runs)
{
  GCancellable *cancellable = g_cancellable_new ();
  guint         before = __atomic_load_n (&n_allocations, __ATOMIC_RELAXED), after;

  for (guint i = 0; i < n_runs; i++)
    g_assert_true (trafo_execution_run (execution, &inputs[i % n_inputs], cancellable, NULL));
  after = __atomic_load_n (&n_allocations, __ATOMIC_RELAXED);
  g_object_unref (cancellable);
  return after - before;
}

static void
test_allocations (gconstpointer data)
{
  const char *kind = data;
  FakeDevice  fake = { 0 };
  g_autoptr (TrafoDevice) device =
      g_str_equal (kind, "queue") ? fake_queue_device_new (&fake) : trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = make_program (device);
  g_autoptr (TrafoTensor) small =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 1, 3, 4 }, 3, NULL);
  g_autoptr (TrafoTensor) large =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 4, 9, 4 }, 3, NULL);
  TrafoTensor    *shapes[] = { small, large };
  TrafoExecution *execution = trafo_program_acquire (program);
  gsize           peak_bytes;

  if (!IS_COUNTED)
    {
      g_test_skip ("a sanitizer has its own allocator");
      trafo_program_release (program, execution);
      return;
    }
  g_assert_cmpuint (count_runs (execution, shapes, 1, 1), >, 0);
  g_assert_cmpuint (count_runs (execution, shapes, 1, 10), ==, 0);
  count_runs (execution, shapes, 2, 2);
  peak_bytes = trafo_execution_get_peak_bytes (execution);
  g_assert_cmpuint (count_runs (execution, shapes, 2, 20), ==, 0);
  g_assert_cmpuint (trafo_execution_get_peak_bytes (execution), ==, peak_bytes);
  trafo_program_release (program, execution);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/replay/allocations/host", "host", test_allocations);
  g_test_add_data_func ("/replay/allocations/queue", "queue", test_allocations);
  return g_test_run ();
}
