/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct
{
  char *start;
  gsize size_bytes;
} Guard;

static void
guard_free (gpointer data)
{
  Guard *guard = data;

  munmap (guard->start, guard->size_bytes);
  g_free (guard);
}

void
kernel_case_init (KernelCase *self, guint16 op, gconstpointer attrs)
{
  *self = (KernelCase){
    .args = { .struct_size = sizeof (TrafoKernelArgs), .op = op, .attrs = attrs },
    .guards = g_ptr_array_new_with_free_func (guard_free),
  };
}

void
kernel_case_clear (KernelCase *self)
{
  g_ptr_array_unref (self->guards);
}

gpointer
kernel_case_alloc (KernelCase *self, gsize size_bytes)
{
  gsize  page = (gsize) sysconf (_SC_PAGESIZE);
  gsize  used = (size_bytes + page - 1) / page * page;
  Guard *guard = g_new (Guard, 1);

  guard->size_bytes = used + page;
  guard->start =
      mmap (NULL, guard->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (guard->start != MAP_FAILED);
  g_assert_cmpint (mprotect (guard->start + used, page, PROT_NONE), ==, 0);
  g_ptr_array_add (self->guards, guard);
  return guard->start + used - size_bytes;
}

float
kernel_case_random (void)
{
  return (float) g_test_rand_double_range (-1, 1);
}

static gsize
dtype_size (guint8 dtype)
{
  return trafo_dtype_get_size (dtype);
}

static void
fill_random (guint8 dtype, gpointer memory, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float value = kernel_case_random ();

      if (dtype == TRAFO_DTYPE_FLOAT32)
        ((float *) memory)[i] = value;
      else if (dtype == TRAFO_DTYPE_FLOAT16)
        ((guint16 *) memory)[i] = trafo_float16_from_float (value);
      else if (dtype == TRAFO_DTYPE_BFLOAT16)
        ((guint16 *) memory)[i] = trafo_bfloat16_from_float (value);
    }
}

TrafoOperand
kernel_case_operand (KernelCase *self, guint8 dtype, const gint64 *shape, gint64 row_stride)
{
  TrafoOperand operand = { .dtype = dtype };
  gint64       stride = 1, n_rows = 1, length;

  while (shape[operand.n_dims] >= 0)
    {
      operand.shape[operand.n_dims] = shape[operand.n_dims];
      operand.n_dims++;
    }
  for (guint i = operand.n_dims; i-- > 0;)
    {
      operand.strides[i] = stride;
      stride = i + 1 == operand.n_dims && row_stride != 0 ? row_stride : stride * shape[i];
      if (i + 1 < operand.n_dims)
        n_rows *= shape[i];
    }
  length = operand.n_dims > 0 ? shape[operand.n_dims - 1] : 1;
  if (row_stride == 0)
    row_stride = length;
  /* the last row stops at its last element, not at the next row's start */
  operand.data = kernel_case_alloc (self,
                                    n_rows == 0 ? 0
                                                : (gsize) ((n_rows - 1) * row_stride + length) *
                                                      dtype_size (dtype));
  if (n_rows > 0)
    fill_random (dtype, operand.data, (gsize) ((n_rows - 1) * row_stride + length));
  return operand;
}

void
kernel_case_add_input (KernelCase *self, TrafoOperand operand)
{
  self->args.inputs[self->args.n_inputs++] = operand;
}

/* Number @index of those that support the case; NULL behind the last. */
static const TrafoKernel *
find_kernel (KernelCase *self, const TrafoCpuKernels *tier, guint index)
{
  gsize                     n_kernels;
  const TrafoKernel *const *kernels = tier->list_kernels (self->args.op, &n_kernels);
  gpointer                  data[TRAFO_MAX_OP_INPUTS + 1];
  const TrafoKernel        *found = NULL;

  /* supports() and cost() are asked before there is memory */
  data[TRAFO_MAX_OP_INPUTS] = g_steal_pointer (&self->args.output.data);
  for (guint i = 0; i < TRAFO_MAX_OP_INPUTS; i++)
    data[i] = g_steal_pointer (&self->args.inputs[i].data);
  for (gsize i = 0; i < n_kernels && found == NULL; i++)
    if (kernels[i]->supports (&self->args) && index-- == 0)
      found = kernels[i];
  if (found != NULL && found->cost != NULL)
    g_assert_cmpfloat (found->cost (&self->args, 2), >=, 0);
  self->args.output.data = data[TRAFO_MAX_OP_INPUTS];
  for (guint i = 0; i < TRAFO_MAX_OP_INPUTS; i++)
    self->args.inputs[i].data = data[i];
  return found;
}

gboolean
kernel_case_is_supported (KernelCase *self, const TrafoCpuKernels *tier)
{
  return find_kernel (self, tier, 0) != NULL;
}

static void
run_kernel (KernelCase *self, const TrafoKernel *kernel, guint n_threads)
{
  gsize scratch_size = 0;
  guint n_tasks, n_finish_tasks = 0;
  char *scratch;

  self->kernel = kernel;
  g_assert_cmpuint (kernel->op, ==, self->args.op);
  n_tasks = kernel->n_tasks != NULL ? kernel->n_tasks (&self->args, n_threads) : 1;
  g_assert_cmpuint (n_tasks, >=, 1);
  if (kernel->scratch_size != NULL)
    scratch_size = (kernel->scratch_size (&self->args, n_threads) + 63) / 64 * 64;
  scratch = kernel_case_alloc (self, scratch_size);
  if (kernel->finish != NULL)
    n_finish_tasks = kernel->n_finish_tasks (&self->args, n_threads);
  self->args.shared = NULL;
  if (n_finish_tasks > 0)
    self->args.shared =
        kernel_case_alloc (self, (kernel->shared_size (&self->args, n_threads) + 63) / 64 * 64);
  /* later tasks first: none may count on another's having run */
  for (guint task = n_tasks; task-- > 0;)
    {
      memset (scratch, 0x7f, scratch_size);
      kernel->run (&self->args, task, n_tasks, scratch);
    }
  for (guint task = n_finish_tasks; task-- > 0;)
    kernel->finish (&self->args, task, n_finish_tasks);
  g_ptr_array_set_size (self->guards,
                        (gint) self->guards->len - (self->args.shared != NULL ? 2 : 1));
}

void
kernel_case_run (KernelCase *self, const TrafoCpuKernels *tier, guint n_threads)
{
  const TrafoKernel *kernel = find_kernel (self, tier, 0);

  g_assert_nonnull (kernel);
  run_kernel (self, kernel, n_threads);
}

double
kernel_case_get (const TrafoOperand *operand, const gint64 *index)
{
  gint64 offset = 0;

  for (guint i = 0; i < operand->n_dims; i++)
    offset += index[i] * operand->strides[i];
  switch (operand->dtype)
    {
    case TRAFO_DTYPE_FLOAT16:
      return trafo_float16_to_float (((guint16 *) operand->data)[offset]);
    case TRAFO_DTYPE_BFLOAT16:
      return trafo_bfloat16_to_float (((guint16 *) operand->data)[offset]);
    default:
      return ((float *) operand->data)[offset];
    }
}

/* The bytes that @operand spans, from its first element to its last. */
static gsize
span_bytes (const TrafoOperand *operand)
{
  gint64 last = 0;

  for (guint i = 0; i < operand->n_dims; i++)
    {
      if (operand->shape[i] == 0)
        return 0;
      last += (operand->shape[i] - 1) * operand->strides[i];
    }
  return (gsize) (last + 1) * dtype_size (operand->dtype);
}

void
kernel_case_run_all (KernelCase *self, const TrafoCpuKernels *tier)
{
  static const guint  thread_counts[] = { 1, 2, 3, 7, 64 };
  gsize               size = span_bytes (&self->args.output);
  g_autofree gpointer expected = NULL;
  const TrafoKernel  *kernel;

  memset (self->args.output.data, 0x7f, size);
  kernel_case_run (self, tier, 1);
  expected = g_memdup2 (self->args.output.data, size);
  for (guint k = 0; (kernel = find_kernel (self, tier, k)) != NULL; k++)
    for (gsize i = 0; i < G_N_ELEMENTS (thread_counts); i++)
      {
        memset (self->args.output.data, 0x7f, size);
        run_kernel (self, kernel, thread_counts[i]);
        g_assert_cmpmem (self->args.output.data, size, expected, size);
      }
}

void
kernel_case_add_tests (const char *name, GTestDataFunc function)
{
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);

  for (gsize i = 0; i < n_tiers; i++)
    {
      g_autofree char *path = g_strdup_printf ("/cpu/%s/%s", name, tiers[i]->name);

      g_test_add_data_func (path, tiers[i], function);
    }
}
