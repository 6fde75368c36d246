#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/data/prompt-lookup.json: what PromptLookupCandidateGenerator of transformers 5 proposes after random
sequences, and what generate() with it makes of prompts that repeat themselves, in how many passes of the model.

    make-prompt-lookup-cases.py [--seed N] [--drafts N] [--generations N] tests/data/models tests/data/prompt-lookup.json
"""
import argparse
import json
import pathlib
import warnings

import numpy as np
import torch
import transformers
from transformers.generation.candidate_generator import PromptLookupCandidateGenerator

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

GAP = 1e-5  # of the largest score
FEW = 15
PROCESSORS = {
    "no_repeat_ngram_size": [1, 2, 3],
    "encoder_no_repeat_ngram_size": [2, 3],
    "bad_words_ids": [[[2], [3, 1]], [[1, 4]]],
    "suppress_tokens": [[0, 3], [2]],
    "begin_suppress_tokens": [[1, 2]],
    "sequence_bias": [[[[3], float(np.finfo(np.float32).min)]], [[[2, 1], -3.0]]],
    "repetition_penalty": [1.7],
    "min_new_tokens": [4],
    "forced_eos_token_id": [5],
    "renormalize_logits": [True],
}


def draw_draft(model, random):
    vocab = int(random.integers(2, 9))
    ids = random.integers(0, vocab, random.integers(1, 41)).tolist()
    prompt = int(random.integers(1, len(ids) + 1))
    params = {"prompt_lookup_num_tokens": int(random.integers(1, 13)),
              "max_length": int(random.choice([len(ids) + 1, len(ids) + 2, len(ids) + 20]))}
    if random.integers(2):
        params["max_matching_ngram_size"] = int(random.integers(0, 6))
    if random.integers(3) == 0:
        params["eos_token_id"] = int(random.integers(vocab))
    for name in random.choice(sorted(PROCESSORS), random.integers(0, 3), replace=False):
        if name not in ("min_new_tokens", "forced_eos_token_id") or "eos_token_id" in params:
            params[name] = PROCESSORS[name][random.integers(len(PROCESSORS[name]))]
    config = transformers.GenerationConfig(**{**params, "sequence_bias": None})
    config.sequence_bias = params.get("sequence_bias")
    eos = params.get("eos_token_id")
    config._eos_token_tensor = None if eos is None else torch.tensor([eos])
    prefix = torch.tensor([ids[:prompt]])
    processors = model._get_logits_processor(config, input_ids_seq_length=prompt, encoder_input_ids=prefix, device="cpu")
    generator = PromptLookupCandidateGenerator(
        eos_token_id=config._eos_token_tensor, num_output_tokens=config.prompt_lookup_num_tokens,
        max_matching_ngram_size=config.max_matching_ngram_size or 2, max_length=config.max_length,
        logits_processor=processors, vocab_size=model.config.vocab_size)
    found, _ = generator.get_candidates(torch.tensor([ids]))
    return {"vocab_size": model.config.vocab_size, "ids": ids, "prompt_length": prompt, "params": params,
            "draft": found[0, len(ids):].tolist()}


def count_passes(model, ids, sequence, params):
    """One for the prompt alone, where transformers already guesses, then one for each draft of at most FEW tokens."""
    config = transformers.GenerationConfig(**params)
    config._eos_token_tensor = None
    generator = PromptLookupCandidateGenerator(
        num_output_tokens=config.prompt_lookup_num_tokens, max_matching_ngram_size=config.max_matching_ngram_size,
        max_length=len(ids) + config.max_new_tokens, vocab_size=model.config.vocab_size,
        logits_processor=model._get_logits_processor(config, input_ids_seq_length=len(ids), device="cpu"))
    length, n_passes = len(ids) + 1, 1
    while length < len(sequence):
        found, _ = generator.get_candidates(torch.tensor([sequence[:length]]))
        draft = found[0, length:length + FEW].tolist()
        n_right = 0
        while n_right < len(draft) and sequence[length + n_right:length + n_right + 1] == draft[n_right:n_right + 1]:
            n_right += 1
        length += n_right + 1
        n_passes += 1
    return n_passes


def draw_generation(models, random):
    name = sorted(models)[random.integers(len(models))]
    model = models[name]
    piece = random.integers(2, model.config.vocab_size, random.integers(1, 7)).tolist()
    ids = (piece * 4)[:int(random.integers(1, 4 * len(piece) + 1))]
    params = {"max_new_tokens": int(random.integers(1, 60)), "prompt_lookup_num_tokens": int(random.integers(1, 20)),
              "max_matching_ngram_size": int(random.integers(1, 4)), "pad_token_id": 1}
    if random.integers(3) == 0:
        params["repetition_penalty"] = 1.2
    if random.integers(3) == 0:
        params["no_repeat_ngram_size"] = 5
    with torch.no_grad():
        out = model.generate(torch.tensor([ids]), attention_mask=torch.ones((1, len(ids)), dtype=torch.long),
                             do_sample=False, return_dict_in_generate=True, output_scores=True, **params)
    for step in out.scores:
        best = step.topk(2).values[0]
        if not best[0] - best[1] > GAP * step[step.isfinite()].abs().amax():
            return None
    sequence = out.sequences[0].tolist()
    return {"model": name, "input_ids": ids, "params": params, "sequence": sequence,
            "n_passes": count_passes(model, ids, sequence, params)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drafts", type=int, default=300)
    parser.add_argument("--generations", type=int, default=60)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    small = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=9, n_embd=2, n_layer=1, n_head=1))
    models = {name: transformers.AutoModelForCausalLM.from_pretrained(options.models / name).eval()
              for name in ("gpt2-long", "opt-long")}
    drafts = [draw_draft(small, random) for _ in range(options.drafts)]
    generations = []
    while len(generations) < options.generations:
        drawn = draw_generation(models, random)
        generations += [drawn] if drawn else []
    n_tokens = sum(len(g["sequence"]) - len(g["input_ids"]) for g in generations)
    print(f"{sum(bool(d['draft']) for d in drafts)} of {len(drafts)} drafts not empty; {n_tokens} tokens in "
          f"{sum(g['n_passes'] for g in generations)} passes")
    options.out.write_text(
        '{"drafts": [\n' + ",\n".join(map(json.dumps, drafts)) + '\n],\n"generations": [\n' +
        ",\n".join(map(json.dumps, generations)) + "\n]}\n")


if __name__ == "__main__":
    main()
