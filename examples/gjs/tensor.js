// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Makes a tensor, takes a view of it and prints both: gjs tensor.js
imports.gi.versions.Trafo = '1.0';
const {Trafo} = imports.gi;

const tensor = Trafo.Tensor.new_from_floats([2, 3], [0, 1, 2, 3, 4, 5]);
print(tensor.to_string());
print(`its second row: ${tensor.select(0, 1).to_string()}`);
