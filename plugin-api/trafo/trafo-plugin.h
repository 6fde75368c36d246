/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

/* Everything that a plugin is built against. */
#include <trafo/trafo-backend.h>
#include <trafo/trafo-builder.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-dtype.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>
#include <trafo/trafo-kernel.h>
#include <trafo/trafo-macros.h>
#include <trafo/trafo-model.h>
#include <trafo/trafo-ops.h>
#include <trafo/trafo-optimizer.h>
#include <trafo/trafo-pipeline-task.h>
#include <trafo/trafo-plugin-descriptor.h>
#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-version.h>
#include <trafo/trafo-vocabulary.h>
