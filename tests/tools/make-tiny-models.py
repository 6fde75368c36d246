#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/models/bert-*: BERTs of random weights, and what transformers answers on them.

Each folder holds a checkpoint as save_pretrained() writes it, in every layout that readers meet, and
expected/CASE.safetensors: the tensors "inputs.NAME" and, computed in float32, "outputs.NAME", the
hidden states as "outputs.hidden_states.N". Where attention_mask is 0 the states of a token mean
nothing. Sizes are odd, so that no kernel has an easy life, and no bias or norm is 0 or 1.
"""
import pathlib
import shutil

import torch
import transformers
from safetensors.torch import load_file, save_file

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "models"
VOCAB_SIZE = 119
N_POSITIONS = 45
SIZES = {
    "vocab_size": VOCAB_SIZE,
    "hidden_size": 36,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 50,
    "max_position_embeddings": N_POSITIONS,
    "type_vocab_size": 2,
    "hidden_dropout_prob": 0.1,
}
HEADS = {
    "base": transformers.BertModel,
    "seqcls": transformers.BertForSequenceClassification,
    "tokcls": transformers.BertForTokenClassification,
    "qa": transformers.BertForQuestionAnswering,
    "mlm": transformers.BertForMaskedLM,
}


def make_model(head, seed, **options):
    labels = {"seqcls": 3, "tokcls": 5}.get(head, 2)
    config = transformers.BertConfig(**{**SIZES, "num_labels": labels, **options})
    torch.manual_seed(seed)
    model = HEADS[head](config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "LayerNorm.weight" in name else 0.0, 0.25)
    return model


def ids(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(5, VOCAB_SIZE, shape, generator=generator)


def padded(*lengths):
    mask = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
    for row, length in enumerate(lengths):
        mask[row, :length] = 1
    return {"input_ids": ids(*mask.shape, seed=1) * mask, "attention_mask": mask}


def labels_for(head):
    """Inputs that ask for a loss: some of them are left out (-100), or lie outside the text."""
    batch = padded(7, 4, 1)
    if head == "seqcls":
        return {**batch, "labels": torch.tensor([2, 0, 1])}
    if head == "tokcls":
        return {**batch, "labels": (ids(3, 7, seed=2) % 5).masked_fill(batch["attention_mask"] == 0, -100)}
    if head == "mlm":
        return {**batch, "labels": ids(3, 7, seed=2).masked_fill(ids(3, 7, seed=3) % 2 == 0, -100)}
    starts, ends = torch.tensor([1, 99, 0]), torch.tensor([6, 3, 0])
    return {**batch, "start_positions": starts, "end_positions": ends}


def cases_for(head):
    cases = {
        "plain": {"input_ids": ids(2, 7)},
        "one-token": {"input_ids": ids(1, 1)},
        "all-positions": {"input_ids": ids(1, N_POSITIONS)},
        "right-padded": padded(9, 3, 1, 8),
        "left-padded": {name: tensor.flip(1) for name, tensor in padded(5, 2).items()},
        "type-ids": {**padded(6, 4), "token_type_ids": ids(2, 6, seed=4) % 2},
    }
    if head != "base":
        cases["loss"] = labels_for(head)
    return cases


def save_case(folder, name, model, inputs):
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    tensors = {f"inputs.{key}": tensor.contiguous() for key, tensor in inputs.items()}
    for key, value in output.items():
        if key == "hidden_states":
            for i, states in enumerate(value):
                tensors[f"outputs.{key}.{i}"] = states.clone()
        else:
            tensors[f"outputs.{key}"] = value.clone()
    save_file(tensors, folder / f"{name}.safetensors")


def use_old_names(folder):
    """As checkpoints from before 2020: gamma and beta, the buffer of positions, no tied decoder."""
    path = folder / "model.safetensors"
    tensors = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in load_file(path).items()
        if ".decoder." not in name
    }
    tensors["bert.embeddings.position_ids"] = torch.arange(N_POSITIONS).unsqueeze(0)
    save_file(tensors, path, metadata={"format": "pt"})


def use_torch_save(folder):
    """As checkpoints from before safetensors: a zip of PyTorch, one tensor of it with the strides of a transpose."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    name = "encoder.layer.0.attention.self.query.weight"
    tensors[name] = tensors[name].t().contiguous().t()
    torch.save(tensors, folder / "pytorch_model.bin")
    path.unlink()


def make(name, model, head, cases=None, more_cases=(), **save_options):
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "expected").mkdir(parents=True)
    model.save_pretrained(folder, **save_options)
    for case, inputs in {**cases_for(head), **dict(more_cases)}.items():
        if cases is None or case in cases:
            save_case(folder / "expected", case, model, inputs)
    return folder


def main():
    for seed, head in enumerate(HEADS):
        make(f"bert-{head}", make_model(head, seed), head)
    few = ["plain", "right-padded"]
    make("bert-sharded", make_model("base", 11, num_hidden_layers=3), "base", few, max_shard_size="30KB")
    use_old_names(make("bert-oldnames", make_model("mlm", 12), "mlm", few))
    use_torch_save(make("bert-bin", make_model("base", 14), "base", few))
    half = make_model("seqcls", 13, hidden_act="relu", num_labels=1).half()
    regression = {"regression": {**padded(7, 4, 1), "labels": torch.tensor([0.5, -2.0, 1.25])}}
    folder = make("bert-fp16", half.float(), "seqcls", [*few, "regression"], regression)
    half.half().save_pretrained(folder)


if __name__ == "__main__":
    main()
