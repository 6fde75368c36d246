#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/core/graph/cases/activations.h: what each function of transformers' ACT2FN makes of
some numbers in double precision. Functions with parameters get values for them.

    make-activation-cases.py tests/core/graph/cases/activations.h
"""
import pathlib
import sys

import torch
from transformers.activations import ACT2CLS, ACT2FN

NUMBERS = [-100, -30, -17, -11, -8, -6.5, -3, -2, -1, -0.25, -1e-3, 0, 1e-3, 0.25, 1, 2, 3, 5, 6.5, 11, 25, 100]


def main():
    rows = []
    for name in sorted(ACT2CLS):
        function = ACT2FN[name]
        # what transformers keeps in bfloat16 stays so
        function = function if name == "xielu" else function.double()
        x = torch.tensor(NUMBERS, dtype=torch.float32).double()
        with torch.no_grad():
            y = function(x)
        values = ", ".join("%.10g" % v for v in y.tolist())
        rows.append(f'  {{ "{name}", {{ {values} }} }},\n')
    state = ACT2FN["xielu"].state_dict()
    params = [("weight", ACT2FN["prelu"].state_dict()["weight"])] + sorted(state.items())
    lines = [f'  {{ "{name}", {value.dim()}, {value.item():.10g} }},\n' for name, value in params]
    path = pathlib.Path(sys.argv[1])
    path.write_text(
        "/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
        "/* Made by tests/tools/make-activation-cases.py. */\n/* clang-format off */\n"
        f"static const float numbers[] = {{ {', '.join('%g' % n for n in NUMBERS)} }};\n\n"
        "static const ActivationCase cases[] = {\n" + "".join(rows) + "};\n\n"
        "static const ActivationParam params[] = {\n" + "".join(lines) + "};\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
