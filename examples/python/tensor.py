#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Makes a tensor, takes a view of it and prints both."""
import gi

gi.require_version("Trafo", "1.0")
from gi.repository import Trafo

tensor = Trafo.Tensor.new_from_floats([2, 3], [0, 1, 2, 3, 4, 5])
print(tensor)
print("its second row:", tensor[1])
