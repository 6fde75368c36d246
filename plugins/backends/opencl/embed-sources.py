#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes OpenCL C files as string constants into a C header: embed-sources.py OUTPUT FILE..."""

import json
import pathlib
import sys


def embed(path: pathlib.Path) -> str:
    lines = path.read_text(encoding="ascii").splitlines(keepends=True)
    name = "opencl_source_" + path.stem.replace("-", "_")
    # JSON's escapes of ASCII text are C's.
    body = "\n".join("    " + json.dumps(line) for line in lines)
    return f"static const char {name}[] =\n{body};\n"


def main() -> None:
    output, *sources = map(pathlib.Path, sys.argv[1:])
    output.write_text("#pragma once\n\n" + "\n".join(map(embed, sources)), encoding="ascii")


if __name__ == "__main__":
    main()
