#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/models/{bert,distilbert,gpt2,opt}-*: models of random weights, and what transformers
answers on them; and tests/data/examples/albert-*, of a kind that plugins in examples/ bring.

Each folder holds a checkpoint as save_pretrained() writes it, in every layout that readers meet, and
expected/CASE.safetensors: the tensors "inputs.NAME" and, computed in float32, "outputs.NAME", the
hidden states as "outputs.hidden_states.N". Where attention_mask is 0 the states of a token mean
nothing. Sizes are odd, so that no kernel has an easy life, and no bias or norm is 0 or 1.

With --random N and --out FOLDER it makes N models of each kind instead, with any configuration that
transformers takes, for parity/models with TRAFO_MODELS=FOLDER.
"""
import argparse
import pathlib
import random
import shutil

import torch
import transformers
from safetensors.torch import load_file, save_file

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "models"
EXAMPLES = FOLDER.parent / "examples"
VOCAB_SIZE = 119
N_POSITIONS = 45
BERT_SIZES = {
    "vocab_size": VOCAB_SIZE,
    "hidden_size": 36,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 50,
    "max_position_embeddings": N_POSITIONS,
    "type_vocab_size": 2,
    "hidden_dropout_prob": 0.1,
}
DISTILBERT_SIZES = {
    "vocab_size": VOCAB_SIZE,
    "dim": 24,
    "n_layers": 2,
    "n_heads": 4,
    "hidden_dim": 50,
    "max_position_embeddings": N_POSITIONS,
}
GPT2_SIZES = {
    "vocab_size": VOCAB_SIZE,
    "n_embd": 24,
    "n_layer": 2,
    "n_head": 4,
    "n_inner": 50,
    "n_positions": N_POSITIONS,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": 0,
}
OPT_SIZES = {
    "vocab_size": VOCAB_SIZE,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "ffn_dim": 50,
    "max_position_embeddings": N_POSITIONS,
    "pad_token_id": 0,
}
ALBERT_SIZES = {
    "vocab_size": VOCAB_SIZE,
    "embedding_size": 20,
    "hidden_size": 36,
    "num_hidden_layers": 4,
    "num_hidden_groups": 2,
    "inner_group_num": 2,
    "num_attention_heads": 3,
    "intermediate_size": 50,
    "max_position_embeddings": N_POSITIONS,
}
FAMILIES = {
    "albert": (transformers.AlbertConfig, ALBERT_SIZES),
    "bert": (transformers.BertConfig, BERT_SIZES),
    "distilbert": (transformers.DistilBertConfig, DISTILBERT_SIZES),
    "gpt2": (transformers.GPT2Config, GPT2_SIZES),
    "opt": (transformers.OPTConfig, OPT_SIZES),
}
HEADS = {
    "base": transformers.AutoModel,
    "seqcls": transformers.AutoModelForSequenceClassification,
    "tokcls": transformers.AutoModelForTokenClassification,
    "qa": transformers.AutoModelForQuestionAnswering,
    "mlm": transformers.AutoModelForMaskedLM,
    "lm": transformers.AutoModelForCausalLM,
}


def is_norm_weight(name):
    return name.endswith("weight") and any(norm in name for norm in ("LayerNorm", "layer_norm", ".ln_", "ln_f"))


def make_model(family, head, seed, **options):
    labels = {"seqcls": 3, "tokcls": 5}.get(head, 2)
    config_class, sizes = FAMILIES[family]
    config = config_class(**{**sizes, "num_labels": labels, **options})
    torch.manual_seed(seed)
    model = HEADS[head].from_config(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if is_norm_weight(name) else 0.0, 0.25)
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
    if head in ("mlm", "lm"):
        return {**batch, "labels": ids(3, 7, seed=2).masked_fill(ids(3, 7, seed=3) % 2 == 0, -100)}
    starts, ends = torch.tensor([1, 99, 0]), torch.tensor([6, 3, 0])
    return {**batch, "start_positions": starts, "end_positions": ends}


def cases_for(family, head):
    cases = {
        "plain": {"input_ids": ids(2, 7)},
        "one-token": {"input_ids": ids(1, 1)},
        "all-positions": {"input_ids": ids(1, N_POSITIONS)},
        "right-padded": padded(9, 3, 1, 8),
        "left-padded": {name: tensor.flip(1) for name, tensor in padded(5, 2).items()},
    }
    if family in ("albert", "bert", "gpt2"):
        cases["type-ids"] = {**padded(6, 4), "token_type_ids": ids(2, 6, seed=4) % 2}
    if family != "bert":
        cases["position-ids"] = {"input_ids": ids(2, 6), "position_ids": ids(2, 6, seed=5) % N_POSITIONS}
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
        elif key != "past_key_values":
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


def save(name, model, root=FOLDER, **save_options):
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "expected").mkdir(parents=True)
    model.save_pretrained(folder, **save_options)
    return folder


def make(name, model, head, cases=None, more_cases=(), **save_options):
    folder = save(name, model, **save_options)
    for case, inputs in {**cases_for(name.split("-")[0], head), **dict(more_cases)}.items():
        if cases is None or case in cases:
            save_case(folder / "expected", case, model, inputs)
    return folder


FEW = ["plain", "right-padded", "loss"]


def make_berts():
    for seed, head in enumerate(["base", "seqcls", "tokcls", "qa", "mlm"]):
        make(f"bert-{head}", make_model("bert", head, seed), head)
    few = ["plain", "right-padded"]
    make("bert-sharded", make_model("bert", "base", 11, num_hidden_layers=3), "base", few, max_shard_size="30KB")
    use_old_names(make("bert-oldnames", make_model("bert", "mlm", 12), "mlm", few))
    use_torch_save(make("bert-bin", make_model("bert", "base", 14), "base", few))
    half = make_model("bert", "seqcls", 13, hidden_act="relu", num_labels=1).half()
    regression = {"regression": {**padded(7, 4, 1), "labels": torch.tensor([0.5, -2.0, 1.25])}}
    folder = make("bert-fp16", half.float(), "seqcls", [*few, "regression"], regression)
    half.half().save_pretrained(folder)


def make_distilberts():
    make("distilbert-base", make_model("distilbert", "base", 20), "base")
    for seed, head in enumerate(["seqcls", "tokcls", "qa", "mlm"], 21):
        make(f"distilbert-{head}", make_model("distilbert", head, seed), head, FEW)
    make("distilbert-untied", make_model("distilbert", "mlm", 25, tie_word_embeddings=False), "mlm", FEW)


def use_hub_names(folder):
    """As the first GPT-2 on the hub: no prefix, no tied head, and the causal masks."""
    path = folder / "model.safetensors"
    tensors = {name.removeprefix("transformer."): tensor for name, tensor in load_file(path).items()}
    mask = torch.ones(N_POSITIONS, N_POSITIONS).tril().view(1, 1, N_POSITIONS, N_POSITIONS)
    for layer in range(GPT2_SIZES["n_layer"]):
        tensors[f"h.{layer}.attn.bias"] = mask.clone()
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(tensors, path, metadata={"format": "pt"})


def make_gpt2s():
    make("gpt2-lm", make_model("gpt2", "lm", 30), "lm")
    scaled = {"scale_attn_by_inverse_layer_idx": True, "scale_attn_weights": False, "n_inner": None}
    make("gpt2-base", make_model("gpt2", "base", 31, reorder_and_upcast_attn=True, **scaled), "base", FEW)
    make("gpt2-seqcls", make_model("gpt2", "seqcls", 32), "seqcls", [*FEW, "left-padded", "type-ids"])
    make("gpt2-tokcls", make_model("gpt2", "tokcls", 33, activation_function="relu"), "tokcls", FEW)
    make("gpt2-qa", make_model("gpt2", "qa", 34, pad_token_id=None), "qa", FEW)
    use_hub_names(make("gpt2-hubnames", make_model("gpt2", "lm", 35), "lm", FEW))
    make("gpt2-untied", make_model("gpt2", "lm", 36, tie_word_embeddings=False), "lm", FEW)
    make("gpt2-wide", make_model("gpt2", "lm", 37, n_embd=64, n_inner=96), "lm", FEW)  # rows of whole blocks of 32


def make_opts():
    projected = {"do_layer_norm_before": False, "word_embed_proj_dim": 15}
    bare = {"enable_bias": False, "layer_norm_elementwise_affine": False, "_remove_final_layer_norm": True}
    make("opt-lm", make_model("opt", "lm", 40), "lm")
    make("opt-postnorm", make_model("opt", "lm", 41, **projected), "lm", [*FEW, "left-padded"])
    make("opt-base", make_model("opt", "base", 42, word_embed_proj_dim=33), "base", FEW)
    make("opt-seqcls", make_model("opt", "seqcls", 43, **bare), "seqcls", [*FEW, "left-padded"])
    make("opt-qa", make_model("opt", "qa", 44, activation_function="gelu"), "qa", FEW)


def make_alberts():
    make("albert-base", make_model("albert", "base", 50), "base", root=EXAMPLES)
    make("albert-mlm", make_model("albert", "mlm", 51), "mlm", [*FEW, "type-ids"], root=EXAMPLES)
    seqcls = make_model("albert", "seqcls", 52, num_hidden_groups=1, inner_group_num=1)
    make("albert-seqcls", seqcls, "seqcls", FEW, root=EXAMPLES)


def random_sizes(rng, names):
    """Values for the keys of a configuration that mean the same in each family."""
    head_size, n_heads = rng.randint(1, 17), rng.randint(1, 5)
    sizes = {
        "vocab": rng.randint(8, 200),
        "hidden": head_size * n_heads,
        "heads": n_heads,
        "layers": rng.randint(0, 3),
        "inner": rng.randint(1, 70),
        "positions": rng.randint(9, 60),
        "activation": rng.choice(["gelu", "gelu_new", "relu", "silu", "tanh", "gelu_pytorch_tanh", "quick_gelu"]),
    }
    return {key: sizes[meaning] for meaning, key in names.items()}


def random_bert(rng):
    names = {"vocab": "vocab_size", "hidden": "hidden_size", "heads": "num_attention_heads"}
    names |= {"layers": "num_hidden_layers", "inner": "intermediate_size", "activation": "hidden_act"}
    more = {"type_vocab_size": rng.randint(1, 4), "layer_norm_eps": rng.choice([1e-12, 1e-5, 0.1])}
    return random_sizes(rng, names | {"positions": "max_position_embeddings"}) | more


def random_distilbert(rng):
    names = {"vocab": "vocab_size", "hidden": "dim", "heads": "n_heads", "layers": "n_layers"}
    names |= {"inner": "hidden_dim", "positions": "max_position_embeddings", "activation": "activation"}
    return random_sizes(rng, names) | {"sinusoidal_pos_embds": rng.random() < 0.3}


def random_gpt2(rng):
    names = {"vocab": "vocab_size", "hidden": "n_embd", "heads": "n_head", "layers": "n_layer"}
    names |= {"inner": "n_inner", "positions": "n_positions", "activation": "activation_function"}
    options = random_sizes(rng, names)
    for key in ("scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn"):
        options[key] = rng.random() < 0.5
    if rng.random() < 0.3:
        options["n_inner"] = None
    return options | {"layer_norm_epsilon": rng.choice([1e-12, 1e-5, 0.1])}


def random_opt(rng):
    names = {"vocab": "vocab_size", "hidden": "hidden_size", "heads": "num_attention_heads"}
    names |= {"layers": "num_hidden_layers", "inner": "ffn_dim", "activation": "activation_function"}
    options = random_sizes(rng, names | {"positions": "max_position_embeddings"})
    for key in ("do_layer_norm_before", "_remove_final_layer_norm", "enable_bias", "layer_norm_elementwise_affine"):
        options[key] = rng.random() < 0.5
    if rng.random() < 0.5:
        options["word_embed_proj_dim"] = rng.randint(1, 50)
    return options


RANDOM_OPTIONS = {"bert": random_bert, "distilbert": random_distilbert, "gpt2": random_gpt2, "opt": random_opt}
RANDOM_HEADS = {
    "bert": ["base", "seqcls", "tokcls", "qa", "mlm"],
    "distilbert": ["base", "seqcls", "tokcls", "qa", "mlm"],
    "gpt2": ["base", "lm", "seqcls", "tokcls", "qa"],
    "opt": ["base", "lm", "seqcls", "qa"],
}


def random_labels(rng, head, config, batch, length):
    if head == "seqcls":
        problem = config.problem_type or ("regression" if config.num_labels == 1 else "single_label_classification")
        if problem == "single_label_classification":
            return {"labels": torch.randint(0, config.num_labels, (batch,))}
        if problem == "regression" and config.num_labels == 1:
            return {"labels": torch.randn(batch)}
        return {"labels": torch.rand(batch, config.num_labels)}
    if head == "qa":
        return {name: torch.randint(-2, length + 3, (batch,)) for name in ("start_positions", "end_positions")}
    classes = config.num_labels if head == "tokcls" else config.vocab_size
    labels = torch.randint(0, classes, (batch, length))
    return {"labels": labels.masked_fill(torch.rand(batch, length) < 0.3, -100)}


def random_inputs(rng, family, head, config):
    """A batch with any mask, with or without what may be left out."""
    batch, length = rng.randint(1, 4), rng.randint(1, config.max_position_embeddings)
    inputs = {"input_ids": torch.randint(0, config.vocab_size, (batch, length))}
    if rng.random() < 0.6:
        inputs["attention_mask"] = (torch.rand(batch, length) < 0.7).long()
        inputs["attention_mask"][:, rng.randrange(length)] = 1
    if rng.random() < 0.3:
        inputs["position_ids"] = torch.randint(0, config.max_position_embeddings, (batch, length))
    if family == "bert" and rng.random() < 0.5:
        inputs["token_type_ids"] = torch.randint(0, config.type_vocab_size, (batch, length))
    if family == "gpt2" and rng.random() < 0.3:
        inputs["token_type_ids"] = torch.randint(0, config.vocab_size, (batch, length))
    if head != "base" and rng.random() < 0.6:
        inputs |= random_labels(rng, head, config, batch, length)
        if "attention_mask" in inputs:
            # a token that is shown no key means nothing, yet it has a share in the loss
            inputs["attention_mask"][:, 0] = 1
    return inputs


def make_random(root, family, number):
    rng = random.Random(f"{family} {number}")
    head = rng.choice(RANDOM_HEADS[family])
    options = RANDOM_OPTIONS[family](rng)
    options["tie_word_embeddings"] = rng.random() < 0.7
    options["pad_token_id"] = rng.randrange(options["vocab_size"])
    options["num_labels"] = 2 if head == "qa" else rng.randint(1, 6)
    if head == "seqcls" and options["num_labels"] > 1 and rng.random() < 0.5:
        options["problem_type"] = rng.choice(["regression", "multi_label_classification"])
    model = make_model(family, head, number, **options)
    folder = save(f"{family}-random-{number}", model, root)
    for case in range(4):
        save_case(folder / "expected", f"random-{case}", model, random_inputs(rng, family, head, model.config))


def make_committed():
    make_berts()
    make_distilberts()
    make_gpt2s()
    make_opts()
    make_alberts()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--random", type=int, default=0, metavar="N")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.random == 0:
        make_committed()
    for number in range(options.random):
        for family in FAMILIES:
            make_random(options.out, family, number)


if __name__ == "__main__":
    main()
