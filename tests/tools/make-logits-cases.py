#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/core/generate/cases/logits.h: what the logits processors of transformers 5 make of
random rows, as one hash a case. Rows where rounding decides, or the order of ties that nobody
promises, are not drawn.

    make-logits-cases.py tests/core/generate/cases/logits.h
"""
import pathlib
import sys

import numpy as np
import torch
from transformers.generation import logits_process as P

MAX_ROWS = 100
MAX_SCORES = 100000  # of all rows
MASK = (1 << 64) - 1
SIZES = (7, 50, 1000, 20000)


def words(seed, n):
    """splitmix64."""
    x = (np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def draw(seed, row, size):
    """Scores and what was written: near a normal distribution, of eighths on every fourth row that
    may have ties, a fifth of them -inf on every third."""
    w = words(seed * 1000003 + row * 8191, size + 24)
    lanes = sum((w >> np.uint64(16 * i)) & np.uint64(0xFFFF) for i in range(4)).astype(np.int64)
    scores = ((lanes - 131070) / 8192).astype(np.float32)[:size]
    if row % 3 == 1:
        scores[(w[:size] % np.uint64(5)) == 0] = -np.inf
    ids = (w[size:] % np.uint64(size)).astype(np.int64)
    return scores, ids[: 1 + int(w[size] >> np.uint64(40)) % 24]


def coarse(scores):
    return np.where(np.isfinite(scores), np.floor(scores * 8) / 8, scores).astype(np.float32)


def run(processor, scores, ids, dtype=torch.float32, order=None):
    x = torch.tensor(scores).to(dtype)[None]
    if order is not None:
        x = x[:, order]
    y = processor(torch.tensor(ids)[None], x)[0]
    if order is not None:
        y = y[torch.argsort(order)]
    return y.to(torch.float32).numpy()


def fnv(state, values):
    data = np.where(values == 0, np.float32(0), values).astype("<f4").view("<u4")
    for value in data.tolist():
        state = ((state ^ value) * 0x100000001B3) & MASK
    return state


# name, arguments of the case, the processor for a row's ids, whether ties may be drawn
def cases():
    yield from filters()
    for penalty in (0.5, 1.3, 2.0):
        yield "REPETITION", (penalty,), lambda ids, n, a: P.RepetitionPenaltyLogitsProcessor(a[0]), True
    for size in (1, 2, 3):
        yield "NGRAMS", (size,), lambda ids, n, a: P.NoRepeatNGramLogitsProcessor(int(a[0])), True
    yield "BIAS", (1.7, -2.3), make_bias, True
    yield "FORBID", (), lambda ids, n, a: P.SuppressTokensLogitsProcessor(ids[:5].tolist()), True
    yield "FORCE", (), lambda ids, n, a: P.ForcedEOSTokenLogitsProcessor(len(ids) + 1, ids[:2].tolist()), True
    yield "INVALID", (), lambda ids, n, a: P.InfNanRemoveLogitsProcessor(), True
    for factor, beyond in ((1.05, 3), (0.9, 1), (1.5, 20)):
        yield "DECAY", (factor, beyond), lambda ids, n, a: P.ExponentialDecayLengthPenalty(
            (len(ids) - int(a[1]), a[0]), [int(ids[0])], 0), True
    for temperature in (0.3, 0.7, 1.9):
        yield "TEMPERATURE", (temperature,), lambda ids, n, a: P.TemperatureLogitsWarper(a[0]), True


def filters():
    for k in (1, 5, 50, 5000):
        yield "TOP_K", (k, 1), lambda ids, n, a: P.TopKLogitsWarper(int(a[0])), True
    for p in (0.0, 0.1, 0.5, 0.9, 0.999):
        for keep in (1, 3):
            yield "TOP_P", (p, keep), lambda ids, n, a: P.TopPLogitsWarper(a[0], min_tokens_to_keep=int(a[1])), False
    for p in (0.01, 0.1, 0.5, 1.0):
        for keep in (1, 3):
            yield "MIN_P", (p, keep), lambda ids, n, a: P.MinPLogitsWarper(a[0], min_tokens_to_keep=int(a[1])), False
    for p in (0.1, 0.5, 0.95):
        for keep in (1, 3):
            yield "TYPICAL", (p, keep), lambda ids, n, a: P.TypicalLogitsWarper(a[0], min_tokens_to_keep=int(a[1])), False
    for e in (3e-4, 0.01, 0.2):
        for keep in (1, 3):
            yield "EPSILON", (e, keep), lambda ids, n, a: P.EpsilonLogitsWarper(a[0], min_tokens_to_keep=int(a[1])), True
            yield "ETA", (e, keep), lambda ids, n, a: P.EtaLogitsWarper(a[0], min_tokens_to_keep=int(a[1])), True
    for h in (0.2, 0.5, 0.9):
        yield "TOP_H", (h, 1), lambda ids, n, a: P.TopHLogitsWarper(a[0]), False


def make_bias(ids, n, arguments):
    """On the first token written, and on the second after the last one."""
    first, second, last = int(ids[0]), int(ids[min(1, len(ids) - 1)]), int(ids[-1])
    return P.SequenceBiasLogitsProcessor({(first,): arguments[0], (last, second): arguments[1],
                                          (last, second, first): -1.0})


def hash_rows(kind, arguments, make, has_ties, size, seed):
    """None if a row is not certain."""
    state = 0xCBF29CE484222325
    rounds = kind in ("TOP_P", "MIN_P", "TYPICAL", "EPSILON", "ETA", "TOP_H")
    for row in range(min(MAX_ROWS, MAX_SCORES // size)):
        scores, ids = draw(seed, row, size)
        if has_ties and row % 4 == 3:
            scores = coarse(scores)
        processor = make(ids, size, arguments)
        result = run(processor, scores, ids)
        if rounds:
            order = torch.arange(size - 1, -1, -1)
            for other in (run(processor, scores, ids, torch.float64), run(processor, scores, ids, order=order)):
                if not np.array_equal(np.isfinite(other), np.isfinite(result)):
                    return None
        state = fnv(state, result)
    return state


def main():
    torch.set_num_threads(1)
    lines = []
    for kind, arguments, make, has_ties in cases():
        for size in SIZES:
            for seed in range(1, 100):
                state = hash_rows(kind, arguments, make, has_ties, size, seed)
                if state is not None:
                    break
            else:
                raise SystemExit(f"{kind} {arguments} {size}: no certain rows")
            a, b = (*arguments, 0, 0)[:2]
            lines.append(f"  {{ {kind}, {a!r}, {b!r}, {str(has_ties).upper()}, {size}, {seed}, "
                         f"G_GUINT64_CONSTANT (0x{state:016x}) }},\n")
    pathlib.Path(sys.argv[1]).write_text(
        "/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
        "/* Written by tests/tools/make-logits-cases.py. */\n" + "".join(lines))


if __name__ == "__main__":
    main()
