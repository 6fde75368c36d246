#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes tests/data/io/*.safetensors with the reference implementation (safetensors 0.8.0)."""

import ctypes
import pathlib
import sys

import safetensors

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "io"

# name in Python, bytes an element of the shape that is passed
DTYPES = [
    ("bool", 1), ("uint8", 1), ("int8", 1), ("float8_e5m2", 1), ("float8_e4m3fn", 1), ("float8_e8m0fnu", 1),
    ("float8_e4m3fnuz", 1), ("float8_e5m2fnuz", 1), ("int16", 2), ("uint16", 2), ("float16", 2),
    ("bfloat16", 2), ("int32", 4), ("uint32", 4), ("float32", 4), ("complex64", 8), ("float64", 8),
    ("int64", 8), ("uint64", 8), ("float4_e2m1fn_x2", 1),
]


def save(name, tensors, metadata):
    """tensors: name -> (dtype, shape, size in bytes); the values are 0, 1, 2, ..."""
    keep, specs = [], {}
    for key, (dtype, shape, size) in tensors.items():
        data = ctypes.create_string_buffer(bytes(i % 256 for i in range(size)), max(size, 1))
        keep.append(data)
        specs[key] = safetensors.TensorSpec(
            dtype=dtype, shape=shape, data_ptr=ctypes.addressof(data), data_len=size)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_bytes(bytes(safetensors.serialize(specs, metadata)))


def main():
    if safetensors.__version__ != "0.8.0":
        sys.exit(f"found safetensors {safetensors.__version__}, expected 0.8.0")
    save("dtypes.safetensors",
         {f"tensor.{dtype}": (dtype, [2, 3], 6 * size) for dtype, size in DTYPES}, None)
    names = ["", " ", "a", "a.b/c", "quote\" backslash\\ slash/", "\b\f\n\r\t\x01\x1f\x7f", "é€😀", "__metadata", "z" * 300]
    save("names.safetensors", {name: ("float32", [1], 4) for name in names}, {"format": "pt"})
    save("shapes.safetensors", {
        "scalar": ("float32", [], 4), "empty": ("float32", [0], 0), "empty.2": ("int64", [3, 0, 5], 0),
        "eight": ("uint8", [1, 2, 1, 2, 1, 2, 1, 2], 16),
        "row": ("float16", [1, 5], 10), "odd": ("uint8", [3], 3),
    }, {"note": "é \"quoted\"\n"})
    save("nine-dims.safetensors", {"nine": ("uint8", [1] * 9, 1)}, None)
    save("none.safetensors", {}, None)


main()
