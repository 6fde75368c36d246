#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Compares the safetensors reader with the reference implementation on 10,000 files, most of them
broken a little. It may refuse more, for the reasons that trafo-safetensors-header.c lists, and
must never accept more."""

import json
import random
import struct
import sys

import safetensors

from parse_many import mutate, parse_many, report, show_string

N_INPUTS = 10000
# Parts of our messages where being stricter is meant.
STRICTER = [
    "a second time in its object",
    "found an array, expected an object",
    "NUL",
    "found a dim above 2^63 - 1",
    "surrogates only in pairs",  # in fields that the reference skips
]
TOKENS = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"0", b"1", b"4", b"8", b"-1", b"1.0", b"1e0", b"18446744073709551615",
    b"9223372036854775808", b"4611686018427387904", b"null", b"true", b'"F32"', b'"F64"', b'"BF16"', b'"U8"', b'"F4"',
    b'"F6_E2M3"', b'"BOOL"', b'"f32"', b'"extra":[{"a":0}],', b'"__metadata__":null,', b'"dtype":"U8",', b"\\u0061",
    b"\\ud800", b"\\u0000", b" ", b"\n", b"\x00", b"\xff", b"\xc3\xa9", b"[0,0]", b"[1,1]", b"[0]", b"[]",
]


def make_file(header, data):
    if isinstance(header, dict):
        header = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return struct.pack("<Q", len(header)) + header + data


def make_header(rng):
    """A valid header of up to five tensors, and the size of the data."""
    header, end = {}, 0
    if rng.random() < 0.3:
        header["__metadata__"] = {"format": "pt", "k": "é"} if rng.random() < 0.5 else {}
    for i in range(rng.randrange(6)):
        dtype, n_bits = rng.choice([("F32", 32), ("U8", 8), ("I64", 64), ("BF16", 16), ("F4", 4), ("BOOL", 8)])
        shape = [rng.choice((0, 1, 2, 2, 4)) for _ in range(rng.randrange(4))]
        size = n_bits
        for dim in shape:
            size *= dim
        if size % 8:
            dtype, size = "U8", size * 2
        begin, end = end, end + size // 8
        header[rng.choice(("a", "b.weight", "é", "")) + str(i)] = {
            "dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    if rng.random() < 0.3:
        items = list(header.items())
        rng.shuffle(items)
        header = dict(items)
    return header, end


def change_field(rng, header):
    """A change that leaves the JSON well-formed."""
    tensors = [value for key, value in header.items() if key != "__metadata__"]
    if not tensors:
        return
    tensor = rng.choice(tensors)
    field = rng.choice(("dtype", "shape", "data_offsets"))
    kind = rng.randrange(4)
    if kind == 0:
        tensor.pop(field, None)
    elif kind == 1:
        tensor[rng.choice(("extra", "Dtype"))] = rng.choice((None, [], {"x": 1.5}, "y"))
    elif field == "dtype":
        tensor["dtype"] = rng.choice(("F32", "F64", "I8", "F8_E4M3", "F6_E3M2", "f32", "", "F128", 1, None))
    elif field in tensor:
        values = tensor[field]
        value = rng.choice((0, 1, 2, 3, 4, 8, 16, -1, 2**31, 2**62, 2**63, 2**64 - 1, 2**64, 1.0, None, "1"))
        if values and kind == 2:
            values[rng.randrange(len(values))] = value
        else:
            values.insert(rng.randrange(len(values) + 1), value)


def make_input(rng):
    header, size = make_header(rng)
    data = bytes(rng.randrange(256) for _ in range(size))
    kind = rng.randrange(10)
    if kind < 4:
        for _ in range(rng.choice((1, 1, 2))):
            change_field(rng, header)
        return make_file(header, data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=rng.random() < 0.5).encode()
    if kind < 8:
        return make_file(mutate(rng, text, TOKENS), data)
    if kind == 8:
        return mutate(rng, make_file(text, data), TOKENS)
    return make_file(rng.choice((b"", b" ", b"\n\t")) + text + rng.choice((b"", b"   ", b"\x00")),
                     data[:rng.choice((size, size, max(size - 1, 0)))] + rng.choice((b"", b"", b"\x00")))


def expect(data):
    """What the reference says: (accepted, canonical forms of the tensors or error)."""
    try:
        tensors = safetensors.deserialize(data)
    except safetensors.SafetensorError as error:
        return False, str(error)
    return True, sorted(
        " ".join([show_string(name), tensor["dtype"], *map(str, tensor["shape"][:8]), bytes(tensor["data"]).hex()])
        for name, tensor in tensors)


def main():
    rng = random.Random(4)
    inputs = [make_input(rng) for _ in range(N_INPUTS)]
    results = parse_many(sys.argv[1], "safetensors", inputs)
    failures = []
    n_stricter = 0
    for data, (accepted, found) in zip(inputs, results):
        expected_accepted, expected = expect(data)
        if not accepted and expected_accepted and any(reason in found for reason in STRICTER):
            n_stricter += 1
        elif accepted != expected_accepted or accepted and sorted(found.split(";")[:-1]) != expected:
            failures.append(f"{data!r}: found {accepted} {found}, expected {expected_accepted} {expected}")
    print(f"# {n_stricter} refused that the reference accepts, as documented")
    report(sum(accepted for accepted, _ in results), len(inputs), failures)


main()
