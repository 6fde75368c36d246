# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Runs the program parse-many, and makes broken inputs out of good ones."""

import random
import struct
import subprocess
import sys


def parse_many(program, kind, inputs):
    """[(accepted, canonical form or error)] for [bytes]."""
    stdin = b"".join(struct.pack("<I", len(data)) + data for data in inputs)
    lines = subprocess.run([program, kind], input=stdin, stdout=subprocess.PIPE, check=True).stdout.splitlines()
    if len(lines) != len(inputs):
        raise RuntimeError(f"found {len(lines)} results, expected {len(inputs)}")
    return [(line[:2] == b"+ ", line[2:].decode("utf-8", "backslashreplace")) for line in lines]


def show_string(string):
    return '"' + "".join(
        c if c.isascii() and c.isalnum() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
        for c in string) + '"'


def mutate(rng: random.Random, data: bytes, tokens) -> bytes:
    """One to three small changes: bytes changed, taken out, doubled, swapped, tokens put in."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        i = rng.randrange(len(data) + 1)
        j = min(len(data), i + rng.choice((1, 1, 1, 2, 4, 8, 30)))
        kind = rng.randrange(6)
        if kind == 0:
            data = data[:i] + data[j:]
        elif kind == 1:
            data = data[:j] + data[i:]
        elif kind == 2:
            data = data[:i] + bytes([rng.randrange(256)]) + data[i + 1:]
        elif kind == 3:
            data = data[:i] + rng.choice(tokens) + data[i:]
        elif kind == 4:
            data = data[:i] + rng.choice(tokens) + data[j:]
        else:
            k = rng.randrange(len(data) + 1)
            data = data[:i] + data[k:k + j - i] + data[i:]
    return data


def report(n_accepted, n_inputs, failures):
    """Prints TAP: the sides agree, and the inputs were neither all good nor all bad."""
    for failure in failures[:20]:
        print(f"# {failure}")
    is_mixed = 0.05 < n_accepted / n_inputs < 0.95
    print(f"# {n_accepted} of {n_inputs} accepted, {len(failures)} disagreements")
    print("not ok 1 agree" if failures else "ok 1 agree")
    print("ok 2 mixed" if is_mixed else "not ok 2 mixed")
    print("1..2")
    sys.exit(bool(failures) or not is_mixed)
