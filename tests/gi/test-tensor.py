#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""TrafoTensor as Python sees it, numpy being the reference."""
import gc
import sys
import unittest

import gi
import numpy

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

DTYPES = ["float32", "float16", "int8", "int32", "int64", "bool", "uint8"]


def tensor_of(array):
    return Trafo.Tensor.new_from_bytes(
        Trafo.dtype_from_name(array.dtype.name), array.shape, GLib.Bytes.new(array.tobytes())
    )


class Sequence(unittest.TestCase):
    def setUp(self):
        self.array = numpy.arange(24, dtype="float32").reshape(2, 3, 4)
        self.tensor = tensor_of(self.array)

    def test_shape_and_dtype(self):
        self.assertEqual(self.tensor.shape, (2, 3, 4))
        self.assertEqual(self.tensor.ndim, 3)
        self.assertEqual(self.tensor.dtype, Trafo.DType.FLOAT32)
        self.assertEqual(len(self.tensor), 2)
        self.assertEqual(self.tensor.T.shape, (4, 3, 2))

    def test_iteration_gives_views(self):
        rows = list(self.tensor)
        self.assertEqual([row.shape for row in rows], [(3, 4)] * 2)
        self.assertEqual(rows[1].get_address(), self.tensor.get_address() + 12 * 4)

    def test_indices_are_numpys(self):
        for key in [
            0,
            -1,
            (1, 2),
            (1, 2, 3),
            (slice(None), 1),
            (slice(None), slice(1, None)),
            (slice(None), slice(None), slice(0, 4, 2)),
            (slice(None), slice(None), slice(1, 4, 2)),
            (slice(5, 9),),
            (Ellipsis, 0),
            (0, Ellipsis, slice(1, 3)),
            numpy.int64(1),
        ]:
            with self.subTest(key=key):
                numpy.testing.assert_array_equal(numpy.asarray(self.tensor[key]), self.array[key])

    def test_bad_indices_raise(self):
        for key in [2, -3, (0, 0, 0, 0), (Ellipsis, Ellipsis)]:
            with self.subTest(key=key), self.assertRaises(IndexError):
                self.tensor[key]
        with self.assertRaises(ValueError):
            self.tensor[::-1]
        with self.assertRaises(TypeError):
            self.tensor["x"]

    def test_scalar(self):
        scalar = self.tensor[1, 2, 3]
        self.assertEqual(scalar.shape, ())
        self.assertEqual(float(scalar), 23)
        self.assertEqual(scalar.item(), 23)
        with self.assertRaises(TypeError):
            len(scalar)
        with self.assertRaises(ValueError):
            self.tensor.item()

    def test_item_keeps_all_bits_of_an_int64(self):
        big = 2**53 + 1
        self.assertEqual(Trafo.Tensor.new_from_int64s([1], [big]).item(), big)

    def test_repr_names_values_and_dtype(self):
        text = repr(Trafo.Tensor.new_from_int64s([2, 2], [1, 2, 3, 4]))
        self.assertEqual(text, "Tensor([[1, 2],\n        [3, 4]], dtype=int64)")


class Numpy(unittest.TestCase):
    def test_every_dtype_crosses_without_a_copy(self):
        for dtype in DTYPES:
            with self.subTest(dtype=dtype):
                array = numpy.array([[0, 1, 2], [1, 0, 1]]).astype(dtype)
                tensor = tensor_of(array)
                back = numpy.asarray(tensor)
                self.assertEqual(back.dtype, array.dtype)
                self.assertEqual(back.ctypes.data, tensor.get_address())
                numpy.testing.assert_array_equal(back, array)

    def test_strided_view(self):
        array = numpy.arange(12, dtype="int32").reshape(3, 4)
        view = tensor_of(array)[:, 1::2].T
        numpy.testing.assert_array_equal(numpy.asarray(view), array[:, 1::2].T)

    def test_array_outlives_the_tensor(self):
        array = numpy.asarray(Trafo.Tensor.new_from_floats([4096], [7.0] * 4096))
        gc.collect()
        self.assertTrue((array == 7).all())

    def test_writability_follows_the_flag(self):
        self.assertTrue(numpy.asarray(Trafo.Tensor.new(Trafo.DType.FLOAT32, [2])).flags.writeable)
        self.assertFalse(numpy.asarray(tensor_of(numpy.zeros(2, "float32"))).flags.writeable)

    def test_writes_reach_the_tensor(self):
        tensor = Trafo.Tensor.new(Trafo.DType.FLOAT32, [3])
        numpy.asarray(tensor)[1] = 5
        self.assertEqual(tensor[1].item(), 5)

    def test_array_method(self):
        tensor = Trafo.Tensor.new_from_floats([2], [1.5, 2.5])
        self.assertEqual(tensor.__array__(numpy.float64).dtype, numpy.float64)
        copy = tensor.__array__(copy=True)
        self.assertNotEqual(copy.ctypes.data, tensor.get_address())
        with self.assertRaises(ValueError):
            tensor.__array__(numpy.float64, copy=False)

    def test_bfloat16_becomes_float32(self):
        tensor = Trafo.Tensor.new_from_floats([2], [1.5, -2]).cast(Trafo.DType.BFLOAT16)
        array = numpy.asarray(tensor)
        self.assertEqual(array.dtype, numpy.float32)
        self.assertEqual(array.tolist(), [1.5, -2])


class DLPack(unittest.TestCase):
    def test_to_numpy_without_a_copy(self):
        tensor = Trafo.Tensor.new(Trafo.DType.INT32, [2, 2])
        array = numpy.from_dlpack(tensor)
        self.assertEqual(array.ctypes.data, tensor.get_address())
        address = tensor.get_address()
        del tensor
        gc.collect()
        self.assertEqual(array.tolist(), [[0, 0], [0, 0]])
        self.assertEqual(array.ctypes.data, address)

    def test_from_numpy_without_a_copy(self):
        array = numpy.arange(6, dtype="float32").reshape(2, 3)
        address = array.ctypes.data
        tensor = Trafo.Tensor.from_dlpack(array.T)
        del array
        gc.collect()
        self.assertEqual(tensor.get_address(), address)
        self.assertEqual(tensor.shape, (3, 2))
        self.assertEqual(tensor[2, 1].item(), 5)

    def test_unused_capsule_gives_the_tensor_back(self):
        array = numpy.zeros(3, "float32")
        before = sys.getrefcount(array)
        tensor = Trafo.Tensor.from_dlpack(array)
        for _ in range(3):
            tensor.__dlpack__()
        self.assertEqual(sys.getrefcount(array), before + 1)
        del tensor
        gc.collect()
        self.assertEqual(sys.getrefcount(array), before)

    def test_copy_and_refusals(self):
        tensor = tensor_of(numpy.ones(2, "float32"))
        with self.assertRaises(BufferError):
            tensor.__dlpack__()
        self.assertEqual(numpy.from_dlpack(_Exporter(tensor, copy=True)).tolist(), [1, 1])
        with self.assertRaises(BufferError):
            Trafo.Tensor.new(Trafo.DType.INT8, [1]).__dlpack__(dl_device=(2, 0))

    def test_versions(self):
        read_only, writable = tensor_of(numpy.arange(3)), Trafo.Tensor.new(Trafo.DType.INT8, [2])
        for tensor in read_only, writable:
            found = Trafo.Tensor.from_dlpack(_Exporter(tensor, max_version=(1, 0)))
            self.assertEqual(found.get_address(), tensor.get_address())
            self.assertEqual(found.is_read_only(), tensor.is_read_only())
            tensor.__dlpack__(max_version=(1, 0))  # nobody consumes it
        copy = Trafo.Tensor.from_dlpack(_Exporter(read_only, max_version=(2, 7), copy=True))
        self.assertFalse(copy.is_read_only())
        self.assertNotEqual(copy.get_address(), read_only.get_address())
        with self.assertRaises(BufferError):
            read_only.__dlpack__(max_version=(0, 8))

    def test_a_capsule_is_consumed_once(self):
        class Again:
            capsule = Trafo.Tensor.new(Trafo.DType.INT8, [2]).__dlpack__()

            def __dlpack__(self):
                return self.capsule

        Trafo.Tensor.from_dlpack(Again())
        with self.assertRaises(BufferError):
            Trafo.Tensor.from_dlpack(Again())

    def test_refused_type_is_an_error_and_frees(self):
        with self.assertRaises(GLib.Error) as caught:
            Trafo.Tensor.from_dlpack(numpy.zeros(2, "complex64"))
        self.assertTrue(caught.exception.matches(Trafo.error_quark(), Trafo.Error.DTYPE))


class _Exporter:
    """A tensor whose __dlpack__() gets these arguments alone, whatever the consumer's are."""

    def __init__(self, tensor, **arguments):
        self.tensor = tensor
        self.arguments = arguments

    def __dlpack__(self, **arguments):
        return self.tensor.__dlpack__(**self.arguments)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


class Errors(unittest.TestCase):
    def test_wrong_size_is_a_shape_error(self):
        with self.assertRaises(GLib.Error) as caught:
            Trafo.Tensor.new_from_bytes(Trafo.DType.FLOAT32, [2, 3], GLib.Bytes.new(b"1234"))
        self.assertTrue(caught.exception.matches(Trafo.error_quark(), Trafo.Error.SHAPE))
        self.assertIn("found 4 bytes, expected 24", caught.exception.message)

    def test_every_domain_belongs_to_its_enum(self):
        for quark, name in [
            (Trafo.error_quark(), "trafo-error-quark"),
            (Trafo.plugin_error_quark(), "trafo-plugin-error-quark"),
            (Trafo.device_error_quark(), "trafo-device-error-quark"),
            (Trafo.format_error_quark(), "trafo-format-error-quark"),
        ]:
            self.assertEqual(GLib.quark_to_string(quark), name)


if __name__ == "__main__":
    tap.main()
