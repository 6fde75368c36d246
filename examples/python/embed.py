#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Says how near in meaning texts are to the first one, from -1 to 1: embed.py DIR TEXT..."""
import sys

import gi
import numpy

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

folder, *texts = sys.argv[1:]
embedder = Trafo.SentenceEmbedder.new_from_pretrained(folder)
vectors = numpy.asarray(embedder.encode(texts))
for cosine, text in zip(vectors @ vectors[0], texts):
    print(f"{cosine:6.3f}  {text}")
