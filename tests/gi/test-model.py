#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""A model written in Python: build() is called from C and writes its ops into a TrafoBuilder."""
import unittest

import gi

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, GObject, Trafo  # noqa: E402

HIDDEN, VOCAB, LABELS = 8, 100, 3


class Classifier(GObject.Object, Trafo.Model):
    """A pre-norm transformer block below a classification head."""

    __gtype_name__ = "TestClassifier"

    def do_get_base_prefix(self):
        return "base"

    def do_map_name(self, name):
        return None if name.endswith(".position_ids") else name.replace("gamma", "weight")

    def do_build(self, b):
        attention = Trafo.Attention()
        attention.n_heads, attention.head_size = 2, HIDDEN // 2
        x = b.embedding("embeddings.word_embeddings", b.input_ids(), VOCAB, HIDDEN)
        b.push_scope("layer", 0)
        h = b.layer_norm("ln_1", x, 1e-5)
        q, k, v = (b.linear(name, h, HIDDEN) for name in ("query", "key", "value"))
        x = b.add(x, b.linear("output", b.attention(q, k, v, attention), HIDDEN))
        b.pop_scope()
        first = b.select(x, 1, 0)
        self.logits = b.linear("classifier", b.activation(first, "gelu"), LABELS)
        b.output("logits", self.logits)
        return True


class Refusing(GObject.Object, Trafo.Model):
    __gtype_name__ = "TestRefusing"

    def do_build(self, builder):
        raise GLib.Error.new_literal(Trafo.error_quark(), "no layers", Trafo.Error.UNSUPPORTED)


class Silent(GObject.Object, Trafo.Model):
    __gtype_name__ = "TestSilent"

    def do_build(self, builder):
        return False


class Build(unittest.TestCase):
    def test_c_calls_the_python_build(self):
        model, builder = Classifier(), Trafo.Builder()
        self.assertTrue(model.build(builder))
        self.assertFalse(builder.has_failed())
        self.assertEqual(builder.get_n_dims(model.logits), 2)
        self.assertEqual(builder.get_dim(model.logits, 0), Trafo.DIM_BATCH)
        self.assertEqual(builder.get_dim(model.logits, -1), LABELS)
        self.assertEqual(builder.get_dtype(model.logits), Trafo.DType.FLOAT32)

    def test_names(self):
        model = Classifier()
        self.assertEqual(model.get_base_prefix(), "base")
        self.assertEqual(model.map_name("ln.gamma"), "ln.weight")
        self.assertIsNone(model.map_name("embeddings.position_ids"))

    def test_arrays_are_lists(self):
        b = Trafo.Builder()
        x = b.param("x", [2, 3, 4], Trafo.Initializer.ZEROS)
        shape = lambda y: [b.get_dim(y, i) for i in range(b.get_n_dims(y))]
        self.assertEqual(shape(b.reshape(x, [6, 4])), [6, 4])
        self.assertEqual(shape(b.permute(x, [2, 0, 1])), [4, 2, 3])
        self.assertEqual(shape(b.concat([x, x], 1)), [2, 6, 4])
        self.assertEqual(shape(b.slice(x, 2, 1, 2, 1)), [2, 3, 2])
        self.assertFalse(b.has_failed())

    def test_a_wrong_shape_fails_the_builder(self):
        b = Trafo.Builder()
        x = b.param("x", [2, 3], Trafo.Initializer.ZEROS)
        self.assertEqual(b.add(x, b.param("y", [2, 4], Trafo.Initializer.ZEROS)), 0)
        self.assertTrue(b.has_failed())

    def test_an_error_crosses_from_python_to_c_and_back(self):
        with self.assertRaises(GLib.Error) as caught:
            Refusing().build(Trafo.Builder())
        self.assertTrue(caught.exception.matches(Trafo.error_quark(), Trafo.Error.UNSUPPORTED))
        self.assertEqual(caught.exception.message, "no layers")

    def test_a_failure_without_a_reason_gets_one(self):
        with self.assertRaises(GLib.Error) as caught:
            Silent().build(Trafo.Builder())
        self.assertTrue(caught.exception.matches(Trafo.error_quark(), Trafo.Error.INTERNAL))
        self.assertIn("TestSilent", caught.exception.message)


if __name__ == "__main__":
    tap.main()
