#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/embeddings.json: what sentence-transformers gives for a handful of texts.

"variants" are for tests/data/models/tiny-bert with other settings: the files to write beside links to
its own, and the embeddings. "all-MiniLM-L6-v2" holds those of that model; its folder is the argument,
and without one the values stay as they are.
"""
import json
import pathlib
import sys
import tempfile

import sentence_transformers

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
TINY = DATA / "models" / "tiny-bert"
OUTPUT = DATA / "embeddings.json"
TEXTS = [
    "A cat sits on the mat.",
    "",
    "How do I bake bread?",
    "The dogs play chess, and the cat is in the oven.",
    "bake " * 50,
    "Der Löwe ist nicht im Wörterbuch.",
]


def modules(*names):
    paths = ["" if name == "Transformer" else f"{i}_{name}" for i, name in enumerate(names)]
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (name, path) in enumerate(zip(names, paths))
    ]


def variant(name, pooling, normalize=True, transformer=None):
    names = ["Transformer", "Pooling"] + ["Normalize"] * normalize
    files = {
        "modules.json": modules(*names),
        "1_Pooling/config.json": {"word_embedding_dimension": 16, **pooling},
        "sentence_bert_config.json": transformer or {"max_seq_length": 32, "do_lower_case": False},
    }
    return {"name": name, "files": files}


VARIANTS = [
    variant("mean", {"pooling_mode_mean_tokens": True}),
    variant("cls", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}),
    variant("max", {"pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": False}, normalize=False),
    variant("sqrt", {"pooling_mode_mean_sqrt_len_tokens": True, "pooling_mode_mean_tokens": False}, normalize=False),
    variant("weighted", {"pooling_mode_weightedmean_tokens": True, "pooling_mode_mean_tokens": False}),
    variant("last", {"pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": False}),
    variant("three", {"pooling_mode_cls_token": True, "pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": True}),
    variant("name", {"pooling_mode": "cls"}),
    variant("names", {"pooling_mode": ["mean", "max"]}, normalize=False),
    variant("short", {"pooling_mode_mean_tokens": True}, transformer={"max_seq_length": 5, "do_lower_case": False}),
    variant("no-length", {"pooling_mode_mean_tokens": True}, transformer={"max_seq_length": None, "do_lower_case": False}),
    variant("lower", {"pooling_mode_mean_tokens": True}, transformer={"max_seq_length": 32, "do_lower_case": True}),
]


def lay_out(folder, files):
    """Links to tiny-bert's model and tokenizer, and the files of a variant."""
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]:
        (folder / name).symlink_to(TINY / name)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


def embed(folder):
    model = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    return [[float(f"{value:.9g}") for value in row] for row in model.encode(TEXTS).tolist()]


def main():
    previous = json.loads(OUTPUT.read_text(encoding="utf-8")) if OUTPUT.exists() else {}
    minilm = embed(sys.argv[1]) if len(sys.argv) > 1 else previous.get("all-MiniLM-L6-v2")
    for entry in VARIANTS:
        with tempfile.TemporaryDirectory() as folder:
            lay_out(pathlib.Path(folder), entry["files"])
            entry["embeddings"] = embed(folder)
    lines = [json.dumps(entry) for entry in VARIANTS]
    text = "{\n" + f'"texts": {json.dumps(TEXTS)},\n"variants": [\n' + ",\n".join(lines)
    text += f'\n],\n"all-MiniLM-L6-v2": {json.dumps(minilm)}\n}}\n'
    OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
