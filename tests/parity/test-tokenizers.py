#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""100,000 random texts must come out of Trafo as they come out of the `tokenizers` wheel: ids, offsets, words and types,
and what they decode to.

    test-tokenizers.py ENCODE_LINES FIXTURES [N_TEXTS [SEED]]

ENCODE_LINES is the program beside this file, FIXTURES the folder tests/data/tokenizers. A quarter of the texts go through
the fixtures' tokenizers and the folders in TRAFO_TOKENIZERS (with a tokenizer.json each, separated by colons), if it is set;
the others through tokenizers made here. Those of WordPiece pair every normalizer with pre-tokenizers; the others put every
component and every option of the models together at random. The seed is fixed.
"""
import base64
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

N_TEXTS = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 20260101
N_MIXED = 150
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


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
BLOOM = " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+"
DEEPSEEK = [r"[\r\n]", r"\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u0400-\u0481]+", r"\s?[!-/:-~\uff01-\uff0f\u2018-\u201f\u3000-\u3002]+", r"\s+$", "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"]
REGEXES = [GPT2, LLAMA3, QWEN2, O200K, BLOOM, *DEEPSEEK, r"\d", r"\p{N}{1,3}", r"\w+", r"\b", r"(?=a)", r"x*", r"[^\S\n]+", r"(?i:THE|\u00e9)", r"^a|b$", r"[\w'-]+", r"\s{2,}", r"."]
NOT_EMPTY = [regex for regex in REGEXES if regex not in (r"\b", r"(?=a)", "x*")]  # what is put in before all text, the wheel cannot cut
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def byte_level(**members):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True, **members}


def metaspace(**members):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True, **members}


def make_charsmap(pairs):
    """A precompiled_charsmap as SentencePiece writes it: a double array of the keys' bytes, and the replacements."""
    blob, trie = b"", {}
    for key, value in pairs.items():
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(blob)
        blob += value.encode() + b"\0"
    units, used = [0] * 256, {0}

    def place(at, node):
        labels = [byte or 0 for byte in node]
        base = next(b for b in itertools.count(1) if not any(b ^ label in used for label in labels))
        units.extend([0] * (256 * (base // 256 + 1) - len(units)))
        units[at] = units[at] & 0xFF | (base ^ at) << 10 | (0x100 if None in node else 0)
        used.update(base ^ label for label in labels)
        for byte, child in node.items():
            units[base ^ (byte or 0)] = child | 1 << 31 if byte is None else byte
        for byte, child in node.items():
            if byte is not None:
                place(base ^ byte, child)

    place(0, trie)
    data = struct.pack(f"<{len(units)}I", *units)
    return base64.b64encode(struct.pack("<I", len(data)) + data + blob).decode()


CHARSMAP = make_charsmap({"a": "e", "\u00e9": "e\u0301", "e\u0301": "\u00e9", "\u00bd": "1\u20442", "\u00df": "ss", "\r": " ", "\n": " ", "\u200b": "", "x": "",
                          "\ufb01": "fi", "\u00a9": "(c)", "\u3099": "", "\u0345": "\u03b9", "\u1100": "\u11a8", "\u00c5": "A", "\ufdfa": "\u0635\u0644\u0649 "})


def draw_split(rng):
    pattern = {"Regex": rng.choice(REGEXES)} if rng.random() < 0.8 else {"String": rng.choice([" ", "a", "ab", ".", "\u00e9"])}
    return {"type": "Split", "pattern": pattern, "behavior": rng.choice(BEHAVIORS), "invert": rng.random() < 0.3}


def draw_pre_tokenizer(rng, byte_alphabet):
    """Where the model has the alphabet of bytes, ByteLevel comes last."""
    simple = [
        lambda: None, lambda: {"type": "BertPreTokenizer"}, lambda: {"type": "Whitespace"}, lambda: {"type": "WhitespaceSplit"},
        lambda: punctuation(rng.choice(BEHAVIORS)), lambda: {"type": "Digits", "individual_digits": rng.random() < 0.5},
        lambda: {"type": "CharDelimiterSplit", "delimiter": rng.choice(" a\u00e9.")}, lambda: {"type": "UnicodeScripts"},
        lambda: {"type": "FixedLength", "length": rng.randrange(1, 6)}, lambda: draw_split(rng), lambda: draw_split(rng), lambda: draw_split(rng),
        lambda: metaspace(prepend_scheme=rng.choice(["always", "first", "never"]), split=rng.random() < 0.6, replacement=rng.choice("\u2581\u2581_")),
    ]
    steps = [step for step in (rng.choice(simple)() for _ in range(rng.choice([0, 1, 1, 2, 3]))) if step]
    if byte_alphabet:
        steps.append(byte_level(add_prefix_space=rng.random() < 0.5, use_regex=rng.random() < 0.5))
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else {"type": "Sequence", "pretokenizers": steps}


def draw_normalizer(rng):
    more = [{"type": "Nmt"}, {"type": "Nmt"}, {"type": "ByteLevel"}, {"type": "Prepend", "prepend": "\u2581"}, replace(" ", "\u2581"),
            *({"type": "Replace", "pattern": {"Regex": rng.choice(NOT_EMPTY)}, "content": rng.choice(["a", " ", "\u00e9\u2581"])} for _ in range(4)),
            {"type": "Replace", "pattern": {"Regex": r"\s{2,}"}, "content": ""}]  # the wheel panics if an added token becomes nothing
    if CHARSMAP:
        more += [{"type": "Precompiled", "precompiled_charsmap": CHARSMAP}] * 6
    steps = [rng.choice(NORMALIZERS[1:] + more * 3) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
    if not steps:
        return None
    return steps[0] if len(steps) == 1 else {"type": "Sequence", "normalizers": steps}


def draw_decoder(rng):
    steps = [
        byte_level(), {"type": "WordPiece", "prefix": "##", "cleanup": rng.random() < 0.5}, metaspace(prepend_scheme=rng.choice(["always", "never"])),
        {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": rng.choice(" a\u2581"), "start": rng.randrange(3), "stop": 0},
        replace(rng.choice(["\u2581", "a", "ab"]), rng.choice([" ", "", "xyz"])),
        {"type": "Replace", "pattern": {"Regex": rng.choice(REGEXES)}, "content": "_"},
        {"type": "BPEDecoder", "suffix": rng.choice(["</w>", "a"])},
        {"type": "CTC", "pad_token": rng.choice(["a", "[UNK]"]), "word_delimiter_token": "|", "cleanup": rng.random() < 0.5}]
    chosen = [rng.choice(steps) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    if not chosen:
        return None
    return chosen[0] if len(chosen) == 1 else {"type": "Sequence", "decoders": chosen}


def draw_post_processor(rng):
    template = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[B]", "type_id": 2}}, {"Sequence": {"id": "A", "type_id": 1}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"[B]": {"id": "[B]", "ids": [1, 2], "tokens": ["a", "b"]}}}
    trimming = byte_level(trim_offsets=True, add_prefix_space=rng.random() < 0.5)
    roberta = {"type": "RobertaProcessing", "sep": ["b", 2], "cls": ["a", 1], "trim_offsets": rng.random() < 0.7, "add_prefix_space": rng.random() < 0.5}
    return rng.choice([None, template, trimming, roberta, {"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]},
                       {"type": "Sequence", "processors": [trimming, template]}])


def draw_merges(rng, tokens, prefix=""):
    """Merges of tokens that come often, at random."""
    merges, some = [], [t for t in tokens if t.strip(prefix) in list("abetx. \u2581\u0120\u00e9\u00c9_'\u00c3\u00a9\u4e2d")]
    for _ in range(rng.choice([0, 60, 200])):
        left, right = rng.choice(some), rng.choice(some)
        if right.startswith(prefix):
            merged = left + right[len(prefix):]
            if len(merged) < 9:
                merges.append([left, right] if rng.random() < 0.99 else [right, left] if left.startswith(prefix) else [left, right])
                merged = merges[-1][0] + merges[-1][1][len(prefix):]
                tokens.append(merged)
                some.append(merged)
    return merges


def draw_bpe(rng, chars, byte_alphabet):
    model = {"type": "BPE", "dropout": None, "unk_token": rng.choice([None, "[UNK]"]), "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": rng.random() < 0.5, "byte_fallback": False, "ignore_merges": rng.random() < 0.2}
    tokens = ["[UNK]", "a", "b"]
    if byte_alphabet:
        tokens += pre_tokenizers.ByteLevel.alphabet()
        tokens[3:] = sorted(tokens[3:])
        merges = draw_merges(rng, tokens)
    else:
        prefix = model["continuing_subword_prefix"] = rng.choice([None, None, "", "##", "~"])
        suffix = model["end_of_word_suffix"] = rng.choice([None, None, "", "</w>"])
        known = [c for c in chars if rng.random() < 0.8 or c in "abetx "]
        tokens += known
        if prefix:
            tokens += [prefix + c for c in known]
        if suffix:
            tokens += [c + suffix for c in known] + [(prefix or "") + c + suffix for c in known]
        model["byte_fallback"] = not prefix and not suffix and rng.random() < 0.6  # with both the wheel's offsets leave the text
        if model["byte_fallback"]:
            tokens += [f"<0x{i:02X}>" for i in range(256) if i != 0xC4 or rng.random() < 0.5]
        merges = draw_merges(rng, tokens, prefix or "")
    model["vocab"] = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    splittable = all(" " not in left + right for left, right in merges)
    model["merges"] = [" ".join(m) for m in merges] if splittable and rng.random() < 0.3 else merges
    return model


def draw_unigram(rng, chars, byte_alphabet):
    tokens = ["[UNK]", "a", "b"] + (sorted(pre_tokenizers.ByteLevel.alphabet()) if byte_alphabet else [c for c in chars if rng.random() < 0.8 or c in "abetx "])
    draw_merges(rng, tokens)
    byte_fallback = rng.random() < 0.4
    if byte_fallback:
        tokens += [f"<0x{i:02X}>" for i in range(256) if i != 0xC4 or rng.random() < 0.5]
    tokens = list(dict.fromkeys(tokens))
    return {"type": "Unigram", "unk_id": rng.choice([0, 0, 0, 4]), "byte_fallback": byte_fallback,
            "vocab": [[token, 0.0 if i == 0 else -rng.randrange(1, 2000) / 64 / max(1, len(token) - 1)] for i, token in enumerate(tokens)]}


def draw_model(rng, chars, byte_alphabet):
    kind = rng.random()
    if kind < 0.6:
        return draw_bpe(rng, chars, byte_alphabet)
    if kind < 0.9:
        return draw_unigram(rng, chars, byte_alphabet)
    return {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {t: i for i, t in enumerate(["[UNK]", "a", "b", "ab", "the", "\u2581a", "\u00e9", " ", "."])}}


def make_mixed(rng, chars):
    for i in range(N_MIXED):
        byte_alphabet = i % 3 == 0
        yield {"version": "1.0", "truncation": None, "padding": None, "added_tokens": rng.choice(ADDED), "normalizer": draw_normalizer(rng),
               "pre_tokenizer": draw_pre_tokenizer(rng, byte_alphabet), "post_processor": draw_post_processor(rng), "decoder": draw_decoder(rng),
               "model": draw_model(rng, chars, byte_alphabet)}


def make_alphabet(rng):
    random_points = [c for c in (rng.randrange(0x110000) for _ in range(400)) if not 0xD800 <= c < 0xE000]
    chars = [chr(c) for c in [*ODD, *range(32, 127), *range(0xC0, 0x180), *range(0x300, 0x34F), *random_points]]
    # PCRE2's Unicode may be older than the wheel's: what only the latter knows for a letter, regular expressions treat apart.
    words = pre_tokenizers.Split(Regex(r"\w"), "removed")
    return [c for c in chars if unicodedata.category(c) != "Cn" or words.pre_tokenize_str(c)]


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
        rows = struct.unpack_from("<" + "IIIiI" * n, out, at)
        at += 20 * n
        strings = []
        for _ in range(2):
            size, = struct.unpack_from("<I", out, at)
            size = 0 if (failed := size == REFUSED) else size
            strings.append(None if failed else out[at + 4:at + 4 + size].decode())
            at += 4 + size
        yield [rows[i:i + 5] for i in range(0, len(rows), 5)], *strings
    assert at == len(out), "encode-lines wrote more than was asked"


def expect(tokenizer, text):
    """What the wheel says; None where it refuses or panics."""
    try:
        encoding = tokenizer.encode(text)
    except BaseException:
        return None
    rows = [(i, *span, -1 if word is None else word, type_id)
            for i, span, word, type_id in zip(encoding.ids, encoding.offsets, encoding.word_ids, encoding.type_ids)]
    tokens = "\n".join(encoding.tokens).replace("\0", "\u2400")  # as strings of C show a NUL
    try:
        return rows, tokens, tokenizer.decode(encoding.ids, skip_special_tokens=False).replace("\0", "\u2400")
    except BaseException:
        return rows, tokens, None


def compare(program, folder, texts):
    """The number of texts that differ, and of those that the wheel has no answer to; says the first."""
    try:
        results = list(run_trafo(program, folder, texts))
    except subprocess.CalledProcessError:
        return len(texts), 0
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    n_different = n_unanswered = 0
    for text, got in zip(texts, results):
        expected = expect(tokenizer, text)
        if expected is None or expected[-1] is None:
            n_unanswered += 1
            got = got and (*got[:-1], None)
            if expected is None:
                continue
        if got != expected:
            if n_different == 0:
                print(f"# {ascii(text)}\n# expected {ascii(expected)}\n# got      {ascii(got)}")
            n_different += 1
    return n_different, n_unanswered


def describe(spec):
    """The components, without vocabularies."""
    model = {key: value for key, value in spec["model"].items() if key not in ("vocab", "merges")}
    parts = [spec["normalizer"], spec["pre_tokenizer"], model, spec["post_processor"] and spec["post_processor"]["type"], spec["decoder"]]
    return json.dumps(parts).replace(CHARSMAP or "\0", "...").replace("#", "\\#")


def main():
    program, fixtures = sys.argv[1], Path(sys.argv[2])
    rng = random.Random(SEED)
    alphabet = make_alphabet(rng)
    texts = [make_text(rng, alphabet) for _ in range(N_TEXTS)]
    folders = [fixtures / "bert-json", fixtures / "other", *map(Path, filter(None, os.environ.get("TRAFO_TOKENIZERS", "").split(":")))]
    vocabulary = make_vocabulary(alphabet)
    chars = [token for token in vocabulary if len(token) == 1] + ["\u2581"]
    made = [*make_tokenizers(vocabulary), *make_mixed(rng, chars)]
    print(f"1..{len(folders) + len(made)}")
    quarter = N_TEXTS // 4
    for i, folder in enumerate(folders):
        n, _ = compare(program, folder, texts[i * quarter // len(folders):(i + 1) * quarter // len(folders)])
        print(f"{'ok' if n == 0 else 'not ok'} {i + 1} {folder.name}: {n} texts differ", flush=True)
    rest = N_TEXTS - quarter
    for i, spec in enumerate(made):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tokenizer.json").write_text(json.dumps(spec), encoding="utf-8")
            Path(folder, "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="utf-8")
            n, unanswered = compare(program, Path(folder), texts[quarter + i * rest // len(made):quarter + (i + 1) * rest // len(made)])
        print(f"{'ok' if n == 0 else 'not ok'} {len(folders) + i + 1} {describe(spec)}: {n} texts differ, {unanswered} without an answer", flush=True)


if __name__ == "__main__":
    main()
