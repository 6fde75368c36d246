#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""A code block below a comment that names a file must be that file, licence header aside; one below
"excerpt FILE" must occur in it.

`test-manual.py --update` copies whole files into their blocks; without it a difference is a failure. The
files themselves are built and run elsewhere in the tests.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(<!-- (excerpt )?(\S+) -->\n```(\w+)\n)(.*?)(```\n)", re.DOTALL)


def body(path):
    """The file's text after its licence header."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines(keepends=True)
    header = [i for i, line in enumerate(lines[:4]) if "SPDX-" in line or "Copyright" in line]
    rest = "".join(lines[max(header) + 1 :])
    return rest.lstrip("\n")


def refreshed(block):
    return block[0] if block[2] else block[1] + body(block[3]) + block[6]


def main():
    update = sys.argv[1:] == ["--update"]
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    n_cases = n_failed = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for _, excerpt, path, _, found, _ in BLOCK.findall(text):
            n_cases += 1
            good = found in body(path) if excerpt else update or found == body(path)
            n_failed += not good
            print(f"{'ok' if good else 'not ok'} {n_cases} {page.name} shows {path}")
        if update:
            page.write_text(BLOCK.sub(refreshed, text), encoding="utf-8")
    print(f"1..{n_cases}")
    return 1 if n_failed or not n_cases else 0


if __name__ == "__main__":
    sys.exit(main())
