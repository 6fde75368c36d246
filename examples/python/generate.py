#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Continues a text, part by part as it is written: generate.py DIR TEXT"""
import asyncio
import sys

import gi

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

tokenizer = Trafo.AutoTokenizer.from_pretrained(sys.argv[1])
model = Trafo.AutoModelForCausalLM.from_pretrained(sys.argv[1])
generator = Trafo.Generator.new(model, tokenizer, max_new_tokens=20)


async def main():
    async for text in generator.stream(sys.argv[2]):  # without asyncio: a plain for
        print(text, end="", flush=True)
    print()


asyncio.run(main())
