#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/int8.safetensors: of matrices C the integers and scales that torch quantizes them to.

Of each case C there are the tensors "C.w" [N, K], "C.scales", a 127th of each row's greatest magnitude, and
"C.integers", as torch.quantize_per_channel() gives them.

And for some checkpoints of tests/data/models, in their folder expected-int8-weight-only, what transformers answers if
their linear layers get the weights that such integers stand for, computed as floats of 32 bits.
"""
import pathlib

import torch
import transformers
from safetensors.torch import load_file, save_file

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SIZES = [(1, 1), (5, 7), (32, 64), (24, 40), (35, 97), (8, 33), (12, 300)]
MODELS = {
    "bert-mlm": transformers.AutoModelForMaskedLM,
    "distilbert-seqcls": transformers.AutoModelForSequenceClassification,
    "gpt2-lm": transformers.AutoModelForCausalLM,
    "opt-lm": transformers.AutoModelForCausalLM,
}
CASES = ["plain", "right-padded"]


def quantize(weight):
    """[N, K]"""
    scales = weight.abs().amax(dim=1) / 127
    # a row of zeros may have any scale
    used = torch.where(scales > 0, scales, torch.ones_like(scales)).to(torch.float64)
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    return scales, torch.quantize_per_channel(weight, used, zeros, 0, torch.qint8)


def make_matrices():
    tensors = {}
    for index, (n, k) in enumerate(SIZES):
        random = torch.Generator().manual_seed(index)
        w = torch.randn(n, k, generator=random) * torch.rand(n, 1, generator=random)
        if n > 4:
            w[3] = 0
            w[n // 2] *= 1e-30
            w[n - 1, 0] = -w[n - 1].abs().max() * 2.2
        scales, quantized = quantize(w)
        tensors |= {f"{index}.w": w, f"{index}.scales": scales, f"{index}.integers": quantized.int_repr()}
    save_file(tensors, DATA / "int8.safetensors")


def quantize_model(model):
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Linear):
                # not in place: an embedding that is tied stays what it is
                module.weight = torch.nn.Parameter(quantize(module.weight)[1].dequantize())
            elif isinstance(module, transformers.pytorch_utils.Conv1D):
                module.weight = torch.nn.Parameter(quantize(module.weight.T.contiguous())[1].dequantize().T)


def make_answers(name, auto_class):
    model = auto_class.from_pretrained(DATA / "models" / name, dtype=torch.float32).eval()
    quantize_model(model)
    for case in CASES:
        stored = load_file(DATA / "models" / name / "expected" / f"{case}.safetensors")
        inputs = {key: value for key, value in stored.items() if key.startswith("inputs.")}
        with torch.no_grad():
            outputs = model(**{key.removeprefix("inputs."): value for key, value in inputs.items()})
        folder = DATA / "models" / name / "expected-int8-weight-only"
        folder.mkdir(exist_ok=True)
        save_file(inputs | {"outputs.logits": outputs.logits.contiguous()}, folder / f"{case}.safetensors")


if __name__ == "__main__":
    make_matrices()
    for name, auto_class in MODELS.items():
        make_answers(name, auto_class)
