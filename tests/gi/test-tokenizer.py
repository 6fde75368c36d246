#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""A tokenizer from Python; the expected tokens are those of Hugging Face's tokenizers."""
import json
import os
import pathlib
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

BYTE_LEVEL = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "tokenizers" / "gpt2")
FOLDER = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models" / "tiny-bert")
EXPECTED = json.loads(pathlib.Path(FOLDER, "expected.json").read_text(encoding="utf-8"))


class Tokenizer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tokenizer = Trafo.AutoTokenizer.from_pretrained(FOLDER)

    def test_one_text(self):
        encoding = self.tokenizer.encode("The dogs play chess in the oven")
        self.assertEqual(encoding.tokens, EXPECTED["tokens"][2])
        self.assertEqual(encoding.ids, EXPECTED["input_ids"][2])
        self.assertEqual(encoding.offsets[:4], [(0, 0), (0, 3), (4, 7), (7, 8)])
        self.assertEqual(len(encoding), 13)

    def test_a_padded_batch_is_what_a_model_takes(self):
        batch = self.tokenizer(EXPECTED["texts"], padding=True)
        self.assertEqual(list(batch), ["input_ids", "attention_mask"])
        for key in batch:
            self.assertEqual(numpy.asarray(batch[key]).tolist(), EXPECTED[key])
        self.assertEqual(batch[-1].tokens, EXPECTED["tokens"][2])
        outputs = Trafo.AutoModel.from_pretrained(FOLDER)(**batch)
        self.assertEqual(outputs["pooler_output"].shape, (3, 16))

    def test_options_by_name(self):
        encode = self.tokenizer.encode
        self.assertEqual(len(encode("a cat", padding="max_length", max_length=9)), 9)
        self.assertEqual(len(encode("a cat sits on a mat", truncation=True, max_length=4)), 4)
        self.assertEqual(encode("a cat", add_special_tokens=False).tokens, ["a", "cat"])
        with self.assertRaises(ValueError):
            encode("a cat", padding="sideways")
        with self.assertRaises(TypeError):
            encode("a cat", colour="blue")

    def test_an_option_of_another_type_is_named_with_what_it_may_be(self):
        for value in object(), 7, 1.5, ["longest_first"]:
            with self.assertRaisesRegex(TypeError, "truncation is .* True, False, .*only_second"):
                self.tokenizer.encode("a cat", truncation=value)
        with self.assertRaisesRegex(ValueError, "padding is 'up', expected one of: .*max_length"):
            self.tokenizer.encode("a cat", padding="up")
        for name, value in ("max_length", "x"), ("add_special_tokens", object()):
            with self.assertRaisesRegex(TypeError, f"{name} is .*, expected"):
                self.tokenizer.encode("a cat", **{name: value})
        for value in -1, 1 << 40:
            with self.assertRaisesRegex(ValueError, "max_length is .*, expected an integer from"):
                self.tokenizer.encode("a cat", max_length=value)
        padded = self.tokenizer.encode("a", padding="max_length", max_length=4, padding_side="left")
        self.assertEqual(padded.attention_mask, [0, 1, 1, 1])
        choice = Trafo.Truncation.LONGEST_FIRST
        self.assertEqual(len(self.tokenizer.encode("a cat", truncation=choice, max_length=3)), 3)

    def test_a_pair_has_types(self):
        batch = self.tokenizer("a cat", "on a mat")
        self.assertEqual(numpy.asarray(batch["token_type_ids"]).tolist(), [[0, 0, 0, 0, 1, 1, 1, 1]])

    def test_rows_of_many_lengths_are_no_tensor(self):
        with self.assertRaises(GLib.Error) as caught:
            self.tokenizer(EXPECTED["texts"])["input_ids"]
        self.assertTrue(caught.exception.matches(Trafo.error_quark(), Trafo.Error.SHAPE))
        self.assertIn("row 1 has 8 tokens, expected 9", caught.exception.message)

    def test_decode(self):
        ids = EXPECTED["input_ids"][2]
        text = self.tokenizer.decode(ids, skip_special_tokens=True)
        self.assertEqual(text, "the dogs play chess in the oven")

    def test_a_text_does_not_end_at_a_nul(self):
        encode = self.tokenizer.encode
        self.assertEqual(encode("a \0cat").ids, encode("a cat").ids)
        self.assertEqual(encode("a \0cat").offsets[2], (3, 6))
        self.assertEqual(encode("a", "\0cat").ids, encode("a", "cat").ids)
        pairs = self.tokenizer(["a\0", ""], ["cat", "\0dog"], padding=True)
        self.assertEqual(pairs[0].ids, encode("a", "cat").ids)
        self.assertEqual(pairs[1].ids, encode("", "dog", padding="max_length", max_length=5).ids)

    def test_bytes_keep_a_nul(self):
        tokenizer = Trafo.AutoTokenizer.from_pretrained(BYTE_LEVEL)
        ids = tokenizer.encode("a\0cat").ids
        self.assertEqual(ids, [65, 189, 67, 65, 84])
        self.assertEqual(tokenizer.decode(ids), "a\0cat")
        self.assertEqual(tokenizer.decode([]), "")
        self.assertEqual(tokenizer.convert_tokens_to_string([tokenizer.id_to_token(189)]), "\0")
        streams = Trafo.DecodeStream.new(tokenizer, False, False), Trafo.TextStreamer.new(tokenizer, False)
        for push, end in zip((streams[0].step, streams[1].put), (streams[0].end, streams[1].end)):
            self.assertEqual("".join([*map(push, ids), end()]), "a\0cat")

    def test_a_text_is_a_str(self):
        for text in b"a cat", None, 3:
            with self.assertRaises(TypeError):
                self.tokenizer.encode(text)

    def test_a_folder_without_a_tokenizer_is_an_error(self):
        with self.assertRaises(GLib.Error) as caught:
            Trafo.AutoTokenizer.from_pretrained("/nonexistent")
        self.assertIn("/nonexistent", caught.exception.message)


if __name__ == "__main__":
    tap.main()
