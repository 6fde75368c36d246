#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Prints the polynomials of vector-math.h: near-minimax fits by Lawson's reweighted least squares."""
import math

import numpy as np


def fit(values, low, high, degree, weight, n=4000, rounds=300):
    """Coefficients, lowest power first, of p with weight * |p - values| as small as can be, and that."""
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n)
    y = np.array([values(float(v)) for v in x])
    w = np.array([weight(float(v)) for v in x])
    basis = np.vander(x, degree + 1, increasing=True)
    share = np.full(n, 1.0 / n)
    for _ in range(rounds):
        scale = np.sqrt(share) * w
        c = np.linalg.lstsq(basis * scale[:, None], y * scale, rcond=None)[0]
        error = np.abs((basis @ c - y) * w)
        share *= error + error.max() * 1e-3
        share /= share.sum()
    return c, error.max()


def show(name, *arguments):
    c, error = fit(*arguments)
    print(f"{name}: largest weighted error {error:.3g} = {math.log2(error):.1f} bits")
    for power, value in enumerate(c):
        print(f"  {power}: {float(np.float32(value)).hex()} {np.float32(value)!r}")


def show_table(name, ratio, n_pieces, width, degree):
    """f (x) / x in pieces as wide as @width, each about its middle."""
    pieces = []
    for i in range(n_pieces):
        middle = (i + 0.5) * width
        pieces.append(fit(lambda d: ratio((middle + d) ** 2), -width / 2, width / 2, degree,
                          lambda d: 1 / ratio((middle + d) ** 2), n=400))
    print(f"{name}: x p_i(|x| - middle), largest error {max(p[1] for p in pieces):.3g}")
    for power in range(degree + 1):
        print("  { " + ", ".join(float(np.float32(p[0][power])).hex().replace("0000000p", "p") + "f"
                                for p in pieces) + " },")


def exp_rest(r):
    return 0.5 + r / 6 if abs(r) < 1e-4 else (math.expm1(r) - r) / (r * r)


def exp2_rest(r):
    return math.log(2) if abs(r) < 1e-8 else math.expm1(r * math.log(2)) / r


def erf_ratio(u):
    x = math.sqrt(u)
    return 2 / math.sqrt(math.pi) * (1 - u / 3) if u < 1e-8 else math.erf(x) / x


def tanh_ratio(u):
    """Of z = 0.8 x, so that pieces of 0.25 reach the x from which tanh is 1."""
    z = math.sqrt(u)
    return 1.25 if u < 1e-8 else math.tanh(1.25 * z) / z


def tanh_rest(u):
    x = math.sqrt(u)
    return -1 / 3 + 2 * u / 15 if u < 1e-4 else (math.tanh(x) / x - 1) / u



def main():
    half_ln2 = math.log(2) / 2 * 1.001
    show("exp: e^r = 1 + r + r^2 p(r)", exp_rest, -half_ln2, half_ln2, 4, lambda r: r * r / math.exp(r))
    show("short exp: 2^r = 1 + r p(r)", exp2_rest, -0.5, 0.5, 3, lambda r: r / 2**r)
    show("erf: x p(x^2), |x| < 1", erf_ratio, 0, 1, 6, lambda u: 1 / erf_ratio(u))
    show("erf: 1 - exp(-p(x)), 1 <= x <= 4", lambda t: -math.log(math.erfc(t)), 1, 4, 6, lambda t: math.erfc(t))
    show("tanh: x + x^3 p(x^2), |x| < 0.625", tanh_rest, 0, 0.625**2, 4, lambda u: u)

    show_table("erf", erf_ratio, 16, 0.25, 5)
    show_table("tanh", tanh_ratio, 32, 0.25, 5)


main()
