#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/data/generation.json: what generate() of transformers 5 makes of random prompts and
parameters, with the small checkpoints of tests/data/models. Cases in which a change of all weights by
1e-5 alters the outcome, or in which sequences have the same score, are not drawn. With --kind padded
(tests/data/padded.json) the rows have padding anywhere, at their ends too; with --kind spent
(tests/data/spent.json) the vocabulary of a beam search runs out, and scores are equal.

    make-generation-cases.py [--seed N] [--cases N] [--kind K] tests/data/models tests/data/generation.json
"""
import argparse
import copy
import json
import pathlib
import warnings

import numpy as np
import torch
import transformers

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

MODELS = ("gpt2-lm", "gpt2-untied", "opt-lm", "opt-postnorm")


def load(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    twin = copy.deepcopy(model.eval())
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.mul_(1 + 1e-5 * torch.randn_like(parameter))
    return model, twin


def draw_prompts(random, vocab_size):
    """Rows padded on the left with a token that is no end token, and their mask."""
    lengths = random.integers(1, 9, random.integers(1, 4))
    width = int(lengths.max())
    ids = [[1] * int(width - n) + random.integers(2, vocab_size, n).tolist() for n in lengths]
    return ids, [[0] * int(width - n) + [1] * int(n) for n in lengths]


def draw_padding(random, vocab_size):
    """Rows of tokens in which the mask hides any, one of three up to the end."""
    ids = random.integers(2, vocab_size, (random.integers(1, 4), random.integers(1, 9)))
    mask = random.integers(0, 4, ids.shape) > 0
    for row in mask:
        if random.integers(3) == 0:
            row[random.integers(0, len(row)):] = False
        row[0] |= not row.any()
    return np.where(mask, ids, 1).tolist(), mask.astype(int).tolist()


def pick(random, values):
    return values[random.integers(len(values))]


def draw_ids(random, vocab_size, n):
    return random.integers(0, vocab_size, n).tolist()


def draw_processing(random, vocab_size):
    choices = {
        "repetition_penalty": lambda: pick(random, [0.7, 1.2, 1.8]),
        "encoder_repetition_penalty": lambda: pick(random, [0.8, 1.5]),
        "no_repeat_ngram_size": lambda: int(random.integers(1, 4)),
        "encoder_no_repeat_ngram_size": lambda: int(random.integers(1, 3)),
        "bad_words_ids": lambda: [draw_ids(random, vocab_size, random.integers(1, 3)) for _ in range(30)],
        "sequence_bias": lambda: [[draw_ids(random, vocab_size, 1), float(random.normal())] for _ in range(20)],
        "min_length": lambda: int(random.integers(1, 14)),
        "min_new_tokens": lambda: int(random.integers(1, 8)),
        "forced_bos_token_id": lambda: int(random.integers(vocab_size)),
        "forced_eos_token_id": lambda: draw_ids(random, vocab_size, 1),
        "remove_invalid_values": lambda: True,
        "exponential_decay_length_penalty": lambda: [int(random.integers(0, 4)), 1.3],
        "suppress_tokens": lambda: draw_ids(random, vocab_size, 40),
        "begin_suppress_tokens": lambda: draw_ids(random, vocab_size, 60),
        "renormalize_logits": lambda: True,
    }
    names = random.choice(sorted(choices), random.integers(0, 4), replace=False)
    return {name: choices[name]() for name in names}


def draw_filters(random):
    choices = {
        "temperature": lambda: pick(random, [0.3, 0.8, 1.7]),
        "top_k": lambda: pick(random, [0, 1, 5, 30]),
        "top_p": lambda: pick(random, [0.2, 0.7, 0.95]),
        "min_p": lambda: pick(random, [0.05, 0.3]),
        "top_h": lambda: pick(random, [0.3, 0.6]),
        "typical_p": lambda: pick(random, [0.3, 0.8]),
        "epsilon_cutoff": lambda: pick(random, [0.01, 0.03]),
        "eta_cutoff": lambda: pick(random, [0.01, 0.1]),
    }
    names = random.choice(sorted(choices), random.integers(1, 4), replace=False)
    return {name: choices[name]() for name in names}


def draw_params(random, vocab_size):
    params = draw_processing(random, vocab_size)
    params["max_new_tokens"] = int(random.integers(1, 16))
    kind = random.integers(10)
    if kind < 2:
        params.update(draw_filters(random), do_sample=True, max_new_tokens=1)
    elif kind < 7:
        params["num_beams"] = int(random.integers(2, 6))
        params["num_return_sequences"] = int(random.integers(1, params["num_beams"] + 1))
        params["length_penalty"] = pick(random, [1.0, 0.0, 2.0, -1.0, 0.6])
        params["early_stopping"] = pick(random, [False, True, "never"])
    if random.integers(4) > 0:
        params["eos_token_id"] = draw_ids(random, vocab_size, random.integers(1, 12))
    return params


def draw_spent(random, vocab_size):
    """Few tokens that may come, each once, or an end that any of several tokens is."""
    allowed = random.choice(vocab_size, random.integers(1, 7), replace=False)
    params = {"max_new_tokens": int(random.integers(1, 12)), "num_beams": int(random.integers(2, 7))}
    params["num_return_sequences"] = int(random.integers(1, params["num_beams"] + 1))
    params["length_penalty"] = pick(random, [1.0, 0.0, 2.0, -1.0])
    params["early_stopping"] = pick(random, [False, True, "never"])
    if random.integers(4) > 0:
        params["suppress_tokens"] = [i for i in range(vocab_size) if i not in allowed]
    else:
        params["forced_eos_token_id"] = draw_ids(random, vocab_size, random.integers(2, 5))
    if random.integers(3) > 0:
        params["no_repeat_ngram_size"] = 1
    if random.integers(2) > 0:
        params["eos_token_id"] = allowed[: random.integers(1, 3)].tolist()
    return params


def run(model, ids, mask, params):
    torch.manual_seed(1)
    with torch.no_grad():
        return model.generate(torch.tensor(ids), attention_mask=torch.tensor(mask), output_scores=True,
                              return_dict_in_generate=True, pad_token_id=1, **params)


def summarise(scores):
    """For each step and row: how many scores are finite, and their sum."""
    steps = []
    for step in scores:
        finite = torch.isfinite(step)
        sums = torch.where(finite, step, 0.0).double().sum(-1)
        steps.append([[int(n), float("%.7g" % s)] for n, s in zip(finite.sum(-1), sums)])
    return steps


def make_case(random, kind, name, model, twin):
    draw_ids_and_mask = draw_padding if kind == "padded" else draw_prompts
    ids, mask = draw_ids_and_mask(random, model.config.vocab_size)
    params = (draw_spent if kind == "spent" else draw_params)(random, model.config.vocab_size)
    suppressed = set(params.get("suppress_tokens", []))
    if params.get("forced_bos_token_id") in suppressed:
        return None
    if suppressed and suppressed.issuperset(params.get("forced_eos_token_id", [None])):
        return None
    try:
        got, other = run(model, ids, mask, params), run(twin, ids, mask, params)
    except (RuntimeError, ValueError):  # all tokens are forbidden
        return None
    is_drawn = params.get("do_sample", False)
    steps, others = summarise(got.scores), summarise(other.scores)
    if [[row[0] for row in step] for step in steps] != [[row[0] for row in step] for step in others]:
        return None
    if not is_drawn and not torch.equal(got.sequences, other.sequences):
        return None
    scores = getattr(got, "sequences_scores", None)
    if kind != "spent" and scores is not None and len(set(scores.tolist())) < len(scores):
        return None
    case = {"model": name, "input_ids": ids, "attention_mask": mask, "params": params}
    case["sequences"] = None if is_drawn else got.sequences.tolist()
    case["sequences_scores"] = None if scores is None else [max(float("%.7g" % s), -1e300) for s in scores]
    case["first_scores"] = steps[0]
    return case


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--kind", choices=("plain", "padded", "spent"), default="plain")
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cases, n_dropped = [], 0
    for index, name in enumerate(MODELS):
        model, twin = load(options.models / name)
        random = np.random.default_rng([options.seed, index])
        left = options.cases
        while left > 0:
            case = make_case(random, options.kind, name, model, twin)
            if case is None:
                n_dropped += 1
                continue
            cases.append(case)
            left -= 1
    options.out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(f"{len(cases)} cases, {n_dropped} left out")


if __name__ == "__main__":
    main()
