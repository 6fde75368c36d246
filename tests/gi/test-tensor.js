// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// TrafoTensor as gjs sees it; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {GLib, Trafo} = imports.gi;
const {check, errorOf, finish} = imports.tap;

const bytes = new GLib.Bytes(new Uint8Array(new Float32Array([0, 1, 2, 3, 4, 5]).buffer));
const tensor = Trafo.Tensor.new_from_bytes(Trafo.DType.FLOAT32, [2, 3], bytes);

check('shape', tensor.get_shape(), [2, 3]);
check('strides', tensor.get_strides(), [3, 1]);
check('dtype', tensor.get_dtype(), Trafo.DType.FLOAT32);
check('value', tensor.get_value(4), 4);

const column = tensor.select(1, 1);
const data = column.get_bytes().toArray();
check('bytes of a view', Array.from(new Float32Array(data.buffer, data.byteOffset, 2)), [1, 4]);
check('small arrays', Trafo.Tensor.new_from_int64s([2], [7, -7]).get_value(1), -7);

const error = errorOf(() => Trafo.Tensor.new_from_bytes(Trafo.DType.FLOAT32, [7], bytes));
check('error domain', error?.matches(Trafo.Error, Trafo.Error.SHAPE), true);
check('error message', error?.message.includes('found 24 bytes, expected 28'), true);

finish();
