/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

/**
 * TrafoError:
 * @TRAFO_ERROR_UNSUPPORTED: the object at hand cannot do what was asked
 * @TRAFO_ERROR_INVALID_ARGUMENT: an argument, option or configuration value is out of its range
 * @TRAFO_ERROR_SHAPE: shapes do not fit together
 * @TRAFO_ERROR_DTYPE: a data type is not the one expected
 * @TRAFO_ERROR_NO_MEMORY: memory ran out
 * @TRAFO_ERROR_NOT_FOUND: a file, tensor, key or feature does not exist
 * @TRAFO_ERROR_INTERNAL: a plugin broke its contract
 *
 * What went wrong in a computation or its preparation.
 */
typedef enum
{
  TRAFO_ERROR_UNSUPPORTED,
  TRAFO_ERROR_INVALID_ARGUMENT,
  TRAFO_ERROR_SHAPE,
  TRAFO_ERROR_DTYPE,
  TRAFO_ERROR_NO_MEMORY,
  TRAFO_ERROR_NOT_FOUND,
  TRAFO_ERROR_INTERNAL,
} TrafoError;

/**
 * TrafoPluginError:
 * @TRAFO_PLUGIN_ERROR_NOT_FOUND: no plugin provides the feature
 * @TRAFO_PLUGIN_ERROR_ABI: the plugin was built for another ABI
 * @TRAFO_PLUGIN_ERROR_DEPENDENCY: the plugin, or a library it needs, cannot be opened
 * @TRAFO_PLUGIN_ERROR_QUARANTINED: the plugin crashed or hung while it was probed
 * @TRAFO_PLUGIN_ERROR_INVALID: the file is not a plugin, or its description is broken
 *
 * Why a plugin cannot be used.
 */
typedef enum
{
  TRAFO_PLUGIN_ERROR_NOT_FOUND,
  TRAFO_PLUGIN_ERROR_ABI,
  TRAFO_PLUGIN_ERROR_DEPENDENCY,
  TRAFO_PLUGIN_ERROR_QUARANTINED,
  TRAFO_PLUGIN_ERROR_INVALID,
} TrafoPluginError;

/**
 * TrafoDeviceError:
 * @TRAFO_DEVICE_ERROR_UNAVAILABLE: there is no such device on this machine
 * @TRAFO_DEVICE_ERROR_LOST: the device stopped answering
 * @TRAFO_DEVICE_ERROR_OUT_OF_MEMORY: the device's memory ran out
 * @TRAFO_DEVICE_ERROR_FAILED: the device or its driver reported another failure
 *
 * What went wrong with a device.
 */
typedef enum
{
  TRAFO_DEVICE_ERROR_UNAVAILABLE,
  TRAFO_DEVICE_ERROR_LOST,
  TRAFO_DEVICE_ERROR_OUT_OF_MEMORY,
  TRAFO_DEVICE_ERROR_FAILED,
} TrafoDeviceError;

/**
 * TrafoFormatError:
 * @TRAFO_FORMAT_ERROR_SYNTAX: the bytes do not follow the format's grammar
 * @TRAFO_FORMAT_ERROR_TRUNCATED: the file ends too early
 * @TRAFO_FORMAT_ERROR_LIMIT: a documented limit of size, depth or count is exceeded
 * @TRAFO_FORMAT_ERROR_VALUE: a value is well-formed but not allowed where it stands
 * @TRAFO_FORMAT_ERROR_UNKNOWN: a type or version this reader does not know
 *
 * What is wrong with a file or a message.
 */
typedef enum
{
  TRAFO_FORMAT_ERROR_SYNTAX,
  TRAFO_FORMAT_ERROR_TRUNCATED,
  TRAFO_FORMAT_ERROR_LIMIT,
  TRAFO_FORMAT_ERROR_VALUE,
  TRAFO_FORMAT_ERROR_UNKNOWN,
} TrafoFormatError;

#define TRAFO_ERROR (trafo_error_quark ())
#define TRAFO_PLUGIN_ERROR (trafo_plugin_error_quark ())
#define TRAFO_DEVICE_ERROR (trafo_device_error_quark ())
#define TRAFO_FORMAT_ERROR (trafo_format_error_quark ())

TRAFO_API GQuark trafo_error_quark (void);
TRAFO_API GQuark trafo_plugin_error_quark (void);
TRAFO_API GQuark trafo_device_error_quark (void);
TRAFO_API GQuark trafo_format_error_quark (void);

TRAFO_API char *trafo_error_excerpt (const char *text);

G_END_DECLS
