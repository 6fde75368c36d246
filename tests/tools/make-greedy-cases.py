#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/data/greedy.json and the two small checkpoints it uses: what greedy generate() of transformers 5
makes of ragged prompts, 200 tokens long each. A prompt is drawn again where two tokens come so near to each other
that the order of a sum could decide.

    make-greedy-cases.py [--large] [--prompts N] [--seed N] FOLDER_OF_MODELS OUT.json

With --large the models have the size of MiniLM; they are then named by their absolute path.
"""
import argparse
import json
import pathlib
import warnings

import numpy as np
import torch
import transformers

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

N_NEW = 200
MAX_PROMPT = 24
GAP = 1e-5  # of the largest score


def make_model(kind, is_large, seed):
    torch.manual_seed(seed)
    vocab, hidden, layers, heads = (30522, 384, 6, 12) if is_large else (61, 16, 2, 2)
    ends = {"bos_token_id": 0, "eos_token_id": None, "pad_token_id": 1}
    std = 0.1 if is_large else 0.6
    if kind == "gpt2":
        config = transformers.GPT2Config(vocab_size=vocab, n_positions=256, n_embd=hidden, n_layer=layers, n_head=heads,
                                         n_inner=4 * hidden if is_large else hidden, initializer_range=std, **ends)
        return transformers.GPT2LMHeadModel(config).eval()
    config = transformers.OPTConfig(vocab_size=vocab, max_position_embeddings=256, hidden_size=hidden, init_std=std,
                                    word_embed_proj_dim=hidden, num_hidden_layers=layers, num_attention_heads=heads,
                                    ffn_dim=4 * hidden if is_large else hidden, **ends)
    return transformers.OPTForCausalLM(config).eval()


def run(model, ids, mask):
    with torch.no_grad():
        return model.generate(torch.tensor(ids), attention_mask=torch.tensor(mask), max_new_tokens=N_NEW,
                              do_sample=False, pad_token_id=1, return_dict_in_generate=True, output_scores=True)


def find_safe_rows(scores):
    """For each row whether the best token led by GAP at every step."""
    safe = torch.ones(scores[0].shape[0], dtype=torch.bool)
    for step in scores:
        best = step.topk(2).values
        safe &= best[:, 0] - best[:, 1] > GAP * step.abs().amax(-1)
    return safe.tolist()


def make_case(name, model, n_prompts, seed):
    random = np.random.default_rng(seed)
    ids, mask, expected, n_dropped = [], [], [], 0
    while len(ids) < n_prompts:
        lengths = random.integers(1, MAX_PROMPT + 1, 16)
        lengths[0] = MAX_PROMPT
        drawn = [[1] * int(MAX_PROMPT - n) + random.integers(2, model.config.vocab_size, n).tolist() for n in lengths]
        masks = [[0] * int(MAX_PROMPT - n) + [1] * int(n) for n in lengths]
        got = run(model, drawn, masks)
        for row, is_safe in enumerate(find_safe_rows(got.scores)):
            if is_safe and len(ids) < n_prompts:
                ids.append(drawn[row])
                mask.append(masks[row])
                expected.append(got.sequences[row].tolist())
            n_dropped += not is_safe
    n_tokens = len({token for row in expected for token in row[MAX_PROMPT:]})
    print(f"{name}: {n_prompts} prompts, {n_dropped} not safe, {n_tokens} different tokens")
    return {"model": name, "input_ids": ids, "attention_mask": mask,
            "params": {"max_new_tokens": N_NEW, "pad_token_id": 1},
            "sequences": expected, "sequences_scores": None, "first_scores": None}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    cases = []
    for index, kind in enumerate(("gpt2", "opt")):
        folder = options.models / f"{kind}-long"
        model = make_model(kind, options.large, options.seed + index)
        model.generation_config.eos_token_id = None
        model.save_pretrained(folder)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder)
        name = str(folder.resolve()) if options.large else folder.name
        cases.append(make_case(name, model, options.prompts, [options.seed, index]))
    options.out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
