"""The ONNX graph of a network of Keras: an LSTM and a dense layer.

Node by node: Transpose, LSTM, Squeeze, MatMul, Add. Input `history` is FP32 [N, window, 1], output
`forecast` FP32 [N, horizon].
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from vigie_pipelines.arrays import Floats


def _onnx_gates(rows: Floats) -> Floats:
    """From Keras' order of the gates (input, forget, cell, output) to ONNX's (i, o, f, c)."""
    i, f, c, o = np.split(rows, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1)


def lstm_model(
    kernel: Floats,
    recurrent: Floats,
    bias: Floats,
    weights: Floats,
    offset: Floats,
    *,
    window: int,
) -> onnx.ModelProto:
    """Of Keras' weights: the LSTM's three, then the dense layer's two."""

    def constant(name: str, values: np.ndarray) -> onnx.TensorProto:
        return numpy_helper.from_array(np.ascontiguousarray(values), name)

    units = recurrent.shape[0]
    both = np.concatenate([_onnx_gates(bias), np.zeros(4 * units, np.float32)])
    graph = helper.make_graph(
        [
            helper.make_node("Transpose", ["history"], ["steps"], perm=[1, 0, 2]),
            helper.make_node(
                "LSTM", ["steps", "W", "R", "B"], ["", "last"], hidden_size=units, name="lstm"
            ),
            helper.make_node("Squeeze", ["last", "axis"], ["hidden"]),
            helper.make_node("MatMul", ["hidden", "weights"], ["product"]),
            helper.make_node("Add", ["product", "offset"], ["forecast"]),
        ],
        "cash-lstm",
        [helper.make_tensor_value_info("history", TensorProto.FLOAT, ["N", window, 1])],
        [helper.make_tensor_value_info("forecast", TensorProto.FLOAT, ["N", len(offset)])],
        [
            constant("W", _onnx_gates(kernel).T[None]),
            constant("R", _onnx_gates(recurrent).T[None]),
            constant("B", both[None]),
            constant("axis", np.array([0], np.int64)),
            constant("weights", weights),
            constant("offset", offset),
        ],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="vigie-pipelines",
        ir_version=9,
    )
    onnx.checker.check_model(model, full_check=True)
    return model
