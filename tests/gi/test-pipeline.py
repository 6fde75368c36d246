#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Pipelines and sentence embeddings from Python, transformers' answers being the reference."""
import json
import os
import pathlib
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

MODELS = pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models"
FOLDER = str(MODELS / "tiny-bert")
EXPECTED = json.loads(pathlib.Path(FOLDER, "expected.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-4  # absolute, of vectors of length 1


class Embeddings(unittest.TestCase):
    def test_embeddings_are_those_of_transformers(self):
        embedder = Trafo.SentenceEmbedder.new_from_pretrained(FOLDER, dtype="float32")
        vectors = numpy.asarray(embedder.encode(EXPECTED["texts"]))
        self.assertLessEqual(numpy.abs(vectors - EXPECTED["embeddings"]).max(), TOLERANCE)


    def test_a_nul_is_refused(self):
        embedder = Trafo.SentenceEmbedder.new_from_pretrained(FOLDER)
        with self.assertRaisesRegex(ValueError, "NUL"):
            embedder.encode(["a cat", "a\0dog"])


class Pipeline(unittest.TestCase):
    def test_features_are_lists_and_tensors(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("feature-extraction", FOLDER)
        features = pipeline("a cat")
        self.assertEqual(numpy.asarray(features).shape, (1, 4, 16))
        self.assertEqual(len(pipeline.run(["a cat", "a dog"])), 2)

    def test_a_nul_is_refused(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("feature-extraction", FOLDER)
        for inputs in "a\0cat", ["a cat", "\0"], {"text": "a\0cat"}:
            with self.assertRaisesRegex(ValueError, "NUL"):
                pipeline(inputs)

    def test_an_unknown_parameter_is_an_error(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("feature-extraction", FOLDER)
        with self.assertRaises(GLib.Error) as caught:
            pipeline("a cat", colour="blue")
        self.assertIn("colour", caught.exception.message)

    def test_what_an_error_quotes_is_whole_characters(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("sentence-similarity", FOLDER)
        for character in "é", "中", "😀":
            for n_before in range(4):
                with self.assertRaises(GLib.Error) as caught:
                    pipeline({"source_sentence": "a" * n_before + character * 200})
                self.assertIn(character + "…", caught.exception.message)

    def test_questions_are_asked_by_name(self):
        pipeline = Trafo.Pipeline.new(
            "question-answering",
            Trafo.AutoModelForQuestionAnswering.from_pretrained(str(MODELS / "bert-qa")),
            Trafo.AutoTokenizer.from_pretrained(str(MODELS.parent / "pipelines")),
        )
        context = "the cat sat on a mat"
        answer = pipeline({"question": "a ?", "context": context})
        self.assertIsInstance(answer, dict)
        self.assertEqual(pipeline(question="a ?", context=context), answer)
        self.assertEqual(pipeline(question=["a ?"], context=context), answer)
        self.assertEqual(pipeline(question=["a ?"], context=[context]), answer)
        self.assertEqual(pipeline(question=["a ?", "a ?"], context=context), [answer] * 2)
        self.assertEqual(pipeline({"question": ["a ?"], "context": [context]}), [answer])
        self.assertEqual(len(pipeline(question="a ?", context=context, top_k=2)), 2)
        with self.assertRaisesRegex(TypeError, "no inputs"):
            pipeline(context=context)

    def test_inputs_are_plain_dicts_and_lists(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("sentence-similarity", FOLDER)
        scores = pipeline({"source_sentence": "a cat", "sentences": ["a cat", "a dog"]})
        self.assertAlmostEqual(scores[0], 1, places=5)
        self.assertLess(scores[1], 1)
        self.assertEqual(pipeline.run_text("a cat", sentences=["a cat", "a dog"]), scores)

    def test_none_is_a_value_of_a_parameter(self):
        pipeline = Trafo.Pipeline.new_from_pretrained("text-classification", FOLDER)
        pair = {"text": "a cat", "text_pair": "a dog"}
        best, every = pipeline(pair), pipeline(pair, top_k=None)
        self.assertEqual(list(best), ["label", "score"])
        self.assertEqual(len(every), 2)
        self.assertEqual(every[0], best)
        self.assertAlmostEqual(sum(label["score"] for label in every), 1, places=5)

    def test_an_unknown_task_is_an_error(self):
        with self.assertRaises(GLib.Error):
            Trafo.Pipeline.new_from_pretrained("mind-reading", FOLDER)


if __name__ == "__main__":
    tap.main()
