#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""No code block of the README and the manual goes untested. The comment above it says what it is:

    <!-- FILE -->             that file, licence header aside
    <!-- excerpt FILE -->     a part of that file
    <!-- not run: REASON -->  commands, which need what a test has not

The files are built and run elsewhere in the tests; those of the README are examples, which tests/install
runs in each language. `test-manual.py --update` copies whole files into their blocks; without it a
difference is a failure.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"((?:<!-- (?:(excerpt|not run:) )?([^\n]+) -->\n)?```(\w*)\n)(.*?)(```\n)", re.DOTALL)


def body(path):
    """The file's text after its licence header."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines(keepends=True)
    header = [i for i, line in enumerate(lines[:4]) if "SPDX-" in line or "Copyright" in line]
    rest = "".join(lines[max(header, default=-1) + 1 :])
    return rest.lstrip("\n")


def refreshed(block):
    start, how, path, _, _, end = block.groups()
    return block[0] if how or not path else start + body(path) + end


def fault(page, how, path, language, found):
    """What is wrong with a block; None if nothing is."""
    if not path:
        return "says neither which file it is of nor why it is not run"
    if how == "not run:":
        return None if language == "console" else f"is {language}, expected commands (console)"
    if not (ROOT / path).is_file():
        return f"is of {path}, which does not exist"
    if how == "excerpt":
        return None if found in body(path) else f"is not in {path}"
    if page.name == "README.md" and not path.startswith("examples/"):
        return f"is {path}, expected a file in examples/"
    return None if found == body(path) else f"is not {path}; --update copies it"


def main():
    update = sys.argv[1:] == ["--update"]
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    n_cases = n_failed = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if update:
            text = BLOCK.sub(refreshed, text)
            page.write_text(text, encoding="utf-8")
        for block in BLOCK.finditer(text):
            _, how, path, language, found, _ = block.groups()
            n_cases += 1
            reason = fault(page, how, path, language, found)
            n_failed += reason is not None
            where = f"{page.name}:{text.count(chr(10), 0, block.start()) + 1}"
            if reason:
                print(f"# {where}: the block {reason}")
            print(f"{'not ok' if reason else 'ok'} {n_cases} {where} {path}")
    print(f"1..{n_cases}")
    return 1 if n_failed or not n_cases else 0


if __name__ == "__main__":
    sys.exit(main())
