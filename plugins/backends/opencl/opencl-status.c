/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-status.h"

/* What NVIDIA's driver returns after a kernel touched memory that is not its own. */
#define ILLEGAL_ACCESS_NV (-9999)
/* cl_khr_icd: the loader found no driver. */
#define PLATFORM_NOT_FOUND_KHR (-1001)

/*
 * opencl_status_get_name:
 * @code: what an OpenCL function returned
 *
 * Returns: (transfer none): the constant's name
 */
const char *
opencl_status_get_name (cl_int code)
{
#define NAME(constant)                                                                             \
  case constant:                                                                                   \
    return #constant
  switch (code)
    {
      NAME (CL_SUCCESS);
      NAME (CL_DEVICE_NOT_FOUND);
      NAME (CL_DEVICE_NOT_AVAILABLE);
      NAME (CL_COMPILER_NOT_AVAILABLE);
      NAME (CL_MEM_OBJECT_ALLOCATION_FAILURE);
      NAME (CL_OUT_OF_RESOURCES);
      NAME (CL_OUT_OF_HOST_MEMORY);
      NAME (CL_MEM_COPY_OVERLAP);
      NAME (CL_BUILD_PROGRAM_FAILURE);
      NAME (CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
      NAME (CL_INVALID_VALUE);
      NAME (CL_INVALID_DEVICE);
      NAME (CL_INVALID_CONTEXT);
      NAME (CL_INVALID_COMMAND_QUEUE);
      NAME (CL_INVALID_MEM_OBJECT);
      NAME (CL_INVALID_BUILD_OPTIONS);
      NAME (CL_INVALID_PROGRAM);
      NAME (CL_INVALID_PROGRAM_EXECUTABLE);
      NAME (CL_INVALID_KERNEL_NAME);
      NAME (CL_INVALID_KERNEL_DEFINITION);
      NAME (CL_INVALID_KERNEL);
      NAME (CL_INVALID_ARG_INDEX);
      NAME (CL_INVALID_ARG_VALUE);
      NAME (CL_INVALID_ARG_SIZE);
      NAME (CL_INVALID_KERNEL_ARGS);
      NAME (CL_INVALID_WORK_DIMENSION);
      NAME (CL_INVALID_WORK_GROUP_SIZE);
      NAME (CL_INVALID_WORK_ITEM_SIZE);
      NAME (CL_INVALID_GLOBAL_OFFSET);
      NAME (CL_INVALID_OPERATION);
      NAME (CL_INVALID_BUFFER_SIZE);
      NAME (CL_INVALID_GLOBAL_WORK_SIZE);
      NAME (PLATFORM_NOT_FOUND_KHR);
      NAME (ILLEGAL_ACCESS_NV);
    default:
      return "an unknown error";
    }
#undef NAME
}

/*
 * opencl_status_from_code:
 * @code: what an OpenCL function returned
 *
 * Returns: the status that says the same to core
 */
TrafoStatus
opencl_status_from_code (cl_int code)
{
  switch (code)
    {
    case CL_SUCCESS:
      return TRAFO_STATUS_OK;
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_RESOURCES:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_INVALID_BUFFER_SIZE:
      return TRAFO_STATUS_NO_MEMORY;
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_INVALID_COMMAND_QUEUE:
    case ILLEGAL_ACCESS_NV:
      return TRAFO_STATUS_DEVICE_LOST;
    default:
      return TRAFO_STATUS_FAILED;
    }
}

static void
write_message (TrafoMessage *message, const char *suffix, const char *format, va_list arguments)
{
  gsize used;

  if (message == NULL)
    return;
  g_vsnprintf (message->text, sizeof message->text, format, arguments);
  used = strlen (message->text);
  g_snprintf (message->text + used, sizeof message->text - used, "%s", suffix);
}

/*
 * opencl_status_fail:
 * @message: (nullable): where the explanation goes
 * @code: what the function returned
 * @format: what was attempted
 *
 * Explains a failed call of OpenCL.
 *
 * Returns: the status of @code
 */
TrafoStatus
opencl_status_fail (TrafoMessage *message, cl_int code, const char *format, ...)
{
  g_autofree char *suffix =
      g_strdup_printf (": %s (%d)", opencl_status_get_name (code), (int) code);
  va_list arguments;

  va_start (arguments, format);
  write_message (message, suffix, format, arguments);
  va_end (arguments);
  return opencl_status_from_code (code);
}

/*
 * opencl_status_set:
 * @message: (nullable): where the explanation goes
 * @status: the status to return
 * @format: what was found and expected
 *
 * Explains a failure of this backend's own.
 *
 * Returns: @status
 */
TrafoStatus
opencl_status_set (TrafoMessage *message, TrafoStatus status, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  write_message (message, "", format, arguments);
  va_end (arguments);
  return status;
}
