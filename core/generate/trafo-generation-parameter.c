/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-parameter-private.h"

#include <math.h>
#include <trafo/trafo-error.h>

#include "trafo-json-write-private.h"

#define INTEGER TRAFO_GENERATION_INTEGER
#define NUMBER TRAFO_GENERATION_NUMBER
#define BOOLEAN TRAFO_GENERATION_BOOLEAN
#define MAX_COUNT G_MAXINT32
#define MAX_SEED 9007199254740991.0 /* what a double holds exactly */

/* Names, meaning and defaults: generation/configuration_utils.py of transformers; "seed" is ours. */
static const TrafoGenerationParameter parameters[TRAFO_GENERATION_N_PARAMETERS] = {
  /* clang-format off */
  [TRAFO_GENERATION_MAX_LENGTH] =
  { "max_length", INTEGER, 1, MAX_COUNT, 20, 20,
    "Most tokens of a sequence, prompt and padding included" },
  [TRAFO_GENERATION_MAX_NEW_TOKENS] =
  { "max_new_tokens", INTEGER, 1, MAX_COUNT, -1, -1,
    "Most tokens to generate; wins over max-length" },
  [TRAFO_GENERATION_MIN_LENGTH] =
  { "min_length", INTEGER, 0, MAX_COUNT, 0, 0,
    "Fewest tokens of a sequence, prompt and padding included" },
  [TRAFO_GENERATION_MIN_NEW_TOKENS] =
  { "min_new_tokens", INTEGER, 0, MAX_COUNT, -1, -1,
    "Fewest tokens to generate" },
  [TRAFO_GENERATION_EARLY_STOPPING] =
  { "early_stopping", TRAFO_GENERATION_BOOLEAN_NEVER, 0, 2, 0, 0,
    "When a beam search ends" },
  [TRAFO_GENERATION_MAX_TIME] =
  { "max_time", NUMBER, 0, G_MAXDOUBLE, -1, -1,
    "Seconds after which no further token is begun" },
  [TRAFO_GENERATION_STOP_STRINGS] =
  { "stop_strings", TRAFO_GENERATION_STRINGS, 0, 0, 0, 0,
    "Texts that end a sequence" },
  [TRAFO_GENERATION_DO_SAMPLE] =
  { "do_sample", BOOLEAN, 0, 1, FALSE, FALSE,
    "Whether tokens are drawn, not the most likely ones taken" },
  [TRAFO_GENERATION_NUM_BEAMS] =
  { "num_beams", INTEGER, 1, 4096, 1, 1,
    "Sequences that a beam search follows; 1 for none" },
  [TRAFO_GENERATION_USE_CACHE] =
  { "use_cache", BOOLEAN, 0, 1, TRUE, TRUE,
    "Whether what was computed for earlier tokens is kept, not computed anew for each" },
  [TRAFO_GENERATION_PROMPT_LOOKUP_NUM_TOKENS] =
  { "prompt_lookup_num_tokens", INTEGER, 1, MAX_COUNT, -1, -1,
    "Tokens that are guessed at once, where the text repeats itself" },
  [TRAFO_GENERATION_MAX_MATCHING_NGRAM_SIZE] =
  { "max_matching_ngram_size", INTEGER, 0, MAX_COUNT, 2, 2,
    "Most tokens by which a repetition is found, for prompt-lookup-num-tokens" },
  [TRAFO_GENERATION_SEED] =
  { "seed", INTEGER, 0, MAX_SEED, -1, -1,
    "What draws depend on; without it each run draws otherwise" },
  [TRAFO_GENERATION_TEMPERATURE] =
  { "temperature", NUMBER, 0, G_MAXDOUBLE, 1, 1,
    "What scores are divided by before drawing" },
  [TRAFO_GENERATION_TOP_K] =
  { "top_k", INTEGER, 0, MAX_COUNT, 50, 0,
    "How many of the most likely tokens are drawn from; 0 for all" },
  [TRAFO_GENERATION_TOP_P] =
  { "top_p", NUMBER, 0, 1, 1, 1,
    "Mass of the most likely tokens that are drawn from" },
  [TRAFO_GENERATION_MIN_P] =
  { "min_p", NUMBER, 0, 1, -1, -1,
    "Least probability of tokens that are drawn, relative to the largest" },
  [TRAFO_GENERATION_TOP_H] =
  { "top_h", NUMBER, 0, 1, -1, -1,
    "Part of the entropy that the most likely tokens, which are drawn from, keep" },
  [TRAFO_GENERATION_TYPICAL_P] =
  { "typical_p", NUMBER, 0, 1, 1, 1,
    "Mass of the tokens, those of the most expected surprise, that are drawn from" },
  [TRAFO_GENERATION_EPSILON_CUTOFF] =
  { "epsilon_cutoff", NUMBER, 0, 1, 0, 0,
    "Least probability of tokens that are drawn" },
  [TRAFO_GENERATION_ETA_CUTOFF] =
  { "eta_cutoff", NUMBER, 0, 1, 0, 0,
    "Least probability of tokens that are drawn, less where the entropy is high" },
  [TRAFO_GENERATION_REPETITION_PENALTY] =
  { "repetition_penalty", NUMBER, 0, G_MAXDOUBLE, 1, 1,
    "Makes tokens that the sequence has less likely, above 1" },
  [TRAFO_GENERATION_ENCODER_REPETITION_PENALTY] =
  { "encoder_repetition_penalty", NUMBER, 0, G_MAXDOUBLE, 1, 1,
    "Makes tokens of the prompt more likely, above 1" },
  [TRAFO_GENERATION_LENGTH_PENALTY] =
  { "length_penalty", NUMBER, -G_MAXDOUBLE, G_MAXDOUBLE, 1, 1,
    "Exponent of the length by which a beam search divides scores; above 0 favours long ones" },
  [TRAFO_GENERATION_NO_REPEAT_NGRAM_SIZE] =
  { "no_repeat_ngram_size", INTEGER, 0, MAX_COUNT, 0, 0,
    "Sequences of so many tokens come once at most; 0 for no limit" },
  [TRAFO_GENERATION_ENCODER_NO_REPEAT_NGRAM_SIZE] =
  { "encoder_no_repeat_ngram_size", INTEGER, 0, MAX_COUNT, 0, 0,
    "Sequences of so many tokens of the prompt do not come again; 0 for no limit" },
  [TRAFO_GENERATION_BAD_WORDS_IDS] =
  { "bad_words_ids", TRAFO_GENERATION_ID_LISTS, 0, 0, 0, 0,
    "Sequences of tokens that do not come: aax" },
  [TRAFO_GENERATION_SEQUENCE_BIAS] =
  { "sequence_bias", TRAFO_GENERATION_BIASED_LISTS, 0, 0, 0, 0,
    "Sequences of tokens and what their last one's score gains: a(axd)" },
  [TRAFO_GENERATION_RENORMALIZE_LOGITS] =
  { "renormalize_logits", BOOLEAN, 0, 1, FALSE, FALSE,
    "Whether scores are log-probabilities again after all that was done to them" },
  [TRAFO_GENERATION_FORCED_BOS_TOKEN_ID] =
  { "forced_bos_token_id", INTEGER, 0, MAX_COUNT, -1, -1,
    "The token that follows a prompt of one token" },
  [TRAFO_GENERATION_FORCED_EOS_TOKEN_ID] =
  { "forced_eos_token_id", TRAFO_GENERATION_IDS, 0, 0, 0, 0,
    "The tokens, one of which is last where the largest length is reached: ax" },
  [TRAFO_GENERATION_REMOVE_INVALID_VALUES] =
  { "remove_invalid_values", BOOLEAN, 0, 1, FALSE, FALSE,
    "Whether NaN and infinities among a model's scores are replaced" },
  [TRAFO_GENERATION_EXPONENTIAL_DECAY_LENGTH_PENALTY] =
  { "exponential_decay_length_penalty", TRAFO_GENERATION_INTEGER_NUMBER, 0, 0, 0, 0,
    "After how many new tokens, and by what factor each, the end becomes more likely: (xd)" },
  [TRAFO_GENERATION_SUPPRESS_TOKENS] =
  { "suppress_tokens", TRAFO_GENERATION_IDS, 0, 0, 0, 0,
    "Tokens that do not come: ax" },
  [TRAFO_GENERATION_BEGIN_SUPPRESS_TOKENS] =
  { "begin_suppress_tokens", TRAFO_GENERATION_IDS, 0, 0, 0, 0,
    "Tokens that do not come first: ax" },
  [TRAFO_GENERATION_NUM_RETURN_SEQUENCES] =
  { "num_return_sequences", INTEGER, 1, 4096, 1, 1,
    "Sequences for each prompt" },
  [TRAFO_GENERATION_OUTPUT_SCORES] =
  { "output_scores", BOOLEAN, 0, 1, FALSE, FALSE,
    "Whether the result has the scores that tokens were chosen by" },
  [TRAFO_GENERATION_OUTPUT_LOGITS] =
  { "output_logits", BOOLEAN, 0, 1, FALSE, FALSE,
    "Whether the result has the scores as the model gave them" },
  [TRAFO_GENERATION_RETURN_DICT_IN_GENERATE] =
  { "return_dict_in_generate", BOOLEAN, 0, 1, FALSE, FALSE,
    "As in transformers; the result is an object in either case" },
  [TRAFO_GENERATION_PAD_TOKEN_ID] =
  { "pad_token_id", INTEGER, 0, MAX_COUNT, -1, -1,
    "What fills sequences up; the first end token where it is not given" },
  [TRAFO_GENERATION_BOS_TOKEN_ID] =
  { "bos_token_id", INTEGER, 0, MAX_COUNT, -1, -1,
    "What begins a sequence without a prompt" },
  [TRAFO_GENERATION_EOS_TOKEN_ID] =
  { "eos_token_id", TRAFO_GENERATION_IDS, 0, 0, 0, 0,
    "The tokens that end a sequence: ax" },
  /* clang-format on */
};

/* What transformers knows too, and the value, if any, with which it does nothing. */
static const struct
{
  const char *name;
  double      neutral;
} foreign[] = {
  { "assistant_confidence_threshold", 0.4 },
  { "assistant_early_exit", NAN },
  { "assistant_ensemble_weight", NAN },
  { "assistant_lookbehind", 10 },
  { "cache_config", NAN },
  { "cache_implementation", NAN },
  { "compile_config", NAN },
  { "constraints", NAN },
  { "continuous_batching_config", NAN },
  { "decoder_start_token_id", NAN },
  { "disable_compile", FALSE },
  { "diversity_penalty", 0 },
  { "dola_layers", NAN },
  { "force_words_ids", NAN },
  { "guidance_scale", 1 },
  { "is_assistant", FALSE },
  { "low_memory", FALSE },
  { "max_cache_len", NAN },
  { "num_assistant_tokens", 20 },
  { "num_assistant_tokens_schedule", NAN },
  { "num_beam_groups", 1 },
  { "output_attentions", FALSE },
  { "output_hidden_states", FALSE },
  { "penalty_alpha", 0 },
  { "prefill_chunk_size", NAN },
  { "speculation_type", NAN },
  { "target_lookbehind", 10 },
  { "token_healing", FALSE },
  { "use_mtp", FALSE },
  { "watermarking_config", NAN },
};

const TrafoGenerationParameter *
trafo_generation_parameter_get (guint id)
{
  return &parameters[id];
}

guint
trafo_generation_parameter_find (const char *name)
{
  guint id = 0;

  while (id < TRAFO_GENERATION_N_PARAMETERS && !g_str_equal (parameters[id].name, name))
    id++;
  return id;
}

static gboolean
get_integer (GVariant *value, gint64 *ret_integer)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_INT64:
      *ret_integer = g_variant_get_int64 (value);
      return TRUE;
    case G_VARIANT_CLASS_INT32:
      *ret_integer = g_variant_get_int32 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      *ret_integer = g_variant_get_uint32 (value);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
get_number (GVariant *value, double *ret_number)
{
  gint64 integer;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    {
      *ret_number = g_variant_get_double (value);
      return TRUE;
    }
  if (!get_integer (value, &integer))
    return FALSE;
  *ret_number = (double) integer;
  return TRUE;
}

/* The item of a list, whether or not it is boxed, as those of JSON are. */
static GVariant *
get_item (GVariant *list, gsize index)
{
  g_autoptr (GVariant) item = g_variant_get_child_value (list, index);

  if (g_variant_is_of_type (item, G_VARIANT_TYPE_VARIANT))
    return g_variant_get_variant (item);
  return g_steal_pointer (&item);
}

static gboolean
is_list (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) ||
         g_variant_is_of_type (value, G_VARIANT_TYPE_TUPLE);
}

/* Some checkpoints say -1 for no token. */
static gboolean
is_in_range (const TrafoGenerationParameter *parameter, double number)
{
  return number == parameter->unset || (number >= parameter->min && number <= parameter->max);
}

static GVariant *
parse_number (const TrafoGenerationParameter *parameter, GVariant *value)
{
  double number;

  if (!get_number (value, &number) || !is_in_range (parameter, number))
    return NULL;
  return g_variant_new_double (number);
}

static GVariant *
parse_integer (const TrafoGenerationParameter *parameter, GVariant *value)
{
  gint64 integer;

  if (!get_integer (value, &integer) || !is_in_range (parameter, (double) integer))
    return NULL;
  return g_variant_new_int64 (integer);
}

static GVariant *
parse_boolean (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) ? g_variant_ref (value) : NULL;
}

static GVariant *
parse_boolean_never (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
      g_str_equal (g_variant_get_string (value, NULL), "never"))
    return g_variant_ref (value);
  return parse_boolean (value);
}

static GVariant *
parse_ids (GVariant *value)
{
  g_auto (GVariantBuilder) ids = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ax"));
  gint64 id;

  if (get_integer (value, &id))
    return id >= 0 ? g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &id, 1, sizeof id) : NULL;
  if (!is_list (value))
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) item = get_item (value, i);

      if (!get_integer (item, &id) || id < 0)
        return NULL;
      g_variant_builder_add (&ids, "x", id);
    }
  return g_variant_builder_end (&ids);
}

/* A list of tokens, none of them missing. */
static GVariant *
parse_sequence (GVariant *value)
{
  g_autoptr (GVariant) ids = is_list (value) ? parse_ids (value) : NULL;

  if (ids == NULL || g_variant_n_children (ids) == 0)
    return NULL;
  return g_steal_pointer (&ids);
}

static GVariant *
parse_id_lists (GVariant *value)
{
  g_auto (GVariantBuilder) lists = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aax"));

  if (!is_list (value) || g_variant_n_children (value) == 0)
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) item = get_item (value, i);
      GVariant *sequence = parse_sequence (item);

      if (sequence == NULL)
        return NULL;
      g_variant_builder_add_value (&lists, sequence);
    }
  return g_variant_builder_end (&lists);
}

static GVariant *
parse_biased_lists (GVariant *value)
{
  g_auto (GVariantBuilder) lists = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(axd)"));

  if (!is_list (value) || g_variant_n_children (value) == 0)
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) pair = get_item (value, i);
      g_autoptr (GVariant) first = NULL;
      g_autoptr (GVariant) second = NULL;
      g_autoptr (GVariant) sequence = NULL;
      double bias;

      if (!is_list (pair) || g_variant_n_children (pair) != 2)
        return NULL;
      first = get_item (pair, 0);
      second = get_item (pair, 1);
      sequence = parse_sequence (first);
      if (sequence != NULL)
        g_variant_take_ref (sequence);
      if (sequence == NULL || !get_number (second, &bias) || isnan (bias))
        return NULL;
      g_variant_builder_add (&lists, "(@axd)", sequence, bias);
    }
  return g_variant_builder_end (&lists);
}

static GVariant *
parse_integer_number (GVariant *value)
{
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) second = NULL;
  gint64 integer;
  double number;

  if (!is_list (value) || g_variant_n_children (value) != 2)
    return NULL;
  first = get_item (value, 0);
  second = get_item (value, 1);
  if (!get_integer (first, &integer) || ABS (integer) > MAX_COUNT || !get_number (second, &number))
    return NULL;
  return isfinite (number) ? g_variant_new ("(xd)", integer, number) : NULL;
}

static GVariant *
parse_strings (GVariant *value)
{
  g_auto (GVariantBuilder) strings = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      const char *one = g_variant_get_string (value, NULL);

      return *one != '\0' ? g_variant_new_strv (&one, 1) : NULL;
    }
  if (!is_list (value) || g_variant_n_children (value) == 0)
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) item = get_item (value, i);

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_STRING) ||
          *g_variant_get_string (item, NULL) == '\0')
        return NULL;
      g_variant_builder_add_value (&strings, item);
    }
  return g_variant_builder_end (&strings);
}

static GVariant *
parse (const TrafoGenerationParameter *parameter, GVariant *value)
{
  switch (parameter->kind)
    {
    case TRAFO_GENERATION_INTEGER:
      return parse_integer (parameter, value);
    case TRAFO_GENERATION_NUMBER:
      return parse_number (parameter, value);
    case TRAFO_GENERATION_BOOLEAN:
      return parse_boolean (value);
    case TRAFO_GENERATION_BOOLEAN_NEVER:
      return parse_boolean_never (value);
    case TRAFO_GENERATION_IDS:
      return parse_ids (value);
    case TRAFO_GENERATION_ID_LISTS:
      return parse_id_lists (value);
    case TRAFO_GENERATION_BIASED_LISTS:
      return parse_biased_lists (value);
    case TRAFO_GENERATION_INTEGER_NUMBER:
      return parse_integer_number (value);
    case TRAFO_GENERATION_STRINGS:
      return parse_strings (value);
    }
  return NULL;
}

static char *
describe (const TrafoGenerationParameter *parameter)
{
  static const char *const expected[] = {
    [TRAFO_GENERATION_INTEGER] = "an integer",
    [TRAFO_GENERATION_NUMBER] = "a number",
    [TRAFO_GENERATION_BOOLEAN] = "true or false",
    [TRAFO_GENERATION_BOOLEAN_NEVER] = "true, false or \"never\"",
    [TRAFO_GENERATION_IDS] = "a token's id or a list of them",
    [TRAFO_GENERATION_ID_LISTS] = "a list of lists of tokens' ids",
    [TRAFO_GENERATION_BIASED_LISTS] = "a list of pairs: a list of tokens' ids, a number",
    [TRAFO_GENERATION_INTEGER_NUMBER] = "an integer and a number",
    [TRAFO_GENERATION_STRINGS] = "a string, not empty, or a list of them",
  };

  if (parameter->kind != INTEGER && parameter->kind != NUMBER)
    return g_strdup (expected[parameter->kind]);
  if (parameter->max == G_MAXDOUBLE)
    return parameter->min == 0 ? g_strdup ("a number not below 0") : g_strdup ("a number");
  return g_strdup_printf ("%s from %.16g to %.16g",
                          expected[parameter->kind],
                          parameter->min,
                          parameter->max);
}

/* JSON on one line, shortened to a message's length. */
static char *
show (GVariant *value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *joined = NULL;

  trafo_json_write_variant (text, value, 0);
  lines = g_strsplit (text->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_strchug (lines[i]);
  joined = g_strjoinv ("", lines);
  return trafo_error_excerpt (joined);
}

GVariant *
trafo_generation_parameter_parse (guint id, GVariant *value, GError **error)
{
  GVariant        *parsed = parse (&parameters[id], value);
  g_autofree char *found = NULL;
  g_autofree char *expected = NULL;

  if (parsed != NULL)
    return g_variant_take_ref (parsed);
  found = show (value);
  expected = describe (&parameters[id]);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found %s = %s, expected %s",
               parameters[id].name,
               found,
               expected);
  return NULL;
}

static gsize
find_foreign (const char *name)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (foreign) && !g_str_equal (foreign[i].name, name))
    i++;
  return i;
}

gboolean
trafo_generation_parameter_is_foreign (const char *name)
{
  return find_foreign (name) < G_N_ELEMENTS (foreign);
}

gboolean
trafo_generation_parameter_check_foreign (const char *name, GVariant *value, GError **error)
{
  gsize  i = find_foreign (name);
  double number = NAN;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    number = g_variant_get_boolean (value);
  else
    get_number (value, &number);
  if (i < G_N_ELEMENTS (foreign) && number == foreign[i].neutral)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "the parameter '%s' of generation is not supported",
               name);
  return FALSE;
}
