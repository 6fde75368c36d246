#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""generate() with parameters by name, and text part by part: all at once, by `for`, `async for` and signals."""
import asyncio
import concurrent.futures
import os
import pathlib
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

FOLDER = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models" / "gpt2-untied")
PROMPT = "hello world, sat"
N_NEW = 12
DRAWN = {"max_new_tokens": N_NEW, "do_sample": True, "temperature": 3.0}


class Generate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = Trafo.AutoModelForCausalLM.from_pretrained(FOLDER)
        cls.tokenizer = Trafo.AutoTokenizer.from_pretrained(FOLDER)
        cls.prompt = cls.tokenizer(PROMPT)["input_ids"]
        sequences = cls.model.generate(cls.prompt, max_new_tokens=N_NEW)
        cls.ids = numpy.asarray(sequences)[0, cls.prompt.shape[1] :].tolist()

    def new_generator(self, seed=3):
        return Trafo.Generator.new(self.model, self.tokenizer, seed=seed, **DRAWN)

    def new_text(self, seed=3):
        sequences = numpy.asarray(self.model.generate(self.prompt, seed=seed, **DRAWN))
        return self.tokenizer.decode(sequences[0, self.prompt.shape[1] :].tolist(), True)

    def test_each_token_has_the_largest_logit(self):
        sequences = numpy.asarray(self.model.generate(self.prompt, max_new_tokens=N_NEW))
        logits = numpy.asarray(self.model(input_ids=sequences[:, :-1])["logits"])
        n_prompt = self.prompt.shape[1]
        self.assertEqual(logits[0, n_prompt - 1 :].argmax(-1).tolist(), self.ids)
        self.assertEqual(len(self.ids), N_NEW)

    def test_inputs_in_all_forms(self):
        expected = numpy.asarray(self.model.generate(self.prompt, max_new_tokens=3)).tolist()
        batch = self.tokenizer(PROMPT)
        for sequences in (
            self.model.generate(numpy.asarray(self.prompt), max_new_tokens=3),
            self.model.generate(**batch, max_new_tokens=3),
            self.model.generate(batch, max_new_tokens=3),
            self.model.generate(PROMPT, tokenizer=self.tokenizer, max_new_tokens=3),
        ):
            self.assertEqual(numpy.asarray(sequences).tolist(), expected)

    def test_result_with_scores(self):
        result = self.model.generate(
            self.prompt,
            max_new_tokens=4,
            num_beams=3,
            num_return_sequences=2,
            output_scores=True,
            return_dict_in_generate=True,
        )
        scores = numpy.asarray(result.get_sequences_scores())
        self.assertEqual(scores.shape, (2,))
        self.assertGreaterEqual(scores[0], scores[1])

    def test_outliers_are_asked_of_a_call_alone(self):
        # LLM.int8(): what is computed together shares its outliers, so calls are not put together
        model = Trafo.AutoModelForCausalLM.from_pretrained(FOLDER, load_in_8bit=True, llm_int8_threshold=1.0)
        prompts = [[[(7 * i + j * j) % 60 + 2 for j in range(3 + i % 20)]] for i in range(60)]

        def generate(prompt):
            return numpy.asarray(model.generate(prompt, max_new_tokens=12)).tolist()

        alone = [generate(prompt) for prompt in prompts]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(generate, prompts)), alone)
        self.assertEqual([generate(prompt) for prompt in reversed(prompts)], alone[::-1])
        with self.assertRaisesRegex(GLib.Error, "prompt_lookup_num_tokens with LLM.int8"):
            model.generate(prompts[0], max_new_tokens=3, prompt_lookup_num_tokens=2)

    def test_unknown_parameter(self):
        with self.assertRaisesRegex(GLib.Error, "max_new_toekns"):
            self.model.generate(self.prompt, max_new_toekns=3)
        with self.assertRaisesRegex(TypeError, "by name, not both"):
            self.model.generate(self.prompt, Trafo.GenerationConfig.new(), max_new_tokens=3)
        with self.assertRaisesRegex(TypeError, "needs a tokenizer"):
            self.model.generate(PROMPT)

    def test_for(self):
        parts = list(self.new_generator().stream(PROMPT))
        self.assertGreater(len(parts), 1)
        self.assertEqual("".join(parts), self.new_text())

    def test_async_for(self):
        async def collect():
            generators = [self.new_generator() for _ in range(3)]
            return await asyncio.gather(*[read(generator) for generator in generators])

        async def read(generator):
            return [part async for part in generator.stream(PROMPT)]

        for parts in asyncio.run(collect()):
            self.assertEqual("".join(parts), self.new_text())

    def test_async_for_cancelled(self):
        async def cancel():
            stream = self.new_generator().stream(PROMPT)
            parts = [await stream.__anext__()]
            task = asyncio.create_task(stream.__anext__())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            return parts

        (first,) = asyncio.run(cancel())
        self.assertTrue(first and self.new_text().startswith(first))

    def test_signals(self):
        tokens, texts = [], []
        generator = Trafo.Generator.new(self.model, self.tokenizer, max_new_tokens=N_NEW)
        generator.connect("token", lambda _, row, token: tokens.append((row, token)))
        generator.connect("text", lambda _, row, text: texts.append(text))
        sequences = generator.generate(PROMPT).get_sequences()
        self.assertEqual(tokens, [(0, token) for token in self.ids])
        self.assertEqual("".join(texts), self.tokenizer.decode(self.ids, True))
        self.assertEqual(sequences.shape[1], self.prompt.shape[1] + N_NEW)

    def test_seeds(self):
        texts = ["".join(self.new_generator(seed).stream(PROMPT)) for seed in (7, 7, 8, 9)]
        self.assertEqual(texts[0], texts[1])
        self.assertGreater(len(set(texts)), 1)


if __name__ == "__main__":
    tap.main()
