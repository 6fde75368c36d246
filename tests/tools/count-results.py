#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Counts the test cases in Meson's testlog.json; the exit status says whether any failed.

A TAP program counts for each line of its own: `ok`, `not ok`, `ok # SKIP`. A program that speaks no
TAP counts once, and one that failed without a `not ok` (it crashed, or ran out of time) once more.
"""
import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b[^#]*(#\s*(SKIP|TODO)\b)?", re.IGNORECASE)
PASSED, FAILED, SKIPPED = "OK EXPECTEDFAIL".split(), "FAIL ERROR TIMEOUT INTERRUPT UNEXPECTEDPASS".split(), ["SKIP"]


def count(test):
    """Returns (passed, failed, skipped) for one entry of the log."""
    lines = [LINE.match(line) for line in (test.get("stdout") or "").splitlines()]
    lines = [line for line in lines if line]
    skipped = sum(1 for line in lines if (line[3] or "").upper() == "SKIP")
    failed = sum(1 for line in lines if line[1] and not line[3])
    passed = len(lines) - skipped - failed
    if test["result"] in FAILED and failed == 0:
        failed = 1
    if not lines and test["result"] not in FAILED:
        passed, skipped = int(test["result"] in PASSED), int(test["result"] in SKIPPED)
    return passed, failed, skipped


def main():
    totals = [0, 0, 0]
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as log:
            for line in log:
                totals = [a + b for a, b in zip(totals, count(json.loads(line)))]
    if totals == [0, 0, 0]:
        totals[1] = 1
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
