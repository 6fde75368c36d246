#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Each pair of _async and _finish gives what the call that blocks gives, in the main loop's thread."""
import os
import pathlib
import sys
import tempfile
import threading
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import Gio, GLib, Trafo  # noqa: E402

FOLDER = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models" / "tiny-bert")
TEXTS = ["a cat", "a dog sat"]
CLASSES = [
    "AutoModel",
    "AutoModelForSequenceClassification",
    "AutoModelForTokenClassification",
    "AutoModelForQuestionAnswering",
    "AutoModelForMaskedLM",
]


def wait(start, finish, *arguments, **properties):
    """What finish(result) gives once start() called back."""
    loop, results = GLib.MainLoop(), []

    def on_done(source, result, word):
        assert threading.current_thread() is threading.main_thread() and word == "word"
        results.append(result)
        loop.quit()

    start(*arguments, on_done, "word", **properties)
    loop.run()
    return finish(results[0])


def load(holder, *arguments, name="from_pretrained", **properties):
    start, finish = (getattr(holder, f"{name}_{suffix}") for suffix in ("async", "finish"))
    return wait(start, finish, *arguments, **properties)


class Load(unittest.TestCase):
    def test_every_class_of_models(self):
        for name in CLASSES:
            with self.subTest(name):
                model = load(getattr(Trafo, name), FOLDER, None, None, dtype="float32")
                self.assertEqual(
                    model.get_task(), Trafo.AutoModel.get_task_of_class(name)
                )

    def test_every_class_of_models_has_the_three_functions(self):
        for name in [name for name in dir(Trafo) if name.startswith("AutoModel")]:
            for suffix in "", "_async", "_finish":
                if not name.endswith("Class"):
                    self.assertTrue(hasattr(getattr(Trafo, name), "from_pretrained" + suffix))
                    self.assertTrue(
                        hasattr(getattr(Trafo, name), "from_pretrained_quantized" + suffix)
                    )

    def test_a_task_at_run_time(self):
        model = load(
            Trafo.AutoModel, FOLDER, "masked-lm", None, None, name="from_pretrained_for_task"
        )
        self.assertEqual(model.get_task(), "masked-lm")

    def test_quantized(self):
        model = load(Trafo.AutoModel, FOLDER, "int8", None, None, name="from_pretrained_quantized")
        self.assertEqual(model.get_task(), "base")

    def test_config_tokenizer_and_device(self):
        self.assertEqual(load(Trafo.AutoConfig, FOLDER, None).get_model_type(), "bert")
        self.assertGreater(len(load(Trafo.AutoTokenizer, FOLDER, None)), 0)
        self.assertEqual(load(Trafo.Device, "cpu", None, name="open").get_name(), "cpu")

    def test_failures_are_errors(self):
        for holder in Trafo.AutoConfig, Trafo.AutoTokenizer:
            with self.assertRaises(GLib.Error) as caught:
                load(holder, "/nonexistent", None)
            self.assertIn("/nonexistent", caught.exception.message)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            load(Trafo.AutoModel, FOLDER, None, cancellable)
        self.assertTrue(
            caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
        )


class Run(unittest.TestCase):
    def test_forward(self):
        model = Trafo.AutoModel.from_pretrained(FOLDER)
        expected = model(input_ids=[[2, 5, 3]])
        outputs = wait(
            model.forward_async, model.forward_finish, {"input_ids": [[2, 5, 3]]}, False, None
        )
        numpy.testing.assert_array_equal(outputs["pooler_output"], expected["pooler_output"])

    def test_encode_batch(self):
        tokenizer = Trafo.AutoTokenizer.from_pretrained(FOLDER)
        expected = tokenizer.encode_batch(TEXTS, padding=True)
        start, finish = tokenizer.encode_batch_async, tokenizer.encode_batch_finish
        found = wait(start, finish, TEXTS, None, None, None, padding=True)
        numpy.testing.assert_array_equal(found["input_ids"], expected["input_ids"])

    def test_pipeline(self):
        pipeline = load(
            Trafo.Pipeline, "feature-extraction", FOLDER, None, None, name="new_from_pretrained"
        )
        found = wait(pipeline.run_async, pipeline.run_finish, TEXTS, None)
        for row, expected in zip(found, pipeline(TEXTS)):
            numpy.testing.assert_array_equal(row, expected)
        found = wait(pipeline.run_text_async, pipeline.run_text_finish, TEXTS[0], None)
        numpy.testing.assert_array_equal(found, pipeline(TEXTS[0]))
        with self.assertRaises(GLib.Error) as caught:
            wait(pipeline.run_async, pipeline.run_finish, TEXTS, None, colour="blue")
        self.assertIn("colour", caught.exception.message)

    def test_embedder(self):
        embedder = load(Trafo.SentenceEmbedder, FOLDER, None, None, name="new_from_pretrained")
        found = wait(embedder.encode_async, embedder.encode_finish, TEXTS, None)
        numpy.testing.assert_array_equal(found, embedder.encode(TEXTS))

    def test_files_of_tensors(self):
        tensors = Trafo.TensorDict.new()
        tensors["x"] = [[1.5, 2.5]]
        with tempfile.TemporaryDirectory() as folder:
            filename = os.path.join(folder, "x.safetensors")
            self.assertTrue(wait(tensors.save_async, tensors.save_finish, filename, None))
            found = load(Trafo.TensorDict, filename, None, name="load")
        numpy.testing.assert_array_equal(found["x"], [[1.5, 2.5]])


class Await(unittest.TestCase):
    """Only where no callback is given, not even None, does PyGObject return what can be awaited."""

    def test_nothing_stands_for_a_callback(self):
        overlay = sys.modules["gi.overrides.Trafo"]
        cancellable = Gio.Cancellable()

        def start(*arguments):
            return "pending", arguments

        for wrap, arguments in (
            (overlay._with_load_options_async, (FOLDER,)),
            (overlay._with_quantization_async, (FOLDER, "int8")),
        ):
            with self.subTest(wrap.__name__):
                call = wrap(start)
                self.assertEqual(call(*arguments), ("pending", (*arguments, None)))
                self.assertEqual(
                    call(*arguments, cancellable=cancellable),
                    ("pending", (*arguments, None, cancellable)),
                )
                self.assertEqual(
                    call(*arguments, None, None, print, 1),
                    ("pending", (*arguments, None, None, print, 1)),
                )

    @unittest.skipIf(gi.version_info < (3, 50, 0), "PyGObject has nothing to await before 3.50")
    def test_await(self):
        from gi.events import GLibEventLoopPolicy

        async def run():
            model = await Trafo.AutoModel.from_pretrained_async(FOLDER, dtype="float32")
            outputs = await model.forward_async(input_ids=[[2, 5, 3]])
            quantized = await Trafo.AutoModel.from_pretrained_quantized_async(FOLDER, "int8")
            tokenizer = await Trafo.AutoTokenizer.from_pretrained_async(FOLDER)
            encodings = await tokenizer.encode_batch_async(TEXTS, padding=True)
            rows = await pipeline.run_async(TEXTS)
            return outputs.keys(), quantized.get_task(), len(encodings["input_ids"]), len(rows)

        # what a constructor began, PyGObject 3.50 cannot end
        pipeline = Trafo.Pipeline.new_from_pretrained("feature-extraction", FOLDER)
        found = GLibEventLoopPolicy().get_event_loop().run_until_complete(run())
        self.assertEqual(found, (["last_hidden_state", "pooler_output"], "base", 2, 2))


if __name__ == "__main__":
    tap.main()
