#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""What `trafo train-tokenizer` learns from random text must be what the `tokenizers` wheel learns: the whole of tokenizer.json,
byte for byte.

    test-training.py TRAFO [N_CORPORA [SEED]]

The wheel numbers symbols with affixes ("##a") in the order of a hash table that differs from run to run, and ties are broken
by these numbers. So both get the symbols as special tokens, in the order in which Trafo would number them.
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

N_CORPORA = int(sys.argv[2]) if len(sys.argv) > 2 else 120
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20260102
ALPHABETS = ["ab", "abc", "abcdef ghijk", "a\u00e9\u6f22b \u0301x", "abcdefghijklmnopqrstuvwxyz.,!? '-0123"]


def write_corpus(rng, path):
    alphabet = rng.choice(ALPHABETS)
    longest = rng.choice([3, 6, 12])
    words = ["".join(rng.choices(alphabet, k=rng.randint(1, longest))) for _ in range(rng.randint(1, 60))]
    with open(path, "w", encoding="utf-8", newline="") as file:
        for _ in range(rng.randint(1, 30)):
            separator = rng.choice([" ", "  ", ""])
            file.write(separator.join(rng.choices(words, k=rng.randint(1, 12))) + rng.choice(["\n", "\r\n", "\n", "", "\n"]))


def draw_options(rng, recipe):
    options = {"vocab_size": rng.choice([0, 5, 30, 100, 290, 400, 1000]), "min_frequency": rng.choice([0, 0, 1, 2, 3]),
               "special_tokens": rng.choice([[], ["[UNK]"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], ["<s>", "ab", "a", "ab"]])}
    if recipe != "wordpiece" and rng.random() < 0.4:
        options["max_token_length"] = rng.choice([1, 2, 3, 4, 5, 8])
    if recipe != "byte-level-bpe" and rng.random() < 0.2:
        options["initial_alphabet"] = rng.choice(["xyz", "\u03a9a", "\u00e9"])
    if recipe == "bpe" and rng.random() < 0.3:
        options["continuing_subword_prefix"] = rng.choice(["##", "~"])
    if recipe != "byte-level-bpe" and rng.random() < 0.3:
        options["end_of_word_suffix"] = "</w>"
    return options


def train_wheel(recipe, path, options):
    options = {**options, "show_progress": False}
    if "initial_alphabet" in options:
        options["initial_alphabet"] = list(options["initial_alphabet"])
    if recipe == "byte-level-bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(**options, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    elif recipe == "bpe":
        tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        if "end_of_word_suffix" in options:
            tokenizer.decoder = decoders.BPEDecoder(suffix=options["end_of_word_suffix"])
        trainer = trainers.BpeTrainer(**options)
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(**options)
    tokenizer.train([path], trainer)
    if recipe == "wordpiece" and "[CLS]" in options["special_tokens"]:
        tokenizer.post_processor = processors.BertProcessing(*((token, tokenizer.token_to_id(token)) for token in ("[SEP]", "[CLS]")))
    return tokenizer.to_str(pretty=True)


def train_trafo(program, recipe, path, options, folder):
    arguments = [f"--{key.replace('_', '-')}={value}" for key, value in options.items() if key != "special_tokens"]
    arguments += [f"--special-tokens={token}" for token in options["special_tokens"] or [""]]
    subprocess.run([program, "train-tokenizer", "--json", "--recipe", recipe, "--output", folder, *arguments, "--", path], check=True, stdout=subprocess.DEVNULL)
    return (Path(folder) / "tokenizer.json").read_text(encoding="utf-8")


def find_symbols(text, prefix, suffix):
    """The tokens that are one character and an affix, in their order."""
    vocabulary = json.loads(text)["model"]["vocab"]
    for token in sorted(vocabulary, key=vocabulary.get):
        inner = token.removeprefix(prefix)
        if any(len(core) == 1 and core != token for core in (inner, token.removesuffix(suffix), inner.removesuffix(suffix))):
            yield token


def compare(program, rng, folder):
    recipe = rng.choice(["byte-level-bpe", "bpe", "wordpiece"])
    options = draw_options(rng, recipe)
    corpus = str(Path(folder) / "corpus.txt")
    write_corpus(rng, corpus)
    found = train_trafo(program, recipe, corpus, options, folder)
    prefix = options.get("continuing_subword_prefix", "##" if recipe == "wordpiece" else "")
    suffix = options.get("end_of_word_suffix", "")
    if prefix or suffix:
        options["special_tokens"] = options["special_tokens"] + [s for s in find_symbols(found, prefix, suffix) if s not in options["special_tokens"]]
        found = train_trafo(program, recipe, corpus, options, folder)
    expected = train_wheel(recipe, corpus, options)
    if found == expected:
        return True
    pairs = zip(expected.splitlines(), found.splitlines())
    first = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    print(f"# {recipe} {ascii(options)}: expected {ascii(first[0])}, got {ascii(first[1])}")
    return False


def main():
    rng = random.Random(SEED)
    print("1..1")
    with tempfile.TemporaryDirectory() as folder:
        n_different = sum(not compare(sys.argv[1], rng, folder) for _ in range(N_CORPORA))
    print(f"{'ok' if n_different == 0 else 'not ok'} 1 {N_CORPORA} corpora: {n_different} differ")


if __name__ == "__main__":
    main()
