#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""count-results.py: what is counted in which entry of Meson's log; prints TAP."""
import importlib.util
import pathlib
import sys

SPEC = importlib.util.spec_from_file_location(
    "count_results", pathlib.Path(__file__).with_name("count-results.py")
)
count_results = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(count_results)

# name, result, standard output, (passed, failed, skipped)
CASES = [
    ("cases of a TAP program", "OK", "1..2\nok 1 /a\nok 2 /b\n", (2, 0, 0)),
    ("a failed case", "FAIL", "not ok 1 /a\nok 2 /b\n1..2\n", (1, 1, 0)),
    ("a skipped case", "OK", "ok 1 /a # SKIP no device\nok 2 /b\n1..2\n", (1, 0, 1)),
    ("a hash in a name", "OK", "ok 1 /a #1\n", (1, 0, 0)),
    ("a case expected to fail", "OK", "not ok 1 /a # TODO later\n", (1, 0, 0)),
    ("a crash after good cases", "ERROR", "ok 1 /a\n", (1, 1, 0)),
    ("a crash before any", "ERROR", "", (0, 1, 0)),
    ("out of time", "TIMEOUT", None, (0, 1, 0)),
    ("subtests are not counted", "OK", "    ok 1 inner\nok 1 outer\n", (1, 0, 0)),
    ("a program without TAP", "OK", "hello\n", (1, 0, 0)),
    ("one that skipped itself", "SKIP", "", (0, 0, 1)),
    ("one that failed", "FAIL", "okay?\n", (0, 1, 0)),
]

n_failed = 0
for i, (name, result, stdout, expected) in enumerate(CASES, 1):
    found = count_results.count({"result": result, "stdout": stdout})
    n_failed += found != expected
    print(f"{'ok' if found == expected else 'not ok'} {i} {name}")
    if found != expected:
        print(f"found {found}, expected {expected}", file=sys.stderr)
print(f"1..{len(CASES)}")
sys.exit(n_failed > 0)
