# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""What Python expects of a tensor, added to the introspected classes; nothing else.

len, iteration, slices, `shape`, `dtype`, the array interface of numpy and DLPack, all of them
without a copy: whatever is made from a tensor keeps its memory alive.
"""
import asyncio
import ctypes
import operator
import sys

from gi.repository import Gio, GLib, GObject

from ..module import get_introspection_module

Trafo = get_introspection_module("Trafo")
__all__ = []

# The typestr of numpy's array interface; bfloat16 has none.
_TYPESTR = {
    Trafo.DType.FLOAT32: "f4",
    Trafo.DType.FLOAT16: "f2",
    Trafo.DType.INT8: "i1",
    Trafo.DType.INT32: "i4",
    Trafo.DType.INT64: "i8",
    Trafo.DType.BOOL: "b1",
    Trafo.DType.UINT8: "u1",
}
_ORDER = "<" if sys.byteorder == "little" else ">"


def _axis_index(length, index, axis):
    if not -length <= index < length:
        raise IndexError(f"index {index} is out of range for axis {axis} of length {length}")
    return index % length


def _slice(tensor, axis, index):
    start, stop, step = index.indices(tensor.get_dim(axis))
    if step < 0:
        raise ValueError("a tensor's view cannot go backwards: the step must be at least 1")
    return tensor.slice(axis, start, len(range(start, stop, step)), step)


def _getitem(self, key):
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys.count(Ellipsis) > 1:
        raise IndexError("more than one ellipsis")
    if Ellipsis in keys:
        at = keys.index(Ellipsis)
        keys[at : at + 1] = [slice(None)] * (self.get_n_dims() - len(keys) + 1)
    if len(keys) > self.get_n_dims():
        raise IndexError(f"{len(keys)} indices for {self.get_n_dims()} axes")
    view, axis = self, 0
    for index in keys:
        if isinstance(index, slice):
            view = _slice(view, axis, index)
            axis += 1
        else:
            view = view.select(axis, _axis_index(view.get_dim(axis), operator.index(index), axis))
    return view


def _len(self):
    if self.get_n_dims() == 0:
        raise TypeError("a scalar tensor has no length")
    return self.get_dim(0)


def _iter(self):
    return (self.select(0, i) for i in range(len(self)))


def _strides_bytes(self):
    size = Trafo.dtype_get_size(self.get_dtype())
    return tuple(stride * size for stride in self.get_strides())


def _array_interface(self):
    typestr = _TYPESTR.get(self.get_dtype())
    if typestr is None:
        raise AttributeError(f"numpy has no {Trafo.dtype_get_name(self.get_dtype())}")
    return {
        "version": 3,
        "shape": self.shape,
        "typestr": ("|" if typestr[1] == "1" else _ORDER) + typestr,
        "data": (self.get_address(), self.is_read_only()),
        "strides": _strides_bytes(self),
    }


class _Memory:
    """The memory of a tensor, for numpy to hold on to."""

    def __init__(self, tensor):
        self.__array_interface__ = tensor.__array_interface__
        self.tensor = tensor


def _array(self, dtype=None, copy=None):
    import numpy

    tensor = self
    if self.get_dtype() not in _TYPESTR:
        if copy is False:
            raise ValueError("a bfloat16 tensor becomes an array only by a copy")
        tensor, copy = self.cast(Trafo.DType.FLOAT32), None
    array = numpy.asarray(_Memory(tensor))
    if dtype is not None and array.dtype != dtype:
        if copy is False:
            raise ValueError(f"{array.dtype} becomes {dtype} only by a copy")
        return array.astype(dtype)
    return array.copy() if copy else array


def _item(self):
    if self.get_n_elements() != 1:
        raise ValueError(f"a tensor of shape {self.shape} is not one number")
    dtype = self.get_dtype()
    if dtype == Trafo.DType.INT64:  # a double would round it
        return ctypes.c_int64.from_address(self.get_address()).value
    value = self.get_value(0)
    if dtype == Trafo.DType.BOOL:
        return bool(value)
    return value if Trafo.dtype_is_float(dtype) else int(value)


def _bool(self):
    return bool(self.item())


# DLPack: a capsule with one of these names owns a DLManagedTensor, or one that has a version and
# flags, until a consumer gives it the second name.
_PLAIN, _VERSIONED = b"dltensor", b"dltensor_versioned"
_CAPSULES = [
    (_VERSIONED, b"used_dltensor_versioned", Trafo.Tensor.new_from_dlpack_versioned),
    (_PLAIN, b"used_dltensor", Trafo.Tensor.new_from_dlpack),
]
_CPU = 1


def _python_function(name, result, *arguments):
    return ctypes.PYFUNCTYPE(result, *arguments)((name, ctypes.pythonapi))


# Plain addresses: while a capsule is being destroyed nothing may take a reference to it.
_address_is_valid = _python_function(
    "PyCapsule_IsValid", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p
)
_address_get_pointer = _python_function(
    "PyCapsule_GetPointer", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p
)
_capsule_is_valid = _python_function(
    "PyCapsule_IsValid", ctypes.c_int, ctypes.py_object, ctypes.c_char_p
)
_capsule_get_pointer = _python_function(
    "PyCapsule_GetPointer", ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p
)
_capsule_set_name = _python_function(
    "PyCapsule_SetName", ctypes.c_int, ctypes.py_object, ctypes.c_char_p
)
_Destructor = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
_capsule_new = _python_function(
    "PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, _Destructor
)


@_Destructor
def _release_unused(capsule):
    for name, _, consume in _CAPSULES:
        if _address_is_valid(capsule, name):
            consume(_address_get_pointer(capsule, name))


def _copy(self):
    source = self.contiguous()
    copy = Trafo.Tensor.new(self.get_dtype(), self.get_shape())
    ctypes.memmove(copy.get_address(), source.get_address(), self.get_size_bytes())
    return copy


def _dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    if stream is not None:
        raise BufferError("host memory has no stream")
    if dl_device not in (None, (_CPU, 0)):
        raise BufferError(f"the tensor is in host memory, not on device {dl_device}")
    tensor = _copy(self) if copy else self
    if max_version is not None and max_version[0] >= 1:
        exported = tensor.to_dlpack_versioned(bool(copy))
        return _capsule_new(exported, _VERSIONED, _release_unused)
    if tensor.is_read_only():
        raise BufferError("the tensor is read-only, which DLPack 0 cannot say")
    return _capsule_new(tensor.to_dlpack(), _PLAIN, _release_unused)


def _export(array):
    try:
        return array.__dlpack__(max_version=(1, 0))
    except TypeError:  # it knows no versions
        return array.__dlpack__()


def _from_dlpack(array):
    """Wraps another library's array without a copy."""
    capsule = _export(array)
    for name, used_name, consume in _CAPSULES:
        if _capsule_is_valid(capsule, name):
            pointer = _capsule_get_pointer(capsule, name)
            _capsule_set_name(capsule, used_name)
            return consume(pointer)
    raise BufferError(f"{type(array).__name__}.__dlpack__() gave no capsule of DLPack's")


def _flatten(value, shape, depth=0):
    """The numbers of nested lists, row-major; @shape gets the length of each level."""
    if not isinstance(value, (list, tuple)):
        if depth != len(shape):
            raise ValueError("the lists are ragged")
        return [value]
    if depth == len(shape):
        shape.append(len(value))
    if shape[depth] != len(value):
        raise ValueError("the lists are ragged")
    return [number for part in value for number in _flatten(part, shape, depth + 1)]


def _as_tensor(value):
    """A tensor from a tensor, another library's array or nested lists of numbers."""
    if isinstance(value, Trafo.Tensor):
        return value
    if hasattr(value, "__dlpack__"):
        try:
            return _from_dlpack(value)
        except BufferError:  # read-only, or of a type that numpy 1 does not export
            return _from_dlpack(value.astype("uint8") if value.dtype == bool else value.copy())
    shape = []
    numbers = _flatten(value, shape)
    if any(isinstance(number, float) for number in numbers):
        return Trafo.Tensor.new_from_floats(shape, numbers)
    return Trafo.Tensor.new_from_int64s(shape, numbers)


def _repr(self):
    text = self.to_string().replace("\n", "\n" + " " * len("Tensor("))
    return f"Tensor({text}, dtype={Trafo.dtype_get_name(self.get_dtype())})"


def _transposed(self):
    return self.permute(list(reversed(range(self.get_n_dims()))))


Tensor = Trafo.Tensor
Tensor.shape = property(lambda self: tuple(self.get_shape()))
Tensor.dtype = property(lambda self: Trafo.DType(self.get_dtype()))
Tensor.ndim = property(lambda self: self.get_n_dims())
Tensor.T = property(_transposed)
Tensor.item = _item
Tensor.from_dlpack = staticmethod(_from_dlpack)
Tensor.__len__ = _len
Tensor.__iter__ = _iter
Tensor.__getitem__ = _getitem
Tensor.__repr__ = _repr
Tensor.__str__ = lambda self: self.to_string()
Tensor.__bool__ = _bool
Tensor.__int__ = lambda self: int(self.item())
Tensor.__float__ = lambda self: float(self.item())
Tensor.__array_interface__ = property(_array_interface)
Tensor.__array__ = _array
Tensor.__dlpack__ = _dlpack
Tensor.__dlpack_device__ = lambda self: (_CPU, 0)


# A TensorDict is a mapping from names to tensors, in the order in which they were set.
def _dict_getitem(self, name):
    tensor = self.get(name)
    if tensor is None:
        raise KeyError(name)
    return tensor


def _dict_items(self):
    return [(name, self.get(name)) for name in self.list_names()]


def _as_tensor_dict(inputs, tensors):
    result = Trafo.TensorDict.new()
    for name, value in [*(inputs.items() if inputs is not None else ()), *tensors.items()]:
        if value is not None:
            result.set(name, _as_tensor(value))
    return result


TensorDict = Trafo.TensorDict
TensorDict.__len__ = lambda self: self.get_size()
TensorDict.__iter__ = lambda self: iter(self.list_names())
TensorDict.__contains__ = lambda self, name: self.get(name) is not None
TensorDict.__getitem__ = _dict_getitem
TensorDict.__setitem__ = lambda self, name, value: self.set(name, _as_tensor(value))
TensorDict.keys = lambda self: self.list_names()
TensorDict.values = lambda self: [tensor for _, tensor in _dict_items(self)]
TensorDict.items = _dict_items
TensorDict.__repr__ = lambda self: f"TensorDict({dict(_dict_items(self))!r})"


# Keyword arguments stand for the properties of an options object. An enum's value may be its nick
# ("max_length"), and padding and truncation may be True and False, as transformers has them.
_BOOLEAN_OPTIONS = {
    ("padding", True): Trafo.Padding.LONGEST,
    ("padding", False): Trafo.Padding.DO_NOT_PAD,
    ("truncation", True): Trafo.Truncation.LONGEST_FIRST,
    ("truncation", False): Trafo.Truncation.DO_NOT_TRUNCATE,
}


def _enum_value(pspec, name, value):
    kind = getattr(Trafo, pspec.value_type.name[len("Trafo") :])
    nicks = {choice.value_nick: choice for choice in kind.__enum_values__.values()}
    if isinstance(value, kind):
        return value
    if isinstance(value, str) and value.replace("_", "-") in nicks:
        return nicks[value.replace("_", "-")]
    names = [str(key[1]) for key in _BOOLEAN_OPTIONS if key[0] == name]
    names += [nick.replace("-", "_") for nick in nicks]
    if name == "dtype":
        names.append("auto")  # which _options() takes for auto_dtype
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{name} is {value!r}, expected one of: {', '.join(names)}")


def _option_value(options_type, name, value):
    pspec = options_type.find_property(name)
    kind = pspec.value_type
    if isinstance(value, bool) and (name, value) in _BOOLEAN_OPTIONS:
        return _BOOLEAN_OPTIONS[name, value]
    if kind.is_a(GObject.TYPE_ENUM):
        return _enum_value(pspec, name, value)
    if kind == GObject.TYPE_BOOLEAN and not hasattr(type(value), "__bool__"):
        raise TypeError(f"{name} is {value!r}, expected True or False")
    if kind in (GObject.TYPE_UINT, GObject.TYPE_UINT64):
        if not hasattr(type(value), "__index__"):
            raise TypeError(f"{name} is {value!r}, expected an integer")
        if not pspec.minimum <= operator.index(value) <= pspec.maximum:
            limits = f"from {pspec.minimum} to {pspec.maximum}"
            raise ValueError(f"{name} is {value!r}, expected an integer {limits}")
    if kind == GObject.TYPE_STRING and not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}, expected a string")
    return value


def _options(options_type, options, properties):
    properties = {name: value for name, value in properties.items() if value is not None}
    if properties.get("dtype") == "auto":
        properties["auto_dtype"] = True
        del properties["dtype"]
    if not properties:
        return options
    if options is not None:
        raise TypeError("options are given as an object or by name, not both")
    for name in properties:
        if options_type.find_property(name) is None:
            raise TypeError(f"{options_type.__name__} has no property {name!r}")
    return options_type(
        **{name: _option_value(options_type, name, v) for name, v in properties.items()}
    )


_model_forward = Trafo.Model.forward


def _forward(self, inputs=None, output_hidden_states=False, cancellable=None, **tensors):
    """Runs the model; inputs come in a mapping or by name, as arrays, lists or tensors."""
    return _model_forward(
        self, _as_tensor_dict(inputs, tensors), output_hidden_states, cancellable
    )


# What ends in _async takes the same and then a callback (source, result, *user_data), which calls
# what ends in _finish. Without a callback it returns what PyGObject does, from 3.50 on something to
# await, which None in the callback's place would not be.
def _call_async(function, arguments, cancellable, callback, user_data):
    if callback is not None:
        return function(*arguments, cancellable, callback, *user_data)
    return function(*arguments, *([cancellable] if cancellable is not None else []))


_model_forward_async = Trafo.Model.forward_async


def _forward_async(
    self,
    inputs=None,
    output_hidden_states=False,
    cancellable=None,
    callback=None,
    *user_data,
    **tensors,
):
    inputs = _as_tensor_dict(inputs, tensors)
    return _call_async(
        _model_forward_async,
        (self, inputs, output_hidden_states),
        cancellable,
        callback,
        user_data,
    )


def _with_load_options(function):
    def from_pretrained(path, options=None, cancellable=None, **properties):
        return function(path, _options(Trafo.LoadOptions, options, properties), cancellable)

    return from_pretrained


def _with_quantization(function):
    def from_pretrained_quantized(path, type, options=None, cancellable=None, **properties):
        return function(path, type, _options(Trafo.LoadOptions, options, properties), cancellable)

    return from_pretrained_quantized


def _with_config_options(task):
    def from_config(config, options=None, cancellable=None, **properties):
        options = _options(Trafo.LoadOptions, options, properties)
        return Trafo.AutoModel.from_config_for_task(config, task, options, cancellable)

    return from_config


def _size_bytes(size):
    """A number of bytes, or a text such as "5GB" or "200KiB"."""
    if isinstance(size, int):
        return size
    for power, prefix in enumerate("KMGT", 1):
        for unit, base in ((f"{prefix}iB", 1024), (f"{prefix}B", 1000)):
            if size.upper().endswith(unit.upper()):
                return int(float(size[: -len(unit)]) * base**power)
    raise ValueError(f"found the size {size!r}, expected a number and one of KB, MB, GB, KiB, ...")


def _save_pretrained(self, folder, max_shard_size="50GB", cancellable=None):
    """Writes config.json and the weights, as transformers does."""
    return _model_save_pretrained(self, str(folder), _size_bytes(max_shard_size), cancellable)


def _for_model(model_type, **options):
    """A configuration from keywords, with Hugging Face's defaults for what is left out."""
    return _config_for_model(model_type, _variant(options))


def _with_load_options_async(function):
    def from_pretrained_async(
        path, options=None, cancellable=None, callback=None, *user_data, **properties
    ):
        options = _options(Trafo.LoadOptions, options, properties)
        return _call_async(function, (path, options), cancellable, callback, user_data)

    return from_pretrained_async


def _with_quantization_async(function):
    def from_pretrained_quantized_async(
        path, type, options=None, cancellable=None, callback=None, *user_data, **properties
    ):
        options = _options(Trafo.LoadOptions, options, properties)
        return _call_async(function, (path, type, options), cancellable, callback, user_data)

    return from_pretrained_quantized_async


def _take_load_options(
    holder, name, wrap=_with_load_options, wrap_async=_with_load_options_async
):
    setattr(holder, name, staticmethod(wrap(getattr(holder, name))))
    setattr(holder, f"{name}_async", staticmethod(wrap_async(getattr(holder, f"{name}_async"))))


_model_save_pretrained = Trafo.Model.save_pretrained
Trafo.Model.save_pretrained = _save_pretrained
_config_for_model = Trafo.AutoConfig.for_model
Trafo.AutoConfig.for_model = staticmethod(_for_model)
Trafo.Model.forward = _forward
Trafo.Model.forward_async = _forward_async
Trafo.Model.__call__ = _forward
for _name in dir(Trafo):
    if _name.startswith("AutoModel") and hasattr(getattr(Trafo, _name), "from_pretrained"):
        _take_load_options(getattr(Trafo, _name), "from_pretrained")
        _take_load_options(
            getattr(Trafo, _name),
            "from_pretrained_quantized",
            _with_quantization,
            _with_quantization_async,
        )
        getattr(Trafo, _name).from_config = staticmethod(
            _with_config_options(Trafo.AutoModel.get_task_of_class(_name))
        )


# Tokenizers. An Encoding has the attributes of the tokenizers package's; a BatchEncoding is a mapping
# from input names to tensors, so that model(**batch) works, and batch[0] is its first Encoding.
# Texts cross as bytes, for a C string would end at a NUL.
def _bytes(text):
    if not isinstance(text, str):
        raise TypeError(f"found a text of type {type(text).__name__}, expected str")
    return GLib.Bytes.new(text.encode())


def _bytes_list(texts):
    return None if texts is None else [_bytes(text) for text in texts]


def _tokenizer_encode(self, text, pair=None, options=None, **properties):
    options = _options(Trafo.EncodeOptions, options, properties)
    return self.encode_bytes(_bytes(text), None if pair is None else _bytes(pair), options)


def _tokenizer_encode_batch(self, texts, pairs=None, options=None, **properties):
    options = _options(Trafo.EncodeOptions, options, properties)
    return self.encode_bytes_batch(_bytes_list(texts), _bytes_list(pairs), options)


_encode_words = Trafo.Tokenizer.encode_words


def _tokenizer_encode_words(self, words, delimiter=" ", options=None, **properties):
    options = _options(Trafo.EncodeOptions, options, properties)
    return _encode_words(self, words, delimiter, options)


def _tokenizer_encode_batch_async(
    self,
    texts,
    pairs=None,
    options=None,
    cancellable=None,
    callback=None,
    *user_data,
    **properties,
):
    options = _options(Trafo.EncodeOptions, options, properties)
    texts, pairs = _bytes_list(texts), _bytes_list(pairs)
    return _call_async(
        self.encode_bytes_batch_async, (texts, pairs, options), cancellable, callback, user_data
    )


def _tokenizer_call(self, text, text_pair=None, options=None, **properties):
    if isinstance(text, str):
        text, text_pair = [text], None if text_pair is None else [text_pair]
    return self.encode_batch(text, text_pair, options, **properties)


# A C string cannot hold a NUL; where one is shown in its place, the text is taken as bytes.
_SHOWN_NUL = "\u2400"


def _text(data):
    return None if data is None else (data.get_data() or b"").decode()


def _encoding_tokens(self):
    tokens = self.get_tokens()
    return [
        _text(self.get_token_bytes(i)) if _SHOWN_NUL in token else token
        for i, token in enumerate(tokens)
    ]


def _as_text(function):
    return lambda self, *arguments: _text(function(self, *arguments))


def _tokenizer_decode(self, ids, skip_special_tokens=False, clean_up_tokenization_spaces=None):
    if clean_up_tokenization_spaces is None:
        clean_up_tokenization_spaces = self.get_clean_up_tokenization_spaces()
    return _text(self.decode_bytes(ids, skip_special_tokens, clean_up_tokenization_spaces))


def _pairs(numbers):
    return list(zip(numbers[0::2], numbers[1::2]))


def _batch_getitem(self, key):
    if isinstance(key, str):
        return self.to_tensors()[key]
    return self.get_row(_axis_index(self.get_n_rows(), operator.index(key), 0))


Trafo.Tokenizer.encode = _tokenizer_encode
Trafo.Tokenizer.encode_batch = _tokenizer_encode_batch
Trafo.Tokenizer.encode_words = _tokenizer_encode_words
Trafo.Tokenizer.encode_batch_async = _tokenizer_encode_batch_async
Trafo.Tokenizer.encode_batch_finish = Trafo.Tokenizer.encode_bytes_batch_finish
Trafo.Tokenizer.decode = _tokenizer_decode
Trafo.Tokenizer.__call__ = _tokenizer_call
Trafo.Tokenizer.__len__ = lambda self: self.get_vocab_size(True)
Trafo.Tokenizer.id_to_token = _as_text(Trafo.Tokenizer.id_to_token_bytes)
Trafo.Tokenizer.convert_tokens_to_string = _as_text(
    Trafo.Tokenizer.convert_tokens_to_string_bytes
)
Trafo.DecodeStream.step = _as_text(Trafo.DecodeStream.step_bytes)
Trafo.DecodeStream.end = _as_text(Trafo.DecodeStream.end_bytes)
Trafo.TextStreamer.put = _as_text(Trafo.TextStreamer.put_bytes)
Trafo.TextStreamer.end = _as_text(Trafo.TextStreamer.end_bytes)
for _name in ["ids", "type_ids", "attention_mask", "special_tokens_mask", "word_ids"]:
    setattr(Trafo.Encoding, _name, property(operator.methodcaller(f"get_{_name}")))
Trafo.Encoding.tokens = property(_encoding_tokens)
Trafo.Encoding.offsets = property(lambda self: _pairs(self.get_offsets()))
Trafo.Encoding.__len__ = lambda self: self.get_n_tokens()
Trafo.BatchEncoding.keys = lambda self: self.to_tensors().keys()
Trafo.BatchEncoding.__iter__ = lambda self: iter(self.keys())
Trafo.BatchEncoding.__len__ = lambda self: len(self.keys())
Trafo.BatchEncoding.__getitem__ = _batch_getitem


# Pipelines take their parameters by name and return what Python has for JSON's values.
_pipeline_run = Trafo.Pipeline.run
_SCALARS = {bool: "b", int: "x", float: "d"}


# Other texts are C strings, and what stands after a NUL would be lost in silence.
def _without_nul(text):
    if "\0" in text:
        raise ValueError("found a NUL in a text, expected none; Tokenizer.encode() takes it")
    return text


def _variant(value):
    if value is None:
        return GLib.Variant("mv", None)
    if isinstance(value, str):
        return GLib.Variant("s", _without_nul(value))
    if isinstance(value, (list, tuple)):
        return GLib.Variant("av", [_variant(item) for item in value])
    if isinstance(value, dict):
        return GLib.Variant("a{sv}", {key: _variant(item) for key, item in value.items()})
    return GLib.Variant(_SCALARS[type(value)], value)


def _native(value):
    """A TrafoValue as None, bool, int, float, str, Tensor, list or dict."""
    kind = value.get_kind()
    if kind == Trafo.ValueKind.LIST:
        return [_native(value.get_item(i)) for i in range(value.get_n_items())]
    if kind == Trafo.ValueKind.RECORD:
        return {
            value.get_key(i): _native(value.get_item(i)) for i in range(value.get_n_items())
        }
    return {
        Trafo.ValueKind.BOOLEAN: value.get_boolean,
        Trafo.ValueKind.INTEGER: value.get_integer,
        Trafo.ValueKind.DOUBLE: value.get_double,
        Trafo.ValueKind.STRING: lambda: _text(value.get_string_bytes()),
        Trafo.ValueKind.TENSOR: value.get_tensor,
    }.get(kind, lambda: None)()


def _inputs(inputs, parameters):
    """The inputs, or question= and context= of question answering: there a list of one is no list."""
    if inputs is not None:
        return inputs
    if "question" not in parameters:
        raise TypeError("there are no inputs")
    asked = {name: parameters.pop(name) for name in ("question", "context") if name in parameters}
    if isinstance(asked["question"], (list, tuple)) and len(asked["question"]) == 1:
        asked["question"] = asked["question"][0]
    return asked


def _run(self, inputs=None, cancellable=None, **parameters):
    """Runs the task on a text, a dict or a list; gives what the pipelines of transformers give."""
    inputs = _inputs(inputs, parameters)
    return _native(_pipeline_run(self, _variant(inputs), _variant(parameters), cancellable))


def _run_text(self, text, cancellable=None, **parameters):
    return _run(self, text, cancellable, **parameters)


_pipeline_run_async = Trafo.Pipeline.run_async


async def _await_native(pending):
    return _native(await pending)


def _run_async(self, inputs=None, cancellable=None, callback=None, *user_data, **parameters):
    inputs = _variant(_inputs(inputs, parameters))
    parameters = _variant(parameters)
    pending = _call_async(
        _pipeline_run_async, (self, inputs, parameters), cancellable, callback, user_data
    )
    return None if pending is None else _await_native(pending)


def _finish_native(function):
    return lambda self, result: _native(function(self, result))


_new_pipeline = Trafo.Pipeline.new_from_pretrained
_new_pipeline_async = Trafo.Pipeline.new_from_pretrained_async


def _pipeline_from_pretrained(task, path, options=None, cancellable=None, **properties):
    return _new_pipeline(task, path, _options(Trafo.LoadOptions, options, properties), cancellable)


def _pipeline_from_pretrained_async(
    task, path, options=None, cancellable=None, callback=None, *user_data, **properties
):
    options = _options(Trafo.LoadOptions, options, properties)
    return _call_async(
        _new_pipeline_async, (task, path, options), cancellable, callback, user_data
    )


Trafo.Pipeline.run = _run
Trafo.Pipeline.run_text = _run_text
Trafo.Pipeline.__call__ = _run
Trafo.Pipeline.run_async = Trafo.Pipeline.run_text_async = _run_async
for _name in "run_finish", "run_text_finish":
    setattr(Trafo.Pipeline, _name, _finish_native(getattr(Trafo.Pipeline, _name)))
Trafo.Pipeline.new_from_pretrained = staticmethod(_pipeline_from_pretrained)
Trafo.Pipeline.new_from_pretrained_async = staticmethod(_pipeline_from_pretrained_async)
_take_load_options(Trafo.SentenceEmbedder, "new_from_pretrained")


def _with_texts(function):
    def encode(self, texts, *arguments):
        return function(self, [_without_nul(text) for text in texts], *arguments)

    return encode


for _name in "encode", "encode_async":
    setattr(Trafo.SentenceEmbedder, _name, _with_texts(getattr(Trafo.SentenceEmbedder, _name)))


# Generation takes its parameters by name, and a Generator gives its text part by part.
_TENSORS_OF_GENERATE = ("input_ids", "attention_mask")
_model_generate = Trafo.Model.generate
_generator_begin = Trafo.Generator.begin
_generator_generate = Trafo.Generator.generate
_generator_new = Trafo.Generator.new


def _generation_config(config, parameters):
    if not parameters:
        return config
    if config is not None:
        raise TypeError("parameters are given as a generation_config or by name, not both")
    return Trafo.GenerationConfig.new_from_variant(_variant(parameters))


def _prompt(inputs, tensors, tokenizer=None):
    """The input tensors: of a text, of a mapping, or of ids alone."""
    if isinstance(inputs, str):
        if tokenizer is None:
            raise TypeError("a text needs a tokenizer, and there is none")
        inputs = _tokenizer_call(tokenizer, inputs)
    if isinstance(inputs, Trafo.BatchEncoding):
        inputs = inputs.to_tensors()
    elif inputs is not None and not hasattr(inputs, "keys"):
        inputs = {"input_ids": inputs}
    return _as_tensor_dict(inputs, tensors)


def _generate(
    self, inputs=None, generation_config=None, tokenizer=None, cancellable=None, **parameters
):
    """Continues token ids, (batch, tokens), as generate() of transformers: gives the sequences, or with
    return_dict_in_generate=True the Trafo.GenerationResult."""
    is_result_wanted = parameters.pop("return_dict_in_generate", False)
    tensors = {
        name: parameters.pop(name)
        for name in _TENSORS_OF_GENERATE
        if parameters.get(name) is not None
    }
    parameters = {name: value for name, value in parameters.items() if value is not None}
    config = _generation_config(generation_config, parameters)
    prompt = _prompt(inputs, tensors, tokenizer)
    result = _model_generate(self, prompt, config, tokenizer, cancellable)
    return result if is_result_wanted else result.get_sequences()


async def _finish(future):
    """Waits until a cancelled step has ended, however often the waiting is cancelled: only then is
    the generator free."""
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            pass
    future.exception()


class _TextStream:
    """The parts of a text as they are generated, for `for` and, with asyncio, for `async for`."""

    def __init__(self, generator):
        self._generator = generator

    def __iter__(self):
        return self

    def __next__(self):
        text = self._generator.next(None)
        if text is None:
            raise StopIteration
        return text

    def __aiter__(self):
        return self

    async def __anext__(self):
        cancellable = Gio.Cancellable()
        step = asyncio.ensure_future(asyncio.to_thread(self._generator.next, cancellable))
        try:
            text = await asyncio.shield(step)
        except asyncio.CancelledError:
            cancellable.cancel()
            await _finish(step)
            raise
        if text is None:
            raise StopAsyncIteration
        return text


def _new_generator(model, tokenizer=None, generation_config=None, **parameters):
    """A generator of one model, with the parameters of generate() by name."""
    return _generator_new(model, tokenizer, _generation_config(generation_config, parameters))


def _stream(self, inputs=None, **tensors):
    """Begins to continue a text, or token ids, and gives the text that follows, part by part."""
    _generator_begin(self, _prompt(inputs, tensors, self.get_tokenizer()))
    return _TextStream(self)


def _generator_run(self, inputs=None, cancellable=None, **tensors):
    """Continues a text, or token ids, to the end; what earlier calls ran is not run again."""
    return _generator_generate(
        self, _prompt(inputs, tensors, self.get_tokenizer()), cancellable
    )


Trafo.Model.generate = _generate
Trafo.Generator.new = staticmethod(_new_generator)
Trafo.Generator.next = _as_text(Trafo.Generator.next_bytes)
Trafo.Generator.next_finish = _as_text(Trafo.Generator.next_bytes_finish)
Trafo.Generator.stream = _stream
Trafo.Generator.generate = _generator_run
