#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/int4.safetensors: of matrices C what gguf, llama.cpp's package, quantizes them to as Q4_0.

Of each case C there are the tensors "C.w" [N, K], "C.codes" [N, K], from 0 to 15, "C.scales", of each 32 elements, and
"C.values", which they stand for.

And for some checkpoints of tests/data/models, in their folder expected-int4-weight-only, what transformers answers if
the linear layers that it gives to bitsandbytes get such values, computed as floats of 32 bits.
"""
import pathlib

import numpy
import torch
import transformers
from gguf import GGMLQuantizationType, quants
from safetensors.torch import load_file, save_file
from transformers.quantizers.base import get_keys_to_not_convert

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SIZES = [(1, 32), (5, 64), (24, 96), (35, 160)]
MODELS = {
    "bert-mlm": transformers.AutoModelForMaskedLM,
    "distilbert-seqcls": transformers.AutoModelForSequenceClassification,
    "gpt2-wide": transformers.AutoModelForCausalLM,
    "opt-lm": transformers.AutoModelForCausalLM,
}
CASES = ["plain", "right-padded"]
TYPE = GGMLQuantizationType.Q4_0


def split(packed):
    """Codes and scales of blocks of 2 + 16 bytes: byte i has elements i and i + 16."""
    blocks = packed.reshape(-1, 18)
    codes = numpy.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return codes, blocks[:, :2].copy().view(numpy.float16).astype(numpy.float32).flatten()


def make_matrix(index):
    n, k = SIZES[index]
    random = torch.Generator().manual_seed(index)
    w = torch.randn(n, k, generator=random) * torch.rand(n, 1, generator=random)
    if n > 4:
        w[1] = 0
        w[2, :32] = torch.arange(32) % 16 - 8  # no rounding, and the greatest twice
        w[3, :32] = torch.linspace(-1, 1, 32)  # the greatest of both signs
        w[4] *= 1e-6  # scales that float16 has few bits for
    return w


def make_matrices():
    tensors = {}
    for index in range(len(SIZES)):
        w = make_matrix(index)
        packed = quants.quantize(w.numpy(), TYPE)
        codes, scales = split(packed)
        tensors[f"{index}.w"] = w
        tensors[f"{index}.codes"] = torch.from_numpy(codes.reshape(w.shape))
        tensors[f"{index}.scales"] = torch.from_numpy(scales)
        tensors[f"{index}.values"] = torch.from_numpy(quants.dequantize(packed, TYPE))
    save_file(tensors, DATA / "int4.safetensors")


def quantize(weight):
    """[N, K]; where rows are no whole blocks, blocks go on in the next row, and zeros end the last."""
    n = weight.numel()
    blocks = numpy.zeros((n + 31) // 32 * 32, dtype=numpy.float32)
    blocks[:n] = weight.contiguous().numpy().flatten()
    values = quants.dequantize(quants.quantize(blocks, TYPE), TYPE)
    return torch.from_numpy(values[:n].reshape(weight.shape).copy())


def quantize_model(model):
    kept = get_keys_to_not_convert(model)
    with torch.no_grad():
        for name, module in model.named_modules():
            if any(name.startswith(key) for key in kept):
                continue
            if isinstance(module, torch.nn.Linear):
                module.weight = torch.nn.Parameter(quantize(module.weight))
            elif isinstance(module, transformers.pytorch_utils.Conv1D):
                module.weight = torch.nn.Parameter(quantize(module.weight.T).T)


def make_answers(name, auto_class):
    model = auto_class.from_pretrained(DATA / "models" / name, dtype=torch.float32).eval()
    quantize_model(model)
    for case in CASES:
        stored = load_file(DATA / "models" / name / "expected" / f"{case}.safetensors")
        inputs = {key: value for key, value in stored.items() if key.startswith("inputs.")}
        with torch.no_grad():
            outputs = model(**{key.removeprefix("inputs."): value for key, value in inputs.items()})
        folder = DATA / "models" / name / "expected-int4-weight-only"
        folder.mkdir(exist_ok=True)
        save_file(inputs | {"outputs.logits": outputs.logits.contiguous()}, folder / f"{case}.safetensors")


if __name__ == "__main__":
    make_matrices()
    for name, auto_class in MODELS.items():
        make_answers(name, auto_class)
