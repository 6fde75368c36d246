#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Shows the tokens of texts, and decodes them one after the other as a generation does: tokens.py DIR TEXT...

No model and no backend is loaded."""
import sys

import gi

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

tokenizer = Trafo.AutoTokenizer.from_pretrained(sys.argv[1])
for text in sys.argv[2:]:
    stream = Trafo.DecodeStream.new(tokenizer, True, False)
    encoding = tokenizer(text)[0]
    for id, token in zip(encoding.ids, encoding.tokens):
        print(f"{id:6} {token} [{stream.step(id)}]")
    print(f"       [{stream.end()}]")
