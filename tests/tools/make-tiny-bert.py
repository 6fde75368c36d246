#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/models/tiny-bert: a sentence encoder of random weights and what it must answer.

The layout is that of a sentence-transformers checkpoint: mean pooling, then unit length. expected.json
holds what transformers answers in float32: compare with max|found - expected| <= 1e-4 * max|expected|.
"""
import json
import pathlib

import tokenizers
import torch
import transformers

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "models" / "tiny-bert"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "a the cat dog mat bread oven chess sits bake bakes plays is on in with and how do i ? . ,"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TEXTS = ["A cat sits on the mat.", "How do I bake bread?", "The dogs play chess in the oven"]


def save_tokenizer():
    pieces = [*SPECIAL, *WORDS.split(), *LETTERS, *("##" + letter for letter in LETTERS)]
    vocabulary = list(dict.fromkeys(pieces))
    (FOLDER / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    backend = tokenizers.BertWordPieceTokenizer(str(FOLDER / "vocab.txt"), lowercase=True)
    backend.save(str(FOLDER / "tokenizer.json"), pretty=False)
    config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": True,
        "model_max_length": 32,
        **dict(zip(["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"], SPECIAL)),
    }
    save_json("tokenizer_config.json", config)
    return backend, len(vocabulary)


def save_json(name, value):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def save_model(vocab_size):
    config = transformers.BertConfig(
        vocab_size=vocab_size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        type_vocab_size=2,
    )
    torch.manual_seed(1)
    model = transformers.BertModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.3)
    model.save_pretrained(FOLDER)
    return model


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    tokenizer, vocab_size = save_tokenizer()
    model = save_model(vocab_size)
    stages = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (path, name) in enumerate(stages)
    ]
    save_json("modules.json", modules)
    pooling = {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}
    save_json("1_Pooling/config.json", pooling)
    save_json("sentence_bert_config.json", {"max_seq_length": 32, "do_lower_case": False})

    tokenizer.enable_padding()
    encodings = tokenizer.encode_batch(TEXTS)
    ids = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings])
    with torch.no_grad():
        output = model(input_ids=ids, attention_mask=mask)
    states, weights = output.last_hidden_state, mask.unsqueeze(-1).float()
    pooled = (states * weights).sum(1) / weights.sum(1)
    embeddings = torch.nn.functional.normalize(pooled)
    save_json(
        "expected.json",
        {
            "n_parameters": sum(parameter.numel() for parameter in model.parameters()),
            "texts": TEXTS,
            "tokens": [encoding.tokens for encoding in encodings],
            "input_ids": ids.tolist(),
            "attention_mask": mask.tolist(),
            "pooler_output": output.pooler_output.tolist(),
            "embeddings": embeddings.tolist(),
        },
    )


if __name__ == "__main__":
    main()
