#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""100,000 random texts must come out of Trafo as they come out of the `tokenizers` wheel: ids, offsets and words.

    test-parity.py ENCODE_LINES FIXTURES

ENCODE_LINES is the program beside this file, FIXTURES the folder tests/data/tokenizers. Half of the texts go through the
fixtures' tokenizers and the one in TRAFO_WORDPIECE (a folder with a tokenizer.json), if it is set; the other half through
tokenizers made here, whose vocabulary has a token for nearly each character, so that every step shows: each normalizer and
pre-tokenizer, and chains of them, with added tokens of each kind. The seed is fixed.
"""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer, normalizers

N_TEXTS = 100_000
REFUSED = 0xFFFFFFFF
# What normalizers treat in ways of their own: case, composition, marks out of order, Hangul, ligatures, white space, ...
ODD = [0x0, 0xB, 0x1C, 0x7F, 0x85, 0xA0, 0xBD, 0xC5, 0xDF, 0x130, 0x131, 0x300, 0x307, 0x30A, 0x315, 0x323, 0x344, 0x345, 0x3A3, 0x3C2, 0x5B0, 0x5B4, 0x5D0,
       0x627, 0x64B, 0x651, 0x915, 0x93C, 0x94D, 0x958, 0x9BE, 0x9C7, 0x9CB, 0xE33, 0xE48, 0xF73, 0x1100, 0x1161, 0x11A8, 0x1B06, 0x1B35, 0x1B44, 0x1C89,
       0x1E69, 0x1E9E, 0x200B, 0x200D, 0x2028, 0x2126, 0x212B, 0x2460, 0x2E80, 0x3000, 0x302E, 0x3042, 0x304B, 0x3099, 0x4E2D, 0x9FFF, 0xA7CB, 0xAC00, 0xD55C,
       0xF900, 0xFB01, 0xFDFA, 0xFEFF, 0xFF21, 0xFF76, 0xFF9E, 0xFFFD, 0x10D50, 0x11930, 0x11935, 0x11938, 0x16FF0, 0x1D15E, 0x1D165, 0x1D16D, 0x1D400,
       0x1D7CE, 0x1F1E6, 0x1F600, 0x2CEF1, 0x2F800, 0xE0001]


def bert(**members):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **members}


def chain(*members, key="normalizers"):
    return {"type": "Sequence", key: [{"type": m} if isinstance(m, str) else m for m in members]}


def replace(pattern, content):
    return {"type": "Replace", "pattern": {"String": pattern}, "content": content}


def punctuation(behavior):
    return {"type": "Punctuation", "behavior": behavior}


def added(content, **flags):
    return {"id": 0, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


NORMALIZERS = [
    None, bert(), bert(lowercase=False), bert(strip_accents=False), bert(strip_accents=True, lowercase=False), bert(clean_text=False),
    bert(handle_chinese_chars=False), *({"type": t} for t in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents")),
    {"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Strip", "strip_left": False, "strip_right": True},
    {"type": "Prepend", "prepend": "x y"}, replace("a", "\u00e9b "), replace(" ", ""), replace("\u00e9", "q"),
    chain("NFKD", chain("StripAccents", "Lowercase")), chain(replace("b", "\u00c5x"), "NFD", bert()), chain("NFKC", bert(), "NFC", "Lowercase"),
    chain("NFKD", "NFC", {"type": "Prepend", "prepend": "\u00e9"}),
]
PRE_TOKENIZERS = [
    None, *({"type": t} for t in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit")),
    *(punctuation(b) for b in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")),
    chain("WhitespaceSplit", punctuation("Contiguous"), key="pretokenizers"),
]
ADDED = [
    [], [added("[M]"), added("\u00c9", normalized=True, special=False), added("ab", single_word=True)],
    [added("<a>", lstrip=True, rstrip=True), added("b c", normalized=True), added("\u00c5", normalized=True, lstrip=True), added(" x", rstrip=True)],
]
WORDS = ["[M]", "<a>", " <a> ", "\u00c9", "ab", "b c", " x  ", "[MASK]", "[CLS] ", "<new>", "solo", "  <strip>  ", "\u00abw\u00bb"]


def make_alphabet(rng):
    random_points = [c for c in (rng.randrange(0x110000) for _ in range(400)) if not 0xD800 <= c < 0xE000]
    return [chr(c) for c in [*ODD, *range(32, 127), *range(0xC0, 0x180), *range(0x300, 0x34F), *random_points]]


def make_vocabulary(alphabet):
    forms = [form().normalize_str for form in (normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Lowercase)]
    chars = set(alphabet)
    for _ in range(2):
        for form in forms:
            chars |= {c for char in list(chars) for c in form(char)}
    tokens = ["[UNK]", *(prefix + char for char in sorted(chars) for prefix in ("", "##")), "ab", "abc", "##cd", "##\u00e9", "the"]
    return {token: i for i, token in enumerate(dict.fromkeys(tokens))}


def make_text(rng, alphabet):
    text = "".join(rng.choice(alphabet) if rng.random() < 0.6 else rng.choice("  abet.\u00c9") for _ in range(rng.randrange(20)))
    while rng.random() < 0.3:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(WORDS) + text[at:]
    return text


def make_tokenizers(vocabulary):
    """Pairs of a normalizer and a pre-tokenizer: each normalizer with two, each pre-tokenizer with many."""
    for i, normalizer in enumerate(NORMALIZERS):
        for k in (1, i % len(PRE_TOKENIZERS), (i * 3 + 2) % len(PRE_TOKENIZERS)):
            yield {"version": "1.0", "truncation": None, "padding": None, "added_tokens": ADDED[(i + k) % len(ADDED)], "normalizer": normalizer,
                   "pre_tokenizer": PRE_TOKENIZERS[k], "post_processor": None, "decoder": None,
                   "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 12,
                             "vocab": vocabulary}}


def run_trafo(program, folder, texts):
    data = b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))
    out = subprocess.run([program, str(folder)], input=data, stdout=subprocess.PIPE, check=True).stdout
    at = 0
    for _ in texts:
        n, = struct.unpack_from("<I", out, at)
        at += 4
        if n == REFUSED:
            yield None
            continue
        rows = struct.unpack_from("<" + "IIIi" * n, out, at)
        at += 16 * n
        yield [rows[i:i + 4] for i in range(0, len(rows), 4)]
    assert at == len(out), "encode-lines wrote more than was asked"


def compare(program, folder, texts):
    """The number of texts that differ; says the first."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    n_different = 0
    for text, got, encoding in zip(texts, run_trafo(program, folder, texts), tokenizer.encode_batch(texts, add_special_tokens=False)):
        expected = [(i, *span, word) for i, span, word in zip(encoding.ids, encoding.offsets, encoding.word_ids)]
        if got != expected:
            if n_different == 0:
                print(f"# {ascii(text)}\n# expected {expected}\n# got      {got}")
            n_different += 1
    return n_different


def main():
    program, fixtures = sys.argv[1], Path(sys.argv[2])
    rng = random.Random(20260101)
    alphabet = make_alphabet(rng)
    texts = [make_text(rng, alphabet) for _ in range(N_TEXTS)]
    folders = [fixtures / "bert-json", fixtures / "other"]
    if "TRAFO_WORDPIECE" in os.environ:
        folders.append(Path(os.environ["TRAFO_WORDPIECE"]))
    made = list(make_tokenizers(make_vocabulary(alphabet)))
    print(f"1..{len(folders) + len(made)}")
    half = N_TEXTS // 2
    for i, folder in enumerate(folders):
        n = compare(program, folder, texts[i * half // len(folders):(i + 1) * half // len(folders)])
        print(f"{'ok' if n == 0 else 'not ok'} {i + 1} {folder.name}: {n} texts differ")
    for i, spec in enumerate(made):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tokenizer.json").write_text(json.dumps(spec), encoding="utf-8")
            Path(folder, "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="utf-8")
            n = compare(program, Path(folder), texts[half + i * half // len(made):half + (i + 1) * half // len(made)])
        what = json.dumps([spec["normalizer"], spec["pre_tokenizer"]])
        print(f"{'ok' if n == 0 else 'not ok'} {len(folders) + i + 1} {what}: {n} texts differ")


if __name__ == "__main__":
    main()
