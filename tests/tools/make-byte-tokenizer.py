#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes the tokenizer of a small checkpoint: byte-level, 119 tokens, of which 0 is <|end|>, special;
then some words, parts of characters, and bytes, each by itself. Its class is no model's own, which
would add tokens that the model has no embeddings of.

    make-byte-tokenizer.py tests/data/models/gpt2-untied
"""
import json
import pathlib
import sys

SIZE = 119
# as the alphabet of byte-level models writes them: \u0120 is a space, \u010a a line's end; three bytes
# are one Chinese character
WORDS = ["<|end|>", "st", "op", "stop", "opera", "sto", "pper", "las", "topper", "to", "pped", "at",
         "\u0120of", "\u00e4\u00bd", "\u0142", "\u0120", "\u010a", "\u00c3", "\u00a9", "\u00a9x"]


def main():
    tokens = WORDS + [chr(c) for c in range(ord("!"), ord("~") + 1)]
    tokens += [f"other{i}" for i in range(len(tokens), SIZE)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    end = {"id": 0, "content": "<|end|>", "single_word": False, "lstrip": False, "rstrip": False,
           "normalized": False, "special": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
             "vocab": {token: i for i, token in enumerate(tokens)}, "merges": []}
    text = json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [end],
                       "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
                       "decoder": byte_level, "model": model})
    folder = pathlib.Path(sys.argv[1])
    (folder / "tokenizer.json").write_text(text + "\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}\n')


if __name__ == "__main__":
    main()
