#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/core/generate/cases/top-k.h: the order in which torch.topk() has the largest of scores
many of which are equal, as one hash a case. Scores come of a formula, or are such that quickselect
takes many rounds.

    make-top-k-cases.py tests/core/generate/cases/top-k.h
"""
import pathlib
import sys

import torch

MASK = (1 << 64) - 1
CASES = [(n, k, values) for n in (1, 2, 3, 17, 64, 200, 1000, 5000)
         for k in (1, 2, 4, 15, 16, 17, 40, 120, n) if k <= n for values in (1, 2, 7, 9973)]
HARD = [(n, k, 0) for n in (40, 1000, 4000) for k in (1, n // 64 + 1, n // 3, n // 2, n - 1)]


def scores_of(n, values):
    """values == 0: the median of the first, the middle and the last is always among the worst."""
    if values > 0:
        return [(i * i * 31 + i * 7) % values for i in range(n)]
    scores = [0] * n
    for i in range(1, n // 2 + 1):
        scores[n // 2 + i - 1] = 2 * i
        if i % 2 == 1:
            scores[i - 1] = i
            scores[i] = n // 2 + i
    return scores


def hash_of(order):
    result = 0xCBF29CE484222325
    for i in order:
        result = ((result ^ i) * 0x100000001B3) & MASK
    return result


def main():
    torch.set_num_threads(1)
    lines = []
    for n, k, values in CASES + HARD:
        for sign in (1, -1) if values == 0 else (1,):
            order = torch.topk(sign * torch.tensor(scores_of(n, values), dtype=torch.float32), k)[1].tolist()
            lines.append(f"    {{ {n}, {k}, {values}, {sign}, G_GUINT64_CONSTANT (0x{hash_of(order):016x}) }},\n")
    pathlib.Path(sys.argv[1]).write_text(
        "/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
        "/* Made by tests/tools/make-top-k-cases.py: number of scores, of the largest wanted, of values or 0\n"
        " * for the formula of many rounds, sign, hash of the order. */\n" + "".join(lines).lstrip())
    print(len(lines), "cases")


if __name__ == "__main__":
    main()
