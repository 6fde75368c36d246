#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Ranks texts by their closeness in meaning to a query: rank.py TRAFO MODEL QUERY TEXT..."""
import json
import subprocess
import sys
import time


def main():
    trafo, model, query, *texts = sys.argv[1:]
    start = time.perf_counter()
    done = subprocess.run(
        [trafo, "embed", "--json", "--model", model, "--", query, *texts], stdout=subprocess.PIPE
    )
    elapsed = time.perf_counter() - start
    if done.returncode:
        return done.returncode
    # the embeddings have length 1, so that their dot product is the cosine
    first, *rest = json.loads(done.stdout)["embeddings"]
    scores = [sum(a * b for a, b in zip(first, other)) for other in rest]
    green, plain = ("\033[32m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(query)
    for score, text in sorted(zip(scores, texts), reverse=True):
        bar = "█" * round(20 * max(score, 0))
        print(f"  {score:6.3f} {green}{bar:20}{plain} {text}")
    print(f"{1 + len(texts)} texts in {elapsed:.2f} s, model loading included")
    return 0


if __name__ == "__main__":
    sys.exit(main())
