#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Compares the JSON reader with Python's json on 20,000 texts, most of them broken a little."""

import json
import random
import sys

from parse_many import mutate, parse_many, report, show_string

N_INPUTS = 20000
TEXTS = [
    b'{"model_type": "bert", "hidden_size": 768, "eps": 1e-12, "x": [1, -2.5E+3, true, false, null]}',
    b'{"vocab": {"a": 0, "\\u0120the": 1, "\\ud83d\\ude00": 2, "\\"\\\\\\/\\b\\f\\n\\r\\t": 3}, "e": []}',
    '["é", "€ \U0001f600", {"ключ": {}}, [[[[0]]]], -0, -0.0, 12345678901234567890123]'.encode(),
    b' \t\r\n[ "" , "long enough for two machine words" , { "a" : { "a" : { "a" : 1 } } } ] ',
    b'{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":{"k0":0}}',
    b'"\\u00e9"', b"-1.25e-3", b"[]", b"{}",
]
TOKENS = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"\\u0000", b"\\n", b"\\x",
    b"0", b"-", b"+", b".", b"e", b"E5", b"01", b"1.", b".5", b"true", b"null", b"NaN", b"Infinity", b"tru",
    b" ", b"\n", b"\x00", b"\x0c", b"\x1f", b"\x7f", b"\x80", b"\xc3", b"\xc3\xa9", b"\xc0\xaf", b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xc2\xa0", b"//", b"/**/", b"'", b'"a":1,', b"[[",
]


def refuse(reason):
    raise ValueError(reason)


def members(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        refuse("a key that comes twice")
    return pairs and ("object", pairs) or ("object", [])


def canonical(value):
    if isinstance(value, tuple):
        return "{" + "".join(canonical_key(k) + canonical(v) for k, v in value[1]) + "},"
    if isinstance(value, list):
        return "[" + "".join(map(canonical, value)) + "],"
    if isinstance(value, str):
        return canonical_key(value) + ","
    return {True: "true,", False: "false,", None: "null,"}[value] if value is None or isinstance(value, bool) \
        else value.text + ","


def canonical_key(string):
    if any(0xd800 <= ord(c) < 0xe000 for c in string):
        refuse("a lone surrogate")
    return show_string(string)


class Number:
    def __init__(self, text):
        self.text = text


def parse_float(text):
    number = float(text)
    if number in (float("inf"), float("-inf")):
        refuse("out of range")
    # C and Python write the hexadecimal form differently; what counts is the value
    return Number(number.hex())


def expect(data):
    """What a strict reader says: (accepted, canonical form)."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_constant=refuse,
                           parse_int=Number, parse_float=parse_float)
        return True, canonical(value)
    except ValueError:
        return False, None


def same(found, expected):
    """Compares canonical forms, in which floats are hexadecimal of either style."""
    found, expected = found.split(","), expected.split(",")
    return len(found) == len(expected) and all(
        f == e or "0x" in f and f[:f.rfind("[") + 1] == e[:e.rfind("[") + 1]
        and float.fromhex(number(f)) == float.fromhex(number(e)) for f, e in zip(found, expected))


def number(text):
    sign = "-" if "-0x" in text else ""
    return sign + text[text.rindex("0x"):]


def main():
    rng = random.Random(8259)
    inputs = TEXTS + [mutate(rng, rng.choice(TEXTS), TOKENS) for _ in range(N_INPUTS - len(TEXTS))]
    results = parse_many(sys.argv[1], "json", inputs)
    failures = []
    for data, (accepted, found) in zip(inputs, results):
        expected_accepted, expected = expect(data)
        if accepted != expected_accepted or accepted and not same(found, expected):
            failures.append(f"{data!r}: found {accepted} {found}, expected {expected_accepted} {expected}")
    report(sum(accepted for accepted, _ in results), len(inputs), failures)


main()
