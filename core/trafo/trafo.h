/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

/* Everything that a program uses. */
#include <trafo/trafo-backend.h>
#include <trafo/trafo-builder.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-dtype.h>
#include <trafo/trafo-encoding.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>
#include <trafo/trafo-model.h>
#include <trafo/trafo-optimizer.h>
#include <trafo/trafo-pipeline-task.h>
#include <trafo/trafo-plugin-descriptor.h>
#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-version.h>
#include <trafo/trafo-vocabulary.h>

#include "trafo-auto-config.h"
#include "trafo-auto-model-quantized.h"
#include "trafo-auto-model.h"
#include "trafo-auto-tokenizer.h"
#include "trafo-batch-tensors.h"
#include "trafo-checkpoint.h"
#include "trafo-decode-stream.h"
#include "trafo-device-choice.h"
#include "trafo-dlpack.h"
#include "trafo-dtype-choice.h"
#include "trafo-eager.h"
#include "trafo-encode-options.h"
#include "trafo-enum-types.h"
#include "trafo-feature.h"
#include "trafo-generation-config.h"
#include "trafo-generation-result.h"
#include "trafo-generator.h"
#include "trafo-load-options.h"
#include "trafo-model-forward.h"
#include "trafo-model-generate.h"
#include "trafo-model-quantization.h"
#include "trafo-model-runtime.h"
#include "trafo-model-save.h"
#include "trafo-pipeline.h"
#include "trafo-plugin-object.h"
#include "trafo-profile.h"
#include "trafo-prompt-batch.h"
#include "trafo-registry.h"
#include "trafo-sentence-embedder.h"
#include "trafo-tensor-dict-file.h"
#include "trafo-tensor-dict.h"
#include "trafo-tensor.h"
#include "trafo-text-streamer.h"
#include "trafo-text.h"
#include "trafo-threads.h"
#include "trafo-tokenizer-trainer.h"
#include "trafo-value.h"
