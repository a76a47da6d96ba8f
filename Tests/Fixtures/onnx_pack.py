"""The packs of ONNX fixtures: models, rows, and what ONNX Runtime answers.

A pack is a sequence of cases, little-endian: u16 length and UTF-8 of a name, u32 length and bytes of
a model, u16 count of tensors, each: u8 role (0 input, 1 output, 2 other), u16 length and UTF-8 of a
name, u8 element type (ONNX's number), u8 rank, u32 extents, elements; strings are u32 length and
bytes. A case without a model takes the model of the one before it.
"""

import struct
from pathlib import Path

import numpy as np
import onnx.helper as oh
import onnxruntime as ort
from onnx import TensorProto

FOLDER = Path(__file__).parent / "onnx"


class Pack:
    """A file of cases."""

    def __init__(self, name):
        """`name`: in the fixtures' folder, or an absolute path."""
        self.path = FOLDER / name
        self.parts = []

    def add(self, name, model, tensors):
        """`tensors`: (role, name, array) each."""
        encoded = name.encode()
        self.parts.append(struct.pack("<H", len(encoded)) + encoded)
        self.parts.append(struct.pack("<I", len(model)) + model)
        self.parts.append(struct.pack("<H", len(tensors)))
        for role, label, array in tensors:
            self.parts.append(self.tensor(role, label, array))

    def add_run(self, name, model, feeds):
        """A model with `feeds` and what ONNX Runtime makes of them."""
        answers = run(model, feeds)
        tensors = [(0, key, value) for key, value in feeds.items()]
        tensors += [(1, key, value) for key, value in answers.items()]
        self.add(name, model, tensors)
        return answers

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
    """What ONNX Runtime answers, by output, without its graph optimisations."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))
