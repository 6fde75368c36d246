#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""from_pretrained() and forward() from Python, transformers' answers being the reference."""
import json
import os
import pathlib
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

FOLDER = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models" / "tiny-bert")
EXPECTED = json.loads(pathlib.Path(FOLDER, "expected.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-4  # of the largest expected value


class Forward(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = Trafo.AutoModel.from_pretrained(FOLDER)

    def assert_close(self, found, expected):
        expected = numpy.array(expected)
        worst = numpy.abs(numpy.asarray(found) - expected).max()
        self.assertLessEqual(worst, TOLERANCE * numpy.abs(expected).max())

    def test_lists_by_name(self):
        outputs = self.model(
            input_ids=EXPECTED["input_ids"], attention_mask=EXPECTED["attention_mask"]
        )
        self.assertEqual(list(outputs), ["last_hidden_state", "pooler_output"])
        self.assertEqual(outputs["last_hidden_state"].shape, (3, 13, 16))
        self.assert_close(outputs["pooler_output"], EXPECTED["pooler_output"])

    def test_arrays_in_a_mapping(self):
        mask = numpy.array(EXPECTED["attention_mask"])
        outputs = self.model.forward(
            {"input_ids": numpy.array(EXPECTED["input_ids"]), "attention_mask": mask}
        )
        states = numpy.asarray(outputs["last_hidden_state"]) * mask[..., None]
        pooled = states.sum(1) / mask.sum(1, keepdims=True)
        pooled /= numpy.linalg.norm(pooled, axis=1, keepdims=True)
        self.assert_close(pooled, EXPECTED["embeddings"])

    def test_a_mask_of_truth_values(self):
        mask = numpy.array(EXPECTED["attention_mask"])
        outputs = self.model(input_ids=EXPECTED["input_ids"], attention_mask=mask > 0)
        self.assert_close(outputs["pooler_output"], EXPECTED["pooler_output"])

    def test_a_missing_output_is_a_key_error(self):
        outputs = self.model(input_ids=[[2, 5, 3]])
        self.assertIn("pooler_output", outputs)
        self.assertNotIn("logits", outputs)
        with self.assertRaises(KeyError):
            outputs["logits"]

    def test_hidden_states(self):
        outputs = self.model(input_ids=[[2, 5, 3]], output_hidden_states=True)
        self.assertEqual([f"hidden_states.{i}" in outputs for i in range(4)], [True] * 3 + [False])

    def test_errors_name_what_is_wrong(self):
        with self.assertRaises(GLib.Error) as caught:
            Trafo.AutoModel.from_pretrained("/nonexistent")
        self.assertIn("/nonexistent", caught.exception.message)
        with self.assertRaises(GLib.Error):
            Trafo.AutoModel.from_pretrained(FOLDER, device="abacus:7")
        with self.assertRaises(ValueError):
            self.model(input_ids=[[1, 2], [3]])

    def test_options_by_name(self):
        model = Trafo.AutoModel.from_pretrained(FOLDER, dtype=Trafo.DType.FLOAT32)
        self.assertEqual(model.get_n_parameters(), EXPECTED["n_parameters"])
        with self.assertRaises(TypeError):
            Trafo.AutoModel.from_pretrained(FOLDER, Trafo.LoadOptions(), device="cpu")
        with self.assertRaises(TypeError):
            Trafo.AutoModel.from_pretrained(FOLDER, colour="blue")


if __name__ == "__main__":
    tap.main()
