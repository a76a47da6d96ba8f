"""Packs of ONNX cases, and ONNX Runtime as the judge.

A pack is a sequence of cases, little-endian: u16 length and UTF-8 of a name, u32 length and bytes of
a model, u16 count of tensors, each: u8 role (0 input, 1 output, 2 other), u16 length and UTF-8 of a
name, u8 element type (ONNX's number), u8 rank, u32 extents, elements; strings are u32 length and
bytes.
"""

import struct

import numpy as np
import onnx.helper as oh
import onnxruntime as ort
from onnx import TensorProto


class Pack:
    """A file of cases."""

    def __init__(self, path):
        self.path = path
        self.parts = []

    def add(self, name, model, tensors):
        """`tensors`: (role, name, array)."""
        encoded = name.encode()
        self.parts.append(struct.pack("<H", len(encoded)) + encoded)
        self.parts.append(struct.pack("<I", len(model)) + model)
        self.parts.append(struct.pack("<H", len(tensors)))
        for role, label, array in tensors:
            self.parts.append(self.tensor(role, label, array))

    @staticmethod
    def tensor(role, label, array):
        array = np.asarray(array)
        text = array.dtype.kind in "OUS"
        kind = TensorProto.STRING if text else oh.np_dtype_to_tensor_dtype(array.dtype)
        encoded = label.encode()
        head = struct.pack("<BH", role, len(encoded)) + encoded
        head += struct.pack("<BB", kind, array.ndim)
        head += struct.pack(f"<{array.ndim}I", *array.shape)
        if not text:
            return head + np.ascontiguousarray(array).tobytes()
        items = [str(item).encode() for item in array.ravel()]
        return head + b"".join(struct.pack("<I", len(item)) + item for item in items)

    def write(self):
        data = b"".join(self.parts)
        self.path.write_bytes(data)
        print(f"{self.path.name}: {len(data):,} bytes")


def run(model, feeds):
    """What ONNX Runtime answers, without its graph optimisations; maps as matrices."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    results = {}
    for name, value in zip(names, session.run(names, feeds), strict=True):
        if isinstance(value, list) and value and not isinstance(value[0], dict):
            # A sequence of tensors.
            results |= {f"{name}.{number}": part for number, part in enumerate(value)}
        else:
            results[name] = unzip(value)
    return results


def unzip(value):
    """ZipMap's list of dicts as a matrix."""
    if isinstance(value, list):
        return np.array([list(row.values()) for row in value], dtype=np.float32)
    return value
