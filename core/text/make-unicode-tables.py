#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes core/text/trafo-unicode-tables.c: what each code point is, to the Hugging Face `tokenizers` wheel.

    make-unicode-tables.py > core/text/trafo-unicode-tables.c

The wheel mixes several versions of Unicode (one for its normal forms, an older one for categories, the newest for lower
case and regular expressions), so neither GLib's tables nor one version of the UCD give its answers. Every code point is
put through the wheel's own normalizers and pre-tokenizers instead. Combining classes cannot be read from it: Python's
are taken, for the marks that the wheel does reorder. How characters join to graphemes shows in what Precompiled drops: of a
short grapheme it replaces all by what stands for the first bytes of it that its map has.
"""
import itertools
import struct
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

BLOCK = 128
WHITESPACE, CONTROL, NONSPACING, PUNCTUATION, WORD, COMBINING, CJK, LOWER, CANONICAL, COMPATIBILITY, LETTER, NUMBER, NUMERIC = (1 << i for i in range(13))
POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def bert(clean=False, cjk=False, accents=False, lower=False):
    return normalizers.BertNormalizer(clean_text=clean, handle_chinese_chars=cjk, strip_accents=accents, lowercase=lower).normalize_str


def n_pieces(pre_tokenizer, text):
    return len(pre_tokenizer.pre_tokenize_str(text))


def describe(point, lower, nfd, nfkd):
    char = chr(point)
    flags = 0
    if n_pieces(SPLIT, "a" + char + "b") == 2:
        flags |= WHITESPACE
    if CLEAN(char) == "":
        flags |= CONTROL
    if nfd[point] == char and ACCENTS(char) == "":
        flags |= NONSPACING
    if n_pieces(PUNCT, "a" + char + "b") == 3:
        flags |= PUNCTUATION
    if n_pieces(WORDS, "a" + char + "b") == 1:
        flags |= WORD
    if STRIP(char) == "":
        flags |= COMBINING
    if CHINESE(char) != char:
        flags |= CJK
    if lower[point] != char:
        flags |= LOWER
    if nfd[point] != char:
        flags |= CANONICAL
    if nfkd[point] != char:
        flags |= COMPATIBILITY
    if n_pieces(LETTERS, "a" + char) == 1:
        flags |= LETTER
    if n_pieces(NUMBERS, "1" + char) == 1:
        flags |= NUMBER
    if n_pieces(DIGITS, "1" + char) == 1:
        flags |= NUMERIC
    return flags


def combining_class(point, nfd):
    """0 unless the wheel moves the mark before one of the highest class, 240."""
    value = unicodedata.combining(chr(point))
    if value in (0, 240):
        return value
    moved = NFD("a\u0345" + chr(point)) == "a" + nfd[point] + "\u0345"
    return value if moved else 0


def compositions(nfd):
    """Primary composites: (first, second) -> composed, both of one code point."""
    pairs = {}
    for point in POINTS:
        if point in HANGUL or nfd[point] == chr(point):
            continue
        whole = nfd[point]
        first, second = NFC(whole[:-1]), whole[-1]
        if len(first) == 1 and NFC(whole) == chr(point):
            pairs[ord(first), ord(second)] = point
    return pairs


def precompiled(keys):
    """Precompiled with a map of single bytes to the letter P: a double array with the root at 0 and the leaves behind."""
    units = [256 << 10] + [0] * 1023  # the root's children stand at 256 ^ byte
    for i, key in enumerate(keys):
        at, leaf = 256 ^ key, 512 + 2 * i
        units[at] = key | 1 << 8 | (at ^ leaf) << 10
        units[leaf] = 1 << 31
    trie = struct.pack(f"<{len(units)}I", *units)
    return normalizers.Precompiled(struct.pack("<I", len(trie)) + trie + b"P\0").normalize_str


def grapheme_kind(point):
    """The class of core/text/trafo-unicode-private.h, but for Hangul and regional indicators."""
    char = chr(point)
    if ACUTE(char + "\u0301\u0301").count("P") == 1:  # two marks behind a control character are a grapheme for themselves
        return 1
    if LETTER_A("a" + char) == "P":
        return 2
    if EVERY(char + "a") == "P":
        return 3
    return 4 if COPYRIGHT("\u00a9\u200d" + char).startswith("P\u200d") else 0


def scripts():
    """For each code point a number of its script, 0 for none: two characters of one script are not cut apart."""
    samples, numbers, last = [], [], 0
    for point in POINTS:
        char = chr(point)
        if n_pieces(SCRIPTS, char) == 0:
            numbers.append(0)
            continue
        if not last or n_pieces(SCRIPTS, samples[last - 1] + char) != 1:
            last = next((i + 1 for i, sample in enumerate(samples) if n_pieces(SCRIPTS, sample + char) == 1), 0)
        if not last:
            samples.append(char)
            last = len(samples)
        numbers.append(last)
    return numbers


def write_ranges(name, values):
    """The runs of equal values above 0; @values are those of POINTS."""
    rows = []
    for value, run in itertools.groupby(zip(values, POINTS), lambda pair: pair[0]):
        points = [point for _, point in run]
        if value:
            rows += [(points[0], 0xD7FF, value), (0xE000, points[-1], value)] if points[0] < 0xD800 < points[-1] else [(points[0], points[-1], value)]
    print(f"\nconst TrafoUnicodeRange trafo_unicode_{name}s[{len(rows)}] = {{")
    for start in range(0, len(rows), 4):
        print("  " + " ".join("{ 0x%x, 0x%x, %d }," % row for row in rows[start:start + 4]))
    print(f"}};\nconst gsize trafo_unicode_{name}_count = {len(rows)};")


def two_stages(values):
    blocks, index = {}, []
    for start in range(0, 0x110000, BLOCK):
        index.append(blocks.setdefault(tuple(values[start:start + BLOCK]), len(blocks)))
    return index, [value for block in blocks for value in block]


def write(kind, name, values, per_line=24, form="%d"):
    print(f"\nconst {kind} {name}[{len(values)}] = {{")
    for start in range(0, len(values), per_line):
        print("  " + " ".join((form % v) + "," for v in values[start:start + per_line]))
    print("};")


def write_decompositions(name, singular, table, pool):
    rows = []
    for point, text in table:
        sequence = tuple(map(ord, text))
        if sequence not in pool["at"]:
            pool["at"][sequence] = len(pool["points"])
            pool["points"].extend(sequence)
        rows.append("{ 0x%x, %d, %d }," % (point, pool["at"][sequence], len(sequence)))
    print(f"\nconst TrafoDecomposition {name}[{len(rows)}] = {{")
    for start in range(0, len(rows), 5):
        print("  " + " ".join(rows[start:start + 5]))
    print("};")
    print(f"const gsize {singular}_count = {len(rows)};")


def main():
    lower = {c: LOWERCASE(chr(c)) for c in POINTS}
    nfd = {c: NFD(chr(c)) for c in POINTS}
    nfkd = {c: NFKD(chr(c)) for c in POINTS}
    assert [c for c in POINTS if len(lower[c]) > 1] == [0x130], "only U+0130 may lower to two code points"
    kinds = {}
    classes = [0] * 0x110000
    for point in POINTS:
        kind = describe(point, lower, nfd, nfkd), combining_class(point, nfd)
        classes[point] = kinds.setdefault(kind, len(kinds))
    assert len(kinds) <= 256
    index, blocks = two_stages(classes)
    assert max(index) <= 255
    print("/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */")
    print(f"/* Generated by make-unicode-tables.py from tokenizers {tokenizers.__version__} and Python's Unicode"
          f" {unicodedata.unidata_version};\n * long because it is a table. */")
    print('#include "trafo-unicode-private.h"\n\n/* clang-format off */')
    write("guint8", "trafo_unicode_index", index)
    write("guint8", "trafo_unicode_blocks", blocks)
    write("guint16", "trafo_unicode_flags", [flags for flags, _ in kinds], 16, "0x%x")
    write("guint16", "trafo_unicode_ascii_flags", [list(kinds)[classes[c]][0] for c in range(128)], 16, "0x%x")
    write("guint8", "trafo_unicode_combining_classes", [ccc for _, ccc in kinds])
    pairs = [(c, ord(lower[c])) for c in POINTS if c >= 0x80 and len(lower[c]) == 1 and lower[c] != chr(c)]
    print(f"\nconst TrafoLowerCase trafo_unicode_lower[{len(pairs)}] = {{")
    for start in range(0, len(pairs), 7):
        print("  " + " ".join("{ 0x%x, 0x%x }," % pair for pair in pairs[start:start + 7]))
    print(f"}};\nconst gsize trafo_unicode_lower_count = {len(pairs)};")
    pool = {"at": {}, "points": []}
    plain = [c for c in POINTS if c not in HANGUL]
    write_decompositions("trafo_unicode_canonicals", "trafo_unicode_canonical",
                         [(c, nfd[c]) for c in plain if nfd[c] != chr(c)], pool)
    write_decompositions("trafo_unicode_compatibilities", "trafo_unicode_compatibility",
                         [(c, nfkd[c]) for c in plain if nfkd[c] != nfd[c]], pool)
    write("guint32", "trafo_unicode_pool", pool["points"], 14, "0x%x")
    rows = sorted((first, second, point) for (first, second), point in compositions(nfd).items())
    print(f"\nconst TrafoComposition trafo_unicode_compositions[{len(rows)}] = {{")
    for start in range(0, len(rows), 4):
        print("  " + " ".join("{ 0x%x, 0x%x, 0x%x }," % row for row in rows[start:start + 4]))
    print(f"}};\nconst gsize trafo_unicode_composition_count = {len(rows)};")
    write_ranges("grapheme", [grapheme_kind(point) for point in POINTS])
    write_ranges("script", scripts())
    print(f"{len(kinds)} kinds, {len(blocks)} bytes of blocks, {len(pool['points'])} in the pool", file=sys.stderr)


CLEAN, CHINESE, ACCENTS = bert(clean=True), bert(cjk=True), bert(accents=True)
LOWERCASE, STRIP = normalizers.Lowercase().normalize_str, normalizers.StripAccents().normalize_str
NFC, NFD, NFKD = (form().normalize_str for form in (normalizers.NFC, normalizers.NFD, normalizers.NFKD))
LETTERS, NUMBERS = (pre_tokenizers.Split(Regex(rf"\p{{{name}}}+"), "isolated") for name in "LN")
DIGITS, SCRIPTS = pre_tokenizers.Digits(), pre_tokenizers.UnicodeScripts()
EVERY, ACUTE, LETTER_A, COPYRIGHT = (precompiled(keys) for keys in (range(1, 256), b"\xcc", b"a", b"\xc2"))
SPLIT, PUNCT, WORDS = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Whitespace()

if __name__ == "__main__":
    main()
