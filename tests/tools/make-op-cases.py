#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes tests/core/graph/ops/cases/*.h: small inputs of each op and what numpy and PyTorch make of
them in double precision.

    make-op-cases.py tests/core/graph/ops/cases

Needs numpy, torch and transformers. The inputs are drawn from a fixed seed.
"""
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from transformers.activations import ACT2FN

TORCH_DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int8": torch.int8,
    "int32": torch.int32,
    "int64": torch.int64,
    "bool": torch.bool,
    "uint8": torch.uint8,
}
FLOATS = ["float32", "float16", "bfloat16"]
IDS = ["int32", "int64"]
ALL = list(TORCH_DTYPES)
FLOAT32_MAX = float(np.finfo(np.float32).max)

random = np.random.default_rng(20260101)


class Tensor:
    """A tensor as the C test will hold it: `values` as written, `exact` after rounding to dtype."""

    def __init__(self, dtype, values):
        self.dtype = dtype
        self.values = np.asarray(values, dtype=np.float64)
        rounded = torch.from_numpy(self.values.copy()).to(TORCH_DTYPES[dtype])
        self.exact = rounded.to(torch.float64).numpy()

    @property
    def shape(self):
        return self.values.shape


def normal(dtype, *shape, scale=1.0):
    return Tensor(dtype, np.round(random.normal(size=shape) * scale, 3))


def integers(dtype, low, high, *shape):
    return Tensor(dtype, random.integers(low, high, size=shape))


def some(dtype, *shape):
    """Values that suit any op of the dtype."""
    if dtype in FLOATS:
        return normal(dtype, *shape)
    if dtype == "bool":
        return integers(dtype, 0, 2, *shape)
    return integers(dtype, 0 if dtype == "uint8" else -9, 10, *shape)


def number(value):
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return "%.10g" % value


def literal(dtype, values):
    shape = ", ".join(str(n) for n in values.shape) or "0"
    flat = ", ".join(number(v) for v in values.ravel()) or "0"
    return "{ TRAFO_DTYPE_%s, %d, { %s }, (const double[]){ %s } }" % (
        dtype.upper(), values.ndim, shape, flat)


class Family:
    """The cases of one test program."""

    def __init__(self, name):
        self.name = name
        self.rows = []

    def add(self, name, op, attrs, inputs, dtype, expected):
        expected = np.asarray(expected, dtype=np.float64)
        inputs_text = ",\n        ".join(literal(x.dtype, x.values) for x in inputs)
        self.rows.append(
            '  { "%s", TRAFO_OP_%s, %s, %d,\n    { %s },\n    %s },\n' % (
                name, op.upper(), attrs or "NULL", len(inputs), inputs_text or "{ 0 }",
                literal(dtype, expected)))

    def write(self, folder):
        text = ("/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
                "/* Made by tests/tools/make-op-cases.py. */\n"
                "/* clang-format off */\n"
                "static const OpCase cases[] = {\n")
        (folder / (self.name + ".h")).write_text(text + "".join(self.rows) + "};\n")


def attrs(struct, **fields):
    text = "".join(", .%s = %s" % (k, v) for k, v in fields.items())
    return "&(const Trafo%sAttrs){ .struct_size = sizeof (Trafo%sAttrs)%s }" % (
        struct, struct, text)


def make_leaves():
    fill = Family("fill")
    iota = Family("iota")
    for dtype in ALL:
        value = 1.0 if dtype == "bool" else 3.0
        fill.add(dtype, "fill", attrs("Fill", value=value), [], dtype, np.full((2, 3), value))
        if dtype != "bool":
            iota.add(dtype, "iota", None, [], dtype, np.broadcast_to(np.arange(5), (2, 5)))
    fill.add("lowest", "fill", attrs("Fill", value="-FLT_MAX"), [], "float32",
             np.full((), -FLOAT32_MAX))
    fill.add("fraction", "fill", attrs("Fill", value=-2.75), [], "int32", np.full((3,), -2))
    fill.add("empty", "fill", attrs("Fill", value=1), [], "float32", np.zeros((2, 0, 3)))
    iota.add("long", "iota", None, [], "int32", np.broadcast_to(np.arange(9), (2, 1, 3, 9)))
    iota.add("empty", "iota", None, [], "int64", np.zeros((3, 0)))
    return [fill, iota]


def make_movement():
    copy, cast, concat = Family("copy"), Family("cast"), Family("concat")
    for dtype in ALL:
        x = some(dtype, 2, 3, 5)
        copy.add(dtype, "copy", None, [x], dtype, x.exact)
        parts = [some(dtype, 2, n, 3) for n in (1, 4, 0, 2)]
        concat.add(dtype, "concat", attrs("Axis", axis=1), parts, dtype,
                   np.concatenate([x.exact for x in parts], axis=1))
    x = some("float32")
    copy.add("scalar", "copy", None, [x], "float32", x.exact)
    x = some("float32", 3, 0)
    copy.add("empty", "copy", None, [x], "float32", x.exact)
    x = some("int32", 1, 2, 1, 2, 1, 2, 1, 2)
    copy.add("eight-axes", "copy", None, [x], "int32", x.exact)
    x = some("float32", 4)
    concat.add("one", "concat", attrs("Axis", axis=0), [x], "float32", x.exact)
    parts = [some("float32", 2, 1) for _ in range(8)]
    concat.add("eight", "concat", attrs("Axis", axis=1), parts, "float32",
               np.concatenate([x.exact for x in parts], axis=1))

    for source in ALL:
        for target in ALL:
            values = {"bool": [0, 1, 1], "uint8": [0, 7, 200]}.get(
                source, [0, -3, 100] + ([2.7, -2.7, 0.001] if source in FLOATS else [127]))
            if target == "uint8":  # PyTorch leaves a negative float towards uint8 undefined
                values = [abs(v) for v in values] if source in FLOATS else values
            x = Tensor(source, values)
            # by way of the source dtype: PyTorch's own conversion is what is tested
            y = torch.from_numpy(x.exact.copy()).to(TORCH_DTYPES[source]).to(TORCH_DTYPES[target])
            cast.add("%s-to-%s" % (source, target), "cast", None, [x], target,
                     y.to(torch.float64).numpy())
    # what C leaves undefined and the op defines
    odd = Tensor("float32", [math.nan, math.inf, -math.inf, 1e30, -1e30, 300, -300])
    for target, low, high in (("int8", -128, 127), ("uint8", 0, 255),
                              ("int32", -2**31, 2**31 - 1)):
        cast.add("saturates-to-" + target, "cast", None, [odd], target,
                 np.trunc(np.clip(np.nan_to_num(odd.exact, nan=0, posinf=1e30, neginf=-1e30),
                                  low, high)))
    cast.add("not-zero", "cast", None, [odd], "bool", np.ones(7))
    ties = Tensor("float32", [2049, 2051, 65519, 65520, -1e9, 1e-8, 3e-8, 6e-5])
    for target in FLOATS[1:]:
        y = torch.from_numpy(ties.exact.copy()).float().to(TORCH_DTYPES[target])
        cast.add("rounds-to-" + target, "cast", None, [ties], target, y.double().numpy())
    return [copy, cast, concat]


def make_rows():
    gather, scatter = Family("gather"), Family("scatter-add")
    for dtype in ALL:
        table, ids = some(dtype, 5, 3), integers("int64", 0, 5, 2, 4)
        gather.add(dtype, "gather", None, [table, ids], "float32" if dtype in FLOATS else dtype,
                   table.exact[ids.exact.astype(int)])
    table, ids = some("float32", 5, 2, 3), integers("int32", 0, 5, 4)
    gather.add("wide-rows", "gather", None, [table, ids], "float32",
               table.exact[ids.exact.astype(int)])
    table, ids = some("float32", 6), integers("int32", 0, 6, 2, 1, 3)
    gather.add("numbers", "gather", None, [table, ids], "float32",
               table.exact[ids.exact.astype(int)])
    table, ids = some("float32", 6, 2), Tensor("int32", 4)
    gather.add("one-id", "gather", None, [table, ids], "float32", table.exact[4])
    table, ids = some("float32", 3, 2), Tensor("int64", [-1, 0, 3, 2**53, -2**53])
    gather.add("clamps", "gather", None, [table, ids], "float32", table.exact[[0, 0, 2, 2, 0]])
    gather.add("no-ids", "gather", None, [table, Tensor("int64", np.zeros((0,)))], "float32",
               np.zeros((0, 2)))
    gather.add("no-rows", "gather", None,
               [Tensor("float32", np.zeros((0, 2))), Tensor("int64", [0, 1])], "float32",
               np.zeros((2, 2)))

    for dtype in FLOATS + IDS:
        x, y = some(dtype, 4, 3), some(dtype, 2, 2, 3)
        ids = Tensor("int64", [[0, 3], [1, 2]])
        expected = x.exact.copy()
        np.add.at(expected, ids.exact.astype(int), y.exact)
        scatter.add(dtype, "scatter_add", None, [x, ids, y], dtype, expected)
    x, y = some("float32", 4, 3), some("float32", 5, 3)
    ids = Tensor("int32", [1, 1, 3, 1, 0])
    expected = x.exact.copy()
    np.add.at(expected, ids.exact.astype(int), y.exact)
    scatter.add("repeated", "scatter_add", None, [x, ids, y], "float32", expected)
    ids = Tensor("int32", [-1, 4, 2, 2**31 - 1, 0])
    expected = x.exact.copy()
    np.add.at(expected, [2, 0], y.exact[[2, 4]])
    scatter.add("outside", "scatter_add", None, [x, ids, y], "float32", expected)
    x, y, ids = some("float32", 4), some("float32"), Tensor("int32", 2)
    expected = x.exact.copy()
    expected[2] += y.exact
    scatter.add("one-number", "scatter_add", None, [x, ids, y], "float32", expected)
    return [gather, scatter]


UNARY = {
    "neg": lambda x: -x,
    "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt,
    "exp": torch.exp,
    "log": torch.log,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "sigmoid": torch.sigmoid,
}
BINARY = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
}
BROADCASTS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1, 4), (3, 1)), ((), (3,)), ((0, 3), (1, 3)),
              ((2, 0), (1,))]


def double(x):
    return torch.from_numpy(x.exact.copy())


def make_elementwise():
    unary, binary = Family("unary"), Family("binary")
    for op, function in UNARY.items():
        for dtype in FLOATS:
            x = normal(dtype, 2, 3, 5)
            if op in ("sqrt", "rsqrt", "log"):
                x = Tensor(dtype, abs(x.values) + 0.01)
            unary.add(op + "-" + dtype, op, None, [x], dtype, function(double(x)))
        x = Tensor("float32", [0, -1, 1, 20, -20, math.inf, -math.inf, math.nan])
        unary.add(op + "-special", op, None, [x], "float32", function(double(x)))
        unary.add(op + "-empty", op, None, [Tensor("float32", np.zeros((0, 2)))], "float32",
                  np.zeros((0, 2)))
        x = Tensor("float32", 0.5)
        unary.add(op + "-scalar", op, None, [x], "float32", function(double(x)))

    for op, function in BINARY.items():
        for dtype in FLOATS + (IDS if op != "pow" else []):
            for a_shape, b_shape in BROADCASTS if dtype in ("float32", "int64") else BROADCASTS[2:3]:
                a, b = some(dtype, *a_shape), some(dtype, *b_shape)
                if op == "pow":
                    a = Tensor(dtype, abs(a.values) + 0.1)
                if op == "div":
                    b = Tensor(dtype, np.where(b.values == 0, 3, b.values))
                expected = function(double(a), double(b))
                if op == "div" and dtype in IDS:
                    expected = torch.trunc(expected)
                name = "%s-%s-%s" % (op, dtype, "x".join(map(str, a_shape)) or "scalar")
                binary.add("%s-%d-axes" % (name, len(b_shape)), op, None, [a, b], dtype, expected)
        special = [0, 1, -1, math.inf, -math.inf, math.nan]
        a = Tensor("float32", np.reshape(special, (6, 1)))
        b = Tensor("float32", special)
        binary.add(op + "-special", op, None, [a, b], "float32", function(double(a), double(b)))
    zero = Tensor("int32", [7, -7, 0, -2**31])
    binary.add("div-by-zero", "div", None, [zero, Tensor("int32", 0)], "int32", np.zeros(4))
    binary.add("div-wraps", "div", None, [zero, Tensor("int32", -1)], "int32", [-7, 7, 0, -2**31])
    most = Tensor("int32", [2**31 - 1, -2**31])
    binary.add("add-wraps", "add", None, [most, most], "int32", [-2, 0])
    binary.add("sub-wraps", "sub", None, [most, Tensor("int32", [-1, 1])], "int32",
               [-2**31, 2**31 - 1])
    binary.add("mul-wraps", "mul", None, [most, Tensor("int32", [2, 2])], "int32", [-2, 0])
    return [unary, binary]


COMPARISONS = {
    "EQUAL": np.equal,
    "NOT_EQUAL": np.not_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
}


def make_choices():
    compare, where = Family("compare"), Family("where")
    for comparison, function in COMPARISONS.items():
        field = attrs("Compare", comparison="TRAFO_COMPARE_" + comparison)
        name = comparison.lower().replace("_", "-")
        for dtype in ALL:
            a, b = some(dtype, 2, 1, 4), some(dtype, 3, 1)
            b.values[0, 0] = a.values[0, 0, 0]
            b = Tensor(dtype, b.values)
            compare.add(name + "-" + dtype, "compare", field, [a, b], "bool",
                        function(a.exact, b.exact))
        special = Tensor("float32", [0, math.inf, -math.inf, math.nan])
        a = Tensor("float32", special.values.reshape(4, 1))
        compare.add(name + "-special", "compare", field, [a, special], "bool",
                    function(a.exact, special.exact))
    for dtype in ALL:
        condition, a, b = some("bool", 2, 1, 4), some(dtype, 3, 1), some(dtype)
        where.add(dtype, "where", None, [condition, a, b], dtype,
                  np.where(condition.exact != 0, a.exact, b.exact))
    condition, a, b = some("bool", 3), some("float32", 2, 3), some("float32", 2, 3)
    where.add("condition-repeats", "where", None, [condition, a, b], "float32",
              np.where(condition.exact != 0, a.exact, b.exact))
    where.add("empty", "where", None, [some("bool", 0, 1), some("float32", 3), some("float32")],
              "float32", np.zeros((0, 3)))
    return [compare, where]


def make_reductions():
    reduce = Family("reduce")
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}
    for op, function in functions.items():
        for dtype in FLOATS + (IDS if op != "mean" else []):
            for axis in range(3):
                x = some(dtype, 2, 3, 5)
                reduce.add("%s-%s-axis-%d" % (op, dtype, axis), op, attrs("Axis", axis=axis), [x],
                           dtype, function(double(x), dim=axis, keepdim=True))
        x = Tensor("float32", [[1, math.nan, 2], [math.inf, 1, 0], [-math.inf] * 3])
        reduce.add(op + "-special", op, attrs("Axis", axis=1), [x], "float32",
                   function(double(x), dim=1, keepdim=True))
        reduce.add(op + "-no-rows", op, attrs("Axis", axis=1),
                   [Tensor("float32", np.zeros((0, 3)))], "float32", np.zeros((0, 1)))
    empty = Tensor("float32", np.zeros((2, 0)))
    for op, value in (("sum", 0), ("mean", math.nan), ("max", -math.inf)):
        reduce.add(op + "-empty-axis", op, attrs("Axis", axis=1), [empty], "float32",
                   np.full((2, 1), value))
    reduce.add("max-empty-axis-int32", "max", attrs("Axis", axis=0),
               [Tensor("int32", np.zeros((0,)))], "int32", [-2**31])
    # 2^24 + 1 + ... is lost in a float32 sum
    x = Tensor("float32", [2.0**24] + [1.0] * 8 + [-2.0**24])
    reduce.add("sum-cancels", "sum", attrs("Axis", axis=0), [x], "float32", [8])
    return [reduce]


def make_products():
    matmul, linear = Family("matmul"), Family("linear")
    shapes = [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((1, 4), (4, 1)),
              ((3, 0), (0, 2)), ((0, 2), (2, 3))]
    for dtype in FLOATS:
        for a_shape, b_shape in shapes if dtype == "float32" else shapes[2:3]:
            for ta in (0, 1):
                for tb in (0, 1):
                    a, b = normal(dtype, *a_shape), normal(dtype, *b_shape)
                    expected = double(a) @ double(b)
                    if ta:
                        a = Tensor(dtype, np.swapaxes(a.values, -1, -2))
                    if tb:
                        b = Tensor(dtype, np.swapaxes(b.values, -1, -2))
                    name = "%s-%s-%d%d" % (dtype, "x".join(map(str, a_shape)), ta, tb)
                    matmul.add(name, "matmul", attrs("Matmul", transpose_a=ta, transpose_b=tb),
                               [a, b], dtype, expected)

    for weight_dtype in FLOATS:
        for is_in_out in (0, 1):
            for has_bias in (0, 1):
                for has_residual in (0, 1):
                    add_linear(linear, (2, 3, 5), 4, weight_dtype, is_in_out, has_bias,
                               has_residual, "NONE")
    for activation in ACTIVATIONS:
        add_linear(linear, (3, 4), 5, "float32", 0, 1, 1, activation)
    add_linear(linear, (4,), 3, "float32", 0, 1, 1, "GELU")
    add_linear(linear, (4,), 3, "float32", 1, 0, 0, "NONE")
    add_linear(linear, (0, 4), 3, "float32", 0, 1, 0, "NONE")
    add_linear(linear, (2, 0), 3, "float32", 0, 1, 0, "NONE")
    return [matmul, linear]


def add_linear(linear, x_shape, n_out, weight_dtype, is_in_out, has_bias, has_residual, activation):
    x = normal("float32", *x_shape)
    n_in = x_shape[-1]
    weight = normal(weight_dtype, *((n_in, n_out) if is_in_out else (n_out, n_in)))
    inputs = [x, weight]
    bias = residual = None
    if has_bias:
        bias = normal(weight_dtype, n_out)
        inputs.append(bias)
    if has_residual:
        residual = normal("float32", *x_shape[:-1], n_out)
        inputs.append(residual)
    matrix = double(weight).T if is_in_out else double(weight)
    y = F.linear(double(x), matrix, double(bias) if has_bias else None)
    y = ACTIVATIONS[activation](y)
    if has_residual:
        y = y + double(residual)
    name = "%s-%s%s%s%s-%s" % (activation.lower(), weight_dtype, "-in-out" * is_in_out,
                               "-bias" * has_bias, "-residual" * has_residual,
                               "x".join(map(str, x_shape)))
    linear.add(name, "linear",
               attrs("Linear", activation="TRAFO_ACTIVATION_" + activation, is_in_out=is_in_out,
                     has_bias=has_bias, has_residual=has_residual), inputs, "float32", y)


ACTIVATIONS = {
    "NONE": lambda x: x,
    "GELU": ACT2FN["gelu"],
    "GELU_TANH": ACT2FN["gelu_new"],
    "RELU": ACT2FN["relu"],
    "SILU": ACT2FN["silu"],
    "QUICK_GELU": ACT2FN["quick_gelu"],
    "TANH": ACT2FN["tanh"],
    "SIGMOID": ACT2FN["sigmoid"],
}


def make_layers():
    activation, softmax, layer_norm = Family("activation"), Family("softmax"), Family("layer-norm")
    for name, function in ACTIVATIONS.items():
        field = attrs("Activation", activation="TRAFO_ACTIVATION_" + name)
        for dtype in FLOATS:
            x = normal(dtype, 3, 5, scale=2)
            activation.add(name.lower() + "-" + dtype, "activation", field, [x], dtype,
                           function(double(x)))
        x = Tensor("float32", [0, 1e-8, 8, -8, 12, math.nan])
        activation.add(name.lower() + "-special", "activation", field, [x], "float32",
                       function(double(x)))
        activation.add(name.lower() + "-empty", "activation", field,
                       [Tensor("float32", np.zeros((0,)))], "float32", np.zeros((0,)))

    for axis in range(3):
        x = normal("float32", 2, 3, 5, scale=3)
        softmax.add("axis-%d" % axis, "softmax", attrs("Axis", axis=axis), [x], "float32",
                    torch.softmax(double(x), dim=axis))
    low = -FLOAT32_MAX
    x = Tensor("float32", [[1000, 1001, 999], [low, low, low], [low, 1, low], [-math.inf, 0, 1],
                           [math.nan, 0, 1]])
    softmax.add("special", "softmax", attrs("Axis", axis=1), [x], "float32",
                torch.softmax(double(x), dim=1))
    softmax.add("empty", "softmax", attrs("Axis", axis=0), [Tensor("float32", np.zeros((0, 2)))],
                "float32", np.zeros((0, 2)))

    for dtype in FLOATS:
        for has_residual in (0, 1):
            add_layer_norm(layer_norm, "%s%s" % (dtype, "-residual" * has_residual),
                           normal("float32", 2, 3, 7), dtype, 1e-5, has_residual)
    add_layer_norm(layer_norm, "one-row", normal("float32", 6), "float32", 1e-12, 0)
    add_layer_norm(layer_norm, "one-feature", normal("float32", 3, 1), "float32", 1e-5, 0)
    add_layer_norm(layer_norm, "constant", Tensor("float32", np.full((2, 4), 3)), "float32", 1e-12,
                   0)
    add_layer_norm(layer_norm, "far-from-zero", Tensor("float32", [[4097, 4096, 4098, 4099]]),
                   "float32", 1e-5, 0)
    add_layer_norm(layer_norm, "empty", normal("float32", 0, 4), "float32", 1e-5, 1)
    return [activation, softmax, layer_norm]


def add_layer_norm(layer_norm, name, x, dtype, epsilon, has_residual):
    n = x.shape[-1]
    weight, bias = normal(dtype, n), normal(dtype, n)
    inputs = [x, weight, bias]
    h = double(x)
    if has_residual:
        inputs.append(normal("float32", *x.shape))
        h = h + double(inputs[3])
    y = F.layer_norm(h, (n,), double(weight), double(bias), epsilon) if h.numel() else h
    layer_norm.add(name, "layer_norm",
                   attrs("LayerNorm", has_residual=has_residual, epsilon=epsilon), inputs,
                   "float32", y)


def attend(q, k, v, mask, n_heads, n_kv_heads, head_size, is_causal, scale):
    B, T, S = q.shape[0], q.shape[1], k.shape[1]
    q = q.reshape(B, T, n_heads, head_size).transpose(1, 2)
    k = k.reshape(B, S, n_kv_heads, head_size).transpose(1, 2)
    v = v.reshape(B, S, n_kv_heads, head_size).transpose(1, 2)
    k = k.repeat_interleave(n_heads // n_kv_heads, dim=1)
    v = v.repeat_interleave(n_heads // n_kv_heads, dim=1)
    seen = torch.ones(B, 1, T, S, dtype=torch.bool)
    if is_causal:
        seen = seen & torch.tril(torch.ones(T, S, dtype=torch.bool), diagonal=S - T)
    if mask is not None:
        seen = seen & (mask != 0).reshape(B, 1, 1, S)
    scores = (q @ k.transpose(2, 3)) * scale
    y = torch.softmax(scores.masked_fill(~seen, -FLOAT32_MAX), dim=-1) @ v
    if S > 0 and seen.any(dim=-1).all():  # PyTorch's own attention agrees where a key is seen
        own = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=scale)
        assert torch.allclose(own, y, rtol=1e-12, atol=1e-12)
    return y.transpose(1, 2).reshape(B, T, n_heads * head_size)


def make_attention():
    attention = Family("attention")

    def add(name, B, T, S, n_heads, n_kv_heads, head_size, is_causal=0, mask=None, scale=None):
        q = normal("float32", B, T, n_heads * head_size)
        k = normal("float32", B, S, n_kv_heads * head_size)
        v = normal("float32", B, S, n_kv_heads * head_size)
        inputs = [q, k, v] + ([mask] if mask else [])
        y = attend(double(q), double(k), double(v), double(mask) if mask else None, n_heads,
                   n_kv_heads, head_size, is_causal, scale or head_size**-0.5)
        fields = dict(n_heads=n_heads, n_kv_heads=n_kv_heads, head_size=head_size,
                      is_causal=is_causal, has_mask=int(mask is not None))
        if scale:
            fields["scale"] = scale
        if n_kv_heads == n_heads:
            del fields["n_kv_heads"]
        attention.add(name, "attention", attrs("Attention", **fields), inputs, "float32", y)

    add("plain", 2, 3, 3, 2, 2, 4)
    add("scale", 1, 3, 3, 2, 2, 4, scale=0.3)
    add("one-query", 2, 1, 5, 2, 2, 4)
    add("groups", 2, 3, 4, 4, 2, 3)
    add("one-kv-head", 1, 2, 4, 3, 1, 2)
    add("causal", 2, 4, 4, 2, 2, 3, is_causal=1)
    add("causal-past", 1, 2, 5, 2, 2, 3, is_causal=1)
    add("causal-groups", 1, 3, 4, 4, 2, 2, is_causal=1)
    add("causal-more-queries", 1, 4, 2, 1, 1, 2, is_causal=1)
    for dtype in IDS + ["int8", "uint8", "bool"]:
        add("mask-" + dtype, 2, 3, 4, 2, 2, 2, mask=Tensor(dtype, [[1, 1, 0, 0], [1, 1, 1, 0]]))
    add("mask-not-one", 1, 2, 3, 1, 1, 2, mask=Tensor("int32", [[2, 0, -1]]))
    add("mask-all", 2, 2, 3, 2, 2, 2, mask=Tensor("int64", [[0, 0, 0], [1, 0, 1]]))
    add("mask-causal-left", 2, 4, 4, 2, 2, 2, is_causal=1,
        mask=Tensor("int64", [[0, 0, 1, 1], [1, 1, 1, 1]]))
    add("large-head", 1, 2, 2, 1, 1, 131)
    add("no-batch", 0, 2, 2, 1, 1, 2)
    add("no-queries", 1, 0, 3, 1, 1, 2)
    add("no-keys", 1, 2, 0, 1, 1, 2)
    return [attention]


def reshape_rows():
    """What numpy does where it is told to reshape without a copy: the strides, or none."""
    rows = []
    seen = set()
    while len(rows) < 60:
        n_dims = int(random.integers(0, 5))
        shape = [int(random.choice([1, 2, 3, 4])) for _ in range(n_dims)]
        base = np.zeros([n * 2 for n in shape] or [1], dtype=np.int8)
        x = base[tuple(slice(0, n * s, s) for n, s in zip(shape, random.integers(1, 3, n_dims)))]
        if random.integers(0, 3) == 0 or n_dims == 0:
            x = np.zeros(shape, dtype=np.int8)
        x = x.transpose(random.permutation(n_dims)) if random.integers(0, 2) else x
        if n_dims and random.integers(0, 4) == 0:
            x = np.broadcast_to(x[:1], x.shape)
        factors = [f for n in x.shape for f in ({4: [2, 2]}.get(n, [n]))]
        if random.integers(0, 2):
            factors = list(random.permutation(factors))
        target = []
        for f in factors:
            if target and random.integers(0, 2):
                target[-1] *= int(f)
            else:
                target.append(int(f))
        if random.integers(0, 3) == 0:
            target.insert(int(random.integers(0, len(target) + 1)), 1)
        if len(target) > 8 or (key := (x.shape, x.strides, tuple(target))) in seen:
            continue
        seen.add(key)
        y = np.lib.stride_tricks.as_strided(x, x.shape, x.strides)
        try:
            y.shape = target
            strides = y.strides
        except AttributeError:
            strides = None
        rows.append((x.shape, x.strides, target, strides))
    return rows


def write_reshape(folder):
    def braces(numbers):
        return "{ %s }" % (", ".join(str(n) for n in numbers) or "0")

    text = ("/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */\n"
            "/* Made by tests/tools/make-op-cases.py. */\n"
            "/* clang-format off */\n"
            "static const ReshapeCase reshape_cases[] = {\n")
    for shape, strides, target, result in reshape_rows():
        text += "  { %d, %s, %s, %d, %s, %s, %s },\n" % (
            len(shape), braces(shape), braces(strides), len(target), braces(target),
            "FALSE" if result is None else "TRUE", braces(result or []))
    (folder / "reshape.h").write_text(text + "};\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    families = (make_leaves() + make_movement() + make_rows() + make_elementwise() +
                make_choices() + make_reductions() + make_products() + make_layers() +
                make_attention())
    for family in families:
        family.write(folder)
    write_reshape(folder)


main()
