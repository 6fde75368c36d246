#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes what transformers computes on a checkpoint, for `trafo verify MODEL --expected FILE`.

    pip install torch transformers safetensors
    make-expected.py MODEL --out FILE.safetensors [--auto-class AutoModelForX] [TEXT...]

The file holds tensors "inputs.NAME" and, computed in float32, "outputs.NAME" under the names of
transformers' outputs, and each layer's as "outputs.hidden_states.N". Texts become one padded batch;
without any, or without a tokenizer, the tokens are drawn.
"""
import argparse

import torch
import transformers
from safetensors.torch import save_file


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder or name of the checkpoint")
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--out", required=True, metavar="FILE.safetensors")
    parser.add_argument("--auto-class", help="class that loads it (that of config.json)")
    parser.add_argument("--trust-remote-code", action="store_true")
    return parser.parse_args()


def load(arguments):
    """The model, by the class that config.json names unless another is asked for."""
    config = transformers.AutoConfig.from_pretrained(
        arguments.model, trust_remote_code=arguments.trust_remote_code
    )
    named = (config.architectures or ["AutoModel"])[0]
    loader = getattr(transformers, arguments.auto_class or named)
    return loader.from_pretrained(arguments.model, dtype=torch.float32).eval()


def make_inputs(arguments, config):
    if arguments.texts:
        tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
        padding = len(arguments.texts) > 1
        return dict(tokenizer(arguments.texts, padding=padding, return_tensors="pt"))
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(config.vocab_size, (2, 12), generator=generator)
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def named_tensors(outputs):
    """The outputs that are tensors; a tuple of them, such as hidden_states, by number."""
    for name, value in outputs.items():
        if isinstance(value, torch.Tensor):
            yield name, value
        elif name == "hidden_states":
            for number, state in enumerate(value):
                yield f"{name}.{number}", state


def main():
    arguments = parse_arguments()
    model = load(arguments)
    inputs = make_inputs(arguments, model.config)
    with torch.no_grad():
        outputs = model(**inputs, output_hidden_states=True, return_dict=True)
    tensors = {f"inputs.{name}": tensor for name, tensor in inputs.items()}
    tensors |= {f"outputs.{name}": tensor for name, tensor in named_tensors(outputs)}
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, arguments.out)


if __name__ == "__main__":
    main()
