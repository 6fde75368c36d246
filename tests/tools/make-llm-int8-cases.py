#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/llm-int8.safetensors: what bitsandbytes computes on the CPU of matrices in float32.

Of each case C there are the tensors "C.x" [M, K], "C.w" [N, K] and "C.bias", and what came of them:
"C.CB" and "C.SCB" of w, and with each of the thresholds T of "thresholds" "C.T.CA", "C.T.SCA" and
"C.T.columns" (the outliers) of x, as int8_vectorwise_quant() gives them of float16, and "C.T.y", of a
Linear8bitLt.

And tests/data/quantized: checkpoints that transformers saved with bitsandbytes, and
what it answers on them (see make-tiny-models.py for the layout), computed as floats of 32 bits.
"""
import importlib.util
import pathlib
import shutil

import bitsandbytes
import torch
import transformers
from bitsandbytes.functional import int8_vectorwise_quant
from safetensors.torch import save_file

TOOLS = pathlib.Path(__file__).resolve().parent
DATA = TOOLS.parent / "data"
SIZES = [(1, 1, 1), (1, 7, 5), (2, 64, 32), (5, 40, 24), (17, 97, 35), (34, 33, 8), (130, 20, 3), (1, 130, 33)]
THRESHOLDS = [6.0, 0.0, 2.0]


def make_case(index, size):
    M, K, N = size
    random = torch.Generator().manual_seed(index)
    x = torch.randn(M, K, generator=random)
    w = torch.randn(N, K, generator=random) * torch.rand(N, 1, generator=random)
    bias = torch.randn(N, generator=random)
    if K > 6:
        x[:, 5] *= 30  # an outlier nearly everywhere
        x[0, 3] = 6.0  # the threshold itself
        x[-1, 4] = 5.9979  # nearly, in float16 as well
        x[M // 2, 2] = -7.25
        x[-1, 1] = 5.99999  # only as float16
    if M > 4:
        x[3] = 0
        w[N // 2] = 0
    if N > 30:
        w[7, 1] = 1e-7  # a subnormal
        w[9] = torch.linspace(-12.7, 12.7, K)  # some ties
    return x, w, bias


def compute(x, w, bias, threshold):
    half = x.to(torch.float16)
    CA, SCA, columns = int8_vectorwise_quant(half.clone(), threshold=threshold)
    module = bitsandbytes.nn.Linear8bitLt(
        w.shape[1], w.shape[0], has_fp16_weights=False, threshold=threshold
    )
    module.load_state_dict({"weight": w, "bias": bias})
    module = module.to("cpu").eval()
    with torch.no_grad():
        y = module(x.clone())
    state = module.state
    columns = torch.empty(0, dtype=torch.int64) if columns is None else columns
    return {"CB": state.CB, "SCB": state.SCB}, {"CA": CA, "SCA": SCA, "columns": columns, "y": y}


def make_matrices():
    tensors = {"thresholds": torch.tensor(THRESHOLDS)}

    def add(prefix, case):
        tensors.update({f"{prefix}.{name}": value.contiguous().clone() for name, value in case.items()})

    for index, size in enumerate(SIZES):
        x, w, bias = make_case(index, size)
        add(index, {"x": x, "w": w, "bias": bias})
        for number, threshold in enumerate(THRESHOLDS):
            weight, result = compute(x, w, bias, threshold)
            add(index, weight)
            add(f"{index}.{number}", result)
    save_file(tensors, DATA / "llm-int8.safetensors")


def load_tiny_models():
    spec = importlib.util.spec_from_file_location("tiny_models", TOOLS / "make-tiny-models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_model(tiny, name, head, threshold):
    folder = DATA / "quantized" / name
    config = transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=threshold)
    model = tiny.HEADS[head].from_pretrained(DATA / "models" / name, quantization_config=config).eval()
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "expected").mkdir()
    tiny.save_case(folder / "expected", "plain", model, {"input_ids": tiny.ids(2, 9, seed=3)})


def main():
    make_matrices()
    tiny = load_tiny_models()
    make_model(tiny, "bert-seqcls", "seqcls", 6.0)
    make_model(tiny, "gpt2-lm", "lm", 1.0)


if __name__ == "__main__":
    main()
