#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes files of PyTorch and the safetensors that they become.

Usage: make-torch-files.py             makes tests/data/io/torch and what the fuzzers start from
       make-torch-files.py N FOLDER    writes N random ones to FOLDER

Both write the same each time, but that the keys in a legacy file are addresses.

NAME.bin is what torch.save() writes, NAME.safetensors what safetensors.torch.save_file() makes of
it by the rule of trafo_checkpoint_convert(): tensors that see the same elements with the same shape
and type are kept once, by the first name; what is no tensor is left out; metadata is {"format": "pt"}.
"""

import collections
import io
import pathlib
import pickletools
import random
import sys
import zipfile

import safetensors.torch
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "io" / "torch"
CORPUS = OUT.parents[2] / "fuzz" / "corpus"

TYPED = [torch.uint8, torch.int8, torch.bool, torch.int16, torch.int32, torch.int64, torch.float16,
         torch.bfloat16, torch.float32, torch.float64, torch.complex64]
UNTYPED = [torch.uint16, torch.uint32, torch.uint64, torch.float8_e5m2, torch.float8_e4m3fn,
           torch.float8_e8m0fnu, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz]
# bytes of what a big-endian machine would write the other way round, by the name of the storage
COMPONENT = {"ShortStorage": 2, "HalfStorage": 2, "BFloat16Storage": 2, "IntStorage": 4, "FloatStorage": 4,
             "LongStorage": 8, "DoubleStorage": 8, "ComplexFloatStorage": 4}


def tensor_of(rng, shape, dtype):
    """Any bits, but for the types that have fewer values."""
    numel = 1
    for dim in shape:
        numel *= dim
    if dtype == torch.bool:
        return torch.tensor([rng.random() < 0.5 for _ in range(numel)], dtype=dtype).reshape(shape)
    data = bytearray(rng.randbytes(max(numel, 1) * dtype.itemsize))
    return torch.frombuffer(data, dtype=torch.uint8)[:numel * dtype.itemsize].clone().view(dtype).reshape(shape)


def same(tensor):
    """What makes a tensor one with another."""
    steps = tuple(stride for size, stride in zip(tensor.shape, tensor.stride()) if size > 1)
    return (tensor.data_ptr(), tuple(tensor.shape), tensor.dtype, steps)


def convert(value):
    """The safetensors of a loaded value, as bytes."""
    if isinstance(value.get("state_dict"), dict):
        value = value["state_dict"]
    known, kept = set(), {}
    for name, tensor in value.items():
        if not isinstance(tensor, torch.Tensor) or (tensor.numel() > 0 and same(tensor) in known):
            continue
        known.add(same(tensor))
        kept[name] = tensor.detach().clone(memory_format=torch.contiguous_format)
    return safetensors.torch.save(kept, {"format": "pt"})


def big_endian(data):
    """The file that a big-endian machine would have written."""
    source = zipfile.ZipFile(io.BytesIO(data))
    root = source.namelist()[0].split("/")[0]
    kinds, buffer = {}, io.BytesIO()

    class Unpickler(torch._weights_only_unpickler.Unpickler):
        def persistent_load(self, pid):
            dtype = torch.uint8 if pid[1] is torch.UntypedStorage else pid[1].dtype
            kinds[pid[2]] = getattr(pid[1], "_dtype_name", None) or dtype
            return torch.storage.TypedStorage(pid[4], dtype=dtype, _internal=True)

    Unpickler(io.BytesIO(source.read(root + "/data.pkl"))).load()
    writer = torch._C.PyTorchFileWriter(buffer)
    for name in source.namelist():
        entry, record = name[len(root) + 1:], source.read(name)
        if entry in (".data/serialization_id", "version"):
            continue
        if entry == "byteorder":
            record = b"big"
        elif entry.startswith("data/"):
            dtype = kinds[entry[5:]]
            width = dtype.itemsize // (2 if dtype.is_complex else 1)
            record = b"".join(record[i:i + width][::-1] for i in range(0, len(record), width))
        writer.write_record(entry, record, len(record))
    writer.write_end_of_file()
    return buffer.getvalue()


def recompress(data, method):
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), method)
    return buffer.getvalue()


def save(value, kind):
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization="legacy" not in kind,
               pickle_protocol=3 if "protocol-3" in kind else 2)
    data = buffer.getvalue()
    if kind == "big":
        return big_endian(data)
    if kind == "deflated":
        return recompress(data, zipfile.ZIP_DEFLATED)
    if kind == "zipped":
        return recompress(data, zipfile.ZIP_STORED)
    return data


def write(folder, name, value, kind):
    data = save(value, kind)
    # torch does not swap what it keeps in an UntypedStorage
    loaded = torch.load(io.BytesIO(data), weights_only=True)
    result = convert(loaded)
    if convert(value) != result:
        sys.exit(f"{name}: torch reads back other values than it wrote")
    (folder / (name + ".bin")).write_bytes(data)
    (folder / (name + ".safetensors")).write_bytes(result)


def random_shape(rng):
    shape = [rng.choice([1, 2, 3, 4, 5, 7, 8]) for _ in range(rng.choice([0, 1, 1, 2, 2, 2, 3, 4, 5]))]
    if shape and rng.random() < 0.1:
        shape[rng.randrange(len(shape))] = 0
    return shape


def random_view(rng, base):
    """A tensor that shares the elements of another one, or some of them."""
    view = base
    for _ in range(rng.choice([0, 1, 1, 2])):
        kind = rng.choice(["same", "transpose", "slice", "step", "expand", "flat", "select", "diagonal", "unsqueeze"])
        dims = view.dim()
        if kind == "transpose" and dims >= 2:
            view = view.permute(rng.sample(range(dims), dims))
        elif kind in ("slice", "step") and dims >= 1:
            dim = rng.randrange(dims)
            start = rng.randrange(view.shape[dim] + 1)
            index = [slice(None)] * dims
            index[dim] = slice(start, None, 2 if kind == "step" else 1)
            view = view[tuple(index)]
        elif kind == "expand":
            view = view.unsqueeze(0).expand(rng.choice([1, 2, 3]), *view.shape)
        elif kind == "flat" and view.is_contiguous():
            view = view.reshape(-1)
        elif kind == "select" and dims >= 1 and view.shape[0] > 0:
            view = view[rng.randrange(view.shape[0])]
        elif kind == "diagonal" and dims >= 2:
            view = view.diagonal(0, 0, 1)
        elif kind == "unsqueeze":
            view = view.unsqueeze(rng.randrange(dims + 1))
    return view


def random_value(rng, kind):
    dtypes = TYPED if kind in ("legacy", "big") else TYPED + UNTYPED
    value = rng.choice([dict, collections.OrderedDict])()
    bases = []
    for i in range(rng.randrange(0, 14)):
        if bases and rng.random() < 0.5:
            tensor = random_view(rng, rng.choice(bases))
        else:
            tensor = tensor_of(rng, random_shape(rng), rng.choice(dtypes))
            bases.append(tensor)
        if rng.random() < 0.2:
            tensor = torch.nn.Parameter(tensor, requires_grad=tensor.dtype.is_floating_point and rng.random() < 0.5)
        if rng.random() < 0.05 and kind != "legacy":
            tensor.note = "kept by Python"
        value[rng.choice(["layer.%d.weight", "é%d", "%d", "a b/%d", "z.%d"]) % i] = tensor
        if rng.random() < 0.1:
            value["other.%d" % i] = rng.choice([None, True, 7, -1, 2 ** 40, 2 ** 100, 1.5, "text", b"bytes", [1, "x"], (1,),
                                                {"a": [1]}, torch.Size([2, 3]), torch.float32, torch.device("cpu")])
    if isinstance(value, collections.OrderedDict) and rng.random() < 0.5:
        value._metadata = collections.OrderedDict({"": {"version": 1}})
    if rng.random() < 0.2:
        value = {"epoch": 3, "state_dict": value, "optimizer": {"state": {0: {"step": torch.tensor(1.0)}}, "groups": [{"lr": 0.1}]}}
    return value


def write_random(count, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        rng = random.Random(i)
        kind = ["zip", "legacy", "zip", "big", "zip", "deflated", "zipped", "legacy"][i % 8]
        write(folder, f"{i:04}-{kind}", random_value(rng, kind), kind)


def write_corpus():
    """Starts for the fuzzers: files as they are, and pickles after a byte that says which format they are of."""
    for name in ("zip", "dtypes", "nested"):
        archive = zipfile.ZipFile(OUT / (name + ".bin"))
        pickle = archive.read(archive.namelist()[0])
        (CORPUS / "pickle" / name).write_bytes(b"\0" + pickle)
        if name == "zip":
            (CORPUS / "torch-file" / "pickle").write_bytes(b"\1" + pickle)
    with (OUT / "legacy.bin").open("rb") as stream:
        for _ in range(4):
            start = stream.tell()
            collections.deque(pickletools.genops(stream), 0)
        end = stream.tell()
        stream.seek(start)
        (CORPUS / "pickle" / "legacy").write_bytes(b"\1" + stream.read(end - start))
    for name in ("zip", "legacy", "deflated", "nested"):
        (CORPUS / "torch-file" / name).write_bytes((OUT / (name + ".bin")).read_bytes())


def write_fixtures():
    rng = random.Random(0)
    OUT.mkdir(parents=True, exist_ok=True)
    weight = tensor_of(rng, [3, 4], torch.float32)
    scalar = tensor_of(rng, [], torch.float16)
    value = collections.OrderedDict([
        ("embeddings.weight", torch.nn.Parameter(weight)), ("dense.weight", weight.t()), ("dense.bias", weight[1, 1:]),
        ("scalar", scalar), ("empty", torch.zeros(0, 5)), ("head.weight", torch.nn.Parameter(weight)), ("epoch", 3),
        ("head.transposed", weight.t()), ("row", weight[:1].expand(2, 4)),
    ])
    value._metadata = collections.OrderedDict({"": {"version": 1}})
    for kind in ("zip", "legacy", "big", "deflated", "protocol-3", "legacy-protocol-3"):
        write(OUT, kind, value, kind)
    write(OUT, "dtypes", {f"tensor.{dtype}": tensor_of(rng, [2, 3], dtype) for dtype in TYPED + UNTYPED}, "zip")
    write(OUT, "dtypes-big", {f"tensor.{dtype}": tensor_of(rng, [2, 3], dtype) for dtype in TYPED}, "big")
    write(OUT, "nested", {"epoch": 3, "state_dict": {"a": torch.ones(2)}, "optimizer": {"lr": 0.5}}, "zip")


if len(sys.argv) == 3:
    write_random(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
else:
    write_fixtures()
    write_corpus()
