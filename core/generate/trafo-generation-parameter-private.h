/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The parameters of generation. */
typedef enum
{
  TRAFO_GENERATION_MAX_LENGTH,
  TRAFO_GENERATION_MAX_NEW_TOKENS,
  TRAFO_GENERATION_MIN_LENGTH,
  TRAFO_GENERATION_MIN_NEW_TOKENS,
  TRAFO_GENERATION_EARLY_STOPPING,
  TRAFO_GENERATION_MAX_TIME,
  TRAFO_GENERATION_STOP_STRINGS,
  TRAFO_GENERATION_DO_SAMPLE,
  TRAFO_GENERATION_NUM_BEAMS,
  TRAFO_GENERATION_USE_CACHE,
  TRAFO_GENERATION_PROMPT_LOOKUP_NUM_TOKENS,
  TRAFO_GENERATION_MAX_MATCHING_NGRAM_SIZE,
  TRAFO_GENERATION_SEED,
  TRAFO_GENERATION_TEMPERATURE,
  TRAFO_GENERATION_TOP_K,
  TRAFO_GENERATION_TOP_P,
  TRAFO_GENERATION_MIN_P,
  TRAFO_GENERATION_TOP_H,
  TRAFO_GENERATION_TYPICAL_P,
  TRAFO_GENERATION_EPSILON_CUTOFF,
  TRAFO_GENERATION_ETA_CUTOFF,
  TRAFO_GENERATION_REPETITION_PENALTY,
  TRAFO_GENERATION_ENCODER_REPETITION_PENALTY,
  TRAFO_GENERATION_LENGTH_PENALTY,
  TRAFO_GENERATION_NO_REPEAT_NGRAM_SIZE,
  TRAFO_GENERATION_ENCODER_NO_REPEAT_NGRAM_SIZE,
  TRAFO_GENERATION_BAD_WORDS_IDS,
  TRAFO_GENERATION_SEQUENCE_BIAS,
  TRAFO_GENERATION_RENORMALIZE_LOGITS,
  TRAFO_GENERATION_FORCED_BOS_TOKEN_ID,
  TRAFO_GENERATION_FORCED_EOS_TOKEN_ID,
  TRAFO_GENERATION_REMOVE_INVALID_VALUES,
  TRAFO_GENERATION_EXPONENTIAL_DECAY_LENGTH_PENALTY,
  TRAFO_GENERATION_SUPPRESS_TOKENS,
  TRAFO_GENERATION_BEGIN_SUPPRESS_TOKENS,
  TRAFO_GENERATION_NUM_RETURN_SEQUENCES,
  TRAFO_GENERATION_OUTPUT_SCORES,
  TRAFO_GENERATION_OUTPUT_LOGITS,
  TRAFO_GENERATION_RETURN_DICT_IN_GENERATE,
  TRAFO_GENERATION_PAD_TOKEN_ID,
  TRAFO_GENERATION_BOS_TOKEN_ID,
  TRAFO_GENERATION_EOS_TOKEN_ID,
  TRAFO_GENERATION_N_PARAMETERS,
} TrafoGenerationParameterId;

/* What a value may be, and the type of the GVariant that holds it. */
typedef enum
{
  TRAFO_GENERATION_INTEGER,        /* x */
  TRAFO_GENERATION_NUMBER,         /* d */
  TRAFO_GENERATION_BOOLEAN,        /* b */
  TRAFO_GENERATION_BOOLEAN_NEVER,  /* b, or s: "never" */
  TRAFO_GENERATION_IDS,            /* ax, given as a list or as one number */
  TRAFO_GENERATION_ID_LISTS,       /* aax */
  TRAFO_GENERATION_BIASED_LISTS,   /* a(axd) */
  TRAFO_GENERATION_INTEGER_NUMBER, /* (xd) */
  TRAFO_GENERATION_STRINGS,        /* as, given as a list or as one string */
} TrafoGenerationKind;

typedef struct
{
  const char         *name; /* Hugging Face's */
  TrafoGenerationKind kind;
  double              min;     /* of a number, inclusive */
  double              max;     /* inclusive */
  double              unset;   /* the value where none is given; below @min: there is no effect */
  double              none;    /* the value where none is asked for: null */
  const char         *summary; /* a sentence for the property */
} TrafoGenerationParameter;

const TrafoGenerationParameter *trafo_generation_parameter_get (guint id);

/* The parameter's number; or TRAFO_GENERATION_N_PARAMETERS. */
guint trafo_generation_parameter_find (const char *name);

/* @value in the parameter's type: of what trafo_json_to_variant() makes, or of any type near it. NULL
 * with TRAFO_ERROR_INVALID_ARGUMENT if it is none that the parameter takes. */
GVariant *trafo_generation_parameter_parse (guint id, GVariant *value, GError **error);

/* A parameter of transformers that is not supported: FALSE with the error, unless @value is the one
 * with which it does nothing. */
gboolean
trafo_generation_parameter_check_foreign (const char *name, GVariant *value, GError **error);
/* Whether transformers knows the parameter @name, and it is not supported. */
gboolean trafo_generation_parameter_is_foreign (const char *name);

G_END_DECLS
