/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-device.h"

#include "opencl-buffer.h"
#include "opencl-sources.h"
#include "opencl-status.h"
#include "opencl-stream.h"
#include "ops/opencl-ops.h"

#include <trafo/trafo-error.h>

/* What the kernels need: their largest work-group, and the local memory of the GEMM's tiles. */
#define MIN_WORK_GROUP_SIZE 256
#define MIN_LOCAL_MEMORY_BYTES (16 * 1024)

#define BUILD_OPTIONS "-cl-std=CL1.2 -DWIDTH=%u -DWEIGHT=%u"

static const struct
{
  const char *name;
  const char *source;
  guint8      weight; /* TrafoDType of what a program calls WEIGHT */
} programs[OPENCL_N_PROGRAMS] = {
  [OPENCL_PROGRAM_FILL] = { "fill.cl", opencl_source_fill },
  [OPENCL_PROGRAM_COPY] = { "copy.cl", opencl_source_copy },
  [OPENCL_PROGRAM_CAST] = { "cast.cl", opencl_source_cast },
  [OPENCL_PROGRAM_GATHER] = { "gather.cl", opencl_source_gather },
  [OPENCL_PROGRAM_UNARY] = { "unary.cl", opencl_source_unary },
  [OPENCL_PROGRAM_BINARY] = { "binary.cl", opencl_source_binary },
  [OPENCL_PROGRAM_SELECT] = { "select.cl", opencl_source_select },
  [OPENCL_PROGRAM_REDUCE] = { "reduce.cl", opencl_source_reduce },
  [OPENCL_PROGRAM_GEMM] = { "gemm.cl", opencl_source_gemm, TRAFO_DTYPE_FLOAT32 },
  [OPENCL_PROGRAM_GEMM_FLOAT16] = { "gemm.cl", opencl_source_gemm, TRAFO_DTYPE_FLOAT16 },
  [OPENCL_PROGRAM_GEMM_BFLOAT16] = { "gemm.cl", opencl_source_gemm, TRAFO_DTYPE_BFLOAT16 },
  [OPENCL_PROGRAM_LAYER_NORM] = { "layer-norm.cl", opencl_source_layer_norm },
  [OPENCL_PROGRAM_SOFTMAX] = { "softmax.cl", opencl_source_softmax },
  [OPENCL_PROGRAM_ATTENTION] = { "attention.cl", opencl_source_attention },
  [OPENCL_PROGRAM_CACHED_ATTENTION] = { "cached-attention.cl", opencl_source_cached_attention },
};

static char *
get_platform_name (OpenclLibrary *library, cl_platform_id platform)
{
  char name[256] = "unnamed platform";

  library->clGetPlatformInfo (platform, CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
  return g_strstrip (g_strdup (name));
}

static char *
get_device_name (OpenclLibrary *library, cl_device_id id)
{
  char name[256] = "unnamed device";

  library->clGetDeviceInfo (id, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  return g_strstrip (g_strdup (name));
}

/* Whether the device can run every kernel of this backend; else @error says what it lacks. */
static gboolean
check_abilities (const OpenclDevice *self, GError **error)
{
  const OpenclLibrary *library = self->library;
  cl_bool          is_available = CL_FALSE, has_compiler = CL_FALSE, is_little_endian = CL_FALSE;
  size_t           work_group_size = 0;
  cl_ulong         local_bytes = 0;
  g_autofree char *reason = NULL;

  library->clGetDeviceInfo (self->id,
                            CL_DEVICE_AVAILABLE,
                            sizeof is_available,
                            &is_available,
                            NULL);
  library->clGetDeviceInfo (self->id,
                            CL_DEVICE_COMPILER_AVAILABLE,
                            sizeof has_compiler,
                            &has_compiler,
                            NULL);
  library->clGetDeviceInfo (self->id,
                            CL_DEVICE_ENDIAN_LITTLE,
                            sizeof is_little_endian,
                            &is_little_endian,
                            NULL);
  library->clGetDeviceInfo (self->id,
                            CL_DEVICE_MAX_WORK_GROUP_SIZE,
                            sizeof work_group_size,
                            &work_group_size,
                            NULL);
  library->clGetDeviceInfo (self->id,
                            CL_DEVICE_LOCAL_MEM_SIZE,
                            sizeof local_bytes,
                            &local_bytes,
                            NULL);

  if (!is_available)
    reason = g_strdup ("the driver says it is not available");
  else if (!has_compiler)
    reason = g_strdup ("its driver has no compiler");
  else if (!is_little_endian)
    reason = g_strdup ("it is big-endian, expected little-endian");
  else if (work_group_size < MIN_WORK_GROUP_SIZE)
    reason = g_strdup_printf ("its work-groups hold %" G_GSIZE_FORMAT " work-items, expected %d",
                              (gsize) work_group_size,
                              MIN_WORK_GROUP_SIZE);
  else if (local_bytes < MIN_LOCAL_MEMORY_BYTES)
    reason = g_strdup_printf ("its local memory has %" G_GUINT64_FORMAT " bytes, expected %d",
                              (guint64) local_bytes,
                              MIN_LOCAL_MEMORY_BYTES);
  if (reason == NULL)
    return TRUE;
  g_set_error (error,
               TRAFO_DEVICE_ERROR,
               TRAFO_DEVICE_ERROR_UNAVAILABLE,
               "%s: %s",
               self->description,
               reason);
  return FALSE;
}

static TrafoDeviceKind
get_kind (OpenclLibrary *library, cl_device_id id)
{
  cl_device_type type = 0;
  cl_bool        is_unified = CL_FALSE;

  library->clGetDeviceInfo (id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
  library->clGetDeviceInfo (id,
                            CL_DEVICE_HOST_UNIFIED_MEMORY,
                            sizeof is_unified,
                            &is_unified,
                            NULL);
  if (type & CL_DEVICE_TYPE_GPU)
    return is_unified ? TRAFO_DEVICE_KIND_INTEGRATED_GPU : TRAFO_DEVICE_KIND_GPU;
  if (type & CL_DEVICE_TYPE_CPU)
    return TRAFO_DEVICE_KIND_CPU;
  return TRAFO_DEVICE_KIND_ACCELERATOR;
}

/* 16 where a processor has such registers, else 8, which drivers split; 0 if it is none. */
static guint
get_vector_width (OpenclLibrary *library, cl_device_id id, TrafoDeviceKind kind)
{
  cl_uint width = 0;

  if (kind != TRAFO_DEVICE_KIND_CPU)
    return 0;
  library->clGetDeviceInfo (id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL);
  return width >= 16 ? 16 : 8;
}

/*
 * opencl_device_new:
 * @library: the loader
 * @platform: the driver
 * @id: the device
 * @error: return location for an error
 *
 * Reads what a device is, without a context: the driver's compiler and queues stay asleep.
 *
 * Returns: (transfer full) (nullable): the device, not yet named; %NULL with
 *   %TRAFO_DEVICE_ERROR_UNAVAILABLE if the kernels cannot run there
 */
OpenclDevice *
opencl_device_new (OpenclLibrary *library, cl_platform_id platform, cl_device_id id, GError **error)
{
  g_autoptr (OpenclDevice) self = g_new0 (OpenclDevice, 1);
  g_autofree char *platform_name = get_platform_name (library, platform);
  g_autofree char *device_name = get_device_name (library, id);
  cl_ulong         memory_bytes = 0;

  g_mutex_init (&self->lock);
  self->library = opencl_library_ref (library);
  self->platform = platform;
  self->id = id;
  self->description = g_strdup_printf ("%s, %s", platform_name, device_name);
  self->kind = get_kind (library, id);
  self->vector_width = get_vector_width (library, id, self->kind);
  library->clGetDeviceInfo (id,
                            CL_DEVICE_GLOBAL_MEM_SIZE,
                            sizeof memory_bytes,
                            &memory_bytes,
                            NULL);
  self->total_memory_bytes = memory_bytes;
  return check_abilities (self, error) ? g_steal_pointer (&self) : NULL;
}

void
opencl_device_free (OpenclDevice *self)
{
  for (guint i = 0; i < OPENCL_N_PROGRAMS; i++)
    if (self->programs[i].program != NULL)
      self->library->clReleaseProgram (self->programs[i].program);
  if (self->queue != NULL)
    self->library->clReleaseCommandQueue (self->queue);
  if (self->context != NULL)
    self->library->clReleaseContext (self->context);
  g_mutex_clear (&self->lock);
  opencl_library_unref (self->library);
  g_free (self->name);
  g_free (self->description);
  g_free (self);
}

/* The lock is held. */
static TrafoStatus
make_context (OpenclDevice *self, TrafoMessage *message)
{
  const cl_context_properties properties[] = { CL_CONTEXT_PLATFORM,
                                               (cl_context_properties) self->platform,
                                               0 };
  cl_int                      code = CL_SUCCESS;

  if (self->context == NULL)
    {
      cl_context context =
          self->library->clCreateContext (properties, 1, &self->id, NULL, NULL, &code);

      if (code != CL_SUCCESS)
        return opencl_status_fail (message, code, "%s: clCreateContext", self->name);
      self->context = context;
    }
  if (self->queue == NULL)
    {
      cl_command_queue queue =
          self->library->clCreateCommandQueue (self->context, self->id, 0, &code);

      if (code != CL_SUCCESS)
        return opencl_status_fail (message, code, "%s: clCreateCommandQueue", self->name);
      self->queue = queue;
    }
  return TRAFO_STATUS_OK;
}

/*
 * opencl_device_open:
 * @self: a device
 * @message: (nullable): room for an explanation
 *
 * Makes the context at the first call. May be called from any thread.
 *
 * Returns: a status
 */
TrafoStatus
opencl_device_open (OpenclDevice *self, TrafoMessage *message)
{
  TrafoStatus status;

  g_mutex_lock (&self->lock);
  status = make_context (self, message);
  g_mutex_unlock (&self->lock);
  return status;
}

static TrafoStatus
explain_build_failure (OpenclDevice *self,
                       const char   *name,
                       cl_program    program,
                       cl_int        code,
                       TrafoMessage *message)
{
  gsize            size = 0;
  g_autofree char *log = NULL;

  self->library->clGetProgramBuildInfo (program, self->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
  log = g_try_malloc0 (size + 1);
  if (log != NULL && size > 0)
    self->library->clGetProgramBuildInfo (program, self->id, CL_PROGRAM_BUILD_LOG, size, log, NULL);
  g_debug ("%s: building %s failed:\n%s", self->name, name, log != NULL ? log : "");
  return opencl_status_set (message,
                            opencl_status_from_code (code),
                            "%s: clBuildProgram of %s: %s: %s",
                            self->name,
                            name,
                            opencl_status_get_name (code),
                            log != NULL ? g_strstrip (log) : "no build log");
}

/* The lock is held. */
static TrafoStatus
build_program (OpenclDevice   *self,
               OpenclProgramId id,
               cl_program     *ret_program,
               TrafoMessage   *message)
{
  const char *sources[] = { opencl_source_prelude, programs[id].source };
  cl_int      code = CL_SUCCESS;
  cl_program  program;
  TrafoStatus status;
  gint64      start = g_get_monotonic_time ();
  char        options[64];

  g_snprintf (options, sizeof options, BUILD_OPTIONS, self->vector_width, programs[id].weight);
  program = self->library->clCreateProgramWithSource (self->context,
                                                      G_N_ELEMENTS (sources),
                                                      sources,
                                                      NULL,
                                                      &code);
  if (code != CL_SUCCESS)
    return opencl_status_fail (message,
                               code,
                               "%s: clCreateProgramWithSource of %s",
                               self->name,
                               programs[id].name);
  code = self->library->clBuildProgram (program, 1, &self->id, options, NULL, NULL);
  if (code != CL_SUCCESS)
    {
      status = explain_build_failure (self, programs[id].name, program, code, message);
      self->library->clReleaseProgram (program);
      return status;
    }
  g_debug ("%s: built %s in %.1f ms",
           self->name,
           programs[id].name,
           (double) (g_get_monotonic_time () - start) / 1000.0);
  *ret_program = program;
  return TRAFO_STATUS_OK;
}

/*
 * opencl_device_get_program:
 * @self: a device
 * @id: which program
 * @ret_program: (out) (transfer none): the program
 * @message: (nullable): room for an explanation
 *
 * Builds a program at the first call and remembers the outcome, good or bad. May be called from
 * any thread.
 *
 * Returns: a status
 */
TrafoStatus
opencl_device_get_program (OpenclDevice   *self,
                           OpenclProgramId id,
                           cl_program     *ret_program,
                           TrafoMessage   *message)
{
  OpenclProgram *program = &self->programs[id];
  TrafoStatus    status;

  g_mutex_lock (&self->lock);
  status = make_context (self, message);
  if (status == TRAFO_STATUS_OK)
    {
      if (!program->was_built)
        program->status = build_program (self, id, &program->program, &program->message);
      program->was_built = TRUE;
      status = program->status;
      if (status == TRAFO_STATUS_OK)
        *ret_program = program->program;
      else if (message != NULL)
        *message = program->message;
    }
  g_mutex_unlock (&self->lock);
  return status;
}

const TrafoDeviceOps opencl_device_ops = {
  .struct_size = sizeof (TrafoDeviceOps),
  .flags = 0,
  .list_kernels = opencl_ops_list_kernels,
  .packed_size = opencl_ops_packed_size,
  .pack_n_tasks = opencl_ops_pack_n_tasks,
  .pack = opencl_ops_pack,
  .buffer_alloc = opencl_buffer_alloc,
  .buffer_free = opencl_buffer_free,
  .buffer_write = opencl_buffer_write,
  .buffer_copy = opencl_buffer_copy,
  .buffer_read = opencl_buffer_read,
  .stream_new = opencl_stream_new,
  .stream_free = opencl_stream_free,
  .stream_sync = opencl_stream_sync,
};
