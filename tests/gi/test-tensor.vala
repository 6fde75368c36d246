// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// TrafoTensor as Vala sees it.

void views () {
  try {
    var tensor = new Trafo.Tensor.from_floats ({ 2, 3 }, { 0, 1, 2, 3, 4, 5 });
    assert_cmpint (tensor.get_shape ().length, CompareOperator.EQ, 2);
    assert_cmpint ((int) tensor.get_shape ()[1], CompareOperator.EQ, 3);
    assert_true (tensor.get_dtype () == Trafo.DType.FLOAT32);

    var column = tensor.select (1, 2);
    assert_true (column.get_value (1) == 5);
    assert_false (column.is_contiguous ());
    assert_cmpint (column.get_bytes ().length, CompareOperator.EQ, 8);
  } catch (Error error) {
    Test.message ("%s", error.message);
    Test.fail ();
  }
}

void errors () {
  try {
    new Trafo.Tensor.from_bytes (Trafo.DType.INT64, { 2 }, new Bytes ({ 1, 2, 3 }));
    Test.fail ();
  } catch (Trafo.Error.SHAPE error) {
    assert_true (error.message.contains ("found 3 bytes, expected 16"));
  } catch (Error error) {
    Test.message ("%s", error.message);
    Test.fail ();
  }
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/gi/vala/tensor/views", views);
  Test.add_func ("/gi/vala/tensor/errors", errors);
  return Test.run ();
}
