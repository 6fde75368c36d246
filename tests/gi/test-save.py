#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Models made from keywords, saved and loaded again, from Python."""
import json
import os
import pathlib
import tempfile
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

MODELS = pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models"
DTYPES = (Trafo.DType.FLOAT32, Trafo.DType.FLOAT16, Trafo.DType.BFLOAT16, Trafo.DType.INT8)
SIZES = {"vocab_size": 50, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32, "n_inner": None}


class Save(unittest.TestCase):
    def new_model(self, **options):
        config = Trafo.AutoConfig.for_model("gpt2", **SIZES)
        return Trafo.AutoModelForCausalLM.from_config(config, device="reference", **options)

    def test_round_trip(self):
        model = self.new_model(seed=3)
        ids = [[3, 1, 4, 1, 5]]
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(pathlib.Path(folder))
            again = Trafo.AutoModelForCausalLM.from_pretrained(folder, device="reference")
            config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
            numpy.testing.assert_array_equal(
                numpy.asarray(again(input_ids=ids)["logits"]),
                numpy.asarray(model(input_ids=ids)["logits"]),
            )
        self.assertEqual(config["architectures"], ["GPT2LMHeadModel"])
        self.assertEqual(config["eos_token_id"], 50256)
        self.assertIsNone(config["n_inner"])

    def test_shards(self):
        # as many as transformers 5.23 writes for this model
        for size, n_shards in (("50GB", 1), ("10KB", 4), (10**9, 1), ("9.5KiB", 4)):
            with self.subTest(size=size), tempfile.TemporaryDirectory() as folder:
                self.new_model().save_pretrained(folder, max_shard_size=size)
                self.assertEqual(len(list(pathlib.Path(folder).glob("*.safetensors"))), n_shards)

    def test_8bit(self):
        source = str(MODELS / "gpt2-lm")
        ids = [[3, 1, 4, 1, 5]]
        with tempfile.TemporaryDirectory() as folder:
            model = Trafo.AutoModelForCausalLM.from_pretrained(source, load_in_8bit=True)
            model.save_pretrained(folder)
            again = Trafo.AutoModelForCausalLM.from_pretrained(folder)
            config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
            numpy.testing.assert_array_equal(
                numpy.asarray(again(input_ids=ids)["logits"]),
                numpy.asarray(model(input_ids=ids)["logits"]),
            )
        self.assertEqual(config["quantization_config"]["llm_int8_threshold"], 6.0)
        self.assertTrue(config["quantization_config"]["load_in_8bit"])
        other = Trafo.AutoModelForCausalLM.from_pretrained(
            source, load_in_8bit=True, llm_int8_threshold=1.0, llm_int8_skip_modules=["mlp", "lm_head"]
        )
        self.assertFalse(
            numpy.array_equal(
                numpy.asarray(other(input_ids=ids)["logits"]),
                numpy.asarray(model(input_ids=ids)["logits"]),
            )
        )

    def test_wrong_threshold(self):
        source = str(MODELS / "gpt2-lm")
        for options in ({}, {"load_in_8bit": True}):
            for threshold in (-1, float("nan"), float("inf"), 1e39):
                with self.subTest(threshold=threshold, **options):
                    with self.assertRaisesRegex(GLib.Error, "'llm_int8_threshold' is .*, expected a number from 0"):
                        Trafo.AutoModel.from_pretrained(source, llm_int8_threshold=threshold, **options)

    def test_the_dtype_is_chosen(self):
        model = Trafo.AutoModelForCausalLM.from_pretrained(str(MODELS / "gpt2-lm"), dtype="auto")
        choice = Trafo.AutoModel.get_dtype_choice(model)
        self.assertIn(choice.get_dtype(), DTYPES)
        self.assertEqual(choice.get_deviation(Trafo.DType.FLOAT32, False), 0)
        self.assertGreater(choice.get_seconds(Trafo.DType.FLOAT32, False), 0)
        self.assertGreater(choice.get_deviation(Trafo.DType.INT8, True), 0)
        self.assertGreater(choice.get_deviation(Trafo.DType.INT8, False), choice.get_deviation(Trafo.DType.INT8, True))
        exact = Trafo.DTypeChoice.new(str(MODELS / "gpt2-lm"), "causal-lm", None, "a b", 0, None)
        self.assertEqual(exact.get_dtype(), Trafo.DType.FLOAT32)
        self.assertRegex(exact.to_string(), "^float32: .* ms a run")
        with self.assertRaisesRegex(ValueError, "dtype is 'fast', expected one of: .*float32, .*, auto$"):
            Trafo.AutoModelForCausalLM.from_pretrained(str(MODELS / "gpt2-lm"), dtype="fast")

    def test_int8_weight_only(self):
        source = str(MODELS / "gpt2-lm")
        stored = Trafo.TensorDict.load(str(MODELS / "gpt2-lm" / "expected-int8-weight-only" / "plain.safetensors"))
        model = Trafo.AutoModelForCausalLM.from_pretrained(source, dtype="int8", int8_weight_only=True)
        found = numpy.asarray(model(input_ids=stored["inputs.input_ids"])["logits"])
        expected = numpy.asarray(stored["outputs.logits"])
        numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * numpy.abs(expected).max())
        with self.assertRaisesRegex(GLib.Error, "found int8_weight_only beside dtype float32, expected dtype int8"):
            Trafo.AutoModelForCausalLM.from_pretrained(source, int8_weight_only=True)

    def test_int4_weight_only(self):
        source = str(MODELS / "gpt2-wide")
        stored = Trafo.TensorDict.load(str(MODELS / "gpt2-wide" / "expected-int4-weight-only" / "plain.safetensors"))
        model = Trafo.AutoModelForCausalLM.from_pretrained(source, int4_weight_only=True)
        found = numpy.asarray(model(input_ids=stored["inputs.input_ids"])["logits"])
        expected = numpy.asarray(stored["outputs.logits"])
        numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * numpy.abs(expected).max())
        with self.assertRaisesRegex(GLib.Error, "found int4_weight_only beside weights in another encoding"):
            Trafo.AutoModelForCausalLM.from_pretrained(source, int4_weight_only=True, load_in_4bit=True)
        with self.assertRaisesRegex(GLib.Error, "found int4_weight_only, which says how the weights are kept"):
            Trafo.AutoModelForCausalLM.from_pretrained(source, int4_weight_only=True, dtype="auto")

    def test_4bit(self):
        source = str(MODELS / "gpt2-lm")
        ids = [[3, 1, 4, 1, 5]]
        with tempfile.TemporaryDirectory() as folder:
            model = Trafo.AutoModelForCausalLM.from_pretrained(
                source, load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
            )
            model.save_pretrained(folder)
            again = Trafo.AutoModelForCausalLM.from_pretrained(folder)
            config = json.loads(pathlib.Path(folder, "config.json").read_text(encoding="utf-8"))
            numpy.testing.assert_array_equal(
                numpy.asarray(again(input_ids=ids)["logits"]),
                numpy.asarray(model(input_ids=ids)["logits"]),
            )
        self.assertEqual(config["quantization_config"]["bnb_4bit_quant_type"], "nf4")
        self.assertTrue(config["quantization_config"]["bnb_4bit_use_double_quant"])
        self.assertFalse(config["quantization_config"]["load_in_8bit"])
        with self.assertRaisesRegex(GLib.Error, "expected fp4 or nf4"):
            Trafo.AutoModelForCausalLM.from_pretrained(source, load_in_4bit=True, bnb_4bit_quant_type="int4")

    def test_quantized_by_name(self):
        source = str(MODELS / "gpt2-lm")
        ids = [[3, 1, 4, 1, 5]]
        by_options = {
            "bnb-int8": {"load_in_8bit": True, "llm_int8_threshold": 1.0},
            "int8": {"load_in_8bit": True, "llm_int8_threshold": 0.0},
            "bnb-nf4": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"},
            "bnb-fp4": {"load_in_4bit": True},
        }
        logits = set()
        self.assertEqual(Trafo.LoadOptions.list_quantizations(), list(by_options))
        for type, options in by_options.items():
            with self.subTest(type):
                model = Trafo.AutoModelForCausalLM.from_pretrained_quantized(source, type, llm_int8_threshold=1.0)
                same = Trafo.AutoModelForCausalLM.from_pretrained(source, **options)
                found = numpy.asarray(model(input_ids=ids)["logits"])
                numpy.testing.assert_array_equal(found, numpy.asarray(same(input_ids=ids)["logits"]))
                logits.add(found.tobytes())
        self.assertEqual(len(logits), len(by_options))
        with self.assertRaisesRegex(GLib.Error, 'found the quantization "q4_0", expected one of bnb-int8, int8, bnb-nf4'):
            Trafo.AutoModel.from_pretrained_quantized(source, "q4_0")
        with self.assertRaisesRegex(GLib.Error, "found a quantization_config in config.json, expected a checkpoint of floats"):
            Trafo.AutoModel.from_pretrained_quantized(str(MODELS.parent / "quantized" / "bert-seqcls-nf4"), "bnb-nf4")

    def test_size_without_unit(self):
        with self.assertRaisesRegex(ValueError, "found the size 'much'"):
            self.new_model().save_pretrained("nowhere", max_shard_size="much")

    def test_unknown_model_type(self):
        with self.assertRaisesRegex(GLib.Error, "no-such-model"):
            Trafo.AutoConfig.for_model("no-such-model")


if __name__ == "__main__":
    tap.main()
