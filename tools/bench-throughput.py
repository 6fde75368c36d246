#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Times many requests of different lengths: of one model, all known at once, greedy, with token ids for text.

Prints a JSON line for each peer: the seconds for all requests and the tokens a second that they asked for.

PEER is
  trafo            each request by a call of its own, in threads of its own, which Trafo runs together
  trafo-alone      one after the other
  transformers     in batches of 8, of those that want about as many tokens, padded on the left
  continuous       by the continuous batching of transformers
  ctranslate2      in batches of 8 with prompts of about one length, for what is longer than the shortest it runs token by
                   token; MODEL-ct2 is the converted checkpoint
and trafo and trafo-alone if none is given. Environment: DTYPE is float32 (default), bfloat16 or int8, the last not for
transformers; REQUESTS how many there are (32); THREADS how many compute (all). Each of several peers has a process of its own,
by the interpreter PEERS_PYTHON, if that is set, where it is not Trafo.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

N_REQUESTS = int(os.environ.get("REQUESTS", 32))
THREADS = int(os.environ.get("THREADS", len(os.sched_getaffinity(0))))
DTYPE = os.environ.get("DTYPE", "float32")
BATCH = 8


def make_requests():
    """Pairs of a prompt and how many tokens shall follow."""
    chance = random.Random(1)
    lengths = [(chance.randint(16, 256), chance.randint(16, 128)) for _ in range(N_REQUESTS)]
    return [([chance.randrange(5, 50000) for _ in range(prompt)], new) for prompt, new in lengths]


def make_batches(requests, key=lambda request: request[1]):
    ordered = sorted(requests, key=key)
    return [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]


def open_trafo(path):
    os.environ["TRAFO_THREADS"] = str(THREADS)
    try:
        import gi.repository
    except ImportError as error:
        sys.exit(f"{sys.executable} has no PyGObject: {error}")
    gi.require_version("Trafo", "1.0")
    from gi.repository import Trafo

    model = Trafo.AutoModelForCausalLM.from_pretrained(path, dtype=DTYPE)

    def answer(prompt, n_new):
        found = model.generate([prompt], max_new_tokens=n_new, min_new_tokens=n_new).get_dim(1)
        assert found == len(prompt) + n_new, found

    return answer


def trafo(path):
    answer = open_trafo(path)

    def run(requests):
        with ThreadPoolExecutor(len(requests)) as threads:
            list(threads.map(answer, *zip(*requests)))

    return run


def trafo_alone(path):
    answer = open_trafo(path)
    return lambda requests: [answer(*request) for request in requests]


def open_torch(path, **kwargs):
    import torch
    import transformers

    torch.set_num_threads(THREADS)
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=getattr(torch, DTYPE), **kwargs)
    return torch, transformers, model.eval()


def transformers(path):
    torch, _, model = open_torch(path)

    def run(requests):
        for batch in make_batches(requests):
            width, n_new = max(len(prompt) for prompt, _ in batch), max(new for _, new in batch)
            ids = torch.tensor([[0] * (width - len(prompt)) + prompt for prompt, _ in batch])
            mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt, _ in batch])
            found = model.generate(ids, attention_mask=mask, max_new_tokens=n_new, min_new_tokens=n_new, do_sample=False, pad_token_id=0)
            assert found.shape == (len(batch), width + n_new), found.shape

    return run


def continuous(path):
    _, transformers, model = open_torch(path, attn_implementation="paged|eager")
    config = transformers.GenerationConfig(max_new_tokens=256, eos_token_id=-1, pad_token_id=0, do_sample=False)

    def run(requests):
        with model.continuous_batching_context_manager(generation_config=config) as manager:
            for prompt, n_new in requests:
                manager.add_request(prompt, max_new_tokens=n_new)
            answers = {}
            while len(answers) < len(requests):
                answer = manager.get_result(timeout=1)
                if answer is not None and answer.is_finished():
                    answers[answer.request_id] = len(answer.generated_tokens)
        assert sum(answers.values()) == sum(n_new for _, n_new in requests), answers

    return run


def ctranslate2(path):
    import ctranslate2

    generator = ctranslate2.Generator(path.rstrip("/") + "-ct2", compute_type=DTYPE, intra_threads=THREADS)
    vocabulary = json.load(open(path.rstrip("/") + "-ct2/vocabulary.json"))

    def run(requests):
        for batch in make_batches(requests, key=lambda request: len(request[0])):
            prompts = [[vocabulary[id] for id in prompt] for prompt, _ in batch]
            n_new = max(new for _, new in batch)
            found = generator.generate_batch(prompts, max_length=n_new, min_length=n_new, include_prompt_in_result=False, sampling_topk=1)
            assert all(len(answer.sequences_ids[0]) == n_new for answer in found)

    return run


PEERS = {
    "trafo": trafo,
    "trafo-alone": trafo_alone,
    "transformers": transformers,
    "continuous": continuous,
    "ctranslate2": ctranslate2,
}


def measure(path, name):
    requests = make_requests()
    run = PEERS[name](path)
    run(requests[:2])
    start = time.perf_counter()
    run(requests)
    seconds = time.perf_counter() - start
    n_new = sum(new for _, new in requests)
    print(json.dumps({"peer": name, "dtype": DTYPE, "requests": N_REQUESTS, "seconds": seconds, "tokens_per_s": n_new / seconds}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a folder with a causal language model")
    parser.add_argument("peers", nargs="*", metavar="peer", help=", ".join(PEERS))
    args = parser.parse_args()
    path, names = args.model, args.peers or ["trafo", "trafo-alone"]
    if unknown := set(names) - set(PEERS):
        parser.error(f"found peer {unknown.pop()}, expected one of {', '.join(PEERS)}")
    if len(names) == 1:
        return measure(path, *names)
    for name in names:
        is_peer = not name.startswith("trafo")
        python = os.environ.get("PEERS_PYTHON", sys.executable) if is_peer else sys.executable
        subprocess.run([python, __file__, path, name], check=True)


if __name__ == "__main__":
    main()
