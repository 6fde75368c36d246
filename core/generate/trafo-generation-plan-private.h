/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-config-private.h"
#include "trafo-logits-private.h"

G_BEGIN_DECLS

/* What one run of generation does: a config's parameters, checked against each other, the prompts and
 * the model. */
typedef struct
{
  /* of the prompts and the model */
  gsize prompt_length; /* tokens of a row, padding included */
  gsize vocab_size;

  gsize    max_length;     /* tokens of a sequence, as prompt_length counts them */
  gsize    min_length;     /* with an end token */
  gsize    min_new_tokens; /* the same */
  double   max_time;       /* seconds; negative: none */
  char   **stop_strings;   /* NULL: none */
  gboolean do_sample;
  gboolean use_cache;
  guint64  seed;
  gsize    prompt_lookup_num_tokens; /* 0: none are guessed */
  gsize    max_matching_ngram_size;

  gsize              num_beams;
  gsize              num_return_sequences;
  TrafoEarlyStopping early_stopping;
  double             length_penalty;

  double             encoder_repetition_penalty;
  double             repetition_penalty;
  gsize              no_repeat_ngram_size;
  gsize              encoder_no_repeat_ngram_size;
  TrafoSequenceBias *biases;
  gsize              n_biases;
  TrafoSequenceBias *bad_words;
  gsize              n_bad_words;
  gint64             forced_bos_token; /* negative: none */
  GArray            *forced_eos;       /* of gint64; NULL: none */
  gboolean           remove_invalid_values;
  gboolean           has_decay;
  gint64             decay_start; /* in new tokens */
  double             decay_factor;
  GArray            *suppress;       /* of gint64; NULL: none */
  GArray            *begin_suppress; /* the same */
  gboolean           renormalize_logits;

  /* for drawing */
  double temperature;
  double top_h; /* negative: none */
  gsize  top_k; /* 0: all */
  double top_p;
  double min_p; /* negative: none */
  double typical_p;
  double epsilon_cutoff;
  double eta_cutoff;
  gsize  min_tokens_to_keep;

  gboolean output_scores;
  gboolean output_logits;

  GArray *eos;       /* of gint64, each once; NULL: none */
  gint64  pad_token; /* negative: none */
} TrafoGenerationPlan;

/* @config has the checkpoint's values too; @max_positions is G_MAXSIZE where a model has no bound. */
TrafoGenerationPlan *trafo_generation_plan_new (TrafoGenerationConfig *config,
                                                gsize                  prompt_length,
                                                gsize                  vocab_size,
                                                gsize                  max_positions,
                                                GError               **error);
void                 trafo_generation_plan_free (TrafoGenerationPlan *self);

/* Whether @token ends a sequence. */
gboolean trafo_generation_plan_is_end (const TrafoGenerationPlan *self, gint64 token);

/* Whether the processing of scores may leave a token that had one without any. */
gboolean trafo_generation_plan_forbids (const TrafoGenerationPlan *self);

/* How many continuations a step of a beam search looks at: enough that as many as there are beams are
 * left, should all others end. */
gsize trafo_generation_plan_get_n_candidates (const TrafoGenerationPlan *self);

/* All that is done to a whole row before a token is chosen, in the order of transformers. FALSE with the
 * error if a score is NaN. */
gboolean trafo_generation_plan_process (const TrafoGenerationPlan *self,
                                        TrafoLogits               *logits,
                                        const gint64              *ids,
                                        gsize                      n_ids,
                                        gsize                      n_padding,
                                        GError                   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoGenerationPlan, trafo_generation_plan_free)

G_END_DECLS
