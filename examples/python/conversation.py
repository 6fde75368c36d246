#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Answers lines, each with what was said before it: conversation.py DIR LINE..."""
import sys

import gi

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

tokenizer = Trafo.AutoTokenizer.from_pretrained(sys.argv[1])
model = Trafo.AutoModelForCausalLM.from_pretrained(sys.argv[1])
generator = Trafo.Generator.new(model, tokenizer, max_new_tokens=16)
said = ""
for line in sys.argv[2:]:
    said += line + "\n"
    said += "".join(generator.stream(said)) + "\n"  # runs the new line and the answer alone
print(said, end="")
