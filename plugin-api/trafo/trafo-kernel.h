/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>
#include <trafo/trafo-ops.h>

G_BEGIN_DECLS

/* The data plane of a backend: plain C, no GObject, no locks per op. */

/* 0 is success. A function that can fail also gets room for one line of explanation. */
typedef enum
{
  TRAFO_STATUS_OK = 0,
  TRAFO_STATUS_UNSUPPORTED = 1,
  TRAFO_STATUS_NO_MEMORY = 2,
  TRAFO_STATUS_DEVICE_LOST = 3,
  TRAFO_STATUS_FAILED = 4,
} TrafoStatus;

typedef struct
{
  char text[256];
} TrafoMessage;

/* How the bytes of an operand are laid out. */
enum
{
  TRAFO_LAYOUT_STRIDED = 0, /* as shape and strides say */
  TRAFO_LAYOUT_PACKED = 1   /* a weight, or GATHER's table, as the device packed it */
};

/* One tensor as a kernel sees it: all dimensions known. */
typedef struct
{
  gpointer data; /* host memory: the address of element [0, ...]; else the buffer's handle */
  gsize    offset_bytes; /* from the handle's start; 0 in host memory */
  guint8   dtype;        /* TrafoDType */
  guint8   n_dims;
  guint8   layout; /* TRAFO_LAYOUT_* */
  guint8   reserved[5];
  gint64   shape[TRAFO_MAX_DIMS];
  gint64   strides[TRAFO_MAX_DIMS]; /* in elements; 0 where broadcast */
} TrafoOperand;

typedef struct
{
  guint32      struct_size;
  guint16      op; /* TrafoOpId */
  guint16      n_inputs;
  const void  *attrs;  /* the op's attribute struct, NULL if it has none */
  gpointer     device; /* the handle given to trafo_device_new() */
  TrafoOperand output;
  TrafoOperand inputs[TRAFO_MAX_OP_INPUTS];
  gpointer     shared; /* in host memory: what shared_size() asked for, NULL if nothing */
} TrafoKernelArgs;

/* One kernel of one op. A kernel keeps no state, allocates nothing and starts no thread.
 *
 * In host memory core runs it: n_tasks() says into how many independent pieces the work splits for
 * @n_threads threads, run() does one of them; scratch is 64-byte aligned and as large as
 * scratch_size() asked for, one per thread. On a device with a queue enqueue() is called instead
 * and core waits once at the end. The output never overlaps an input. */
typedef struct
{
  guint32     struct_size;
  guint16     op; /* TrafoOpId */
  guint16     reserved;
  const char *name; /* such as "linear-float32-avx512", for profiles */

  /* Dtypes, dimensions, strides and layouts are known; data pointers may be NULL. */
  gboolean (*supports) (const TrafoKernelArgs *args);
  gsize (*scratch_size) (const TrafoKernelArgs *args, guint n_threads); /* NULL: none */
  guint (*n_tasks) (const TrafoKernelArgs *args, guint n_threads);      /* NULL: one */
  void (*run) (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch);
  TrafoStatus (*enqueue) (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message);

  /* A second stage in host memory, for pieces that are to be put together: all tasks of run() are
   * done before one of finish() begins, and args->shared is 64-byte aligned memory that all of both
   * see. n_finish_tasks() of 0: run() does everything, and there is no shared memory; of 1: whoever does the
   * last task of run() goes on with it, and nobody waits, which pays where it takes some microseconds; more
   * than n_tasks() are as many as those. */
  gsize (*shared_size) (const TrafoKernelArgs *args, guint n_threads);
  guint (*n_finish_tasks) (const TrafoKernelArgs *args, guint n_threads);
  void (*finish) (const TrafoKernelArgs *args, guint task, guint n_tasks);

  /* About how many nanoseconds all tasks take on @n_threads threads. Of the kernels that take the
   * operands and have a cost core chooses the cheapest, or the one that it finds to be the fastest, so
   * they must give the same bits. NULL: the kernel's place in the list says when it is taken. Operands
   * are as in supports(). */
  double (*cost) (const TrafoKernelArgs *args, guint n_threads);

  /* In host memory, of a kernel without a second stage: the rows of the output, all dimensions but the last
   * being rows, that @task of run() writes, or columns of them: from what is returned to before *ret_end,
   * not empty. Two tasks return the same rows or none in common, and together all. A row is complete when
   * the last of its tasks has returned. Asked for when a run is planned, with @n_tasks of n_tasks(); data
   * pointers may not be read. NULL: tasks are not such. */
  gsize (*task_rows) (const TrafoKernelArgs *args, guint task, guint n_tasks, gsize *ret_end);

  /* In host memory, of a kernel without a second stage: run() for rows [begin, end) of the output alone, which
   * of the first input, as long and row-major, reads the same rows alone, and other inputs as it likes.
   * Called by several threads for other rows at once, and while others of the first input are still being
   * written; without scratch. Core lets the tasks that write the first input, in the step before, go on
   * with the rows that they complete, which are in a cache: so far of TRAFO_OP_LAYER_NORM. The same
   * bits as run(). NULL: nothing like it. */
  void (*run_rows) (const TrafoKernelArgs *args, gsize begin, gsize end);
} TrafoKernel;

/* A weight of TRAFO_OP_LINEAR that is about to be packed: the rows of its parts below one another
 * ([N, K] parts are concatenated along N; so are [K, N] parts along their last axis). */
typedef struct
{
  guint32 struct_size;
  guint32 n_parts;
  /* in host memory, any float dtype or as encoding says, rows contiguous; the shape of codes of 4 bits,
   * which are UINT8, counts codes, though a byte holds two */
  const TrafoOperand *parts;
  guint8              is_in_out;
  guint8              dtype;    /* what the kernels will compute with */
  guint8              encoding; /* TrafoWeightEncoding of all parts */
  guint8              reserved;
  guint32 block_size; /* of 4-bit encodings: elements that share a scale, from 32 to 4096, 2^n */
  gint64  n_out;      /* N over all parts */
  gint64  n_in;       /* K */
  const TrafoOperand *scales; /* of each part: rows, or blocks; NULL without an encoding */
} TrafoWeight;

/* What the 16 codes of an encoding of 4 bits stand for, of a scale of 1; NULL of any other. */
TRAFO_API const float *trafo_4bit_get_values (guint encoding);

typedef enum
{
  TRAFO_BUFFER_WEIGHT,
  TRAFO_BUFFER_ARENA,
  TRAFO_BUFFER_STATE,
} TrafoBufferUsage;

enum
{
  TRAFO_DEVICE_HOST_MEMORY = 1 << 0 /* operands are addresses; core's thread pool runs kernels */
};

/* What a device can do. Fields are only ever appended; core reads one through TRAFO_HAS. All but
 * list_kernels may be NULL in a device with TRAFO_DEVICE_HOST_MEMORY. */
typedef struct
{
  guint32 struct_size;
  guint32 flags;

  /* The kernels of one op, most special first; core takes the first whose supports() says yes, or one
   * of those behind it that is cheaper, where both have a cost(); else the reference kernel on the host.
   * An op that has no kernel here is decomposed first on a device with memory of its own, if it can
   * be. */
  const TrafoKernel *const *(*list_kernels) (gpointer device, guint16 op, gsize *ret_n_kernels);

  /* The size in bytes of a packed weight, 0 to keep it as it is. Packing is split in tasks for
   * core's pool; @destination is host memory, 64-byte aligned, written into a buffer afterwards
   * where the device has memory of its own. */
  gsize (*packed_size) (gpointer device, const TrafoWeight *weight);
  guint (*pack_n_tasks) (gpointer device, const TrafoWeight *weight);
  void (*pack) (gpointer device, const TrafoWeight *weight, gpointer destination, guint task);

  TrafoStatus (*buffer_alloc) (gpointer         device,
                               gsize            size_bytes,
                               TrafoBufferUsage usage,
                               gpointer        *ret_buffer,
                               TrafoMessage    *message);
  void (*buffer_free) (gpointer device, gpointer buffer);
  TrafoStatus (*buffer_write) (gpointer      device,
                               gpointer      stream,
                               gpointer      buffer,
                               gsize         offset_bytes,
                               gconstpointer source,
                               gsize         size_bytes,
                               TrafoMessage *message);
  TrafoStatus (*buffer_read) (gpointer      device,
                              gpointer      stream,
                              gpointer      buffer,
                              gsize         offset_bytes,
                              gpointer      destination,
                              gsize         size_bytes,
                              TrafoMessage *message);

  /* A queue of kernels that run in order. buffer_write and buffer_read return when done. */
  TrafoStatus (*stream_new) (gpointer device, gpointer *ret_stream, TrafoMessage *message);
  void (*stream_free) (gpointer device, gpointer stream);
  TrafoStatus (*stream_sync) (gpointer device, gpointer stream, TrafoMessage *message);

  /* Queued like a kernel; the ranges do not overlap. */
  TrafoStatus (*buffer_copy) (gpointer      device,
                              gpointer      stream,
                              gpointer      destination,
                              gsize         destination_offset_bytes,
                              gpointer      source,
                              gsize         source_offset_bytes,
                              gsize         size_bytes,
                              TrafoMessage *message);

  /* Only in host memory: some microseconds of the densest multiplications and additions that kernels
   * of @dtype use, in registers alone; returns how many there were, an addition counting as much as a
   * multiplication, and 0 for a dtype of no such kernels. Called by all threads at once, it shows
   * what no kernel can surpass. */
  guint64 (*saturate) (gpointer device, guint16 dtype);

  /* What pack() makes, in one word that differs wherever the same weight would become other bytes,
   * such as an instruction set's name. Core then may keep packed weights on disk, for processes
   * that load the same build of the plugin. NULL, or no function: it does not. */
  const char *(*packed_layout) (gpointer device);

  /* Whether kernels take packed weights of @dtype, float16 or bfloat16, where inputs are float32, at the
   * cost of float32 or less, and give the bits that they give for float32 weights of the same values. A
   * model of float32 then keeps such weights as its checkpoint has them. NULL: none. */
  gboolean (*keeps_dtype) (gpointer device, guint16 dtype);

  /* The output features of @weight, over all parts, that @task of pack() reads: from what is returned to before
   * *ret_end, of later tasks later ones. Core then makes those alone of a weight that it encodes, a piece at
   * a time. NULL: any task may read all. */
  gint64 (*pack_rows) (gpointer device, const TrafoWeight *weight, guint task, gint64 *ret_end);
} TrafoDeviceOps;

G_END_DECLS
