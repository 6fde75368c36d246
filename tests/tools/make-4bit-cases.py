#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/4bit.safetensors: what bitsandbytes makes of weights in 4 bits on the CPU, on one thread.

Of each weight W, "W.w" [N, K], and each of "nf4" and "fp4", T: "W.T.codes" and "W.T.absmax", and what they
stand for, "W.T.values"; with other block sizes B "W.T.B.codes", "W.T.B.absmax" and "W.T.B.values". Of
scales S, "S.absmax", nested ones: "S.codes", "S.nested_absmax", "S.offset" and "S.values". What codes stand
for: "values.nf4", "values.fp4" and, of nested scales, "nested_quant_map".

And checkpoints in tests/data/quantized that transformers saved with bitsandbytes, and what it answers on
them (see make-tiny-models.py for the layout), computed in float32.
"""
import importlib.util
import pathlib
import shutil

import bitsandbytes
import bitsandbytes.functional as F
import torch
import transformers
from safetensors.torch import save_file

TOOLS = pathlib.Path(__file__).resolve().parent
DATA = TOOLS.parent / "data"
SIZES = [(1, 1), (3, 7), (5, 40), (24, 64), (20, 96), (3, 1030)]
DTYPES = [torch.float32, torch.float32, torch.bfloat16, torch.float32, torch.float32, torch.float16]
BLOCK_SIZES = [32, 128, 256, 4096]
N_SCALES = [1, 5, 7, 39, 300, 5003]
TYPES = ["nf4", "fp4"]


def make_weight(index):
    N, K = SIZES[index]
    random = torch.Generator().manual_seed(index)
    w = torch.randn(N, K, generator=random) * torch.rand(N, 1, generator=random)
    if N > 4:
        w[N // 2] = 0  # blocks of zeros
        w[0] = torch.linspace(-1, 1, K)  # ties
        w[1, :16] = F.get_4bit_type("nf4", device="cpu")
        w[2, :16] = F.get_4bit_type("fp4", device="cpu")
        w[3, 0] = 1e-40
        w[3, 1:] *= 1e-39
    return w.to(DTYPES[index])


def decode(codes, state, shape):
    """What dequantize_4bit() gives on every device; in 0.50.2 on the CPU with AVX-512 it takes other scales
    where blocks do not end with rows."""
    table = F.get_4bit_type(state.quant_type, device="cpu")
    absmax = state.absmax
    if state.nested:
        absmax = F.dequantize_blockwise(absmax, state.state2) + state.offset
    nibbles = torch.stack([codes.flatten() >> 4, codes.flatten() & 15], 1).flatten()[: shape.numel()]
    scales = absmax.repeat_interleave(state.blocksize)[: shape.numel()]
    values = (table[nibbles.long()] * scales).view(shape)
    if shape[-1] % state.blocksize == 0 or shape[-1] % 2 == 1:
        assert torch.equal(values.to(state.dtype), F.dequantize_4bit(codes, state))
    return values


def make_weights(tensors):
    for index in range(len(SIZES)):
        w = make_weight(index)
        tensors[f"{index}.w"] = w
        for name in TYPES:
            for block_size in [64] + (BLOCK_SIZES if index == 4 else []):
                codes, state = F.quantize_4bit(w, blocksize=block_size, quant_type=name)
                prefix = f"{index}.{name}" + ("" if block_size == 64 else f".{block_size}")
                tensors[f"{prefix}.codes"] = codes.flatten()
                tensors[f"{prefix}.absmax"] = state.absmax
                tensors[f"{prefix}.values"] = decode(codes, state, w.shape)


def make_scales(tensors):
    for index, n in enumerate(N_SCALES):
        absmax = torch.rand(n, generator=torch.Generator().manual_seed(index)) + 0.01
        offset = absmax.mean()
        codes, state = F.quantize_blockwise(absmax - offset, blocksize=256)
        values = F.dequantize_blockwise(codes, state) + offset
        tensors[f"scales{index}.absmax"] = absmax
        tensors[f"scales{index}.codes"] = codes
        tensors[f"scales{index}.nested_absmax"] = state.absmax
        tensors[f"scales{index}.offset"] = offset.reshape(1)
        tensors[f"scales{index}.values"] = values
    tensors["nested_quant_map"] = F.create_dynamic_map()
    for name in TYPES:
        tensors[f"values.{name}"] = F.get_4bit_type(name, device="cpu")


def load_tiny_models():
    spec = importlib.util.spec_from_file_location("tiny_models", TOOLS / "make-tiny-models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def use_float32(module):
    """What it computes on a device that has no kernel of its own; on the CPU it computes in bfloat16 where
    the processor can, whatever the compute dtype is."""
    state = module.weight.quant_state
    values = decode(module.weight.data, state, state.shape)
    module.forward = lambda x: torch.nn.functional.linear(x, values, module.bias)


def save_model(tiny, folder, source, head, **options):
    config = transformers.BitsAndBytesConfig(load_in_4bit=True, **options)
    model = tiny.HEADS[head].from_pretrained(source, quantization_config=config).eval()
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "expected").mkdir()
    for module in model.modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            use_float32(module)
    tiny.save_case(folder / "expected", "plain", model, {"input_ids": tiny.ids(2, 9, seed=3)})


def make_wide_model(tiny, folder):
    """Of sizes that kernels of 4 bits take, unlike the others."""
    model = tiny.make_model("opt", "lm", seed=7, hidden_size=64, ffn_dim=96)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)


def main():
    torch.set_num_threads(1)
    tensors = {}
    make_weights(tensors)
    make_scales(tensors)
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, DATA / "4bit.safetensors")
    tiny = load_tiny_models()
    models, quantized = DATA / "models", DATA / "quantized"
    save_model(
        tiny,
        quantized / "bert-seqcls-nf4",
        models / "bert-seqcls",
        "seqcls",
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
    )
    save_model(tiny, quantized / "gpt2-lm-fp4", models / "gpt2-lm", "lm")
    wide = DATA / "wide"
    make_wide_model(tiny, wide)
    save_model(tiny, quantized / "opt-wide-nf4", wide, "lm", bnb_4bit_quant_type="nf4")
    shutil.rmtree(wide)


if __name__ == "__main__":
    main()
