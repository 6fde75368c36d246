#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/core/graph/cases/losses.h: small logits and what torch.nn.functional makes of them in
double precision.

    make-loss-cases.py tests/core/graph/cases/losses.h
"""
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

random = np.random.default_rng(20260102)


def number(value):
    return "NAN" if np.isnan(value) else "%.10g" % value


def row(name, loss, logits, target, expected):
    def floats(values):
        return "(const double[]){ " + ", ".join(number(v) for v in np.ravel(values)) + " }"

    shape = ", ".join(str(n) for n in logits.shape)
    return (
        f'  {{ "{name}", {loss}, {logits.ndim}, {{ {shape} }},\n'
        f"    {floats(logits)},\n    {floats(target)},\n    {number(expected)} }},\n"
    )


def draw(*shape, scale=2.0):
    return np.round(random.normal(size=shape) * scale, 3).astype(np.float32).astype(np.float64)


def cross_entropy(name, logits, labels):
    labels = np.array(labels)
    expected = F.cross_entropy(
        torch.tensor(logits).reshape(-1, logits.shape[-1]), torch.tensor(labels).reshape(-1)
    )
    return row(name, "CROSS_ENTROPY", logits, labels, expected.item())


def pair(name, loss, function, logits, target):
    return row(name, loss, logits, target, function(torch.tensor(logits), torch.tensor(target)).item())


def main():
    rows = [
        cross_entropy("classes", draw(4, 3), [0, 2, 1, 2]),
        cross_entropy("some-ignored", draw(5, 3), [0, -100, 1, -100, 2]),
        cross_entropy("all-ignored", draw(2, 3), [-100, -100]),
        cross_entropy("tokens", draw(2, 3, 4), [[0, 3, -100], [2, 2, 1]]),
        cross_entropy("large", draw(3, 5, scale=300.0), [0, 4, 2]),
        cross_entropy("one-class", draw(3, 1), [0, 0, 0]),
        pair("numbers", "SQUARED", F.mse_loss, draw(3, 2), draw(3, 2)),
        pair("one-number", "SQUARED", F.mse_loss, draw(1, 1), draw(1, 1)),
        pair(
            "labels", "BINARY", F.binary_cross_entropy_with_logits, draw(4, 3),
            random.integers(0, 2, size=(4, 3)).astype(np.float64),
        ),
        pair(
            "soft-labels", "BINARY", F.binary_cross_entropy_with_logits, draw(2, 5),
            np.round(random.random((2, 5)), 2).astype(np.float32).astype(np.float64),
        ),
        pair(
            "far-labels", "BINARY", F.binary_cross_entropy_with_logits, draw(2, 4, scale=200.0),
            random.integers(0, 2, size=(2, 4)).astype(np.float64),
        ),
    ]
    path = pathlib.Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
        "/* Made by tests/tools/make-loss-cases.py. */\n/* clang-format off */\n"
        "static const LossCase cases[] = {\n" + "".join(rows) + "};\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
