/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-command.h"

G_BEGIN_DECLS

/* What every command that runs a model takes. */
typedef struct
{
  char *model;
  char *device;
  char *dtype;
  int   threads;

  gboolean int8_weight_only;
  gboolean int4_weight_only;
  gboolean load_in_8bit;
  char    *llm_int8_threshold;
  gboolean load_in_4bit;
  char    *bnb_4bit_quant_type;
  gboolean bnb_4bit_use_double_quant;
} TrafoModelOptions;

/* Entries for a table of GOptionEntry. */
#define TRAFO_MODEL_OPTIONS_MODEL(options)                                                         \
  {                                                                                                \
    "model", 'm', 0, G_OPTION_ARG_FILENAME, &(options).model, "Folder of the checkpoint", "DIR"    \
  }
#define TRAFO_MODEL_OPTIONS_RUN(options)                                                           \
  { "device", 0, 0, G_OPTION_ARG_STRING, &(options).device, "Where to compute", "DEVICE" },        \
      { "dtype", 0, 0, G_OPTION_ARG_STRING, &(options).dtype, "Type to compute with", "DTYPE" },   \
      { "int8-weight-only",                                                                        \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_NONE,                                                                         \
        &(options).int8_weight_only,                                                               \
        "With --dtype int8 round weights alone",                                                   \
        NULL },                                                                                    \
      { "int4-weight-only",                                                                        \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_NONE,                                                                         \
        &(options).int4_weight_only,                                                               \
        "Keep the weights of linear layers as integers of 4 bits",                                 \
        NULL },                                                                                    \
      { "load-in-8bit",                                                                            \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_NONE,                                                                         \
        &(options).load_in_8bit,                                                                   \
        "Make linear layers LLM.int8()",                                                           \
        NULL },                                                                                    \
      { "llm-int8-threshold",                                                                      \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_STRING,                                                                       \
        &(options).llm_int8_threshold,                                                             \
        "Inputs of this size stay floats then (6)",                                                \
        "X" },                                                                                     \
      { "load-in-4bit",                                                                            \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_NONE,                                                                         \
        &(options).load_in_4bit,                                                                   \
        "Keep the weights of linear layers in 4 bits",                                             \
        NULL },                                                                                    \
      { "bnb-4bit-quant-type",                                                                     \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_STRING,                                                                       \
        &(options).bnb_4bit_quant_type,                                                            \
        "What 4 bits stand for (fp4)",                                                             \
        "fp4|nf4" },                                                                               \
      { "bnb-4bit-use-double-quant",                                                               \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_NONE,                                                                         \
        &(options).bnb_4bit_use_double_quant,                                                      \
        "Round their scales to 8 bits",                                                            \
        NULL },                                                                                    \
  {                                                                                                \
    "threads", 't', 0, G_OPTION_ARG_INT, &(options).threads, "Threads to compute with", "N"        \
  }
#define TRAFO_MODEL_OPTIONS_ENTRIES(options)                                                       \
  TRAFO_MODEL_OPTIONS_MODEL (options), TRAFO_MODEL_OPTIONS_RUN (options)

/* FALSE if --model is missing or empty, which was then said: the command returns TRAFO_EXIT_USAGE. */
gboolean trafo_model_options_check_model (const TrafoCommand *command, const char *model);

/* The one folder that is an argument; NULL if there is none, or more, which was then said. */
const char *trafo_model_options_get_folder (const TrafoCommand *command, char **folders);

void trafo_model_options_clear (TrafoModelOptions *self);

/* Checks them and makes the number of threads known. FALSE if one was wrong, which was then said:
 * the command returns TRAFO_EXIT_USAGE. */
gboolean trafo_model_options_check (TrafoModelOptions *self, const TrafoCommand *command);

/* What they say about loading. */
TrafoLoadOptions *trafo_model_options_get_load_options (const TrafoModelOptions *self);

/* What the checkpoint was saved for: the head that its config.json names, such as BertForMaskedLM. */
const char *trafo_model_options_find_task (const char *folder, GError **error);

/* What config.json says that the weights of linear layers are stored as: "llm-int8", "nf4" or "fp4";
 * NULL for floats. It lives as long as @model. */
const char *trafo_model_options_find_stored_type (TrafoModel *model);

/* Says on stderr, once, which tensors a checkpoint lacks or has too much, that its quantization counts
 * and not the options', and which dtype was chosen if --dtype is auto. */
void trafo_model_options_warn (const TrafoModelOptions *self,
                               const TrafoCommand      *command,
                               TrafoModel              *model);

/* Loads the model, and warns as above. */
TrafoModel *trafo_model_options_load (const TrafoModelOptions *self,
                                      const TrafoCommand      *command,
                                      const char              *task,
                                      GError                 **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoModelOptions, trafo_model_options_clear)

G_END_DECLS
