#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Shows a text's tokens and the first number of what an encoder makes of each: encode.py DIR TEXT"""
import sys

import gi

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

tokenizer = Trafo.AutoTokenizer.from_pretrained(sys.argv[1])
model = Trafo.AutoModel.from_pretrained(sys.argv[1])

batch = tokenizer(sys.argv[2])
states = model(**batch)["last_hidden_state"]
for token, state in zip(batch[0].tokens, states[0]):
    print(f"{token:12} {float(state[0]):8.4f}")
