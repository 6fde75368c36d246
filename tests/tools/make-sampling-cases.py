#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/data/sampling.json: the probabilities that the logits processors of transformers 5, in the order in
which its generate() applies them, leave of random scores.

    make-sampling-cases.py [--seed N] [--cases N] tests/data/sampling.json
"""
import argparse
import json
import pathlib

import numpy as np
import torch
import transformers

CHOICES = {
    "temperature": [0.3, 0.7, 1.5, 4.0],
    "top_k": [1, 2, 5, 20],
    "top_p": [0.05, 0.4, 0.8, 0.99],
    "min_p": [0.02, 0.1, 0.6],
    "typical_p": [0.2, 0.5, 0.9],
    "epsilon_cutoff": [0.01, 0.05],
    "eta_cutoff": [0.01, 0.1],
    "top_h": [0.3, 0.7],
    "repetition_penalty": [0.6, 1.3, 2.0],
    "no_repeat_ngram_size": [1, 2, 3],
    "suppress_tokens": [[0, 3], [7]],
    "bad_words_ids": [[[2], [5, 6]], [[1, 4]]],
    "sequence_bias": [[[[3], 2.0], [[1, 2], -1.5]]],
    "renormalize_logits": [True],
}


def process(model, logits, ids, params):
    config = transformers.GenerationConfig(do_sample=True, **params)
    config._eos_token_tensor = None
    processors = model._get_logits_processor(config, input_ids_seq_length=len(ids), device="cpu")
    return processors(torch.tensor([ids]), torch.tensor([logits], dtype=torch.float32))[0]


def draw(random):
    size = int(random.integers(9, 51))  # not above 50, which top_k is where it is not drawn
    logits = random.permutation(np.arange(size) / 7 - 3) * random.choice([0.3, 1.0, 2.0])
    logits = np.round(logits + random.uniform(-0.01, 0.01, size), 4)
    names = random.choice(sorted(CHOICES), random.integers(1, 6), replace=False)
    if not {"top_h", "top_p", "typical_p"}.intersection(names):  # those leave to torch which of two equals comes first
        logits[random.integers(size)] = logits[random.integers(size)]
    params = {name: CHOICES[name][random.integers(len(CHOICES[name]))] for name in names}
    return logits.tolist(), random.integers(0, 9, random.integers(1, 12)).tolist(), params


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=9, n_embd=2, n_layer=1, n_head=1))
    cases = []
    while len(cases) < options.cases:
        logits, ids, params = draw(random)
        expected = process(model, logits, ids, params).double().softmax(-1)
        if not expected.isnan().any():
            values = [float("%.8g" % value) for value in expected]
            cases.append({"logits": logits, "ids": ids, "params": params, "expected": values})
    options.out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
