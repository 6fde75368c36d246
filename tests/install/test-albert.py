#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""The model of examples/plugins/albert in Python, against the same in C and against transformers."""
import pathlib
import sys
import unittest

import gi
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINTS = ROOT / "tests" / "data" / "examples"
sys.path[:0] = [str(ROOT / "tests" / "gi"), str(ROOT / "examples" / "plugins" / "albert")]
gi.require_version("Trafo", "1.0")
from gi.repository import Trafo  # noqa: E402

import albert  # noqa: E402
import tap  # noqa: E402

TOLERANCE = 1e-4  # of the largest expected value


def load(checkpoint, task):
    model = albert.Albert()
    model.load(str(CHECKPOINTS / checkpoint), task, None, None)
    return model


def read_case(path):
    tensors = Trafo.TensorDict.load(str(path))
    parts = {"inputs": {}, "outputs": {}}
    for name, tensor in tensors.items():
        part, name = name.split(".", 1)
        parts[part][name] = tensor
    return parts["inputs"], parts["outputs"]


def calls_of(function):
    """The names of the Python functions that are called meanwhile, from C too."""
    names = []
    sys.setprofile(lambda frame, event, _: event == "call" and names.append(frame.f_code.co_name))
    try:
        function()
    finally:
        sys.setprofile(None)
    return names


class Albert(unittest.TestCase):
    def test_results(self):
        for checkpoint, task in ("albert-base", "base"), ("albert-mlm", "masked-lm"):
            python = load(checkpoint, task)
            folder = CHECKPOINTS / checkpoint
            c = Trafo.AutoModel.from_pretrained_for_task(str(folder), task, None, None)
            self.assertEqual(python.list_missing_keys(), [])
            self.assertNotEqual(type(python), type(c))
            for path in (folder / "expected").glob("*.safetensors"):
                inputs, expected = read_case(path)
                with self.subTest(f"{checkpoint} {path.stem}"):
                    self.compare(python(inputs, True), c(inputs, True), expected, inputs)

    def compare(self, found, c, expected, inputs):
        for name, tensor in expected.items():
            array, wanted = numpy.asarray(found[name]), numpy.asarray(tensor)
            numpy.testing.assert_array_equal(array, c[name], name)
            mask = numpy.asarray(inputs.get("attention_mask", numpy.ones(inputs["input_ids"].shape)))
            seen = mask.astype(bool) if wanted.shape[:2] == mask.shape else ...
            largest = numpy.abs(wanted[seen]).max()
            numpy.testing.assert_allclose(array[seen], wanted[seen], 0, TOLERANCE * largest, name)

    def test_a_run_calls_no_python(self):
        model = load("albert-mlm", "masked-lm")
        inputs = Trafo.TensorDict.new()
        inputs["input_ids"] = [[2, 7, 4, 3]]
        forward = sys.modules["gi.overrides.Trafo"]._model_forward  # the overlay itself is Python
        run = lambda: forward(model, inputs, False, None)
        self.assertIn("do_build", calls_of(run))
        self.assertEqual(calls_of(run), ["<lambda>"])


if __name__ == "__main__":
    tap.main()
