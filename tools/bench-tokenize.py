#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Times `trafo bench tokenize` and the `tokenizers` wheel on the lines of a file, one after the other, and prints both and
the ratio, for one thread and for all.

    bench-tokenize.py TRAFO MODEL FILE

MODEL is a folder with a tokenizer.json. SECONDS_EACH is how long each is measured (8).
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path


def time_wheel(model, file):
    """In a process of its own: how many threads the wheel has is settled when it is first used."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    lines = Path(file).read_text(encoding="utf-8").split("\n")
    times, end = [], None
    while end is None or len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        if len(sys.argv) > 5:
            tokenizer.encode_batch(lines)
        else:
            for line in lines:
                tokenizer.encode(line)
        if end is None:
            end = time.perf_counter() + float(os.environ.get("SECONDS_EACH", 8))
        else:
            times.append(time.perf_counter() - start)
    print(min(times))


def main():
    program, model, file = sys.argv[1:4]
    if program == "wheel":
        return time_wheel(model, file)
    output = subprocess.run([program, "bench", "tokenize", "--model", model, "--file", file], check=True, stdout=subprocess.PIPE).stdout
    for row, together in zip(map(json.loads, output.splitlines()), ([], ["x", "together"])):
        command = [sys.executable, __file__, "wheel", model, file, *together]
        environment = {**os.environ, "TOKENIZERS_PARALLELISM": "true", "RAYON_NUM_THREADS": str(row["threads"])}
        seconds = float(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)
        megabytes = row["mb_per_s"] * row["best_s"]
        print(json.dumps({"peer": "tokenizers", "workload": row["workload"], "threads": row["threads"], "best_s": seconds, "mb_per_s": megabytes / seconds}))
        print(json.dumps(row))
        print(f"{seconds / row['best_s']:.1f} x with {row['threads']} threads", flush=True)


if __name__ == "__main__":
    main()
