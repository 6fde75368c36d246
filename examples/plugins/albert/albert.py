#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""ALBERT in Python, as albert.c beside it. albert.py FOLDER ID... says which token it takes each for.

build() is called once for each form of the program, which is compiled then: a run calls no Python.
"""
import sys

import gi
import numpy

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, GObject, Trafo

MAX_SIZE = 2**31 - 1


class Albert(GObject.Object, Trafo.Model):
    """Lan et al. 2019, with the head of AlbertForMaskedLM. B: batch, T: sequence, C: hidden_size."""

    def do_configure(self, config, task):
        if task not in ("base", "masked-lm"):
            message = f"found task '{task}', expected base or masked-lm"
            raise GLib.Error.new_literal(Trafo.error_quark(), message, Trafo.Error.UNSUPPORTED)
        self.task = task
        self.vocab_size = config.get_int("vocab_size", 30000, 1, MAX_SIZE)
        self.embedding_size = config.get_int("embedding_size", 128, 1, MAX_SIZE)
        self.hidden_size = config.get_int("hidden_size", 4096, 1, MAX_SIZE)
        self.n_layers = config.get_int("num_hidden_layers", 12, 0, 1000)
        self.n_groups = config.get_int("num_hidden_groups", 1, 1, 1000)
        self.inner_group_num = config.get_int("inner_group_num", 1, 1, 100)
        self.n_heads = config.get_int("num_attention_heads", 64, 1, 1 << 16)
        self.intermediate_size = config.get_int("intermediate_size", 16384, 1, MAX_SIZE)
        self.activation = config.get_string("hidden_act", "gelu_new")
        self.n_positions = config.get_int("max_position_embeddings", 512, 1, MAX_SIZE)
        self.n_types = config.get_int("type_vocab_size", 2, 1, MAX_SIZE)
        self.epsilon = config.get_double("layer_norm_eps", 1e-12, 0, 1)
        self.pad_token_id = config.get_token_id("pad_token_id", 0)
        return config.check()

    def do_get_base_prefix(self):
        return "albert"

    def do_map_name(self, name):
        return None if name.endswith(".position_ids") else name

    def do_build(self, b):
        if self.task == "masked-lm":
            b.push_scope("albert", -1)
        x = self.build_encoder(b)
        if self.task == "masked-lm":
            b.pop_scope()
            b.output_tokens(self.build_head(b, x))
            return True
        b.output("last_hidden_state", x)
        first = b.linear("pooler", b.select(x, 1, 0), self.hidden_size)
        b.output("pooler_output", b.activation(first, "tanh"))
        return True

    def build_embeddings(self, b):
        b.push_scope("embeddings", -1)
        size = self.embedding_size
        x = b.embedding_padded(
            "word_embeddings", b.input_ids(), self.vocab_size, size, self.pad_token_id
        )
        x = b.add(x, b.embedding("token_type_embeddings", b.token_type_ids(), self.n_types, size))
        x = b.add(x, b.embedding("position_embeddings", b.position_ids(), self.n_positions, size))
        x = b.layer_norm("LayerNorm", x, self.epsilon)
        b.pop_scope()
        return x

    def build_attention(self, b, x):
        heads = Trafo.Attention()
        heads.n_heads, heads.head_size = self.n_heads, self.hidden_size // self.n_heads
        b.push_scope("attention", -1)
        q, k, v = (b.linear(name, x, self.hidden_size) for name in ("query", "key", "value"))
        h = b.linear("dense", b.attention(q, k, v, heads), self.hidden_size)
        x = b.layer_norm("LayerNorm", b.add(x, h), self.epsilon)
        b.pop_scope()
        return x

    def build_layer(self, b, x):
        x = self.build_attention(b, x)
        h = b.activation(b.linear("ffn", x, self.intermediate_size), self.activation)
        h = b.linear("ffn_output", h, self.hidden_size)
        return b.layer_norm("full_layer_layer_norm", b.add(h, x), self.epsilon)

    def build_encoder(self, b):
        """The layers of one group share its parameters: they have the same names."""
        x = self.build_embeddings(b)
        b.push_scope("encoder", -1)
        x = b.linear("embedding_hidden_mapping_in", x, self.hidden_size)
        b.hidden_state(x)
        for layer in range(self.n_layers):
            b.push_scope("albert_layer_groups", layer * self.n_groups // self.n_layers)
            for i in range(self.inner_group_num):
                b.push_scope("albert_layers", i)
                x = self.build_layer(b, x)
                b.pop_scope()
                b.hidden_state(x)
            b.pop_scope()
        b.pop_scope()
        return x

    def build_head(self, b, x):
        """(B, T, vocab_size); the last matrix is the table of words."""
        x = b.linear("predictions.dense", x, self.embedding_size)
        x = b.layer_norm("predictions.LayerNorm", b.activation(x, self.activation), self.epsilon)
        shape = [self.vocab_size, self.embedding_size]
        table = b.param("albert.embeddings.word_embeddings.weight", shape, Trafo.Initializer.NORMAL)
        table = b.tie(table, "predictions.decoder.weight")
        bias = b.param("predictions.bias", shape[:1], Trafo.Initializer.ZEROS)
        bias = b.tie(bias, "predictions.decoder.bias")
        return b.linear_with(x, table, bias)


def main():
    folder, *ids = sys.argv[1:]
    model = Albert()
    model.load(folder, "masked-lm", None, None)
    logits = model(input_ids=[[int(token) for token in ids]])["logits"]
    print(*numpy.argmax(logits, axis=-1)[0])


if __name__ == "__main__":
    main()
